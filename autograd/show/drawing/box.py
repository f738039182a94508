"""A box: many nodes that are drawn as one."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from autograd.value import Value


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


Boxes = dict[Value, Box]
"""The box of every node that is not drawn itself."""

IsSmall = Callable[[Mapping[Value, Box]], bool]
"""Whether few enough nodes and boxes are left, and fit a page."""


def edges_between(
    nodes: Sequence[Value], boxes: Mapping[Value, Box]
) -> dict[tuple[Value | Box, Value | Box], None]:
    """The edges between nodes and boxes, each once, in order; one inside a box leads from it to itself."""
    return {(boxes.get(x, x), boxes.get(node, node)): None for node in nodes for x in node._prev}


def with_leaves(nodes: Sequence[Value], folded: Boxes, boxes: Boxes, kept: Collection[Value] = ()) -> Boxes:
    """The boxes given before, the new ones, and inside these the leaves that only nodes in boxes use.

    Args:
        nodes: the graph, operands first.
        folded: the boxes given before.
        boxes: the new ones.
        kept: what is drawn in any case.

    A leaf stands with the first node that uses it, which is the farthest from the root. So boxes that share
    weights make no circles.
    """
    result = folded | {node: box for node, box in boxes.items() if node._prev}
    shown = {operand for node in nodes if node not in result for operand in node._prev}
    for node in nodes:
        box = result.get(node)
        if box is not None:
            for operand in node._prev:
                if not (operand._prev or operand in shown or operand in kept):
                    result.setdefault(operand, box)
    return result


def filled(nodes: Sequence[Value], boxes: Boxes) -> Boxes:
    """The same boxes, each with its nodes."""
    for box in {*boxes.values()}:
        box.nodes = []
    for node in nodes:
        if node in boxes:
            boxes[node].nodes.append(node)
    return boxes
