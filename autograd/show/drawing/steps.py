"""Repeated parts one behind the other: two stay open, the others become '147 more steps like this'.

A recurrent network, or Horner's scheme, does the same again and again. Its ranks, counted from the root, then
hold the same operations with a period.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from autograd.show.drawing.box import Box, Boxes, IsSmall, with_leaves
from autograd.show.drawing.ranks import longest_ways
from autograd.value import Value

_LONGEST = 64  # ranks of a period
_SEARCHED = 2048  # ranks from the root on in which a period begins
_FEWEST = 4  # repetitions


def fold_steps(nodes: Sequence[Value], boxes: Boxes, is_small: IsSmall) -> Boxes:
    """The boxes given, and one for the steps in the middle; if need be for the last, and for all before."""
    ranks = _ranks(nodes, boxes)
    place = {node: number for number, rank in enumerate(ranks) for node in rank}
    found = _period([tuple(sorted(_shape(node, place) for node in rank)) for rank in ranks])
    if found is None:
        return boxes
    start, period, count = found
    last = start + period * (count - 1)
    result = _with_box(nodes, boxes, ranks[start + period : last], count - 2)
    if is_small(result):
        return result
    result = _with_box(nodes, boxes, ranks[start + period : last + period], count - 1)
    if is_small(result):
        return result
    before = dict.fromkeys((node for rank in ranks[last + period :] for node in rank), Box(None))
    return with_leaves(nodes, result, before)


def _shape(node: Value, place: Mapping[Value, int]) -> str:
    """The operation of a node, and how many ranks away its operands are."""
    return f"{node._op} {[place[x] - place[node] if x in place else 1 for x in node._prev]}"


def _ranks(nodes: Sequence[Value], boxes: Boxes) -> list[list[Value]]:
    """The computed nodes that are drawn, by their longest way from the root."""
    drawn = [node for node in nodes if node._prev and node not in boxes]
    among = set(drawn)
    rank, _ = longest_ways(drawn, {(x, node): None for node in drawn for x in node._prev if x in among})
    ranks: list[list[Value]] = [[] for _ in range(max(rank.values()) + 1)]
    for node, number in rank.items():
        ranks[number].append(node)
    return ranks


def _period(profile: Sequence[tuple[str, ...]]) -> tuple[int, int, int] | None:
    """Where the longest repetition starts, its period, and how often it is repeated; None if there is none.

    >>> _period([("-",), ("+",), ("*",), ("+",), ("*",), ("+",), ("*",), ("+",), ("*",), ("exp",)])
    (1, 2, 4)
    """
    best = (0, 0, 0, 0)
    for period in range(1, min(_LONGEST, len(profile) // _FEWEST) + 1):
        start = 0
        while start < min(_SEARCHED, len(profile) - period):
            end = start
            while end + period < len(profile) and profile[end] == profile[end + period]:
                end += 1
            count = (end - start) // period + 1
            if count >= _FEWEST:
                best = max(best, (period * count, -period, -start, count))
            start = end + 1
        if 4 * best[0] > 3 * len(profile):
            break  # its multiples are no news
    covered, period, start, count = best
    return (-start, -period, count) if covered else None


def _with_box(nodes: Sequence[Value], boxes: Boxes, ranks: Sequence[list[Value]], steps: int) -> Boxes:
    """The boxes given, and one for some ranks and the leaves that only they use."""
    box = Box(f"{steps:,} more steps like this")
    return with_leaves(nodes, boxes, {node: box for rank in ranks for node in rank if node is not nodes[-1]})
