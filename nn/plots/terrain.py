"""Heights over a plane, drawn from above as contour lines or in three dimensions, and paths on them.

Functions of two numbers and loss landscapes of networks are both drawn with it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import log
from typing import Any

from autograd import extra
from nn.plots.evaluate import Array
from nn.plots.rounding import rounded, ticks
from nn.plots.style import ink, line_styles, mixed, paper, tinted
from nn.plots.view import best_view, height_at

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
_PIECES = 40  # a path across the whole of a surface is drawn in so many pieces


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
    """Bands of heights with lines between them and a colour bar; heights[i, j] is at xs[j], ys[i].

    Bands of which only the number is given end at round numbers.
    """
    edges = rounded(band_edges(heights, levels).tolist()) if isinstance(levels, int) else list(levels)
    colors = tinted(_MAP, ax, _TINT)
    shown = np.ma.masked_invalid(heights)
    norm = BoundaryNorm(edges, colors.N)
    bands = ax.contourf(xs, ys, shown, levels=edges, cmap=colors, norm=norm)
    bands.set_rasterized(True)  # thousands of corners; the lines between the bands stay lines
    ax.contour(
        xs,
        ys,
        shown,
        levels=edges,
        colors=[mixed(ink(ax), paper(ax), 0.35)],
        linewidths=0.6,
        linestyles="solid",
    )
    figure: Any = ax.get_figure()
    beside = ax.inset_axes((1.02, 0.0, 0.03, 1.0))  # as high as the picture, whatever its shape
    bar = figure.colorbar(bands, cax=beside, ticks=ticks(edges), format=lambda h, _: _short(h))
    bar.outline.set_visible(False)
    bar.minorticks_off()
    bar.set_label(name, labelpad=2)
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
        linewidth=0, antialiased=False, zorder=1, rasterized=True,
    )  # fmt: skip
    for axis in (ax.xaxis, ax.yaxis, ax.zaxis):
        # At the corners the numbers of two axes would lie on top of each other.
        prune = None if axis is ax.zaxis else "both"
        axis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10], prune=prune))
        axis.set_pane_color((*paper(ax), 1.0))
        axis._axinfo["grid"].update(color=(*mixed(paper(ax), ink(ax), 0.25), 1.0), linewidth=0.6)
    ax.set(xlim=(xs[0], xs[-1]), ylim=(ys[0], ys[-1]), zlabel=name)
    ax.xaxis.labelpad = ax.yaxis.labelpad = ax.zaxis.labelpad = 6
    ax.set_box_aspect(None, zoom=0.83)


def draw_paths_in_space(
    ax: Any, grid: tuple[Array, Array, Array], paths: Mapping[str, tuple[Points, Sequence[float]]]
) -> list[Any]:
    """The path of each descent on a surface: a marker at each step, and between them along the ground.

    Args:
        ax: Axes with the surface.
        grid: the surface, as `draw_surface` takes it: xs, ys, heights.
        paths: by name, points of the plane and the heights there.

    Returns:
        The places of all steps that were drawn, x, y and height, for `look_at`.
    """
    seen: list[Any] = []
    for (name, (points, heights)), look in zip(paths.items(), line_styles(), strict=False):
        way, steps = _along_the_ground(grid, np.column_stack([np.asarray(points, dtype=float), heights]))
        inside = [i for i in steps if np.isfinite(way[i]).all()]
        if not inside:
            continue
        seen += way[inside].tolist()
        ax.plot(*way.T, color=paper(ax), linewidth=3.5, zorder=4)
        ax.plot(*way.T, **look, markersize=4, markevery=inside, linewidth=1.8, label=name, zorder=4)
        ring: Any = {"markeredgecolor": ink(ax), "markerfacecolor": paper(ax), "color": "none"}
        named = "start" in ax.get_legend_handles_labels()[1]
        if inside[0] == 0:
            ax.plot(*way[:1].T, "o", markersize=8, **ring, label=None if named else "start", zorder=5)
        end = {"color": look["color"], "markeredgecolor": paper(ax)}
        ax.plot(*way[inside[-1:]].T, look["marker"], markersize=9, **end, zorder=6)
    return seen


def _along_the_ground(grid: tuple[Array, Array, Array], way: Array) -> tuple[Array, list[int]]:
    """A path with points of the ground between its steps, and the places of the steps in it.

    A straight line from step to step would run through the hills between them. What is outside of the grid is
    nan, which is not drawn.
    """
    xs, ys, heights = grid
    size = np.array([xs[-1] - xs[0], ys[-1] - ys[0]])
    rows: list[Array] = []
    steps: list[int] = []
    for before, after in zip(way, [*way[1:], None], strict=True):
        steps.append(len(rows))
        rows.append(before if np.isfinite(height_at(xs, ys, heights, *before[:2])) else before * np.nan)
        if after is None or not np.isfinite([before, after]).all():
            continue
        pieces = min(int(_PIECES * np.abs((after - before)[:2] / size).max()), 4 * _PIECES)
        for share in np.linspace(0.0, 1.0, pieces + 2)[1:-1]:
            x, y = before[:2] + share * (after - before)[:2]
            ground = float(height_at(xs, ys, heights, x, y))
            rows.append(np.array([x, y, ground]) if np.isfinite(ground) else before * np.nan)
    return np.array(rows), steps


def look_at(ax: Any, grid: tuple[Array, Array, Array], points: Sequence[Sequence[float]]) -> None:
    """Turn the Axes so that no hill stands before the points, of which the last is the most important."""
    up, around = best_view(*grid, points)
    ax.view_init(elev=up, azim=around)


def _short(number: float) -> str:
    """A height as a colour bar writes it.

    >>> _short(0.0123456), _short(1451.2)
    ('0.0123', '1451')
    """
    return f"{number:.0f}" if 100.0 <= abs(number) < 1e6 else f"{number:.3g}"
