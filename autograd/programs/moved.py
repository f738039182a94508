"""A program whose one input moves: its result and all the numbers on the way, wherever it is moved to."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import cached_property
from importlib.util import find_spec

from autograd import ops
from autograd.programs.program import Program

_WORTHWHILE = 100  # instructions, from which on numpy computes many places faster than Python
_WORTH_LOADING = 1000  # from which on it does so though it has to be loaded first
_FEW = 8  # places whose numbers are kept, as they are asked for again at once


class Moved:
    """The numbers of a program at some places of its input.

    Args:
        program: a program of one input and one output.
        at: where the input is when it is not moved.
        weights: what the size of each instruction's result counts.
    """

    def __init__(self, program: Program, at: float, weights: Sequence[float]) -> None:
        self._program = program
        self._weights = weights
        self._at = at
        self._results: dict[float, float] = {}  # by place
        self._sums: dict[float, float] = {}
        self._numbers: dict[float, list[float]] = {}

    def visit(self, places: Sequence[float], weighted: Sequence[float]) -> None:
        """Compute at once what will be asked for: with numpy, if there is much to do.

        A user's function is called only where it has to be.

        Args:
            places: where the result will be asked for.
            weighted: at which of them the weighted sum will be, too.
        """
        if len(self._program) < (_WORTHWHILE if "numpy" in sys.modules else _WORTH_LOADING):
            return
        if find_spec("numpy") is None:
            return
        if any(ops.TABLE.get(operation.name) is not operation for operation in self._program.operations):
            return
        from autograd.programs import rows

        every = [*weighted, *places, self._at]
        numbers = rows.rows_of(self._program, every)
        self._results.update(zip(every, numbers[self._program.outputs[0]].tolist(), strict=True))
        moving = numbers[self._program.first :]
        sums = rows.weighted(moving[:, : len(weighted)], moving[:, -1], self._weights)
        self._sums.update(zip(weighted, sums, strict=True))

    def result(self, place: float) -> float:
        """The result where the input is moved to a place."""
        known = self._results.get(place)
        return self.numbers(place)[self._program.outputs[0]] if known is None else known

    def weighted(self, place: float) -> float:
        """The sum of weights times sizes of all results, each here or there, where it is larger."""
        known = self._sums.get(place)
        if known is not None:
            return known
        first = self._program.first
        return weighted(self.numbers(place)[first:], self._here[first:], self._weights)

    def numbers(self, place: float) -> list[float]:
        """The number in every slot."""
        if place == self._at:
            return self._here
        numbers = self._numbers.get(place)
        if numbers is None:
            if len(self._numbers) == _FEW:
                self._numbers.clear()
            numbers = self._numbers[place] = self._program.numbers([place])
        return numbers

    @cached_property
    def _here(self) -> list[float]:
        return self._program.numbers([self._at])


def weighted(results: Sequence[float], here: Sequence[float], weights: Sequence[float]) -> float:
    """What the larger sizes of numbers here and there count together, in order.

    A number that counts nothing may be infinite, and 0 counts nothing.
    """
    total = 0.0
    for number, moved, weight in zip(here, results, weights, strict=True):
        size = max(abs(number), abs(moved))
        if weight and size:
            total += weight * size
    return total
