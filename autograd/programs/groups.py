"""Instructions in groups: neighbours that compute the same formula, and loops."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple, TypeAlias

from autograd.extras import extra
from autograd.programs.fusion import Step, arity_of
from autograd.programs.loops import Found, Loop
from autograd.programs.slots import Slots

with extra("jit", "long programs"):
    import numpy as np
    from numpy.typing import NDArray

Rows: TypeAlias = NDArray[np.int32]

SAME, NEXT, FAR, GATHERED = "same", "next", "far", "gathered"
"""How an operand moves from one member of a group to the next: not at all, by one place, always by as many
places, or anyhow."""

_LEAST: Final = 8
"""How many members make it worth while not to gather."""


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


class Sum(NamedTuple):
    """What the long sums of a group have in common.

    The table has a row for them: the kind, how many sums there are, where their terms stand among the numbers
    gathered, how many terms each has, and where the numbers stand that they begin with. Terms are written
    down so: first, for each operand, how far it moves from one sum to the next. Then, for each term, the
    place of each operand in the first sum, or where a list of its places in all sums begins.

    Attributes:
        steps: what one addition computes; the last operand is the sum so far.
        moves: how each other operand moves from one sum to the next.
    """

    steps: tuple[Step, ...]
    moves: tuple[str, ...]


class Groups(NamedTuple):
    """A row of instructions as data: see `Tape`."""

    kinds: list[Kind | Sum | Loop]
    table: Rows
    gathered: Rows


def grouped(
    formulas: Sequence[tuple[Step, ...]], what: Slots, levels: Slots, operands: Sequence[Slots], wide: bool
) -> Groups:
    """Neighbours in groups.

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
    made: list[Kind | Sum | Loop] = [
        Kind(formulas[formula], _moves(arity_of(formulas[formula]), rule), wide)
        for formula, rule in kinds.T.tolist()
    ]
    return Groups(made, table, np.concatenate(gathered).astype(np.int32))


def _starts(what: Slots, levels: Slots, operands: Sequence[Slots]) -> tuple[Slots, Slots]:
    """Where groups begin, and for each the rule by which its operands move; -1 if there is none."""
    same = (np.diff(what) == 0) & (np.diff(levels) == 0)
    pattern = np.where(same, 0, -1)
    for places in operands:
        step = np.diff(places)
        pattern = np.where((pattern >= 0) & ((step == 0) | (step == 1)), 2 * pattern + step, -1)
    begins = np.r_[len(what) > 0, ~same][: len(what)]
    rules = np.full(len(what), -1)
    for start, end, rule in long_rows(pattern):
        begins[[start, *([end] if end < len(what) else [])]] = True
        rules[start] = rule
    starts = np.flatnonzero(begins)
    return starts, rules[starts]


def long_rows(pattern: Slots) -> list[tuple[int, int, int]]:
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


def one_after_the_other(
    formulas: Sequence[tuple[Step, ...]], what: Slots, operands: Sequence[Slots], found: Sequence[Found]
) -> Groups:
    """As `grouped`, for instructions that stay in their order, with a row for each loop among them."""
    inside = np.zeros(len(what) + 1, dtype=np.int64)
    for each in found:
        inside[each.start] += 1
        inside[each.start + each.length] -= 1
    outside = np.flatnonzero(np.cumsum(inside[:-1]) == 0)
    stretches = np.cumsum(
        np.diff(outside, prepend=-1) > 1, dtype=np.int64
    )  # what a loop lies between stays apart
    rest = [places[outside] for places in operands]
    kinds, table, gathered = grouped(formulas, what[outside], stretches, rest, False)
    begins = outside[np.cumsum(table[:, 1]) - table[:, 1]]
    kind_of: dict[Loop, int] = {}
    for each in found:
        kind_of.setdefault(each.loop, len(kinds) + len(kind_of))
    sizes = np.array([len(each.bases) for each in found], dtype=np.int64)
    rows = np.zeros((len(found), 5), dtype=np.int32)
    rows[:, 0] = [kind_of[each.loop] for each in found]
    rows[:, 1] = [each.length for each in found]
    rows[:, 2] = len(gathered) + np.cumsum(sizes) - sizes
    order = np.argsort(np.r_[begins, [each.start for each in found]])
    bases = np.array([base for each in found for base in each.bases], dtype=np.int32)
    return Groups([*kinds, *kind_of], np.r_[table, rows][order], np.r_[gathered, bases])
