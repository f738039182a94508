"""A long program as a tape: groups of equal instructions that do not wait for one another.

Machine code for each instruction of a long program takes longer to make than it ever saves. A tape is data:
it says which formula is computed how often, on which numbers, and one engine reads any tape. What belongs
together follows from levels. An instruction stands one level above the highest of its operands, so all of
one level may run at once; those with the same formula are a group. They are sorted by their operands, so
that many groups read numbers side by side, or all the same one:

    add(s, mul(w, x))    100 times    s from 640 on, w at 17, x from 900 on
    relu(s)              100 times    s from 1340 on

Many additions one after the other are one instruction: see `sums.py`.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from autograd.extras import extra
from autograd.programs.fusion import Fused, fused
from autograd.programs.groups import Groups, Kind, Rows, Sum, one_after_the_other
from autograd.programs.levels import by_levels, levels_of, places_of
from autograd.programs.loops import Loop, loops, worthwhile
from autograd.programs.program import Program
from autograd.programs.slots import Slots
from autograd.programs.sums import sums

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
        kinds: the different kinds of groups, of long sums, and the loops.
        groups: a row for each group: its kind, how many members it has, and for each of three operands the
            place of the first member's, or where its places stand among `gathered`. Those of a loop have
            as members the instructions of all its rounds, and one list of places for all operands; for long
            sums see `Sum`.
        gathered: the places of operands that follow no rule.
        memory: the numbers before the program runs: room for the inputs, the constants, and room for the
            results in the order in which they are computed.
        first: the place of the first result.
        outputs: the places of the outputs.
    """

    kinds: list[Kind | Sum | Loop]
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
    first, outputs = program.first, np.array(program.outputs, dtype=np.int64)
    levels = levels_of(given, np.ones_like(given.what))
    width = len(levels) / levels.max(initial=1)
    ordered = _in_order(given, width, first) if width < _VERY_WIDE else None
    groups, place = ordered or by_levels(given, sums(given, outputs), levels, first)
    memory = np.zeros(place.max(initial=first - 1) + 1)
    memory[len(program.inputs) : first] = program.constants
    return Tape(*groups, memory, first, place[outputs])


def _in_order(given: Fused, width: float, first: int) -> tuple[Groups, Slots] | None:
    """The instructions in their order, if levels are narrow or nearly all is in loops; and the places."""
    place = places_of(given.slots, first, given.results)
    in_place = [place[slots] for slots in given.operands]
    found = worthwhile(loops(given.what, in_place, given.formulas, first))
    if width >= _WIDE and sum(each.length for each in found) <= _MOSTLY * len(given.what):
        return None
    return one_after_the_other(given.formulas, given.what, in_place, found), place
