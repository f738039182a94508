"""The nodes outside every scope, when they are too many: the samples and the loss around a folded network.

A loss over a hundred samples has a few layers, which are boxes already, and hundreds of nodes that belong to
none: the inputs, the targets, the error of each sample and their sum. Those nearest to the root show how the
loss is made; the others are told apart by what they do.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterator, Sequence
from itertools import islice

from autograd.value import Value

_NEAREST = 12  # nodes next to the root that are drawn one by one
_GROUPS = 3


def overview(
    nodes: Sequence[Value], folded: Collection[Value], opened: Collection[Value], room: int
) -> dict[str, list[Value]] | None:
    """The nodes outside the scopes in groups of more than one, by title; None if there is no room for it.

    Args:
        nodes: the graph, operands first, the root last.
        folded: the nodes in the boxes of scopes.
        opened: the nodes of scopes that stay open, which are drawn in any case.
        room: how many more nodes and boxes may be drawn.

    The inputs are what the scopes are computed from. Of the rest, what depends on a scope is on the way to
    the root, and what does not is a constant there, such as a target.
    """
    near = min(room - _GROUPS, _NEAREST)
    if near < 1 or not (folded or opened):
        return None
    after = _depending(nodes, folded, opened)
    before = _needed(nodes, folded, opened, after)
    kept = set(islice(_nearest(nodes[-1], folded, opened), near))
    inputs: list[Value] = []
    constants: list[Value] = []
    way: list[Value] = []
    for node in nodes:
        if node not in kept and node not in folded and node not in opened:
            (way if node in after else inputs if node in before else constants).append(node)
    root = nodes[-1].label or "out"
    named = any(node.label for node in constants)
    groups = {
        "inputs": inputs,
        "other leaves" if named else "constants": constants,
        f"on the way to {root}": way,
    }
    return {title: group for title, group in groups.items() if len(group) > 1}


def _depending(nodes: Sequence[Value], folded: Collection[Value], opened: Collection[Value]) -> set[Value]:
    """The nodes outside the scopes that were computed from one inside."""
    after: set[Value] = set()
    for node in nodes:
        if node not in folded and node not in opened:
            for operand in node._prev:
                if operand in folded or operand in opened or operand in after:
                    after.add(node)
    return after


def _needed(
    nodes: Sequence[Value], folded: Collection[Value], opened: Collection[Value], after: set[Value]
) -> set[Value]:
    """The nodes outside the scopes that one inside was computed from."""
    before: set[Value] = set()
    for node in reversed(nodes):
        if node in folded or node in opened or node in before:
            before.update(x for x in node._prev if x not in folded and x not in opened and x not in after)
    return before


def _nearest(root: Value, folded: Collection[Value], opened: Collection[Value]) -> Iterator[Value]:
    """The nodes outside the scopes, the nearest to the root first; the walk does not go through scopes."""
    seen, queue = {root}, deque([root])
    while queue:
        node = queue.popleft()
        yield node
        for operand in node._prev:
            if operand not in seen and operand not in folded and operand not in opened:
                seen.add(operand)
                queue.append(operand)
