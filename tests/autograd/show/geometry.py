"""Where the parts of a rendered drawing lie: which words lie on others, on a foreign box, or on an edge."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from xml.etree import ElementTree

from matplotlib import font_manager
from matplotlib.textpath import TextPath

_SVG = "{http://www.w3.org/2000/svg}"
_NUMBER = re.compile(r"-?\d+\.?\d*(?:e-?\d+)?")
# Arial has the widths of Helvetica; DejaVu Sans, which stands in for it here, is wider by about an eighth.
_WIDER = 1.12
_CAP, _DESCENT = 0.72, 0.1  # of the size of the letters: what capitals and digits reach above and below the line
_SAMPLES = 24  # points on a Bézier curve


@dataclass(frozen=True)
class Rectangle:
    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other: Rectangle) -> bool:
        across = min(self.right, other.right) - max(self.left, other.left)
        return across > 0 and min(self.bottom, other.bottom) - max(self.top, other.top) > 0

    def grown(self, by: float) -> Rectangle:
        return Rectangle(self.left - by, self.top - by, self.right + by, self.bottom + by)

    def holds(self, x: float, y: float) -> bool:
        return self.left < x < self.right and self.top < y < self.bottom


@dataclass(frozen=True)
class Words:
    """A text, the title of the group that it belongs to, and the room that its letters take."""

    text: str
    owner: str
    room: Rectangle
    size: float


@dataclass(frozen=True)
class Stroke:
    """An edge as points, and its width."""

    title: str
    points: tuple[tuple[float, float], ...]
    width: float


def overlaps(svg: str) -> list[str]:
    """Every pair of things that lie on each other and should not, in words."""
    graph = ElementTree.fromstring(svg).find(f"{_SVG}g")
    assert graph is not None
    words = list(_words(graph))
    boxes = dict(_boxes(graph))
    strokes = list(_strokes(graph))
    found = [
        f"{a.text!r} of {a.owner} on {b.text!r} of {b.owner}"
        for a, b in combinations(words, 2)
        if a.room.overlaps(b.room)
    ]
    for word in words:
        for title, box in boxes.items():
            if title != word.owner and word.room.overlaps(box):
                found.append(f"{word.text!r} of {word.owner} on the box {title}")
        for stroke in strokes:
            room = word.room.grown(stroke.width / 2)
            if any(room.holds(*point) for point in stroke.points):
                found.append(f"{word.text!r} of {word.owner} on the edge {stroke.title}")
    return found


@cache
def text_width(text: str, size: float) -> float:
    """Points across a text in Helvetica, within a few per cent."""
    if not text.strip():
        return 0.0
    path = TextPath((0, 0), text, size=size, prop=font_manager.FontProperties(family="DejaVu Sans"))
    return float(path.get_extents().width) / _WIDER


def _words(graph: ElementTree.Element) -> Iterator[Words]:
    for group in [graph, *graph.findall(f"{_SVG}g")]:
        owner = group.findtext(f"{_SVG}title") or "" if group is not graph else "caption"
        for text in group.iter(f"{_SVG}text") if group is not graph else _texts_of(graph):
            size, x, y = (float(text.get(name, "nan")) for name in ("font-size", "x", "y"))
            content = (text.text or "").replace("\xa0", " ").strip()
            width = text_width(content, size)
            left = x if text.get("text-anchor") == "start" else x - width / 2
            yield Words(content, owner, Rectangle(left, y - _CAP * size, left + width, y + _DESCENT * size), size)


def _texts_of(graph: ElementTree.Element) -> Iterator[ElementTree.Element]:
    """The texts that belong to the graph itself."""
    inside = {id(text) for group in graph.findall(f"{_SVG}g") if group.findtext(f"{_SVG}title") for text in group.iter(f"{_SVG}text")}
    return (text for text in graph.iter(f"{_SVG}text") if id(text) not in inside)


def _boxes(graph: ElementTree.Element) -> Iterator[tuple[str, Rectangle]]:
    for group in graph.findall(f"{_SVG}g"):
        if group.get("class") != "node":
            continue
        for shape in group.iter():
            if shape.tag == f"{_SVG}ellipse":
                cx, cy, rx, ry = (float(shape.get(name, "nan")) for name in ("cx", "cy", "rx", "ry"))
                slim = 0.71  # the rectangle inside, so that a corner without ink counts for nothing
                yield group.findtext(f"{_SVG}title") or "", Rectangle(cx - slim * rx, cy - slim * ry, cx + slim * rx, cy + slim * ry)
            elif shape.tag in (f"{_SVG}polygon", f"{_SVG}path"):
                points = _points(shape.get("points") or shape.get("d") or "")
                xs, ys = zip(*points, strict=True)
                yield group.findtext(f"{_SVG}title") or "", Rectangle(min(xs), min(ys), max(xs), max(ys))


def _strokes(graph: ElementTree.Element) -> Iterator[Stroke]:
    for group in graph.findall(f"{_SVG}g"):
        if group.get("class") != "edge":
            continue
        title = group.findtext(f"{_SVG}title") or ""
        for shape in group.iter():
            width = float(shape.get("stroke-width", "1"))
            if shape.tag == f"{_SVG}path":
                yield Stroke(title, tuple(_curve(_points(shape.get("d", "")))), width)
            elif shape.tag == f"{_SVG}polygon":
                points = _points(shape.get("points", ""))
                yield Stroke(title, tuple(_polygon(points)), width)


def _points(text: str) -> list[tuple[float, float]]:
    numbers = [float(number) for number in _NUMBER.findall(text)]
    return list(zip(numbers[::2], numbers[1::2], strict=True))


def _curve(points: list[tuple[float, float]]) -> Iterator[tuple[float, float]]:
    """Points on a chain of cubic Bézier curves."""
    for i in range(0, len(points) - 3, 3):
        for step in range(_SAMPLES + 1):
            t = step / _SAMPLES
            weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3)
            yield (
                sum(w * p[0] for w, p in zip(weights, points[i : i + 4], strict=True)),
                sum(w * p[1] for w, p in zip(weights, points[i : i + 4], strict=True)),
            )


def _polygon(points: list[tuple[float, float]]) -> Iterator[tuple[float, float]]:
    """Points on the outline."""
    for (x0, y0), (x1, y1) in zip(points, [*points[1:], points[0]], strict=True):
        for step in range(8):
            yield x0 + (x1 - x0) * step / 8, y0 + (y1 - y0) * step / 8
