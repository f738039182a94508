"""What is drawn of a graph: its nodes, its boxes and its edges, with their words and their looks.

A node is a record of its label, number and gradient; an operation is an oval between its operands and its
result. Node ids count the nodes of the graph, operands first, so the same graph always gives the same text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from autograd.graph import contribution, local_derivatives, passes, reached
from autograd.show.drawing import colors, marks
from autograd.show.drawing.escapes import label, tooltip
from autograd.show.drawing.fold import Box
from autograd.show.drawing.highlight import Highlight
from autograd.value import Value
from autograd.walk import topological_order
from autograd.words.names import names_of
from autograd.words.numerals import decimals, digits
from autograd.words.symbol import NOTHING_PASSES, applied, derivative_at

if TYPE_CHECKING:
    from graphviz import Digraph

# If a whole chain shares an operand, Graphviz can take minutes to smooth its long edges and to label them. So
# larger drawings have straight edges, and labels at their ends.
_LARGE = 30

_BOX_MARGIN = "0.26,0.055"  # inches; what replaces a missing Times is wider, and a long text needs more room

_STRONG = "2.5"  # points
_FADED = {"color": "#c8c8c8", "fontcolor": "#808080"}


@dataclass(frozen=True)
class Look:
    """What is asked for beside the plain picture."""

    color: bool = False
    local_derivatives: bool = False
    marks: bool = False

    @property
    def needs_gradients(self) -> bool:
        return self.color or self.local_derivatives or self.marks


@dataclass
class Bundle:
    """The edges between a box and its neighbour, drawn as one: each an operand's way into a node."""

    flows: list[float] = field(default_factory=list)
    strong: bool = False


