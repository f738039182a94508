"""The Jacobian of a program, without the zeros that stand in it whatever the inputs are.

Rows that share no column are differentiated together: one sweep back from their sum, through which nothing
passes from one to the other. So a matrix with a narrow band takes a few sweeps, however large it is.

Each entry has the terms, in the order, that a sweep back from its row alone gives it: where two rows have no
input in common, a walk meets what moves in one of them in the same order as if the other were not there. A
Hessian is the Jacobian of the gradient. That it is symmetric is not made use of: the sums of an entry and of
its mirror image have another order, and may differ in the last bit.

There are as many instructions as one sweep for each row makes, because a sweep is laid out only where
something arrives. What groups save where whole columns of numbers are computed, they save here in the time to
write the program down.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from autograd import ops
from autograd.programs.builder import Builder
from autograd.programs.colouring import bits, coloured, dependences
from autograd.programs.derivative import with_gradients
from autograd.programs.join import with_outputs
from autograd.programs.program import Program


class Entries(NamedTuple):
    """The entries of a Jacobian that may be other than 0.0.

    Attributes:
        program: its outputs are those of the program that was differentiated, then 0.0, which stands for all
            other entries, then these, row by row.
        rows: the row of each entry.
        columns: its column.
    """

    program: Program
    rows: list[int]
    columns: list[int]


def jacobian_entries(program: Program, outputs: Sequence[int], wrt: Sequence[int]) -> Entries:
    """The derivatives of some outputs by some inputs, where there are any.

    Args:
        program: what to differentiate.
        outputs: the outputs to differentiate, one for each row, counted from 0.
        wrt: the inputs to differentiate by, one for each column, counted from 0.

    >>> from autograd import Value, flatten
    >>> x, y = Value(2.0, label="x"), Value(3.0, label="y")
    >>> found = jacobian_entries(flatten([x.exp(), y.exp()], [x, y]), [0, 1], [0, 1])
    >>> found.rows, found.columns
    ([0, 1], [0, 1])
    >>> print(found.program)
    inputs: x, y
    v1 = exp(x)
    v2 = exp(y)
    v3 = v1 + v2
    v4 = v1*1
    v5 = v2*1
    v6 = v4 + 0
    v7 = v5 + 0
    outputs: v1, v2, 0, v6, v7
    """
    needed = dependences(program, wrt)
    rows = [needed[program.outputs[output]] for output in outputs]
    groups = coloured(rows)
    sums = _with_sums(program, [[outputs[row] for row in group] for group in groups])
    before = len(program.outputs) + 1
    swept = with_gradients(sums, wrt, range(before, before + len(groups))) if groups else sums
    entries = [
        (row, column, before + len(groups) + colour * len(wrt) + column)
        for colour, group in enumerate(groups)
        for row in group
        for column in bits(rows[row])
    ]
    entries.sort()
    kept = [*range(before), *(output for _, _, output in entries)]
    return Entries(
        with_outputs(swept, kept), [row for row, _, _ in entries], [column for _, column, _ in entries]
    )


def _with_sums(program: Program, groups: Sequence[Sequence[int]]) -> Program:
    """The program with 0.0 and for each group the sum of some of its outputs, which are added in pairs."""
    builder = Builder(program.inputs)
    made = builder.laid_out(program, range(len(program.inputs)))

    def total(places: list[int]) -> int:
        while len(places) > 1:
            rest = places[-1:] if len(places) % 2 else []
            pairs = zip(places[::2], places[1::2], strict=False)
            places = [builder.instruction(ops.add, left, right) for left, right in pairs] + rest
        return places[0]

    totals = [total([made[output] for output in group]) for group in groups]
    return builder.program([*made, builder.constant(0.0), *totals])
