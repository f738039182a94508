"""Gradients as colours and widths: the sign chooses the hue, the size its strength or the width of a line.

The scale is one of decades: every tenth of the largest is one step paler and thinner, so that gradients a
thousand times smaller can still be told apart. Its top is a power of ten, and the legend shows round numbers.

Orange and blue (Okabe and Ito, 2008) are told apart by colour-blind people too, and black text can be read on
every strength of them. Lines are drawn in darker shades, because a thin line has little area to show its hue.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil, isfinite, isnan, log10

_WHITE = (255, 255, 255)
_POSITIVE = (230, 159, 0)
_NEGATIVE = (86, 180, 233)
_NAN = (214, 145, 186)

_POSITIVE_LINE = "#b87700"
_NEGATIVE_LINE = "#0072b2"
_NAN_LINE = "#b0508c"
GREY_LINE = "#8c8c8c"
_THINNEST, _WIDEST = 0.7, 4.0  # points

DECADES = 4
_PALEST = 0.12  # of what is smaller than all decades; 0 itself is white


@dataclass(frozen=True)
class Scale:
    """How strongly a gradient is drawn.

    Attributes:
        top: the power of ten with the full strength, or 0.0 if all gradients are 0.
    """

    top: float

    @classmethod
    def of(cls, gradients: Iterable[float]) -> Scale:
        """The scale for some gradients; those that are not finite do not count.

        >>> Scale.of([0.02, -30.0, 0.0]).top
        100.0
        """
        size = largest(gradients)
        return cls(_power(size) if size else 0.0)

    def strength(self, gradient: float) -> float:
        """From 0 for 0 to 1 at the top and beyond.

        >>> [round(Scale(1.0).strength(gradient), 2) for gradient in (1.0, -0.1, 0.01, 1e-9, 0.0)]
        [1.0, 0.78, 0.56, 0.12, 0.0]
        """
        if gradient == 0:
            return 0.0
        if not self.top or abs(gradient) >= self.top:
            return 1.0
        below = (log10(self.top) - log10(abs(gradient))) / DECADES
        return max(_PALEST, 1.0 - (1.0 - _PALEST) * below)

    def marks(self) -> list[float]:
        """The top and the powers of ten below it, the smallest first.

        >>> Scale(1.0).marks()
        [0.001, 0.01, 0.1, 1.0]
        """
        if not self.top:
            return []
        exponent = round(log10(self.top))
        powers = [float(f"1e{exponent - step}") for step in reversed(range(DECADES))]
        return [power for power in powers if power]  # below the smallest number there is none


def _power(number: float) -> float:
    """The smallest power of ten that is not below a number above 0; or the largest that there is."""
    return float(f"1e{min(308, ceil(log10(number) - 1e-9))}")


def largest(gradients: Iterable[float]) -> float:
    """The largest finite size among gradients; 0.0 if there are none."""
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


def fill(gradient: float, scale: Scale) -> str:
    """The colour of a gradient as '#rrggbb': white at 0, full at the top of the scale.

    >>> fill(0.0, Scale(1.0)), fill(1.0, Scale(1.0)), fill(-0.01, Scale(1.0))
    ('#ffffff', '#e69f00', '#a0d5f3')
    """
    if isnan(gradient):
        return _hex(_NAN)
    hue, strength = _POSITIVE if gradient > 0 else _NEGATIVE, scale.strength(gradient)
    return _hex(
        tuple(round(white + (full - white) * strength) for white, full in zip(_WHITE, hue, strict=True))
    )


def style(gradient: float, scale: Scale) -> dict[str, str]:
    """The DOT attributes of a node in the colour of its gradient."""
    return {"style": "filled", "fillcolor": fill(gradient, scale)}


def line(flow: float, scale: Scale) -> dict[str, str]:
    """The DOT attributes of an edge that a gradient flows back along: dashed and thin where none does.

    >>> line(-2.0, Scale(1.0)), line(0.0, Scale(1.0))["style"]
    ({'color': '#0072b2', 'penwidth': '4'}, 'dashed')
    """
    if flow == 0:
        return {"color": GREY_LINE, "penwidth": f"{_THINNEST:g}", "style": "dashed"}
    if isnan(flow):
        return {"color": _NAN_LINE, "penwidth": f"{_WIDEST:g}"}
    width = _THINNEST + (_WIDEST - _THINNEST) * scale.strength(flow)
    return {"color": _POSITIVE_LINE if flow > 0 else _NEGATIVE_LINE, "penwidth": f"{width:.2g}"}


def _hex(color: tuple[int, ...]) -> str:
    return "#" + "".join(f"{part:02x}" for part in color)
