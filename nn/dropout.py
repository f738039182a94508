"""Dropout: in training some numbers, chosen at random, are left out."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from autograd import Value, is_tracing, scope
from nn.init import Seed, random_source
from nn.module import Module
from nn.sample import as_inputs, unwrapped
from nn.settings import checked

Factors = Callable[["Dropout", int], list[Any]]
"""Says what a dropout multiplies so many numbers by."""

_factors: ContextVar[Factors | None] = ContextVar("_factors", default=None)


@contextmanager
def drops(factors: Factors) -> Iterator[None]:
    """A block in which dropouts draw nothing, and multiply by what a function says."""
    token = _factors.set(factors)
    try:
        yield
    finally:
        _factors.reset(token)


class Dropout(Module):
    """In training mode each number becomes 0 with probability p, else it is divided by 1 - p.

    That keeps its expectation, so in evaluation mode (`eval()`) numbers pass unchanged. A network that cannot
    count on any single neuron learns to do without it (Srivastava, Hinton, Krizhevsky, Sutskever and
    Salakhutdinov, "Dropout: a simple way to prevent neural networks from overfitting", 2014; the division,
    "inverted" dropout, is in its section 10).

    Args:
        p: the probability of 0.
        seed: an int or a random.Random; None draws from the module `random`. One number is drawn for each
            number of a sample, in order.

    Raises:
        ValueError: if p is not a number from 0 to 1.
        TypeError: if the seed is none of these.

    >>> dropout = Dropout(0.5, seed=0)
    >>> [y.data for y in dropout([1.0, 2.0, 3.0, 4.0])]
    [2.0, 4.0, 0.0, 0.0]
    >>> [y.data for y in dropout.eval()([1.0, 2.0, 3.0, 4.0])]
    [1.0, 2.0, 3.0, 4.0]
    """

    def __init__(self, p: float = 0.5, seed: Seed = None) -> None:
        self.p: float = checked("Dropout", {"p": p})["p"]
        source = random_source(seed)
        self.rng = None if source is random else source  # a module, such as `random`, cannot be copied

    def __call__(self, x: Iterable[Value | float]) -> Value | list[Value]:
        """The outputs for one sample of any length: a list, or one Value if there is one number."""
        inputs = as_inputs(x, None, self)
        if not self.training:
            return unwrapped(inputs)
        given = _factors.get()
        if given is None and is_tracing():
            raise TypeError(
                "jit: dropout would drop the same numbers at every call; compile the model in evaluation "
                "mode, after model.eval()"
            )
        with scope("dropout"):
            factors = given(self, len(inputs)) if given else self.drawn(len(inputs))
            mask = [m if isinstance(m, Value) else Value(m, label="mask") for m in factors]
            return unwrapped([x * m for x, m in zip(inputs, mask, strict=True)])

    @property
    def scale(self) -> float:
        """What a number that is kept is multiplied by."""
        return 1.0 / (1.0 - self.p) if self.p < 1.0 else 0.0

    def drawn(self, count: int) -> list[float]:
        """The factors of so many numbers, drawn now: 0.0 or `scale`."""
        draw, p, scale = (self.rng or random).random, self.p, self.scale
        return [0.0 if draw() < p else scale for _ in range(count)]

    def describe(self) -> str:
        return repr(self)

    def __repr__(self) -> str:
        return f"Dropout(p={self.p})"
