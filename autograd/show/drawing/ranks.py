"""The longest way from every place in a graph to its root."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Sequence
from typing import TypeVar

Place = TypeVar("Place", bound=Hashable)


def longest_ways(
    places: Sequence[Place], edges: Iterable[tuple[Place, Place]]
) -> tuple[dict[Place, int], bool]:
    """How many edges the longest way from each place to the root has, and whether there are circles.

    Args:
        places: nodes or boxes; the ranks are given in this order.
        edges: each once, from what is used to what uses it.

    A place in a circle, or below one, gets the longest way outside the circle.

    >>> longest_ways("abc", [("a", "b"), ("b", "c"), ("a", "c")])
    ({'a': 2, 'b': 1, 'c': 0}, False)
    """
    operands: defaultdict[Place, list[Place]] = defaultdict(list)
    waiting: Counter[Place] = Counter()
    for source, target in edges:
        operands[target].append(source)
        waiting[source] += 1
    rank = dict.fromkeys(places, 0)
    ready = [place for place in places if not waiting[place]]
    done = 0
    while ready:
        target = ready.pop()
        done += 1
        for source in operands[target]:
            rank[source] = max(rank[source], rank[target] + 1)
            waiting[source] -= 1
            if not waiting[source]:
                ready.append(source)
    return rank, done < len(rank)
