"""Exercises of notebook 08, handwritten digits."""

import math

import nn
from autograd import Value
from exercises.answers import Exercise, Mistake, Number, Numbers


def sum_of_gradients():
    scores = [Value(score) for score in (1.0, -2.0, 0.5)]
    nn.cross_entropy(scores, 2).backward()
    return sum(score.grad for score in scores)


def loss_of_mistakes():
    sure, mistaken = 0.99 * -math.log(0.99), 0.01 * -math.log(1e-6)
    return {"loss": sure + mistaken, "share": mistaken / (sure + mistaken)}


def without_hidden_layer():
    import numpy as np  # these two only here: other exercises need neither of them
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split

    digits = load_digits()
    X_train, X_test, y_train, y_test = train_test_split(
        digits.data / 16, digits.target, train_size=150, stratify=digits.target, random_state=0
    )
    model = nn.MLP(64, [10], init="xavier", seed=0)
    nn.fit(
        model, X_train, y_train, loss="cross_entropy", optimizer="adam", learning_rate=0.05,
        epochs=5, batch_size=10, seed=0, progress=False,
    )  # fmt: skip

    def accuracy(images):
        pairs = zip(nn.predict(model, images), y_test.tolist(), strict=True)
        return sum(nn.accuracy(scores, right) for scores, right in pairs) / len(images)

    moved = np.roll(X_test.reshape(-1, 8, 8), 1, axis=2).reshape(-1, 64)
    return {"as they are": accuracy(X_test), "moved": accuracy(moved)}


EXERCISES = {
    "08.1": Exercise(
        Number(lambda: round(sum_of_gradients(), 12), what="a number, the sum of the ten gradients"),
        "the probabilities add up to 1, and 1 is taken from that of the right digit. So only differences of scores count.",
        [
            Mistake(1.0, "this is the sum of the probabilities. The gradient by the right score is p - 1."),
            Mistake(-1.0, "each wrong score has the gradient p, not 0."),
        ],
        "The gradient is p - 1 for the right digit and p for each other. What do the probabilities add up to?",
    ),
    "08.2": Exercise(
        Numbers(
            loss_of_mistakes,
            tolerance=0.01,
            what="the mean loss, and the share of it that comes from the 1 %",
        ),
        "the few mistakes make most of the loss, while the accuracy does not ask how sure they were.",
        [
            Mistake(
                {"loss": (-math.log(0.99) - math.log(1e-6)) / 2, "share": 1.0},
                "this is the mean of the two losses. One of them counts 99 times as much as the other.",
                when=lambda answer: math.isclose(
                    answer["loss"], (-math.log(0.99) - math.log(1e-6)) / 2, rel_tol=0.01
                ),
            ),
            Mistake(
                {"loss": loss_of_mistakes()["loss"], "share": 100 * loss_of_mistakes()["share"]},
                "the loss is right. The share is from 0 to 1, not in percent.",
            ),
            Mistake(
                {"loss": loss_of_mistakes()["loss"] / math.log(10), "share": loss_of_mistakes()["share"]},
                "the logarithm is the natural one, `math.log`, not that to the base 10.",
            ),
        ],
        "The loss is the mean of -log p: 0.99 parts of -log 0.99, and 0.01 parts of -log of a millionth.",
    ),
    "08.3": Exercise(
        Numbers(
            without_hidden_layer,
            tolerance=0.05,
            what="the shares of the other images that it gets right, from 0 to 1",
        ),
        "a weight belongs to a pixel, so what it learned of ink at one place says nothing about the place beside it.",
        [
            Mistake(
                {"as they are": 0.90, "moved": 0.90},
                "are they moved? `np.roll` needs the images as 8 by 8, and axis=2.",
                when=lambda answer: math.isclose(answer["as they are"], answer["moved"]),
            ),
            Mistake(
                {"as they are": 90.0, "moved": 35.0},
                "these are in percent; give shares, from 0 to 1.",
                when=lambda answer: max(answer.values()) > 1,
            ),
        ],
        "Use `train_test_split(..., train_size=150, stratify=..., random_state=0)` and the seed 0, and measure on the images not trained on.",
    ),
}
