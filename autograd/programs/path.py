"""The way from an output of a program back to its inputs, as `backward()` goes it through a graph."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import NamedTuple

from autograd.extras import extra
from autograd.primitive import Operation
from autograd.programs.program import UNUSED, Program
from autograd.programs.slots import Slots
from autograd.programs.template import MASK, template

with extra("jit", "the derivative of a program"):
    import numpy as np
    from numpy.typing import NDArray


class Path(NamedTuple):
    """What a sweep back from an output meets.

    Attributes:
        order: the instructions that the output needs, every operand before its results, the right one first.
        rank: for each instruction its place in this order, or -1; one more -1 stands at the end.
        reached: for each slot whether a gradient arrives there that is on its way to an input in question.
    """

    order: Slots
    rank: Slots
    reached: NDArray[np.bool_]


def path(program: Program, wrt: Iterable[int], root: int) -> Path:
    """The way from what stands in the slot `root` back to the inputs `wrt`."""
    order, moving = _walked(program, wrt, root)
    rank = np.full(len(program) + 1, -1)
    listed = np.array(order, dtype=np.int64)
    rank[listed] = np.arange(len(order))
    return Path(listed, rank, np.frombuffer(_reached(program, root, order, moving), dtype=np.bool_))


def passes(place: int, operation: Operation) -> bool:
    """Whether an operation passes anything to an operand, be it sometimes."""
    return place < operation.arity and template(operation, place) is not None


def _walked(program: Program, wrt: Iterable[int], root: int) -> tuple[list[int], bytearray]:
    """The instructions in order, and which slots depend on the inputs in question."""
    first, slots = program.first, program.first + len(program)
    codes, lefts, rights = program.codes, program.left, program.right
    moving = bytearray(slots + 1)  # the last one is that of an unused operand
    for slot in wrt:
        moving[slot] = 1
    never = [not operation.differentiable for operation in program.operations]  # no walk goes there
    done = bytearray(b"\1" * first) + bytearray(never[code] for code in codes)
    decided = [operation is MASK for operation in program.operations]  # a graph has no node for its condition
    order: list[int] = []
    waiting = [root]
    while waiting:
        slot = waiting[-1]
        if done[slot]:
            waiting.pop()
            continue
        left, right = lefts[slot - first], rights[slot - first]
        if right != UNUSED and not done[right]:
            waiting.append(right)
        elif not done[left] and not decided[codes[slot - first]]:
            waiting.append(left)
        else:
            waiting.pop()
            done[slot] = 1
            moving[slot] = moving[left] | moving[right]
            order.append(slot - first)
    return order, moving


def _reached(program: Program, root: int, order: Sequence[int], moving: bytearray) -> bytearray:
    first, lefts, rights, codes = program.first, program.left, program.right, program.codes
    by_left, by_right = ([*map(partial(passes, place), program.operations)] for place in (0, 1))
    reached = bytearray(len(moving))
    reached[root] = moving[root]
    for index in reversed(order):
        if reached[first + index]:
            if by_left[codes[index]]:
                reached[lefts[index]] |= moving[lefts[index]]
            if by_right[codes[index]]:
                reached[rights[index]] |= moving[rights[index]]
    reached[-1] = 0
    return reached
