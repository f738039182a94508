"""Programs put together and taken apart."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial, reduce

from autograd import ops
from autograd.programs.builder import Builder
from autograd.programs.program import UNUSED, Program


def with_outputs(program: Program, positions: Iterable[int]) -> Program:
    """The program with some of its outputs, in the order given by their positions."""
    return Program(
        program.inputs,
        program.constants,
        program.operations,
        program.codes,
        program.left,
        program.right,
        [program.outputs[position] for position in positions],
    )


def without_repeats(program: Program) -> tuple[Program, list[int]]:
    """The program with every output once, and for each of its outputs which of these it is.

    >>> from autograd import Value, flatten
    >>> x = Value(2.0, label="x")
    >>> few, which = without_repeats(flatten([x.exp(), x, x.exp(), x], x))
    >>> print(few)
    inputs: x
    v1 = exp(x)
    v2 = exp(x)
    outputs: v1, x, v2
    >>> which
    [0, 1, 2, 1]
    """
    firsts: dict[int, int] = {}  # by slot, the first output that stands there
    for position, slot in enumerate(program.outputs):
        firsts.setdefault(slot, position)
    places = {slot: place for place, slot in enumerate(firsts)}
    return with_outputs(program, firsts.values()), [places[slot] for slot in program.outputs]


def with_more_inputs(program: Program, at: int, names: Sequence[str]) -> Program:
    """The program with further inputs, which it does not use yet, before the input that has been at `at`."""
    count = len(names)

    def shifted(slots: Iterable[int]) -> list[int]:
        return [slot + count if slot >= at else slot for slot in slots]

    return Program(
        [*program.inputs[:at], *names, *program.inputs[at:]],
        program.constants,
        program.operations,
        program.codes,
        shifted(program.left),
        shifted(program.right),
        shifted(program.outputs),
    )


def with_inputs_in_order(program: Program, order: Sequence[int]) -> Program:
    """The program with its inputs in another order, given by their positions."""
    places = {position: place for place, position in enumerate(order)}

    def moved(slots: Iterable[int]) -> list[int]:
        return [places.get(slot, slot) for slot in slots]

    return Program(
        [program.inputs[position] for position in order],
        program.constants,
        program.operations,
        program.codes,
        moved(program.left),
        moved(program.right),
        moved(program.outputs),
    )


def with_weighted_sum(program: Program, weights: Sequence[int] | None = None) -> Program:
    """The program whose one output is the sum of this one's, from left to right.

    Args:
        program: a program of one output or more.
        weights: for each output the input to multiply it by, counted from 0; by default none.

    >>> from autograd import Value, flatten
    >>> x, w = Value(2.0, label="x"), Value(3.0, label="w")
    >>> print(with_weighted_sum(flatten([x.exp(), x], [x, w]), [1, 1]))
    inputs: x, w
    v1 = exp(x)
    v2 = v1*w
    v3 = x*w
    v4 = v2 + v3
    outputs: v4
    """
    builder = Builder(program.inputs)
    places = builder.laid_out(program, range(len(program.inputs)))
    if weights is not None:
        pairs = zip(places, weights, strict=True)
        places = [builder.instruction(ops.mul, place, weight) for place, weight in pairs]
    return builder.program([reduce(partial(builder.instruction, ops.add), places)])


def in_order(program: Program, order: Iterable[int], outputs: Iterable[int]) -> Program:
    """The program with some of its instructions, in the order in which they are to run.

    Args:
        program: the program.
        order: the instructions, each behind those that it reads, counted from 0.
        outputs: the slots of the outputs.
    """
    builder = Builder(program.inputs)
    places = [
        *range(len(program.inputs)),
        *map(builder.constant, program.constants),
        *[UNUSED] * len(program),
    ]
    for index in order:
        left, right = program.left[index], program.right[index]
        y = UNUSED if right == UNUSED else places[right]
        operation = program.operations[program.codes[index]]
        places[program.first + index] = builder.instruction(operation, places[left], y)
    return builder.program([places[slot] for slot in outputs])
