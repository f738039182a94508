"""The drawing of a network of fully connected layers: neurons in columns, and lines between them."""

from __future__ import annotations

from math import ceil, isfinite, isnan, log10
from typing import Any

from autograd import extra
from nn.plots.backpropagation import Matrix, Pass
from nn.plots.style import NEGATIVE, POSITIVE, SMALL, WIDTH, axes_for, halo, ink, mixed, paper

with extra("plot", "nn.plots"):
    from matplotlib import pyplot as plt
    from matplotlib.axes import Axes
    from matplotlib.lines import Line2D
    from matplotlib.patches import FancyArrowPatch
    from matplotlib.path import Path as Curve

READABLE = 6  # neurons in a layer whose numbers can be printed
CROWDED = 6  # connections between two layers whose numbers can be printed
_COLUMN = 1.3  # inches between two layers, below which they cannot
_THINNEST = 0.5  # in points: the line of a gradient of zero
_WIDE, _WIDE_AMONG_MANY = 6.0, 3.0  # in points: the line of the largest gradient
_PARTS = {"largest": 1.0, "a tenth": 0.1, "a hundredth": 0.01}  # shown in the legend
_NAN = "#CC79A7"
_FULL = 0.8  # how much of its colour the circle of the largest delta has: the number in it must be read
_RADIUS = 19.0  # in points, of a neuron with a number in it
BOW = 0.3  # how far lines are bent, which keeps forward and backward apart; 1 is from neuron to neuron
_HEAD_AT = 0.56  # where on a line its arrow head is

Place = tuple[float, float]


def network_axes(ax: Axes | None, sizes: list[int], with_loss: bool) -> Axes:
    """Axes without a frame that have room for these layers; by default those of a new figure."""
    columns, rows = len(sizes) + with_loss, max(sizes)
    margin = 0.45 if rows <= READABLE else 0.7  # for half a circle and what is written below
    if ax is None:
        height = min((1.6 if with_loss else 1.2) * (rows - 1 + 2 * margin), 6.5) + 1.2
        _, ax = plt.subplots(figsize=(WIDTH, height), layout="constrained")
    ax = axes_for(ax)
    ax.set_axis_off()
    ax.set(xlim=(-0.45, columns - 0.55), ylim=((1 - rows) / 2 - margin, (rows - 1) / 2 + margin))
    for layer in range(len(sizes)):
        title = "input" if layer == 0 else "output" if layer == len(sizes) - 1 else f"layer {layer}"
        above: Any = {"transform": ax.get_xaxis_transform(), "ha": "center", "va": "bottom"}
        ax.text(layer, 1.0, title, color=ink(ax), weight="bold", **above)
    return ax


def numbers_fit(ax: Axes, columns: int, connections: int) -> bool:
    """Whether there is room for numbers on so many connections between two of the columns."""
    across = ax.get_window_extent().width / ax.figure.dpi
    return connections <= CROWDED and across / columns >= _COLUMN


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
            fill = mixed(paper(ax), color_of(delta), _FULL * strength(delta, largest))
            ax.scatter(x, y, s=(2 * radius) ** 2, facecolor=[fill], edgecolor=[ink(ax)], zorder=3)
            if few:
                inside: Any = {"ha": "center", "va": "center", "fontsize": SMALL, "zorder": 4}
                ax.text(x, y, f"{activation:.3g}", color=ink(ax), **inside)
            if few and layer:
                write(ax, (x, y), f"$\\delta$ = {delta:.3g}", (0, -radius - 2), va="top")


def draw_gradients(
    ax: Axes, sizes: list[int], layer: int, gradients: Matrix, largest: float, numbers: bool, bow: float
) -> None:
    """A line for each connection between two layers, drawn by the size and the sign of its gradient."""
    for j, row in enumerate(gradients):
        for i, gradient in enumerate(row):
            start, end = place(sizes, layer + 1, j), place(sizes, layer, i)
            draw_gradient(ax, start, end, gradient, largest, bow, widest_of(sizes))
            if numbers:
                write_on(ax, start, end, gradient, -bow, (sizes[layer + 1], sizes[layer]), ink(ax))


def widest_of(sizes: list[int]) -> float:
    """In points, the line of the largest gradient in a network with layers of these sizes."""
    return _WIDE if max(sizes) <= READABLE else _WIDE_AMONG_MANY


def draw_gradient(
    ax: Axes, start: Place, end: Place, gradient: float, largest: float, bow: float, widest: float
) -> None:
    """One line, wider for a larger gradient: orange and solid above zero, blue and dashed below.

    With a bow it is an arrow, which shows the direction. A line of a larger gradient lies above the others.
    """
    share = strength(gradient, largest)
    width = max(widest * share, _THINNEST)
    color = color_of(gradient) if gradient else mixed(ink(ax), paper(ax), 0.6)
    dashes = "-" if gradient > 0.0 or isnan(gradient) else (0, (3, 1)) if gradient else (0, (1, 2))
    draw_line(ax, start, end, -bow, color, width, dashes, bow != 0.0, zorder=1.0 + share)


