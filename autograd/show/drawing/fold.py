"""A graph too large to draw, folded into one that is not: which nodes become which boxes.

Scopes are folded first, the deepest before the others: every neuron becomes a box, and if that is not
enough, every layer. A scope that is unfolded on request is never folded itself, only the scopes inside it.
What is still too large is drawn as an overview of the scopes and of what stands before and behind them, or,
without scopes, cut off: the nodes nearest to the root stay, and one box stands for all the others.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from autograd.show.drawing.outside_scopes import overview
from autograd.value import Value

_EDGES_PER_NODE = 4
_SCOPES_NAMED = 6  # in an error


@dataclass(eq=False)
class Box:
    """Nodes that are drawn as one.

    Attributes:
        title: the scope that was folded, or what its nodes are; None for those farthest from the root.
        is_scope: whether the title is the path of a scope, which can be unfolded.
        nodes: those inside, operands first.
    """

    title: str | None
    is_scope: bool = False
    nodes: list[Value] = field(default_factory=list)

    @property
    def parameters(self) -> int:
        """How many of its nodes are labelled leaves, as the weights and biases of a layer are."""
        return sum(1 for node in self.nodes if not node._prev and node.label) if self.is_scope else 0


def fold(nodes: Sequence[Value], max_nodes: int | None, unfold: Collection[str] = ()) -> dict[Value, Box]:
    """The box of every node that is not drawn itself, so that at most `max_nodes` nodes and boxes are drawn.

    Args:
        nodes: the graph, operands first, the root last; the root is always drawn.
        max_nodes: at least 2; None folds nothing.
        unfold: paths of scopes that stay open.

    Raises:
        ValueError: if a scope to unfold is not in the graph, or there is no room for it.
    """
    scopes = Counter(node.scope for node in nodes[:-1])
    _check_scopes(unfold, [*scopes, nodes[-1].scope])
    if max_nodes is None or len(nodes) <= max_nodes:
        return {}
    titles: dict[str, str] = {}
    for depth in range(max(map(_depth, scopes)), 0, -1):
        titles = _titles(scopes, depth, unfold)
        if len(nodes) - sum(scopes[scope] for scope in titles) + len(set(titles.values())) <= max_nodes:
            boxes = _by_scope(nodes, titles)
            if _can_be_followed(nodes, boxes, max_nodes):
                return boxes
    return _still_too_many(nodes, _by_scope(nodes, titles), max_nodes, unfold)


def _still_too_many(
    nodes: Sequence[Value], boxes: dict[Value, Box], max_nodes: int, unfold: Collection[str]
) -> dict[Value, Box]:
    opened = {node for node in nodes[:-1] if node not in boxes and _opened_by(node.scope, unfold)}
    drawn = len(set(boxes.values())) + len(opened)
    groups = overview(nodes, boxes, opened, max_nodes - drawn)
    if groups is not None:
        for title, group in groups.items():
            box = Box(title, nodes=group)
            boxes.update((node, box) for node in group)
        return boxes
    if opened:
        names = ", ".join(map(repr, unfold))
        raise ValueError(
            f"with {names} unfolded there are {drawn + 1:,} nodes and boxes to draw, and max_nodes is "
            f"{max_nodes:,}; unfold a smaller scope, raise max_nodes, or draw the loss of fewer samples"
        )
    return _beyond_the_nearest(nodes, boxes, max_nodes)


def _check_scopes(unfold: Collection[str], scopes: Sequence[str]) -> None:
    paths = {
        "/".join(path[:i]) for path in (s.split("/") for s in scopes if s) for i in range(1, len(path) + 1)
    }
    for name in unfold:
        if name not in paths:
            known = sorted(paths, key=lambda path: (_depth(path), path))
            shown = ", ".join(map(repr, known[:_SCOPES_NAMED])) or "none"
            more = f" and {len(known) - _SCOPES_NAMED:,} more" if len(known) > _SCOPES_NAMED else ""
            raise ValueError(
                f"there is no scope {name!r} to unfold in this graph; its scopes are {shown}{more}"
            )


def _titles(scopes: Counter[str], depth: int, unfold: Collection[str]) -> dict[str, str]:
    """The path that a scope is folded to, cut after `depth` names, or inside a scope that stays open."""
    titles = {}
    for scope in scopes:
        cut = max(depth, _opened_by(scope, unfold) + 1)
        if _depth(scope) >= cut:
            titles[scope] = "/".join(scope.split("/")[:cut])
    sizes: Counter[str] = Counter()
    for scope, title in titles.items():
        sizes[title] += scopes[scope]
    return {scope: title for scope, title in titles.items() if sizes[title] > 1}


def _opened_by(scope: str, unfold: Collection[str]) -> int:
    """The depth of the deepest unfolded scope around this one; 0 if there is none."""
    return max((_depth(name) for name in unfold if f"{scope}/".startswith(f"{name}/")), default=0)


def _depth(scope: str) -> int:
    return scope.count("/") + 1 if scope else 0


def _by_scope(nodes: Sequence[Value], titles: dict[str, str]) -> dict[Value, Box]:
    boxes = {title: Box(title, is_scope=True) for title in titles.values()}
    box_of = {}
    for node in nodes[:-1]:
        if (title := titles.get(node.scope)) is not None:
            box_of[node] = boxes[title]
            boxes[title].nodes.append(node)
    return box_of


def _can_be_followed(nodes: Sequence[Value], boxes: dict[Value, Box], max_nodes: int) -> bool:
    """Whether few enough edges are left between the nodes and boxes.

    A layer of a hundred neurons folded into a hundred boxes has ten thousand edges to the next such layer,
    which nobody can follow and which take half a minute to lay out.
    """
    edges = {(boxes.get(operand, operand), boxes.get(node, node)) for node in nodes for operand in node._prev}
    return len(edges) <= _EDGES_PER_NODE * max_nodes


def _beyond_the_nearest(nodes: Sequence[Value], boxes: dict[Value, Box], max_nodes: int) -> dict[Value, Box]:
    """The same boxes near the root, and one for everything else."""
    kept: set[Value | Box] = set()
    for place in _by_distance(nodes[-1], boxes):
        kept.add(place)
        if len(kept) == max_nodes - 1:
            break
    rest = Box(None)
    result: dict[Value, Box] = {}
    for node in nodes:
        place = boxes.get(node, node)
        if place not in kept:
            result[node] = rest
            rest.nodes.append(node)
        elif isinstance(place, Box):
            result[node] = place
    return result


def _by_distance(root: Value, boxes: dict[Value, Box]) -> Iterator[Value | Box]:
    """Nodes and boxes in the order of their distance from the root."""
    seen: set[Value | Box] = {root}
    queue: deque[Value | Box] = deque([root])
    while queue:
        place = queue.popleft()
        yield place
        for node in place.nodes if isinstance(place, Box) else [place]:
            for operand in node._prev:
                further = boxes.get(operand, operand)
                if further not in seen:
                    seen.add(further)
                    queue.append(further)
