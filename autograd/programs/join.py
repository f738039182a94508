"""Programs put together and taken apart."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

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


def with_more_inputs(program: Program, at: int, names: Sequence[str]) -> Program:
    """The program with further inputs, which it does not use yet, before the input that has been at `at`."""
    count = len(names)

    def moved(slots: Iterable[int]) -> list[int]:
        return [slot + count if slot >= at else slot for slot in slots]

    return Program(
        [*program.inputs[:at], *names, *program.inputs[at:]],
        program.constants,
        program.operations,
        program.codes,
        moved(program.left),
        moved(program.right),
        moved(program.outputs),
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
    outputs: list[int] = []
    for program in programs:
        places = [*range(len(program.inputs)), *map(builder.constant, program.constants)]
        for code, left, right in zip(program.codes, program.left, program.right, strict=True):
            y = UNUSED if right == UNUSED else places[right]
            places.append(builder.instruction(program.operations[code], places[left], y))
        outputs += [places[slot] for slot in program.outputs]
    return builder.program(outputs)


def in_walk_order(program: Program, output: int) -> Program:
    """The instructions that one output needs, in the order in which a walk through its graph meets them.

    The order is that of `backward()`: every operand before its results, the right operand first. So sums
    over the program have the order of sums over the graph that computes the same.
    """
    first = program.first
    builder = Builder(program.inputs)
    places: list[int | None] = [*range(len(program.inputs)), *map(builder.constant, program.constants)]
    places += [None] * len(program)
    waiting = [program.outputs[output]]
    while waiting:
        slot = waiting[-1]
        if places[slot] is not None:
            waiting.pop()
            continue
        index = slot - first
        left, right = program.left[index], program.right[index]
        if right != UNUSED and places[right] is None:
            waiting.append(right)
        elif places[left] is None:
            waiting.append(left)
        else:
            waiting.pop()
            x, y = places[left], UNUSED if right == UNUSED else places[right]
            assert x is not None and y is not None
            places[slot] = builder.instruction(program.operations[program.codes[index]], x, y)
    place = places[program.outputs[output]]
    assert place is not None
    return builder.program([place])
