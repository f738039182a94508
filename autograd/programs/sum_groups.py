"""Long sums in groups: neighbours whose terms are computed alike, and stand in memory side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from autograd.extras import extra
from autograd.programs.fusion import arity_of
from autograd.programs.groups import FAR, GATHERED, NEXT, SAME, Groups, Rows, Sum, long_rows
from autograd.programs.slots import Slots
from autograd.programs.sums import Sums

with extra("jit", "long programs"):
    import numpy as np


class Placed(NamedTuple):
    """The sums in the order of their totals.

    Attributes:
        which: their numbers.
        at: the places of the totals, counted from the first result.
        levels: the levels.
    """

    which: Slots
    at: Slots
    levels: Slots


def with_sums(groups: Groups, begins: Slots, found: Sums, placed: Placed, place: Slots) -> Groups:
    """Groups and long sums as data.

    Args:
        groups: the instructions that are no sums.
        begins: the place of the first result of each group, counted from the first of all.
        found: the sums.
        placed: where their totals stand.
        place: the place of each slot.
    """
    kinds: dict[Sum, int] = {}
    rows: list[list[int]] = []
    starts: list[int] = []
    gathered = [groups.gathered]
    size = len(groups.gathered)
    for begin, end in _alike(found, placed):
        members = placed.which[begin:end]
        count, steps = int(found.counts[members[0]]), found.formulas[found.what[members[0]]]
        listed = found.begins[members][:, np.newaxis] + np.arange(count)
        places = place[found.terms[listed]][:, :, : arity_of(steps) - 1]
        for first, stop, moved in _pieces(places):
            kind = Sum(steps, _moves(moved, places.shape[2]))
            made = _numbers(places[first:stop], moved, size)
            rows.append([kinds.setdefault(kind, len(kinds)), stop - first, size, count, size + len(made)])
            starts.append(int(placed.at[begin + first]))
            gathered += [made, place[found.start[members[first:stop]]].astype(np.int32)]
            size += len(made) + stop - first
    table = np.array(rows, dtype=np.int32).reshape(-1, groups.table.shape[1])
    table[:, 0] += len(groups.kinds)
    order = np.argsort(np.r_[begins, np.array(starts, dtype=np.int64)])
    return Groups([*groups.kinds, *kinds], np.r_[groups.table, table][order], np.concatenate(gathered))


def in_order(keys: Sequence[Slots]) -> Slots:
    """The order of sums by the operands of their first terms.

    What differs least comes first: then many neighbours share it, and the other operands move on.
    """
    return np.lexsort(sorted(keys, key=lambda slots: -len(np.unique(slots))))


def _alike(found: Sums, placed: Placed) -> Iterator[tuple[int, int]]:
    """The stretches of neighbours of one level, one formula and one number of terms."""
    alike = [found.what[placed.which], found.counts[placed.which], placed.levels]
    changes = np.any([np.diff(numbers, prepend=-1) for numbers in alike], axis=0)
    bounds = np.append(np.flatnonzero(changes), len(changes))
    return zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True)


def _pieces(places: Slots) -> list[tuple[int, int, list[int] | None]]:
    """Neighbours in pieces: from where to where, and how far each operand moves if that is always the same.

    Args:
        places: of each operand of each term, of shape (sums, terms, operands).
    """
    steps = np.diff(places, axis=0)
    regular = (steps == steps[:, :1]).all(axis=(1, 2))
    different, pattern = np.unique(steps[:, 0], axis=0, return_inverse=True)
    found: list[tuple[int, int, list[int] | None]] = []
    after = 0
    for start, end, rule in long_rows(np.where(regular, pattern.ravel(), -1)):
        if start > after:
            found.append((after, start, None))
        found.append((start, end, different[rule].tolist()))
        after = end
    if after < len(places):
        found.append((after, len(places), None))
    return found


def _moves(moved: list[int] | None, operands: int) -> tuple[str, ...]:
    if moved is None:
        return (GATHERED,) * operands
    return tuple({0: SAME, 1: NEXT}.get(step, FAR) for step in moved)


def _numbers(places: Slots, moved: list[int] | None, size: int) -> Rows:
    """What is gathered of the terms; `size` is where it will stand."""
    _, terms, operands = places.shape
    if moved is not None:
        parts = [np.array(moved), places[0].ravel()]
    else:
        lists = size + operands + terms * operands + len(places) * np.arange(terms * operands)
        parts = [np.zeros(operands, dtype=np.int64), lists, places.transpose(1, 2, 0).ravel()]
    made: Rows = np.concatenate(parts).astype(np.int32)
    return made
