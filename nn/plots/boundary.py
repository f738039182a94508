"""Which class a classifier gives each point of the plane of two features."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import cycle
from typing import Any

from autograd import Value, extra
from nn.answers import answers
from nn.module import Module, in_mode
from nn.plots.evaluate import BY_NUMPY, evaluate
from nn.plots.style import CLASS_COLORS, MANY, MARKERS, axes_for, ink, legend_below, mixed, paper
from nn.samples import paired
from nn.settings import checked

with extra("plot", "nn.plots"):
    import numpy as np
    from matplotlib.axes import Axes
    from matplotlib.colors import LinearSegmentedColormap
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

_TINT = 0.7  # how much of the class's colour is left on the paper behind the samples
_FAR = 1e300  # takes the place of infinity
_MARGIN = 0.1  # around the samples, as a share of their extent


def decision_boundary(
    model: Module | Callable[[Any], Any],
    X: Iterable[Iterable[float]],
    y: Iterable[float | str],
    ax: Axes | None = None,
    resolution: int = 100,
) -> Axes:
    """The plane of two features, coloured by the class that the model gives each point, and the samples.

    scikit-learn's `DecisionBoundaryDisplay` draws it (the `sklearn` extra).

    Args:
        model: a module or a function that takes a sample of two features. It has one output, whose sign
            decides, or an output for each class, of which the largest wins.
        X: n samples of two features.
        y: n classes: 0, 1, ..., or -1 and 1; or names, which stand for 0, 1, ... in alphabetical order.
        ax: the matplotlib Axes to draw on; by default the current ones.
        resolution: at how many points along each side the model is computed.

    Returns:
        The Axes.

    Raises:
        ValueError: if the samples do not have two features each, X and y differ in length, or the
            resolution is below 2.
        ImportError: if scikit-learn is missing; it says how to install it.
    """
    with extra("sklearn", "nn.plots.decision_boundary"):
        from sklearn.inspection import DecisionBoundaryDisplay
    samples = paired(X, y)
    points = np.array([list(x) for x, _ in samples], dtype=float)
    classes = np.array([label for _, label in samples])
    if points.ndim != 2 or points.shape[1] != 2:
        raise ValueError(f"a decision boundary needs samples of two features, got shape {points.shape}")
    resolution = checked("decision_boundary", {"resolution": resolution})["resolution"]
    across, up, outputs = _outputs(model, points, resolution)
    ax = axes_for(ax)
    plane = {"xx0": across, "xx1": up, "n_classes": 2, "xlabel": "x1", "ylabel": "x2"}
    if len(outputs) == 1:
        score = DecisionBoundaryDisplay(**plane, response=np.tanh(outputs[0]))
        shades = _shades(ax)
        score.plot(ax=ax, levels=np.linspace(-1, 1, 21), cmap=shades, zorder=0)
        score.surface_.set_rasterized(True)
        sides = {"output below 0": 0.0, "output above 0": 1.0}
        swatches = [Patch(color=shades(end), label=words) for words, end in sides.items()]
        leads = list(outputs)
    else:
        leads, swatches = _leads(outputs), []
        for lead, color in zip(leads, cycle(CLASS_COLORS), strict=False):
            ends = [0.0, max(float(lead.max()), 0.0) + 1.0]
            area = DecisionBoundaryDisplay(**plane, response=lead)
            area.plot(ax=ax, levels=ends, colors=[mixed(paper(ax), color, _TINT)], zorder=0)
            area.surface_.set_rasterized(True)
    for lead in leads:
        if lead.min() < 0.0 < lead.max():
            line = DecisionBoundaryDisplay(**plane, response=lead)
            line.plot("contour", ax=ax, levels=[0.0], colors=[ink(ax)], linewidths=1.5, zorder=1)
    _draw_samples(ax, points, classes)
    line = Line2D([], [], color=ink(ax), linewidth=1.5, label="boundary")
    legend_below(ax, 3, handles=[*ax.get_legend_handles_labels()[0], *swatches, line])
    return ax


def _draw_samples(ax: Axes, points: Any, classes: Any) -> None:
    """The samples, each class in its colour and with its marker."""
    for place, label in enumerate(np.unique(classes)):
        # The number of a class and not its place: the samples may lack one of the model's classes.
        index = max(int(label), 0) if classes.dtype.kind in "biuf" else place
        look: Any = {
            "color": CLASS_COLORS[index % len(CLASS_COLORS)],
            "marker": MARKERS[index % len(MARKERS)],
        }
        look |= {"edgecolor": paper(ax), "linewidth": 0.8, "label": f"class {label}"}
        ax.scatter(*points[classes == label].T, **look, rasterized=len(points) >= MANY)


def _outputs(model: Any, points: Any, resolution: int) -> tuple[Any, Any, Any]:
    """The grid around the samples, and each output of the model on it."""
    low, high = points.min(axis=0), points.max(axis=0)
    margin = np.where(high > low, _MARGIN * (high - low), 1.0)
    sides = [np.linspace(*ends, resolution) for ends in zip(low - margin, high + margin, strict=True)]
    across, up = np.meshgrid(*sides)
    x = [Value(float(number), label=f"x{i}") for i, number in enumerate(points[0], 1)]
    with in_mode(model, False):
        rows = np.column_stack([across.ravel(), up.ravel()])
        computed = answers(model, rows, share=BY_NUMPY)
        if computed is not None:
            return across, up, computed.T.reshape(-1, resolution, resolution)
        outputs = evaluate(lambda: model(x), {x[0]: across, x[1]: up})
    return across, up, np.array(outputs if isinstance(outputs, list) else [outputs])


def _leads(outputs: Any) -> list[Any]:
    """By how much each output is above the largest of the others; 0 if both are infinite."""
    outputs = np.nan_to_num(outputs, nan=0.0, posinf=_FAR, neginf=-_FAR)
    return [output - np.delete(outputs, i, axis=0).max(axis=0) for i, output in enumerate(outputs)]


def _shades(ax: Axes) -> LinearSegmentedColormap:
    """The colours from the first class over the paper's to the second class."""
    first, second = (mixed(paper(ax), color, _TINT) for color in CLASS_COLORS[:2])
    return LinearSegmentedColormap.from_list("classes", [first, mixed(paper(ax), ink(ax), 0.03), second])
