"""A rendered drawing taken apart: what a reader of the picture sees."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from xml.etree import ElementTree

_SVG = "{http://www.w3.org/2000/svg}"
_TITLE = "{http://www.w3.org/1999/xlink}title"


@dataclass
class Picture:
    nodes: dict[str, list[str]] = field(default_factory=dict)  # the texts of each node by its id
    edges: Counter[tuple[str, str]] = field(default_factory=Counter)
    edge_texts: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    clusters: dict[str, list[str]] = field(default_factory=dict)
    tooltips: dict[str, set[str]] = field(default_factory=dict)
    fills: dict[str, str] = field(default_factory=dict)
    caption: list[str] = field(default_factory=list)


def read(svg: str) -> Picture:
    picture = Picture()
    graph = ElementTree.fromstring(svg).find(f"{_SVG}g")
    assert graph is not None
    picture.caption = [_text(text).strip() for text in graph.findall(f"{_SVG}text")]
    for group in graph.findall(f"{_SVG}g"):
        title = group.findtext(f"{_SVG}title") or ""
        texts = [_text(text) for text in group.iter(f"{_SVG}text")]
        picture.tooltips[title] = {a.get(_TITLE, "") for a in group.iter(f"{_SVG}a")}
        if group.get("class") == "node":
            picture.nodes[title] = texts
            shape = next(group.iter(f"{_SVG}polygon"), None)
            picture.fills[title] = "" if shape is None else shape.get("fill", "")
        elif group.get("class") == "cluster":
            picture.clusters[title] = texts
        else:
            start, _, end = title.partition("->")
            picture.edges[start, end] += 1
            picture.edge_texts.setdefault((start, end), []).extend(texts)
    return picture


def _text(element: ElementTree.Element) -> str:
    return (element.text or "").replace("\xa0", " ")  # in XML, a space that is kept is a no-break space
