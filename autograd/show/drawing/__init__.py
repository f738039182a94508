"""Computation graphs as pictures, drawn by Graphviz."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from autograd.show.drawing.digraph import Drawing

__all__ = ["Drawing"]


def __getattr__(name: str) -> Any:
    # Old pickles know it by this name; it needs graphviz, so it is loaded when it is first used.
    if name == "Drawing":
        from autograd.show.drawing.digraph import Drawing

        return Drawing
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
