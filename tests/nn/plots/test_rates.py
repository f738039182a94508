"""Learning rates are named by what their curves did."""

import math

import numpy as np
import pytest

import nn
from nn.plots import behaviour, descend, learning_rates


def bowl(x):
    return x**2


def curve(rate, steps=40):
    return descend(bowl, (1.0,), rate, steps)


def test_the_words_do_not_depend_on_what_the_curve_is_called(ax):
    learning_rates({"tiny": curve(1.5), 100.0: curve(0.25)}, ax=ax, lowest=0.0)
    texts = [text.get_text() for text in ax.get_legend().get_texts()]
    assert texts == ["tiny: diverges", "rate 100: converges in 5 steps"]


def test_the_legend_says_what_the_functions_say_of_each_curve(ax):
    """A table that calls `behaviour` agrees with the picture, whatever the minimum and the tolerance."""
    curves = {rate: curve(rate) for rate in (0.01, 0.25, 0.9, 1.1)}
    learning_rates(curves, ax=ax, lowest=-0.5, tolerance=0.4)
    legend = ax.get_legend()
    assert [text.get_text() for text in legend.get_texts()] == [
        f"rate {rate}: {behaviour(run, lowest=-0.5, tolerance=0.4)}" for rate, run in curves.items()
    ]
    assert legend.get_title().get_text() == "converged: at most 40% of the way left"


def test_where_no_curve_is_at_rest_none_has_converged(ax):
    # Broken: the lowest of all curves passes for the minimum, and its curve converges wherever it stops.
    learning_rates({"a": [8.0, 4.0, 2.0, 1.0], "b": [8.0, 4.0, 2.0, 1.001], "c": [8.0, 7.0, 6.0]}, ax=ax)
    texts = [text.get_text() for text in ax.get_legend().get_texts()]
    assert texts == ["a: still falling", "b: still falling", "c: slow: 28% of the way"]


def test_a_rate_is_written_short(ax):
    learning_rates({1 / 4.1: [1.0, 0.5], 0.0018: [1.0, 0.5]}, ax=ax)
    texts = [text.get_text().split(":")[0] for text in ax.get_legend().get_texts()]
    assert texts == ["rate 0.2439", "rate 0.0018"]


def test_a_loss_of_zero_does_not_flatten_the_others(ax):
    # Broken: on a linear scale all losses below a hundredth of the first look like zero.
    learning_rates({0.5: curve(0.5), 0.25: curve(0.25)}, ax=ax)
    assert ax.get_yscale() == "log" and ax.get_ylim() == (1e-8, 10.0)


def test_a_curve_that_leaves_ends_in_a_triangle_at_the_edge(ax):
    run = curve(1.5, 20)  # |x| doubles: the loss is 4**n
    learning_rates({1.5: run}, ax=ax)
    drawn, end = ax.get_lines()
    top = ax.get_ylim()[1]
    assert top == 10.0 and end.get_marker() == "^"
    assert end.get_xydata().tolist() == [[pytest.approx(math.log(10.0, 4.0)), top]]
    assert drawn.get_ydata()[:-1].tolist() == [1.0, 4.0] and drawn.get_ydata()[-1] == top


def test_the_losses_drawn_are_those_of_the_run(ax):
    history = nn.fit(nn.MLP(1, [1], seed=0), [[1.0]], [2.0], learning_rate=0.1, epochs=6, progress=False)
    learning_rates({0.1: history, 0.2: [3.0, 2.0, 1.0]}, ax=ax)
    assert ax.get_lines()[0].get_ydata().tolist() == history["loss"]
    assert ax.get_lines()[1].get_ydata().tolist() == [3.0, 2.0, 1.0]
    assert ax.get_yscale() == "log"


def test_losses_below_zero_are_on_a_linear_scale(ax):
    learning_rates({0.1: [1.0, -1.0, -2.0], "up": [1.0, 50.0, math.inf]}, ax=ax)
    assert ax.get_yscale() == "linear" and ax.get_ylim() == (pytest.approx(-2.15), pytest.approx(2.5))
    assert np.isfinite(ax.get_lines()[1].get_ydata()).all()


@pytest.mark.parametrize(
    ("curves", "message"),
    [({}, "at least one curve"), ({0.1: []}, "got no losses"), ({0.1: [math.nan, 1.0]}, r"0\.1 must start")],
)
def test_there_must_be_something_to_draw(ax, curves, message):
    with pytest.raises(ValueError, match=message):
        learning_rates(curves, ax=ax)
