"""Functions of the libraries beside the same written with Values: a graph is built and passed backward.

By hand is how programs for scalar engines are written: loops and the builtin `sum`, the largest number read
out of the graph.
"""

from __future__ import annotations

import builtins
import random
from collections.abc import Callable
from typing import Any

import autograd
import nn
from autograd import Value
from tests.benchmarks import gpt
from tests.benchmarks.comparison import MICROSECONDS, Comparison, Row, Step, beside

Function = Callable[[list[Value]], Value]
RIGHT = 0  # the index of the right class


def cross_entropy(scores: list[Value]) -> Value:
    """log(exp(s[0]) + exp(s[1]) + ...) less the score of the right class."""
    largest = max(score.data for score in scores)
    total = builtins.sum((score - largest).exp() for score in scores)
    return total.log() - (scores[RIGHT] - largest)


def squared_error(outputs: list[Value]) -> Value:
    return builtins.sum((out - 1.0) ** 2 for out in outputs) * (1 / len(outputs))


def bce(outputs: list[Value]) -> Value:
    """Half of the targets are 1, half 0."""
    terms = [((1 + (out if i % 2 else -out).exp()).log()) for i, out in enumerate(outputs)]
    return builtins.sum(terms) * (1 / len(outputs))


def max_margin(outputs: list[Value]) -> Value:
    return builtins.sum((1 - out).relu() for out in outputs) * (1 / len(outputs))


def alternating(count: int) -> list[int]:
    return [1 - i % 2 for i in range(count)]


FUNCTIONS: dict[str, tuple[Function, Function]] = {  # of a library, by hand
    "softmax": (lambda x: autograd.softmax(x)[RIGHT], lambda x: gpt.softmax(x)[RIGHT]),
    "cross_entropy": (lambda x: nn.cross_entropy(x, RIGHT), cross_entropy),
    "bce_with_logits": (lambda x: nn.bce_with_logits(x, alternating(len(x))), bce),
    "mse": (lambda x: nn.mse(x, [1.0] * len(x)), squared_error),
    "max_margin": (lambda x: nn.max_margin(x, [1] * len(x)), max_margin),
    "sum": (autograd.sum, lambda x: builtins.sum(x)),
    "dot": (lambda x: autograd.dot(x, x), lambda x: gpt.dot(x, x)),
    "norm": (autograd.norm, lambda x: gpt.dot(x, x) ** 0.5),
    "l2_penalty": (lambda x: nn.l2_penalty(x, 0.1), lambda x: 0.1 * gpt.dot(x, x)),
}
SIZES = (10, 27, 1_000)


def forward_and_backward(function: Function, count: int) -> Step:
    """Build the function of as many numbers and pass it backward; its value and one gradient."""
    rng = random.Random(1)
    leaves = [Value(rng.uniform(-2.0, 2.0)) for _ in range(count)]

    def step() -> tuple[Any, ...]:
        out = function(leaves)
        out.backward()
        return out.data, leaves[RIGHT].grad

    return step


def row(name: str, count: int) -> Row:
    library, by_hand = FUNCTIONS[name]
    return beside(
        lambda: forward_and_backward(library, count),
        lambda: forward_and_backward(by_hand, count),
        MICROSECONDS,
    )


BY_HAND = Comparison(
    "Functions of the libraries: a graph of n numbers, built and passed backward",
    "us",
    "by hand",
    {f"{name} of {count:,}": row(name, count) for name in FUNCTIONS for count in SIZES},
)
