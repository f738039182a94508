"""Gradients as colours and widths: the sign chooses the hue, the size its strength or the width of a line.

Orange and blue (Okabe and Ito, 2008) are told apart by colour-blind people too, and black text can be read on
every strength of them. Lines are drawn in darker shades, because a thin line has little area to show its hue.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import isfinite, isnan, sqrt

_WHITE = (255, 255, 255)
_POSITIVE = (230, 159, 0)
_NEGATIVE = (86, 180, 233)
_NAN = (214, 145, 186)

_POSITIVE_LINE = "#b87700"
_NEGATIVE_LINE = "#0072b2"
_NAN_LINE = "#b0508c"
GREY_LINE = "#8c8c8c"
_THINNEST, _WIDEST = 0.7, 5.0  # points

LEGEND = "orange: gradient above 0, blue: below 0;\nthe stronger, the larger"
EDGE_LEGEND = "edges: the gradient that flows back;\nthe wider, the larger; dashed: none"
NAN_LEGEND = "purple: nan"


def largest(gradients: Iterable[float]) -> float:
    """The largest finite size among gradients, which gets the full colour; 0.0 if there are none."""
    return max((abs(gradient) for gradient in gradients if isfinite(gradient)), default=0.0)


def strongest(gradients: Iterable[float]) -> float:
    """The one of many gradients that a box or an edge shows: the largest in size, or nan if there is one.

    >>> strongest([0.5, -2.0, 1.0])
    -2.0
    """
    found = 0.0
    for gradient in gradients:
        if isnan(gradient):
            return gradient
        if abs(gradient) > abs(found):
            found = gradient
    return found


def fill(gradient: float, largest: float) -> str:
    """The colour of a gradient as '#rrggbb': white at 0, full at `largest` and beyond.

    The strength grows with the square root, so that gradients a hundred times smaller can still be seen.

    >>> fill(0.0, 2.0), fill(2.0, 2.0), fill(-0.02, 2.0)
    ('#ffffff', '#e69f00', '#eef8fd')
    """
    if isnan(gradient):
        return _hex(_NAN)
    hue, strength = _POSITIVE if gradient > 0 else _NEGATIVE, _strength(gradient, largest)
    return _hex(
        tuple(round(white + (full - white) * strength) for white, full in zip(_WHITE, hue, strict=True))
    )


def style(gradient: float, largest: float) -> dict[str, str]:
    """The DOT attributes of a node in the colour of its gradient."""
    return {"style": "filled", "fillcolor": fill(gradient, largest)}


def line(flow: float, largest: float) -> dict[str, str]:
    """The DOT attributes of an edge that a gradient flows back along: dashed and thin where none does.

    >>> line(-2.0, 2.0), line(0.0, 2.0)["style"]
    ({'color': '#0072b2', 'penwidth': '5'}, 'dashed')
    """
    if flow == 0:
        return {"color": GREY_LINE, "penwidth": f"{_THINNEST:g}", "style": "dashed"}
    if isnan(flow):
        return {"color": _NAN_LINE, "penwidth": f"{_WIDEST:g}"}
    width = _THINNEST + (_WIDEST - _THINNEST) * _strength(flow, largest)
    return {"color": _POSITIVE_LINE if flow > 0 else _NEGATIVE_LINE, "penwidth": f"{width:.2g}"}


def _strength(gradient: float, largest: float) -> float:
    if gradient == 0:
        return 0.0
    return sqrt(min(1.0, abs(gradient) / largest)) if largest else 1.0


def _hex(color: tuple[int, ...]) -> str:
    return "#" + "".join(f"{part:02x}" for part in color)
