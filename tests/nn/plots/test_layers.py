"""Gradients by layer, and activations with their derivatives: the engine's numbers."""

import numpy as np
import pytest

import autograd
import nn
from nn.plots import activations, gradient_sizes, layer_gradients, mean_gradients
from nn.plots.layer_gradients import backpropagate, layer_of
from nn.samples import weighed

X, Y = nn.data.xor(4, noise=0.1, seed=0)


def deep(activation, depth=6, seed=0):
    return nn.MLP(2, [4] * depth + [1], activation=activation, init="xavier", seed=seed)


def test_the_lines_are_the_mean_sizes_of_the_gradients(ax):
    model = deep("sigmoid")
    gradient_sizes({"sigmoid": model}, X, Y, ax=ax)
    autograd.mean([nn.mse(model(x), y) for x, y in zip(X, Y, strict=True)]).backward()  # once more, on top
    expected = [np.mean([abs(p.grad) for p in layer.parameters()]) / 2 for layer in model.layers]
    (line,) = ax.get_lines()
    np.testing.assert_allclose(line.get_ydata(), expected, rtol=1e-12)
    assert list(line.get_xdata()) == [1, 2, 3, 4, 5, 6, 7] and ax.get_yscale() == "log"


def test_sigmoids_vanish_faster_than_the_reference_and_remedies_do_not(ax):
    skips = [nn.Residual(nn.Layer(4, 4, activation="sigmoid", seed=i)) for i in range(5)]
    residual = nn.Sequential(nn.Layer(2, 4, seed=0), *skips, nn.Layer(4, 1, nonlin=False, seed=9))
    gradient_sizes({"sigmoid": deep("sigmoid"), "residual": residual}, X, Y, ax=ax, reference=0.25)
    sigmoid, skip, reference = (line.get_ydata() for line in ax.get_lines())
    assert sigmoid[0] < reference[0] < 1e-3 * sigmoid[-1] and skip[0] > 0.05 * skip[-1]
    np.testing.assert_allclose(reference, sigmoid[-1] * 0.25 ** np.arange(6.0, -1.0, -1.0), rtol=1e-12)
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert labels[:2] == ["sigmoid", "residual"] and labels[2].startswith("0.25$^k$")


def test_gradients_that_are_exactly_zero_are_crosses_at_the_edge(ax):
    model = nn.MLP(1, [1, 1], activation="relu", init=lambda rng, nin, nout: 1.0)
    gradient_sizes(model, [[-1.0]], [1.0], ax=ax)
    line, crosses = ax.get_lines()
    assert np.isnan(line.get_ydata()[0]) and line.get_ydata()[1] > 0.0
    assert crosses.get_marker() == "x" and crosses.get_xydata().tolist() == [[1.0, ax.get_ylim()[0]]]
    assert [tick.get_text() for tick in ax.get_xticklabels()] == ["layer 1", "layer 2"]


def test_batch_statistics_are_used_and_left_as_they_were(ax):
    model = nn.Sequential(
        nn.Layer(2, 4, activation="sigmoid", seed=0), nn.BatchNorm(4), nn.Layer(4, 1, seed=0)
    )
    before = model.state_dict()
    gradient_sizes(model, X, Y, ax=ax)
    assert model.state_dict() == before and model.training
    assert list(mean_gradients(model)) == ["layers.0", "layers.1", "layers.2"]
    assert list(mean_gradients(model, weights_only=True)) == ["layers.0", "layers.2"]


CLASSES = nn.MLP(2, [4, 3], activation="tanh", seed=2)


@pytest.mark.parametrize(
    ("model", "loss", "targets"),
    [
        (deep("tanh", 2), "mse", Y),
        (deep("relu", 2), lambda output, target: (output - target) ** 4, Y),
        (CLASSES, "cross_entropy", [i % 3 for i in range(len(Y))]),
        (nn.Sequential(nn.Layer(2, 4, seed=0), nn.LayerNorm(4), nn.Layer(4, 1, seed=0)), "mse", Y),
    ],
    ids=["tanh", "a loss of the user", "classes", "layer norm"],
)
def test_a_program_has_the_gradients_of_the_graph(model, loss, targets, monkeypatch):
    pytest.importorskip("llvmlite")
    samples = weighed(X, targets)
    backpropagate(model, samples, loss)
    expected = [p.grad for p in model.parameters()]
    monkeypatch.setattr(layer_gradients, "WORTH", 0)
    monkeypatch.setattr(layer_gradients, "_on_a_graph", None)
    for _ in range(2):  # the gradients of before do not count
        backpropagate(model, samples, loss)
        np.testing.assert_allclose([p.grad for p in model.parameters()], expected, rtol=1e-12, atol=1e-15)


