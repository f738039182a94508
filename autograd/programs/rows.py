"""A program of one input at many places at once, to the last bit as its own functions of floats compute it.

What IEEE 754 determines, numpy computes; whatever numpy may round otherwise is computed place by place.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

from autograd import ops
from autograd.extras import extra
from autograd.primitive import Operation
from autograd.programs.arrays import FUNCTIONS, Function
from autograd.programs.program import UNUSED, Program, function_on_floats

with extra("jit", "a program on arrays"):
    import numpy as np
    from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.float64]

EXACT = {
    *(ops.add, ops.sub, ops.mul, ops.div, ops.neg, ops.pos, ops.abs, ops.sqrt, ops.stop_gradient),
    *(ops.relu, ops.leaky_relu, ops.when, ops.or_one, ops.copysign, ops.floor, ops.ceil, ops.trunc),
    *(ops.less, ops.less_equal, ops.greater, ops.greater_equal, ops.equal, ops.not_equal),
}
"""The operations that numpy and Python compute alike everywhere."""


def rows_of(program: Program, places: Sequence[float]) -> Array:
    """The numbers in every slot, a row for each slot and a column for each place of the one input."""
    first = program.first
    rows = np.empty((first + len(program), len(places)))
    rows[0] = places
    rows[1:first] = np.array(program.constants)[:, None]
    functions = [_function(operation) for operation in program.operations]
    slots = list(rows)
    instructions = zip(program.codes, program.left, program.right, slots[first:], strict=True)
    with np.errstate(all="ignore"):
        for code, left, right, out in instructions:
            if right == UNUSED:
                functions[code](slots[left], out=out)
            else:
                functions[code](slots[left], slots[right], out=out)
    return rows


def weighted(there: Array, here: Array, weights: Sequence[float]) -> list[float]:
    """For every column the sum that `moved.weighted` computes for one, in the same order."""
    weight = np.array(weights)[:, None]
    carrying = np.flatnonzero(weight)
    if not len(carrying):
        return [0.0] * there.shape[1]
    size_here, size_there = np.abs(here[carrying, None]), np.abs(there[carrying])
    size = np.where(size_there > size_here, size_there, size_here)
    with np.errstate(all="ignore"):
        parts = np.where(size == 0.0, 0.0, weight[carrying] * size)
        sums: list[float] = np.cumsum(parts, axis=0)[-1].tolist()
    return sums


def _function(operation: Operation) -> Function:
    return FUNCTIONS[operation] if operation in EXACT else _place_by_place(operation)


def _place_by_place(operation: Operation) -> Function:
    function = function_on_floats(operation)

    def compute(*operands: Any, out: Array) -> None:
        out[:] = list(map(function, *(operand.tolist() for operand in operands)))

    return compute
