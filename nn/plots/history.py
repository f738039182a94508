"""How a training went, epoch by epoch."""

from __future__ import annotations

from collections.abc import Iterable
from math import isnan
from typing import Any

from autograd import extra
from nn.history import History
from nn.plots.style import LINE_COLORS, MARKERS, axes_for, ink, legend_below, paper

with extra("plot", "nn.plots"):
    from matplotlib.axes import Axes
    from matplotlib.ticker import MaxNLocator


def training_history(
    history: History,
    names: str | Iterable[str] = ("loss", "val_loss"),
    ax: Axes | None = None,
    learning_rate: bool | None = None,
) -> Axes:
    """The recorded numbers, epoch by epoch.

    A record and the same on validation data have one colour; the one on validation data is dashed, and its
    best epoch is marked: the highest accuracy, or the lowest of anything else.

    Args:
        history: what `fit` returned.
        names: which of its records to draw, or a single one; those that it does not have are left out.
        ax: the matplotlib Axes to draw on; by default the current ones.
        learning_rate: draw the learning rate too, on a logarithmic scale of its own at the right; by default
            it is drawn if it changed.

    Returns:
        The Axes.

    Raises:
        ValueError: if the history has none of these records.
        KeyError: if `learning_rate` is True and none was recorded.
    """
    wanted = [names] if isinstance(names, str) else list(names)
    present = [name for name in wanted if name in history.records]
    if not present:
        kept = ", ".join(history.records) or "no epochs"
        raise ValueError(f"no {' or '.join(wanted)} in the history; it has {kept}")
    rates = history["lr"] if learning_rate else history.records.get("lr", [])
    ax = axes_for(ax)
    epochs = range(1, history.epochs + 1)
    kinds = list(dict.fromkeys(name.removeprefix("val_") for name in present))
    for name in present:
        index = kinds.index(name.removeprefix("val_"))
        color, marker = LINE_COLORS[index % len(LINE_COLORS)], MARKERS[index % len(MARKERS)]
        look: Any = {
            "color": color,
            "marker": marker,
            "markersize": 4,
            "markevery": max(1, len(epochs) // 10),
        }
        validation = name.startswith("val_")
        ax.plot(epochs, history[name], **look, linestyle="--" if validation else "-", label=name)
        if validation:
            _mark_best(ax, name, history[name], color)
    ax.set(xlabel="epoch", ylabel=present[0] if len(present) == 1 else "")
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    legend_below(ax, 3)
    if len(set(rates)) > 1 if learning_rate is None else learning_rate:
        _draw_rates(ax, rates)
    return ax


def _mark_best(ax: Axes, name: str, numbers: list[float], color: str) -> None:
    known = [number for number in numbers if not isnan(number)]
    if not known:
        return
    best = max(known) if name.endswith("accuracy") else min(known)
    epoch = numbers.index(best) + 1
    star: Any = {"markersize": 14, "color": color, "markeredgecolor": paper(ax), "linestyle": "none"}
    ax.plot(epoch, best, "*", **star, label=f"best: {best:.3g} in epoch {epoch}", zorder=5)


def _draw_rates(ax: Axes, rates: list[float]) -> None:
    right = ax.twinx()
    ax.set_zorder(right.get_zorder() + 1)  # the records and the legend stay in front
    right.patch.set_facecolor(ax.get_facecolor())
    ax.patch.set_visible(False)
    right.step(
        range(1, len(rates) + 1), rates, where="mid", color=ink(ax), alpha=0.5, linestyle=":", linewidth=1.5
    )
    right.set(ylabel="learning rate (dotted)", yscale="log" if min(rates) > 0.0 else "linear")
