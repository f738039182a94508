"""What the learning rate does to the loss: curves side by side, each described by how it behaved."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from typing import Any

from autograd import extra
from nn.plots.convergence import TOLERANCE, Curve, in_words, losses_of, lowest_of
from nn.plots.style import axes_for, ink, legend_below, line_styles, paper

with extra("plot", "nn.plots"):
    import numpy as np
    from matplotlib.axes import Axes
    from matplotlib.ticker import MaxNLocator

_HEADROOM = 10.0  # the top of the picture, as a multiple of the highest start
_DECADES = 8  # how many powers of ten the picture reaches below the highest start at most


def learning_rates(
    curves: Mapping[Any, Curve],
    ax: Axes | None = None,
    *,
    lowest: float | None = None,
    tolerance: float = TOLERANCE,
) -> Axes:
    """Loss curves of several learning rates on one scale, each with a few words on how it behaved.

    The words come from the curves and not from the rates: they are those of `behaviour`, and the title of the
    legend says what has converged. A curve that leaves the picture ends in a triangle at the top edge.

    Args:
        curves: by rate or name, the losses step by step: what `descend` or `fit` returned, or a list.
        ax: the matplotlib Axes to draw on; by default the current ones.
        lowest: the minimum, if it is known; by default the lowest loss of all curves takes its place.
        tolerance: the share of the way from the first loss to the minimum that may be left of a curve that
            has converged.

    Returns:
        The Axes. The scale is logarithmic unless a loss is below zero.

    Raises:
        ValueError: if there are no curves, or one is empty or starts with a loss that is not finite.
    """
    losses = {rate: losses_of(rate, curve) for rate, curve in curves.items()}
    if not losses:
        raise ValueError("learning_rates needs at least one curve, got none")
    ax = axes_for(ax)
    start, floor = max(run[0] for run in losses.values()), min(map(lowest_of, losses.values()))
    logarithmic = floor >= 0.0 < start
    if logarithmic:
        ax.set_yscale("log")
        bottom, top = max(floor / 2, start / 10**_DECADES), start * _HEADROOM
    else:
        bottom, top = floor - 0.05 * (start - floor), start + 0.5 * (start - floor or 1.0)
    ax.set(xlabel="step", ylabel="loss", ylim=(bottom, top))
    for (rate, run), look in zip(losses.items(), line_styles(), strict=False):
        shown = _until_it_leaves(np.array(run), top, logarithmic)
        words = in_words(curves[rate], floor if lowest is None else lowest, tolerance, lowest is not None)
        every = max(1, len(run) // 12)
        ax.plot(*shown, **look, markersize=5, markevery=every, label=f"{_named(rate)}: {words}")
        if shown[1][-1] == top:
            end = {"color": look["color"], "markeredgecolor": paper(ax), "clip_on": False, "zorder": 5}
            ax.plot(shown[0][-1], top, "^", markersize=12, **end)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.grid(color=(*ink(ax), 0.15), linewidth=0.6)
    legend_below(ax, 2, f"converged: at most {100 * tolerance:.3g}% of the way left")
    return ax


def _until_it_leaves(losses: Any, top: float, logarithmic: bool) -> tuple[Any, Any]:
    """The steps and losses of a curve, cut where it first crosses the top of the picture."""
    steps = np.arange(len(losses), dtype=float)
    outside = ~(losses <= top)
    if not outside.any():
        return steps, losses
    last = int(outside.argmax())
    scale = np.log if logarithmic else np.asarray
    low, high, edge = (float(scale(number)) for number in (losses[last - 1], losses[last], top))
    share = (edge - low) / (high - low) if isfinite(high) else 1.0
    return np.append(steps[:last], last - 1 + share), np.append(losses[:last], top)


def _named(rate: Any) -> str:
    return f"rate {rate:.4g}" if isinstance(rate, (int, float)) else str(rate)
