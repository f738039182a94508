"""The functions that are differentiated at many points, and the points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tests.benchmarks.programs import Program, black_scholes, rosenbrock, tanh_six_times

MOST = 100_000  # points of a batch


@dataclass(frozen=True)
class Work:
    """A function and where it is computed.

    Attributes:
        program: the function of n scalars.
        low: the least number of each input.
        high: the largest.
        count: how many points a batch has.
    """

    program: Program
    low: Sequence[float]
    high: Sequence[float]
    count: int = MOST

    @property
    def name(self) -> str:
        """What its hand-written derivative is called."""
        return self.program.__name__

    def points(self) -> Any:
        """An array (count, n), the same in every process."""
        import numpy

        size = min(self.count, MOST), len(self.low)
        return numpy.random.default_rng(0).uniform(self.low, self.high, size)

    def point(self) -> list[float]:
        numbers: list[float] = self.points()[0].tolist()
        return numbers


ROSENBROCK_10 = Work(rosenbrock, [-1.0] * 10, [1.0] * 10)
WORKS = {
    "Rosenbrock-10": ROSENBROCK_10,
    "Black-Scholes": Work(black_scholes, [90.0, 90.0, 0.01, 0.1, 0.5], [110.0, 110.0, 0.05, 0.4, 2.0]),
    "30 operations, 6 tanh": Work(tanh_six_times, [0.2] * 3, [0.9] * 3),
    "Rosenbrock-100, 0.8 MB": Work(rosenbrock, [-1.0] * 100, [1.0] * 100, 500),
    "Rosenbrock-100, 16 MB": Work(rosenbrock, [-1.0] * 100, [1.0] * 100, 10_000),
}
