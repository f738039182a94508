"""A rendered drawing taken apart: what a reader of the picture sees."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from xml.etree import ElementTree

_SVG = "{http://www.w3.org/2000/svg}"
_TITLE = "{http://www.w3.org/1999/xlink}title"
_FACTOR = re.compile(r"n\d+_x\d")
_SHAPES = [f"{_SVG}{shape}" for shape in ("polygon", "path", "ellipse", "polyline")]


@dataclass(frozen=True)
class Line:
    """How an outline or an edge is drawn."""

    color: str
    width: float  # points
    dashes: str  # "" of a solid line


@dataclass
class Picture:
    nodes: dict[str, list[str]] = field(default_factory=dict)  # the texts of each node by its id
    edges: Counter[tuple[str, str]] = field(default_factory=Counter)
    factors: dict[tuple[str, str], list[str]] = field(default_factory=dict)  # what stands in each edge
    copies: dict[str, list[str]] = field(default_factory=dict)  # the texts of what is drawn again, by its id
    clusters: list[str] = field(default_factory=list)  # the titles of the frames
    tooltips: dict[str, set[str]] = field(default_factory=dict)
    fills: dict[str, str] = field(default_factory=dict)
    lines: dict[str, Line] = field(default_factory=dict)  # of a node its outline, by its id or "n0->n1_op"
    text_colors: dict[str, str] = field(default_factory=dict)
    background: str = ""
    caption: list[str] = field(default_factory=list)


def read(svg: str) -> Picture:
    picture = Picture()
    graph = ElementTree.fromstring(svg).find(f"{_SVG}g")
    assert graph is not None
    inside = {text for group in _groups(graph) for text in group.iter(f"{_SVG}text")}
    picture.caption = [_text(text).strip() for text in graph.iter(f"{_SVG}text") if text not in inside]
    picture.background = graph.find(f"{_SVG}polygon").get("fill", "")  # type: ignore[union-attr]
    for group in _groups(graph):
        title = group.findtext(f"{_SVG}title") or ""
        texts = [_text(text) for text in group.iter(f"{_SVG}text")]
        shape = next((part for part in group.iter() if part.tag in _SHAPES), None)
        if shape is not None:
            picture.lines[title] = _line(shape)
        for text in group.iter(f"{_SVG}text"):
            picture.text_colors[title] = text.get("fill", "black")
        picture.tooltips[title] = {a.get(_TITLE, "") for a in group.iter(f"{_SVG}a")}
        if group.get("class") == "node":
            _add_node(picture, group, title, texts)
        elif group.get("class") == "edge":
            start, _, end = title.partition("->")
            picture.edges[start, end] += 1
    _join(picture)
    return picture


def _groups(graph: ElementTree.Element) -> list[ElementTree.Element]:
    """The groups of nodes, edges and clusters; a caption may have a group of its own, without a class."""
    return [group for group in graph.findall(f"{_SVG}g") if group.get("class")]


def _add_node(picture: Picture, group: ElementTree.Element, title: str, texts: list[str]) -> None:
    if title.startswith("frame"):
        picture.clusters += texts
        return
    (picture.copies if "_at_" in title else picture.nodes)[title] = texts
    shape = next((part for part in group.iter() if part.tag in _SHAPES), None)
    picture.fills[title] = shape.get("fill", "") if shape is not None else ""


def _join(picture: Picture) -> None:
    """Take factors for words in an edge, not for nodes with two edges."""
    for factor in [title for title in picture.nodes if _FACTOR.fullmatch(title)]:
        (start,) = (edge[0] for edge in picture.edges if edge[1] == factor)
        end = factor.partition("_x")[0] + "_op"
        picture.factors.setdefault((start, end), []).extend(picture.nodes.pop(factor))
        del picture.edges[start, factor], picture.edges[factor, end]
        picture.edges[start, end] += 1


def _line(shape: ElementTree.Element) -> Line:
    width = float(shape.get("stroke-width", "1"))
    return Line(shape.get("stroke", ""), width, shape.get("stroke-dasharray", ""))


def _text(element: ElementTree.Element) -> str:
    return (element.text or "").replace("\xa0", " ")  # in XML, a space that is kept is a no-break space
