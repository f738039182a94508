"""A batch: a computation at many places of each of its inputs, to the last bit as functions of floats.

What IEEE 754 determines, numpy computes; whatever numpy may round otherwise is computed place by place.

An input is moved while all others stay, and only its slice is computed: a row for each instruction that
depends on it, a column for each place. Instructions of all slices that wait for nothing but what is there
are computed together, if they are the same operation. So the number of calls does not grow with the inputs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

from autograd import ops
from autograd.annotations import TYPE_CHECKING
from autograd.extras import extra
from autograd.primitive import Operation
from autograd.programs.arrays import EXACT, FUNCTIONS, Function
from autograd.programs.program import UNUSED, Program, function_on_floats

with extra("jit", "a program on arrays"):
    import numpy as np
    from numpy.typing import NDArray

if TYPE_CHECKING:
    from autograd.programs.slices import Slices

Array: TypeAlias = NDArray[np.float64]
Indices: TypeAlias = NDArray[np.intp]

_ROWS = 2**14  # are computed at a time, unless a single slice has more


class Batch:
    """Slices of a computation, carried out together.

    Args:
        slices: the computation, without operations of a user.
    """

    def __init__(self, slices: Slices) -> None:
        whole = self._whole = slices.whole
        self._recorded = np.array(slices.recorded)
        self._weights = np.array(slices.weights)
        self._left, self._right = np.array(whole.left, np.intp), np.array(whole.right, np.intp)
        self._functions = [_function(operation) for operation in whole.operations]
        self._step = np.array(_levels(whole)) * len(whole.operations) + np.array(whole.codes, np.intp)
        self._order = np.argsort(self._step, kind="stable")

    def numbers(
        self, inputs: Sequence[int], places: Sequence[Sequence[float]], sums: int
    ) -> Iterator[tuple[list[float], list[float]]]:
        """Results and weighted sums of each slice.

        Args:
            inputs: which inputs are moved.
            places: for each of them, where to; all of one length.
            sums: at how many of the first places the weighted sum is computed.

        Yields:
            For each input the result at every place, and the sum that `perturbed.weighted` computes at the
            first ones.
        """
        moved = np.array(inputs)
        at = np.column_stack([places, self._recorded[moved]])  # sums compare with what is recorded
        depends = _dependence(self._whole, inputs)
        for part in _parts(depends.sum(axis=0)):
            yield from self._computed(moved[part], depends[:, part], at[part], sums)

    def _computed(
        self, inputs: Indices, depends: NDArray[np.bool_], places: Array, sums: int
    ) -> Iterator[tuple[list[float], list[float]]]:
        first, slots, several = self._whole.first, len(self._recorded), np.arange(len(inputs))
        level, owner = np.nonzero(depends[self._order])
        instruction = self._order[level]
        made = slots + len(inputs)  # rows: what is recorded, then the inputs, then what is computed
        table = np.empty((made + len(owner), places.shape[1]))
        table[:slots] = self._recorded[:, None]
        table[slots:made] = places
        row = np.repeat(np.arange(slots)[:, None], len(inputs), axis=1)  # by slot and by what is moved
        row[inputs, several] = slots + several
        row[first + instruction, owner] = made + np.arange(len(owner))
        self._run(
            table,
            made,
            instruction,
            row[self._left[instruction], owner],
            row[self._right[instruction], owner],
        )
        results = table[row[self._whole.outputs[0]], :-1].tolist()
        for one in range(len(inputs)):
            moving = np.flatnonzero(depends[:, one])
            rows = row[first + moving, one]
            yield results[one], weighted(table[rows, :sums], table[rows, -1], self._weights[moving])

    def _run(self, table: Array, made: int, instruction: Indices, left: Indices, right: Indices) -> None:
        """Fill in the computed rows, all of one level and one operation at once."""
        if not len(instruction):
            return
        step = self._step[instruction]
        starts = [0, *(np.flatnonzero(np.diff(step)) + 1).tolist(), len(step)]
        codes = (step[starts[:-1]] % len(self._functions)).tolist()
        arities = [operation.arity for operation in self._whole.operations]
        with np.errstate(all="ignore"):
            for code, start, stop in zip(codes, starts, starts[1:], strict=False):
                out = table[made + start : made + stop]
                x = table.take(left[start:stop], axis=0)
                if arities[code] == 1:
                    self._functions[code](x, out=out)
                else:
                    self._functions[code](x, table.take(right[start:stop], axis=0), out=out)


def rows_of(program: Program, places: Sequence[float]) -> Array:
    """The numbers in every slot of a single slice, as `perturbed.rows_of` computes them."""
    first = program.first
    table = np.empty((first + len(program), len(places)))
    table[0] = places
    table[1:first] = np.array(program.constants)[:, None]
    functions = [_function(operation) for operation in program.operations]
    rows = list(table)
    instructions = zip(program.codes, program.left, program.right, rows[first:], strict=True)
    with np.errstate(all="ignore"):
        for code, left, right, out in instructions:
            if right == UNUSED:
                functions[code](rows[left], out=out)
            else:
                functions[code](rows[left], rows[right], out=out)
    return table


def weighted(there: Array, here: Array, weights: Array | list[float]) -> list[float]:
    """For every column the sum that `perturbed.weighted` computes for one, in the same order."""
    weight = np.asarray(weights)[:, None]
    carrying = np.flatnonzero(weight)
    if not len(carrying):
        return [0.0] * there.shape[1]
    size_here, size_there = np.abs(here[carrying, None]), np.abs(there[carrying])
    size = np.where(size_there > size_here, size_there, size_here)
    with np.errstate(all="ignore"):
        parts = np.where(size == 0.0, 0.0, weight[carrying] * size)
        sums: list[float] = np.cumsum(parts, axis=0)[-1].tolist()
    return sums


def _levels(program: Program) -> list[int]:
    """For each instruction how many others have to be computed before it, one after another."""
    levels = [0] * program.first
    for left, right in zip(program.left, program.right, strict=True):
        levels.append(1 + (levels[left] if right == UNUSED else max(levels[left], levels[right])))
    return levels[program.first :]


def _dependence(program: Program, inputs: Sequence[int]) -> NDArray[np.bool_]:
    """Whether an instruction depends on an input, a row for each instruction and a column for each input."""
    sets = [0] * program.first  # of inputs, each a bit
    for bit, slot in enumerate(inputs):
        sets[slot] = 1 << bit
    for left, right in zip(program.left, program.right, strict=True):
        sets.append(sets[left] if right == UNUSED else sets[left] | sets[right])
    size = (len(inputs) + 7) // 8
    joined = b"".join([one.to_bytes(size, "little") for one in sets[program.first :]])
    packed = np.frombuffer(joined, np.uint8).reshape(len(program), size)
    return np.unpackbits(packed, axis=1, count=len(inputs), bitorder="little").view(np.bool_)


def _parts(lengths: Indices) -> Iterator[slice]:
    """Successive slices, as many together as make up about `_ROWS` rows."""
    start = rows = 0
    for stop, length in enumerate(lengths.tolist()):
        if stop > start and rows + length > _ROWS:
            yield slice(start, stop)
            start, rows = stop, 0
        rows += length
    yield slice(start, len(lengths))


def _function(operation: Operation) -> Function:
    if operation is ops.pow:
        return _pow
    return FUNCTIONS[operation] if operation in EXACT else _place_by_place(operation)


def _place_by_place(operation: Operation) -> Function:
    function = function_on_floats(operation)

    def compute(*operands: Any, out: Array) -> None:
        numbers = list(map(function, *(operand.ravel().tolist() for operand in operands)))
        out[...] = np.reshape(numbers, out.shape)

    return compute


_any_power = _place_by_place(ops.pow)


def _pow(x: Array, y: Array, *, out: Array) -> None:
    if np.all(y == 2.0):  # by far the most, and a product there
        np.multiply(x, x, out=out)
    else:
        _any_power(x, y, out=out)
