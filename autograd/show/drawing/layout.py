"""Which program lays a drawing out: the one that comes with graphviz-pure, or the system's `dot`.

What both can write, graphviz-pure draws: the same picture on every machine, in seconds where older versions
of `dot` take minutes, and with arrows that end at the outline of a box, however wide they are. `dot` is for
the other formats, such as pdf, and for where it is all there is.

A Jupyter kernel does not have its environment's `bin` on PATH, and a fresh machine has no Graphviz at all. So
the bundled program is found where the installed package says that it is, not by its name.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path

BUNDLED = "graphviz-pure"
_SIZE = re.compile(rb"graph \S+ (\S+)")
_INCH, _BORDER = 72.0, 8.0  # points

FORMATS = ("svg", "png")  # that it writes

INSTALL = (
    "no program to lay drawings out was found: run `pip install graphviz-pure`, or install Graphviz from "
    "https://graphviz.org/download. The drawing as text is in `.source`"
)


class EngineNotFound(RuntimeError):
    """Neither Graphviz nor graphviz-pure is installed."""

    def __init__(self) -> None:
        super().__init__(INSTALL)


def find(format: str = "svg") -> Path:
    """The program to run for a format.

    Raises:
        EngineNotFound: if there is neither; the message says what to install.
    """
    system = shutil.which("dot")
    own = bundled() if system is None or format in FORMATS else None
    program = own or (Path(system) if system else None)
    if program is None:
        raise EngineNotFound
    return program


def width(program: Path, source: str, seconds: float) -> float | None:
    """How many points a drawing is wide; None if laying it out takes longer than these seconds."""
    command = [str(program), "-Tplain"]
    try:
        run = subprocess.run(
            command, input=source.encode(), capture_output=True, timeout=seconds, check=False
        )
    except subprocess.TimeoutExpired:
        return None
    found = _SIZE.match(run.stdout)
    return _INCH * float(found[1]) + _BORDER if found else 0.0


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


def is_shown() -> bool:
    """Whether somebody would see a picture: IPython in a terminal shows text only."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    types = getattr(getattr(shell, "display_formatter", None), "active_types", None)
    return types is None or "image/svg+xml" in types
