"""Shorter programs with the same results, to the last bit.

What IEEE 754 makes equal for every number is replaced, and nothing else: x*1 is x, but x*0 is not 0, because
x may be infinite; x + 0 is x only if x is never -0.0. Constants are computed, what is computed twice is
computed once, and what no output needs is left out.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeAlias

from autograd import ops
from autograd.primitive import Operation
from autograd.programs.builder import Builder
from autograd.programs.dead_code import without_dead_code
from autograd.programs.program import UNUSED, Program
from autograd.programs.template import MASK

_COMMUTATIVE: Final = {ops.add, ops.mul, ops.equal, ops.not_equal}
_TRUTHS: Final = {ops.less, ops.less_equal, ops.greater, ops.greater_equal, ops.equal, ops.not_equal}
_NEVER_MINUS_ZERO: Final = {
    *_TRUTHS,
    *(ops.abs, ops.exp, ops.exp2, ops.cosh, ops.sigmoid, ops.softplus, ops.hypot, ops.acos),
    *(ops.erfc, ops.normal_pdf, ops.normal_cdf),
}


def simplified(program: Program) -> Program:
    """The program without what can be left out.

    >>> from autograd import Value, flatten
    >>> x = Value(2.0, label="x")
    >>> print(simplified(flatten((x * 1.0) ** 2 + (x * x - 0.0), x)))
    inputs: x
    v1 = x*x
    v2 = v1 + v1
    outputs: v2
    """
    simplifying = Simplifying(program.inputs)
    places = simplifying.written(without_dead_code(program))
    return without_dead_code(simplifying.builder.program(places))


class Simplifying:
    """Writes programs again, and for each instruction looks whether its result is there already."""

    def __init__(self, inputs: Sequence[str]) -> None:
        self.builder = Builder(inputs)
        self.known: dict[tuple[Operation, int, int], int] = {}  # the places of results
        self.made: dict[int, tuple[Operation, int, int]] = {}  # what a place was computed by

    def written(self, program: Program) -> list[int]:
        """The places of a program's outputs; it may leave instructions behind that nothing needs."""
        places = [*range(len(program.inputs)), *map(self.builder.constant, program.constants)]
        operations = program.operations
        for code, left, right in zip(program.codes, program.left, program.right, strict=True):
            y = UNUSED if right == UNUSED else places[right]
            places.append(self.result(operations[code], places[left], y))
        return [places[slot] for slot in program.outputs]

    def result(self, operation: Operation, x: int, y: int = UNUSED) -> int:
        """The place of an operation's result."""
        if x < UNUSED and y <= UNUSED:
            folded = self._folded(operation, x, y)
            if folded is not None:
                return folded
        rule = _RULES.get(operation)
        if rule is not None:
            shorter = rule(self, x, y)
            if shorter is not None:
                return shorter
        if operation in _COMMUTATIVE and (x < UNUSED or 0 <= y < x):  # a constant stands on the right
            x, y = y, x
        key = operation, x, y
        place = self.known.get(key)
        if place is None:
            place = self.known[key] = self.builder.instruction(operation, x, y)
            self.made[place] = key
        return place

    def _folded(self, operation: Operation, x: int, y: int) -> int | None:
        """The constant that an operation on constants gives; a user's operation may do more than compute."""
        if ops.TABLE.get(operation.name) is not operation:
            return None
        numbers = [
            number for number in (self.builder.number(x), self.builder.number(y)) if number is not None
        ]
        return self.builder.constant(operation.value(*numbers))

    def operands_of(self, place: int, operation: Operation) -> tuple[int, int] | None:
        """The operands of the result in a place, if this operation computed it."""
        made = self.made.get(place)
        return made[1:] if made is not None and made[0] is operation else None

    def never_minus_zero(self, place: int, depth: int = 8) -> bool:
        """Whether it is certain that -0.0 never stands in a place."""
        number = self.builder.number(place)
        if number is not None:
            return not _is(number, -0.0)
        operation, x, y = self.made.get(place, (None, UNUSED, UNUSED))
        if operation in _NEVER_MINUS_ZERO:
            return True
        if operation is ops.mul:
            return x == y
        if depth and operation in (ops.add, ops.sub, ops.sqrt):
            return self.never_minus_zero(x, depth - 1) or (
                operation is ops.add and self.never_minus_zero(y, depth - 1)
            )
        return False

    def is_truth(self, place: int) -> bool:
        """Whether what stands in a place is 0.0 or 1.0."""
        made = self.made.get(place)
        return made is not None and made[0] in _TRUTHS


def _add(this: Simplifying, x: int, y: int) -> int | None:
    for left, right in ((x, y), (y, x)):
        number = this.builder.number(right)
        if number == 0.0 and (_is(number, -0.0) or this.never_minus_zero(left)):
            return left
        if negated := this.operands_of(right, ops.neg):
            return this.result(ops.sub, left, negated[0])
    return None


def _sub(this: Simplifying, x: int, y: int) -> int | None:
    if _is(this.builder.number(y), 0.0):
        return x
    negated = this.operands_of(y, ops.neg)
    return this.result(ops.add, x, negated[0]) if negated else None


def _mul(this: Simplifying, x: int, y: int) -> int | None:
    for left, right in ((x, y), (y, x)):
        number = this.builder.number(right)
        if number == 1.0:
            return left
        if number == -1.0:
            return this.result(ops.neg, left)
    return None


def _div(this: Simplifying, x: int, y: int) -> int | None:
    number = this.builder.number(y)
    if number is None or abs(math.frexp(number)[0]) != 0.5:
        return None
    inverse = 1.0 / number  # of a power of two, so that both round the same number
    return this.result(ops.mul, x, this.builder.constant(inverse)) if math.isfinite(inverse) else None


def _neg(this: Simplifying, x: int, y: int) -> int | None:
    negated = this.operands_of(x, ops.neg)
    return negated[0] if negated else None


def _same(this: Simplifying, x: int, y: int) -> int:
    return x


def _pow(this: Simplifying, x: int, y: int) -> int | None:
    number = this.builder.number(y)
    if number == 2.0:
        return this.result(ops.mul, x, x)
    if number == 1.0:
        return x
    return this.builder.constant(1.0) if number == 0.0 else None


def _when(this: Simplifying, x: int, y: int) -> int | None:
    number = this.builder.number(x)
    if number is not None:
        return y if number != 0.0 else this.builder.constant(-0.0)
    within = this.operands_of(y, ops.when)
    return y if within and within[0] == x else None


def _mask(this: Simplifying, x: int, y: int) -> int:
    return this.result(ops.when, x, y)


def _or_one(this: Simplifying, x: int, y: int) -> int | None:
    number = this.builder.number(x)
    if number is None:
        return None
    return y if number != 0.0 else this.builder.constant(1.0)


def _not_equal(this: Simplifying, x: int, y: int) -> int | None:
    return x if this.builder.number(y) == 0.0 and this.is_truth(x) else None


_Rule: TypeAlias = Callable[[Simplifying, int, int], "int | None"]
_RULES: Final[Mapping[Operation, _Rule]] = {
    ops.add: _add,
    ops.sub: _sub,
    ops.mul: _mul,
    ops.div: _div,
    ops.neg: _neg,
    ops.pos: _same,
    ops.stop_gradient: _same,
    ops.pow: _pow,
    ops.when: _when,
    MASK: _mask,
    ops.or_one: _or_one,
    ops.not_equal: _not_equal,
}


def _is(number: float | None, other: float) -> bool:
    """Whether a number is this zero and not the one of the other sign."""
    return number == other and math.copysign(1.0, number) == math.copysign(1.0, other)
