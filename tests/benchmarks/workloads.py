"""What is measured. Each engine does the same work, by its own classes, in the way its users write it."""

from __future__ import annotations

import random
from types import ModuleType
from typing import Any

CHAIN_LENGTHS = (1_000, 100_000)


def chain(value_class: Any, nodes: int) -> Any:
    """x*a, +b, **2, relu, over and over, on numbers that stay near 1."""
    a, b, x = value_class(0.5), value_class(0.25), value_class(0.7)
    for _ in range(nodes // 4):
        x = ((x * a + b) ** 2).relu()
    return x


class Moons:
    """One full-batch training step of the micrograd demo: MLP(2, [16, 16, 1]), max-margin loss plus L2."""

    def __init__(self, value_class: Any, nn: ModuleType, X: list[list[float]], y: list[int]) -> None:
        random.seed(1337)
        self.value_class = value_class
        self.model = nn.MLP(2, [16, 16, 1])
        self.X, self.y = X, y

    def step(self) -> float:
        """Forward, backward, update; returns the loss."""
        inputs = [list(map(self.value_class, row)) for row in self.X]
        scores = list(map(self.model, inputs))
        losses = [(1 + -yi * score).relu() for yi, score in zip(self.y, scores, strict=True)]
        penalty = 1e-4 * sum(p * p for p in self.model.parameters())
        total = sum(losses) * (1.0 / len(losses)) + penalty
        self.model.zero_grad()
        total.backward()
        for p in self.model.parameters():
            p.data -= 0.1 * p.grad
        return float(total.data)
