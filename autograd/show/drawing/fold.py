"""A graph too large to draw, folded into one that is not: which nodes become which boxes.

What is repeated is folded first: of the losses of many samples one stays open. Then scopes, the deepest
before the others: every neuron becomes a box, and if that is not enough, every layer. Then steps that are
repeated one behind the other. What is still too large is cut off: the nodes nearest to the root stay, and one
box stands for all the others.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from autograd.show.drawing import scopes
from autograd.show.drawing.box import Box, Boxes, IsSmall, edges_between, filled
from autograd.show.drawing.ranks import longest_ways
from autograd.show.drawing.repeats import Repeats
from autograd.show.drawing.steps import fold_steps
from autograd.value import Value


def _anything_fits(boxes: Mapping[Value, Box]) -> bool:
    return True


def fold(
    nodes: Sequence[Value],
    max_nodes: int | None,
    unfold: Collection[str] = (),
    fits: Callable[[Mapping[Value, Box]], bool] = _anything_fits,
) -> Boxes:
    """The box of every node that is not drawn itself, so that at most `max_nodes` nodes and boxes are drawn.

    Args:
        nodes: the graph, operands first, the root last; the root is always drawn.
        max_nodes: at least 2; None folds nothing.
        unfold: paths of scopes that stay open.
        fits: whether what is left can be drawn in the room that there is.

    Raises:
        ValueError: if a scope to unfold is not in the graph, or there is no room for it.
    """
    scopes.check(nodes, unfold)
    if max_nodes is None:
        return {}

    def is_small(boxes: Mapping[Value, Box]) -> bool:
        return len(nodes) - len(boxes) + len(set(boxes.values())) <= max_nodes and fits(boxes)

    if is_small({}):
        return {}
    within = {node.scope for node in nodes if node.scope}
    outside, scoped = (nodes[-1].scope if len(within) == 1 else ""), bool(within)

    def is_outside(last: Value) -> bool:
        return last.scope == outside

    repeats = Repeats(nodes, is_outside)
    boxes = repeats.fold({}, is_small)
    if scoped:
        boxes = _without_parts_of_scopes(nodes, boxes)
    if scoped and not is_small(boxes):
        boxes = scopes.fold_scopes(nodes, boxes, max_nodes, unfold, is_small)
    if not is_small(boxes):
        boxes = fold_steps(nodes, boxes, is_small)
    if not (scoped or is_small(boxes)):
        boxes = repeats.fold(fold_steps(nodes, {}, is_small), is_small)
    return filled(nodes, boxes if is_small(boxes) else _nearest(nodes, boxes, max_nodes, is_small))


def _without_parts_of_scopes(nodes: Sequence[Value], boxes: Boxes) -> Boxes:
    """The boxes but those that hide a whole scope, such as the other neurons of a layer: it gets its own."""
    shown = {node.scope for node in nodes if node not in boxes}
    hiding = {box for node, box in boxes.items() if node.scope not in shown}
    return {node: box for node, box in boxes.items() if box not in hiding}


def _nearest(nodes: Sequence[Value], boxes: Boxes, max_nodes: int, is_small: IsSmall) -> Boxes:
    """The nodes and boxes nearest to the root, as many as can be drawn, and one box for everything else."""
    places = list(dict.fromkeys(boxes.get(node, node) for node in reversed(nodes)))
    edges = ((x, place) for x, place in edges_between(nodes, boxes) if x is not place)
    rank, _ = longest_ways(places, edges)
    places.sort(key=rank.__getitem__)  # so what is cut off is used by the rest, and never uses it
    count = min(max_nodes, len(places))
    while True:
        kept, rest = set(places[: count - 1]), Box(None)
        cut = {node: boxes.get(node, rest) for node in nodes if node in boxes or node not in kept}
        cut = {node: box if box in kept else rest for node, box in cut.items()}
        if count <= 2 or is_small(cut):
            return cut
        count = max(2, count * 3 // 4)
