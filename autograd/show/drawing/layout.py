"""Which program lays a drawing out: the system's `dot`, or the one that comes with graphviz-pure.

A Jupyter kernel does not have its environment's `bin` on PATH, and a fresh machine has no Graphviz at all. So
the bundled program is found where the installed package says that it is, not by its name.
"""

from __future__ import annotations

import os
import shutil
from importlib import metadata
from pathlib import Path

BUNDLED = "graphviz-pure"

INSTALL = (
    "no program to lay drawings out was found: run `pip install graphviz-pure`, or install Graphviz from "
    "https://graphviz.org/download. The drawing as text is in `.source`"
)


class EngineNotFound(RuntimeError):
    """Neither Graphviz nor graphviz-pure is installed."""

    def __init__(self) -> None:
        super().__init__(INSTALL)


def find() -> Path:
    """The program to run: `dot` if it is on PATH, else graphviz-pure.

    Raises:
        EngineNotFound: if there is neither; the message says what to install.
    """
    system = shutil.which("dot")
    program = Path(system) if system else bundled()
    if program is None:
        raise EngineNotFound
    return program


def bundled() -> Path | None:
    """The executable that the package graphviz-pure installed, wherever that is; None without it."""
    try:
        files = metadata.files(BUNDLED) or []
    except metadata.PackageNotFoundError:
        return None
    for file in files:
        if file.stem == BUNDLED:
            program = Path(str(file.locate())).resolve()
            if os.access(program, os.X_OK):
                return program
    return None
