"""Optimizers compared: where each goes, and how fast its loss falls."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from autograd import Value, extra
from nn.plots.descent import Descender, Function, Path, descend
from nn.plots.plane import Limits, contour, number_of
from nn.plots.rates import learning_rates
from nn.plots.style import panels

with extra("plot", "nn.plots"):
    import numpy as np
    from matplotlib.axes import Axes

_MARGIN = 0.25  # around the paths, as a share of their extent
_SLIMMEST = 0.7  # the shorter side of the contour is at least this share of the longer one


def optimizer_paths(
    f: Function,
    start: Sequence[float],
    optimizers: Mapping[str, Descender],
    steps: int = 50,
    xlim: Limits | None = None,
    ylim: Limits | None = None,
    axes: tuple[Axes, Axes] | None = None,
    **settings: Any,
) -> tuple[Axes, Axes]:
    """The paths of several optimizers over one function, and below it the loss after each step.

    The legend of the losses says how each went, by the criterion of `behaviour`; the minimum is that of the
    contour, if it shows one.

    Args:
        f: a function of two Values; returns a Value.
        start: where all of them begin.
        optimizers: by name, what `descend` takes: a learning rate, a name of `nn.OPTIMIZERS`, or a function
            of the parameters that makes an optimizer.
        steps: how many steps each takes.
        xlim: the left and the right end of the contour; by default the paths with a margin, without those
            that diverge.
        ylim: the lower and the upper end.
        axes: the two matplotlib Axes to draw on; by default those of a new figure.
        settings: further arguments of `contour`.

    Returns:
        The two Axes: the contour, and the losses.

    Raises:
        ValueError: if there are no optimizers, the start is not two numbers, or for the reasons of `descend`
            and `contour`.

    >>> ravine = lambda x, y: x**2 + 8 * y**2
    >>> pair = optimizer_paths(ravine, (2.0, 1.0), {"SGD": 0.1, "Adam": "adam"}, steps=5)
    >>> [ax.get_xlabel() for ax in pair]
    ['x', 'step']
    """
    if not optimizers:
        raise ValueError("optimizer_paths needs at least one optimizer, got none")
    if len(start) != 2:
        raise ValueError(f"the start of optimizer_paths is two numbers, got {start!r}")
    paths = {name: descend(f, start, optimizer, steps) for name, optimizer in optimizers.items()}
    across, up = _limits(paths.values())
    above, below = panels(2, across=1, height=4.0) if axes is None else axes
    contour(f, xlim or across, ylim or up, paths, above, **settings)
    learning_rates(paths, ax=below, lowest=_minimum(above, f))
    return above, below


def _minimum(ax: Axes, f: Function) -> float | None:
    """The height of the minimum that the contour shows, or None if it shows none."""
    stars = [line for line in ax.get_lines() if line.get_label() == "minimum"]
    if not stars:
        return None
    place = np.column_stack(stars[0].get_data()).tolist()[0]
    return number_of(f(*map(Value, place)))


def _limits(paths: Iterable[Path]) -> list[Limits]:
    """How far the paths go along each number, with a margin; of those that diverge only the start counts."""
    kept = [path.points if path.losses[-1] <= path.losses[0] else path.points[:1] for path in paths]
    lows, highs = np.min(np.concatenate(kept), axis=0), np.max(np.concatenate(kept), axis=0)
    extents = (1.0 + 2 * _MARGIN) * (highs - lows)
    extents = np.maximum(extents, _SLIMMEST * (extents.max() or 1.0))
    middles = (lows + highs) / 2
    return [
        (middle - extent / 2, middle + extent / 2)
        for middle, extent in zip(middles.tolist(), extents.tolist(), strict=True)
    ]
