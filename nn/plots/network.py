"""The drawing of a network of fully connected layers: neurons in columns, and lines between them."""

from __future__ import annotations

from math import isfinite, isnan, sqrt
from typing import Any

from autograd import extra
from nn.plots.backpropagation import Matrix, Pass
from nn.plots.style import NEGATIVE, POSITIVE, axes_for, halo, ink, mixed, paper

with extra("plot", "nn.plots"):
    from matplotlib import pyplot as plt
    from matplotlib.axes import Axes
    from matplotlib.lines import Line2D
    from matplotlib.patches import FancyArrowPatch
    from matplotlib.path import Path as Curve

READABLE = 6  # neurons in a layer whose numbers can be printed
CROWDED = 12  # connections between two layers whose numbers can be printed
_WIDEST, _THINNEST = 6.0, 0.5  # in points: the line of the largest gradient, and that of a gradient of zero
_NAN = "#CC79A7"
_RADIUS = 21.0  # in points, of a neuron with a number in it
BOW = 0.3  # how far lines are bent, which keeps forward and backward apart; 1 is from neuron to neuron
_HEAD_AT = 0.56  # where on a line its arrow head is

Place = tuple[float, float]


def network_axes(ax: Axes | None, sizes: list[int], with_loss: bool) -> Axes:
    """Axes without a frame that have room for these layers; by default those of a new figure."""
    columns, rows = len(sizes) + with_loss, max(sizes)
    if ax is None:
        _, ax = plt.subplots(figsize=(2.9 * columns, min(1.25 * rows, 8.0) + 1.6), layout="constrained")
    ax = axes_for(ax)
    ax.set_axis_off()
    ax.set(xlim=(-0.45, columns - 0.55), ylim=(-rows / 2 - 0.15, rows / 2 + 0.35))
    for layer in range(len(sizes)):
        title = "input" if layer == 0 else "output" if layer == len(sizes) - 1 else f"layer {layer}"
        ax.text(layer, rows / 2 + 0.3, title, ha="center", va="top", color=ink(ax), weight="bold")
    return ax


def place(sizes: list[int], layer: int, index: int) -> Place:
    """Where a neuron is drawn, the first of a layer at the top.

    In large networks small layers are spread out to the height of the largest.
    """
    spread = 1.0 if max(sizes) <= READABLE else max(sizes) / sizes[layer]
    return float(layer), ((sizes[layer] - 1) / 2 - index) * spread


def draw_neurons(ax: Axes, passes: Pass, few: bool) -> None:
    """Circles with the activation inside and delta below, filled with the colour of delta."""
    rows = max(passes.sizes)
    radius = _RADIUS if few else min(_RADIUS, 200.0 / rows)
    largest = largest_of([passes.deltas])
    for layer, activations in enumerate(passes.activations):
        for i, activation in enumerate(activations):
            x, y = place(passes.sizes, layer, i)
            delta = passes.deltas[layer - 1][i] if layer else 0.0
            fill = mixed(paper(ax), color_of(delta), 0.6 * sqrt(_share(delta, largest)))
            ax.scatter(x, y, s=(2 * radius) ** 2, facecolor=[fill], edgecolor=[ink(ax)], zorder=3)
            if few:
                ax.text(
                    x, y, f"{activation:.3g}", ha="center", va="center", color=ink(ax), fontsize=9, zorder=4
                )
            if few and layer:
                write(ax, (x, y), f"$\\delta$ = {delta:.3g}", (0, -radius - 2), va="top", fontsize=9)


def draw_gradients(
    ax: Axes, sizes: list[int], layer: int, gradients: Matrix, largest: float, numbers: bool, bow: float
) -> None:
    """A line for each connection between two layers, drawn by the size and the sign of its gradient."""
    for j, row in enumerate(gradients):
        for i, gradient in enumerate(row):
            start, end = place(sizes, layer + 1, j), place(sizes, layer, i)
            draw_gradient(ax, start, end, gradient, largest, bow)
            if numbers:
                write_on(ax, start, end, gradient, -bow, (sizes[layer + 1], sizes[layer]), ink(ax))


