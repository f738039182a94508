"""Repeated parts side by side: one of them stays open, the others become '19 more like this'.

They are the terms of a sum, or of another operation that accumulates: the losses of samples, the products in
a neuron, the neurons that those products need. Two terms are alike if the same operations made them from
operands that are alike; numbers and labels do not count. So a loss over samples folds to its first sample,
and the layer of a network to its first neuron.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Sequence

from autograd import ops
from autograd.show.drawing.box import Box, Boxes, IsSmall, with_leaves
from autograd.value import Value

# What goes on with the result of its like: (a + b) - c is one sum.
_ACCUMULATING = {
    ops.add: "sum",
    ops.sub: "sum",
    ops.mul: "product",
    ops.maximum: "largest",
    ops.minimum: "least",
}
_FEWEST = 3  # terms that are alike: a box in place of one other part says less than the part


class Sum:
    """An operation over many terms, made of operations of two operands.

    Attributes:
        chain: these operations, each on the result of the one before.
        terms: what they accumulate, in order, each with the symbol of the operation that it enters by.
    """

    def __init__(self, last: Value, inner: Collection[Value]) -> None:
        chain = [last]
        while chain[-1]._prev[0] in inner:
            chain.append(chain[-1]._prev[0])
        self.chain = chain[::-1]
        first = self.chain[0]
        self.terms = [(first._prev[0], "+" if first._op == "-" else first._op)]
        self.terms += [(node._prev[1], node._op) for node in self.chain]


class Repeats:
    """The repeated parts of a graph.

    Args:
        nodes: the graph, operands first, the root last.
        may_fold: whether a sum, known by its last operation, may be folded.
    """

    def __init__(self, nodes: Sequence[Value], may_fold: Callable[[Value], bool]) -> None:
        self._nodes = nodes
        self._groups = list(_groups(nodes, may_fold))

    def fold(self, folded: Boxes, is_small: IsSmall) -> Boxes:
        """The boxes given, and those of repeated terms, from the root on, as many as it takes.

        Args:
            folded: the nodes that are in boxes already.
            is_small: whether enough is folded.
        """
        everything = _boxes(self._nodes, folded, self._groups)
        if not is_small(everything):
            return everything
        count = 1
        while count < len(self._groups):
            boxes = _boxes(self._nodes, folded, self._groups[:count])
            if is_small(boxes):
                return boxes
            count *= 2
        return everything


_Group = tuple[Sum, list[Value]]
"""A sum, and those of its terms that are like an earlier one."""


def _groups(nodes: Sequence[Value], may_fold: Callable[[Value], bool]) -> Iterator[_Group]:
    """The repeated terms of every sum, the nearest to the root first."""
    inner = _inner(nodes)
    signature, sums = _signatures(nodes, inner)
    for last in reversed(nodes):
        if last in sums and may_fold(last):
            alike: defaultdict[Hashable, list[Value]] = defaultdict(list)
            for term, symbol in dict.fromkeys(sums[last].terms):
                # Neurons of a layer are alike, but of different scopes, which have boxes of their own.
                alike[signature[term], symbol, term.scope].append(term)
            for terms in alike.values():
                if len(terms) >= _FEWEST:
                    yield sums[last], terms[1:]


def _inner(nodes: Sequence[Value]) -> set[Value]:
    """The results that only go on into an operation of their kind."""
    uses = Counter(operand for node in nodes for operand in node._prev)
    inner = set()
    for node in nodes:
        kind = _ACCUMULATING.get(node._operation)
        if kind is not None:
            before = node._prev[0]
            if (
                _ACCUMULATING.get(before._operation) == kind
                and uses[before] == 1
                and before.scope == node.scope
            ):
                inner.add(before)
    return inner


def _signatures(
    nodes: Sequence[Value], inner: Collection[Value]
) -> tuple[dict[Value, int], dict[Value, Sum]]:
    """A number for every node, equal for those that are alike, and all sums of several terms."""
    numbers: dict[Hashable, int] = {}
    signature: dict[Value, int] = {}
    sums: dict[Value, Sum] = {}
    for node in nodes:
        if node in inner:
            continue
        key: Hashable
        if node._prev and node._prev[0] in inner:
            sums[node] = Sum(node, inner)
            counts = Counter((signature[term], symbol) for term, symbol in sums[node].terms)
            key = node._op, frozenset(counts.items())
        else:
            squared = len(set(node._prev)) < len(node._prev)  # x*x is not like x*y
            key = node._op, squared, tuple(signature[operand] for operand in node._prev)
        signature[node] = numbers.setdefault(key, len(numbers))
    return signature, sums


def _boxes(nodes: Sequence[Value], folded: Boxes, groups: Sequence[_Group]) -> Boxes:
    """The boxes given, and one for each group: its terms, what only they need, and what adds them up."""
    terms_of: defaultdict[Sum, dict[Value, Box]] = defaultdict(dict)  # the terms that are not drawn
    for made, terms in groups:
        terms_of[made] |= dict.fromkeys(terms, Box(""))
    chain_of = {made: _closed(made, terms) for made, terms in terms_of.items()}
    kept = _kept(nodes, folded, terms_of, chain_of)
    drawn = [made for made in terms_of if made.chain[-1] in kept]
    box_of: Boxes = {}
    done = kept.union(folded)
    for made in reversed(drawn):  # inner sums first, so that an outer box does not take what is theirs
        counts: Counter[Box] = Counter()
        for term, box in terms_of[made].items():
            found = _reachable([term], lambda node: node._prev, done)
            counts[box] += term in found
            box_of |= dict.fromkeys(found, box)
            done |= found
        for box, count in counts.items():
            box.title = f"{count:,} more like this"
        box_of |= {node: box for node, box in chain_of[made].items() if counts[box]}
    return with_leaves(nodes, folded, box_of, kept)


def _closed(made: Sum, terms: dict[Value, Box]) -> dict[Value, Box]:
    """The operations of a sum, but for the last, with a term that is not drawn before or in them."""
    closed: dict[Value, Box] = {}
    for node in made.chain[:-1]:
        box = closed.get(node._prev[0]) or terms.get(node._prev[0]) or terms.get(node._prev[1])
        if box is not None:
            closed[node] = box
    return closed


def _kept(
    nodes: Sequence[Value],
    folded: Boxes,
    terms_of: dict[Sum, dict[Value, Box]],
    chain_of: dict[Sum, dict[Value, Box]],
) -> set[Value]:
    """The nodes that are still drawn: those on ways down from the root that lead through no closed term."""
    sums = {made.chain[-1]: made for made in terms_of}

    def still_open(node: Value) -> Iterable[Value]:
        made = sums.get(node)
        if made is None:
            return node._prev
        open_terms = (term for term, _ in made.terms if term not in terms_of[made])
        return (*open_terms, *(link for link in made.chain[:-1] if link not in chain_of[made]))

    return _reachable(nodes[-1:], still_open, folded)


def _reachable(
    starts: Sequence[Value], operands: Callable[[Value], Iterable[Value]], without: Collection[Value]
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
