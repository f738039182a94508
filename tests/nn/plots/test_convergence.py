"""One criterion says when a descent has converged and when it oscillates, held to parabolas' formulas."""

import math

import pytest

import nn
from nn.plots import behaviour, converged, descend, oscillates


def curve(rate, steps=40):
    """With the rate r each step multiplies x by 1 - 2r: above 0.5 its sign changes, above 1 it grows."""
    return descend(lambda x: x**2, (1.0,), rate, steps)


@pytest.mark.parametrize(
    ("rate", "steps", "turns", "words"),
    [
        (0.001, None, False, "slow: 14% of the way"),  # 1 - 0.998**80
        (0.5, 1, False, "converges in 1 step"),
        (0.25, 5, False, "converges in 5 steps"),  # 0.5**10 < 0.001
        (0.9, 16, True, "oscillates, converges in 16 steps"),  # 0.8**32 < 0.001
        (0.95, 33, True, "oscillates, converges in 33 steps"),  # 0.9**66 < 0.001
        (0.998, None, True, "oscillates: 27% of the way"),  # 1 - 0.996**80
        (1.01, None, True, "diverges"),
        (0.0, None, False, "does not move"),
    ],
)
def test_on_a_parabola_the_verdict_is_that_of_its_formula(rate, steps, turns, words):
    run = curve(rate)
    assert converged(run, lowest=0.0) == steps
    assert oscillates(run, lowest=0.0) is turns
    assert behaviour(run, lowest=0.0) == words


@pytest.mark.parametrize("tolerance", [0.5, 0.1, 1e-2, 1e-6])
def test_the_step_is_the_first_from_which_on_the_loss_stays_within_the_tolerance(tolerance):
    losses = [4.0, 0.0, 3.0, 1.0, 0.03, 0.05, 0.002, 1e-7, 0.0]
    steps = converged(losses, lowest=0.0, tolerance=tolerance)
    assert all(loss <= 4.0 * tolerance for loss in losses[steps:])
    assert losses[steps - 1] > 4.0 * tolerance


def test_the_minimum_decides_and_not_the_lowest_loss_of_the_curve():
    losses = [1.0, 0.5, 0.25, 0.25]
    assert converged(losses) == 2 and converged(losses, lowest=0.0) is None
    assert behaviour(losses, lowest=0.0) == "slow: 75% of the way"


def test_without_the_minimum_a_curve_that_still_falls_has_not_converged():
    falling = [0.5**n for n in range(8)]
    assert converged(falling) is None and behaviour(falling) == "still falling"
    assert converged([*falling, *[0.5**7] * 3]) == 7


def test_rounding_after_the_minimum_is_no_oscillation():
    """At the rate 1 / curvature one step leads to the minimum; what is left of the gradient has any sign."""
    run = descend(lambda w: 2.05 * (w - 1.5024) ** 2 + 0.0185, (-0.8,), 1 / 4.1, steps=20)
    assert behaviour(run, lowest=0.0185) == "converges in 1 step"


def test_losses_alone_tell_a_rise_from_a_fall():
    assert behaviour([4.0, 1.0, 2.0, 1.0, 2.0], lowest=0.0) == "oscillates: 50% of the way"
    assert behaviour([4.0, 3.0, 2.0], lowest=0.0) == "slow: 50% of the way"
    assert behaviour([4.0, math.nan]) == "diverges" and converged([4.0, 1.0, math.nan]) is None
    assert behaviour([1.0, 1.0]) == behaviour([1.0, 1.0], lowest=0.0) == "does not move"


def test_what_went_nearly_all_of_the_way_did_not_go_all_of_it():
    assert behaviour([1.0, 0.0011, 0.0011], lowest=0.0) == "slow: 99% of the way"


def test_a_history_is_a_curve_too():
    history = nn.History()
    for loss in (3.0, 1.0, 1.0):
        history.add({"loss": loss})
    assert converged(history) == 1


@pytest.mark.parametrize("losses", [[], [math.nan, 1.0]])
@pytest.mark.parametrize("verdict", [converged, oscillates, behaviour])
def test_there_must_be_losses(verdict, losses):
    with pytest.raises(ValueError, match="must start with a finite loss"):
        verdict(losses)
