"""check_grads: passes what is right, fails what is wrong, and says where."""

import numpy
import pytest

import autograd
from autograd import Value, check_grads, operation
from autograd.check import central_difference


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
    ],
)
def test_right_derivatives_pass(f, at):
    assert check_grads(f, at) is None
    assert check_grads(f, at, order=2, tolerance=1e-5) is None


@pytest.mark.parametrize(
    ("f", "at", "order", "said"),
    [
        (
            lambda x: x.detach() * x,
            3.0,
            1,
            r"derivative 1 by the input is 3\.0, but central differences give 6\.0",
        ),
        (
            lambda x: x[0] * x[1].detach(),
            [2.0, 3.0],
            1,
            r"derivative 1 by the input\[1\] is 0\.0, .* give 2\.0",
        ),
        (
            lambda x: x["w"][1].detach(),
            {"w": [2.0, 3.0]},
            1,
            r"by the input\['w'\]\[1\] is 0\.0, .* give 1\.0",
        ),
        (lambda x: abs(x), 0.0001, 1, "derivative 1 by the input is 1.0"),
        (lambda x: x.log(), -1.0, 1, "central differences give nan"),
    ],
)
def test_wrong_derivatives_are_named(f, at, order, said):
    with pytest.raises(AssertionError, match=said):
        check_grads(f, at, order)


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
        AssertionError, match=r"derivative 2 by the input is 6\.0, but central differences give 12\.0"
    ):
        check_grads(wrong_in_the_second, 2.0, order=2)


def test_every_operand_is_checked():
    with pytest.raises(AssertionError, match=r"by the input\[1\] is 3\.0, .* give 2\.0"):
        check_grads(lambda v: wrong_by_the_second_operand(*v), [2.0, 3.0])


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
    """The step grows with the point, so that it is not lost in rounding at 1e4."""
    assert central_difference(lambda x: x[0] ** 5, [at], 0) == pytest.approx(5 * at**4, rel=1e-9, abs=1e-11)
