"""How a drawing looks beside its colours: what is asked for, letters, margins and distances."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from unicodedata import east_asian_width

# Helvetica has the widths of Arial and of what Linux puts in its place, and its digits all have the same.
_LETTER, _DIGIT, _WIDE = 5.3, 5.56, 10.0  # points of width, at 10 points
_MARGIN = 5.0  # points beside the text of a box

_NARROW = {
    "graph": {"fontname": "Helvetica", "fontsize": "10", "ranksep": "0.2", "nodesep": "0.12"},
    "node": {
        "fontname": "Helvetica",
        "fontsize": "10",
        "margin": "0.07,0.04",
        "width": "0.2",
        "height": "0.2",
    },
    "edge": {"arrowsize": "0.6"},
}
_MICROGRAD = {
    "graph": {},
    "node": {"margin": "0.16,0.055"},  # more than usual, because what replaces a missing Times is wider
    "edge": {},
}
LEAST = 0.75  # of its size a drawing may shrink to; its letters are 10 pixels high then
OPERATION = {"width": "0.3", "height": "0.3", "margin": "0.04,0.01"}
FACTOR = {"shape": "plaintext", "margin": "0.05,0.03", "width": "0", "height": "0"}
BOX = {"shape": "box", "margin": "0.12,0.08"}  # for much that is drawn as one
AGAIN = {"shape": "box", "style": "dashed", "color": "#8c8c8c"}


@dataclass(frozen=True)
class Look:
    """What is asked for beside the plain picture."""

    color: bool = False
    local_derivatives: bool = False
    marks: bool = False
    clusters: bool = False
    micrograd: bool = False

    beside = 13.0  # points between boxes of one rank

    @property
    def between(self) -> float:
        """Points between the boxes of two ranks, with the operation there, and the factors in the edges."""
        return 110.0 if self.local_derivatives else 55.0

    @property
    def needs_gradients(self) -> bool:
        return self.color or self.local_derivatives or self.marks

    @property
    def attributes(self) -> Mapping[str, Mapping[str, str]]:
        """The attributes of DOT for all of the graph, all nodes and all edges."""
        return _MICROGRAD if self.micrograd else _NARROW


def width(lines: Sequence[str]) -> float:
    """Points across a box with these lines of text."""
    return max(sum(map(_width_of, line)) for line in lines) + 2 * _MARGIN


def _width_of(char: str) -> float:
    if east_asian_width(char) in "WF":
        return _WIDE
    return _DIGIT if char.isdigit() else _LETTER
