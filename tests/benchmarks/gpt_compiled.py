"""The GPT of `gpt.py` as compiled programs: one for each length of a word, whatever its letters are.

Four things change. The parameters are one array of numbers. A letter is an input of the program too, so that
`take` looks up its row, and `cross_entropy` its logarithm. The softmax is that of the library, which looks
for the largest number in the program and not while it is traced. And Adam's rule for one parameter is
compiled as a batch, whose samples are the parameters.

    python -m tests.benchmarks.gpt_compiled --steps 5000
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

import autograd
import nn
from autograd import jit, take, value_and_grad
from tests.benchmarks.gpt import ALPHABET, BOUNDARY, GPT, SHAPES, Vector, main

BETA1, BETA2, EPSILON = 0.9, 0.99, 1e-8  # as in `gpt.py`


class GPTOfNumbers(GPT):
    """The GPT with its parameters in one list, in the order of `GPT.parameters`."""

    def __init__(self, numbers: Sequence[Any]) -> None:
        rest = iter(numbers)
        for name, (rows, columns) in SHAPES.items():
            setattr(self, name, [[next(rest) for _ in range(columns)] for _ in range(rows)])
        self.forget()

    def row_of(self, letter: Any) -> Vector:
        return take(self.letter, letter)

    def probabilities(self, logits: Vector) -> Vector:
        return autograd.softmax(logits)


def loss(numbers: Sequence[Any], letters: Sequence[Any]) -> Any:
    """The mean surprise of a model at each letter but the first."""
    model = GPTOfNumbers(numbers)
    return autograd.mean(
        [nn.cross_entropy(model.read(this), following) for this, following in pairwise(letters)]
    )


class Programs:
    """The loss and its gradient, compiled when a word of a new length comes."""

    def __init__(self) -> None:
        self._of_length: dict[int, Any] = {}

    def __call__(self, numbers: Any, word: str) -> tuple[float, Any]:
        letters = [float(ALPHABET.index(letter)) for letter in BOUNDARY + word + BOUNDARY]
        program = self._of_length.get(len(letters))
        if program is None:
            program = jit(value_and_grad(loss)).bind(numbers, letters)
            self._of_length[len(letters)] = program
        program.inputs[0][:], program.inputs[1][:] = numbers, letters
        program()
        value, gradient = program.outputs
        return float(value), gradient


@jit
def moved(
    number: Any, mean: Any, square: Any, gradient: Any, rate: Any, known: Any, known_squared: Any
) -> tuple[Any, Any, Any]:
    """A parameter after a step of the Adam of `gpt.py`, number for number, and its two averages.

    Args:
        number: the parameter.
        mean: the average of its gradients.
        square: the average of their squares.
        gradient: the new one.
        rate: the learning rate.
        known: how much of `mean` is not the zero that it began with.
        known_squared: how much of `square`.
    """
    mean = BETA1 * mean + (1 - BETA1) * gradient
    square = BETA2 * square + (1 - BETA2) * gradient**2
    step = rate * (mean / known) / (autograd.sqrt(square / known_squared) + EPSILON)
    return number - step, mean, square


class Adam:
    """That of `gpt.py`: one compiled function for all parameters.

    Attributes:
        numbers: the parameters.
    """

    def __init__(self, numbers: Any, steps: int, rate: float = 0.01) -> None:
        self.steps, self.rate, self.done = steps, rate, 0
        zeros = np.zeros_like(numbers)
        self._update = moved.bind_batch(numbers, zeros, zeros, zeros, 0.0, 0.0, 0.0, shared=(4, 5, 6))
        self.numbers, *_ = self._update.inputs

    def step(self, gradient: Any) -> None:
        rate = self.rate * (1 - self.done / self.steps)
        self.done += 1
        *state, given, falling, known, known_squared = self._update.inputs
        given[:] = gradient
        falling[...], known[...], known_squared[...] = rate, 1 - BETA1**self.done, 1 - BETA2**self.done
        self._update()
        for old, new in zip(state, self._update.outputs, strict=True):
            old[:] = new


def train(model: GPT, corpus: list[str], steps: int) -> Iterator[float]:
    """One word a step, as in `gpt.py`; the model gets its parameters at the end."""
    parameters = model.parameters()
    programs, optimizer = Programs(), Adam(np.array([p.data for p in parameters]), steps)
    for i in range(steps):
        value, gradient = programs(optimizer.numbers, corpus[i % len(corpus)])
        optimizer.step(gradient)
        yield value
    for p, number in zip(parameters, optimizer.numbers.tolist(), strict=True):
        p.data = number


if __name__ == "__main__":
    main("gpt_compiled", train)
