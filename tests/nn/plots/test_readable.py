"""What people see at 736 pixels: sizes, letters, legends, round numbers, and marks that no hill hides."""

import random

import numpy as np
import pytest
from matplotlib import pyplot as plt
from matplotlib.text import Text

import nn
from autograd import sin
from nn.plots import contour, descend, panels, surface
from nn.plots.network import strength
from nn.plots.rounding import rounded, roundest, ticks
from nn.plots.style import WIDTH, counted
from nn.plots.view import best_view, height_at, hidden

SHALLOW = nn.MLP(2, [3, 1], activation="tanh", seed=3)
LARGE = nn.MLP(2, [8, 8, 1], activation="tanh", seed=0)
X, Y = nn.data.moons(12, noise=0.1, seed=1)
BOWL = lambda x, y: 0.5 * x**2 + 2 * y**2  # noqa: E731
PATHS = {"a long name of a path": descend(BOWL, (2.0, 1.2), 0.1, 5), "another": [(0.0, 1.0), (1.0, 1.0)]}
WEIGHTS = ("layers.0.neurons.0.w.0", "layers.1.neurons.0.w.0")


def plane():
    def loss(model):
        return nn.mse(model(X[0]), 1.0)

    return nn.plots.LossLandscape.along_weights(loss, SHALLOW, *WEIGHTS, resolution=5)


def history():
    record = nn.History()
    for loss in (3.0, 2.0, 1.0):
        record.add({"loss": loss, "val_loss": loss + 1.0})
    return record


PICTURES = {
    "activations": nn.plots.activations,
    "four activations": lambda: nn.plots.activations(["relu", "tanh", "elu", "gelu"]),
    "flow": lambda: nn.plots.backpropagation_flow(SHALLOW, X[0], 1.0),
    "large flow": lambda: nn.plots.backpropagation_flow(LARGE, X[0], 1.0),
    "contour": lambda: contour(BOWL, paths=PATHS, resolution=21),
    "credit": lambda: nn.plots.credit_assignment(SHALLOW, X[0], 1.0),
    "shares": lambda: nn.plots.credit_shares(SHALLOW, X[0], 1.0),
    "sizes": lambda: nn.plots.gradient_sizes({"one": SHALLOW, "two": LARGE}, X, Y, reference=0.25),
    "rates": lambda: nn.plots.learning_rates({0.1: [3.0, 1.0], 0.01: [3.0, 2.9], "high": [3.0, 9.0]}),
    "optimizers": lambda: nn.plots.optimizer_paths(BOWL, (2.0, 1.0), {"SGD": 0.1}, 5, resolution=21),
    "surface": lambda: surface(BOWL, paths=PATHS, resolution=21),
    "history": lambda: nn.plots.training_history(history()),
    "landscape": lambda: plane().plot(),
    "landscape from above": lambda: plane().plot_contour(),
}


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_at_most_seven_inches_wide_and_its_text_nine_points_high(name):
    """Seven inches are 700 pixels: in a column of 736 nothing is shrunk, and nine points are 12.5 pixels."""
    PICTURES[name]()
    (number,) = plt.get_fignums()
    figure = plt.figure(number)
    figure.canvas.draw()
    assert figure.get_size_inches()[0] <= WIDTH == 7.0
    sizes = {text.get_text(): text.get_fontsize() for text in figure.findobj(Text) if text.get_text()}
    assert min(sizes.values()) >= 9.0, sizes


@pytest.mark.parametrize("name", ["contour", "rates", "sizes", "history", "landscape from above", "surface"])
def test_the_legend_stands_below_the_axes_and_inside_the_figure(name):
    # Broken: it covers the paths, or a saved figure cuts it off.
    PICTURES[name]()
    figure = plt.gcf()
    figure.canvas.draw()
    ax = figure.axes[0]
    legend = ax.get_legend().get_window_extent()
    assert legend.y1 <= ax.get_window_extent().y0
    if ax.name != "3d":
        assert legend.y1 <= ax.xaxis.label.get_window_extent().y0
    assert legend.y0 >= 0.0 and legend.x0 >= 0.0 and legend.x1 <= figure.bbox.x1


