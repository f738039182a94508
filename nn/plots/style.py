"""The looks that all pictures share: sizes, colours, dashes and markers that everybody can tell apart.

A figure is at most 7 inches wide, so that its text can be read where it is seen: a column of a notebook is
736 pixels wide, a printed page 6.5 inches. Text is of 9 points or more.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import cycle
from math import ceil
from typing import Any

from autograd import extra

with extra("plot", "nn.plots"):
    from matplotlib import patheffects
    from matplotlib import pyplot as plt
    from matplotlib.axes import Axes
    from matplotlib.colors import ListedColormap, to_rgb, to_rgba
    from matplotlib.transforms import ScaledTranslation

Color = tuple[float, float, float]

# Okabe and Ito (2008): distinct for every kind of colour vision, and visible on white and on black.
CLASS_COLORS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7")
LINE_COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
POSITIVE, NEGATIVE = "#E69F00", "#56B4E9"  # gradients, as `draw_dot` colours them
WIDTH = 7.0  # inches
SMALL = 9.0  # points: the smallest text
MANY = 1000  # marks, from which on a picture saved as SVG holds them as pixels
_LETTER, _SWATCH = 0.47, 3.5  # widths in a legend: of a letter, and of what stands before it; 1 is its height
_ONE_OF = {"layers": "layer", "neurons": "neuron", "blocks": "block", "heads": "head"}
_DASHES = ("-", "--", "-.", (0, (1, 1)), (0, (5, 1, 1, 1, 1, 1)), (0, (8, 3)))
MARKERS = ("o", "s", "^", "D", "v", "P")


def line_styles() -> Iterator[dict[str, Any]]:
    """A colour, a dash and a marker for each line of a picture; they repeat after six."""
    for color, dash, marker in cycle(zip(LINE_COLORS, _DASHES, MARKERS, strict=True)):
        yield {"color": color, "linestyle": dash, "marker": marker}


def axes_for(ax: Axes | None, projection: str = "rectilinear") -> Any:
    """The Axes to draw on: those given, or by default the current ones, or new ones with the projection '3d'.

    Raises:
        ValueError: if the Axes given have another projection.
    """
    if ax is None:
        if projection == "rectilinear":
            if not plt.get_fignums():
                plt.figure(layout="constrained")  # which keeps a legend below the Axes inside of the figure
            return plt.gca()
        return plt.figure(layout="constrained").add_subplot(projection=projection)
    if ax.name != projection:
        raise ValueError(
            f"this picture needs Axes of the projection {projection!r}, got {ax.name!r}; "
            f"make them by figure.add_subplot(projection={projection!r})"
        )
    return ax


def panels(kinds: int | Sequence[str], across: int = 2, height: float = 3.4) -> list[Any]:
    """Axes side by side in a new figure 7 inches wide, in as many rows as they need.

    Args:
        kinds: how many, or the projection of each: 'rectilinear' for a plane, '3d' for a surface.
        across: how many in a row.
        height: of a row, in inches.

    Returns:
        The Axes, row by row.

    Raises:
        ValueError: if there are none.

    >>> plane, space = panels(["rectilinear", "3d"])
    >>> plane.name, space.name, plane.get_figure().get_size_inches().tolist()
    ('rectilinear', '3d', [7.0, 3.4])
    """
    projections = ["rectilinear"] * kinds if isinstance(kinds, int) else list(kinds)
    if not projections or across < 1:
        raise ValueError(f"panels needs one Axes or more in a row, got {kinds!r} in rows of {across}")
    across = min(across, len(projections))
    down = ceil(len(projections) / across)
    figure = plt.figure(figsize=(WIDTH, height * down), layout="constrained")
    return [
        figure.add_subplot(down, across, place, projection=projection)
        for place, projection in enumerate(projections, 1)
    ]


def counted(name: str) -> str:
    """The name of a parameter, or of a layer, as people count: from 1, where the path in code counts from 0.

    >>> counted("layers.0.neurons.1.w.0"), counted("net.layers.2.gain"), counted("query.3.0")
    ('layer 1/neuron 2/w1', 'net/layer 3/gain', 'query 4,1')
    """
    words: list[str] = []
    for part in name.split("."):
        if not part.isdigit() or not words:
            words.append(part)
        elif words[-1][-1].isdigit():
            words[-1] += f",{int(part) + 1}"
        else:
            one = _ONE_OF.get(words[-1], words[-1])
            words[-1] = f"{one}{' ' * (len(one) > 1)}{int(part) + 1}"
    return "/".join(words)


def small() -> float:
    """The size of letters in legends and on marks, in points: a little smaller than the style's own."""
    return max(SMALL, 0.9 * float(plt.rcParams["font.size"]))


def legend_below(
    ax: Any, across: int, title: str | None = None, handles: Sequence[Any] | None = None
) -> None:
    """A legend below the Axes and the name of their x axis, where it hides nothing.

    Args:
        ax: the Axes; their figure's layout is to be 'constrained', which makes room for it.
        across: how many entries side by side; fewer where the Axes are too narrow for their words.
        title: what stands above the entries.
        handles: what the legend explains; by default all that has a label.
    """
    figure = ax.get_figure()
    lines = 1.8 if ax.name == "3d" else 3.4  # room for the numbers and the name of the axis
    drop = lines * ax.xaxis.label.get_fontsize()
    below = ax.transAxes + ScaledTranslation(0.0, -drop / 72, figure.dpi_scale_trans)
    size = small()
    look: dict[str, Any] = {"frameon": False, "fontsize": size, "title": title, "title_fontsize": size}
    place: dict[str, Any] = {"loc": "upper center", "bbox_to_anchor": (0.5, 0.0), "bbox_transform": below}
    shown = ax.get_legend_handles_labels()[0] if handles is None else list(handles)
    longest = max((len(str(handle.get_label())) for handle in shown), default=0)
    # In points; the layout will make the Axes a little wider.
    room = 1.1 * 72 * ax.get_window_extent().width / figure.dpi
    fitting = int(room / (size * (_LETTER * longest + _SWATCH)))
    ax.legend(handles=shown, ncols=max(1, min(across, fitting)), borderaxespad=0.2, **place, **look)


def ink(ax: Axes) -> Color:
    """The colour of text on these Axes: dark in a light style and light in a dark one."""
    return to_rgb(ax.xaxis.label.get_color())


def paper(ax: Axes) -> Color:
    """The colour behind the drawing; where it is transparent, black or white, so that `ink` can be read."""
    *color, alpha = to_rgba(ax.get_facecolor())
    if alpha == 1.0:
        return color[0], color[1], color[2]
    return (0.0, 0.0, 0.0) if sum(ink(ax)) > 1.5 else (1.0, 1.0, 1.0)


def mixed(color: Any, other: Any, share: float) -> Color:
    """A mixture of two colours; the share, from 0 to 1, is that of the other one."""
    a, b = to_rgb(color), to_rgb(other)
    return tuple(x + (y - x) * share for x, y in zip(a, b, strict=True))  # type: ignore[return-value]


def tinted(name: str, ax: Axes, strength: float) -> ListedColormap:
    """A colour map mixed with the paper, so that lines and text can be read on every shade of it."""
    full = plt.get_cmap(name)
    return ListedColormap([mixed(paper(ax), full(i / 255)[:3], strength) for i in range(256)])


def halo(ax: Axes, width: float = 3.0) -> list[Any]:
    """A path effect: an outline in the colour of the paper, which sets lines and text off from others."""
    return [patheffects.withStroke(linewidth=width, foreground=paper(ax))]
