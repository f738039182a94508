"""Graphs as bytes: what pickle makes of a Value.

Pickle descends from a node into its operands by recursion, which a deep graph does not survive, and takes its
time for every object. So a node is handed over as a place in a `Subgraph`, and its leaves as places among
`Leaves`; both are written as columns of numbers. Nodes that are pickled together keep their identity: what
has a place already, or is a leaf that was pickled by itself, is never given another.
"""

from __future__ import annotations

from functools import partial
from threading import local
from typing import Any
from weakref import ref

from autograd.columns import (
    Numbering,
    blank_nodes,
    columns_of_leaves,
    columns_of_nodes,
    fill,
    leaves_of,
    nodes_of,
)
from autograd.ops import LEAF
from autograd.tag import Tag
from autograd.value import Value, attributes_of, unrecorded_node
from autograd.walk import NEVER


class Alone:
    """The addresses of leaves that are pickled by themselves; alive as long as a pickler needs it."""

    def __init__(self) -> None:
        self.addresses: set[int] = set()

    def __reduce__(self) -> tuple[Any, ...]:
        return Alone, ()


class _Written(local):
    """Where the nodes stand that are being pickled; each thread has its own, for its own picklers."""

    def __init__(self) -> None:
        self.places: dict[int, ref[Subgraph]] = {}  # by address, as long as a pickler needs it
        self.last_alone: ref[Alone] = ref(Alone())  # which is gone at once

    def add(self, subgraph: Subgraph) -> None:
        """Note the places of a subgraph's nodes, until it is gone."""
        addresses = [*subgraph.of, *subgraph.leaves.of]
        self.places.update(dict.fromkeys(addresses, ref(subgraph, partial(_forget, self.places, addresses))))

    def holder(self, node: Value) -> Subgraph | Leaves | None:
        """What a node has its place in."""
        found = self.places.get(id(node))
        subgraph = None if found is None else found()
        return subgraph.leaves if subgraph is not None and node._left is None else subgraph

    def alone(self) -> Alone:
        """The leaves that the picklers at work have pickled by themselves."""
        alone = self.last_alone() or Alone()
        self.last_alone = ref(alone)
        return alone


def _forget(places: dict[int, Any], addresses: list[int], gone: object) -> None:
    for address in addresses:
        del places[address]


_WRITTEN = _Written()


class Leaves:
    """The leaves of a subgraph. They refer to nothing, so a leaf does not bring its graph along."""

    def __init__(self, leaves: list[Value]) -> None:
        self.leaves = leaves
        self.of = {id(leaf): place for place, leaf in enumerate(leaves)}

    def __reduce__(self) -> tuple[Any, ...]:
        return leaves_of, (columns_of_leaves(self.leaves),)


class Subgraph:
    """The nodes below a root that have operands and are written nowhere else yet."""

    def __init__(self, root: Value) -> None:
        self.places = Numbering(root, _WRITTEN.places, _WRITTEN.alone().addresses)
        self.of = {id(node): place for place, node in enumerate(self.places.nodes)}
        self.leaves = Leaves(self.places.leaves)
        _WRITTEN.add(self)

    def __reduce__(self) -> tuple[Any, ...]:
        places = self.places
        count, attributes = len(places.nodes), places.attributes()
        parts = self.leaves, places.outside, columns_of_nodes(places)
        if attributes or places.may_lead_back():
            return Nodes, (count,), (*parts, attributes)
        return nodes_of, (count, *parts)


class Nodes(list[Value]):
    """The nodes of a subgraph: blank at first, so that attributes may lead back to them, then filled in."""

    def __init__(self, count: int) -> None:
        super().__init__(blank_nodes(count))

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        if len(state) == 2:
            self._fill_from_records(*state)
            return
        leaves, outside, columns, attributes = state
        fill(self, leaves, outside, columns)
        count = len(self)
        for place, own in attributes:
            node = self[place] if place < count else leaves[place - count]
            for name, attribute in own.items():
                setattr(node, name, attribute)

    def _fill_from_records(self, outside: list[Value], records: list[tuple[Any, ...]]) -> None:
        """As they were pickled when each node was a record, and no leaf among them."""
        nodes = [*outside, *self]
        for node, (operands, parts, attributes) in zip(self, records, strict=True):
            node.data, node.grad, node._operation, node._dleft, node._dright, node._tag = parts
            node._left = nodes[operands[0]]
            node._right = nodes[operands[1]] if len(operands) > 1 else None
            node._mark = 0 if node._operation.differentiable else NEVER
            for name, attribute in attributes.items():
                setattr(node, name, attribute)


def reduce(node: Value) -> tuple[Any, ...]:
    """What pickle takes of a Value: its place among others, or a leaf that comes first by itself."""
    holder = _WRITTEN.holder(node)
    if node._left is not None:
        holder = holder or Subgraph(node)
        return list.__getitem__, (holder, holder.of[id(node)])
    attributes = attributes_of(node) or None
    if holder is not None:
        return list.__getitem__, (holder, holder.of[id(node)]), attributes
    alone = _WRITTEN.alone()
    alone.addresses.add(id(node))
    if node.is_result:
        return restore_result, (node.data, node.grad, node._tag, alone), attributes
    symbol = None if node._operation is LEAF else node._operation.symbol
    return restore_leaf, (node.data, node.grad, symbol, node._tag, alone), attributes


def restore_leaf(
    data: float, grad: float, symbol: str | None, tag: Tag | None, alone: Alone | None = None
) -> Value:
    """A leaf from its parts; what keeps count of such leaves is pickled with them to live as long."""
    leaf = Value(data, (), symbol or "")
    leaf.grad, leaf._tag = grad, tag
    return leaf


def restore_result(data: float, grad: float, tag: Tag | None, alone: Alone | None = None) -> Value:
    """A leaf that an operation made under `no_grad()`, from its parts."""
    leaf = unrecorded_node(data)
    leaf.grad, leaf._tag = grad, tag
    return leaf


def restore(outside: list[Value], records: list[tuple[Any, ...]]) -> list[Value]:
    """The nodes of a subgraph that was pickled before nodes had attributes."""
    nodes = Nodes(len(records))
    nodes.__setstate__((outside, [(*record, {}) for record in records]))
    return nodes
