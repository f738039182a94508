"""The handwritten digits that scikit-learn brings, and the network that learns them."""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

import nn
from tests.benchmarks.engines.engine import Unable

TRAINED, TESTED = 1_437, 360  # images
CLASSES = 10
SIZES = [32, CLASSES]  # neurons of each layer
BATCH = 32
LEARNING_RATE = 1e-3  # of Adam, as torch and scikit-learn have it


class Digits(NamedTuple):
    """Images (n, 64) from 0 to 1, and the digit (n,) on each; some to train on, others to test with."""

    images: Any
    classes: Any
    test_images: Any
    test_classes: Any


@cache
def digits() -> Digits:
    """All digits, divided.

    Raises:
        Unable: if scikit-learn is missing.
    """
    try:
        from sklearn.datasets import load_digits
        from sklearn.model_selection import train_test_split
    except ImportError:
        raise Unable("the digits come with scikit-learn, which is not installed") from None
    images, classes = load_digits(return_X_y=True)
    sizes = {"train_size": TRAINED, "test_size": TESTED}
    parts = train_test_split(images / 16, classes, **sizes, stratify=classes, random_state=0)
    trained, tested, *classes = parts
    return Digits(trained, classes[0], tested, classes[1])


def network() -> nn.MLP:
    """A network of ReLUs that has learned nothing yet."""
    return nn.MLP(64, SIZES, activation="relu", init="he", seed=0)


def start() -> list[tuple[Any, Any]]:
    """Its weights (outputs, inputs) and its biases (outputs,), layer by layer."""
    import numpy

    return [
        (
            numpy.array([[w.data for w in neuron.w] for neuron in layer.neurons]),
            numpy.array([neuron.b.data for neuron in layer.neurons]),
        )
        for layer in network().layers
    ]


def batches(order: Any) -> list[Any]:
    """An order of samples, cut into batches; the last one may be smaller."""
    return [order[begin : begin + BATCH] for begin in range(0, len(order), BATCH)]


def right(scores: Any) -> float:
    """The share of the images to test with whose own digit has the largest score; percent."""
    share: float = (scores.argmax(1) == digits().test_classes).mean().item()
    return 100 * share