def test_the_letters_of_a_legend_grow_with_those_of_the_style(ax):
    # Broken: on a slide with type of 20 points the legend keeps that of a page.
    with plt.rc_context({"font.size": 20}):
        contour(BOWL, paths=PATHS, ax=ax, resolution=21)
    assert {text.get_fontsize() for text in ax.get_legend().get_texts()} == {18.0}


def test_panels_wrap_into_rows():
    three = panels(3)
    rows = [ax.get_subplotspec().rowspan.start for ax in three]
    assert rows == [0, 0, 1] and three[0].get_figure().get_size_inches().tolist() == [7.0, 6.8]
    plane, space = panels(["rectilinear", "3d"], across=1, height=3.0)
    assert space.name == "3d" and plane.get_figure().get_size_inches().tolist() == [7.0, 6.0]
    with pytest.raises(ValueError, match="one Axes or more in a row, got 0 in rows of 2"):
        panels(0)


def test_a_wide_legend_becomes_narrower_in_a_narrow_picture():
    wide, narrow = plt.figure(figsize=(7, 4)).add_subplot(), panels(2)[0]
    for ax in (wide, narrow):
        contour(BOWL, paths=PATHS, ax=ax, resolution=21)
    columns = [ax.get_legend()._ncols for ax in (wide, narrow)]
    assert columns == [3, 1]


@pytest.mark.parametrize("seed", range(20))
def test_edges_of_bands_become_round_numbers_in_order_that_hold_all_heights(seed):
    rng = random.Random(seed)
    edges = sorted(rng.uniform(-1, 1) * 10 ** rng.uniform(-4, 4) for _ in range(12))
    found = rounded(edges)
    assert found == sorted(set(found)) and found[0] <= edges[0] and found[-1] >= edges[-1]
    assert set(ticks(found)) <= set(found) and len(ticks(found)) <= 7


@pytest.mark.parametrize(
    ("low", "high", "number"),
    [
        (-3.74, -3.66, -3.7),
        (-0.1, 5.0, 0.0),
        (1e-9, 1.01e-9, 1e-9),
        (0.0213, 0.02152, 0.0215),
        (0.271, 0.274, 0.272),
        (0.999, 1.009, 1.0),
        (17.0, 17.2, 17.0),
        (130.0, 480.0, 400.0),
        (12345.0, 12468.0, 12400.0),
    ],
)
def test_the_roundest_number_is_the_multiple_of_the_largest_step(low, high, number):
    assert roundest(low, high) == number


def test_the_colour_bar_has_few_round_numbers(ax):
    contour(lambda x, y: 0.2731 + x**2 + 3.0 * y**2, ax=ax, resolution=31)
    ax.figure.canvas.draw()
    (bar,) = ax.child_axes
    numbers = [float(tick.get_text()) for tick in bar.get_yticklabels()]
    assert 4 <= len(numbers) <= 7 and numbers[0] <= 0.2731 and numbers[-1] >= 16.2731
    assert all(len(f"{number:g}".replace(".", "").strip("0")) <= 2 for number in numbers)


def test_between_the_points_of_a_grid_heights_are_linear():
    xs, ys = np.linspace(-1.0, 3.0, 5), np.linspace(0.0, 2.0, 9)
    heights = 2.0 * xs[None, :] - 3.0 * ys[:, None]
    x, y = np.array([-1.0, 0.3, 3.0, 3.1]), np.array([2.0, 1.7, 0.0, 1.0])
    found = height_at(xs, ys, heights, x, y)
    np.testing.assert_allclose(found[:3], 2.0 * x[:3] - 3.0 * y[:3], rtol=1e-14, atol=1e-14)
    assert np.isnan(found[3])


