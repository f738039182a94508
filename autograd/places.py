"""The place of each node in the order of backpropagation, so that a table beside a graph can be a list.

A place is written on its node as the node's mark, because a list is read much sooner than a dict of nodes.
Marks belong to one walk at a time: who asks for a place holds the lock. In the middle of another walk of its
thread it touches no mark, and a dict does the same.
"""

from __future__ import annotations

from autograd.annotations import TYPE_CHECKING, final
from autograd.walk import CLOCK, LOCK, NEVER, OPERANDS, extend, order_aside, under_way

if TYPE_CHECKING:
    from autograd.annotations import i64
    from autograd.value import Value


@final
class Places:
    """The nodes that gradients may pass on their way from some roots, and their places in a table.

    Those places count back from the last node, so that no node has a lower mark than its results: then
    `_pass_on`, called by hand in the meantime, leaves the marks alone. After them come the places of others
    that are asked for, such as leaves, which no gradient passes.

    Args:
        roots: the results.
        others: more nodes that need a place.
        aside: whether another walk of this thread is under way.

    Attributes:
        order: the nodes, operands first.
        count: how many places there are.
        inner: whether there may be some of the others in the order.
    """

    def __init__(self, roots: list[Value], others: list[Value], aside: bool) -> None:
        self._aside: dict[Value, int] | None = None
        self._first: i64 = 0
        self.inner = False
        if aside:
            self.order = order_aside(*roots)
            ends = [node for node in others if node._mark >= NEVER]
            self._aside = {node: i for i, node in enumerate([*reversed(self.order), *dict.fromkeys(ends)])}
            self.count = len(self._aside)
            self.inner = len(ends) < len(others)
            return
        CLOCK.now += 2
        walk = CLOCK.now
        self.order = []
        for root in roots:
            extend(self.order, root, walk, False)
        if CLOCK.pairs:
            self.order = [node for node in self.order if node._operation is not OPERANDS]
        self.count = len(self.order) + len(others)
        self._first = walk + 1
        CLOCK.now = walk + self.count
        mark: i64 = walk + len(self.order)
        for each in self.order:
            each._mark = mark
            mark -= 1
        mark = walk + len(self.order)
        for each in others:
            mark += 1
            if each._mark >= NEVER:
                each._mark = NEVER + mark
            else:
                self.inner = True

    def of(self, node: Value) -> i64:
        """The place of a node; negative if it has none."""
        if self._aside is not None:
            return self._aside.get(node, -1)
        mark = node._mark
        return (mark - NEVER if mark >= NEVER else mark) - self._first


@final
class Ways:
    """The ways that lead from some nodes, the ends, to some roots, as places in a table.

    It takes the lock while it is made, and needs it no more: graphs can be built along it.

    Attributes:
        order: the nodes that gradients may pass on their way from the roots, operands first.
        count: how many places there are; that of order[i] is len(order) - 1 - i.
        roots: the place of each root; negative if it has none.
        ends: the place of each end.
        lefts: for each node of the order the place of its left operand; None if no way leads there.
        rights: the same of the right one.
        open: whether there is any way.
    """

    def __init__(self, roots: list[Value], ends: list[Value]) -> None:
        aside = under_way()
        with LOCK:
            self._find(roots, ends, Places(roots, ends, aside))

    def _find(self, roots: list[Value], ends: list[Value], places: Places) -> None:
        self.order = places.order
        self.count = places.count
        self.roots = [int(places.of(root)) for root in roots]
        self.ends = [int(places.of(end)) for end in ends]
        self.lefts: list[int | None] = []
        self.rights: list[int | None] = []
        on_a_way: list[int | None] = [None] * self.count  # each place itself, if it is on a way
        for end in self.ends:
            if end >= 0:
                on_a_way[end] = end
        here: i64 = len(self.order)
        for node in self.order:
            here -= 1
            left = _place(node._left, places, on_a_way)
            right = _place(node._right, places, on_a_way)
            if node._operation.by_hand is not None:  # of any number of operands
                for operand in node._prev:
                    left = _place(operand, places, on_a_way) if left is None else left
            if left is not None or right is not None:
                on_a_way[here] = int(here)
            self.lefts.append(left)
            self.rights.append(right)
        self.open = False
        for root in self.roots:
            if root >= 0 and on_a_way[root] is not None:
                self.open = True


def _place(node: Value | None, places: Places, on_a_way: list[int | None]) -> int | None:
    if node is None:
        return None
    place = places.of(node)
    return on_a_way[place] if place >= 0 else None
