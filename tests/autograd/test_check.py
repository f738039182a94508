"""check_grads: passes what is right, fails what is wrong, and says where."""

import math

import numpy
import pytest

import autograd
from autograd import Value, check_grads, maximum, operation
from autograd.differences import central_difference


@pytest.mark.parametrize(
    ("f", "at"),
    [
        (lambda x: x**3, 2.0),
        (lambda x: x**3, 2),
        (lambda x: x.sin() * x.exp(), Value(0.5)),
        (lambda x: x[0] * x[1] / x[2], [1.0, 2.0, 3.0]),
        (lambda x: x["w"][0] * x["b"] ** 2, {"w": [1.5], "b": -2.0}),
        (lambda x: (x @ x).tanh(), numpy.array([0.1, 0.2])),
        (lambda x: (x**2).sum(), numpy.ones((2, 3))),
        (lambda x: 3.0, 1.0),
        (lambda x: x * 1e6, 1e6),
        (lambda x: [x[0] * x[1], {"sum": x[0] + x[1]}], [1.0, 2.0]),
        (autograd.softmax, [0.3, -0.7, 0.2]),
    ],
)
def test_right_derivatives_pass(f, at):
    assert check_grads(f, at) is None
    assert check_grads(f, at, order=2) is None


@pytest.mark.parametrize(
    ("f", "at"),
    [
        (lambda x: x.log(), 1e-4),
        (lambda x: x.log(), 1e-10),
        (lambda x: x.relu(), 3e-4),
        (lambda x: x.relu(), -1e-12),
        (lambda x: x.sqrt(), 1e-6),
        (lambda x: abs(x), 1e-4),
        (lambda x: 1 / x, 1e-3),
        (lambda x: (x * 1e6).sin(), 0.1),
        (lambda x: x * 1e-20, 3.0),
        (lambda x: x * x, 1e-20),
        (lambda x: (x + 1e8) - 1e8, 1.0),
        (lambda x: autograd.where(autograd.greater(x, 0.0), x * x, -x), 2e-4),
    ],
)
def test_right_derivatives_pass_where_a_fixed_step_would_accuse_them(f, at):
    # Broken if the step does not suit the point: it leaves the domain, crosses a kink, or drowns in rounding.
    assert check_grads(f, at) is None


@pytest.mark.parametrize(
    ("f", "at", "said"),
    [
        (
            lambda x: x.detach() * x,
            3.0,
            r"order 1, reverse mode: d output/d input is 3, but finite differences give 6, right to about",
        ),
        (lambda x: 1e-7 * x.detach() * x, 3.0, r"d output/d input is 3e-07, .* give 6e-07"),
        (lambda x: 1e-30 * x.detach() * x, 3.0, r"d output/d input is 3e-30, .* give 6e-30"),
        (lambda x: x[0] * x[1].detach(), [2.0, 3.0], r"d output/d input\[1\] is 0, .* give 2"),
        (lambda x: x["w"][1].detach(), {"w": [2.0, 3.0]}, r"d output/d input\['w'\]\[1\] is 0, .* give 1"),
        (lambda x: {"a": x, "b": [x * x.detach()]}, 3.0, r"d output\['b'\]\[0\]/d input is 3, .* give 6"),
        (lambda x: Value(x.data) ** 2, 3.0, r"d output/d input is 0, .* give 6"),
    ],
)
def test_wrong_derivatives_are_named(f, at, said):
    with pytest.raises(AssertionError, match=said):
        check_grads(f, at)


@pytest.mark.parametrize(
    ("f", "at", "said"),
    [
        (lambda x: x.relu(), 0.0, r"is 0, which cannot be checked: the function has a kink here"),
        (lambda x: maximum(x[0], x[1]), [2.0, 2.0], "the function has a kink here"),
        (lambda x: x.log(), -1.0, r"is -1 and finite differences give nan, which cannot be compared"),
        (lambda x: x.sqrt(), 0.0, r"is inf and finite differences give nan"),
    ],
)
def test_what_cannot_be_checked_is_not_passed_over(f, at, said):
    # Broken if a convention is called a mistake, or confirmed, or if nan passes.
    with pytest.raises(AssertionError, match=said):
        check_grads(f, at)


@operation(lambda x, out: 2 * x + 1e-5)
def slightly_wrong(x):
    return x * x


@operation(lambda x, out: 3 * x * autograd.stop_gradient(x))
def wrong_in_the_second(x):
    return x**3


@operation(lambda x, y, out: y, lambda x, y, out: y)
def wrong_by_the_second_operand(x, y):
    return x * y


def test_an_error_in_the_sixth_digit_is_found_and_let_pass_on_request():
    with pytest.raises(AssertionError):
        check_grads(slightly_wrong, 0.5)
    check_grads(slightly_wrong, 0.5, tolerance=1e-4)


def test_a_derivative_that_is_right_but_whose_own_derivative_is_not():
    """What order=2 is for."""
    check_grads(wrong_in_the_second, 2.0)
    with pytest.raises(
        AssertionError, match=r"order 2, reverse mode: d \(d output/d input\)/d input is 6, but .* give 12"
    ):
        check_grads(wrong_in_the_second, 2.0, order=2)


def test_every_operand_is_checked():
    with pytest.raises(AssertionError, match=r"d output/d input\[1\] is 3, .* give 2"):
        check_grads(lambda v: wrong_by_the_second_operand(*v), [2.0, 3.0])


def test_the_forward_mode_is_checked_too(monkeypatch):
    # Broken if a fault of the forward sweep alone is not seen.
    for name in ("tangents", "tangent_numbers"):
        monkeypatch.setattr(autograd.sweeps, name, lambda roots, seeds: [0.5 for _ in roots])
    with pytest.raises(AssertionError, match=r"order 1, forward mode: d output/d input is 0\.5, .* give 6"):
        check_grads(lambda x: x * x, 3.0)


@pytest.mark.parametrize("order", [0, -1])
def test_an_order_below_one_would_check_nothing(order):
    with pytest.raises(ValueError, match=f"order is at least 1, got {order}"):
        check_grads(lambda x: x, 1.0, order=order)


def test_argument_is_left_alone():
    x = Value(2.0)
    x.grad = 5.0
    check_grads(lambda v: v * v, x, order=2)
    assert (x.data, x.grad) == (2.0, 5.0)


@pytest.mark.parametrize("at", [0.0, 1.0, -3.0, 1e4, 1e-8])
def test_central_difference_has_an_error_of_the_fourth_power(at):
    step = 1e-3 * max(1.0, abs(at))
    assert central_difference(lambda x: x**5, at, step) == pytest.approx(5 * at**4, rel=1e-9, abs=1e-11)


def test_a_function_that_raises_outside_its_domain():
    # Broken if a step that leaves the domain ends the check, instead of going on to shorter steps.
    log = operation(lambda x, out: 1 / x)(math.log)
    check_grads(log, 1e-4)
    with autograd.detect_anomaly():
        check_grads(lambda x: x.log(), 1e-4)


def test_within_a_function_that_is_being_differentiated():
    def checked(x):
        check_grads(lambda y: y * y, x)
        return x * x

    assert autograd.grad(checked)(3.0) == 6.0