def test_a_wall_hides_what_stands_behind_it():
    xs = ys = np.linspace(-1.0, 1.0, 41)
    wall = np.where(np.abs(xs - 0.5) < 0.1, 1.0, 0.0) * np.ones((41, 1))  # at x = 0.5, along y
    point = np.array([[0.0, 0.0, 0.0]])
    assert hidden(xs, ys, wall, point, 30, 0)  # the eye at the right, behind the wall
    assert not hidden(xs, ys, wall, point, 30, 180)
    assert not hidden(xs, ys, wall, point, 85, 0)  # from above, over the wall


@pytest.mark.parametrize("seed", range(6))
def test_marks_on_a_hilly_surface_are_seen(seed):
    """In the view that is chosen the mark is not hidden; in matplotlib's own some of these are."""
    rng = random.Random(seed)
    place = rng.uniform(-2.5, 2.5), rng.uniform(-2.5, 2.5)
    hills = lambda x, y: sin(2 * x) * sin(2 * y) + 0.1 * (x * x + y * y)  # noqa: E731
    ax = surface(hills, (-3.0, 3.0), (-3.0, 3.0), {"mark": [place]}, resolution=41, minimum=False)
    xs = ys = np.linspace(-3.0, 3.0, 41)
    heights = np.sin(2 * xs) * np.sin(2 * ys[:, None]) + 0.1 * (xs**2 + ys[:, None] ** 2)
    mark = np.array([[*place, height_at(xs, ys, heights, *place)]])
    assert not hidden(xs, ys, heights, mark, ax.elev, ax.azim)
    assert best_view(xs, ys, heights, []) == (30, -60)


def test_the_path_runs_along_the_ground_between_its_steps():
    # Broken: a straight line from side to side of the hill runs through it.
    hill = lambda x, y: -(x**2) - y**2  # noqa: E731
    ax = surface(hill, paths={"over": [(-1.5, 0.0), (1.5, 0.0)]}, minimum=False)
    path = next(line for line in ax.get_lines() if line.get_label() == "over")
    x, _, z = path.get_data_3d()
    assert len(x) > 20 and max(z) == pytest.approx(0.0, abs=0.01)
    np.testing.assert_allclose(z, -(x**2), atol=0.001 * 8)


def test_what_leaves_the_surface_is_not_drawn():
    ax = surface(BOWL, paths={"away": [(0.0, 0.0), (5.0, 0.0), (1.0, 0.0)]}, minimum=False)
    path = next(line for line in ax.get_lines() if line.get_label() == "away")
    x = path.get_data_3d()[0]
    assert np.nanmax(x) <= 2.0 and np.isnan(x).any() and x[path.get_markevery()].tolist() == [0.0, 1.0]


def test_a_surface_is_pixels_and_its_letters_are_not(tmp_path):
    """81 x 81 facets as paths take more than a megabyte."""
    surface(BOWL)
    plt.savefig(tmp_path / "surface.svg")
    written = (tmp_path / "surface.svg").read_text()
    assert written.count("<image") == 1 and len(written) < 200_000


def test_each_power_of_ten_halves_the_strength():
    powers = [strength(-3.0 * 10.0**-n, 3.0) for n in range(5)]
    np.testing.assert_allclose(powers, [1.0, 0.5, 0.25, 0.125, 0.0625], rtol=1e-12)
    assert strength(float("inf"), 3.0) == strength(float("nan"), 3.0) == 1.0


def test_the_legend_of_a_network_shows_signs_and_widths():
    ax = nn.plots.credit_assignment(SHALLOW, X[0], 1.0)
    legend = ax.get_legend()
    words = [text.get_text() for text in legend.get_texts()]
    assert words[:2] == ["above 0", "below 0"] and words[2].startswith("largest: ")
    assert words[3:] == ["a tenth", "a hundredth"]
    assert [line.get_linewidth() for line in legend.get_lines()[2:]] == pytest.approx([6.0, 3.0, 1.5])


@pytest.mark.parametrize(
    ("name", "words"), [("b", "b"), ("bias.0", "bias 1"), ("A.0.1", "A1,2"), ("layers.11", "layer 12")]
)
def test_names_count_from_one(name, words):
    assert counted(name) == words
