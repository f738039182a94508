"""A computation written down: a flat list of instructions, each an operation on numbers already there.

The numbers of a program stand in slots: first its inputs, then its constants, then the result of each
instruction. No slot is written twice, and an instruction reads only slots before its own. So whoever goes
through the instructions from the first to the last has everything that the next one needs:

    slot 0  x                      input
    slot 1  3.0                    constant
    slot 2  mul(slot 1, slot 0)    instruction 0
    slot 3  exp(slot 2)            instruction 1

A million instructions are ordinary. They are held in arrays of integers, twelve bytes for each, and not as
objects; the operations themselves stand in a short list, because there are few different ones. What carries
a program out is a dict over the operations: here the table's own functions of floats, in `arrays.py` those of
numpy.
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import count, islice
from math import nan
from operator import lt
from typing import Any

from autograd import floats, ops
from autograd.primitive import Operation
from autograd.words.symbol import applied

UNUSED = -1
"""The right operand of an operation that has only one."""


class Program:
    """A computation in single assignment; it is checked when it is made, and does not change.

    Args:
        inputs: the names of the inputs.
        constants: numbers that are always the same.
        operations: the different operations that the instructions use, of one or two operands.
        codes: for each instruction the place of its operation among those.
        left: for each instruction the slot of its first operand.
        right: the slot of its second operand; `UNUSED` if it has only one.
        outputs: the slots of the results.

    Raises:
        ValueError: if that is not a program; the message names the instruction.

    >>> triple_exp = Program(["x"], [3.0], [ops.mul, ops.exp], [0, 1], [1, 2], [0, UNUSED], [3])
    >>> print(triple_exp)
    inputs: x
    v1 = 3*x
    v2 = exp(v1)
    outputs: v2
    >>> triple_exp.run([0.0])
    [1.0]
    """

    def __init__(
        self,
        inputs: Iterable[str],
        constants: Iterable[float],
        operations: Iterable[Operation],
        codes: Iterable[int],
        left: Iterable[int],
        right: Iterable[int],
        outputs: Iterable[int],
    ) -> None:
        self.inputs = tuple(inputs)
        self.constants = array("d", constants)
        self.operations = tuple(operations)
        self.codes = array("i", codes)
        self.left = array("i", left)
        self.right = array("i", right)
        self.outputs = array("i", outputs)
        self.check()

    @property
    def first(self) -> int:
        """The slot of the first instruction's result."""
        return len(self.inputs) + len(self.constants)

    def __len__(self) -> int:
        """How many instructions there are."""
        return len(self.codes)

    def check(self) -> None:
        """Raise ValueError if an instruction reads what is not there yet, or cannot be carried out.

        The test as a whole costs some comparisons of arrays; only if it fails is the culprit looked for.
        """
        for operation in self.operations:
            if operation.arity not in (1, 2) or operation.bound is not None:
                raise ValueError(
                    f"{operation!r} cannot be part of a program, whose operations have one or two operands, "
                    "none of them bound"
                )
        if not len(self.codes) == len(self.left) == len(self.right):
            raise ValueError(
                f"every instruction has an operation, a left and a right operand, got {len(self.codes)}, "
                f"{len(self.left)} and {len(self.right)}"
            )
        if not self._is_sound():
            for index in range(len(self)):
                self._check_instruction(index)
        slots = self.first + len(self)
        for slot in (min(self.outputs, default=0), max(self.outputs, default=0)):
            if self.outputs and not 0 <= slot < slots:
                raise ValueError(f"an output is slot {slot}, but there are {slots} slots")

    def _is_sound(self) -> bool:
        if not self.codes:
            return True
        if numpy := sys.modules.get("numpy"):  # many times faster, and there where long programs are made
            return self._is_sound_by(numpy)
        if min(self.codes) < 0 or max(self.codes) >= len(self.operations) or min(self.left) < 0:
            return False
        unary = [operation.arity == 1 for operation in self.operations]
        return (
            all(map(lt, self.left, count(self.first)))
            and all(map(lt, self.right, count(self.first)))
            and min(self.right) >= UNUSED
            and [unary[code] for code in self.codes] == [slot == UNUSED for slot in self.right]
        )

    def _is_sound_by(self, numpy: Any) -> bool:
        codes, left, right = (
            numpy.frombuffer(part, numpy.intc) for part in (self.codes, self.left, self.right)
        )
        before = numpy.arange(self.first, self.first + len(self))
        if codes.min() < 0 or codes.max() >= len(self.operations) or left.min() < 0 or right.min() < UNUSED:
            return False
        unary = numpy.array([operation.arity == 1 for operation in self.operations])
        return bool(((left < before) & (right < before) & (unary[codes] == (right == UNUSED))).all())

    def _check_instruction(self, index: int) -> None:
        code, slot = self.codes[index], self.first + index
        if not 0 <= code < len(self.operations):
            raise ValueError(f"instruction {index} is operation {code} of {len(self.operations)}")
        operation = self.operations[code]
        operands = [self.left[index], self.right[index]][: operation.arity]
        for operand in operands:
            if not 0 <= operand < slot:
                raise ValueError(
                    f"instruction {index} ({operation.name}) reads slot {operand}, but only {slot} slots are "
                    "written before it"
                )
        if operation.arity == 1 and self.right[index] != UNUSED:
            raise ValueError(
                f"instruction {index} ({operation.name}) takes one operand, got slot {self.right[index]} too"
            )

    def run(self, inputs: Sequence[float]) -> list[float]:
        """The outputs for the given inputs, computed by the table's own functions of floats.

        Raises:
            ValueError: if there are more or fewer numbers than inputs.
            TypeError: if it is not a list of numbers; `autograd.run_on_arrays` takes arrays.
            Exception: whatever a user's operation raises, as where the graph was built.
        """
        numbers = self.numbers(inputs)
        return [numbers[slot] for slot in self.outputs]

    def numbers(self, inputs: Sequence[float], or_nan: bool = False) -> list[float]:
        """The number in every slot, for the given inputs; `or_nan` as for `function_on_floats`."""
        self.require(inputs)
        functions = [function_on_floats(operation, or_nan) for operation in self.operations]
        numbers = [*map(floats.as_float, inputs), *self.constants]
        append = numbers.append
        for code, left, right in zip(self.codes, self.left, self.right, strict=True):
            if right == UNUSED:
                append(functions[code](numbers[left]))
            else:
                append(functions[code](numbers[left], numbers[right]))
        return numbers

    def require(self, inputs: Sequence[Any]) -> None:
        """Raise ValueError if these are more or fewer than the inputs, TypeError if they are no list."""
        if not hasattr(inputs, "__len__"):
            raise TypeError(f"a program takes a list, a number for each input, got {type(inputs).__name__}")
        if len(inputs) != len(self.inputs):
            raise ValueError(
                f"the program takes {len(self.inputs)} input(s), {_listed(self.inputs)}; got {len(inputs)}"
            )

    def names(self) -> list[str]:
        """What every slot is called where the program is printed: an input, a number, or v1, v2, ..."""
        taken = set(self.inputs)
        numbers = (repr(number).removesuffix(".0") for number in self.constants)
        results = (name for name in map("v{}".format, count(1)) if name not in taken)
        return [*self.inputs, *numbers, *islice(results, len(self))]

    def __str__(self) -> str:
        names = self.names()
        lines = [f"inputs: {_listed(self.inputs)}"]
        instructions = zip(names[self.first :], self.codes, self.left, self.right, strict=True)
        for name, code, left, right in instructions:
            operands = [names[left]] if right == UNUSED else [names[left], names[right]]
            lines.append(f"{name} = {applied(self.operations[code], operands)}")
        lines.append(f"outputs: {_listed([names[slot] for slot in self.outputs])}")
        return "\n".join(lines)

    def __repr__(self) -> str:
        counts = (len(self.inputs), "input"), (len(self), "instruction"), (len(self.outputs), "output")
        return f"<Program: {', '.join(f'{n:,} {what}' + 's' * (n != 1) for n, what in counts)}>"

    def __reduce__(self) -> tuple[Any, ...]:
        parts = self.inputs, self.constants, self.operations, self.codes, self.left, self.right, self.outputs
        return Program, parts


def function_on_floats(operation: Operation, or_nan: bool = False) -> Callable[..., float]:
    """What computes an operation on floats.

    Args:
        operation: one of the table or of a user.
        or_nan: whether a user's function gives nan where it has no value (ArithmeticError, ValueError), as
            for points that a difference or a picture needs and nobody asked for.
    """
    if not or_nan or ops.TABLE.get(operation.name) is operation:
        return operation.value
    return partial(_number_or_nan, operation)


def _number_or_nan(operation: Operation, *operands: float) -> float:
    try:
        return operation.value(*operands)
    except (ArithmeticError, ValueError):
        return nan


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names) or "none"
