"""The looks that all pictures share: colours, dashes and markers that everybody can tell apart."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import cycle
from typing import Any

from autograd import extra

with extra("plot", "nn.plots"):
    from matplotlib import patheffects
    from matplotlib import pyplot as plt
    from matplotlib.axes import Axes
    from matplotlib.colors import ListedColormap, to_rgb, to_rgba

Color = tuple[float, float, float]

# Okabe and Ito (2008): distinct for every kind of colour vision, and visible on white and on black.
CLASS_COLORS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7")
LINE_COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
POSITIVE, NEGATIVE = "#E69F00", "#56B4E9"  # gradients, as `draw_dot` colours them
_DASHES = ("-", "--", "-.", (0, (1, 1)), (0, (5, 1, 1, 1, 1, 1)), (0, (8, 3)))
MARKERS = ("o", "s", "^", "D", "v", "P")


def line_styles() -> Iterator[dict[str, Any]]:
    """A colour, a dash and a marker for each line of a picture; they repeat after six."""
    for color, dash, marker in cycle(zip(LINE_COLORS, _DASHES, MARKERS, strict=True)):
        yield {"color": color, "linestyle": dash, "marker": marker}


def axes_for(ax: Axes | None, projection: str = "rectilinear") -> Any:
    """The Axes to draw on: those given, or by default the current ones, or new ones with the projection '3d'.

    Raises:
        ValueError: if the Axes given have another projection.
    """
    if ax is None:
        if projection == "rectilinear":
            return plt.gca()
        return plt.figure(layout="constrained").add_subplot(projection=projection)
    if ax.name != projection:
        raise ValueError(
            f"this picture needs Axes of the projection {projection!r}, got {ax.name!r}; "
            f"make them by figure.add_subplot(projection={projection!r})"
        )
    return ax


def ink(ax: Axes) -> Color:
    """The colour of text on these Axes: dark in a light style and light in a dark one."""
    return to_rgb(ax.xaxis.label.get_color())


def paper(ax: Axes) -> Color:
    """The colour behind the drawing; where it is transparent, black or white, so that `ink` can be read."""
    *color, alpha = to_rgba(ax.get_facecolor())
    if alpha == 1.0:
        return color[0], color[1], color[2]
    return (0.0, 0.0, 0.0) if sum(ink(ax)) > 1.5 else (1.0, 1.0, 1.0)


def mixed(color: Any, other: Any, share: float) -> Color:
    """A mixture of two colours; the share, from 0 to 1, is that of the other one."""
    a, b = to_rgb(color), to_rgb(other)
    return tuple(x + (y - x) * share for x, y in zip(a, b, strict=True))  # type: ignore[return-value]


def tinted(name: str, ax: Axes, strength: float) -> ListedColormap:
    """A colour map mixed with the paper, so that lines and text can be read on every shade of it."""
    full = plt.get_cmap(name)
    return ListedColormap([mixed(paper(ax), full(i / 255)[:3], strength) for i in range(256)])


def halo(ax: Axes, width: float = 3.0) -> list[Any]:
    """A path effect: an outline in the colour of the paper, which sets lines and text off from others."""
    return [patheffects.withStroke(linewidth=width, foreground=paper(ax))]
