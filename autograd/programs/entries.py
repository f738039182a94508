"""The Jacobian of a program, without the zeros that stand in it whatever the inputs are.

Rows that share no column are differentiated together: one sweep back from their sum, through which nothing
passes from one to the other. So a matrix with a narrow band takes a few sweeps, however large it is.

Each entry has the terms, in the order, that a sweep back from its row alone gives it: where two rows have no
input in common, a walk meets what moves in one of them in the same order as if the other were not there. A
Hessian is the Jacobian of the gradient. That it is symmetric is not made use of: the sums of an entry and of
its mirror image have another order, and may differ in the last bit.

The instructions are as many as one sweep for each row makes, which is as few as there can be: a sweep is laid
out only where something arrives. What other packages gain by it, which compute whole columns of numbers, is
here the time to write the program down.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from autograd import ops
from autograd.programs.builder import Builder
from autograd.programs.colouring import bits, coloured, dependences
from autograd.programs.derivative import with_gradient
from autograd.programs.join import in_walk_order, joined, with_outputs
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
    v3 = exp(y)
    v4 = exp(x)
    v5 = v4 + v3
    v6 = v4*1
    v7 = v3*1
    v8 = v6 + 0
    v9 = v7 + 0
    outputs: v1, v2, 0, v8, v9
    """
    needed = dependences(program, wrt)
    rows = [needed[program.outputs[output]] for output in outputs]
    groups = coloured(rows)
    sums = _sums(program, [[outputs[row] for row in group] for group in groups])
    sweeps: list[Program] = []
    entries: list[tuple[int, int]] = []
    for colour, group in enumerate(groups):
        row_of = {column: row for row in group for column in bits(rows[row])}
        columns = sorted(row_of)
        gradient = with_gradient(in_walk_order(sums, colour), [wrt[column] for column in columns])
        sweeps.append(with_outputs(gradient, range(1, 1 + len(columns))))
        entries += [(row_of[column], column) for column in columns]
    order = sorted(range(len(entries)), key=entries.__getitem__)
    zero = Program(program.inputs, [0.0], [], [], [], [], [len(program.inputs)])
    start = len(program.outputs) + 1
    return Entries(
        with_outputs(joined([program, zero, *sweeps]), [*range(start), *(start + entry for entry in order)]),
        [entries[entry][0] for entry in order],
        [entries[entry][1] for entry in order],
    )


def _sums(program: Program, groups: Sequence[Sequence[int]]) -> Program:
    """The program with the sum of some of its outputs for each group, which are added in pairs."""
    builder = Builder(program.inputs)
    made = builder.laid_out(program, range(len(program.inputs)))

    def total(places: list[int]) -> int:
        while len(places) > 1:
            rest = places[-1:] if len(places) % 2 else []
            pairs = zip(places[::2], places[1::2], strict=False)
            places = [builder.instruction(ops.add, left, right) for left, right in pairs] + rest
        return places[0]

    return builder.program(total([made[output] for output in group]) for group in groups)
