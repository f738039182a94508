"""Computation graphs drawn with Graphviz, in the look that micrograd made familiar.

A node is a record of its label, number and gradient; an operation is an oval between its operands and its
result. Node ids count the nodes of the graph, operands first, so the same graph always gives the same text.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from math import isnan
from typing import TYPE_CHECKING

from autograd.graph import local_derivatives, nodes_of
from autograd.show import colors
from autograd.show.fold import Box, fold
from autograd.show.formula import NO_DERIVATIVE, applied, derivative
from autograd.show.names import names_of
from autograd.show.text import decimals, digits, label, tooltip
from autograd.value import Value

if TYPE_CHECKING:
    from graphviz import Digraph

    from autograd.show.drawing import Drawing

RANKDIRS = ("LR", "TB", "RL", "BT")
MAX_NODES = 500
_MARGIN = "0.16,0.055"  # inches; more than usual, because the substitute of a missing Times is wider

_INDENT = "\xa0" * 8  # and room for the same at both ends of a caption's lines

# An operand shared along a chain can keep Graphviz straightening its long edges, and placing labels on them,
# for minutes. So larger drawings have straight edges, labels at their ends, and a limit on the search.
_LARGE = 30
_QUICK = {"splines": "line", "nslimit": "1", "nslimit1": "1", "mclimit": "0.1"}


def draw_dot(
    root: Value,
    format: str = "svg",
    rankdir: str = "LR",
    *,
    color: bool = False,
    local_derivatives: bool = False,
    clusters: bool = False,
    max_nodes: int | None = MAX_NODES,
) -> Drawing:
    """Draw everything that a Value was computed from.

    Args:
        root: the result, such as a loss. Its gradients are drawn as `backward()` left them.
        format: what `render()` writes: 'svg', 'png', and with system Graphviz 'pdf' and more.
        rankdir: where the arrows point: 'LR', 'TB', 'RL' or 'BT'.
        color: fill nodes by the sign and the size of their gradient.
        local_derivatives: write on every edge what the gradient is multiplied by on its way back.
        clusters: frame the nodes of a scope (`with autograd.scope("layer 1"): ...`).
        max_nodes: a larger graph is folded, by scopes and then around the root, and the picture says so;
            None draws everything.

    Returns:
        A `graphviz.Digraph`: `.source` is the DOT text, `.render("name")` writes a file, `.pipe()` gives the
        bytes, and Jupyter shows it.

    Raises:
        TypeError: if the root is not one Value.
        ValueError: for an unknown format or rankdir, or if max_nodes is less than 2.
        ImportError: if the package graphviz is not installed.

    >>> x = Value(3.0, label="x")
    >>> print(draw_dot(x * x).source)
    digraph {
        graph [rankdir=LR]
        node [margin="0.16,0.055"]
        n0 [label="{ x | data 3.0000 | grad 0.0000 }" shape=record tooltip="x = 3"]
        n1 [label="{ data 9.0000 | grad 0.0000 }" shape=record tooltip="out = x*x = 9"]
        n1_op [label="*" tooltip="out = x*x = 9"]
        n1_op -> n1
        n0 -> n1_op [tooltip="x receives upstream 0 * local 3 = 0 (local derivative: x)"]
        n0 -> n1_op [tooltip="x receives upstream 0 * local 3 = 0 (local derivative: x)"]
    }
    """
    _check(root, format, rankdir, max_nodes)
    try:
        from autograd.show.drawing import Drawing
    except ModuleNotFoundError as error:
        raise ImportError("drawing needs the package graphviz: pip install graphviz graphviz-pure") from error
    nodes = nodes_of(root)
    picture = _Picture(nodes, fold(nodes, max_nodes), color, local_derivatives)
    attributes = {"rankdir": rankdir} | picture.attributes()
    drawing = Drawing(format=format, graph_attr=attributes, node_attr={"margin": _MARGIN})
    frames = _clusters(picture) if clusters else {}
    for node in picture.kept:
        picture.add_node(frames.get(node.scope, drawing), node)
    for box in picture.boxes:
        picture.add_box(frames.get(_parent(box.title), drawing), box)
    for path in sorted(frames, key=lambda path: -path.count("/")):  # inner frames before they are copied out
        frames.get(_parent(path), drawing).subgraph(frames[path])
    picture.add_edges(drawing)
    return drawing


def _check(root: object, format: object, rankdir: object, max_nodes: object) -> None:
    if not isinstance(root, Value):
        raise TypeError(
            f"draw_dot draws one Value and what it was computed from, got {type(root).__name__}"
            + ("; draw each by itself, or their sum" if isinstance(root, (list, tuple, set)) else "")
        )
    if not isinstance(format, str):
        raise TypeError(f"format is a string such as 'svg' or 'png', got {format!r}")
    if rankdir not in RANKDIRS:
        raise ValueError(f"rankdir is one of {', '.join(RANKDIRS)}, got {rankdir!r}")
    if max_nodes is not None and (not isinstance(max_nodes, int) or max_nodes < 2):
        raise ValueError(
            f"max_nodes is an integer of at least 2, or None to draw everything, got {max_nodes!r}"
        )


class _Picture:
    """What is drawn of a graph: its nodes and boxes, their ids and their words."""

    def __init__(self, nodes: Sequence[Value], box_of: dict[Value, Box], color: bool, factors: bool) -> None:
        self.nodes = nodes
        self.box_of = box_of
        self.boxes = list(dict.fromkeys(box_of.values()))
        self.kept = [node for node in nodes if node not in box_of]
        self.names = names_of(nodes, self.kept)
        self.largest = colors.largest(node.grad for node in self.kept) if color else None
        self.factors = factors
        self.ids: dict[Value | Box, str] = {box: f"box{i}" for i, box in enumerate(self.boxes)}
        self.ids.update((node, f"n{i}") for i, node in enumerate(nodes) if node not in box_of)

    @property
    def large(self) -> bool:
        return len(self.ids) > _LARGE

    def attributes(self) -> dict[str, str]:
        """The caption, and a limit on the time that the layout of a large graph takes."""
        attributes = dict(_QUICK) if self.large else {}
        if self.caption():
            lines = [f"{_INDENT}{line}{_INDENT}" for line in self.caption().split("\n")]
            attributes |= {"label": label("\n".join(lines)), "labelloc": "t", "labeljust": "l"}
        return attributes

    def caption(self) -> str:
        """What the picture leaves out and what its colours mean, in words."""
        lines = []
        if self.boxes:
            lines.append(f"{len(self.nodes):,} nodes, of which {len(self.kept):,} are drawn")
            scopes = [box.nodes for box in self.boxes if box.title is not None]
            if scopes:
                lines.append(f"{sum(scopes):,} are folded into {len(scopes):,} boxes, one for each scope")
            lines += [
                f"{box.nodes:,} farther from the root are one box" for box in self.boxes if box.title is None
            ]
        if self.largest is not None:
            lines.append(colors.LEGEND)
            if any(isnan(node.grad) for node in self.kept):
                lines.append(colors.NAN_LEGEND)
        return "\n".join(lines)

    def add_node(self, home: Digraph, node: Value) -> None:
        """The record of a node and the oval of the operation that it is the result of."""
        fields = [f"data {decimals(node.data)}", f"grad {decimals(node.grad)}"]
        if node.label:
            fields.insert(0, label(node.label))
        style = {} if self.largest is None else colors.style(node.grad, self.largest)
        words = tooltip(self.sentence(node))
        home.node(self.ids[node], f"{{ {' | '.join(fields)} }}", shape="record", tooltip=words, **style)
        if node._op:
            home.node(self.ids[node] + "_op", label(node._op), tooltip=words)
            home.edge(self.ids[node] + "_op", self.ids[node])

    def add_box(self, home: Digraph, box: Box) -> None:
        """One box for many nodes, told from a node by its colour and its rounded corners."""
        count = f"{box.nodes:,} nodes" if box.title is not None else f"{box.nodes:,} more nodes"
        title = f"{label(box.title)} | " if box.title else ""
        words = tooltip(f"{box.title or 'far from the root'}: {box.nodes:,} nodes")
        home.node(
            self.ids[box],
            f"{{ {title}{count} }}",
            shape="Mrecord",
            style="filled",
            fillcolor="#eeeeee",
            tooltip=words,
        )

    def add_edges(self, home: Digraph) -> None:
        """From every operand to the operation it enters; one edge for all between a box and its neighbour."""
        bundles: Counter[tuple[str, str]] = Counter()
        for node in self.nodes:
            for index, operand in enumerate(node._prev):
                source, target = self.box_of.get(operand, operand), self.box_of.get(node, node)
                if source is operand and target is node:
                    home.edge(self.ids[operand], self.ids[node] + "_op", **self.edge_words(node, index))
                elif source is not target:
                    end = self.ids[target] + ("_op" if target is node else "")
                    bundles[self.ids[source], end] += 1
        for (start, end), uses in bundles.items():
            home.edge(start, end, tooltip=f"{uses:,} uses" if uses > 1 else "1 use")

    def edge_words(self, node: Value, index: int) -> dict[str, str]:
        """The chain rule for one operand, and the factor on the edge if it is wanted."""
        local, upstream = local_derivatives(node)[index], node.grad
        names = [self.names.get(x, "...") for x in node._prev]
        formula = derivative(node._operation, index, names, self.names[node])
        words = {
            "tooltip": tooltip(
                f"{names[index]} receives upstream {digits(upstream)} * local {digits(local)} = "
                f"{digits(upstream * local)} (local derivative: {formula})"
            )
        }
        if self.factors and node._operation.partials[index] is None:
            words |= {"headlabel" if self.large else "label": NO_DERIVATIVE, "style": "dashed"}
        elif self.factors:
            words["headlabel" if self.large else "label"] = f"× {decimals(local)}"
        return words

    def sentence(self, node: Value) -> str:
        """A node as an equation, such as 'y = w*x = 6'."""
        name, number = self.names[node], digits(node.data)
        if not node._prev:
            return number if name == number else f"{name} = {number}"
        return (
            f"{name} = {applied(node._operation, [self.names.get(x, '...') for x in node._prev])} = {number}"
        )


def _clusters(picture: _Picture) -> dict[str, Digraph]:
    """A frame for every scope that something is drawn in, by its path."""
    import graphviz

    scopes = [node.scope for node in picture.kept] + [_parent(box.title) for box in picture.boxes]
    frames: dict[str, Digraph] = {}
    for scope in dict.fromkeys(scopes):
        path = scope
        while path and path not in frames:
            title = path.rpartition("/")[2]
            attributes = {"label": label(title), "tooltip": tooltip(path), "style": "rounded"}
            frames[path] = graphviz.Digraph(f"cluster_{len(frames)}", graph_attr=attributes)
            path = _parent(path)
    return frames


def _parent(path: str | None) -> str:
    return path.rpartition("/")[0] if path else ""
