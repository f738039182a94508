"""A program while it is written: instruction by instruction, with every constant once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from autograd import floats
from autograd.operators import Operators
from autograd.primitive import Operation
from autograd.programs.program import UNUSED, Program

_FIRST_CONSTANT: Final = -2  # the constants are -2, -3, ... until it is known how many there are


class Builder:
    """Writes a program down.

    What it hands out are places: those of the inputs are 0, 1, ..., those of results follow, and those of
    constants are negative, because they stand before the results and it is not known yet how many there are.

    Args:
        inputs: the names of the inputs.

    >>> from autograd import ops
    >>> builder = Builder(["x"])
    >>> triple = builder.instruction(ops.mul, builder.constant(3.0), 0)
    >>> print(builder.program([builder.instruction(ops.exp, triple)]))
    inputs: x
    v1 = 3*x
    v2 = exp(v1)
    outputs: v2
    """

    def __init__(self, inputs: Sequence[str]) -> None:
        self._inputs = inputs
        self._constants: list[float] = []
        self._places: dict[float | str, int] = {}  # of the constants
        self._operations: dict[Operation, int] = {}
        self._codes: list[int] = []
        self._left: list[int] = []
        self._right: list[int] = []

    def constant(self, number: float) -> int:
        """Where a number stands that does not move."""
        key = repr(number) if number == 0.0 or number != number else number  # -0.0 is not 0.0, nan is nan
        place = self._places.get(key)
        if place is None:
            place = self._places[key] = _FIRST_CONSTANT - len(self._constants)
            self._constants.append(number)
        return place

    def number(self, place: int) -> float | None:
        """The number of a constant; None of anything else."""
        return self._constants[_FIRST_CONSTANT - place] if place <= _FIRST_CONSTANT else None

    def instruction(self, operation: Operation, left: int, right: int = UNUSED) -> int:
        """Where the result of an operation on what stands in two places will stand."""
        self._codes.append(self._operations.setdefault(operation, len(self._operations)))
        self._left.append(left)
        self._right.append(right)
        return len(self._inputs) + len(self._codes) - 1

    def laid_out(self, program: Program, inputs: Iterable[int]) -> list[int]:
        """Write a program behind what is there, on inputs in these places; the places of its outputs."""
        places = [*inputs, *map(self.constant, program.constants)]
        for code, left, right in zip(program.codes, program.left, program.right, strict=True):
            y = UNUSED if right == UNUSED else places[right]
            places.append(self.instruction(program.operations[code], places[left], y))
        return [places[slot] for slot in program.outputs]

    def program(self, outputs: Iterable[int]) -> Program:
        """The program as far as it is written, whose results stand in these places."""
        outputs = list(outputs)  # before the rest, because it may name further constants
        return Program(
            self._inputs,
            self._constants,
            self._operations,
            self._codes,
            self._slots(self._left),
            self._slots(self._right),
            self._slots(outputs),
        )

    def _slots(self, places: Iterable[int]) -> list[int]:
        """The slots of places, now that the constants stand between the inputs and the results."""
        first, shift = len(self._inputs), len(self._constants)
        return [
            first + _FIRST_CONSTANT - place
            if place <= _FIRST_CONSTANT
            else place
            if place < first
            else place + shift
            for place in places
        ]


class Written(Operators):
    """Stands for a number in a program; every operation on it writes an instruction.

    >>> builder = Builder(["x"])
    >>> x = Written(builder, 0)
    >>> print(builder.program([(x * x + 1).place]))
    inputs: x
    v1 = x*x
    v2 = v1 + 1
    outputs: v2
    """

    __slots__ = ("builder", "place")

    def __init__(self, builder: Builder, place: int) -> None:
        self.builder = builder
        self.place = place

    def _operate(self, operation: Operation, args: tuple[Any, ...]) -> Written:
        if operation.bound is not None:
            operation, second = operation.bound
            args = (*args, second)
        return Written(self.builder, self.builder.instruction(operation, *map(self.read, args)))

    def __eq__(self, other: object) -> bool:
        raise TypeError("it is not known yet whether numbers are equal; compare with autograd.equal")

    __hash__ = None  # type: ignore[assignment]

    def read(self, number: Any) -> int:
        """The place of an operand."""
        return number.place if isinstance(number, Written) else self.builder.constant(floats.as_float(number))
