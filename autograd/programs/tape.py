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
from typing import Final, NamedTuple

from autograd.extras import extra
from autograd.programs.fusion import Fused, Step, arity_of, fused
from autograd.programs.program import Program
from autograd.programs.slots import Slots

with extra("jit", "long programs"):
    import numpy as np
    from numpy.typing import NDArray

SAME, NEXT, GATHERED = "same", "next", "gathered"
"""How an operand moves from one member of a group to the next: not at all, by one place, or anyhow."""

_LEAST: Final = 8
"""How many members make it worth while not to gather."""

_WIDE: Final = 4
"""How many instructions a level must have on average for levels to be worth while."""


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
        kinds: the different kinds of groups.
        groups: a row for each group: its kind, how many members it has, and for each of three operands the
            place of the first member's, or where its places stand among `gathered`.
        gathered: the places of operands that follow no rule.
        memory: the numbers before the program runs: room for the inputs, the constants, and room for the
            results in the order in which they are computed.
        first: the place of the first result.
        outputs: the places of the outputs.
    """

    kinds: list[Kind]
    groups: NDArray[np.int32]
    gathered: NDArray[np.int32]
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
    independent = len(given.what) >= _WIDE * levels.max(initial=0)
    place = np.full(given.slots + 1, -1, dtype=np.int64)  # of each slot; the last is an unused operand's
    place[: program.first] = np.arange(program.first)
    if independent:
        order = _by_levels(given, levels, place)
    else:
        order, levels = np.arange(len(given.what)), np.zeros(len(given.what), dtype=np.int64)
        place[given.results] = np.arange(program.first, program.first + len(order))
    operands = [place[slots[order]] for slots in given.operands]
    groups = _Groups(given.what[order], levels[order], operands)
    kinds, rows, gathered = groups.rows(given.formulas, independent)
    memory = np.zeros(program.first + len(order))
    memory[len(program.inputs) : program.first] = program.constants
    outputs = place[np.array(program.outputs, dtype=np.int64)]
    return Tape(kinds, rows, gathered, memory, program.first, outputs)


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


class _Groups:
    """Where groups begin, and how their operands move.

    Two neighbours of one level with the same formula belong together. So do longer rows of them, and only
    those, in which every operand stays or moves by one place, which need no list of places.
    """

    def __init__(self, what: Slots, levels: Slots, operands: Sequence[Slots]) -> None:
        self.what, self.operands = what, operands
        count = len(what)
        same = (np.diff(what) == 0) & (np.diff(levels) == 0)
        pattern = np.zeros(max(count - 1, 0), dtype=np.int64)
        for slots in operands:
            step = np.diff(slots)
            same_rule = (step == 0) | (step == 1)
            pattern = np.where((pattern >= 0) & same_rule, 2 * pattern + step, -1)
        pattern = np.where(same, pattern, -1)
        self.pattern = np.full(count, -1)  # of the row that begins here
        begins = np.r_[True, ~same] if count else np.zeros(0, dtype=bool)
        for start, end, rule in _rows(pattern):
            begins[start] = True
            begins[end : end + 1] = True
            self.pattern[start] = rule
        self.starts = np.flatnonzero(begins)
        self.sizes = np.diff(self.starts, append=count)

    def rows(
        self, formulas: Sequence[tuple[Step, ...]], independent: bool
    ) -> tuple[list[Kind], NDArray[np.int32], NDArray[np.int32]]:
        """The kinds, the table of groups, and the places that have to be listed."""
        starts, sizes = self.starts, self.sizes
        rules = self.pattern[starts]
        arity = np.array([arity_of(steps) for steps in formulas])[self.what[starts]]
        kinds, kind_of = np.unique(np.stack([self.what[starts], rules]), axis=1, return_inverse=True)
        table = np.zeros((len(starts), 5), dtype=np.int32)
        table[:, 0], table[:, 1] = kind_of.ravel(), sizes
        listed = np.repeat(rules < 0, sizes)
        gathered, offset = [np.zeros(0, dtype=np.int64)], 0
        for position, slots in enumerate(self.operands):
            taken = slots[listed & np.repeat(arity > position, sizes)]
            gathered.append(taken)
            lists = np.where((rules < 0) & (arity > position), sizes, 0)
            places = offset + np.cumsum(lists) - lists
            table[:, 2 + position] = np.where(rules < 0, places, np.maximum(slots[starts], 0))
            offset += len(taken)
        made = [
            Kind(formulas[what], _moves(arity_of(formulas[what]), rule), independent)
            for what, rule in kinds.T.tolist()
        ]
        return made, table, np.concatenate(gathered).astype(np.int32)


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
