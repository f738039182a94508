"""Functions of two numbers, seen from above and in three dimensions, with the paths of gradient descent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any

from autograd import Value, extra, grad, hessian
from nn.plots.descent import Function, Path
from nn.plots.evaluate import Array, evaluate
from nn.plots.style import axes_for, legend_below
from nn.plots.terrain import (
    draw_contour,
    draw_mark,
    draw_paths,
    draw_paths_in_space,
    draw_surface,
    look_at,
)
from nn.settings import checked

with extra("plot", "nn.plots"):
    import numpy as np
    from matplotlib.axes import Axes

Limits = tuple[float, float]
Paths = Path | Mapping[str, Path | Sequence[Sequence[float]]]


def contour(
    f: Function,
    xlim: Limits = (-2.0, 2.0),
    ylim: Limits = (-2.0, 2.0),
    paths: Paths | None = None,
    ax: Axes | None = None,
    *,
    levels: int | Sequence[float] = 16,
    resolution: int = 151,
    minimum: Sequence[float] | bool = True,
    names: tuple[str, str] = ("x", "y"),
    height: str = "f(x, y)",
) -> Axes:
    """A function of two numbers from above, as a map shows mountains, and the paths of descents over it.

    Where the sides are of similar length both axes have the same scale, so that gradients can be seen to
    cross the lines at right angles.

    Args:
        f: a function of two Values, or of two numbers.
        xlim: the smallest and the largest first number.
        ylim: the same for the second.
        paths: a Path of `descend`, or a dict of them by name; lists of points will do.
        ax: the matplotlib Axes to draw on; by default the current ones.
        levels: how many bands of heights, or the heights between them. A number of bands is spread so that
            they are narrower where more of the plane lies.
        resolution: at how many points along each side the function is computed.
        minimum: where to draw a star; by default at the lowest point, unless that is at the border; False for
            none.
        names: what the two numbers are called.
        height: what the function is called.

    Returns:
        The Axes.

    Raises:
        ValueError: if the function is not finite anywhere, the limits are not in order, a path is not of two
            numbers, or the resolution is below 2.
        TypeError: if the function does not return a number.
    """
    named = as_paths(paths)
    xs, ys, heights = grid(f, xlim, ylim, resolution)
    ax = axes_for(ax)
    draw_contour(ax, xs, ys, heights, levels, height)
    draw_paths(ax, {name: points for name, (points, _) in named.items()})
    point = lowest(f, xs, ys, heights) if minimum is True else minimum or None
    if point is not None:
        draw_mark(ax, point, "minimum", marker="*", size=15)
    ax.set(xlabel=names[0], ylabel=names[1])
    if named or point is not None:
        legend_below(ax, 3)
    return ax


def surface(
    f: Function,
    xlim: Limits = (-2.0, 2.0),
    ylim: Limits = (-2.0, 2.0),
    paths: Paths | None = None,
    ax: Any = None,
    *,
    resolution: int = 81,
    minimum: Sequence[float] | bool = True,
    names: tuple[str, str] = ("x", "y"),
    height: str = "f(x, y)",
) -> Any:
    """A function of two numbers as a landscape in three dimensions, and the paths of descents on it.

    Paths run along the ground, with a marker at each step. The view is one in which no hill hides them or the
    minimum; `ax.view_init` chooses another one afterwards.

    Args:
        f: a function of two Values, or of two numbers.
        xlim: the smallest and the largest first number.
        ylim: the same for the second.
        paths: as for `contour`.
        ax: Axes made with `projection="3d"`; by default those of a new figure.
        resolution: at how many points along each side the function is computed.
        minimum: as for `contour`.
        names: what the two numbers are called.
        height: what the function is called.

    Returns:
        The Axes.

    Raises:
        ValueError: as for `contour`; if the Axes are not three-dimensional.
        TypeError: as for `contour`.
    """
    named = as_paths(paths)
    xs, ys, heights = grid(f, xlim, ylim, resolution)
    ax = axes_for(ax, "3d")
    draw_surface(ax, xs, ys, heights, height)
    on_it = {
        name: (points, [number_of(f(*map(Value, point))) for point in points] if known is None else known)
        for name, (points, known) in named.items()
    }
    seen = draw_paths_in_space(ax, (xs, ys, heights), on_it)
    point = lowest(f, xs, ys, heights) if minimum is True else minimum or None
    if point is not None:
        seen.append([*point, number_of(f(*map(Value, point)))])
        draw_mark(ax, seen[-1], "minimum", marker="*", size=15)
    look_at(ax, (xs, ys, heights), seen)
    ax.set(xlabel=names[0], ylabel=names[1])
    if seen:
        legend_below(ax, 3)
    return ax


def grid(f: Function, xlim: Limits, ylim: Limits, resolution: int) -> tuple[Array, Array, Array]:
    """The function on a grid: heights[i, j] is f(xs[j], ys[i])."""
    for name, (low, high) in {"xlim": xlim, "ylim": ylim}.items():
        if not (isfinite(low) and isfinite(high) and low < high):
            raise ValueError(f"{name} is a pair (from, to) of finite numbers in order, got {(low, high)}")
    resolution = checked("a picture", {"resolution": resolution})["resolution"]
    xs, ys = np.linspace(*xlim, resolution), np.linspace(*ylim, resolution)
    across, up = np.meshgrid(xs, ys)
    x, y = Value(xs[resolution // 3]), Value(ys[resolution // 3])
    heights = evaluate(lambda: f(x, y), {x: across, y: up})
    if isinstance(heights, list):
        raise TypeError(f"a function of the plane returns one number, got {len(heights)}")
    return xs, ys, heights


def lowest(f: Function, xs: Array, ys: Array, heights: Array) -> tuple[float, float] | None:
    """The lowest point: Newton's method from the lowest point of the grid; None if that is at the border."""
    shown = np.where(np.isfinite(heights), heights, np.inf)
    row, column = np.unravel_index(int(shown.argmin()), shown.shape)
    if row in (0, len(ys) - 1) or column in (0, len(xs) - 1):
        return None
    point, height = [float(xs[column]), float(ys[row])], float(shown[row, column])
    slope, bend = grad(lambda p: f(*p)), hessian(lambda p: f(*p))
    for _ in range(20):
        try:
            step = np.linalg.solve(np.array(bend(point)), np.array(slope(point)))
        except np.linalg.LinAlgError:  # flat, or a kink: the point so far has to do
            break
        there = (np.array(point) - step).tolist()
        reached = number_of(f(*map(Value, there)))
        if not reached < height:
            break
        point, height = there, reached
    return point[0], point[1]


def as_paths(given: Paths | None) -> dict[str, tuple[list[Sequence[float]], list[float] | None]]:
    """Paths by name: their points, and the heights there if they are known.

    Raises:
        ValueError: if a path has no points, or they are not of two numbers.
    """
    named = {"descent": given} if isinstance(given, Path) else dict(given or {})
    result: dict[str, tuple[list[Sequence[float]], list[float] | None]] = {}
    for name, path in named.items():
        points = list(path.points if isinstance(path, Path) else path)
        if not points or any(len(point) != 2 for point in points):
            raise ValueError(f"the path {name!r} must have points of two numbers each, got {points!r:.80}")
        result[name] = (points, path.losses if isinstance(path, Path) else None)
    return result


def number_of(result: Value | float) -> float:
    """What a function of the plane returned, as a float."""
    return result.data if isinstance(result, Value) else result
