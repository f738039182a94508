"""From where to look at a surface in space, so that what is drawn on it stands in front of every hill."""

from __future__ import annotations

from collections.abc import Sequence
from math import cos, radians, sin
from typing import Any

from autograd import extra
from nn.plots.evaluate import Array

with extra("plot", "nn.plots"):
    import numpy as np

ELEVATION, AZIMUTH = 30, -60  # degrees: matplotlib's own view, kept where nothing hides
_ELEVATIONS = (30, 40, 50, 60)
# Seen along an axis a surface has no depth, and the numbers at that axis lie on top of each other.
_AZIMUTHS = tuple(side + turn for side in (-180, -90, 0, 90) for turn in (30, 45, 60))
_BOX = np.array([4.0, 4.0, 3.0])  # the sides of matplotlib's box
_RAY = np.linspace(0.04, 6.0, 60)  # how far from a point to look for hills, in units of the box
_CLEAR = 0.03  # a hill this much above the line of sight hides the point, in the same units
_POINTS = 150  # of a long path it is enough to look at some


def height_at(xs: Array, ys: Array, heights: Array, x: Any, y: Any) -> Array:
    """The heights at points between those of a grid, linear along each side; nan beside the grid.

    Args:
        xs: the coordinates of the grid's columns, evenly spaced.
        ys: those of its rows.
        heights: heights[i, j] is at xs[j], ys[i].
        x: the first coordinates of the points, in any shape.
        y: the second, in the same shape.
    """
    column = (np.asarray(x, dtype=float) - xs[0]) / (xs[-1] - xs[0]) * (len(xs) - 1)
    row = (np.asarray(y, dtype=float) - ys[0]) / (ys[-1] - ys[0]) * (len(ys) - 1)
    outside = ~((column >= 0) & (column <= len(xs) - 1) & (row >= 0) & (row <= len(ys) - 1))
    column, row = np.where(outside, 0.0, column), np.where(outside, 0.0, row)
    j, i = np.minimum(column.astype(int), len(xs) - 2), np.minimum(row.astype(int), len(ys) - 2)
    right, down = column - j, row - i
    above = heights[i, j] * (1 - right) + heights[i, j + 1] * right
    below = heights[i + 1, j] * (1 - right) + heights[i + 1, j + 1] * right
    found: Array = np.where(outside, np.nan, above * (1 - down) + below * down)
    return found


def hidden(xs: Array, ys: Array, heights: Array, points: Array, elevation: float, azimuth: float) -> Array:
    """Which points on a surface stand behind a part of it.

    Args:
        xs: as for `height_at`.
        ys: as for `height_at`.
        heights: as for `height_at`.
        points: n rows of x, y and height.
        elevation: of the eye above the plane, in degrees.
        azimuth: of the eye around the vertical axis, in degrees.

    Returns:
        n bools. The eye is taken to be far away.
    """
    ends = np.array([[xs[0], ys[0], np.nanmin(heights)], [xs[-1], ys[-1], np.nanmax(heights)]])
    unit = (ends[1] - ends[0]) / _BOX  # of each number, that is as long as 1 in the box
    unit[unit == 0.0] = 1.0
    up, around = radians(elevation), radians(azimuth)
    to_eye = np.array([cos(up) * cos(around), cos(up) * sin(around), sin(up)])
    line = points[:, None, :] + _RAY[:, None] * to_eye * unit
    ground = height_at(xs, ys, heights, line[..., 0], line[..., 1])
    behind: Array = (np.nan_to_num(ground, nan=-np.inf) > line[..., 2] + _CLEAR * unit[2]).any(axis=1)
    return behind


def best_view(xs: Array, ys: Array, heights: Array, points: Sequence[Sequence[float]]) -> tuple[int, int]:
    """The elevation and the azimuth, in degrees, from which the fewest points are hidden.

    Of views that are equally good in that, it is the one from the lowest place, and of these the one nearest
    to matplotlib's own. The last point counts as much as all others: it is the mark, or the end of the path.

    Args:
        xs: as for `height_at`.
        ys: as for `height_at`.
        heights: as for `height_at`.
        points: x, y and height of each point.
    """
    shown = np.array(points, dtype=float).reshape(-1, 3)
    shown = shown[np.isfinite(shown).all(axis=1)]
    if not len(shown):
        return ELEVATION, AZIMUTH
    shown = shown[np.unique(np.linspace(0, len(shown) - 1, min(len(shown), _POINTS)).round().astype(int))]

    def cost(view: tuple[int, int]) -> tuple[float, int, int]:
        behind = hidden(xs, ys, heights, shown, *view)
        turned = abs((view[1] - AZIMUTH + 180) % 360 - 180)
        return float(behind.mean() + behind[-1]), view[0], turned

    return min(((up, around) for up in _ELEVATIONS for around in _AZIMUTHS), key=cost)
