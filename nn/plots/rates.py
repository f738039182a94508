"""What the learning rate does to the loss: curves side by side, each described by how it behaved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import isfinite
from typing import Any

from autograd import extra
from nn.history import History
from nn.plots.descent import Path
from nn.plots.style import axes_for, ink, line_styles, paper

with extra("plot", "nn.plots"):
    import numpy as np
    from matplotlib.axes import Axes
    from matplotlib.ticker import MaxNLocator

Curve = Path | History | Sequence[float]

# The share of the way down, from the first loss to the lowest of all, that counts as all of it.
ARRIVED = 0.99
_MANY = 0.25  # a run overshoots if at least this share of its steps go up or turn back
_HEADROOM = 10.0  # the top of the picture, as a multiple of the highest start
_DECADES = 8  # how many powers of ten the picture reaches below the highest start at most


def learning_rates(curves: Mapping[Any, Curve], ax: Axes | None = None) -> Axes:
    """Loss curves of several learning rates on one scale, each with a few words on how it behaved.

    The words come from the curves and not from the rates (see `behaviour`). A curve that leaves the picture
    ends in a triangle at the top edge.

    Args:
        curves: by rate or name, the losses step by step: what `descend` or `fit` returned, or a list.
        ax: the matplotlib Axes to draw on; by default the current ones.

    Returns:
        The Axes. The scale is logarithmic if all losses are above zero.

    Raises:
        ValueError: if there are no curves, or one is empty or starts with a loss that is not finite.
    """
    losses = {rate: losses_of(rate, curve) for rate, curve in curves.items()}
    if not losses:
        raise ValueError("learning_rates needs at least one curve, got none")
    ax = axes_for(ax)
    finite = [loss for run in losses.values() for loss in run if isfinite(loss)]
    start, floor = max(run[0] for run in losses.values()), min(finite)
    if floor > 0.0:
        ax.set_yscale("log")
        bottom, top = max(floor / 2, start / 10**_DECADES), start * _HEADROOM
    else:
        bottom, top = floor - 0.05 * (start - floor), start + 0.5 * (start - floor or 1.0)
    ax.set(xlabel="step", ylabel="loss", ylim=(bottom, top))
    for (rate, run), look in zip(losses.items(), line_styles(), strict=False):
        shown = _until_it_leaves(np.array(run), top, logarithmic=floor > 0.0)
        words = behaviour(curves[rate], lowest=floor)
        every = max(1, len(run) // 12)
        ax.plot(*shown, **look, markersize=5, markevery=every, label=f"{_named(rate)}: {words}")
        if shown[1][-1] == top:
            end = {"color": look["color"], "markeredgecolor": paper(ax), "clip_on": False, "zorder": 5}
            ax.plot(shown[0][-1], top, "^", markersize=12, **end)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.grid(color=(*ink(ax), 0.15), linewidth=0.6)
    ax.legend(loc="best", framealpha=0.85)
    return ax


def behaviour(curve: Curve, lowest: float | None = None) -> str:
    """How a descent went, in a few words.

    Args:
        curve: what `descend` or `fit` returned, or losses step by step.
        lowest: the loss that can be reached; by default the lowest of the curve.

    Returns:
        'diverges' if it ends above its start, 'does not move' if it starts at the lowest loss. If the rest of
        the way from its start to the lowest loss is a hundredth or less: 'still falling' if the last tenth of
        the steps went further than that hundredth, else 'converges in n steps', after which it stayed so
        near. In all other cases how much of the way it went, and whether it was 'slow' or 'overshoots': in a
        quarter of the steps or more the loss rises or, where gradients are known, a gradient points against
        the one before.

    >>> behaviour([1.0, 0.5, 0.25], lowest=0.0), behaviour([1.0, 4.0, 16.0])
    ('slow: 75% of the way', 'diverges')
    """
    losses = losses_of("", curve)
    if not isfinite(losses[-1]) or losses[-1] > losses[0]:
        return "diverges"
    bottom = min(losses) if lowest is None else lowest
    way = losses[0] - bottom
    if way == 0.0:
        return "does not move"
    near = [loss - bottom <= (1.0 - ARRIVED) * way for loss in losses]
    overshoots = _share_of_turns(curve, losses) >= _MANY
    if near[-1]:
        if losses[-1 - max(1, len(losses) // 10)] - losses[-1] > (1.0 - ARRIVED) * way:
            return "still falling"
        arrived = max((i + 1 for i, close in enumerate(near) if not close), default=0)
        return f"converges in {arrived} step{'s' * (arrived != 1)}{', overshooting' * overshoots}"
    return f"{'overshoots' if overshoots else 'slow'}: {(losses[0] - losses[-1]) / way:.0%} of the way"


def losses_of(name: Any, curve: Curve) -> list[float]:
    """The losses of a run.

    Args:
        name: what the run is called; the error names it.
        curve: what `descend` or `fit` returned, or losses step by step.

    Raises:
        ValueError: if there are none, or the first is not finite.
    """
    if isinstance(curve, Path):
        curve = curve.losses
    losses = list(curve["loss"] if isinstance(curve, History) else curve)
    if not losses or not isfinite(losses[0]):
        raise ValueError(f"the curve {name!r} must start with a finite loss, got {losses[:3] or 'no losses'}")
    return losses


def _share_of_turns(curve: Curve, losses: list[float]) -> float:
    """The share of the steps in which the loss rises or, where gradients are known, they turn back."""
    rises = [after > before for before, after in pairwise(losses)]
    if isinstance(curve, Path):
        turns = [
            sum(a * b for a, b in zip(before, after, strict=True)) < 0.0
            for before, after in pairwise(curve.gradients)
        ]
        rises = [rise or turn for rise, turn in zip(rises, turns, strict=True)]
    return sum(rises) / len(rises) if rises else 0.0


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
    return f"rate {rate:g}" if isinstance(rate, (int, float)) else str(rate)
