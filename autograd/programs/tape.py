"""A long program as a tape: groups of equal instructions that do not wait for one another.

Machine code for each instruction of a long program takes longer to make than it ever saves. A tape is data:
it says which formula is computed how often, on which numbers, and one engine reads any tape. What belongs
together follows from levels. An instruction stands one level above the highest of its operands, so all of
one level may run at once; those with the same formula are a group. They are sorted by their operands, so
that many groups read numbers side by side, or all the same one:

    add(s, mul(w, x))    100 times    s from 640 on, w at 17, x from 900 on
    relu(s)              100 times    s from 1340 on
"""

from __future__ import annotations

from typing import Final, NamedTuple

from autograd.extras import extra
from autograd.programs.fusion import Fused, fused
from autograd.programs.groups import Kind, Rows, grouped, one_after_the_other
from autograd.programs.loops import Loop, loops, worthwhile
from autograd.programs.program import Program
from autograd.programs.slots import Slots

with extra("jit", "long programs"):
    import numpy as np
    from numpy.typing import NDArray

_WIDE, _VERY_WIDE = 4, 64
"""How many instructions a level must have on average to be worth while; and to be better than a loop."""

_MOSTLY: Final = 0.9
"""How much of a program must be in loops that it is left in its order."""


class Tape(NamedTuple):
    """A program for an engine that reads data.

    Attributes:
        kinds: the different kinds of groups, and the loops.
        groups: a row for each group: its kind, how many members it has, and for each of three operands the
            place of the first member's, or where its places stand among `gathered`. Those of a loop have
            as members the instructions of all its rounds, and one list of places for all operands.
        gathered: the places of operands that follow no rule.
        memory: the numbers before the program runs: room for the inputs, the constants, and room for the
            results in the order in which they are computed.
        first: the place of the first result.
        outputs: the places of the outputs.
    """

    kinds: list[Kind | Loop]
    groups: Rows
    gathered: Rows
    memory: NDArray[np.float64]
    first: int
    outputs: Slots


def tape(program: Program) -> Tape:
    """A program as a tape.

    >>> from autograd import Value, flatten
    >>> x, w = [Value(1.0) for _ in range(8)], Value(2.0)
    >>> made = tape(flatten([w * number for number in x], [*x, w]))
    >>> [kind.moves for kind in made.kinds], made.groups.tolist()
    ([('same', 'next')], [[0, 8, 8, 0, 0]])
    """
    given = fused(program)
    count, first = len(given.what), program.first
    place = np.full(given.slots + 1, -1, dtype=np.int64)  # of each slot; the last is an unused operand's
    place[:first] = np.arange(first)
    place[given.results] = np.arange(first, first + count)
    levels = _levels(given)
    width = count / levels.max(initial=1)
    in_place = [place[slots] for slots in given.operands]
    found = []
    if width < _VERY_WIDE:
        found = worthwhile(loops(given.what, in_place, given.formulas, first))
    if width < _WIDE or sum(each.length for each in found) > _MOSTLY * count:
        groups = one_after_the_other(given.formulas, given.what, in_place, found)
    else:
        order = _by_levels(given, levels, place, first)
        moved = [place[slots[order]] for slots in given.operands]
        groups = grouped(given.formulas, given.what[order], levels[order], moved, True)
    memory = np.zeros(first + count)
    memory[len(program.inputs) : first] = program.constants
    return Tape(*groups, memory, first, place[np.array(program.outputs, dtype=np.int64)])


def _levels(given: Fused) -> Slots:
    """How many instructions, one after the other, must run before each."""
    level = [0] * (given.slots + 1)
    columns = (slots.tolist() for slots in (given.results, *given.operands))
    for result, x, y, z in zip(*columns, strict=True):  # an unused operand reads the last place, which is 0
        highest = level[x]
        if level[y] > highest:  # in place of max, because there are millions
            highest = level[y]
        if level[z] > highest:
            highest = level[z]
        level[result] = highest + 1
    return np.array(level, dtype=np.int64)[given.results]


def _by_levels(given: Fused, levels: Slots, place: Slots, first: int) -> Slots:
    """The order of the instructions by level, formula and operands; their results get their places."""
    order = np.argsort(levels, kind="stable")
    bounds = np.flatnonzero(np.diff(levels[order], prepend=-1, append=-1))
    for begin, end in zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True):
        members = order[begin:end]
        x, y, z = (place[slots[members]] for slots in given.operands)
        members = order[begin:end] = members[np.lexsort((y, x, z, given.what[members]))]
        place[given.results[members]] = np.arange(first + begin, first + end)
    return order