class Picture:
    """The nodes, boxes and edges of a drawing."""

    def __init__(
        self, nodes: Sequence[Value], box_of: Mapping[Value, Box], look: Look, highlight: Highlight | None
    ) -> None:
        self.nodes = nodes
        self.box_of = box_of
        self.look = look
        self.highlight = highlight
        self.boxes = list(dict.fromkeys(box_of.values()))
        self.kept = [node for node in nodes if node not in box_of]
        self.names = names_of(nodes, self.kept)
        self.ids: dict[Value | Box, str] = {box: f"box{i}" for i, box in enumerate(self.boxes)}
        self.ids.update((node, f"n{i}") for i, node in enumerate(nodes) if node not in box_of)
        self.reached = reached(nodes[-1], topological_order(nodes[-1]))
        self.has_gradients = nodes[-1].grad != 0 or any(node.grad != 0 for node in nodes if node._prev)
        self.edges, self.bundles = self._edges()
        self.inside = {box: colors.strongest(x.grad for x in box.nodes) for box in self.boxes if look.color}
        self.gradients = self._gradients() if look.color else []
        self.largest = colors.largest(self.gradients)
        self.marks = marks.marks_of(nodes, self.has_gradients) if look.marks else {}

    @property
    def large(self) -> bool:
        return len(self.ids) > _LARGE

    @property
    def crowded(self) -> bool:
        """Whether it is mostly boxes, each with an edge to every box of the next layer."""
        return self.large and len(self.bundles) > len(self.edges)

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

    def add_node(self, home: Digraph, node: Value) -> None:
        """The record of a node and the oval of the operation that it is the result of."""
        fields = [f"data {decimals(node.data)}", f"grad {decimals(node.grad)}"]
        if node.label:
            fields.insert(0, label(node.label))
        words = self.marks.get(node, ())
        fields += words
        looks = [marks.OUTLINES[words[0]]] if words else []
        if self.look.color:
            looks.insert(0, colors.style(node.grad, self.largest))
        highlighted = self.highlight is None or node in self.highlight.nodes
        computed_on_it = self.highlight is None or any((x, node) in self.highlight.edges for x in node._prev)
        said = tooltip(self.sentence(node))
        home.node(
            self.ids[node],
            f"{{ {' | '.join(fields)} }}",
            shape="record",
            tooltip=said,
            **self._standing_out(highlighted, *looks),
        )
        if node._op:
            operation = self.ids[node] + "_op"
            home.node(operation, label(node._op), tooltip=said, **self._standing_out(computed_on_it))
            home.edge(operation, self.ids[node], **self._line(node.grad, computed_on_it))

    def add_box(self, home: Digraph, box: Box) -> None:
        """One box for many nodes, distinguished from a node by its colour and its rounded corners."""
        count = f"{len(box.nodes):,} {'nodes' if box.title is not None else 'more nodes'}"
        fields = [label(box.title)] if box.title else []
        if box.parameters:
            fields.append(f"{box.parameters:,} parameter{'s' if box.parameters > 1 else ''}")
        fields += [count, *marks.counted([self.marks[node] for node in box.nodes if node in self.marks])]
        said = f"{box.title or 'far from the root'}: {len(box.nodes):,} nodes"
        look = {"style": "filled", "fillcolor": "#eeeeee"}
        if self.look.color:
            look = colors.style(self.inside[box], self.largest)
            said += f", largest gradient {digits(self.inside[box])}" if self.has_gradients else ""
        highlighted = self.highlight is None or not self.highlight.nodes.isdisjoint(box.nodes)
        home.node(
            self.ids[box],
            f"{{ {' | '.join(fields)} }}",
            shape="Mrecord",
            margin=_BOX_MARGIN,
            tooltip=tooltip(said),
            **self._standing_out(highlighted, look),
        )

    def add_edges(self, home: Digraph) -> None:
        """From every operand to the operation it enters; one edge for all between a box and its neighbour."""
        for node, index in self.edges:
            operand = node._prev[index]
            highlighted = self.highlight is None or (operand, node) in self.highlight.edges
            line = self._line(self._flow(node, index), highlighted)
            home.edge(
                self.ids[operand], self.ids[node] + "_op", **_merged(self._edge_words(node, index), line)
            )
        for (source, target), bundle in self.bundles.items():
            uses, strongest = len(bundle.flows), colors.strongest(bundle.flows)
            said = f"{uses:,} uses" if uses > 1 else "1 use"
            words = {} if uses == 1 or self.large else {"label": said}
            if self.look.color and self.has_gradients:
                said += f", largest gradient flowing back {digits(strongest)}"
            line = self._line(strongest, self.highlight is None or bundle.strong)
            end = self.ids[target] + ("_op" if isinstance(target, Value) else "")
            home.edge(self.ids[source], end, **_merged(words, {"tooltip": said}, line))

    def _edge_words(self, node: Value, index: int) -> dict[str, str]:
        """The chain rule for one operand, and the factor on the edge if it is wanted."""
        names, by_hand = [self.names.get(x, "...") for x in node._prev], node._operation.by_hand is not None
        formula = derivative_at(node, index, names, self.names[node])
        local = formula if by_hand else digits(local_derivatives(node)[index])
        if not self.has_gradients:
            said = f"{names[index]}: local derivative {formula}"
            said += f" = {local}" if formula not in (*NOTHING_PASSES, local) else ""
        elif node in self.reached:
            said = (
                f"{names[index]} receives upstream {digits(node.grad)} * local {local} = "
                f"{digits(self._flow(node, index))} (local derivative: {formula})"
            )
        else:
            said = f"{names[index]} receives nothing: no gradient arrives at {self.names[node]}"
        words = {"tooltip": tooltip(said)}
        if self.look.local_derivatives:
            label = (
                formula
                if by_hand or not passes(node, index)
                else f"× {decimals(local_derivatives(node)[index])}"
            )
            words["headlabel" if self.large else "label"] = label
            if not passes(node, index):
                words["style"] = "dashed"
        return words

    def sentence(self, node: Value) -> str:
        """A node as an equation, such as 'y = w*x = 6'."""
        name, number = self.names[node], digits(node.data)
        if not node._prev:
            return number if name == number else f"{name} = {number}"
        return (
            f"{name} = {applied(node._operation, [self.names.get(x, '...') for x in node._prev])} = {number}"
        )

    def _line(self, gradient: float, highlighted: bool) -> dict[str, str]:
        """The look of an edge that this gradient flows back along."""
        colored = self.look.color and self.has_gradients
        look = colors.line(gradient, self.largest) if colored else {}
        if self.highlight is not None and highlighted and colored:
            return look | {"penwidth": max(look["penwidth"], _STRONG, key=float)}
        return self._standing_out(highlighted, look)

    def _flow(self, node: Value, index: int) -> float:
        """The gradient that a node passes back to one operand."""
        return contribution(node, index, node.grad) if node in self.reached else 0.0

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
