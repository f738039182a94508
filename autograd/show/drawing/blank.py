"""A drawing with nothing in it yet, made when the first one is asked for: it needs the package graphviz."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from autograd.show.drawing.look import Look

if TYPE_CHECKING:
    from autograd.show.drawing.digraph import Drawing


def blank(format: str, look: Look, graph: Mapping[str, str]) -> Drawing:
    """An empty drawing.

    Args:
        format: what `render()` writes.
        look: how nodes and edges look.
        graph: attributes of the drawing as a whole, such as its direction.

    Raises:
        ImportError: if the package graphviz is not installed.
    """
    try:
        from autograd.show.drawing.digraph import Drawing
    except ModuleNotFoundError as error:
        raise ImportError("drawing needs the package graphviz: pip install graphviz graphviz-pure") from error
    return Drawing(
        format=format,
        graph_attr={**look.attributes["graph"], **graph},
        node_attr=look.attributes["node"],
        edge_attr=look.attributes["edge"],
    )
