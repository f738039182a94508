"""All ways on which a node influences the root: their number, and the ones with the largest products.

The derivative is the sum over all paths of the product of the local derivatives along each (Bauer, 1974).
There may be exponentially many: they are counted without being listed, and listed from the largest on.
"""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import count, groupby
from math import inf, isnan
from operator import itemgetter

from autograd.graph import local_derivatives, passes
from autograd.value import Value

Link = tuple[Value, int]
"""An edge of the graph: a node, and which of its operands."""


class Ways:
    """The paths from some nodes to the root: counted by one sum for every edge, and found by their size.

    Args:
        root: where paths end.
        links: the edges of the graph, all uses of a node before its operands.
        starts: where paths begin.

    Attributes:
        counts: how many paths lead from each start to the root, exactly.

    The search is best-first, guided by the largest product that can be reached from each node, which one pass
    over the edges computes. An edge costs the factor by which it falls short of the best one, as in Eppstein
    (1998): exactly 1 along the best, so among equals the search runs straight to the root, and a path takes
    no more time than its nodes have uses.
    """

    def __init__(self, root: Value, links: Iterable[Link], starts: Collection[Value]) -> None:
        self._root = root
        self._best = {root: 1.0}
        self._uses: dict[Value, list[tuple[float, Link]]] = {}
        counts = {root: 1}
        for node, edges in groupby(links, key=itemgetter(0)):
            # A count may have thousands of digits; it is kept no longer than it is needed.
            here = counts.get(node, 0) if node in starts else counts.pop(node, 0)
            for link in edges:
                if here and passes(*link):
                    operand = node._prev[link[1]]
                    counts[operand] = counts.get(operand, 0) + here
                    self._add(operand, link)
        self.counts = {start: counts.get(start, 0) for start in starts}

    def _add(self, operand: Value, link: Link) -> None:
        node, index = link
        size = abs(local_derivatives(node)[index] * self._best[node])
        size = inf if isnan(size) else size  # what spoils the sum comes first
        self._best[operand] = max(self._best.get(operand, 0.0), size)
        self._uses.setdefault(operand, []).append((size, link))

    def largest(self, start: Value) -> Iterator[list[Link]]:
        """The paths from a node to the root, each as its edges, the largest product first."""
        if start not in self._best:
            return
        newest = count(0, -1)
        frontier: list[tuple[float, int, Value, _Trail]] = [(-1.0, next(newest), start, None)]
        while frontier:
            share, _, node, trail = heapq.heappop(frontier)
            while node is not self._root and len(self._uses[node]) == 1:  # nothing to choose
                link = self._uses[node][0][1]
                node, trail = link[0], (trail, link)
            if node is self._root:
                yield _unrolled(trail)
                continue
            best = self._best[node]
            for size, link in reversed(self._uses[node]):
                kept = 1.0 if size == best else size / best
                heapq.heappush(frontier, (share * kept, next(newest), link[0], (trail, link)))


_Trail = tuple["_Trail", Link] | None
"""The edges taken so far, the latest first, shared with the paths that began alike."""


def _unrolled(trail: _Trail) -> list[Link]:
    links = []
    while trail is not None:
        trail, link = trail
        links.append(link)
    return links[::-1]


def product(path: Sequence[Link]) -> float:
    """The local derivatives along a path, multiplied from the root on, as `backward()` does."""
    upstream = 1.0
    for node, index in reversed(path):
        upstream = local_derivatives(node)[index] * upstream
    return upstream
