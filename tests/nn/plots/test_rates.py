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


@pytest.mark.parametrize(
    ("rate", "words"),
    [
        (0.001, "slow: 15% of the way"),  # 1 - 0.998**80
        (0.5, "converges in 1 step"),
        (0.25, "converges in 4 steps"),  # 0.5**8 < 0.01
        (0.9, "converges in 11 steps, overshooting"),  # 0.8**22 < 0.01
        (0.998, "overshoots: 27% of the way"),  # 1 - 0.996**80
        (1.01, "diverges"),
        (0.0, "slow: 0% of the way"),
    ],
)
def test_behaviour_on_a_parabola_is_that_of_its_formula(rate, words):
    """With rate r, x is multiplied by 1 - 2r in every step: above 0.5 its sign changes, above 1 it grows."""
    assert behaviour(curve(rate), lowest=0.0) == words


def test_the_words_do_not_depend_on_what_the_curve_is_called(ax):
    learning_rates({"tiny": curve(1.5), 100.0: curve(0.25)}, ax=ax)
    texts = [text.get_text() for text in ax.get_legend().get_texts()]
    assert texts == ["tiny: diverges", "rate 100: converges in 4 steps"]


def test_losses_alone_tell_a_rise_from_a_fall():
    assert behaviour([4.0, 1.0, 2.0, 1.0, 2.0], lowest=0.0) == "overshoots: 50% of the way"
    assert behaviour([4.0, 3.0, 2.0], lowest=0.0) == "slow: 50% of the way"
    assert behaviour([4.0, 2.0, 1.0, 0.5]) == "still falling"
    assert behaviour([4.0, math.nan]) == "diverges"
    assert behaviour([1.0, 1.0]) == "does not move"


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