def draw_gradient(
    ax: Axes, start: Place, end: Place, gradient: float, largest: float, bow: float = 0.0
) -> None:
    """One line, wider for a larger gradient: orange and solid above zero, blue and dashed below.

    With a bow it is an arrow, which shows the direction.
    """
    width = _THINNEST + (_WIDEST - _THINNEST) * _share(gradient, largest)
    color = color_of(gradient) if gradient else mixed(ink(ax), paper(ax), 0.6)
    dashes = "-" if gradient > 0.0 or isnan(gradient) else (0, (3, 1)) if gradient else (0, (1, 2))
    draw_line(ax, start, end, -bow, color, width, dashes, bow != 0.0)


def write_on(
    ax: Axes, start: Place, end: Place, number: float, bow: float, fan: tuple[int, int], color: Any
) -> None:
    """A number on a line, at a place where it does not touch the numbers on other lines.

    `fan` is how many starts and ends the lines between two layers have. With n ends one step apart, the lines
    of neighbouring starts do not meet before 1/(n + 1) of the way.
    """
    starts, ends = fan
    share = 0.4 if starts == 1 else min(max(1.0 / (ends + 1), 0.2), 0.3)
    up = bow >= 0.0
    va = "bottom" if up else "top"
    write(ax, curve_point(start, end, bow, share), f"{number:.3g}", (0, 2 if up else -2), va=va, color=color)


def draw_line(
    ax: Axes, start: Place, end: Place, bow: float, color: Any, width: float, dashes: Any, head: bool
) -> None:
    """A bent line; the arrow head, if it has one, is a little beyond the middle."""
    curve = [curve_point(start, end, bow, share / 40) for share in range(41)]
    ax.add_patch(
        FancyArrowPatch(
            path=Curve(curve), arrowstyle="-", color=color, linewidth=width, linestyle=dashes, capstyle="butt"
        )
    )
    if head:
        tip = [curve_point(start, end, bow, _HEAD_AT - 0.01), curve_point(start, end, bow, _HEAD_AT)]
        ax.add_patch(
            FancyArrowPatch(
                *tip,
                arrowstyle="-|>",
                color=color,
                linewidth=0,
                mutation_scale=9 + 5 * width,
                shrinkA=0,
                shrinkB=0,
            )
        )


def write(ax: Axes, at: Place, text: str, offset: Place, **look: Any) -> None:
    """Words beside a point of the drawing, with an outline that covers the lines behind them."""
    settings: dict[str, Any] = {"ha": "center", "fontsize": 8, "color": ink(ax), "zorder": 5}
    settings |= {"path_effects": halo(ax), **look}
    ax.annotate(text, at, xytext=offset, textcoords="offset points", **settings)


def draw_legend(ax: Axes, meaning: str, forward: bool) -> None:
    """What the lines mean, below the drawing."""
    lines = [Line2D([], [], color=mixed(ink(ax), paper(ax), 0.5), label="weight, forward")] if forward else []
    lines += [
        Line2D([], [], color=POSITIVE, linewidth=4, label=f"{meaning}, above 0"),
        Line2D([], [], color=NEGATIVE, linewidth=4, linestyle=(0, (2, 0.8)), label=f"{meaning}, below 0"),
    ]
    below: dict[str, Any] = {"loc": "upper center", "bbox_to_anchor": (0.5, 0.0), "frameon": False}
    ax.legend(handles=lines, ncols=len(lines), **below)


def largest_of(gradients: list[Matrix]) -> float:
    """The largest finite size of all."""
    sizes = (abs(g) for matrix in gradients for row in matrix for g in row)
    return max((size for size in sizes if isfinite(size)), default=0.0)


def color_of(gradient: float) -> str:
    """The colour of a gradient's sign."""
    return _NAN if isnan(gradient) else POSITIVE if gradient > 0.0 else NEGATIVE


def _share(gradient: float, largest: float) -> float:
    if gradient == 0.0:
        return 0.0
    return min(abs(gradient) / largest, 1.0) if largest and isfinite(gradient) else 1.0


def curve_point(start: Place, end: Place, bow: float, share: float) -> Place:
    """A point of the curve, at a share of the way."""
    (x, y), (right, up) = start, end
    return x + (right - x) * share, y + (up - y) * share + 2 * bow * share * (1.0 - share)