def test_what_looks_at_a_whole_batch_is_computed_on_a_graph(monkeypatch):
    model = nn.Sequential(nn.Layer(2, 4, seed=0), nn.BatchNorm(4), nn.Layer(4, 1, seed=0))
    samples, state = weighed(X, Y), model.state_dict()
    backpropagate(model, samples, "mse")
    expected = [p.grad for p in model.parameters()]
    monkeypatch.setattr(layer_gradients, "WORTH", 0)
    backpropagate(model, samples, "mse")
    assert [p.grad for p in model.parameters()] == expected and model.state_dict() == state


@pytest.mark.parametrize(
    ("name", "layer"),
    [
        ("layers.0.neurons.2.w.1", "layers.0"),
        ("layers.12.neurons.2.b", "layers.12"),
        ("layers.2.module.layers.0.neurons.0.b", "layers.2"),
        ("w.0", "w"),
        ("query.3.0", "query"),
        ("bias", "bias"),
    ],
)
def test_a_layer_is_read_from_the_name_of_its_parameters(name, layer):
    assert layer_of(name) == layer


def test_there_must_be_models_with_parameters(ax):
    with pytest.raises(ValueError, match="at least one model"):
        gradient_sizes({}, X, Y, ax=ax)
    with pytest.raises(ValueError, match="there are no samples"):
        gradient_sizes(deep("tanh"), [], [], ax=ax)
    with pytest.raises(ValueError, match="1 samples and 2 targets"):
        gradient_sizes(deep("tanh"), [[0.0, 1.0]], [0.0, 1.0], ax=ax)
    with pytest.raises(ValueError, match="at least one activation"):
        activations([])
    with pytest.raises(ValueError, match="no weights of neurons in"):
        gradient_sizes(nn.LayerNorm(2), X, X, ax=ax, weights_only=True)


@pytest.mark.parametrize("name", nn.ACTIVATIONS)
def test_the_curves_are_the_activation_and_its_derivative(name):
    (ax,) = activations([name], xlim=(-3.0, 3.0))
    curve, slope = (line for line in ax.get_lines() if line.get_label() in ("$f(x)$", "$f'(x)$"))
    f = nn.ACTIVATIONS[name]
    for x, y in curve.get_xydata()[::40].tolist():
        assert y == f(x)
    for x, y in slope.get_xydata()[::40].tolist():
        assert np.isnan(y) or y == autograd.grad(f)(x)


@pytest.mark.parametrize(
    ("name", "words"), [("sigmoid", "largest 0.25"), ("tanh", "largest 1"), ("gelu", "largest 1.13")]
)
def test_the_largest_derivative_is_marked(name, words):
    (ax,) = activations([name])
    assert [text.get_text() for text in ax.texts] == [words]
    (mark,) = (line for line in ax.get_lines() if line.get_marker() == "D")
    assert mark.get_ydata()[0] == pytest.approx(
        {"sigmoid": 0.25, "tanh": 1.0, "gelu": 1.1289}[name], abs=1e-4
    )


def test_a_jump_is_not_drawn_as_a_line():
    (ax,) = activations(["relu"])
    slope = next(line for line in ax.get_lines() if line.get_label() == "$f'(x)$").get_ydata()
    assert np.isnan(slope).sum() == 1 and set(slope[~np.isnan(slope)]) == {0.0, 1.0}


def test_functions_of_ones_own_and_axes_can_be_given(ax):
    assert activations({"square": lambda x: x * x}, xlim=(-1.0, 1.0), axes=[ax]) == [ax]
    assert ax.get_title() == "square" and ax.texts[0].get_text() == "largest 2"
    with pytest.raises(ValueError, match="one Axes for each of 2 activations, got 1"):
        activations(["relu", "tanh"], axes=[ax])
    with pytest.raises(ValueError, match="rlu"):
        activations(["rlu"])


def test_eight_activations_are_eight_panels():
    panels = activations()
    assert [ax.get_title() for ax in panels][:3] == ["sigmoid", "tanh", "relu"] and len(panels) == 8
