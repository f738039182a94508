"""The lecture's worked example: a 2-1-1 network of sigmoids, one step of gradient descent."""

from __future__ import annotations

from autograd.show.explanation.explain import explain
from autograd.value import Value
from autograd.words.numerals import digits

LEARNING_RATE = 0.5


class Network:
    """Inputs [1, 2], a hidden neuron with weights W1 and bias b1, an output with W2 and b2, the target 1."""

    def __init__(self) -> None:
        self.inputs = [Value(1.0, label="x1"), Value(2.0, label="x2")]
        self.target = Value(1.0, label="y")
        self.hidden = [Value(0.5, label="W1_1"), Value(0.5, label="W1_2")]
        self.hidden_bias = Value(0.0, label="b1")
        self.output = Value(0.5, label="W2")
        self.output_bias = Value(0.0, label="b2")
        self.parameters = [*self.hidden, self.hidden_bias, self.output, self.output_bias]

    def loss(self) -> Value:
        """The squared error (y - a2)**2, its steps labelled as in the lecture."""
        w, x = self.hidden, self.inputs
        z1 = w[0] * x[0] + w[1] * x[1] + self.hidden_bias
        a1 = z1.sigmoid()
        z2 = self.output * a1 + self.output_bias
        a2 = z2.sigmoid()
        loss = (self.target - a2) ** 2
        for node, name in ((z1, "z1"), (a1, "a1"), (z2, "z2"), (a2, "a2"), (loss, "L")):
            node.label = name
        return loss

    def update(self) -> list[str]:
        """Move every parameter against its gradient; one line of arithmetic for each."""
        lines = []
        for p in self.parameters:
            old = p.data
            p.data -= LEARNING_RATE * p.grad
            lines.append(
                f"  {p.label} = {digits(old)} - {LEARNING_RATE} * ({digits(p.grad)}) = {digits(p.data)}"
            )
        return lines


def worked_example() -> tuple[str, Value]:
    """The example as text, and the loss before the update with its gradients, to be drawn."""
    network = Network()
    loss = network.loss()
    loss.backward()
    explanation = str(explain(loss, wrt=network.parameters))
    lines = [
        "Backpropagation in a 2-1-1 network of sigmoids: x = [1, 2], y = 1, L = (y - a2)**2",
        "",
        explanation,
        f"Update: parameter - learning rate * gradient, learning rate {LEARNING_RATE}",
        *network.update(),
        f"The loss falls from {digits(loss.data)} to {digits(network.loss().data)}.",
        "",
        "By hand, rounded at every step, dL/dW1 comes out as [-0.014, -0.028].",
    ]
    drawn = Network().loss()
    drawn.backward()
    return "\n".join(lines), drawn
