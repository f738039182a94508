"""Where the parts of a rendered drawing lie: which words lie on others, on a foreign box, or on an edge."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from xml.etree import ElementTree

from matplotlib import font_manager
from matplotlib.textpath import TextPath

_SVG = "{http://www.w3.org/2000/svg}"
_NUMBER = re.compile(r"-?\d+\.?\d*(?:e-?\d+)?")
_WIDER = 1.12  # DejaVu Sans, which comes with matplotlib, than Helvetica, more or less
_CAP, _DESCENT = (
    0.72,
    0.1,
)  # of the size of the letters: what capitals and digits reach above and below the line
_INSIDE = 0.71  # of an ellipse: the rectangle in it, so that a corner without ink counts for nothing
_SAMPLES = 24  # points on a Bézier curve
_CELL = 50.0  # points: near things are looked for in the same cells

_Point = tuple[float, float]


@dataclass(frozen=True)
class Rectangle:
    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other: Rectangle) -> bool:
        across = min(self.right, other.right) - max(self.left, other.left)
        return across > 0 and min(self.bottom, other.bottom) - max(self.top, other.top) > 0

    def holds(self, point: _Point, margin: float) -> bool:
        x, y = point
        return self.left - margin < x < self.right + margin and self.top - margin < y < self.bottom + margin

    def cells(self) -> Iterator[tuple[int, int]]:
        for column in range(int(self.left // _CELL), int(self.right // _CELL) + 1):
            for row in range(int(self.top // _CELL), int(self.bottom // _CELL) + 1):
                yield column, row


@dataclass(frozen=True)
class Words:
    """A text, the title of the group that it belongs to, the room of its letters, and their size."""

    text: str
    owner: str
    room: Rectangle
    size: float

    def __str__(self) -> str:
        return f"{self.text!r} of {self.owner}"


def overlaps(svg: str) -> list[str]:
    """Every pair of things that lie on each other and should not, in words."""
    graph = _graph(svg)
    near: defaultdict[tuple[int, int], list[Words]] = defaultdict(list)
    found: list[str] = []
    for words in words_of(svg):
        around = {other for cell in words.room.cells() for other in near[cell]}
        found += [f"{words} on {other}" for other in around if words.room.overlaps(other.room)]
        for cell in words.room.cells():
            near[cell].append(words)
    for title, box in _boxes(graph):
        around = {words for cell in box.cells() for words in near.get(cell, ())}
        found += [
            f"{words} on the box {title}"
            for words in around
            if words.owner != title and words.room.overlaps(box)
        ]
    for title, width, points in _strokes(graph):
        struck = {
            words
            for x, y in points
            for words in near.get((int(x // _CELL), int(y // _CELL)), ())
            if words.room.holds((x, y), width / 2)
        }
        found += [f"{words} on the edge {title}" for words in struck]
    return found


def words_of(svg: str) -> list[Words]:
    """All texts of a drawing, as wide as Helvetica makes them."""
    graph = _graph(svg)
    owners = {text: title for group, title in _titled(graph) for text in group.iter(f"{_SVG}text")}
    return [
        _words(text, owners.get(text, "caption"))
        for text in graph.iter(f"{_SVG}text")
        if (text.text or "").strip()
    ]


def _graph(svg: str) -> ElementTree.Element:
    graph = ElementTree.fromstring(svg).find(f"{_SVG}g")
    assert graph is not None
    return graph


def _titled(graph: ElementTree.Element, kind: str = "") -> Iterator[tuple[ElementTree.Element, str]]:
    for group in graph.findall(f"{_SVG}g"):
        if group.get("class") and kind in ("", group.get("class")):
            yield group, group.findtext(f"{_SVG}title") or ""


def _words(text: ElementTree.Element, owner: str) -> Words:
    size, x, y = (float(text.get(name, "nan")) for name in ("font-size", "x", "y"))
    content = (text.text or "").replace("\xa0", " ").strip()
    width = _text_width(content, size)
    left = x if text.get("text-anchor") == "start" else x - width / 2
    return Words(content, owner, Rectangle(left, y - _CAP * size, left + width, y + _DESCENT * size), size)


@cache
def _text_width(text: str, size: float) -> float:
    path = TextPath((0, 0), text, size=size, prop=font_manager.FontProperties(family="DejaVu Sans"))
    return float(path.get_extents().width) / _WIDER


def _boxes(graph: ElementTree.Element) -> Iterator[tuple[str, Rectangle]]:
    for group, title in _titled(graph, "node"):
        for shape in group.iter():
            if shape.tag == f"{_SVG}ellipse":
                cx, cy, rx, ry = (float(shape.get(name, "nan")) for name in ("cx", "cy", "rx", "ry"))
                rx, ry = _INSIDE * rx, _INSIDE * ry
                yield title, Rectangle(cx - rx, cy - ry, cx + rx, cy + ry)
            elif shape.tag in (f"{_SVG}polygon", f"{_SVG}path"):
                xs, ys = zip(*_points(shape.get("points") or shape.get("d") or ""), strict=True)
                yield title, Rectangle(min(xs), min(ys), max(xs), max(ys))


def _strokes(graph: ElementTree.Element) -> Iterator[tuple[str, float, Iterable[_Point]]]:
    """The lines and the arrowheads of the edges: title, width, points."""
    for group, title in _titled(graph, "edge"):
        for shape in group.iter():
            width = float(shape.get("stroke-width", "1"))
            if shape.tag == f"{_SVG}path":
                yield title, width, _curve(_points(shape.get("d", "")))
            elif shape.tag == f"{_SVG}polygon":
                yield title, width, _outline(_points(shape.get("points", "")))


def _points(text: str) -> list[_Point]:
    numbers = [float(number) for number in _NUMBER.findall(text)]
    return list(zip(numbers[::2], numbers[1::2], strict=True))


def _curve(points: list[_Point]) -> Iterator[_Point]:
    """Points on a chain of cubic Bézier curves."""
    for i in range(0, len(points) - 3, 3):
        (x0, y0), (x1, y1), (x2, y2), (x3, y3) = points[i : i + 4]
        for step in range(_SAMPLES + 1):
            t = step / _SAMPLES
            a, b, c, d = (1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3
            yield a * x0 + b * x1 + c * x2 + d * x3, a * y0 + b * y1 + c * y2 + d * y3


def _outline(points: list[_Point]) -> Iterator[_Point]:
    for (x0, y0), (x1, y1) in zip(points, [*points[1:], points[0]], strict=True):
        for step in range(8):
            yield x0 + (x1 - x0) * step / 8, y0 + (y1 - y0) * step / 8
