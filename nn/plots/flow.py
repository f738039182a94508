"""Backpropagation as a picture: activations forward, gradients back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from autograd import extra
from nn.module import Module
from nn.plots.backpropagation import Pass, backpropagated
from nn.plots.network import (
    BOW,
    READABLE,
    draw_gradient,
    draw_gradients,
    draw_legend,
    draw_line,
    draw_neurons,
    largest_of,
    network_axes,
    numbers_fit,
    place,
    widest_of,
    write_on,
)
from nn.plots.style import SMALL, ink, mixed, paper

with extra("plot", "nn.plots"):
    from matplotlib.axes import Axes


def backpropagation_flow(
    model: Module, x: Iterable[float], target: Any, loss: Any = "mse", ax: Axes | None = None
) -> Axes:
    """The forward and the backward pass of one sample, neuron by neuron.

    Each neuron shows its activation a and, below, its delta, the gradient of the loss by its weighted sum.
    Grey arrows carry activations forward, times the weight beside them. Coloured arrows carry gradients back:
    weight times delta. The largest is the widest, and each power of ten below it halves the width. A gradient
    above zero is orange and solid, one below zero blue and dashed. Layers of seven neurons or more are drawn
    without numbers, which could not be read; more than six connections between two layers have none either.

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
    ax = network_axes(ax, sizes, with_loss=True)
    largest = largest_of([*passes.flows, [passes.output_gradients]])
    for layer, flows in enumerate(passes.flows):
        numbers = few and numbers_fit(ax, len(sizes) + 1, sizes[layer] * sizes[layer + 1])
        if few:
            _draw_weights(ax, passes, layer, numbers)
        draw_gradients(ax, sizes, layer, flows, largest, numbers, BOW if few else 0.0)
    _draw_loss(ax, passes, target, largest, few)
    draw_neurons(ax, passes, few)
    draw_legend(ax, "gradient, backward", [*passes.flows, [passes.output_gradients]], sizes, few)
    return ax


def _draw_weights(ax: Axes, passes: Pass, layer: int, numbers: bool) -> None:
    """Thin arrows forward, with the weight."""
    grey = mixed(ink(ax), paper(ax), 0.5)
    for j, row in enumerate(passes.weights[layer]):
        for i, weight in enumerate(row):
            start, end = place(passes.sizes, layer, i), place(passes.sizes, layer + 1, j)
            draw_line(ax, start, end, BOW, grey, 1.0, "-", head=True)
            if numbers:
                write_on(ax, start, end, weight, BOW, (passes.sizes[layer], passes.sizes[layer + 1]), grey)


def _draw_loss(ax: Axes, passes: Pass, target: Any, largest: float, few: bool) -> None:
    """The loss at the right, and the gradient that goes back to each output."""
    column = len(passes.sizes)
    for i, gradient in enumerate(passes.output_gradients):
        output = place(passes.sizes, column - 1, i)
        grey = mixed(ink(ax), paper(ax), 0.5)
        if few:
            draw_line(ax, output, (column, 0.0), BOW, grey, 1.0, "-", head=True)
        bow, widest = BOW if few else 0.0, widest_of(passes.sizes)
        draw_gradient(ax, (column, 0.0), output, gradient, largest, bow, widest)
        if few:
            write_on(ax, (column, 0.0), output, gradient, -BOW, (1, passes.sizes[-1]), ink(ax))
    box = {"boxstyle": "round,pad=0.5", "facecolor": paper(ax), "edgecolor": ink(ax)}
    words = f"loss\n{passes.loss:.4g}\ntarget {_listed(target)}"
    ax.text(column, 0.0, words, ha="center", va="center", color=ink(ax), fontsize=SMALL, bbox=box, zorder=4)


def _listed(target: Any) -> str:
    """The target as text, whatever the loss takes: numbers, names, None."""
    entries = list(target) if hasattr(target, "__iter__") and not isinstance(target, str) else [target]
    return ", ".join(f"{float(e):.3g}" if hasattr(e, "__float__") else str(e) for e in entries)
