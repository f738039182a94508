"""Dropout: in training some numbers, chosen at random, are left out."""

from __future__ import annotations

import random
from collections.abc import Iterable

from autograd import Value, is_tracing, scope
from nn.init import Seed, random_source
from nn.module import Module
from nn.sample import as_inputs, unwrapped
from nn.settings import checked


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
        if is_tracing():
            raise TypeError(
                "jit: dropout would drop the same numbers at every call; compile the model in evaluation "
                "mode, after model.eval()"
            )
        draw = (self.rng or random).random
        with scope("dropout"):
            mask = [0.0 if draw() < self.p else 1.0 / (1.0 - self.p) for _ in inputs]
            return unwrapped([x * Value(m, label="mask") for x, m in zip(inputs, mask, strict=True)])

    def describe(self) -> str:
        return repr(self)

    def __repr__(self) -> str:
        return f"Dropout(p={self.p})"
