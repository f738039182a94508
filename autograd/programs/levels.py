"""Instructions by levels: each stands above its operands, and all of one level may run at once."""

from __future__ import annotations

from itertools import pairwise

from autograd.extras import extra
from autograd.programs.fusion import Fused
from autograd.programs.groups import Groups, grouped
from autograd.programs.slots import Slots
from autograd.programs.sum_groups import Placed, in_order, with_sums
from autograd.programs.sums import Sums

with extra("jit", "long programs"):
    import numpy as np


def levels_of(given: Fused, rises: Slots) -> Slots:
    """How many instructions, one after the other, must run up to each.

    Args:
        given: the instructions.
        rises: 1 for each that counts, 0 for each that is part of another one.
    """
    level = [0] * (given.slots + 1)
    columns = (numbers.tolist() for numbers in (given.results, *given.operands, rises))
    for result, x, y, z, rise in zip(*columns, strict=True):  # an unused operand reads the last, which is 0
        highest = level[x]
        if level[y] > highest:  # in place of max, because there are millions
            highest = level[y]
        if level[z] > highest:
            highest = level[z]
        level[result] = highest + rise
    return np.array(level, dtype=np.int64)[given.results]


def places_of(slots: int, first: int, results: Slots) -> Slots:
    """The place of each slot, where results follow on inputs and constants; -1 of what has none."""
    place = np.full(slots + 1, -1, dtype=np.int64)  # the last is an unused operand's
    place[:first] = np.arange(first)
    place[results] = np.arange(first, first + len(results))
    return place


def by_levels(given: Fused, found: Sums, levels: Slots, first: int) -> tuple[Groups, Slots]:
    """The instructions in groups by levels, and the place of each slot.

    Args:
        given: the instructions.
        found: the long sums among them.
        levels: the level of each instruction, where no sum is taken together.
        first: how many inputs and constants there are.
    """
    if len(found.last):
        levels = levels_of(given, (~found.inside).astype(np.int64))
    ordinary = len(given.formulas)
    what, operands = given.what.copy(), np.stack(given.operands)
    what[found.last] = ordinary + _numbered(found)
    operands[:, found.last] = found.terms[found.begins].T
    place = places_of(given.slots, first, given.results[:0])
    order = np.flatnonzero(~found.inside)
    order = order[np.argsort(levels[order], kind="stable")]
    for begin, end in _stretches(levels[order]):
        level = order[begin:end]
        level = order[begin:end] = level[_within(what[level], place[operands[:, level]], ordinary)]
        place[given.results[level]] = np.arange(first + begin, first + end)

    is_sum = what[order] >= ordinary
    rest, summed = order[~is_sum], order[is_sum]
    moved = [place[slots[rest]] for slots in operands]
    groups = grouped(given.formulas, what[rest], levels[rest], moved, True)
    begins = np.flatnonzero(~is_sum)[np.cumsum(groups.table[:, 1]) - groups.table[:, 1]]
    placed = Placed(np.searchsorted(found.last, summed), np.flatnonzero(is_sum), levels[summed])
    return with_sums(groups, begins, found, placed, place), place


def _numbered(found: Sums) -> Slots:
    """For each sum a number that is the same where the formula and the number of terms are."""
    _, numbers = np.unique(np.stack([found.what, found.counts]), axis=1, return_inverse=True)
    return numbers.ravel()


def _within(what: Slots, places: Slots, ordinary: int) -> Slots:
    """The order of instructions within a level: by what they compute, and by the places of their operands."""
    x, y, z = places
    order = np.lexsort((y, x, z, what))
    first = len(what) - np.count_nonzero(what >= ordinary)
    for begin, end in _stretches(what[order[first:]]) if first < len(what) else ():
        alike = order[first + begin : first + end]
        order[first + begin : first + end] = alike[in_order([*places[:, alike]])]
    return order


def _stretches(numbers: Slots) -> list[tuple[int, int]]:
    """From where to where the numbers, none of which is negative, stay the same."""
    bounds = np.flatnonzero(np.diff(numbers, prepend=-1, append=-1)).tolist()
    return list(pairwise(bounds))
