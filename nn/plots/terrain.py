"""Heights over a plane, drawn from above as contour lines or in three dimensions, and paths on them.

Functions of two numbers and loss landscapes of networks are both drawn with it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import log
from typing import Any

from autograd import extra
from nn.plots.evaluate import Array
from nn.plots.style import ink, line_styles, mixed, paper, tinted

with extra("plot", "nn.plots"):
    import numpy as np
    from matplotlib.axes import Axes
    from matplotlib.colors import BoundaryNorm
    from matplotlib.ticker import MaxNLocator

Points = Sequence[Sequence[float]]

_MAP = "viridis"
_TINT = 0.55  # the share of the colour map in its mixture with the paper, so that lines stand out
_SPACING = 0.02  # the markers of a path are at least this far apart, as a share of the picture's diagonal
# Up to this ratio of the sides both axes get the same scale: gradients then cross the lines at right angles.
_NEARLY_SQUARE = 3.0


def band_edges(heights: Array, bands: int) -> Array:
    """The heights that separate the bands of a surface: narrow bands at the bottom if most of it lies low.

    The edges grow as a power of the band's number, the power for which half of the surface is below the
    middle edge: 1 for a plane, more for a valley with steep walls.

    Args:
        heights: of the surface, in any shape.
        bands: how many.

    Raises:
        ValueError: if no height is finite.
    """
    finite = heights[np.isfinite(heights)]
    if not finite.size:
        raise ValueError("there is nothing to draw: the function is not finite at any point of the grid")
    low, middle, high = float(finite.min()), float(np.median(finite)), float(finite.max())
    if low == high:
        return np.linspace(low - 0.5, high + 0.5, bands + 1)
    share = min(max((middle - low) / (high - low), 1e-6), 0.5)
    edges: Array = low + (high - low) * np.linspace(0.0, 1.0, bands + 1) ** (log(share) / log(0.5))
    edges[-1] = high
    return np.unique(edges)


def draw_contour(
    ax: Axes, xs: Array, ys: Array, heights: Array, levels: int | Sequence[float], name: str
) -> None:
    """Bands of heights with lines between them and a colour bar; heights[i, j] is at xs[j], ys[i]."""
    edges = band_edges(heights, levels) if isinstance(levels, int) else np.asarray(levels, dtype=float)
    colors = tinted(_MAP, ax, _TINT)
    shown = np.ma.masked_invalid(heights)
    norm = BoundaryNorm(edges, colors.N)
    bands = ax.contourf(xs, ys, shown, levels=edges, cmap=colors, norm=norm)
    ax.contour(
        xs,
        ys,
        shown,
        levels=edges,
        colors=[mixed(ink(ax), paper(ax), 0.35)],
        linewidths=0.6,
        linestyles="solid",
    )
    ticks = edges[:: max(1, len(edges) // 6)]
    figure: Any = ax.get_figure()
    beside = ax.inset_axes((1.02, 0.0, 0.03, 1.0))  # as high as the picture, whatever its shape
    bar = figure.colorbar(bands, cax=beside, label=name, ticks=ticks, format=lambda h, _: _short(h))
    bar.outline.set_visible(False)
    sides = sorted((float(np.ptp(xs)), float(np.ptp(ys))))
    if sides[1] <= _NEARLY_SQUARE * sides[0]:
        ax.set_aspect("equal", adjustable="box")
    ax.set(xlim=(xs[0], xs[-1]), ylim=(ys[0], ys[-1]))


def draw_paths(ax: Axes, paths: Mapping[str, Points]) -> None:
    """The path of each descent: markers at steps, a ring at the start, a large marker at the end."""
    start_named = False
    for (name, points), look in zip(paths.items(), line_styles(), strict=False):
        way = np.array([point for point in points if np.isfinite(point).all()], dtype=float)
        if not len(way):
            continue
        ax.plot(*way.T, color=paper(ax), linewidth=4, zorder=4)
        ax.plot(*way.T, **look, markersize=4, markevery=_SPACING, linewidth=1.8, label=name, zorder=4)
        _draw_arrows(ax, way, look["color"])
        ring: Any = {"markeredgecolor": ink(ax), "markerfacecolor": paper(ax), "color": "none"}
        ax.plot(*way[0], "o", markersize=9, **ring, label=None if start_named else "start", zorder=5)
        ax.plot(
            *way[-1], look["marker"], markersize=9, color=look["color"], markeredgecolor=paper(ax), zorder=6
        )
        start_named = True


def _draw_arrows(ax: Axes, way: Array, color: Any) -> None:
    """Two arrow heads that show which way a path goes, after a quarter and two thirds of its length."""
    lengths = np.hypot(*np.diff(way, axis=0).T)
    gone = np.concatenate([[0.0], np.cumsum(lengths)])
    if not gone[-1] > 0.0:
        return
    for share in (0.25, 0.65):
        i = min(int(np.searchsorted(gone, share * gone[-1], side="right")) - 1, len(lengths) - 1)
        middle = (way[i] + way[i + 1]) / 2
        ax.annotate(
            "",
            xy=tuple(middle),
            xytext=tuple(middle - 1e-3 * (way[i + 1] - way[i])),
            arrowprops={
                "arrowstyle": "-|>",
                "color": color,
                "mutation_scale": 16,
                "shrinkA": 0,
                "shrinkB": 0,
            },
            annotation_clip=True,
            zorder=5,
        )


def draw_mark(ax: Any, point: Sequence[float], name: str, marker: str = "X", size: float = 11) -> None:
    """A single point with a name in the legend, in the plane or in space."""
    look: dict[str, Any] = {"markeredgecolor": paper(ax), "color": ink(ax), "linestyle": ""}
    ax.plot(*[[number] for number in point], marker, markersize=size, **look, label=name, zorder=7)


def draw_surface(ax: Any, xs: Array, ys: Array, heights: Array, name: str) -> None:
    """The heights as a surface over the plane, coloured by the same bands as the contour lines."""
    edges = band_edges(heights, 60)
    across, up = np.meshgrid(xs, ys)
    shown = np.where(np.isfinite(heights), heights, np.nan)
    ax.computed_zorder = False  # else the surface would hide the paths on it
    ax.plot_surface(
        across, up, shown, cmap=_MAP, norm=BoundaryNorm(edges, 256), rcount=len(ys), ccount=len(xs),
        linewidth=0, antialiased=False, zorder=1,
    )  # fmt: skip
    for axis in (ax.xaxis, ax.yaxis, ax.zaxis):
        axis.set_major_locator(MaxNLocator(5))
        axis.set_pane_color((*paper(ax), 1.0))
        axis._axinfo["grid"].update(color=(*mixed(paper(ax), ink(ax), 0.25), 1.0), linewidth=0.6)
    ax.set(xlim=(xs[0], xs[-1]), ylim=(ys[0], ys[-1]), zlabel=name)
    ax.xaxis.labelpad = ax.yaxis.labelpad = 6
    ax.zaxis.labelpad = 10
    ax.set_box_aspect(None, zoom=0.85)


def draw_paths_in_space(ax: Any, paths: Mapping[str, tuple[Points, Sequence[float]]]) -> None:
    """The path of each descent on a surface, given by points of the plane and the heights there."""
    for (name, (points, heights)), look in zip(paths.items(), line_styles(), strict=False):
        way = np.column_stack([np.asarray(points, dtype=float), heights])
        (left, right), (low, high) = ax.get_xlim(), ax.get_ylim()
        inside = (way[:, 0] >= left) & (way[:, 0] <= right) & (way[:, 1] >= low) & (way[:, 1] <= high)
        way = way[inside & np.isfinite(way).all(axis=1)]
        ax.plot(*way.T, color=paper(ax), linewidth=4, zorder=4)
        ax.plot(*way.T, **look, markersize=4, markevery=_SPACING, linewidth=1.8, label=name, zorder=4)
        if len(way):
            end = {"color": look["color"], "markeredgecolor": paper(ax)}
            ax.plot(*way[-1:].T, look["marker"], markersize=9, **end, zorder=6)


def _short(number: float) -> str:
    """A height as a colour bar writes it.

    >>> _short(0.0123456), _short(1451.2)
    ('0.0123', '1451')
    """
    return f"{number:.0f}" if 100.0 <= abs(number) < 1e6 else f"{number:.3g}"
