"""What is drawn of a graph: its nodes, its boxes and its edges, with their looks.

A node is a record of its name, number and gradient; an operation is an oval between its operands and its
result. Node ids count the nodes of the graph, operands first, so the same graph always gives the same text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from autograd.graph import contribution, passes
from autograd.show.drawing import colors, marks
from autograd.show.drawing.box import Box
from autograd.show.drawing.escapes import label, tooltip
from autograd.show.drawing.highlight import Highlight
from autograd.show.drawing.look import AGAIN, BOX, FACTOR, OPERATION, Look
from autograd.show.drawing.plan import STRAIGHT, Plan
from autograd.show.drawing.texts import Texts
from autograd.value import Value
from autograd.words.numerals import digits

if TYPE_CHECKING:
    from graphviz import Digraph

_STRONG = "2.5"  # points
_FADED = {"color": "#c8c8c8", "fontcolor": "#808080"}


@dataclass
class Bundle:
    """The edges between a box and its neighbour, drawn as one: each an operand's way into a node."""

    flows: list[float] = field(default_factory=list)
    strong: bool = False


class Picture:
    """The nodes, boxes and edges of a drawing.

    Args:
        nodes: the graph, operands first, the root last.
        box_of: the box of every node that is not drawn itself.
        plan: where things will stand, and what is drawn again.
        texts: what is written in them.
        look: what is asked for beside the plain picture.
        highlight: what is drawn strong.
        rankdir: where the arrows point.
    """

    def __init__(
        self,
        nodes: Sequence[Value],
        box_of: Mapping[Value, Box],
        plan: Plan,
        texts: Texts,
        look: Look,
        highlight: Highlight | None,
        rankdir: str,
    ) -> None:
        self.nodes = nodes
        self.box_of = box_of
        self.plan = plan
        self.texts = texts
        self.look = look
        self.highlight = highlight
        self.rankdir = rankdir
        self.boxes = [place for place in plan.places if isinstance(place, Box)]
        self.kept = [place for place in plan.places if isinstance(place, Value)]
        self.ids: dict[Value | Box, str] = {box: f"box{i}" for i, box in enumerate(self.boxes)}
        self.ids.update((node, f"n{i}") for i, node in enumerate(nodes) if node not in box_of)
        self.edges, self.bundles = self._edges()
        self.inside = {box: colors.strongest(x.grad for x in box.nodes) for box in self.boxes if look.color}
        self.gradients = self._gradients() if look.color else []
        self.scale = colors.Scale.of(self.gradients)

    def _edges(self) -> tuple[list[tuple[Value, int]], dict[tuple[Value | Box, Value | Box], Bundle]]:
        """The edges between nodes, as a node and the index of an operand, and all others in bundles."""
        edges = []
        bundles: dict[tuple[Value | Box, Value | Box], Bundle] = {}
        for node in self.nodes:
            target = self.box_of.get(node, node)
            for index, operand in enumerate(node._prev):
                source = self.box_of.get(operand, operand)
                if source is operand and target is node:
                    edges.append((node, index))
                elif source is not target:
                    bundle = bundles.setdefault((source, target), Bundle())
                    bundle.flows.append(self._flow(node, index))
                    bundle.strong |= self.highlight is not None and (operand, node) in self.highlight.edges
        return edges, bundles

    def _gradients(self) -> list[float]:
        """Every gradient that has a colour or a width."""
        flows = [self._flow(node, index) for node, index in self.edges]
        flows += [colors.strongest(bundle.flows) for bundle in self.bundles.values()]
        return [*flows, *self.inside.values(), *(node.grad for node in self.kept)]

    def add_node(self, home: Digraph, node: Value, frame: str) -> None:
        """The record of a node and the oval of the operation that it is the result of."""
        words = self.texts.marks.get(node, ())
        looks = [marks.OUTLINES[words[0]]] if words else []
        if self.look.color:
            looks.insert(0, colors.style(node.grad, self.scale))
        highlighted = self.highlight is None or node in self.highlight.nodes
        computed_on_it = self.highlight is None or any((x, node) in self.highlight.edges for x in node._prev)
        said = tooltip(self.texts.sentence(node))
        fields = "|".join(map(label, self.texts.lines(node, frame)))
        below = (self.rankdir in ("TB", "BT")) is not self.look.micrograd  # there they are side by side
        home.node(
            self.ids[node],
            f"{{{fields}}}" if below else fields,
            shape="record",
            tooltip=said,
            **self._standing_out(highlighted, *looks),
        )
        if node._op:
            operation = self.ids[node] + "_op"
            look = {} if self.look.micrograd else OPERATION
            home.node(operation, label(node._op), tooltip=said, **look, **self._standing_out(computed_on_it))
            line = self._line(node.grad, computed_on_it)
            if float(line.get("penwidth", 1)) > 1 and not self.look.micrograd:
                line["arrowhead"] = "none"  # the tip of a heavy arrow would reach the words in the record
            if node in self.plan.trunk and not self.look.micrograd:
                line["weight"] = STRAIGHT
            home.edge(operation, self.ids[node], **line)

    def add_box(self, home: Digraph, box: Box, frame: str) -> None:
        """One box for many nodes, distinguished from a node by its colour and its rounded corners."""
        said = f"{box.title or 'far from the root'}: {len(box.nodes):,} nodes"
        look = BOX | {"style": "filled", "fillcolor": "#eeeeee"}
        if self.look.color:
            look |= colors.style(self.inside[box], self.scale)
            said += f", largest gradient {digits(self.inside[box])}" if self.texts.ran else ""
        highlighted = self.highlight is None or not self.highlight.nodes.isdisjoint(box.nodes)
        words = label("\n".join(self.texts.lines(box, frame)))
        look = self._standing_out(highlighted, look, {"style": "rounded"})
        home.node(self.ids[box], words, tooltip=tooltip(said), **look)

    def add_between(self, frames: Mapping[str, Digraph], home: Digraph) -> None:
        """What stands between operands and operations: copies of operands that are far away, and factors.

        A factor is a node in its edge, so that nothing runs across its words.
        """
        copies = dict.fromkeys((node._prev[index], node) for node, index in self.edges)
        for operand, node in copies:
            if self.plan.copied(operand, node):
                self._add_copy(frames.get(node.scope, home), operand, node)
        for source, target in self.bundles:
            if self.plan.copied(source, target):
                self._add_copy(home, source, target)
        for node, index in self.edges if self.look.local_derivatives else ():
            words = {"tooltip": tooltip(self.texts.chain_rule(node, index))}
            look = self._standing_out(self._is_strong(node._prev[index], node), FACTOR)
            factor = label(self.texts.factor(node, index))
            frames.get(node.scope, home).node(f"{self.ids[node]}_x{index}", factor, **words, **look)

    def _add_copy(self, home: Digraph, source: Value | Box, target: Value | Box) -> None:
        assert isinstance(source, Value), "only nodes are drawn again"
        strong = self.highlight is None or source in self.highlight.nodes
        said = tooltip(f"{self.texts.sentence(source)}; drawn again")
        look = AGAIN if strong else AGAIN | _FADED
        home.node(self.tail(source, target), label(self.texts.name(source)), tooltip=said, **look)

    def add_edges(self, home: Digraph) -> None:
        """From every operand to the operation it enters; one edge for all between a box and its neighbour."""
        for node, index in self.edges:
            self._add_edge(home, node, index)
        for (source, target), bundle in self.bundles.items():
            uses, strongest = len(bundle.flows), colors.strongest(bundle.flows)
            said = f"{uses:,} uses" if uses > 1 else "1 use"
            if self.look.color and self.texts.ran:
                said += f", largest gradient flowing back {digits(strongest)}"
            line = self._line(strongest, self.highlight is None or bundle.strong)
            end = self.ids[target] + "_op" if isinstance(target, Value) else self.ids[target]
            room = {"minlen": "2"} if isinstance(target, Box) else {}  # as much as for an operation
            home.edge(self.tail(source, target), end, tooltip=said, **room, **line)

    def _add_edge(self, home: Digraph, node: Value, index: int) -> None:
        operand, head = node._prev[index], self.ids[node] + "_op"
        look = self._line(self._flow(node, index), self._is_strong(operand, node))
        look["tooltip"] = tooltip(self.texts.chain_rule(node, index))
        look |= self.plan.weight(operand, node)
        tail = self.tail(operand, node)
        if self.look.local_derivatives:
            if not passes(node, index):
                look = _merged(look, {"style": "dashed"})
            factor = f"{self.ids[node]}_x{index}"
            home.edge(tail, factor, **look, arrowhead="none")
            tail = factor
        home.edge(tail, head, **look)

    def tail(self, source: Value | Box, target: Value | Box) -> str:
        """The id of what an edge begins at: a place, or its copy."""
        again = self.plan.copied(source, target)
        return f"{self.ids[source]}_at_{self.ids[target]}" if again else self.ids[source]

    def _is_strong(self, operand: Value, node: Value) -> bool:
        return self.highlight is None or (operand, node) in self.highlight.edges

    def _line(self, gradient: float, highlighted: bool) -> dict[str, str]:
        """The look of an edge that this gradient flows back along."""
        colored = self.look.color and self.texts.ran
        look = colors.line(gradient, self.scale) if colored else {}
        if self.highlight is not None and highlighted and colored:
            return look | {"penwidth": max(look["penwidth"], _STRONG, key=float)}
        return self._standing_out(highlighted, look)

    def _flow(self, node: Value, index: int) -> float:
        """The gradient that a node passes back to one operand."""
        return contribution(node, index, node.grad) if node in self.texts.reached else 0.0

    def _standing_out(self, highlighted: bool, *looks: Mapping[str, str]) -> dict[str, str]:
        """A look as it is, or, where something is highlighted, strong or faded."""
        look = _merged(*looks)
        if self.highlight is None:
            return look
        if highlighted:
            return {"penwidth": _STRONG} | look
        return look | _FADED | ({"fillcolor": "#f7f7f7"} if "fillcolor" in look else {})


def _merged(*looks: Mapping[str, str]) -> dict[str, str]:
    """Attributes of several origins; their styles, such as filled and dashed, hold together."""
    merged: dict[str, str] = {}
    for look in looks:
        styles = [style for style in (merged.get("style"), look.get("style")) if style]
        merged |= look
        if styles:
            merged["style"] = ",".join(dict.fromkeys(styles))
    return merged
