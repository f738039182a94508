"""A `graphviz.Digraph` that also renders where there is no system Graphviz.

This module imports graphviz, so it is imported itself when the first drawing is made.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import inf
from pathlib import Path
from typing import Any

import graphviz
from graphviz.backend import dot_command

from autograd.show.drawing import layout
from autograd.show.drawing.look import LEAST

_NAMED_DOT = Path("dot")  # what graphviz runs unless somebody tells it otherwise
_QUIET = {"quiet": True}  # no warnings about the widths of Greek letters; errors are raised all the same
LIMIT = 1.0  # seconds that a layout may take
_RENDERING = threading.RLock()  # graphviz holds the name of the program in one variable for all threads


class Drawing(graphviz.Digraph):  # type: ignore[misc]
    """A computation graph in the DOT language; every method of `graphviz.Digraph` works as it does there.

    Attributes:
        further: makes the same drawing, folded further, when it is told how wide it came out, or None for a
            layout that takes too long. It is None if nothing more can be folded, or must not be.
        room: how many points it may be wide.

    Raises:
        EngineNotFound: from `render`, `pipe` and `view`, if no program to render with is installed.
        ValueError: from the same, for a format such as pdf that only system Graphviz can write.
    """

    further: Callable[[float | None], Drawing] | None = None
    room: float = inf

    def pipe(self, format: str | None = None, *args: Any, **kwargs: Any) -> Any:
        """The rendered picture as bytes, or as a string if an encoding is given."""
        with self._program(format):
            return super().pipe(format, *args, **_QUIET | kwargs)

    def render(self, *args: Any, **kwargs: Any) -> Any:
        """Write the DOT source and the rendered picture to files; returns the path of the picture."""
        outfile = kwargs.get("outfile")
        with self._program(kwargs.get("format") or (outfile and Path(outfile).suffix[1:])):
            return super().render(*args, **_QUIET | kwargs)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None, **_: Any) -> dict[str, Any]:
        return dict(super()._repr_mimebundle_(include, exclude)) if layout.is_shown() else {}

    def _repr_image_svg_xml(self) -> str:
        # Wider than the column of a notebook, a drawing shrinks, until its text is 10 pixels high.
        svg = self.pipe(format="svg", encoding="utf-8")
        width = re.search(r'<svg width="([\d.]+)pt"', svg)
        if width is None:
            return str(svg)
        fit = f"max-width:max(100%,{float(width[1]) * LEAST:.0f}pt);height:auto"
        return str(svg).replace("<svg ", f'<svg style="{fit}" ', 1)

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name != "further"}

    def __repr__(self) -> str:
        return f"<Drawing: {self.format}>"

    @contextmanager
    def _program(self, format: str | None) -> Iterator[None]:
        """Within the block, let graphviz run the program that was found."""
        with _RENDERING:
            before = dot_command.DOT_BINARY
            program = layout.find(format or self.format) if before == _NAMED_DOT else Path(before)
            self._settle(program)
            dot_command.DOT_BINARY = program
            try:
                yield
            except graphviz.CalledProcessError as error:
                if "not recognized" not in _text(error.stderr):
                    raise
                raise ValueError(
                    f"{program.name} cannot write this format: {_text(error.stderr).strip()}; install "
                    "Graphviz from https://graphviz.org/download for pdf and others"
                ) from error
            finally:
                dot_command.DOT_BINARY = before

    def _settle(self, program: Path) -> None:
        """Become a drawing that fits, and whose layout does not take too long."""
        while self.further is not None:
            width = layout.width(program, self.source, LIMIT)
            if width is not None and width <= self.room:
                break
            folded = self.further(width)
            self.body[:] = folded.body
            self.graph_attr.update(folded.graph_attr)
            self.further = folded.further
        self.further = None


def _text(output: bytes | str | None) -> str:
    return output.decode("utf-8", "replace") if isinstance(output, bytes) else output or ""
