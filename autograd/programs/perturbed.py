"""A computation with one input perturbed: its result and all numbers on the way, wherever it is moved to."""

from __future__ import annotations

import operator
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from importlib.util import find_spec
from itertools import repeat

from autograd import ops
from autograd.primitive import Operation
from autograd.programs.program import UNUSED, Program, function_on_floats
from autograd.programs.slices import Slices

_MANY = 16  # inputs, from which on numpy computes a batch of them faster than Python one after another
_LONG = 100  # instructions, from which on numpy computes a single input faster
_WORTH_LOADING = 20_000  # instructions times inputs, from which on numpy is loaded for them
_FEW = 8  # places whose numbers are kept, as they are asked for again at once
_IN_C: Mapping[Operation, Callable[..., float]] = {  # the same functions, without Python in between
    ops.add: operator.add,
    ops.sub: operator.sub,
    ops.mul: operator.mul,
    ops.neg: operator.neg,
}


class Perturbed:
    """The numbers of a computation at some places of one input, while the others stay as they are.

    Args:
        slices: the computation.
        index: which of its inputs is moved.
    """

    def __init__(self, slices: Slices, index: int) -> None:
        self.at = slices.inputs[index].data
        self.slices = slices
        self.index = index
        self._results: dict[float, float] = {}  # by place
        self._sums: dict[float, float] = {}
        self._numbers: dict[float, list[float]] = {}

    @cached_property
    def slice(self) -> tuple[Program, list[float]]:
        """The program of what depends on the input, and the weights of its instructions."""
        return self.slices.slice(self.index)

    @property
    def program(self) -> Program:
        """What depends on the input."""
        return self.slice[0]

    @property
    def may_have_kinks(self) -> bool:
        """Whether an operation of the computation has a kink; quickly told, without a look at the program."""
        return any(operation.kink for operation in self.slices.whole.operations)

    def remember(self, places: Iterable[float], results: Iterable[float], sums: Iterable[float]) -> None:
        """Keep the results at the first of some places, and the weighted sums."""
        self._results.update(zip(places, results, strict=False))
        self._sums.update(zip(places, sums, strict=False))

    def result(self, place: float) -> float:
        """The result where the input is moved to a place."""
        known = self._results.get(place)
        return self.numbers(place)[self.program.outputs[0]] if known is None else known

    def weighted(self, place: float) -> float:
        """The sum of weights times sizes of all results, each here or there, where it is larger."""
        known = self._sums.get(place)
        if known is not None:
            return known
        program, weights = self.slice
        return weighted(self.numbers(place)[program.first :], self._here[program.first :], weights)

    def numbers(self, place: float) -> list[float]:
        """The number in every slot of the program."""
        if place == self.at:
            return self._here
        numbers = self._numbers.get(place)
        if numbers is None:
            if len(self._numbers) == _FEW:
                self._numbers.clear()
            numbers = self._numbers[place] = self.program.numbers([place], or_nan=True)
        return numbers

    @cached_property
    def _here(self) -> list[float]:
        return self.program.numbers([self.at], or_nan=True)


def visit(inputs: Sequence[Perturbed], places: Sequence[Sequence[float]], sums: int) -> None:
    """Compute at once what will be asked for, many inputs as one batch if there is numpy.

    A user's function is called only where it has to be.

    Args:
        inputs: some inputs of one computation.
        places: for each of them where the result will be asked for; as many for each.
        sums: at how many of the first places the weighted sum will be, too.
    """
    slices = inputs[0].slices
    work = len(inputs) * len(slices.whole)
    if len(inputs) >= _MANY and _in_the_table(slices.whole) and _has_numpy(load=work >= _WORTH_LOADING):
        found = slices.batch.numbers([one.index for one in inputs], places, sums)
    else:
        found = map(_visited, inputs, places, repeat(sums))
    for one, wanted, (results, totals) in zip(inputs, places, found, strict=True):
        one.remember(wanted, results, totals)


def _visited(one: Perturbed, places: Sequence[float], sums: int) -> tuple[list[float], list[float]]:
    """Results and weighted sums without a batch; none if a user's function would be called."""
    program, weights = one.slice
    if not _in_the_table(program):
        return [], []
    every = [*places, one.at]
    if len(program) >= _LONG and _has_numpy(load=len(program) >= _WORTH_LOADING):
        from autograd.programs import batch

        numbers = batch.rows_of(program, every)
        moving = numbers[program.first :]
        totals = batch.weighted(moving[:, :sums], moving[:, -1], weights)
        return numbers[program.outputs[0]].tolist(), totals
    rows = rows_of(program, every)
    columns = list(zip(*rows[program.first :], strict=True)) or [()] * len(every)
    return rows[program.outputs[0]], [weighted(column, columns[-1], weights) for column in columns[:sums]]


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


def rows_of(program: Program, places: list[float]) -> list[list[float]]:
    """The numbers in every slot: a row for each slot, a column for each place of the one input."""
    functions = [
        _IN_C.get(operation) or function_on_floats(operation, or_nan=True) for operation in program.operations
    ]
    rows = [places, *([constant] * len(places) for constant in program.constants)]
    for code, left, right in zip(program.codes, program.left, program.right, strict=True):
        if right == UNUSED:
            rows.append(list(map(functions[code], rows[left])))
        else:
            rows.append(list(map(functions[code], rows[left], rows[right])))
    return rows


def _in_the_table(program: Program) -> bool:
    return all(ops.TABLE.get(operation.name) is operation for operation in program.operations)


def _has_numpy(load: bool) -> bool:
    """Whether there is numpy; if it is not loaded yet, only if that is wanted."""
    return find_spec("numpy") is not None if load else sys.modules.get("numpy") is not None
