"""The heights of a landscape are losses of the model, and its coordinates those of the weights."""

import numpy as np
import pytest

import nn
from autograd import Value, mean
from nn.plots import LossLandscape

X, Y = nn.data.xor(6, noise=0.1, seed=0)
FIRST, SECOND = "layers.0.neurons.0.w.0", "layers.1.neurons.0.w.0"


def loss(model):
    return mean([nn.mse(model(x), y) for x, y in zip(X, Y, strict=True)])


@pytest.fixture
def model():
    return nn.MLP(2, [3, 1], activation="tanh", output="sigmoid", seed=0)


def loss_at(landscape, model, x, y):
    """The engine's own, at a point of the plane."""
    state = dict(landscape.center)
    for name, (a, b) in landscape.directions.items():
        state[name] = landscape.center[name] + x * a + y * b
    moved = nn.MLP(2, [3, 1], activation="tanh", output="sigmoid")
    moved.load_state_dict(state)
    return loss(moved).data


def trained(model, epochs=5):
    path = [model.state_dict()]
    record = lambda training: path.append(training.model.state_dict())  # noqa: E731
    nn.fit(model, X, Y, loss="mse", learning_rate=2.0, epochs=epochs, callbacks=[record], progress=False)
    return path


@pytest.mark.parametrize("kind", ["weights", "random", "path"])
def test_the_heights_are_the_loss_at_every_point(kind, model):
    landscape = {
        "weights": lambda: LossLandscape.along_weights(loss, model, FIRST, SECOND, resolution=5),
        "random": lambda: LossLandscape.along_random_directions(loss, model, resolution=5),
        "path": lambda: LossLandscape.along_path(loss, model, trained(model), resolution=5),
    }[kind]()
    expected = [[loss_at(landscape, model, x, y) for x in landscape.xs] for y in landscape.ys]
    np.testing.assert_allclose(landscape.heights, expected, rtol=1e-12)
    assert loss_at(landscape, model, *landscape.here) == pytest.approx(loss(model).data, rel=1e-14)


def test_along_weights_the_coordinates_are_the_weights(model):
    state = model.state_dict()
    landscape = LossLandscape.along_weights(loss, model, FIRST, SECOND, span=2.0, resolution=3)
    assert landscape.here == (state[FIRST], state[SECOND])
    assert landscape.xs.tolist() == [state[FIRST] - 2.0, state[FIRST], state[FIRST] + 2.0]
    assert landscape.project([state]) == [pytest.approx(landscape.here)]
    assert model.state_dict() == state, "computing must leave the model as it was"


def test_random_directions_are_as_long_as_the_weights_of_each_neuron(model):
    landscape = LossLandscape.along_random_directions(loss, model, seed=3, resolution=2)
    for layer in range(2):
        for n, neuron in enumerate(model.layers[layer].neurons):
            names = [f"layers.{layer}.neurons.{n}.w.{i}" for i in range(len(neuron.w))]
            for axis in range(2):
                length = np.linalg.norm([landscape.directions[name][axis] for name in names])
                assert length == pytest.approx(np.linalg.norm([w.data for w in neuron.w]), rel=1e-12)
    assert not any(name.endswith(".b") for name in landscape.directions)
    again = LossLandscape.along_random_directions(loss, model, seed=3, resolution=2)
    other = LossLandscape.along_random_directions(loss, model, seed=4, resolution=2)
    assert landscape.directions == again.directions != other.directions


def test_the_plane_of_a_path_is_the_one_it_varies_most_along(model):
    path = trained(model, 8)
    landscape = LossLandscape.along_path(loss, model, path, resolution=3)
    a, b = np.array(list(landscape.directions.values())).T
    np.testing.assert_allclose([a @ a, b @ b, a @ b], [1.0, 1.0, 0.0], atol=1e-12)
    coordinates = np.array(landscape.project(path))
    np.testing.assert_allclose(coordinates[-1], 0.0, atol=1e-12)
    away = np.array([[step[name] - landscape.center[name] for name in landscape.directions] for step in path])
    kept = (coordinates**2).sum() / (away**2).sum()
    said = sum(float(name.rpartition("(")[2].rstrip("%)")) / 100 for name in landscape.names)
    assert kept == pytest.approx(said, abs=0.01) and kept > 0.9


def test_a_path_is_projected_to_its_nearest_points(model):
    landscape = LossLandscape.along_random_directions(loss, model, resolution=2)
    beside = dict(landscape.center)
    for name, (a, b) in landscape.directions.items():
        beside[name] += 0.25 * a - 0.5 * b
    beside["layers.0.neurons.0.b"] += 7.0  # at right angles to the plane, where biases do not move
    assert landscape.project([beside, landscape.center]) == [
        pytest.approx((0.25, -0.5)),
        pytest.approx((0.0, 0.0), abs=1e-12),
    ]


