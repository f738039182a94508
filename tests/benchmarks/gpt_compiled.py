"""The GPT of `gpt.py` as compiled programs: one for each length of a word, whatever its letters are.

Three things change. The parameters are one array of numbers. A letter is an input of the program too, so that
`take` looks up its row, and `cross_entropy` its logarithm. And the softmax is that of the library, which
looks for the largest number in the program and not while it is traced.

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


class Adam:
    """That of `gpt.py` on arrays, number for number."""

    def __init__(self, numbers: Any, steps: int, rate: float = 0.01) -> None:
        self.numbers, self.steps, self.rate = numbers, steps, rate
        self.mean = np.zeros_like(numbers)
        self.square = np.zeros_like(numbers)
        self.done = 0

    def step(self, gradient: Any, beta1: float = 0.9, beta2: float = 0.99, epsilon: float = 1e-8) -> None:
        rate = self.rate * (1 - self.done / self.steps)
        self.done += 1
        self.mean *= beta1
        self.mean += (1 - beta1) * gradient
        self.square *= beta2
        self.square += (1 - beta2) * gradient**2
        mean = self.mean / (1 - beta1**self.done)
        root = np.sqrt(self.square / (1 - beta2**self.done))
        self.numbers -= rate * mean / (root + epsilon)


def train(model: GPT, corpus: list[str], steps: int) -> Iterator[float]:
    """One word a step, as in `gpt.py`; the model gets its parameters at the end."""
    parameters = model.parameters()
    numbers = np.array([p.data for p in parameters])
    programs, optimizer = Programs(), Adam(numbers, steps)
    for i in range(steps):
        value, gradient = programs(numbers, corpus[i % len(corpus)])
        optimizer.step(gradient)
        yield value
    for p, number in zip(parameters, numbers.tolist(), strict=True):
        p.data = number


if __name__ == "__main__":
    main("gpt_compiled", train)
