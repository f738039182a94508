"""Activations and their derivatives: what a neuron lets through, forward and backward."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from autograd import extra, grad
from nn.layers import ACTIVATIONS, Activation
from nn.plots.style import LINE_COLORS, halo, ink, panels, small
from nn.settings import by_name

with extra("plot", "nn.plots"):
    import numpy as np
    from matplotlib.axes import Axes

_POINTS = 401
_JUMP = 10.0  # where the derivative is steeper than this it jumps: its line is interrupted


def activations(
    names: Iterable[str] | Mapping[str, Activation] = (
        "sigmoid",
        "tanh",
        "relu",
        "leaky_relu",
        "elu",
        "softplus",
        "gelu",
        "silu",
    ),
    xlim: tuple[float, float] = (-4.0, 4.0),
    axes: Iterable[Axes] | None = None,
) -> list[Axes]:
    """Each activation and its derivative as the engine computes it, with the largest derivative marked.

    Backpropagation multiplies by the derivative in every layer: where it is small, gradients vanish.

    Args:
        names: names of `nn.ACTIVATIONS`, or a dict of functions of a Value.
        xlim: where the curves begin and end.
        axes: the matplotlib Axes to draw on, one for each activation; by default those of a new figure,
            two or three in a row.

    Returns:
        The Axes.

    Raises:
        ValueError: if a name is unknown, there are none, or there are not as many Axes as activations.
    """  # fmt: skip
    chosen: dict[str, Any] = (
        dict(names)
        if isinstance(names, Mapping)
        else {name: by_name("activation", name, ACTIVATIONS) for name in names}
    )
    if not chosen:
        raise ValueError("activations needs at least one activation, got none")
    across = 2 if len(chosen) <= 4 else 3
    each = panels(len(chosen), across, height=2.4) if axes is None else list(axes)
    if len(each) != len(chosen):
        raise ValueError(f"activations needs one Axes for each of {len(chosen)} activations, got {len(each)}")
    for (name, function), ax in zip(chosen.items(), each, strict=True):
        _draw(ax, name, function, np.linspace(*xlim, _POINTS))
    each[0].legend(loc="upper left", framealpha=0.85, fontsize=small())
    return each


def _draw(ax: Axes, name: str, function: Activation, xs: Any) -> None:
    slope = grad(function)
    curve = np.array([function(x) for x in xs.tolist()], dtype=float)
    slopes = np.array([slope(x) for x in xs.tolist()])
    jumps = np.abs(np.diff(slopes)) > _JUMP * np.diff(xs)
    cut = np.flatnonzero(jumps) + 1
    ax.axhline(0.0, color=ink(ax), linewidth=0.6, alpha=0.5)
    ax.axvline(0.0, color=ink(ax), linewidth=0.6, alpha=0.5)
    ax.plot(xs, curve, color=LINE_COLORS[0], linewidth=2.2, label="$f(x)$")
    ax.plot(
        np.insert(xs, cut, np.nan), np.insert(slopes, cut, np.nan), color=LINE_COLORS[1], linestyle="--",
        linewidth=2.2, label="$f'(x)$",
    )  # fmt: skip
    highest = np.flatnonzero(slopes == slopes.max())
    top = highest[len(highest) // 2]
    ax.plot(xs[top], slopes[top], "D", color=LINE_COLORS[1], markersize=7)
    right = xs[top] > 0.2 * xs[-1]  # there the activation lies above its derivative: write below the mark
    ax.annotate(
        f"largest {slopes[top]:.3g}", (xs[top], slopes[top]),
        xytext=(0, -7 if right else 7), textcoords="offset points", va="top" if right else "bottom",
        ha="center" if not right else _aligned(top / len(xs)),
        color=ink(ax), fontsize=small(), path_effects=halo(ax),
    )  # fmt: skip
    ax.margins(y=0.22)  # room for the words
    ax.set(title=name, xlabel="$x$", xlim=(xs[0], xs[-1]))


def _aligned(share: float) -> str:
    """How words are aligned at a mark, by its place in the width: near the right edge they go to its left."""
    return "center" if share < 0.75 else "right"