def test_the_pictures_show_the_weights_of_now_and_the_path(model, ax):
    path = trained(model)
    landscape = LossLandscape.along_weights(loss, model, FIRST, SECOND, resolution=21)
    assert landscape.plot_contour(ax, path) is landscape
    assert landscape.ax_ is ax and landscape.figure_ is ax.get_figure()
    lines = {drawn.get_label(): drawn for drawn in ax.get_lines()}
    assert lines["weights now"].get_xydata().tolist() == [list(landscape.here)]
    expected = [[state[FIRST], state[SECOND]] for state in path]
    np.testing.assert_allclose(lines["training"].get_xydata(), expected, rtol=1e-12)
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("layer 1/neuron 1/w1", "layer 2/neuron 1/w1")
    landscape.plot(path=path)
    assert landscape.ax_.name == "3d"
    (now,) = (drawn for drawn in landscape.ax_.get_lines() if drawn.get_label() == "weights now")
    assert np.ravel(now.get_data_3d())[2] == pytest.approx(loss(model).data, rel=1e-12)


def test_between_the_points_of_the_grid_heights_are_interpolated(model):
    landscape = LossLandscape.along_weights(loss, model, FIRST, SECOND, resolution=3)
    (a, b), (c, d) = landscape.heights[:2, :2]
    x, y = landscape.xs[:2].mean(), landscape.ys[:2].mean()
    assert landscape.height(x, y) == pytest.approx((a + b + c + d) / 4)
    assert landscape.height(landscape.xs[1], landscape.ys[2]) == landscape.heights[2, 1]


def test_dropout_is_off_in_a_landscape_and_on_again_afterwards():
    model = nn.Sequential(nn.Layer(2, 4, seed=0), nn.Dropout(0.5, seed=0), nn.Layer(4, 1, seed=0))
    name = "layers.0.neurons.0.w.0"
    once, twice = (
        LossLandscape.along_weights(loss, model, name, "layers.0.neurons.0.b", resolution=3) for _ in "ab"
    )
    assert once.heights.tolist() == twice.heights.tolist()
    assert all(part.training for part in model.modules())


@pytest.mark.parametrize(
    ("names", "message"),
    [(("w", SECOND), "no parameter 'w'; there are layers.0.neurons.0.w.0"), ((FIRST, FIRST), "twice")],
)
def test_the_weights_must_be_two_of_the_model(names, message, model):
    with pytest.raises(ValueError, match=message):
        LossLandscape.along_weights(loss, model, *names)


def test_two_states_are_no_path(model):
    with pytest.raises(ValueError, match="at least three states, got 2"):
        LossLandscape.along_path(loss, model, [model.state_dict()] * 2)


def test_where_nothing_moves_there_is_no_plane(model):
    with pytest.raises(
        ValueError, match=r"3 states of 13 weight\(s\) do not span a plane; it takes .* differ"
    ):
        LossLandscape.along_path(loss, model, [model.state_dict()] * 3)
    with pytest.raises(ValueError, match="no weight can move"):
        LossLandscape.along_random_directions(loss, nn.MLP(2, [1], init=lambda *_: 0.0))


@pytest.mark.parametrize("resolution", [1, -1, 2.5, "9"])
@pytest.mark.parametrize(
    "along",
    [
        lambda model, **given: LossLandscape.along_weights(loss, model, FIRST, SECOND, **given),
        lambda model, **given: LossLandscape.along_random_directions(loss, model, **given),
        lambda model, **given: LossLandscape.along_path(loss, model, trained(model), **given),
    ],
)
def test_a_resolution_that_is_none_is_named(along, resolution, model):
    # Broken: numpy's error speaks of samples, which the user did not give.
    words = f"resolution of a landscape is a whole number, two or more, got {resolution!r}"
    with pytest.raises(ValueError, match=words):
        along(model, resolution=resolution)


def test_a_landscape_says_how_large_and_how_high_it_is(model):
    landscape = LossLandscape.along_weights(loss, model, FIRST, SECOND, resolution=3)
    low, high = landscape.heights.min(), landscape.heights.max()
    assert repr(landscape) == f"<LossLandscape of 3 x 3 points: loss {low:.4g} to {high:.4g}>"


def test_a_loss_that_branches_is_computed_point_by_point(model):
    def branching(model):
        output = model(X[0])
        return output * output if output.data > 0.5 else Value(1.0) - output

    landscape = LossLandscape.along_weights(branching, model, FIRST, SECOND, span=20.0, resolution=9)
    for i, y in enumerate(landscape.ys):
        for j, x in enumerate(landscape.xs):
            moved = nn.MLP(2, [3, 1], activation="tanh", output="sigmoid")
            moved.load_state_dict({**model.state_dict(), FIRST: float(x), SECOND: float(y)})
            assert landscape.heights[i, j] == pytest.approx(branching(moved).data, rel=1e-12)
