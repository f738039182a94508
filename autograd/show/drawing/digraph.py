"""A `graphviz.Digraph` that also renders where there is no system Graphviz.

This module imports graphviz, so it is imported itself when the first drawing is made.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import graphviz
from graphviz.backend import dot_command

from autograd.show.drawing import layout

_NAMED_DOT = Path("dot")  # what graphviz runs unless somebody tells it otherwise
_QUIET = {"quiet": True}  # no warnings about the widths of Greek letters; errors are raised all the same
_RENDERING = threading.RLock()  # graphviz holds the name of the program in one variable for all threads


class Drawing(graphviz.Digraph):  # type: ignore[misc]
    """A computation graph in the DOT language; every method of `graphviz.Digraph` works as it does there.

    Raises:
        EngineNotFound: from `render`, `pipe` and `view`, if no program to render with is installed.
        ValueError: from the same, for a format such as pdf that only system Graphviz can write.
    """

    def pipe(self, *args: Any, **kwargs: Any) -> Any:
        """The rendered picture as bytes, or as a string if an encoding is given."""
        with _program():
            return super().pipe(*args, **_QUIET | kwargs)

    def render(self, *args: Any, **kwargs: Any) -> Any:
        """Write the DOT source and the rendered picture to files; returns the path of the picture."""
        with _program():
            return super().render(*args, **_QUIET | kwargs)

    def _repr_image_svg_xml(self) -> str:
        # A notebook column is narrower than most graphs: shrink to fit, but never below half size.
        svg = self.pipe(format="svg", encoding="utf-8")
        width = re.search(r'<svg width="([\d.]+)pt"', svg)
        if width is None:
            return str(svg)
        fit = f"max-width:max(100%,{float(width[1]) / 2:.0f}pt);height:auto"
        return str(svg).replace("<svg ", f'<svg style="{fit}" ', 1)

    def __repr__(self) -> str:
        return f"<Drawing: {self.format}>"


@contextmanager
def _program() -> Iterator[None]:
    """Within the block, let graphviz run the program that was found."""
    with _RENDERING:
        before = dot_command.DOT_BINARY
        program = layout.find() if before == _NAMED_DOT else Path(before)
        dot_command.DOT_BINARY = program
        try:
            yield
        except graphviz.CalledProcessError as error:
            if "not recognized" not in _text(error.stderr):
                raise
            raise ValueError(
                f"{program.name} cannot write this format: {_text(error.stderr).strip()}; install Graphviz "
                "from https://graphviz.org/download for pdf and others"
            ) from error
        finally:
            dot_command.DOT_BINARY = before


def _text(output: bytes | str | None) -> str:
    return output.decode("utf-8", "replace") if isinstance(output, bytes) else output or ""
