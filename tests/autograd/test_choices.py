"""A choice passes nothing to the side that it did not choose, whatever gradient arrives from above.

The result does not depend on that side at all, so its gradient is 0 and not 0 times infinity, which is nan.
"""

from math import inf, isnan, nan

import pytest

import autograd
from autograd import (
    Value,
    backward_steps,
    clip,
    elu,
    exp,
    explain,
    grad,
    gradient,
    greater,
    hessian,
    jacobian,
    leaky_relu,
    log,
    maximum,
    minimum,
    relu,
    sqrt,
    where,
)

# A function of one number, where, its derivative and its second derivative.
CHOICES = {
    "relu under a root": (lambda x: sqrt(relu(x)) - sqrt(relu(-x)), 4.0, 0.25, -1 / 32),
    "relu under a root, off": (lambda x: sqrt(relu(x)), -4.0, 0.0, 0.0),
    "relu at its kink": (lambda x: sqrt(relu(x)), 0.0, 0.0, 0.0),
    "maximum under a root": (lambda x: sqrt(maximum(x, 0.0)), -1.0, 0.0, 0.0),
    "maximum, turned round": (lambda x: sqrt(maximum(0.0, x)), -1.0, 0.0, 0.0),
    "minimum above an overflow": (lambda x: minimum(exp(x), 1.0), 1000.0, 0.0, 0.0),
    "where not taken": (lambda x: where(greater(x, 0.0), sqrt(x), 0.0), -3.0, 0.0, 0.0),
    "where taken": (lambda x: where(greater(x, 0.0), sqrt(x), log(-x)), 4.0, 0.25, -1 / 32),
    "where at the end of a domain": (lambda x: where(greater(x, 0.0), x * log(x), x), 0.0, 1.0, 0.0),
    "clip below a logarithm": (lambda x: log(clip(x, 0.0, 1.0)), -2.0, 0.0, 0.0),
    "leaky_relu without a leak": (lambda x: sqrt(leaky_relu(x, 0.0)), -2.0, 0.0, 0.0),
    "elu that ends at 0": (lambda x: sqrt(elu(x, 0.0)), -2.0, 0.0, 0.0),
    "abs at its kink": (lambda x: sqrt(abs(x)), 0.0, 0.0, 0.0),
    "a method": (lambda x: x.relu().sqrt(), -1.0, 0.0, 0.0),
    "two choices, one below the other": (lambda x: sqrt(relu(relu(x) - 1)), 0.5, 0.0, 0.0),
}


@pytest.mark.parametrize("name", CHOICES)
def test_nothing_passes_to_what_was_not_chosen(name):
    f, x, first, second = CHOICES[name]
    leaf = Value(x)
    out = f(leaf)
    out.backward()
    assert leaf.grad == first
    assert gradient(out, leaf) == first
    graph = gradient(out, leaf, differentiable=True)
    assert graph.data == first
    assert gradient(graph, leaf) == second
    assert grad(f)(x) == first
    assert grad(grad(f))(x) == second
    assert hessian(f)(x) == second
    assert jacobian(f)(x) == first
    assert autograd.jvp(f)(x, 1.0)[1] == first
    assert autograd.hvp(f)(x, 1.0) == second


@pytest.mark.parametrize("name", CHOICES)
def test_the_backward_pass_by_steps_is_the_backward_pass(name):
    f, x, _, _ = CHOICES[name]
    nodes, other = [autograd.trace(f(Value(x)))[0] for _ in range(2)]
    nodes[-1].backward()
    backward_steps(other[-1]).finish()
    assert [repr(node.grad) for node in nodes] == [repr(node.grad) for node in other]


def test_a_gradient_that_did_not_arrive_is_not_passed_on():
    """0 would be multiplied by the infinite derivative of the root, one node below the choice."""
    x = Value(0.0)
    root = x.sqrt()
    y = where(Value(0.0), root, 7 * x)
    y.backward()
    assert (x.grad, root.grad) == (7.0, 0.0)


def test_what_a_choice_leaves_out_shows_no_gradient_of_an_earlier_pass():
    x = Value(-1.0)
    inner = 3 * x
    (2 * inner).backward()
    out = relu(inner)
    out.backward()
    assert inner.grad == 0.0
    assert x.grad == 6.0  # a leaf keeps what it received before


def test_elsewhere_0_times_infinity_is_nan():
    x = Value(0.0)
    (0.0 * x.log()).backward()
    assert isnan(x.grad)


