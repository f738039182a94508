"""Scopes drawn as frames around their nodes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from autograd.show.drawing.escapes import label, tooltip
from autograd.show.drawing.picture import Picture

if TYPE_CHECKING:
    from graphviz import Digraph


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
            frame.node(f"frame{len(frames) - 1}", label(title), **_TITLE)
            path = parent(path)
    return frames


def parent(path: str | None) -> str:
    """The path of the scope around a scope; '' around the outermost."""
    return path.rpartition("/")[0] if path else ""
