"""What a function keeps of a call: parameters that it makes at its first one, or numbers for the next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from sys import getrefcount

from autograd import ops
from autograd.compiled.guards import made_inside
from autograd.graph import dependents, nodes_of
from autograd.scopes import TRACED
from autograd.value import Value


def reached(roots: Sequence[Value], inputs: Sequence[Value]) -> tuple[list[Value], list[Value]]:
    """What results were computed from: what the function made, and the Values from outside that it met first.

    Raises:
        TypeError: if a part was computed without a graph, or by another thread.
    """
    seen = set(inputs)
    inside, outside = list(inputs), []
    waiting = list(reversed(roots))
    while waiting:
        node = waiting.pop()
        if node in seen:
            continue
        seen.add(node)
        if not made_inside(node):
            outside.append(node)
            continue
        if node._operation is ops.RESULT:
            raise TypeError(
                "jit: the function computes inside no_grad(), which leaves the numbers of the first call in "
                "place of how they are computed; write x.detach() where no gradient is to pass"
            )
        inside.append(node)
        waiting += [operand for operand in (node._right, node._left) if operand is not None]
    computed = [node for node in outside if node.is_result]
    if computed and not dependents(nodes_of(*computed), inputs).isdisjoint(computed):
        raise TypeError(
            "jit: the function computes in another thread, where nothing can be followed; compute in the "
            "thread that calls, and many samples with .batch(..., threads=...)"
        )
    return inside, outside


def kept(nodes: list[Value]) -> list[Value]:
    """Those of the nodes that something else holds too, when all else that held them is gone.

    Args:
        nodes: all nodes that one call has made, in the only list that has them.
    """
    nodes.append(Value(0.0))  # nobody else has this one
    held = [getrefcount(node) for node in nodes]
    nodes.pop()
    alone = held.pop()
    uses = Counter(operand for node in nodes for operand in (node._left, node._right))
    return [node for node, count in zip(nodes, held, strict=True) if count - uses[node] > alone]


def released(nodes: Iterable[Value]) -> None:
    """Take nodes out of the scope in which a function is traced, as nodes made elsewhere."""
    for node in nodes:
        node.scope = node.scope.removeprefix(TRACED).removeprefix("/")


def require_no_state(parameters: Sequence[Value], earlier: Sequence[Value], inputs: Sequence[Value]) -> None:
    """Raise TypeError if a call uses what the call before it has computed or was given.

    Args:
        parameters: what a call has used without being given it.
        earlier: what the function has kept of the call before.
        inputs: those of them that it was given.
    """
    known, given = set(earlier), set(inputs)
    for node in parameters:
        if node in known and (node.is_result or node in given):
            raise TypeError(
                "jit: the function keeps a number of one call for the next, which a program cannot; return "
                "it, and hand it over as an argument, or compute it before"
            )
