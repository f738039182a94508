"""A graph too large to draw, folded into one that is not: which nodes become which boxes.

Scopes are folded first, the deepest before the others: every neuron becomes a box, and if that is not
enough, every layer. What is still too large is cut off: the nodes nearest to the root stay, and one box
stands for all the others.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from autograd.value import Value

_EDGES_PER_NODE = 4


@dataclass(eq=False)
class Box:
    """Nodes that are drawn as one.

    Attributes:
        title: the scope that was folded; None for the nodes that are farthest from the root.
        nodes: how many there are.
    """

    title: str | None
    nodes: int = 0


def fold(nodes: Sequence[Value], max_nodes: int | None) -> dict[Value, Box]:
    """The box of every node that is not drawn itself, so that at most `max_nodes` nodes and boxes are drawn.

    Args:
        nodes: the graph, operands first, the root last; the root is always drawn.
        max_nodes: at least 2; None folds nothing.
    """
    if max_nodes is None or len(nodes) <= max_nodes:
        return {}
    scopes = Counter(node.scope for node in nodes[:-1])
    scopes[""] += 1
    paths = {scope: scope.split("/") if scope else [] for scope in scopes}
    boxes: dict[Value, Box] = {}
    for depth in range(max(map(len, paths.values())), 0, -1):
        folded = {scope: "/".join(path[:depth]) for scope, path in paths.items() if len(path) >= depth}
        boxes = _by_scope(nodes, scopes, folded)
        if _fits(nodes, boxes, max_nodes):
            return boxes
    return _beyond_the_nearest(nodes, boxes, max_nodes)


def _by_scope(nodes: Sequence[Value], scopes: Counter[str], folded: dict[str, str]) -> dict[Value, Box]:
    """A box for every folded scope that has more than one node."""
    boxes: dict[str, Box] = {}
    for scope, title in folded.items():
        boxes.setdefault(title, Box(title)).nodes += scopes[scope]
    box_of = {scope: boxes[title] for scope, title in folded.items() if boxes[title].nodes > 1}
    return {node: box_of[node.scope] for node in nodes[:-1] if node.scope in box_of}


def _fits(nodes: Sequence[Value], boxes: dict[Value, Box], max_nodes: int) -> bool:
    """Whether few enough nodes and boxes are left, and few enough edges between them.

    A layer of a hundred neurons folded into a hundred boxes has ten thousand edges to the next such layer,
    which nobody can follow and which take half a minute to lay out.
    """
    if len(nodes) - len(boxes) + len(set(boxes.values())) > max_nodes:
        return False
    edges = {(boxes.get(operand, operand), boxes.get(node, node)) for node in nodes for operand in node._prev}
    return len(edges) <= _EDGES_PER_NODE * max_nodes


def _beyond_the_nearest(nodes: Sequence[Value], boxes: dict[Value, Box], max_nodes: int) -> dict[Value, Box]:
    """The same boxes near the root, and one for everything else."""
    kept: set[Value | Box] = set()
    for place in _by_distance(nodes, boxes):
        kept.add(place)
        if len(kept) == max_nodes - 1:
            break
    rest = Box(None)
    result: dict[Value, Box] = {}
    for node in nodes:
        place = boxes.get(node, node)
        if place not in kept:
            result[node] = rest
            rest.nodes += 1
        elif isinstance(place, Box):
            result[node] = place
    return result


def _by_distance(nodes: Sequence[Value], boxes: dict[Value, Box]) -> Iterator[Value | Box]:
    """Nodes and boxes in the order of their distance from the root."""
    inside: dict[Box, list[Value]] = {}
    for node in nodes:
        if node in boxes:
            inside.setdefault(boxes[node], []).append(node)
    root: Value | Box = nodes[-1]
    seen, queue = {root}, deque([root])
    while queue:
        place = queue.popleft()
        yield place
        for node in inside[place] if isinstance(place, Box) else [place]:
            for operand in node._prev:
                further = boxes.get(operand, operand)
                if further not in seen:
                    seen.add(further)
                    queue.append(further)
