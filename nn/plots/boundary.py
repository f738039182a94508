"""What a classifier makes of the plane of two features."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from nn.extras import extra
from nn.module import Module
from nn.plots.style import CLASS_COLORS
from nn.train import predict


def decision_boundary(
    model: Module, X: Iterable[Iterable[float]], y: Iterable[float], ax: Any = None, resolution: int = 60
) -> Any:
    """The plane of two features, coloured by the class that the model gives each point, and the samples.

    Args:
        model: takes two features; one output (its sign decides) or one a class (the largest wins).
        X: n samples of two features.
        y: n classes: 0, 1, ..., or -1 and 1.
        ax: the matplotlib Axes to draw on; by default the current ones.
        resolution: how many points the model is asked for along each side.

    Returns:
        The Axes.

    Raises:
        ValueError: if the samples do not have two features each.
    """
    with extra("plot", "nn.plots"):
        import numpy as np
        from matplotlib import pyplot as plt
        from matplotlib.colors import LinearSegmentedColormap, ListedColormap
    points = np.array([list(x) for x in X], dtype=float)
    classes = np.array(list(y))
    if points.ndim != 2 or points.shape[1] != 2:
        raise ValueError(f"a decision boundary needs samples of two features, got shape {points.shape}")
    ax = plt.gca() if ax is None else ax
    low, high = points.min(axis=0), points.max(axis=0)
    margin = 0.1 * (high - low)
    across = np.linspace(low[0] - margin[0], high[0] + margin[0], resolution)
    up = np.linspace(low[1] - margin[1], high[1] + margin[1], resolution)
    outputs = np.array(predict(model, [[a, b] for b in up for a in across]))
    if outputs.ndim == 1:
        score = np.tanh(outputs).reshape(resolution, resolution)
        shades = LinearSegmentedColormap.from_list("classes", [CLASS_COLORS[0], "#F7F7F7", CLASS_COLORS[1]])
        ax.contourf(across, up, score, levels=np.linspace(-1, 1, 21), cmap=shades, alpha=0.7)
        ax.contour(across, up, score, levels=[0.0], colors="#333333", linewidths=1.5)
    else:
        winner = outputs.argmax(axis=1).reshape(resolution, resolution)
        count = outputs.shape[1]
        levels = np.arange(count + 1) - 0.5
        ax.contourf(across, up, winner, levels=levels, cmap=ListedColormap(CLASS_COLORS[:count]), alpha=0.4)
    for color, label in zip(CLASS_COLORS, np.unique(classes), strict=False):
        chosen = points[classes == label]
        ax.scatter(chosen[:, 0], chosen[:, 1], color=color, edgecolor="white", label=f"class {label}")
    ax.set(xlabel="feature 0", ylabel="feature 1")
    ax.legend(loc="best")
    return ax
