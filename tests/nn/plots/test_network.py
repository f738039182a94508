"""Backpropagation and credit, neuron by neuron: the drawn numbers and widths are those of the engine."""

import math

import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.patches import FancyArrowPatch

import nn
from nn.plots import backpropagation_flow, credit_assignment, credit_shares
from nn.plots.backpropagation import backpropagated
from nn.plots.style import NEGATIVE, POSITIVE


@pytest.fixture
def lecture():
    """The worked example of the lecture: a 2-1-1 network of sigmoids, all weights 0.5."""
    return nn.MLP(2, [1, 1], activation="sigmoid", output="sigmoid", init=lambda rng, nin, nout: 0.5)


@pytest.fixture
def model():
    return nn.MLP(2, [3, 2], activation="tanh", output="sigmoid", seed=3)


def texts(ax):
    return [text.get_text() for text in ax.texts]


def gradient_lines(ax):
    """Width and dashes of the coloured lines, in the order in which they were drawn."""
    lines = [patch for patch in ax.patches if isinstance(patch, FancyArrowPatch) and patch.get_linewidth()]
    colored = [line for line in lines if to_hex(line.get_edgecolor()).upper() in (POSITIVE, NEGATIVE)]
    return [
        (line.get_linewidth(), to_hex(line.get_edgecolor()).upper(), line.get_linestyle()) for line in colored
    ]


def check_widths(ax, gradients):
    drawn = gradient_lines(ax)
    assert len(drawn) == len(gradients)
    widths = [width for width, _, _ in drawn]
    order = np.argsort(np.abs(gradients))
    assert (np.diff(np.array(widths)[order]) > 0.0).all(), "a larger gradient has a wider line"
    assert [color == POSITIVE for _, color, _ in drawn] == [gradient > 0.0 for gradient in gradients]
    assert all((dashes == "-") == (color == POSITIVE) for _, color, dashes in drawn)


def test_the_passes_are_those_of_the_engine(model):
    passes = backpropagated(model, [1.0, -0.5], [1.0, 0.0], "mse")
    assert all(p.grad == 0.0 for p in model.parameters()), "nothing in the model may change"
    x = nn.layers.as_inputs([1.0, -0.5], 2, model)
    hidden = model.layers[0](x)
    out = model.layers[1](hidden)
    loss = nn.mse(out, [1.0, 0.0])
    loss.backward()
    assert passes.loss == loss.data and passes.output_gradients == [a.grad for a in out]
    assert passes.activations == [[v.data for v in layer] for layer in (x, hidden, out)]
    assert passes.deltas == [[n.b.grad for n in layer.neurons] for layer in model.layers]
    assert passes.gradients == [[[w.grad for w in n.w] for n in layer.neurons] for layer in model.layers]
    np.testing.assert_allclose(np.sum(passes.flows[1], axis=0), [v.grad for v in hidden], rtol=1e-14)
    np.testing.assert_allclose(np.sum(passes.flows[0], axis=0), [v.grad for v in x], rtol=1e-14)
    assert sum(share for matrix in passes.shares for row in matrix for share in row) == pytest.approx(1.0)


def test_the_flow_shows_the_numbers_of_the_lecture(lecture):
    ax = backpropagation_flow(lecture, [1, 2], 1)
    shown = texts(ax)
    for text in ("0.818", "0.601", r"$\delta$ = -0.191", r"$\delta$ = -0.0143", "-0.798", "-0.0957"):
        assert shown.count(text) == 1, text
    assert shown.count("0.5") == 3 and "loss\n0.1594\ntarget 1" in shown
    assert [text for text in shown if text in ("input", "layer 1", "output")] == [
        "input",
        "layer 1",
        "output",
    ]


def test_the_lines_of_the_flow_are_as_wide_as_their_gradients(model):
    passes = backpropagated(model, [1.0, -0.5], [1.0, 0.0], "mse")
    ax = backpropagation_flow(model, [1.0, -0.5], [1.0, 0.0])
    flows = [flow for matrix in passes.flows for row in matrix for flow in row]
    check_widths(ax, [*flows, *passes.output_gradients])


