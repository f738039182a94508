"""Repeated parts side by side: one of them stays open, the others become '19 more like this'.

They are the terms of a sum, or of another operation that takes its operands in any order: the losses of
samples, the products in a neuron, the neurons that those products need. Two terms are alike if the same
operations made them from operands that are alike; numbers and labels do not count. So a loss over samples
folds to its first sample, and the layer of a network to its first neuron.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Sequence

from autograd import ops
from autograd.show.drawing.box import Box, Boxes, IsSmall, with_leaves
from autograd.value import Value

_ACCUMULATING = {ops.add, ops.mul, ops.maximum, ops.minimum}
_FEWEST = 3  # terms that are alike: a box in place of one other part says less than the part


class Sum:
    """An operation over many terms, made of operations of two operands.

    Attributes:
        chain: the operations that add up, the first before those it enters.
        terms: what they add up, in order.
    """

    def __init__(self, head: Value, inner: set[Value]) -> None:
        self.chain: list[Value] = []
        self.terms: list[Value] = []
        stack = [(head, False)]
        while stack:
            node, done = stack.pop()
            if done:
                self.chain.append(node)
            else:
                stack.append((node, True))
                for operand in reversed(node._prev):
                    if operand in inner:
                        stack.append((operand, False))
        for node in self.chain:
            self.terms += [operand for operand in node._prev if operand not in inner]


def fold_repeats(
    nodes: Sequence[Value], folded: Boxes, is_small: IsSmall, sums: Callable[[Value], bool]
) -> Boxes:
    """The boxes given, and those of repeated terms, from the root on, as many as it takes.

    Args:
        nodes: the graph, operands first, the root last.
        folded: the nodes that are in boxes already.
        is_small: whether enough is folded.
        sums: whether a sum, known by its last operation, may be folded.
    """
    groups = list(_groups(nodes, sums))
    boxes = folded
    count = 0
    while count < len(groups) and (not count or not is_small(boxes)):
        count = max(1, 2 * count)
        boxes = with_leaves(nodes, folded, _boxes(nodes, folded, groups[:count]))
    return boxes


def _groups(nodes: Sequence[Value], sums: Callable[[Value], bool]) -> Iterator[tuple[Sum, list[Value]]]:
    """Every sum, the nearest to the root first, with those of its terms that are like an earlier one."""
    inner = _inner(nodes)
    signature, made = _signatures(nodes, inner)
    for head in reversed(nodes):
        if head in made and sums(head):
            alike: dict[tuple[int, str], list[Value]] = {}
            for term in dict.fromkeys(made[head].terms):
                # Neurons of a layer are alike, but of different scopes, which have boxes of their own.
                alike.setdefault((signature[term], term.scope), []).append(term)
            for terms in alike.values():
                if len(terms) >= _FEWEST:
                    yield made[head], terms[1:]


def _inner(nodes: Sequence[Value]) -> set[Value]:
    """The operations that only enter another one of the same kind."""
    uses = Counter(operand for node in nodes for operand in node._prev)
    return {
        operand
        for node in nodes
        if node._operation in _ACCUMULATING
        for operand in node._prev
        if operand._operation is node._operation and uses[operand] == 1 and operand.scope == node.scope
    }


def _signatures(nodes: Sequence[Value], inner: set[Value]) -> tuple[dict[Value, int], dict[Value, Sum]]:
    """A number for every node, equal for those that are alike, and all sums of several terms."""
    numbers: dict[Hashable, int] = {}
    signature: dict[Value, int] = {}
    sums: dict[Value, Sum] = {}
    for node in nodes:
        if node in inner:
            continue
        key: Hashable
        if any(operand in inner for operand in node._prev):
            sums[node] = Sum(node, inner)
            counts = Counter(signature[term] for term in sums[node].terms)
            key = node._op, frozenset(counts.items())
        else:
            key = node._op, tuple(signature[operand] for operand in node._prev)
        signature[node] = numbers.setdefault(key, len(numbers))
    return signature, sums


def _boxes(nodes: Sequence[Value], folded: Boxes, groups: Sequence[tuple[Sum, list[Value]]]) -> Boxes:
    """A box for each group: its terms, what only they need, and the operations that add them up."""
    closed: defaultdict[Sum, dict[Value, Box]] = defaultdict(dict)  # of each sum the terms and sums in a box
    for made, terms in groups:
        box = Box(f"{len(terms):,} more like this")
        closed[made] |= dict.fromkeys(terms, box)
        for node in made.chain[:-1]:
            if any(closed[made].get(operand) is box for operand in node._prev):
                closed[made].setdefault(node, box)
    by_last = {made.chain[-1]: made for made in closed}

    def still_open(node: Value) -> Iterable[Value]:
        made = by_last.get(node)
        parts = node._prev if made is None else (*made.chain[:-1], *made.terms)
        return parts if made is None else (part for part in parts if part not in closed[made])

    kept = _reachable(nodes[-1:], still_open, folded)
    box_of: Boxes = {}
    done = kept.union(folded)
    for made, inside in reversed(closed.items()):  # the outer boxes hold what no inner one does
        if made.chain[-1] in kept:
            for start, box in inside.items():
                found = _reachable([start], lambda node: node._prev, done)
                box_of |= dict.fromkeys(found, box)
                done |= found
    return box_of


def _reachable(
    starts: Sequence[Value], operands: Callable[[Value], Iterable[Value]], without: Collection[Value] = ()
) -> set[Value]:
    """The nodes on the ways down from some, those included."""
    found: set[Value] = set()
    stack = [start for start in starts if start not in without]
    while stack:
        node = stack.pop()
        if node not in found:
            found.add(node)
            stack += [x for x in operands(node) if x not in found and x not in without]
    return found
