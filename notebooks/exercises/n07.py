"""Exercises of notebook 07, training a network on moons."""

import math

import nn
from exercises.answers import Exercise, Mistake, Number, Numbers


def accuracy_without_relu():
    X, y = nn.data.moons(100, noise=0.1, seed=1337)
    model = nn.MLP(2, [8, 8, 1], activation="linear", seed=0)
    history = nn.fit(
        model,
        X,
        y,
        loss="bce_with_logits",
        learning_rate=0.3,
        epochs=30,
        metrics=["accuracy"],
        progress=False,
    )
    return history["accuracy"][-1]


EXERCISES = {
    "07.1": Exercise(
        Number(
            accuracy_without_relu,
            tolerance=0.02,
            what="the share of the samples that it gets right, from 0 to 1",
        ),
        "a linear function of linear functions is linear, so the boundary is a straight line, and no line separates the moons.",
        [
            Mistake(88.0, "this is in percent; give the share, from 0 to 1.", when=lambda answer: answer > 1),
            Mistake(1.0, 'this is what the network with ReLUs reaches. Is `activation` set to "linear"?'),
            Mistake(0.5, "this is what guessing reaches. Train it first."),
        ],
        'Ask `fit` for `metrics=["accuracy"]`, and take the last entry of `history["accuracy"]`.',
    ),
    "07.2": Exercise(
        Numbers(
            lambda: {"loss": math.log(2), "parameters that still move": 1},
            tolerance=1e-3,
            what="the loss, and how many of the 105 parameters have a gradient other than 0",
        ),
        "log 2 is the loss of the probability 1/2 for everything. All ReLUs of the second layer are dead: only the bias of the output moves.",
        [
            Mistake(
                {"loss": math.log(2), "parameters that still move": 9},
                "the output neuron has 9 parameters. Eight of them are weights: what is their input, and so their gradient?",
            ),
            Mistake(
                {"loss": math.log(2), "parameters that still move": 0},
                "nearly none. Which parameter of the output needs no input to have a gradient?",
            ),
            Mistake(
                {"loss": math.log(2), "parameters that still move": 105},
                "look at their gradients: `[name for name, p in model.named_parameters() if p.grad != 0]`.",
            ),
        ],
        "The loss is the logarithm of a small whole number. The outputs are `nn.predict(model, X)`, and a dead ReLU passes no gradient on.",
    ),
    "07.3": Exercise(
        Numbers(
            lambda: {"steps with batches of 20": 75, "steps with full batches": 15},
            what="how many steps each takes in all",
        ),
        "five times as many steps for the same work. A gradient of 20 samples is only an estimate, but a good one here.",
        [
            Mistake(
                {"steps with batches of 20": 5, "steps with full batches": 1},
                "these are the steps of one epoch. The training has 15.",
            ),
            Mistake(
                {"steps with batches of 20": 15, "steps with full batches": 15},
                "these are epochs. With batches, an epoch has one step for each of them.",
            ),
            Mistake(
                {"steps with batches of 20": 300, "steps with full batches": 15},
                "20 is the size of a batch, not their number: 100 samples in batches of 20 are how many?",
            ),
        ],
        "An epoch is one step for each batch of the 100 samples.",
    ),
}
