"""Exercises of notebook 05, credit assignment."""

from collections.abc import Iterable, Mapping

import nn
from autograd import Value
from exercises.answers import Anything, Exercise, Mistake, Numbers

MOVES = (0.001, 0.01, 0.1, 1.0)
X, TARGET = (1.5, -0.5), 1.0


def model():
    return nn.MLP(2, [3, 1], activation="tanh", seed=3)


def changes_of_the_loss():
    """The measured changes for each move of the output's bias, and the gradient times the move."""
    network = model()
    bias = network.layers[1].neurons[0].b
    before = nn.half_squared_error(network(X), TARGET)
    before.backward()
    measured = []
    for move in MOVES:
        bias.data = move
        measured.append(nn.half_squared_error(network(X), TARGET).data - before.data)
    return tuple(measured), tuple(bias.grad * move for move in MOVES)


def differences():
    measured, predicted = changes_of_the_loss()
    return tuple(change - foreseen for change, foreseen in zip(measured, predicted, strict=True))


def input_gradients():
    x = [Value(number) for number in X]
    nn.half_squared_error(model()(x), TARGET).backward()
    return [number.grad for number in x]


def moved(step_size):
    return tuple(number - step_size * slope for number, slope in zip(X, input_gradients(), strict=True))


def without_blame(x, bias):
    network = nn.MLP(2, [2, 1], activation="relu", init=lambda rng, nin, nout: 1.0)
    network.layers[0].neurons[1].b.data = bias
    nn.half_squared_error(network(x), 1.0).backward()
    return [f"{p.scope}/{p.label}" for p in network.parameters() if p.grad == 0]


INPUT, NEURON = "input 2 is 0", "hidden neuron 2 outputs 0"
BLAMELESS = {INPUT: without_blame([2.0, 0.0], 0.0), NEURON: without_blame([2.0, 1.0], -5.0)}


def wrong_names(answer):
    if not isinstance(answer, Mapping) or set(answer) != {INPUT, NEURON}:
        return f"{answer!r} is not a dict with the two cases."
    for case, names in answer.items():
        if isinstance(names, str) or not isinstance(names, Iterable):
            return f"{case}: {names!r} is not a list of names."
        missing = len(set(BLAMELESS[case]) - set(names))
        extra = sorted(map(str, set(names) - set(BLAMELESS[case])))
        if extra:
            return f"{case}: {extra[0]} has a gradient, or is no name of a parameter."
        if missing:
            return f"{case}: {missing} more {'gets' if missing == 1 else 'get'} no blame."
    return None


EXERCISES = {
    "05.1": Exercise(
        Numbers(differences, tolerance=1e-9, what="four differences, for the four moves"),
        "it grows with the square of the move. The loss is half of a square in this bias, so the difference is half of the squared move.",
        [
            Mistake(
                changes_of_the_loss()[0],
                "these are the measured changes. Subtract the gradient times the move from each.",
            ),
            Mistake(
                changes_of_the_loss()[1],
                "this is the gradient times the move. Subtract it from the measured change.",
            ),
            Mistake(
                tuple(-difference for difference in differences()),
                "the sign is the other one: measured change minus gradient times move.",
            ),
            Mistake(
                tuple(move / 2 for move in MOVES),
                "they would grow in proportion to the move. Does a move ten times as large not make a hundred times the difference?",
            ),
        ],
        "Set `bias.data` to each move, compute the loss anew, and subtract the first loss and `bias.grad * move`. Start each from the bias 0.",
    ),
    "05.2": Exercise(
        Anything(
            'a dict with the two cases, for each of them a list of names like "layer 1/neuron 1/w1"',
            wrong_names,
            BLAMELESS,
        ),
        "a weight that carried no signal gets none, and nothing gets any through a ReLU that is off.",
        [
            Mistake(
                BLAMELESS | {NEURON: BLAMELESS[NEURON][:-1]},
                "the neuron sent the signal 0 on: what about the weight out of it, in layer 2?",
            ),
            Mistake(
                BLAMELESS | {NEURON: BLAMELESS[NEURON][-1:]},
                "this is the weight out of the neuron. Its slope is 0 too: what comes back to its own weights and its bias?",
            ),
            Mistake(
                BLAMELESS | {NEURON: [name for name in BLAMELESS[NEURON] if not name.endswith("/b")]},
                "the bias of this neuron is behind the same slope of 0 as its weights.",
            ),
            Mistake(
                BLAMELESS | {INPUT: BLAMELESS[INPUT][:1]},
                "the input goes to both hidden neurons.",
            ),
        ],
        "A gradient is the error term times the signal. Which of the two is 0?",
    ),
    "05.3": Exercise(
        Numbers(lambda: moved(0.1), tolerance=1e-4, what="the two inputs after the step"),
        "both gradients are negative, so both inputs grow; the second one more, because its gradient is larger.",
        [
            Mistake(
                moved(-0.1),
                "this step goes up the gradient, and makes the loss larger. Subtract.",
            ),
            Mistake(
                tuple(input_gradients()),
                "these are the gradients. Give the inputs after the step, x - 0.1 * dL/dx.",
            ),
            Mistake(
                moved(1.0),
                "this is a step with the step size 1; here it is 0.1.",
            ),
        ],
        "Make Values of the inputs, call `backward()` on the loss, and subtract 0.1 times the gradient from each.",
    ),
}
