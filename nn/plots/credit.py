"""Credit assignment: how much of the blame for an error each weight gets."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from autograd import extra
from nn.module import Module
from nn.plots.backpropagation import backpropagated
from nn.plots.network import (
    READABLE,
    draw_gradients,
    draw_legend,
    draw_neurons,
    largest_of,
    network_axes,
    numbers_fit,
)
from nn.plots.style import LINE_COLORS, SMALL, axes_for, paper, small

with extra("plot", "nn.plots"):
    from matplotlib.axes import Axes
    from matplotlib.ticker import PercentFormatter

_NAMED = 24  # with more bars there is no room for their names
_HATCHES = ("", "//", "..", "xx", "--", "\\\\")


def credit_assignment(
    model: Module, x: Iterable[float], target: Any, loss: Any = "mse", ax: Axes | None = None
) -> Axes:
    """Which weights are to blame for the error on one sample: each connection by the gradient of its weight.

    A gradient above zero is orange and solid, one below zero blue and dashed; the largest has the widest
    line, and each power of ten below it halves the width.

    The gradient is the activation that came along the connection times the delta of the neuron it leads to: a
    weight that carries a large signal into a neuron that matters gets much of the blame.

    Args:
        model: made of fully connected layers.
        x: one sample.
        target: what the loss takes.
        loss: a name of `nn.LOSSES`, or a function (output, target) -> Value.
        ax: the matplotlib Axes to draw on; by default those of a new figure of fitting size.

    Returns:
        The Axes.

    Raises:
        TypeError: if the model has other parts than fully connected layers.
    """
    passes = backpropagated(model, x, target, loss)
    sizes, few = passes.sizes, max(passes.sizes) <= READABLE
    ax = network_axes(ax, sizes, with_loss=False)
    largest = largest_of(passes.gradients)
    for layer, gradients in enumerate(passes.gradients):
        numbers = few and numbers_fit(ax, len(sizes), sizes[layer] * sizes[layer + 1])
        draw_gradients(ax, sizes, layer, gradients, largest, numbers, bow=0.0)
    draw_neurons(ax, passes, few)
    draw_legend(ax, "gradient of the weight", passes.gradients, sizes, forward=False)
    return ax


def credit_shares(
    model: Module, x: Iterable[float], target: Any, loss: Any = "mse", ax: Axes | None = None
) -> Axes:
    """Each weight's share of the blame, |dL/dw| divided by the sum over all weights, layer by layer.

    Args:
        model: made of fully connected layers.
        x: one sample.
        target: what the loss takes.
        loss: a name of `nn.LOSSES`, or a function (output, target) -> Value.
        ax: the matplotlib Axes to draw on; by default the current ones.

    Returns:
        The Axes: a bar for each weight, and in the legend the share of each layer.

    Raises:
        TypeError: if the model has other parts than fully connected layers.
    """
    passes = backpropagated(model, x, target, loss)
    ax = axes_for(ax)
    names = [
        f"neuron {j}/w{i}"
        for matrix in passes.shares
        for j, row in enumerate(matrix, 1)
        for i in range(1, len(row) + 1)
    ]
    few, first = len(names) <= _NAMED, 0
    for layer, matrix in enumerate(passes.shares):
        shares = [share for row in matrix for share in row]
        look: Any = {"color": LINE_COLORS[layer % len(LINE_COLORS)], "edgecolor": paper(ax)}
        if few:  # a pattern cannot be seen on a very thin bar
            look |= {"hatch": _HATCHES[layer % len(_HATCHES)]}
        count = f"{len(shares)} weight{'s' * (len(shares) != 1)}"
        total = f"layer {layer + 1}: {sum(shares):.1%} of the blame, {count}"
        ax.bar(range(first, first + len(shares)), shares, label=total, linewidth=0.5 if few else 0.0, **look)
        first += len(shares)
    ax.set_xticks(range(len(names)) if few else [], names if few else [], rotation=90, fontsize=SMALL)
    ax.set(xlabel="weight", ylabel="share of all |dL/dw|")
    ax.yaxis.set_major_formatter(PercentFormatter(1.0))
    ax.legend(loc="best", framealpha=0.85, fontsize=small())
    return ax
