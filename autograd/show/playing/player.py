"""A page that plays a graph: the forward pass, then the chain rule backward, one step at a time.

The page is one file that needs no network. Its HTML is the finished drawing and the list of all steps, which
can be read without scripts; `player.js` takes over where scripts run, and `player.css` is the look of both.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from importlib.resources import files
from math import ceil
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING

from autograd import modes
from autograd.graph import contributions_by_hand, nodes_of
from autograd.show.drawing import look
from autograd.show.drawing.dot import draw_everything
from autograd.show.playing.scenes import Scene, Script
from autograd.show.playing.steps import BackwardStep, backward_steps
from autograd.value import Value, recorded_node
from autograd.words.names import names_of, one_line
from autograd.words.numerals import digits, short

if TYPE_CHECKING:
    from os import PathLike

    from autograd.show.drawing.digraph import Drawing
    from autograd.show.drawing.picture import Picture

MAX_NODES = 500
_SIZE = re.compile(r'<svg width="([\d.]+)pt" height="([\d.]+)pt"')
_REST = 480  # pixels of the page that are not the drawing, for the longest words
_HEIGHTS = 560, 860  # pixels of the frame in a notebook, at least and at most
_PIXELS = 96 / 72  # in a point
_BESIDE = 395  # pixels across the page that words beside the drawing take, with all margins
_AROUND = 370  # pixels down the page that are above and below the drawing


@dataclass(frozen=True)
class Player:
    """One HTML file; Jupyter shows it in a frame.

    Attributes:
        html: the page.
        steps: how many there are.
        height: pixels of the frame.
    """

    html: str
    steps: int
    height: int

    def save(self, path: str | PathLike[str]) -> Path:
        """Write the page to a file; returns its path."""
        Path(path).write_text(self.html, encoding="utf-8", newline="\n")
        return Path(path)

    def _repr_html_(self) -> str:
        # Scripts in the output of a cell run in some notebooks only; a document of its own runs in all, also
        # in an exported one, and the sandbox keeps it away from the rest of the notebook.
        return (
            f'<iframe srcdoc="{escape(self.html)}" title="computation graph, step by step" '
            f'sandbox="allow-scripts" style="width: 100%; height: {self.height}px; border: 0"></iframe>'
        )

    def __repr__(self) -> str:
        return f"<Player: {self.steps} steps>"


def player(
    value: Value, *, title: str | None = None, rankdir: str | None = None, max_nodes: int | None = MAX_NODES
) -> Player:
    """Make a page that plays the computation of a Value and its backpropagation.

    Every number is the engine's own. The backward pass is taken on a copy of the graph: no `grad` of the
    given graph is read or changed.

    Args:
        value: the result, such as a loss.
        title: the heading of the page.
        rankdir: where the arrows point: 'LR', 'TB', 'RL' or 'BT'; None chooses the one that fits a page.
        max_nodes: how large a graph may be; None allows any size. A folded graph cannot be stepped through,
            and nobody watches thousands of steps.

    Returns:
        A `Player`: `.save("name.html")` writes the page, `.html` is its text, and Jupyter shows it.

    Raises:
        TypeError: if `value` is not a Value, or the title not a string.
        ValueError: for an unknown rankdir, or if the graph has more than `max_nodes` nodes.
        EngineNotFound: if no program to lay drawings out is installed.
        FloatingPointError: under `detect_anomaly()`, at the first gradient that is not finite.

    >>> x = Value(1.0, label="x")
    >>> player((3 * x + 2) ** 2)
    <Player: 11 steps>
    """
    if not isinstance(value, Value):
        raise TypeError(f"player plays one Value and what it was computed from, got {type(value).__name__}")
    if max_nodes is not None and (not isinstance(max_nodes, int) or max_nodes < 1):
        raise ValueError(f"max_nodes is an integer of at least 1, or None for any size, got {max_nodes!r}")
    if title is not None and not isinstance(title, str):
        raise TypeError(f"title is a string, the heading of the page, got {title!r}")
    nodes = nodes_of(value)
    if max_nodes is not None and len(nodes) > max_nodes:
        raise ValueError(
            f"the graph has {len(nodes):,} nodes, too many to step through (max_nodes is {max_nodes:,}): "
            "play a part, such as the loss of one sample or the output of one neuron, or raise max_nodes"
        )
    names = names_of(nodes)
    copies = _copy(nodes, names)
    steps = list(backward_steps(copies[value]))
    drawing, picture = draw_everything(copies[value], rankdir)
    _make_room(drawing, picture, steps)
    svg = str(drawing.pipe(format="svg", encoding="utf-8"))
    svg = svg[svg.index("<svg") :]
    called = {copy: names[node] for node, copy in copies.items()}
    scenes = list(Script(list(called), called, steps, picture.tail).scenes())
    heading = title if title is not None else f"{names[value]} = {digits(value.data)}, step by step"
    return Player(_page(one_line(heading), svg, scenes), len(scenes), _height(svg))


def _copy(nodes: Sequence[Value], names: dict[Value, str]) -> dict[Value, Value]:
    """The same graph with gradients of 0, and with names as labels except of constants."""
    copies: dict[Value, Value] = {}
    for node in nodes:
        operands = [copies[operand] for operand in node._prev]
        copy = _copy_by_hand(node, operands) if node._operation.by_hand is not None else None
        if copy is None:
            left, right = (*operands, None, None)[:2]
            sides = left, node._dleft, right, node._dright
            copy = recorded_node(node._tag, node._operation, node.data, *sides)
        if node._prev or node.label:
            copy.label = names[node]
        copies[node] = copy
    return copies


def _copy_by_hand(node: Value, operands: Sequence[Value]) -> Value:
    """A node whose operands receive what the derivative given by hand would pass to those of the original."""
    with modes.recording():
        copy = Value(node.data, operands, node._op)
    copy._tag = node._tag

    def _backward() -> None:
        for operand, received in zip(operands, contributions_by_hand(node, copy.grad), strict=True):
            operand.grad += received

    copy._backward = _backward
    return copy


def _make_room(drawing: Drawing, picture: Picture, steps: Sequence[BackwardStep]) -> None:
    """Make every box as wide as the widest number that its gradient is on the way."""
    for step in steps:
        width = look.width([f"grad {short(step.after)}"])
        if width > picture.texts.width(step.operand):
            drawing.node(picture.ids[step.operand], width=f"{width / 72:.2f}")


def _page(title: str, svg: str, scenes: Sequence[Scene]) -> str:
    style, script = _measures(svg, scenes) + _style(svg), _asset("player.js")
    named = f'<svg role="img" aria-labelledby="drawing-title drawing-desc"{svg.removeprefix("<svg")}'
    start = named.index(">") + 1
    description = (
        f'<title id="drawing-title">Computation graph: {escape(title)}</title>'
        f'<desc id="drawing-desc">{escape(_description(scenes))}</desc>'
    )
    return Template(_asset("player.html")).substitute(
        title=escape(title),
        style=style,
        script=script,
        style_hash=_hash(style),
        script_hash=_hash(script),
        svg=named[:start] + description + named[start:],
        count=len(scenes),
        last=len(scenes) - 1,
        scenes="\n".join(map(_item, scenes)),
    )


def _measures(svg: str, scenes: Sequence[Scene]) -> str:
    """What the style depends on: the size of the drawing, and where the backward pass starts."""
    width, height = _size(svg)
    turn = (_operations(scenes) + 0.5) / (len(scenes) - 1)
    rem = width * _PIXELS / 16
    return f":root {{ --width: {rem:.3f}rem; --aspect: {width / height:.3f}; --turn: {turn:.1%}; }}\n"


def _style(svg: str) -> str:
    """The look, with the words beside a drawing where there is room for both, and too little below."""
    width, height = (size * _PIXELS for size in _size(svg))
    least, most = look.LEAST * width + _BESIDE, height + _AROUND
    beside = f"(min-width: {least:.0f}px) and (max-height: {most:.0f}px)"
    return Template(_asset("player.css")).substitute(beside=beside)


def _description(scenes: Sequence[Scene]) -> str:
    return (
        f"{_operations(scenes)} operations; every step forward and backward is listed as text on this page."
    )


def _operations(scenes: Sequence[Scene]) -> int:
    return sum(scene.phase == "forward" for scene in scenes) - 1


def _item(scene: Scene) -> str:
    """A scene as an item of the list: its words, and for the script what it lights and shows."""
    seen = {
        "phase": scene.phase,
        "source": scene.source,
        "edges": scene.edges,
        "target": scene.target,
        "numbers": scene.numbers,
    }
    words = "".join(f"<p>{line}</p>" for line in scene.words)
    return (
        f'<li class="{scene.phase}" data-scene="{escape(json.dumps(seen, separators=(",", ":")))}">'
        f"<h3>{escape(scene.title)}</h3><div>{words}</div></li>"
    )


def _size(svg: str) -> tuple[float, float]:
    """Width and height in points, as Graphviz writes them."""
    found = _SIZE.match(svg)
    if found is None:
        raise ValueError(f"expected an SVG with a width and a height in points, got {svg[:80]!r}")
    return float(found[1]), float(found[2])


def _height(svg: str) -> int:
    least, most = _HEIGHTS
    return min(max(ceil(_size(svg)[1]) + _REST, least), most)


@cache
def _asset(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    """What a Content-Security-Policy knows a style or a script by."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
