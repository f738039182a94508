"""Exercises of notebook 02, backpropagation by hand."""

from autograd import Value, sigmoid
from exercises.answers import Choice, Exercise, Mistake, Numbers

A = ((0.1, 0.4), (-0.3, 0.6), (0.5, -0.2))
B = ((0.7, -0.2, 0.3), (-0.4, 0.6, 0.1))
INPUTS, TARGETS = (1.0, -2.0), (0.5, -0.5)


def times(matrix, vector):
    return [sum(entry * number for entry, number in zip(row, vector, strict=True)) for row in matrix]


def delta_A(step_size):
    """The error terms of the hidden layer as the engine computes them, with a B that has been updated before."""
    hidden = [sigmoid(z) for z in times(A, INPUTS)]
    delta_B = [out - target for out, target in zip(times(B, hidden), TARGETS, strict=True)]
    updated = [
        [b - step_size * delta * h for b, h in zip(row, hidden, strict=True)]
        for row, delta in zip(B, delta_B, strict=True)
    ]
    z = [Value(number) for number in times(A, INPUTS)]
    outputs = times(updated, [number.sigmoid() for number in z])
    sum(delta * out for delta, out in zip(delta_B, outputs, strict=True)).backward()
    return tuple(number.grad for number in z)


EXERCISES = {
    "02.1": Exercise(
        Choice("all", ["none", "those of layer 1", "those of layer 2", "all"]),
        "each of them is dL/da2 times factors that do not depend on the target, and dL/da2 changes its sign.",
        [
            Mistake("none", "dL/da2 = -2(y - a2) was negative for y = 1. Is it still, for y = 0?"),
            Mistake(
                "those of layer 2",
                "the gradients of layer 1 have the factor delta2 as well, which has come back through W2.",
            ),
            Mistake(
                "those of layer 1",
                "dL/dW2 = delta2 * a1 and dL/db2 = delta2. What happens to delta2?",
            ),
        ],
        "Write every gradient as a product that begins with dL/da2.",
    ),
    "02.2": Exercise(
        Choice("W1_2", ["W1_1", "W1_2", "b1", "W2", "b2"]),
        "dL/dW1_2 = delta1 * x2 = 0. A weight that carried no signal gets no blame, and does not change.",
        [
            Mistake("W1_1", "this weight is multiplied by x1, which is 1. The second input is x2."),
            Mistake("b1", "a bias takes part whatever the inputs are: dL/db1 = delta1, which is not 0."),
            Mistake("W2", "dL/dW2 = delta2 * a1, and a1 is a sigmoid: it is above 0 for any inputs."),
            Mistake("b2", "a bias takes part whatever the inputs are: dL/db2 = delta2, which is not 0."),
        ],
        "A weight's gradient is the error term times the input of the weight. Which input is 0?",
    ),
    "02.3": Exercise(
        Numbers(lambda: delta_A(0.5), tolerance=1e-4, what="the three entries of the wrong error term of A"),
        "the gradients of A are wrong, those of B are right. The error is proportional to the learning rate, so a small one hides it.",
        [
            Mistake(
                delta_A(0.0),
                "this is the right error term, with B as it was in the forward pass. Update B first, and then send delta_B back.",
            ),
            Mistake(
                delta_A(-0.5),
                "B took a step up its gradient here. An update subtracts: B - 0.5 * grad_B.",
            ),
            Mistake(
                delta_A(1.0),
                "this is with the learning rate 1; here it is 0.5.",
            ),
        ],
        "Compute `stepped(B, grad_B, 0.5)` first, and use it in place of B where delta_B is sent back. delta_B and h stay as they were.",
    ),
}
