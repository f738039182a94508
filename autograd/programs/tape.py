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

from collections.abc import Sequence
from typing import Final, NamedTuple, TypeAlias

from autograd.extras import extra
from autograd.programs.fusion import Fused, Step, arity_of, fused
from autograd.programs.loops import Loop, loops
from autograd.programs.program import Program
from autograd.programs.slots import Slots

with extra("jit", "long programs"):
    import numpy as np
    from numpy.typing import NDArray

Rows: TypeAlias = NDArray[np.int32]

SAME, NEXT, GATHERED = "same", "next", "gathered"
"""How an operand moves from one member of a group to the next: not at all, by one place, or anyhow."""

_LEAST: Final = 8
"""How many members make it worth while not to gather."""

_WIDE: Final = 4
"""How many instructions a level must have on average for levels to be worth while."""


_CODE: Final = 2_000
"""How many instructions the bodies of loops have at most, all together: machine code is made for them."""


class Kind(NamedTuple):
    """What the members of a group have in common.

    Attributes:
        steps: the formula.
        moves: for each of its operands `SAME`, `NEXT` or `GATHERED`.
        independent: whether the members may run at once. Else they run one after the other.
    """

    steps: tuple[Step, ...]
    moves: tuple[str, ...]
    independent: bool


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
    levels = _levels(given)
    wide = len(given.what) >= _WIDE * levels.max(initial=0)
    place = np.full(given.slots + 1, -1, dtype=np.int64)  # of each slot; the last is an unused operand's
    place[: program.first] = np.arange(program.first)
    if wide:
        order = _by_levels(given, levels, place)
    else:
        order = np.arange(len(given.what))
        place[given.results] = program.first + order
    what = given.what[order]
    operands = [place[slots[order]] for slots in given.operands]
    if wide:
        parts = _grouped(given.formulas, what, levels[order], operands, wide)
    else:
        parts = _with_loops(given.formulas, what, operands, program.first)
    memory = np.zeros(program.first + len(order))
    memory[len(program.inputs) : program.first] = program.constants
    outputs = place[np.array(program.outputs, dtype=np.int64)]
    return Tape(*parts, memory, program.first, outputs)


def _levels(given: Fused) -> Slots:
    """How many instructions, one after the other, must run before each."""
    level = [0] * (given.slots + 1)
    columns = (slots.tolist() for slots in (given.results, *given.operands))
    for result, x, y, z in zip(*columns, strict=True):  # an unused operand reads the last place, which is 0
        level[result] = 1 + max(level[x], level[y], level[z])
    return np.array(level, dtype=np.int64)[given.results]


def _by_levels(given: Fused, levels: Slots, place: Slots) -> Slots:
    """The order of the instructions by level, formula and operands; their results get their places."""
    order = np.argsort(levels, kind="stable")
    bounds = np.flatnonzero(np.diff(levels[order], prepend=-1, append=-1))
    start = int(place.max()) + 1
    for begin, end in zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True):
        members = order[begin:end]
        x, y, z = (place[slots[members]] for slots in given.operands)
        members = order[begin:end] = members[np.lexsort((y, x, z, given.what[members]))]
        place[given.results[members]] = np.arange(start + begin, start + end)
    return order


def _grouped(
    formulas: Sequence[tuple[Step, ...]], what: Slots, levels: Slots, operands: Sequence[Slots], wide: bool
) -> tuple[list[Kind | Loop], Rows, Rows]:
    """The kinds of groups, the table of groups, and the places that have to be listed.

    Two neighbours of one level with the same formula belong together. So do longer rows of them, and only
    those, in which every operand stays or moves by one place, which need no list of places.
    """
    starts, rules = _starts(what, levels, operands)
    sizes = np.diff(starts, append=len(what))
    arity = np.array([arity_of(formula) for formula in formulas])[what[starts]]
    kinds, kind_of = np.unique(np.stack([what[starts], rules]), axis=1, return_inverse=True)
    table = np.zeros((len(starts), 5), dtype=np.int32)
    table[:, 0], table[:, 1] = kind_of.ravel(), sizes
    listed = np.repeat(rules < 0, sizes)
    gathered, offset = [np.zeros(0, dtype=np.int64)], 0
    for position, places in enumerate(operands):
        there = arity > position
        taken = places[listed & np.repeat(there, sizes)]
        gathered.append(taken)
        lists = np.where((rules < 0) & there, sizes, 0)
        begins = offset + np.cumsum(lists) - lists
        table[:, 2 + position] = np.where(rules < 0, begins, np.maximum(places[starts], 0))
        offset += len(taken)
    made: list[Kind | Loop] = [
        Kind(formulas[formula], _moves(arity_of(formulas[formula]), rule), wide)
        for formula, rule in kinds.T.tolist()
    ]
    return made, table, np.concatenate(gathered).astype(np.int32)


