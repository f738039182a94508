"""Functions of two numbers: the heights drawn are the function's, the paths those of the update rules."""

import math

import numpy as np
import pytest
from matplotlib import pyplot as plt
from matplotlib.colors import to_rgb
from mpl_toolkits.mplot3d import Axes3D

import autograd
import nn
from autograd import Value
from nn.plots import Path, contour, descend, optimizer_paths, surface
from nn.plots.plane import grid, lowest
from nn.plots.terrain import band_edges


def ravine(x, y):
    return 0.5 * x**2 + 8 * y**2


def rosenbrock(x, y):
    return (1 - x) ** 2 + 100 * (y - x**2) ** 2


def line(ax, label):
    return next(found for found in ax.get_lines() if found.get_label() == label)


def test_plain_descent_is_the_rule_written_out():
    path = descend(ravine, (-4.0, 1.0), 0.1, steps=5)
    x, y, expected = -4.0, 1.0, [(-4.0, 1.0)]
    for _ in range(5):
        x, y = x - 0.1 * x, y - 0.1 * (16.0 * y)
        expected.append((x, y))
    np.testing.assert_allclose(path.points, expected, rtol=1e-14)
    np.testing.assert_allclose(path.losses, [ravine(*point) for point in expected], rtol=1e-14)
    np.testing.assert_allclose(path.gradients, [(x, 16.0 * y) for x, y in expected], rtol=1e-14)
    assert path.steps == 5 and path.end == path.points[-1]


def test_descent_takes_the_steps_of_the_optimizer_it_is_given():
    x, y = Value(1.0), Value(1.0)
    optimizer = nn.Adam([x, y], lr=0.1)
    for _ in range(3):
        optimizer.zero_grad()
        ravine(x, y).backward()
        optimizer.step()
    by_function = descend(ravine, (1.0, 1.0), lambda p: nn.Adam(p, lr=0.1), steps=3)
    by_name = descend(ravine, (1.0, 1.0), "adam", steps=3, learning_rate=0.1)
    assert by_function.points == by_name.points and by_function.end == (x.data, y.data)


def test_descent_ends_where_the_function_is_not_finite():
    path = descend(lambda x: x**4, (10.0,), 1.0, steps=100)
    assert path.steps < 10 and not math.isfinite(path.losses[-1])
    assert all(map(math.isfinite, path.losses[:-1]))


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"optimizer": "adma"}, ValueError, "adma"),
        ({"optimizer": 0.1, "learning_rate": 0.2}, ValueError, "this one has its own"),
        ({"optimizer": lambda p: None}, TypeError, "it made None"),
        (
            {"optimizer": -0.1},
            ValueError,
            "learning_rate of descend is a finite number, zero or more, got -0.1",
        ),
    ],
)
def test_descent_refuses(arguments, error, message):
    with pytest.raises(error, match=message):
        descend(ravine, (1.0, 1.0), **arguments)


def test_descent_needs_a_function_that_returns_a_value():
    with pytest.raises(TypeError, match=r"returns a Value computed from its arguments, got 3\.0"):
        descend(lambda x: 3.0, (1.0,))


def test_a_path_can_be_recorded_by_hand_and_says_where_it_went():
    w, path = Value(3.0), Path()
    assert repr(path) == "<Path without points>"
    path.add([w], 9.0)
    w.data = 1.0
    path.add([w], 1.0)
    assert repr(path) == "<Path of 1 steps to (1): 9 -> 1>" and path.points == [(3.0,), (1.0,)]


def test_the_heights_of_the_grid_are_the_function():
    def f(x, y):
        return autograd.sin(x) * y + autograd.gelu(x - y)

    xs, ys, heights = grid(f, (-2.0, 1.0), (0.0, 5.0), 7)
    expected = [[f(Value(x), Value(y)).data for x in xs.tolist()] for y in ys.tolist()]
    np.testing.assert_allclose(heights, expected, rtol=1e-13, atol=1e-15)


def test_the_bands_follow_the_function(ax):
    """Every line of the contour lies at its own height, to the error of linear interpolation."""
    contour(ravine, (-4.0, 4.0), (-2.0, 2.0), ax=ax, levels=[0.0, 1.0, 4.0, 16.0, 40.0])
    lines = ax.collections[1]
    for level, path in zip(lines.levels, lines.get_paths(), strict=True):
        if level > 0.0 and len(path.vertices):
            np.testing.assert_allclose(ravine(*path.vertices.T), level, atol=0.05)


def test_the_path_on_the_contour_is_the_path_of_the_descent(ax):
    path = descend(ravine, (-4.0, 1.0), 0.1, steps=12)
    contour(ravine, (-5.0, 5.0), (-2.0, 2.0), {"plain": path}, ax=ax)
    assert np.column_stack(line(ax, "plain").get_data()).tolist() == [list(p) for p in path.points]
    assert line(ax, "start").get_xydata().tolist() == [[-4.0, 1.0]]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["plain", "start", "minimum"]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("x", "y")


def test_paths_differ_in_more_than_colour(ax):
    paths = {str(rate): descend(ravine, (-4.0, 1.0), rate, steps=5) for rate in (0.01, 0.02, 0.03)}
    contour(ravine, (-5.0, 5.0), (-2.0, 2.0), paths, ax=ax)
    lines = [line(ax, name) for name in paths]
    for look in ("get_color", "get_linestyle", "get_marker"):
        assert len({str(getattr(drawn, look)()) for drawn in lines}) == 3


