"""Reverse and forward sweeps: the gradients of a graph in a table beside it.

When they return, nothing in the graph has changed, so a picture or an explanation can be made at any time.
"""

from __future__ import annotations

from autograd import modes, tree
from autograd.annotations import TYPE_CHECKING
from autograd.functions import sum
from autograd.graph import contributions_by_hand, dependents, nodes_of, passes
from autograd.value import Value
from autograd.walk import topological_order

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
    from typing import Any

    from autograd.vectors import Number


def gradient(out: Value, wrt: Any, differentiable: bool = False) -> Any:
    """The gradient of one node of an existing graph with respect to others; no `grad` attribute changes.

    Args:
        out: the node to differentiate.
        wrt: a Value, or a tree (nested lists, tuples, dicts) of Values.
        differentiable: return Values, whose graphs can be differentiated again, in place of floats.

    Returns:
        A tree of the shape of `wrt`; 0.0 for what `out` does not depend on.

    Raises:
        TypeError: if `out` is not a Value or `wrt` is not made of Values.

    >>> x = Value(3.0)
    >>> dx = gradient(x**3, x, differentiable=True)
    >>> dx.data, gradient(dx, x)
    (27.0, 18.0)
    """
    if not isinstance(out, Value):
        raise TypeError(f"gradient needs the Value to differentiate, got {type(out).__name__}: {out!r:.60}")
    nodes = tree.leaves(wrt)
    for node in nodes:
        if not isinstance(node, Value):
            raise TypeError(f"gradient is taken with respect to Values, got {type(node).__name__}: {node!r}")
    return tree.rebuild(wrt, slopes(out, nodes, differentiable))


def slopes(out: Value, nodes: list[Value], differentiable: bool) -> list[Any]:
    """The gradient of `out` with respect to each of the nodes: floats, or Values whose graphs lead on."""
    if differentiable:
        with modes.recording():
            graphs = adjoint_graphs(out, nodes)
        return [as_value(graphs.get(node, 0.0)) for node in nodes]
    numbers = adjoints(out)
    return [numbers.get(node, 0.0) for node in nodes]


def adjoints(root: Value) -> dict[Value, float]:
    """The gradient of `root` with respect to every node it reaches, as `backward()` leaves it."""
    table = {root: 1.0}
    watcher = modes.watcher()
    for node in reversed(topological_order(root)):
        if node not in table:
            continue  # no gradient has arrived
        upstream = table[node]
        if node._operation.by_hand is not None:
            for operand, received in zip(node._prev, contributions_by_hand(node, upstream), strict=True):
                table[operand] = table.get(operand, 0.0) + received
        else:
            left, right = node._left, node._right
            if left is not None and passes(node, 0):
                table[left] = table.get(left, 0.0) + node._dleft * upstream
            if right is not None and passes(node, 1):
                table[right] = table.get(right, 0.0) + node._dright * upstream
        if watcher is not None:
            watcher.passed(node, upstream, [table.get(operand, 0.0) for operand in node._prev])
    return table


def adjoint_graphs(root: Value, wrt: Iterable[Value]) -> dict[Value, Number]:
    """The same gradients as graphs, to be differentiated again; only nodes on a way from `wrt` to `root`."""
    order = topological_order(root)
    on_a_way = dependents(order, wrt)
    table: dict[Value, Number] = {root: 1.0}
    for node in reversed(order):
        if node in table:
            for operand, local in _local_graphs(node, on_a_way):
                term = _times(table[node], local)
                table[operand] = table[operand] + term if operand in table else term
    return table


def tangents(roots: Sequence[Value], seeds: Mapping[Value, Number]) -> list[Number]:
    """The derivative of each root in the direction in which the seeded nodes move, as graphs.

    This is the forward mode: one sweep from the leaves to the roots, whatever the number of leaves.
    """
    table = dict(seeds)
    for node in nodes_of(*roots):
        if node not in table and node._operation.differentiable:
            terms = [_times(table[x], local) for x, local in _local_graphs(node, table)]
            if terms:
                table[node] = sum(terms)
    return [table.get(root, 0.0) for root in roots]


def _local_graphs(node: Value, wanted: Container[Value]) -> Iterator[tuple[Value, Number]]:
    operands = node._prev
    second = operands[1] if len(operands) > 1 else None
    for index, operand in enumerate(operands):
        if operand in wanted and passes(node, index):
            yield operand, node._operation.local_graph(index, operands[0], second, node)


def _times(gradient: Number, local: Number) -> Number:
    if isinstance(local, float) and local == 1.0:
        return gradient
    return local if isinstance(gradient, float) and gradient == 1.0 else local * gradient


def as_value(number: Number) -> Value:
    """A Value as it is, a number as a leaf."""
    return number if isinstance(number, Value) else Value(number)
