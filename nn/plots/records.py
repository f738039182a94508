"""How a training went, epoch by epoch."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from nn.extras import extra
from nn.history import History
from nn.plots.style import CLASS_COLORS


def training_history(history: History, names: Iterable[str] = ("loss", "val_loss"), ax: Any = None) -> Any:
    """The recorded numbers, epoch by epoch.

    Args:
        history: what `fit` returned.
        names: which of its records to draw; those that it does not have are left out.
        ax: the matplotlib Axes to draw on; by default the current ones.

    Returns:
        The Axes.
    """
    with extra("plot", "nn.plots"):
        from matplotlib import pyplot as plt
    ax = plt.gca() if ax is None else ax
    present = [name for name in names if name in history.records]
    for color, name in zip(CLASS_COLORS, present, strict=False):
        ax.plot(range(1, history.epochs + 1), history[name], color=color, label=name)
    ax.set(xlabel="epoch", ylabel=present[0] if len(present) == 1 else "")
    ax.legend(loc="best")
    return ax
