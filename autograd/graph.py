"""Walks over a computation graph, shared by everything that reads one; iterative, never recursive."""

from __future__ import annotations

from autograd.annotations import TYPE_CHECKING
from autograd.value import Value
from autograd.walk import LOCK

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def trace(root: Value) -> tuple[list[Value], list[tuple[Value, Value]]]:
    """All nodes that `root` depends on, operands first, and all edges (operand, node).

    Args:
        root: the result, such as a loss.

    Returns:
        The nodes, each once, and the edges. A node that one operation uses twice, as in x * x, has two edges
        to it.

    >>> x = Value(3.0)
    >>> nodes, edges = trace(x * x)
    >>> [node.data for node in nodes], len(edges)
    ([3.0, 9.0], 2)
    """
    nodes = nodes_of(root)
    return nodes, [(operand, node) for node in nodes for operand in node._prev]


def nodes_of(*roots: Value) -> list[Value]:
    """Every node that the roots depend on, leaves too, each once and operands before results."""
    order: list[Value] = []
    seen: set[Value] = set()
    done: set[Value] = set()
    stack = list(reversed(roots))
    while stack:
        node = stack[-1]
        if node not in seen:
            seen.add(node)
            stack.extend(operand for operand in reversed(node._prev) if operand not in seen)
        else:
            stack.pop()
            if node not in done:
                done.add(node)
                order.append(node)
    return order


def dependents(order: Iterable[Value], of: Iterable[Value]) -> set[Value]:
    """Some nodes and all that was computed from them, of a graph whose nodes are given operands first."""
    found = set(of)
    for node in order:
        if any(operand in found for operand in node._prev):
            found.add(node)
    return found


def uses_of(nodes: Iterable[Value]) -> dict[Value, list[Value]]:
    """For every node that is an operand of some of these nodes, those that it is an operand of."""
    uses: dict[Value, list[Value]] = {}
    for node in nodes:
        for operand in node._prev:
            uses.setdefault(operand, []).append(node)
    return uses


def computed_from(start: Value, uses: dict[Value, list[Value]]) -> set[Value]:
    """A node and all that was computed from it; unlike `dependents`, without a look at any other node."""
    found = {start}
    stack = [start]
    while stack:
        for node in uses.get(stack.pop(), ()):
            if node not in found:
                found.add(node)
                stack.append(node)
    return found


def local_derivatives(node: Value) -> tuple[float, ...]:
    """The derivative of a node by each of its operands, as the forward pass stored them."""
    if node._operation.by_hand is not None:
        return contributions_by_hand(node, 1.0)
    return (node._dleft, node._dright)[: len(node._prev)]


def passes(node: Value, index: int) -> bool:
    """Whether a gradient passes from a node to an operand: not to one that a choice did not choose."""
    local = node._dright if index else node._dleft
    return local != 0.0 or not node._operation.choice[index] or node._operation.by_hand is not None


def reached(root: Value, order: Sequence[Value]) -> set[Value]:
    """The nodes at which a gradient of the root arrives, of a graph in topological order."""
    found = {root}
    for node in reversed(order):
        if node in found:
            found.update(operand for index, operand in enumerate(node._prev) if passes(node, index))
    return found


def contribution(node: Value, index: int, upstream: float) -> float:
    """What an operand receives from a node whose gradient is `upstream`."""
    if node._operation.by_hand is not None:
        return contributions_by_hand(node, upstream)[index]
    return local_derivatives(node)[index] * upstream if passes(node, index) else 0.0


def contributions_by_hand(node: Value, upstream: float) -> tuple[float, ...]:
    """What a derivative given by hand adds to each operand; an operand that is used twice gets it at once.

    Such a function adds to `grad`. So it is called with gradients of 0, which are put back afterwards; what
    it adds to other nodes than its operands stays.
    """
    operands = node._prev
    function = node._operation.by_hand
    assert function is not None
    with LOCK:
        before = [(value, value._grad) for value in (*operands, node)]
        try:
            for operand in operands:
                operand._grad = 0.0
            node._grad = upstream
            function(node)
            received: dict[Value, float] = {}
            return tuple(0.0 if x in received else received.setdefault(x, x._grad) for x in operands)
        finally:
            for value, grad in before:
                value._grad = grad
