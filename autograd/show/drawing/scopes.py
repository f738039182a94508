"""Scopes folded into boxes: every neuron one, or every layer one.

A scope that is unfolded on request is never folded itself, only the scopes inside it. What stands outside all
scopes, if it is too much, is drawn as an overview.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence

from autograd.show.drawing.box import Box, Boxes, IsSmall, edges_between
from autograd.show.drawing.outside_scopes import overview
from autograd.value import Value

_EDGES_PER_NODE = 4
_NAMED = 6  # scopes in an error


def check(nodes: Sequence[Value], unfold: Collection[str]) -> None:
    """Raise a ValueError if a scope to unfold is not in the graph."""
    if not unfold:
        return
    given = {node.scope for node in nodes if node.scope}
    paths = {path.rsplit("/", up)[0] for path in given for up in range(path.count("/") + 1)}
    for name in unfold:
        if name not in paths:
            known = sorted(paths, key=lambda path: (_depth(path), path))
            shown = ", ".join(map(repr, known[:_NAMED])) or "none"
            more = f" and {len(known) - _NAMED:,} more" if len(known) > _NAMED else ""
            raise ValueError(
                f"there is no scope {name!r} to unfold in this graph; its scopes are {shown}{more}"
            )


def fold_scopes(
    nodes: Sequence[Value], folded: Boxes, max_nodes: int, unfold: Collection[str], is_small: IsSmall
) -> Boxes:
    """The boxes given, and one for each scope: the deepest that are enough.

    Raises:
        ValueError: if there is no room for a scope that stays open.
    """
    inside = Counter(node.scope for node in nodes[:-1] if node not in folded)
    boxes = folded
    for depth in range(max(map(_depth, inside), default=0), 0, -1):
        boxes = folded | _by_scope(nodes, folded, _titles(inside, depth, unfold))
        if is_small(boxes) and _can_be_followed(nodes, boxes, max_nodes):
            return boxes
    opened = {node for node in nodes[:-1] if node not in boxes and _opened_by(node.scope, unfold)}
    drawn = len(set(boxes.values())) + len(opened)
    groups = overview(nodes, boxes, opened, max_nodes - drawn)
    if groups is not None:
        for title, group in groups.items():
            boxes |= dict.fromkeys(group, Box(title))
    elif opened:
        names = ", ".join(map(repr, unfold))
        raise ValueError(
            f"with {names} unfolded there are {drawn + 1:,} nodes and boxes to draw, and max_nodes is "
            f"{max_nodes:,}; unfold a smaller scope, or raise max_nodes"
        )
    return boxes


def _titles(inside: Counter[str], depth: int, unfold: Collection[str]) -> dict[str, str]:
    """The path that a scope is folded to, cut after `depth` names, or inside a scope that stays open."""
    titles = {}
    for scope in inside:
        cut = max(depth, _opened_by(scope, unfold) + 1)
        if _depth(scope) >= cut:
            titles[scope] = "/".join(scope.split("/")[:cut])
    sizes: Counter[str] = Counter()
    for scope, title in titles.items():
        sizes[title] += inside[scope]
    return {scope: title for scope, title in titles.items() if sizes[title] > 1}


def _opened_by(scope: str, unfold: Collection[str]) -> int:
    """The depth of the deepest unfolded scope around this one; 0 if there is none."""
    return max((_depth(name) for name in unfold if f"{scope}/".startswith(f"{name}/")), default=0)


def _depth(scope: str) -> int:
    return scope.count("/") + 1 if scope else 0


def _by_scope(nodes: Sequence[Value], folded: Boxes, titles: dict[str, str]) -> Boxes:
    boxes = {title: Box(title, is_scope=True) for title in titles.values()}
    box_of = {}
    for node in nodes[:-1]:
        if node not in folded and (title := titles.get(node.scope)) is not None:
            box_of[node] = boxes[title]
    return box_of


def _can_be_followed(nodes: Sequence[Value], boxes: Boxes, max_nodes: int) -> bool:
    """Whether few enough edges are left between the nodes and boxes.

    A layer of a hundred neurons folded into a hundred boxes has ten thousand edges to the next such layer,
    which nobody can follow and which take half a minute to lay out.
    """
    return len(edges_between(nodes, boxes)) <= _EDGES_PER_NODE * max_nodes
