"""Computation graphs drawn with Graphviz: a box for every number, an oval for every operation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import inf
from typing import TYPE_CHECKING

from autograd.graph import nodes_of, reached
from autograd.programs.program import Program
from autograd.show.drawing.blank import blank
from autograd.show.drawing.box import Box
from autograd.show.drawing.caption import caption
from autograd.show.drawing.fold import fold
from autograd.show.drawing.frames import add_rows, frames_of, parent
from autograd.show.drawing.highlight import highlighted
from autograd.show.drawing.look import Look
from autograd.show.drawing.marks import marks_of
from autograd.show.drawing.picture import Picture
from autograd.show.drawing.plan import PAGE, Plan
from autograd.show.drawing.program import draw_program
from autograd.show.drawing.texts import Texts
from autograd.value import Value
from autograd.walk import topological_order
from autograd.words.names import names_of

if TYPE_CHECKING:
    from graphviz import Digraph

    from autograd.show.drawing.digraph import Drawing

RANKDIRS = ("LR", "TB", "RL", "BT")  # where the arrows point
MAX_NODES = 60
_FEWEST = 3  # nodes and boxes that are not folded any further
_NARROWER = 0.97  # than what would just fit


def draw_dot(
    root: Value | Program,
    format: str = "svg",
    rankdir: str | None = None,
    *,
    color: bool = False,
    local_derivatives: bool = False,
    marks: bool = False,
    highlight: Value | Iterable[Value] | None = None,
    clusters: bool = False,
    unfold: str | Iterable[str] = (),
    max_nodes: int | None = MAX_NODES,
    micrograd: bool = False,
) -> Drawing:
    """Draw everything that a Value was computed from; or a program, which has names and no numbers.

    Args:
        root: the result, such as a loss. Its gradients are drawn as `backward()` left them. Of a program only
            `format`, `rankdir` and `max_nodes` can be chosen.
        format: what `render()` writes: 'svg', 'png', and with system Graphviz 'pdf' and more.
        rankdir: where the arrows point: 'LR', 'TB', 'RL' or 'BT'; None chooses the one that fits a page.
        color: fill nodes by the sign and the size of their gradient; edges have the colour and the width of
            the gradient that flows back along them, upstream times local.
        local_derivatives: write into every edge what the gradient is multiplied by on its way back.
        marks: mark nodes that are dead, saturated, vanished or not finite by a word and an outline, and count
            them (`autograd/show/drawing/marks.py` defines these words).
        highlight: a node, or several: the paths from them to the root are strong and the rest is grey. A list
            that ends in the root, each node an operand of the next, is one path.
        clusters: frame the nodes of a scope (`with autograd.scope("layer 1"): ...`).
        unfold: the path of a scope, such as 'layer 1/neuron 3', or several: they stay open in a folded graph.
        max_nodes: a larger graph is folded, and the picture says how: repeated parts, scopes, and what is
            far from the root. Unless max_nodes is larger than its default, or there is a rankdir or something
            to unfold, it is also folded until it is as wide as a page. None draws everything, however long
            the layout takes.
        micrograd: the look that micrograd made familiar: wide boxes, and numbers with four decimals.

    Returns:
        A `graphviz.Digraph`: `.source` is the DOT text, `.render("name")` writes a file, `.pipe()` gives the
        bytes, and Jupyter shows it.

    Raises:
        TypeError: if the root is neither a Value nor a Program, or another argument is of a wrong type.
        ValueError: for an unknown format or rankdir, for a choice that a program does not have, if max_nodes
            is less than 2, if a node to highlight or a scope to unfold is not in the graph, or if an unfolded
            scope has more than max_nodes nodes.
        ImportError: if the package graphviz is not installed.

    >>> x = Value(3.0, label="x")
    >>> print(draw_dot(x * x, micrograd=True).source)
    digraph {
        graph [rankdir=LR]
        node [margin="0.16,0.055"]
        n0 [label="{x|data 3.0000|grad 0.0000}" shape=record tooltip="x = 3"]
        n1 [label="{data 9.0000|grad 0.0000}" shape=record tooltip="out = x*x = 9"]
        n1_op [label="*" tooltip="out = x*x = 9"]
        n1_op -> n1
        n0 -> n1_op [tooltip="x: local derivative x = 3"]
        n0 -> n1_op [tooltip="x: local derivative x = 3"]
    }
    """
    _check(root, format, rankdir, max_nodes)
    look = Look(color, local_derivatives, marks, clusters, micrograd)
    if isinstance(root, Program):
        if look != Look() or highlight is not None or unfold:
            raise ValueError(
                "a program is drawn without gradients, scopes and paths: choose only its format, "
                "rankdir and max_nodes; draw a Value computed by the same function for the rest"
            )
        may_be_wide = rankdir is not None or max_nodes is None or max_nodes > MAX_NODES
        return draw_program(root, format, rankdir, max_nodes, inf if may_be_wide else PAGE)
    return _drawing(root, format, rankdir, look, highlight, _scopes(unfold), max_nodes)[0]


def draw_everything(root: Value, rankdir: str | None = None) -> tuple[Drawing, Picture]:
    """The plain drawing of a whole graph, and what it was made from."""
    _check(root, "svg", rankdir, None)
    return _drawing(root, "svg", rankdir, Look(), None, [], None)


def _drawing(
    root: Value,
    format: str,
    rankdir: str | None,
    look: Look,
    highlight: Value | Iterable[Value] | None,
    unfold: Sequence[str],
    max_nodes: int | None,
    page: float = PAGE,
    hurried: bool = False,
) -> tuple[Drawing, Picture]:
    may_be_wide = bool(rankdir or unfold or look.micrograd or max_nodes is None or max_nodes > MAX_NODES)
    page = inf if may_be_wide else page
    picture = _picture(root, rankdir, look, highlight, unfold, max_nodes, page)
    drawing = blank(format, look, {"rankdir": picture.rankdir, **caption(picture, hurried)})
    _add(drawing, picture, frames_of(picture) if look.clusters else {})
    if max_nodes is not None and not unfold and len(picture.plan.places) > _FEWEST:

        def further(width: float | None) -> Drawing:
            wishes = (root, format, rankdir, look, highlight, unfold)
            if width is None:
                return _drawing(*wishes, max(2, max_nodes // 4), page, hurried=True)[0]
            return _drawing(*wishes, max_nodes, page * _NARROWER * PAGE / width, hurried)[0]

        drawing.further, drawing.room = further, PAGE if page < inf else inf
    return drawing, picture


def _add(drawing: Drawing, picture: Picture, frames: dict[str, Digraph]) -> None:
    """Everything in the picture, each in its frame."""
    for node in picture.kept:
        picture.add_node(frames.get(node.scope, drawing), node, node.scope if frames else "")
    for box in picture.boxes:
        frame = parent(box.title) if box.is_scope and frames else ""
        picture.add_box(frames.get(frame, drawing), box, frame)
    picture.add_between(frames, drawing)
    add_rows(picture, frames, drawing)
    for path in sorted(frames, key=lambda path: -path.count("/")):  # inner ones first: outer frames copy them
        frames.get(parent(path), drawing).subgraph(frames[path])
    picture.add_edges(drawing)


def _picture(
    root: Value,
    rankdir: str | None,
    look: Look,
    highlight: Value | Iterable[Value] | None,
    unfold: Sequence[str],
    max_nodes: int | None,
    page: float,
) -> Picture:
    """What is drawn, folded until it is small enough, and in which direction."""
    nodes = nodes_of(root)
    strong = None if highlight is None else highlighted(nodes, highlight)
    ran = root.grad != 0 or any(node.grad != 0 for node in nodes if node._prev)
    texts = Texts(
        names=names_of(nodes),
        marks=marks_of(nodes, ran) if look.marks else {},
        reached=reached(root, topological_order(root)),
        ran=ran,
        micrograd=look.micrograd,
        named=set(strong.starts) if strong else set(),
    )
    latest: list[tuple[Mapping[Value, Box], Plan]] = []

    def planned(boxes: Mapping[Value, Box]) -> Plan:
        if not latest or latest[0][0] is not boxes:  # the same ones are asked for several times
            latest[:] = [(boxes, Plan(nodes, boxes, texts, look))]
        return latest[0][1]

    boxes = fold(nodes, max_nodes, unfold, lambda boxes: page == inf or planned(boxes).fits(page))
    plan = planned(boxes)
    texts.named |= plan.again
    return Picture(nodes, boxes, plan, texts, look, strong, rankdir or plan.direction)


def _check(root: object, format: object, rankdir: object, max_nodes: object) -> None:
    if not isinstance(root, (Value, Program)):
        raise TypeError(
            f"draw_dot draws one Value and what it was computed from, or a Program, got {type(root).__name__}"
            + ("; draw each by itself, or their sum" if isinstance(root, (list, tuple, set)) else "")
        )
    if not isinstance(format, str):
        raise TypeError(f"format is a string such as 'svg' or 'png', got {format!r}")
    if rankdir is not None and rankdir not in RANKDIRS:
        raise ValueError(f"rankdir is one of {', '.join(RANKDIRS)}, got {rankdir!r}")
    if max_nodes is not None and (not isinstance(max_nodes, int) or max_nodes < 2):
        raise ValueError(
            f"max_nodes is an integer of at least 2, or None to draw everything, got {max_nodes!r}"
        )


def _scopes(unfold: object) -> list[str]:
    """The paths of the scopes to unfold."""
    paths = list(unfold) if isinstance(unfold, Iterable) and not isinstance(unfold, str) else [unfold]
    for path in paths:
        if not isinstance(path, str):
            raise TypeError(f"unfold is the path of a scope, such as 'layer 1', or several, got {path!r}")
    return [str(path) for path in paths]