def test_the_minimum_is_found_between_the_points_of_the_grid(ax):
    contour(rosenbrock, (-2.0, 2.05), (-1.0, 3.1), ax=ax, resolution=40)
    np.testing.assert_allclose(line(ax, "minimum").get_xydata(), [[1.0, 1.0]], atol=1e-6)


def test_no_minimum_is_claimed_at_the_border_and_kinks_keep_that_of_the_grid(ax):
    contour(lambda x, y: x * x - y * y, ax=ax)
    assert ax.get_legend() is None
    f = lambda x, y: abs(x) + abs(y)  # noqa: E731
    assert lowest(f, *grid(f, (-1.0, 1.0), (-1.0, 1.0), 5)) == (0.0, 0.0)


def test_a_minimum_can_be_given_or_left_out(ax):
    contour(ravine, ax=ax, minimum=(0.5, 0.25))
    assert line(ax, "minimum").get_xydata().tolist() == [[0.5, 0.25]]
    contour(ravine, ax=plt.figure().add_subplot(), minimum=False)
    assert plt.gca().get_legend() is None


def test_half_of_the_plane_lies_below_the_middle_band():
    heights = grid(rosenbrock, (-2.0, 2.0), (-1.0, 3.0), 60)[2]
    edges = band_edges(heights, 10)
    assert edges[0] == heights.min() and edges[-1] == heights.max()
    np.testing.assert_allclose(edges[5], np.median(heights), rtol=1e-9)
    assert band_edges(np.full((2, 2), 3.0), 2).tolist() == [2.5, 3.0, 3.5]


def test_holes_are_left_out_and_nothing_at_all_is_an_error(ax):
    contour(lambda x, y: autograd.log(x) + y * y, (-1.0, 1.0), (-1.0, 1.0), ax=ax)
    with pytest.raises(ValueError, match="not finite at any point"):
        contour(lambda x, y: autograd.log(x - 10) + y, ax=ax)


@pytest.mark.parametrize("xlim", [(1.0, 1.0), (2.0, -2.0), (0.0, math.inf)])
def test_limits_must_be_in_order(xlim):
    with pytest.raises(ValueError, match="xlim is a pair"):
        contour(ravine, xlim)


def test_a_path_must_be_of_two_numbers():
    with pytest.raises(ValueError, match="points of two numbers each"):
        contour(ravine, paths={"three": [(1.0, 2.0, 3.0)]})


def test_a_mistake_leaves_no_figure():
    with pytest.raises(TypeError, match="returns one number, got 2"):
        contour(lambda x, y: [x, y])
    with pytest.raises(ValueError, match="resolution of a picture is a whole number, two or more, got 1"):
        surface(ravine, resolution=1)
    with pytest.raises(ValueError, match="at least one optimizer"):
        optimizer_paths(ravine, (1.0, 1.0), {})
    with pytest.raises(ValueError, match="two numbers"):
        optimizer_paths(ravine, (1.0, 1.0, 1.0), {"SGD": 0.1})
    assert not plt.get_fignums()


def test_the_surface_has_the_heights_of_the_function_and_the_losses_of_the_path(monkeypatch):
    drawn_surfaces = []
    draw = Axes3D.plot_surface
    monkeypatch.setattr(
        Axes3D,
        "plot_surface",
        lambda ax, *given, **look: drawn_surfaces.append(given) or draw(ax, *given, **look),
    )
    path = descend(ravine, (-1.5, 1.0), 0.05, steps=6)
    ax = surface(ravine, paths={"descent": path, "points": [(1.0, 1.0)]}, resolution=5)
    ((across, up, heights),) = drawn_surfaces
    np.testing.assert_allclose(heights, ravine(across, up), rtol=1e-12)
    steps = line(ax, "descent").get_markevery()
    drawn = np.column_stack(line(ax, "descent").get_data_3d())
    np.testing.assert_allclose(drawn[steps], np.column_stack([path.points, path.losses]), rtol=1e-12)
    np.testing.assert_allclose(np.ravel(line(ax, "points").get_data_3d()), [1.0, 1.0, 8.5])


def test_a_surface_needs_axes_in_space(ax):
    with pytest.raises(ValueError, match=r"projection '3d', got 'rectilinear'"):
        surface(ravine, ax=ax)


def test_optimizers_side_by_side_are_descents():
    optimizers = {"SGD": 0.05, "Adam": "adam", "wild": 10.0}
    left, right = optimizer_paths(ravine, (-4.0, 1.0), optimizers, steps=8)
    for name in ("SGD", "Adam"):
        path = descend(ravine, (-4.0, 1.0), optimizers[name], steps=8)
        assert line(left, name).get_xydata().tolist() == [list(p) for p in path.points]
        losses = next(found for found in right.get_lines() if str(found.get_label()).startswith(name))
        assert list(losses.get_ydata()) == path.losses
    assert max(np.abs(left.get_xlim())) < 10.0, "a path that diverges does not set the limits"


def test_it_can_be_read_in_light_and_dark(style):
    ax = contour(ravine, paths=descend(ravine, (-1.5, 1.5), 0.05, 5))
    dark = style == "dark_background"
    star = sum(to_rgb(line(ax, "minimum").get_color()))
    assert star > 2.5 if dark else star < 0.5
    bands = ax.collections[0].get_facecolor()[:, :3].sum(axis=1)
    assert bands.max() < 1.6 if dark else bands.min() > 1.2
