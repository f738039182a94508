"""What is asked of whatever trains a network, and how its epochs are timed."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any, ClassVar, NamedTuple

from tests.benchmarks.engines.engine import Contestant, Unable

SEED = 7  # of the order of the samples

clock = time.process_time  # others on the same machine do not count


class Watch(random.Random):
    """Shuffles the samples at the beginning of each epoch, and notes when.

    `nn.fit` is given one as its seed. So its epochs are timed without a callback, for which it would show all
    parameters after every epoch.

    Attributes:
        moments: when each epoch began, and when `stop` was called; seconds.
    """

    def __init__(self) -> None:
        super().__init__(SEED)
        self.moments: list[float] = []

    def shuffle(self, x: Any) -> None:
        self.moments.append(clock())
        super().shuffle(x)

    def each(self, orders: list[Any]) -> Iterator[Any]:
        """The orders that were made before, each noted as the beginning of an epoch."""
        for order in orders:
            self.moments.append(clock())
            yield order

    def stop(self) -> None:
        self.moments.append(clock())


def orders(count: int, epochs: int) -> list[Any]:
    """For each epoch an array of the places of `count` samples, in the order in which `nn.fit` has them."""
    import numpy

    rng, order, made = random.Random(SEED), list(range(count)), []
    for _ in range(epochs):
        rng.shuffle(order)
        made.append(numpy.array(order))
    return made


class Course(NamedTuple):
    """A training that has ended.

    Attributes:
        losses: the mean loss of each epoch.
        moments: when each epoch began, and when the last one ended; seconds.
        scores: the trained network: an array of images (n, 64) -> scores (n, 10).
    """

    losses: list[float]
    moments: list[float]
    scores: Callable[[Any], Any]

    def first(self, start: float) -> float:
        """Seconds from `start`, before the data were converted and anything compiled, to the second epoch."""
        return self.moments[1] - start

    def later(self) -> list[float]:
        """Seconds of each epoch after the first."""
        return [end - begin for begin, end in pairwise(self.moments[1:])]


class Trainer(Contestant):
    """One way to train a network. Every training begins anew, from the same parameters.

    Attributes:
        steps: how many steps on the moons are timed.
        epochs: how many epochs of the digits.
        checked: whether its numbers must be those of the others.
    """

    steps: ClassVar[int] = 5_000
    epochs: ClassVar[int] = 20
    checked: ClassVar[bool] = True

    def moons(self, steps: int) -> Any:
        """Steps of gradient descent, all moons in each: the loss before the last one, then the parameters."""
        raise Unable("is not written for it")

    def digits(self, epochs: int) -> Course:
        """Epochs of Adam on batches of digits."""
        raise Unable("is not written for it")
