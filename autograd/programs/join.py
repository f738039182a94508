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
    positions = {slot: position for position, slot in enumerate(dict.fromkeys(program.outputs))}
    which = [positions[slot] for slot in program.outputs]
    few = Program(
        program.inputs,
        program.constants,
        program.operations,
        program.codes,
        program.left,
        program.right,
        positions,
    )
    return few, which


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


def joined(programs: Sequence[Program]) -> Program:
    """One program of the same inputs that computes the outputs of several, one program after the other.

    Nothing is changed on the way, so what is differentiated again has its sums in the same order; what the
    programs share is found by `simplified` in the end.

    >>> from autograd import Value, flatten
    >>> x = Value(2.0, label="x")
    >>> print(joined([flatten(x.exp(), x), flatten(x.sin(), x)]))
    inputs: x
    v1 = exp(x)
    v2 = sin(x)
    outputs: v1, v2
    """
    builder = Builder(programs[0].inputs)
    return builder.program(
        place for program in programs for place in builder.laid_out(program, range(len(program.inputs)))
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


def in_walk_order(program: Program, output: int) -> Program:
    """The instructions that one output needs, in the order in which a walk through its graph meets them.

    The order is that of `backward()`: every operand before its results, the right operand first. So sums
    over the program have the order of sums over the graph that computes the same.
    """
    first = program.first
    done = bytearray(b"\1" * first) + bytearray(len(program))
    order: list[int] = []
    root = program.outputs[output]
    waiting = [root]
    while waiting:
        slot = waiting[-1]
        if done[slot]:
            waiting.pop()
            continue
        left, right = program.left[slot - first], program.right[slot - first]
        if right != UNUSED and not done[right]:
            waiting.append(right)
        elif not done[left]:
            waiting.append(left)
        else:
            waiting.pop()
            done[slot] = 1
            order.append(slot - first)
    return in_order(program, order, [root])