@pytest.mark.parametrize(
    "f",
    [
        relu,
        leaky_relu,
        elu,
        abs,
        lambda x: maximum(x, 1.0),
        lambda x: minimum(1.0, x),
        lambda x: clip(x, 0, 1),
    ],
)
def test_nan_is_passed_on(f):
    """Comparisons with nan are false, so that it looked as if the other side had been chosen."""
    x = Value(nan)
    out = f(x)
    out.backward()
    assert isnan(out.data)
    assert isnan(x.grad)
    assert isnan(gradient(out, x))
    assert isnan(gradient(out, x, differentiable=True).data)


def test_nan_on_the_side_that_was_not_chosen_does_no_harm():
    x = Value(nan)
    out = where(greater(1.0, 0.0), Value(2.0), x)
    out.backward()
    assert (out.data, x.grad) == (2.0, 0.0)


def test_a_slope_that_is_a_value_keeps_its_mixed_derivative_at_0():
    """The derivative by x is 0 there, but it changes with the slope."""
    assert hessian(lambda p: leaky_relu(p[0], p[1]))([-1.0, 0.0]) == [[0.0, 1.0], [1.0, 0.0]]


def test_infinity_arrives_where_it_was_chosen():
    x = Value(0.0)
    sqrt(maximum(x, -1.0)).backward()
    assert x.grad == inf


def test_the_explanation_says_so():
    x = Value(-1.0, label="x")
    text = str(explain(sqrt(maximum(x, 0.0))))
    assert "x receives nothing: not chosen" in text
    assert "d out/d x = 0" in text
    assert "nan" not in text


def test_watching_for_nan_sees_none():
    with autograd.detect_anomaly():
        x = Value(-1.0)
        relu(x).backward()
        assert x.grad == 0.0
        sqrt(maximum(x, 2.0)).backward()
        assert x.grad == 0.0


def guarded(x):
    """A formula outside its domain, on the side that is not chosen."""
    return where(greater(x, 0.0), sqrt(x), 0.5 * x)


def test_what_no_gradient_reaches_passes_nothing_on_in_words_and_pictures():
    x = Value(-3.0, label="x")
    y = guarded(x)
    y.backward()
    assert x.grad == 0.5
    explained = explain(y)
    for text in (str(explained), explained.latex()):
        assert "nan + " not in text
        assert "0 * nan" not in text
        assert r"0 \cdot" not in text
    assert "receives nothing: not chosen" in str(explained)
    source = autograd.draw_dot(y, color=True, local_derivatives=True).source
    assert "receives nothing: no gradient arrives at" in source
    assert "receives 0" not in autograd.player(y).html


def test_a_derivative_by_hand_is_not_asked_where_no_gradient_arrives():
    def hand(x):
        out = Value(0.0, (x,), "h")

        def _backward():
            x.grad += out.grad / x.data

        out._backward = _backward
        return out

    x = Value(0.0, label="x")
    y = where(greater(x, 0.0), hand(x), 0.0)
    y.backward()
    assert x.grad == 0.0
    assert "d out/d x = 0" in str(explain(y))
    assert "given by hand" in autograd.draw_dot(y, color=True, local_derivatives=True).source
    assert autograd.player(y).steps > 3


@pytest.mark.parametrize(
    ("f", "at"),
    [
        (guarded, -3.0),
        (guarded, 3.0),
        (lambda x: sqrt(relu(x)), -1.0),
        (lambda x: minimum(exp(x), 1.0), 800.0),
    ],
)
def test_checks_agree_where_the_other_side_is_not_finite(f, at):
    """0 times nan in the estimate of the rounding made every difference worthless."""
    autograd.check_grads(f, at)
    x = Value(at, label="x")
    check = explain(f(x), x, check=True).gradients["x"].check
    assert check.verdict == "agrees"


@pytest.mark.parametrize("f", [lambda v: autograd.hypot(v[0], v[1]), autograd.norm])
def test_at_the_origin_every_derivative_is_0_by_convention(f):
    assert grad(f)([0.0, 0.0]) == [0.0, 0.0]
    assert hessian(f)([0.0, 0.0]) == [[0.0, 0.0], [0.0, 0.0]]


def test_elu_takes_its_left_side_at_0_in_every_derivative():
    assert [grad(elu)(0.0), grad(grad(elu))(0.0), grad(grad(grad(elu)))(0.0)] == [1.0, 1.0, 1.0]
    half = lambda x: elu(x, 0.5)  # noqa: E731
    assert [grad(half)(0.0), grad(grad(half))(0.0), grad(grad(half))(1000.0)] == [0.5, 0.5, 0.0]