def test_credit_is_the_gradient_of_each_weight(model):
    passes = backpropagated(model, [1.0, -0.5], [1.0, 0.0], "mse")
    ax = credit_assignment(model, [1.0, -0.5], [1.0, 0.0])
    gradients = [gradient for matrix in passes.gradients for row in matrix for gradient in row]
    check_widths(ax, gradients)
    assert {f"{gradient:.3g}" for gradient in gradients} <= set(texts(ax))


def test_the_bars_are_the_shares_and_the_legend_those_of_the_layers(lecture, ax):
    credit_shares(lecture, [1, 2], 1, ax=ax)
    heights = [bar.get_height() for bar in ax.patches]
    a1 = 1 / (1 + math.exp(-1.5))
    a2 = 1 / (1 + math.exp(-0.5 * a1))
    delta2 = -2 * (1 - a2) * a2 * (1 - a2)
    first, second = 0.5 * delta2 * a1 * (1 - a1), delta2 * a1  # by the lecture's formulas, x1 = 1 and x2 = 2
    total = abs(first) * 3 + abs(second)
    np.testing.assert_allclose(heights, np.abs([first, 2 * first, second]) / total, rtol=1e-12)
    assert [text.get_text() for text in ax.get_legend().get_texts()] == [
        f"layer 1: {3 * abs(first) / total:.1%} of the blame, 2 weights",
        f"layer 2: {abs(second) / total:.1%} of the blame, 1 weight",
    ]


def test_large_networks_are_drawn_without_numbers():
    model = nn.MLP(2, [8, 7, 1], activation="tanh", seed=0)
    ax = backpropagation_flow(model, [1.0, 2.0], 1.0)
    assert [text for text in texts(ax) if text[-1].isdigit()] == ["layer 1", "layer 2", texts(ax)[-1]]
    assert len(gradient_lines(ax)) == 2 * 8 + 8 * 7 + 7 + 1
    shares = credit_shares(model, [1.0, 2.0], 1.0, ax=ax.figure.add_subplot())
    assert not shares.get_xticks().size


def test_nothing_flows_through_a_dead_relu():
    model = nn.MLP(1, [1, 1], activation="relu", init=lambda rng, nin, nout: 1.0)
    ax = backpropagation_flow(model, [-1.0], 1.0)
    assert "0" in texts(ax) and len(gradient_lines(ax)) == 2  # only from the loss to the ReLU


def test_sequences_of_layers_and_single_layers_are_networks_too(model):
    parts = nn.Sequential(*model.layers)
    assert backpropagated(parts, [1.0, 2.0], [0.0, 1.0], "mse") == backpropagated(
        model, [1.0, 2.0], [0.0, 1.0], "mse"
    )
    assert backpropagated(nn.Layer(2, 1), [1.0, 2.0], 1.0, "mse").sizes == [2, 1]


@pytest.mark.parametrize("draw", [backpropagation_flow, credit_assignment, credit_shares])
def test_other_modules_cannot_be_drawn(draw):
    with pytest.raises(TypeError, match="only networks of fully connected layers"):
        draw(nn.Sequential(nn.Layer(2, 2), nn.LayerNorm(2)), [1.0, 2.0], [0.0, 1.0])


def test_it_can_be_read_in_light_and_dark(style, lecture):
    ax = backpropagation_flow(lecture, [1, 2], 1)
    dark = style == "dark_background"
    for text in ax.texts:
        if text.get_text() in ("0.818", "input", "-0.0957"):
            assert text.get_color() == ((1.0, 1.0, 1.0) if dark else (0.0, 0.0, 0.0))
    circles = np.array([circle.get_facecolor()[0, :3].sum() for circle in ax.collections])
    assert (circles < 1.6).all() if dark else (circles > 1.8).all()


@pytest.mark.parametrize(("target", "words"), [(None, "None"), ("up", "up"), ([1, 0.25], "1, 0.25")])
def test_a_target_is_whatever_the_loss_takes(model, target, words):
    drawn = backpropagation_flow(model, [0.5, -1.0], target, loss=lambda output, target: output[0])
    assert any(text.endswith(f"target {words}") for text in texts(drawn))
