"""Gradients as colours: the sign chooses the hue and the size its strength.

Orange and blue (Okabe and Ito, 2008) are told apart by colour-blind people too, and black text can be read on
every strength of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import isfinite, isnan, sqrt

_WHITE = (255, 255, 255)
_POSITIVE = (230, 159, 0)
_NEGATIVE = (86, 180, 233)
_NAN = (214, 145, 186)

LEGEND = "orange: gradient above 0, blue: below 0;\nthe stronger, the larger"
NAN_LEGEND = "purple: nan"


def largest(gradients: Iterable[float]) -> float:
    """The largest finite size among gradients, which gets the full colour; 0.0 of none."""
    return max((abs(gradient) for gradient in gradients if isfinite(gradient)), default=0.0)


def fill(gradient: float, largest: float) -> str:
    """The colour of a gradient as '#rrggbb': white at 0, full at `largest` and beyond.

    The strength grows with the square root, so that gradients a hundred times smaller can still be seen.

    >>> fill(0.0, 2.0), fill(2.0, 2.0), fill(-0.02, 2.0)
    ('#ffffff', '#e69f00', '#eef8fd')
    """
    if isnan(gradient):
        return _hex(_NAN)
    hue = _POSITIVE if gradient > 0 else _NEGATIVE
    strength = 0.0 if gradient == 0 else sqrt(min(1.0, abs(gradient) / largest)) if largest else 1.0
    return _hex(
        tuple(round(white + (full - white) * strength) for white, full in zip(_WHITE, hue, strict=True))
    )


def style(gradient: float, largest: float) -> dict[str, str]:
    """The DOT attributes of a node in the colour of its gradient."""
    return {"style": "filled", "fillcolor": fill(gradient, largest)}


def _hex(color: tuple[int, ...]) -> str:
    return "#" + "".join(f"{part:02x}" for part in color)
