"""Two instructions as one: a product that is only ever added needs no place in memory.

Where the result of an instruction is read once, by another one, both become a formula of up to three
operands. The numbers are the same: what is computed is computed in the same order and rounded as often.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from autograd.extras import extra
from autograd.primitive import Operation
from autograd.programs.program import UNUSED, Program
from autograd.programs.slots import Slots, as_arrays
from autograd.programs.template import SEES_ITS_EXPONENT

with extra("jit", "long programs"):
    import numpy as np

_OFTEN: Final = 64
"""How often a pair must occur that code for it is worth while."""

BEFORE = -1
"""In place of an operand: the result of the step before."""


class Step(NamedTuple):
    """One operation of a formula.

    Attributes:
        operation: what is computed.
        second: the exponent, where it is a power of a number that does not move.
        operands: which operands of the formula it reads, counted from 0, or `BEFORE`.
    """

    operation: Operation
    second: float | None
    operands: tuple[int, ...]


def arity_of(formula: Sequence[Step]) -> int:
    """How many operands a formula has."""
    return len({operand for step in formula for operand in step.operands if operand != BEFORE})


class Fused(NamedTuple):
    """A program whose instructions are formulas.

    Attributes:
        formulas: the different ones.
        what: for each instruction which formula it computes.
        operands: the slots of its three operands; `UNUSED` where there are fewer.
        results: the slot of its result.
        slots: how many slots the program has.
    """

    formulas: list[tuple[Step, ...]]
    what: Slots
    operands: tuple[Slots, Slots, Slots]
    results: Slots
    slots: int


def fused(program: Program) -> Fused:
    """The program with pairs of instructions made one, where a pair is common enough to be worth it.

    >>> from autograd import Value, flatten
    >>> x, w, b = ([Value(1.0) for _ in range(100)] for _ in range(3))
    >>> sums = [c + a * d for a, c, d in zip(x, w, b)]
    >>> made = fused(flatten(sums, [*x, *w, *b]))
    >>> [[(step.operation.name, step.operands) for step in formula] for formula in made.formulas]
    [[('mul', (0, 1)), ('add', (2, -1))]]
    """
    operations, what, left, right = _read(program)
    first = program.first
    formulas = [(Step(operation, second, (0, 1)[:arity]),) for operation, second, arity in operations]
    formula, operands = what.copy(), np.stack([left, right, np.full(len(what), UNUSED)])
    gone = np.zeros(len(what), dtype=bool)
    for position, index in _pairs(program, left, right):
        inner = (left, right)[position][index] - first
        pairs = what[inner] * len(operations) + what[index]
        common, count = np.unique(pairs, return_counts=True)
        for pair in common[count >= _OFTEN].tolist():
            within, around = divmod(pair, len(operations))
            chosen = pairs == pair
            outer, absorbed = index[chosen], inner[chosen]
            arity = operations[within][2]
            gone[absorbed] = True
            operands[:arity, outer] = np.stack([left[absorbed], right[absorbed]])[:arity]
            operands[arity, outer] = (right, left)[position][outer]
            if arity == 1:
                operands[2, outer] = UNUSED
            formula[outer] = len(formulas)
            read = (BEFORE,) if operations[around][2] == 1 else ((BEFORE, arity), (arity, BEFORE))[position]
            operation, second, _ = operations[around]
            formulas.append((*formulas[within], Step(operation, second, read)))
    kept = np.flatnonzero(~gone)
    used, what = np.unique(formula[kept], return_inverse=True)
    x, y, z = operands[:, kept]
    return Fused([formulas[index] for index in used], what, (x, y, z), kept + first, first + len(program))


def _read(program: Program) -> tuple[list[tuple[Operation, float | None, int]], Slots, Slots, Slots]:
    """The different operations, with exponent and number of operands; and which one, on what, is each."""
    what, left, right = as_arrays(program)
    operations: list[tuple[Operation, float | None, int]] = [
        (operation, None, operation.arity) for operation in program.operations
    ]
    inputs = len(program.inputs)
    for code, operation in enumerate(program.operations):
        if operation is SEES_ITS_EXPONENT:
            powers = np.flatnonzero((what == code) & (right >= inputs) & (right < program.first))
            exponents = right[powers]
            for slot in np.unique(exponents).tolist():
                what[powers[exponents == slot]] = len(operations)
                operations.append((operation, program.constants[slot - inputs], 1))
            right[powers] = UNUSED
    return operations, what, left, right


def _pairs(program: Program, left: Slots, right: Slots) -> list[tuple[int, Slots]]:
    """The instructions that may take in the one that computes their right (1), or left (0) operand.

    What is taken in is read once, and reads nothing itself that could be taken in, so that nobody is asked
    to be both.
    """
    first = program.first
    reads = np.bincount(np.concatenate([left, right[right != UNUSED]]), minlength=first + len(program))
    reads[np.array(program.outputs, dtype=np.int64)] = 2  # an output has a place of its own
    once = np.append((reads == 1) & (np.arange(len(reads)) >= first), False)  # last: an unused operand
    inner = once.copy()
    inner[first:-1] &= ~(once[left] | once[right])
    by_right = inner[right]
    by_left = inner[left] & ~by_right
    return [(1, np.flatnonzero(by_right)), (0, np.flatnonzero(by_left))]
