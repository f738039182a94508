"""Scopes drawn as frames around their nodes, and boxes of one scope kept in their order."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from itertools import pairwise
from typing import TYPE_CHECKING

from autograd.show.drawing.box import Box
from autograd.show.drawing.escapes import label, tooltip, wrapped
from autograd.show.drawing.picture import Picture

if TYPE_CHECKING:
    from graphviz import Digraph


_LONGEST = 20  # letters of a line in a title
_FRAME = {"label": "", "style": "rounded", "color": "#8c8c8c"}
_TITLE = {"shape": "plaintext", "width": "0", "height": "0", "margin": "0.03,0.02", "fontcolor": "#505050"}


def frames_of(picture: Picture) -> dict[str, Digraph]:
    """A frame for every scope that something is drawn in, by its path."""
    import graphviz

    scopes = [node.scope for node in picture.kept]
    scopes += [parent(box.title) for box in picture.boxes if box.is_scope]
    frames: dict[str, Digraph] = {}
    for scope in dict.fromkeys(scopes):
        path = scope
        while path and path not in frames:
            title = path.rpartition("/")[2]
            frame = frames[path] = graphviz.Digraph(
                f"cluster_{len(frames)}", graph_attr=_FRAME | {"tooltip": tooltip(path)}
            )
            frame.node(f"frame{len(frames) - 1}", label(wrapped(title, _LONGEST)), **_TITLE)
            path = parent(path)
    return frames


def add_rows(picture: Picture, frames: Mapping[str, Digraph], home: Digraph) -> None:
    """Where boxes of one scope stand side by side, as the neurons of a layer do, 1 comes before 2."""
    rows: defaultdict[tuple[str, int], list[Box]] = defaultdict(list)
    for box in picture.boxes:
        if box.is_scope:
            rows[parent(box.title), picture.plan.rank[box]].append(box)
    for (scope, _), boxes in rows.items():
        if len(boxes) > 1:
            with frames.get(scope, home).subgraph(graph_attr={"rank": "same"}) as row:
                for before, after in pairwise(sorted(boxes, key=_in_order)):
                    row.edge(picture.ids[before], picture.ids[after], style="invis")


def _in_order(box: Box) -> list[tuple[str, int]]:
    """The title as words and numbers, so that neuron 10 comes behind neuron 9."""
    return [(word, int(number or 0)) for word, number in re.findall(r"(\D*)(\d*)", box.title or "")]


def parent(path: str | None) -> str:
    """The path of the scope around a scope; '' around the outermost."""
    return path.rpartition("/")[0] if path else ""