def _starts(what: Slots, levels: Slots, operands: Sequence[Slots]) -> tuple[Slots, Slots]:
    """Where groups begin, and for each the rule by which its operands move; -1 if there is none."""
    same = (np.diff(what) == 0) & (np.diff(levels) == 0)
    pattern = np.where(same, 0, -1)
    for places in operands:
        step = np.diff(places)
        pattern = np.where((pattern >= 0) & ((step == 0) | (step == 1)), 2 * pattern + step, -1)
    begins = np.r_[len(what) > 0, ~same][: len(what)]
    rules = np.full(len(what), -1)
    for start, end, rule in _rows(pattern):
        begins[[start, *([end] if end < len(what) else [])]] = True
        rules[start] = rule
    starts = np.flatnonzero(begins)
    return starts, rules[starts]


def _rows(pattern: Slots) -> list[tuple[int, int, int]]:
    """The long rows of neighbours with one rule: where they begin, where they end, and the rule."""
    changes = np.flatnonzero(np.diff(pattern, prepend=-2, append=-2))
    lengths = np.diff(changes)
    found, after = [], 0
    for index in np.flatnonzero((lengths >= _LEAST - 1) & (pattern[changes[:-1]] >= 0)).tolist():
        start, end = max(int(changes[index]), after), int(changes[index + 1]) + 1
        if end - start >= _LEAST:
            found.append((start, end, int(pattern[start])))
            after = end
    return found


def _moves(arity: int, rule: int) -> tuple[str, ...]:
    if rule < 0:
        return (GATHERED,) * arity
    return tuple(NEXT if rule >> (2 - position) & 1 else SAME for position in range(arity))


def _with_loops(
    formulas: Sequence[tuple[Step, ...]], what: Slots, operands: Sequence[Slots], first: int
) -> tuple[list[Kind | Loop], Rows, Rows]:
    """As `_grouped`, for instructions that run one after the other, with a row for each loop among them."""
    found, places = {}, []
    for each in loops(what, operands, formulas, first):
        if each.loop in found or sum(len(loop.body) for loop in found) + len(each.loop.body) <= _CODE:
            found[each.loop] = None
            places.append(each)
    inside = np.zeros(len(what) + 1, dtype=np.int64)
    for each in places:
        inside[each.start] += 1
        inside[each.start + each.count] -= 1
    outside = np.flatnonzero(np.cumsum(inside[:-1]) == 0)
    stretches = np.cumsum(np.diff(outside, prepend=-1) > 1)  # what a loop lies between stays apart
    rest = [slots[outside] for slots in operands]
    kinds, table, gathered = _grouped(formulas, what[outside], stretches, rest, False)
    begins = outside[np.cumsum(table[:, 1]) - table[:, 1]]
    kind_of = {loop: len(kinds) + index for index, loop in enumerate(found)}
    bases = np.array([base for each in places for base in each.bases], dtype=np.int32)
    sizes = np.array([len(each.bases) for each in places], dtype=np.int64)
    rows = np.zeros((len(places), 5), dtype=np.int32)
    rows[:, 0] = [kind_of[each.loop] for each in places]
    rows[:, 1] = [each.count for each in places]
    rows[:, 2] = len(gathered) + np.cumsum(sizes) - sizes
    order = np.argsort(np.r_[begins, [each.start for each in places]])
    return [*kinds, *found], np.r_[table, rows][order], np.r_[gathered, bases]
