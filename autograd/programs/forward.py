"""The derivative of a program along a direction: the forward mode, one sweep from the inputs on.

Beside every number that moves stands its derivative. What an operand adds to it is the term of a sweep back
with the operand's own derivative in place of the upstream gradient, so the templates are the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from autograd import ops
from autograd.programs.builder import Builder
from autograd.programs.program import UNUSED, Program
from autograd.programs.template import MASK, SEES_ITS_EXPONENT, Template, template


class Moving(NamedTuple):
    """The derivative of a number along the direction.

    Attributes:
        place: where it stands.
        condition: the place of what is 0.0 if the number does not move after all, because a choice fell on
            another operand; `UNUSED` if it always moves.
    """

    place: int
    condition: int


def with_tangents(program: Program, directions: Mapping[int, int]) -> Program:
    """A program that computes what this one does, and the derivatives of its outputs along a direction.

    Args:
        program: what to differentiate.
        directions: for each input that moves the input that says how fast, both counted from 0.

    Returns:
        A program of the same inputs. Its outputs are those of this one, then the derivative of each of them;
        0.0 for one that does not depend on what moves.

    >>> from autograd import Value, flatten
    >>> x, dx = Value(2.0, label="x"), Value(1.0, label="dx")
    >>> print(with_tangents(flatten(x.exp() * 3, [x, dx]), {0: 1}))
    inputs: x, dx
    v1 = exp(x)
    v2 = v1*dx
    v3 = v1*3
    v4 = 3*v2
    outputs: v3, v4
    """
    return Forward(program, directions).program()


class Forward:
    """Writes a program again, with the derivative of each number behind it."""

    def __init__(self, program: Program, directions: Mapping[int, int]) -> None:
        self.given = program
        self.builder = Builder(program.inputs)
        self.places = [*range(len(program.inputs)), *map(self.builder.constant, program.constants)]
        self.moving = {slot: Moving(direction, UNUSED) for slot, direction in directions.items()}

    def program(self) -> Program:
        """The whole program."""
        given, builder = self.given, self.builder
        for index, (code, *operands) in enumerate(zip(given.codes, given.left, given.right, strict=True)):
            operation = given.operations[code]
            del operands[operation.arity :]
            places = [self.places[slot] for slot in operands]
            self.places.append(builder.instruction(operation, *places))
            second = builder.number(places[-1]) if operation is SEES_ITS_EXPONENT else None
            for position, slot in enumerate(operands):
                rule = template(operation, position, second) if slot in self.moving else None
                if rule is not None:
                    self._add_term(given.first + index, rule, operands, self.moving[slot])
        outputs = [self.places[slot] for slot in given.outputs]
        return builder.program([*outputs, *map(self._derivative, given.outputs)])

    def _add_term(self, slot: int, rule: Template, operands: list[int], operand: Moving) -> None:
        """What one operand adds to the derivative of a result."""
        builder = self.builder
        x, y = self.places[operands[0]], self.places[operands[-1]]
        term, *chosen = builder.laid_out(rule.program, [x, y, self.places[slot], operand.place])
        condition = operand.condition
        if chosen:
            condition = (
                chosen[0] if condition == UNUSED else builder.instruction(ops.mul, condition, chosen[0])
            )
        if condition != UNUSED:  # 0 times infinity is nan, but nothing passes here
            term = builder.instruction(MASK, condition, term)
        before = self.moving.get(slot)
        if before is not None:
            term = builder.instruction(ops.add, before.place, term)
            always = UNUSED in (before.condition, condition)
            condition = UNUSED if always else builder.instruction(ops.add, before.condition, condition)
        self.moving[slot] = Moving(term, condition)

    def _derivative(self, slot: int) -> int:
        """The place of an output's derivative; 0.0, and not -0.0, where it does not move."""
        moving, builder = self.moving.get(slot), self.builder
        if moving is None:
            return builder.constant(0.0)
        if moving.condition == UNUSED:
            return moving.place
        still = builder.instruction(ops.equal, moving.condition, builder.constant(0.0))
        zero = builder.instruction(ops.when, still, builder.constant(0.0))
        return builder.instruction(ops.add, moving.place, zero)
