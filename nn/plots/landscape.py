"""The loss of a network over a plane of its weights."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

from autograd import extra
from nn.arguments import few
from nn.init import Seed, random_source
from nn.module import Module, in_mode
from nn.plots.asked import Loss
from nn.plots.directions import Directions, State, filter_normalised, principal, weights_of
from nn.plots.evaluate import Array
from nn.plots.losses_at import losses_at
from nn.plots.style import axes_for, counted, legend_below
from nn.plots.terrain import (
    draw_contour,
    draw_mark,
    draw_paths,
    draw_paths_in_space,
    draw_surface,
    look_at,
)
from nn.settings import checked

with extra("plot", "nn.plots"):
    import numpy as np
    from matplotlib.axes import Axes

_ZERO = (0.0, 0.0)
_MARGIN = 0.2  # around a path, as a share of its extent


class LossLandscape:
    """The loss on a plane through the weights that a model has now; the constructors `along_...` compute it.

    The loss is a function of the model, such as `lambda model: nn.mse(model([1.0, 2.0]), 1.0)`. It is
    called a few times, in evaluation mode; most of the grid is computed at once by what it did then.

    Attributes:
        center: the number in every parameter where both coordinates are zero.
        directions: for each parameter that moves, by how much with each of the two coordinates.
        names: what the coordinates are called in pictures; there a weight is counted from 1.
        xs: the coordinates of the grid along the first direction.
        ys: the same along the second.
        heights: the loss; heights[i, j] is the one at xs[j], ys[i].
        here: the coordinates of the weights that the model has now.
        ax_: the matplotlib Axes of the last picture.
        figure_: its figure.

    >>> from nn import MLP, mse
    >>> landscape = LossLandscape.along_weights(
    ...     lambda model: mse(model([2.0]), 1.0), MLP(1, [1], init=lambda rng, nin, nout: 0.5),
    ...     "layers.0.neurons.0.w.0", "layers.0.neurons.0.b", span=1.0, resolution=3)
    >>> landscape.heights.tolist()  # (2w + b - 1)**2: across w from -0.5 to 1.5, down b from -1 to 1
    [[9.0, 1.0, 1.0], [4.0, 0.0, 4.0], [1.0, 1.0, 9.0]]
    """

    def __init__(
        self,
        center: State,
        directions: Directions,
        names: tuple[str, str],
        xs: Array,
        ys: Array,
        heights: Array,
        here: tuple[float, float] = _ZERO,
    ) -> None:
        self.center = dict(center)
        self.directions = dict(directions)
        self.names = names
        self.xs, self.ys, self.heights = xs, ys, heights
        self.here = here
        self.ax_: Any = None
        self.figure_: Any = None

    @classmethod
    def along_weights(
        cls, loss: Loss, model: Module, first: str, second: str, span: float = 3.0, resolution: int = 61
    ) -> Self:
        """The loss over two weights; all others stay as they are.

        Args:
            loss: a function of the model; returns a Value.
            model: whose weights are moved; afterwards they are what they were before.
            first: the name of a parameter, as in `model.named_parameters()`.
            second: the name of another one.
            span: how far to go from the number that each has now, in both directions.
            resolution: how many points along each side.

        Raises:
            ValueError: if there is no parameter of a name, both are the same, or the resolution is below 2.
        """
        state = weights_of(model)
        for name in (first, second):
            if name not in state:
                raise ValueError(f"the model has no parameter {name!r}; there are {few(list(state))}")
        if first == second:
            raise ValueError(f"a plane needs two different weights, got {first!r} twice")
        here = state[first], state[second]
        directions = {first: (1.0, 0.0), second: (0.0, 1.0)}
        sides = [_side(number - span, number + span, resolution) for number in here]
        center = {**state, first: 0.0, second: 0.0}
        names = counted(first), counted(second)
        return cls._computed(loss, model, center, directions, names, sides, here)

    @classmethod
    def along_random_directions(
        cls, loss: Loss, model: Module, seed: Seed = 0, span: float = 1.0, resolution: int = 41
    ) -> Self:
        """The loss over two random directions, each as long in every neuron as the neuron's weights.

        This makes landscapes comparable: a network computes the same when the weights of one layer are scaled
        up and those of the next scaled down, but along directions of a fixed length it would look different
        (Li, Xu, Taylor, Studer and Goldstein, "Visualizing the loss landscape of neural nets", 2018). The
        weights of a neuron are the numbers of one list; biases do not move.

        Args:
            loss: a function of the model; returns a Value.
            model: whose weights are moved; afterwards they are what they were before.
            seed: an int, a random.Random, or None for the module `random`.
            span: how far to go in both directions; 1 is as far as the weights themselves are long.
            resolution: how many points along each side.

        Raises:
            ValueError: if no weight can move, because all are zero or none is in a list; or the resolution is
                below 2.
        """
        state, rng = weights_of(model), random_source(seed)
        first, second = (filter_normalised(state, rng) for _ in range(2))
        directions = {name: (first[name], second[name]) for name in first}
        side = _side(-span, span, resolution)
        names = ("random direction 1", "random direction 2")
        return cls._computed(loss, model, state, directions, names, [side, side], _ZERO)

    @classmethod
    def along_path(cls, loss: Loss, model: Module, path: Sequence[State], resolution: int = 41) -> Self:
        """The loss over the two directions along which the weights varied most in a training, around its end.

        These are the principal components of the path, as in the paper that `along_random_directions` cites.
        A random direction would be almost at right angles to any path, which would seem to stand still.

        Args:
            loss: a function of the model; returns a Value.
            model: the model as the training left it.
            path: what `model.state_dict()` gave at each recorded step.
            resolution: how many points along each side.

        Raises:
            ValueError: if there are fewer than three states, or all are the same; if the model has fewer
                than two parameters, or the resolution is below 2.
        """
        if len(path) < 3:
            raise ValueError(f"the plane of a path needs at least three states, got {len(path)}")
        state = weights_of(model)
        directions, shares, coordinates = principal(state, path)
        names = [f"principal direction {i + 1} ({share:.0%})" for i, share in enumerate(shares)]
        sides = [_around([*along, 0.0], resolution) for along in coordinates]
        return cls._computed(loss, model, state, directions, (names[0], names[1]), sides, _ZERO)

    @classmethod
    def _computed(
        cls,
        loss: Loss,
        model: Module,
        center: State,
        directions: Directions,
        names: tuple[str, str],
        sides: Sequence[Array],
        here: tuple[float, float],
    ) -> Self:
        across, up = np.meshgrid(*sides)
        points = {
            parameter: center[name] + across * directions[name][0] + up * directions[name][1]
            for name, parameter in model.named_parameters()
            if directions.get(name, _ZERO) != _ZERO
        }
        if not points:
            raise ValueError(
                "no weight can move: those in lists, such as a neuron's, are all zero, or there are none"
            )
        with in_mode(model, False):
            heights = losses_at(loss, model, points)
        return cls(center, directions, names, sides[0], sides[1], heights, here)

    def project(self, path: Sequence[State]) -> list[tuple[float, float]]:
        """For each state of the model, the coordinates of the point of the plane that is nearest to it.

        Args:
            path: what `model.state_dict()` gave at each recorded step.
        """
        if not path:
            return []
        across = np.array(list(self.directions.values()))
        away = [[state[name] - self.center[name] for name in self.directions] for state in path]
        found, *_ = np.linalg.lstsq(across, np.array(away).T, rcond=None)
        return [(float(x), float(y)) for x, y in found.T]

    def plot(self, ax: Any = None, path: Sequence[State] | None = None) -> Self:
        """Draw the surface, with the present weights and the path of a training.

        The view is one in which no hill hides them; `ax_.view_init` chooses another one afterwards.

        Args:
            ax: Axes made with `projection="3d"`; by default those of a new figure.
            path: what `model.state_dict()` gave at each recorded step. It is drawn on the surface, also where
                the training left the plane and its own loss was another.
        """
        ax = self._on(axes_for(ax, "3d"))
        grid, points, seen = (self.xs, self.ys, self.heights), self.project(path or ()), []
        draw_surface(ax, *grid, "loss")
        if points:
            training = {"training": (points, [self.height(*point) for point in points])}
            seen = draw_paths_in_space(ax, grid, training)
        now = (*self.here, self.height(*self.here))
        draw_mark(ax, now, "weights now")
        look_at(ax, grid, [*seen, now])
        legend_below(ax, 3)
        return self

    def plot_contour(
        self, ax: Axes | None = None, path: Sequence[State] | None = None, levels: int = 16
    ) -> Self:
        """Draw the contour lines, with the present weights and the path of a training.

        Args:
            ax: the matplotlib Axes to draw on; by default the current ones.
            path: what `model.state_dict()` gave at each recorded step.
            levels: how many bands of heights.
        """
        ax = self._on(axes_for(ax))
        draw_contour(ax, self.xs, self.ys, self.heights, levels, "loss")
        if path:
            draw_paths(ax, {"training": self.project(path)})
        draw_mark(ax, self.here, "weights now")
        legend_below(ax, 3)
        return self

    def height(self, x: float, y: float) -> float:
        """The loss at a point of the plane, interpolated from the grid."""
        rows = [float(np.interp(x, self.xs, row)) for row in self.heights]
        return float(np.interp(y, self.ys, rows))

    def __repr__(self) -> str:
        low, high = float(self.heights.min()), float(self.heights.max())
        return f"<LossLandscape of {len(self.xs)} x {len(self.ys)} points: loss {low:.4g} to {high:.4g}>"

    def _on(self, ax: Any) -> Any:
        self.ax_, self.figure_ = ax, ax.get_figure()
        ax.set(xlabel=self.names[0], ylabel=self.names[1])
        return ax


def _around(numbers: Sequence[float], resolution: int) -> Array:
    low, high = min(numbers), max(numbers)
    margin = _MARGIN * (high - low) or 1.0
    return _side(low - margin, high + margin, resolution)


def _side(low: float, high: float, resolution: int) -> Array:
    """The coordinates of the grid along one direction."""
    return np.linspace(low, high, checked("a landscape", {"resolution": resolution})["resolution"])
