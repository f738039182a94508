"""A rendered drawing taken apart: what a reader of the picture sees."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from xml.etree import ElementTree

_SVG = "{http://www.w3.org/2000/svg}"
_TITLE = "{http://www.w3.org/1999/xlink}title"
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
    edge_texts: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    clusters: dict[str, list[str]] = field(default_factory=dict)
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
    picture.caption = [_text(text).strip() for text in graph.findall(f"{_SVG}text")]
    picture.background = graph.find(f"{_SVG}polygon").get("fill", "")  # type: ignore[union-attr]
    for group in graph.findall(f"{_SVG}g"):
        title = group.findtext(f"{_SVG}title") or ""
        texts = [_text(text) for text in group.iter(f"{_SVG}text")]
        shape = next((part for part in group.iter() if part.tag in _SHAPES), None)
        if shape is not None:  # the words in an edge have none
            picture.lines[title] = _line(shape)
        for text in group.iter(f"{_SVG}text"):
            picture.text_colors[title] = text.get("fill", "black")
        picture.tooltips[title] = {a.get(_TITLE, "") for a in group.iter(f"{_SVG}a")}
        if group.get("class") == "node":
            picture.nodes[title] = texts
            picture.fills[title] = "" if shape is None else shape.get("fill", "")
        elif group.get("class") == "cluster":
            picture.clusters[title] = texts
        else:
            start, _, end = title.partition("->")
            picture.edges[start, end] += 1
            picture.edge_texts.setdefault((start, end), []).extend(texts)
    return picture


def _line(shape: ElementTree.Element) -> Line:
    width = float(shape.get("stroke-width", "1"))
    return Line(shape.get("stroke", ""), width, shape.get("stroke-dasharray", ""))


def _text(element: ElementTree.Element) -> str:
    return (element.text or "").replace("\xa0", " ")  # in XML, a space that is kept is a no-break space
