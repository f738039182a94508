"""Gradient clipping against hand-computed lengths."""

from __future__ import annotations

import math

import pytest

from autograd import Value
from nn.clipping import clip_grad_norm_, clip_grad_value_


def with_grads(*grads):
    parameters = [Value(1.0) for _ in grads]
    for p, g in zip(parameters, grads, strict=True):
        p.grad = g
    return parameters


def grads_of(parameters):
    return [p.grad for p in parameters]


def test_a_long_gradient_is_shortened_and_keeps_its_direction():
    # Broken: the factor, 2.5 / (5 + 1e-6), or the length that is returned: it is the one before clipping.
    w = with_grads(3.0, -4.0)
    assert clip_grad_norm_(w, 2.5) == 5.0
    assert grads_of(w) == [3.0 * (2.5 / 5.000001), -4.0 * (2.5 / 5.000001)]
    assert [p.data for p in w] == [1.0, 1.0]


@pytest.mark.parametrize("max_norm", [5.1, 1e308, math.inf])
def test_a_short_gradient_stays_as_it_is(max_norm):
    # Broken: gradients below the limit are stretched to it, or lose a bit to a factor of nearly 1.
    w = with_grads(3.0, -4.0)
    assert clip_grad_norm_(w, max_norm) == 5.0
    assert grads_of(w) == [3.0, -4.0]


def test_squares_that_overflow_or_vanish():
    # Broken: the length is computed as the root of a sum of squares: inf, or 0.0.
    w = with_grads(3e300, 4e300)
    assert clip_grad_norm_(w, 1.0) == pytest.approx(5e300, rel=1e-15)
    assert grads_of(w) == pytest.approx([0.6, 0.8], rel=1e-15)
    assert clip_grad_norm_(with_grads(3e-200, 4e-200), 1.0) == pytest.approx(5e-200, rel=1e-15)


def test_a_limit_of_zero_and_no_parameters():
    # Broken: 0/0 where there is no gradient.
    w = with_grads(3.0, -4.0)
    assert clip_grad_norm_(w, 0.0) == 5.0 and grads_of(w) == [0.0, 0.0]
    w = with_grads(0.0, 0.0)
    assert clip_grad_norm_(w, 0.0) == 0.0 and grads_of(w) == [0.0, 0.0]
    assert clip_grad_norm_([], 1.0) == 0.0


def test_many_parameters_from_a_generator():
    # Broken: the generator is used up by the length, and nothing is clipped. 10,000 ones have the length 100.
    w = with_grads(*[1.0] * 10_000)
    assert clip_grad_norm_((p for p in w), 1.0) == 100.0
    assert set(grads_of(w)) == {1.0 / 100.000001}


def test_nan_and_infinite_gradients():
    # Broken: a nan is hidden, or an infinite gradient moves a parameter: inf * 0 is nan, and 3 * 0 is 0.
    w = with_grads(3.0, math.nan)
    assert math.isnan(clip_grad_norm_(w, 1.0))
    assert all(math.isnan(g) for g in grads_of(w))
    w = with_grads(3.0, -math.inf)
    assert clip_grad_norm_(w, 1.0) == math.inf
    assert w[0].grad == 0.0 and math.isnan(w[1].grad)


@pytest.mark.parametrize(
    "grads, message",
    [
        ((3.0, math.nan), "length is nan; parameter 1 has the gradient nan"),
        ((1.7e308, 1.7e308), "length is inf;"),
    ],
)
def test_an_error_on_request_leaves_the_gradients(grads, message):
    # Broken: the gradients are lost before they can be looked at.
    w = with_grads(*grads)
    with pytest.raises(FloatingPointError, match=message):
        clip_grad_norm_(w, 1.0, error_if_nonfinite=True)
    assert repr(grads_of(w)) == repr(list(grads))


def test_values_are_held_between_the_limits():
    # Broken: a sign, or the limits themselves.
    w = with_grads(-7.0, -0.5, 0.25, 0.5, 7.0, math.inf, -math.inf)
    clip_grad_value_((p for p in w), 0.5)
    assert grads_of(w) == [-0.5, -0.5, 0.25, 0.5, 0.5, 0.5, -0.5]


def test_a_clipped_nan_stays_nan():
    # Broken: a nan is taken for a number and hidden by the limit.
    w = with_grads(math.nan)
    clip_grad_value_(w, 0.5)
    assert math.isnan(w[0].grad)


@pytest.mark.parametrize("limit", [-1.0, math.nan, -math.inf, "1"])
@pytest.mark.parametrize("clip, name", [(clip_grad_norm_, "max_norm"), (clip_grad_value_, "clip_value")])
def test_a_limit_below_zero_is_refused(clip, name, limit):
    # Broken: a negative limit reverses every gradient, and training goes uphill.
    w = with_grads(3.0)
    with pytest.raises(ValueError, match=f"{name} of {clip.__name__} is a number, zero or more, got"):
        clip(w, limit)
    assert w[0].grad == 3.0
