"""Graphs as bytes: what pickle and deepcopy make of a Value.

Pickle descends from a node into its operands by recursion, which a deep graph does not survive. So a node
is handed over as a place in a `Subgraph`, a flat list of all nodes below it. Nodes that are pickled together
keep their identity: a node that already has a place in a subgraph is never given another.
"""

from __future__ import annotations

from threading import local
from typing import Any
from weakref import WeakValueDictionary

from autograd.graph import nodes_of
from autograd.modes import Tag
from autograd.ops import LEAF
from autograd.value import Value, attributes_of, recorded_node, unrecorded_node
from autograd.walk import NEVER


class _Places(local):
    """The subgraph of every node that is being pickled; each thread has its own, for its own picklers."""

    def __init__(self) -> None:
        self.of: WeakValueDictionary[int, Subgraph] = WeakValueDictionary()


_PLACES = _Places()


class Subgraph:
    """The nodes below a root that have operands, operands first; alive as long as a pickler needs it."""

    def __init__(self, root: Value) -> None:
        below = nodes_of(root)
        self.nodes = [node for node in below if node._prev and id(node) not in _PLACES.of]
        self.outside = [node for node in below if not node._prev or id(node) in _PLACES.of]
        self.index = {id(node): i for i, node in enumerate(self.nodes)}
        _PLACES.of.update(dict.fromkeys(self.index, self))

    def __reduce__(self) -> tuple[Any, ...]:
        place = {id(node): i for i, node in enumerate(self.outside + self.nodes)}
        records = [
            (
                [place[id(operand)] for operand in node._prev],
                (node.data, node.grad, node._operation, node._dleft, node._dright, node._tag),
                attributes_of(node),
            )
            for node in self.nodes
        ]
        return Nodes, (len(records),), (self.outside, records)


class Nodes(list[Value]):
    """The nodes of a subgraph: blank at first, so that attributes may lead back to them, then filled in."""

    def __init__(self, count: int) -> None:
        super().__init__(recorded_node(None, LEAF, 0.0, None, 0.0, None, 0.0) for _ in range(count))

    def __setstate__(self, state: tuple[list[Value], list[tuple[Any, ...]]]) -> None:
        outside, records = state
        nodes = [*outside, *self]
        for node, (operands, parts, attributes) in zip(self, records, strict=True):
            node.data, node.grad, node._operation, node._dleft, node._dright, node._tag = parts
            node._left = nodes[operands[0]]
            node._right = nodes[operands[1]] if len(operands) > 1 else None
            node._mark = 0 if node._operation.differentiable else NEVER
            for name, attribute in attributes.items():
                setattr(node, name, attribute)


def reduce(node: Value) -> tuple[Any, ...]:
    """What pickle takes of a Value: a leaf by itself, any other node as its place in a subgraph."""
    if not node._prev:
        if node.is_result:
            return restore_result, (node.data, node.grad, node._tag), attributes_of(node) or None
        operation = None if node._operation is LEAF else node._operation.symbol
        return restore_leaf, (node.data, node.grad, operation, node._tag), attributes_of(node) or None
    subgraph = _PLACES.of.get(id(node)) or Subgraph(node)
    return list.__getitem__, (subgraph, subgraph.index[id(node)])


def restore_leaf(data: float, grad: float, symbol: str | None, tag: Tag | None) -> Value:
    """A leaf from its parts."""
    leaf = Value(data, (), symbol or "")
    leaf.grad, leaf._tag = grad, tag
    return leaf


def restore_result(data: float, grad: float, tag: Tag | None) -> Value:
    """A leaf that an operation made under `no_grad()`, from its parts."""
    leaf = unrecorded_node(data)
    leaf.grad, leaf._tag = grad, tag
    return leaf


def restore(outside: list[Value], records: list[tuple[Any, ...]]) -> list[Value]:
    """The nodes of a subgraph that was pickled before nodes had attributes."""
    nodes = Nodes(len(records))
    nodes.__setstate__((outside, [(*record, {}) for record in records]))
    return nodes