def write_on(
    ax: Axes, start: Place, end: Place, number: float, bow: float, fan: tuple[int, int], color: Any
) -> None:
    """A number on a line, at a place where it does not touch the numbers on other lines.

    `fan` is how many starts and ends the lines between two layers have. With n ends one step apart, the lines
    of neighbouring starts do not meet before 1/(n + 1) of the way; nearer than 0.28 the number would touch
    the circle.
    """
    starts, ends = fan
    share = 0.4 if starts == 1 else min(max(1.0 / (ends + 1), 0.28), 0.33)
    up = bow >= 0.0
    va = "bottom" if up else "top"
    write(ax, curve_point(start, end, bow, share), f"{number:.3g}", (0, 2 if up else -2), va=va, color=color)


def draw_line(
    ax: Axes,
    start: Place,
    end: Place,
    bow: float,
    color: Any,
    width: float,
    dashes: Any,
    head: bool,
    zorder: float = 1.0,
) -> None:
    """A bent line; the arrow head, if it has one, is a little beyond the middle."""
    curve = [curve_point(start, end, bow, share / 40) for share in range(41)]
    line: dict[str, Any] = {"linewidth": width, "linestyle": dashes, "capstyle": "butt", "zorder": zorder}
    ax.add_patch(FancyArrowPatch(path=Curve(curve), arrowstyle="-", color=color, **line))
    if head:
        tip = [curve_point(start, end, bow, _HEAD_AT - 0.01), curve_point(start, end, bow, _HEAD_AT)]
        ax.add_patch(
            FancyArrowPatch(
                *tip,
                arrowstyle="-|>",
                color=color,
                linewidth=0,
                zorder=zorder,
                mutation_scale=9 + 4 * width,
                shrinkA=0,
                shrinkB=0,
            )
        )


def write(ax: Axes, at: Place, text: str, offset: Place, **look: Any) -> None:
    """Words beside a point of the drawing, with an outline that covers the lines behind them."""
    settings: dict[str, Any] = {"ha": "center", "fontsize": SMALL, "color": ink(ax), "zorder": 5}
    settings |= {"path_effects": halo(ax), **look}
    ax.annotate(text, at, xytext=offset, textcoords="offset points", **settings)


def draw_legend(ax: Axes, meaning: str, gradients: list[Matrix], sizes: list[int], forward: bool) -> None:
    """What colours and widths mean, below the drawing: the signs, the largest gradient and parts of it."""
    grey, largest = mixed(ink(ax), paper(ax), 0.5), largest_of(gradients)
    swatches: dict[str, dict[str, Any]] = {
        "above 0": {"color": POSITIVE, "linewidth": 4},
        "below 0": {"color": NEGATIVE, "linewidth": 4, "linestyle": (0, (2, 0.8))},
    }
    if any(isnan(g) for matrix in gradients for row in matrix for g in row):
        swatches["nan"] = {"color": _NAN, "linewidth": 4}
    if forward:
        swatches["weight, forward"] = {"color": grey, "linewidth": 1}
    if largest:
        for name, part in _PARTS.items():
            words = f"{name}: {largest:.3g}" if part == 1.0 else name
            swatches[words] = {"color": grey, "linewidth": widest_of(sizes) * strength(part, 1.0)}
    lines = [Line2D([], [], label=name, **look) for name, look in swatches.items()]
    title = f"lines: {meaning}; circles: $\\delta$, in the same colours"
    below: dict[str, Any] = {"loc": "upper center", "bbox_to_anchor": (0.5, 0.0), "frameon": False}
    ax.legend(
        handles=lines, ncols=ceil(len(lines) / 2), title=title, fontsize=SMALL, title_fontsize=SMALL, **below
    )


def largest_of(gradients: list[Matrix]) -> float:
    """The largest finite size of all."""
    sizes = (abs(g) for matrix in gradients for row in matrix for g in row)
    return max((size for size in sizes if isfinite(size)), default=0.0)


def color_of(gradient: float) -> str:
    """The colour of a gradient's sign."""
    return _NAN if isnan(gradient) else POSITIVE if gradient > 0.0 else NEGATIVE


def strength(gradient: float, largest: float) -> float:
    """How strongly a gradient is drawn: 1 for the largest; each power of ten below it halves the strength.

    On this scale large and small gradients can be seen side by side.

    >>> [round(strength(gradient, 2.0), 3) for gradient in (-2.0, 0.2, 0.02, 0.0)]
    [1.0, 0.5, 0.25, 0.0]
    """
    if gradient == 0.0:
        return 0.0
    return min((abs(gradient) / largest) ** log10(2.0), 1.0) if largest and isfinite(gradient) else 1.0


def curve_point(start: Place, end: Place, bow: float, share: float) -> Place:
    """A point of the curve, at a share of the way."""
    (x, y), (right, up) = start, end
    return x + (right - x) * share, y + (up - y) * share + 2 * bow * share * (1.0 - share)
