"""The finite differences beside the gradients of an explanation."""

import math
import random

import pytest

import autograd
from autograd import Value, explain, operation
from autograd.graph import nodes_of


def checked(f, *numbers):
    """The check of the gradient by the first of some leaves."""
    leaves = [Value(number, label=f"x{i}") for i, number in enumerate(numbers)]
    return explain(f(*leaves), leaves[0], check=True).gradients["x0"].check


@pytest.mark.parametrize("line", autograd.ops.TABLE.values(), ids=lambda line: line.name)
@pytest.mark.parametrize("x", [0.3, 0.7, 0.99])  # just below 1, where the two series of steps nearly meet
def test_every_derivative_of_the_table_agrees(line, x):
    # Broken if the estimate of the error is too small for what an operation rounds, or a derivative is wrong.
    if line is autograd.ops.acosh:
        x += 1.0
    if line.differentiable:
        if line.partials[0] is not None:
            assert checked(lambda x: line(*(x, Value(0.55))[: line.arity]), x).verdict == "agrees"
        if line.arity == 2 and line.partials[1] is not None:
            other = Value(1.0 if line is autograd.ops.sinc_derivative else 0.55)
            assert checked(lambda y: line(other, y), x).verdict in ("agrees", "too small to tell")


@pytest.mark.parametrize(
    ("f", "x", "slope", "known_to"),
    [
        (lambda x: x**3, 2.0, 12.0, 1e-9),
        (lambda x: x * x, 1e6, 2e6, 1e-3),
        (lambda x: x.log(), 1e-10, 1e10, 10.0),
        (lambda x: 1 / x, 1e-3, -1e6, 1e-3),
        (lambda x: (x * 1e6).sin(), 0.1, 1e6 * math.cos(1e5), 4.0),
        (lambda x: (x + 1e8) - 1e8, 1.0, 1.0, 1e-3),
        (lambda x: x * 1e-20, 3.0, 1e-20, 1e-30),
        (lambda x: x * x, 1e-20, 2e-20, 1e-30),
        (lambda x: x.sin(), 1e8, math.cos(1e8), 0.01),
        (lambda x: x.log1p(), 1e-12, 1 - 1e-12, 1e-9),
        (lambda x: 3 * x, 5e-324, 3.0, 1e-9),
        (lambda x: 3 * x, 1e300, 3.0, 1e-9),
        (lambda x: x.relu(), 1e-12, 1.0, 1e-9),
        (lambda x: (x * x).relu(), 0.0, 0.0, 1e-9),
        (lambda x: autograd.maximum(x, x), 2.0, 1.0, 1e-9),
        (lambda x: (x * 1000).tanh(), 1.0, 0.0, 1e-9),
        (lambda x: x.detach() * x, 3.0, 3.0, 1e-9),
        (lambda x: autograd.where(x > 0.0, x * x, -x), 2.0, 4.0, 1e-9),
    ],
)
def test_right_gradients_agree_also_where_differences_are_hard(f, x, slope, known_to):
    # Broken if a fixed step misses a steep function, steps across a kink, or drowns in rounding.
    check = checked(f, x)
    assert check.verdict == "agrees"
    assert abs(check.difference - slope) <= check.error <= known_to


def test_right_gradients_agree_wherever_the_number_is():
    # Broken if an estimate of the error is only right for numbers that are nothing special.
    rng = random.Random(0)
    for _ in range(300):
        assert (
            checked(lambda x: (x * x).sin() + x.exp() / (2 + x), rng.uniform(-1.5, 1.5)).verdict == "agrees"
        )


@pytest.mark.parametrize("wrong", [1e-4, -1e-7, 1.0])
def test_a_wrong_derivative_differs(wrong):
    # Broken if the estimate of the error is so wide that mistakes pass.
    mistaken = operation(lambda x, out: 2 * x + wrong)(lambda x: x * x)
    assert checked(mistaken, 1.5).verdict == "differs"


@pytest.mark.parametrize(
    ("f", "x"),
    [
        (lambda x: x.relu(), 0.0),
        (abs, 0.0),
        (lambda x: autograd.maximum(x, 2.0), 2.0),
        (lambda x: (x - 1).relu() * 3 + x, 1.0),
    ],
)
def test_a_kink_is_neither_right_nor_wrong(f, x):
    # Broken if the convention at a kink is called a mistake, or confirmed by an average of two slopes.
    assert checked(f, x).verdict == "at a kink"


@pytest.mark.parametrize(
    ("f", "x"),
    [
        (lambda x: x.log(), 0.0),
        (lambda x: x.log(), -1.0),
        (lambda x: x * math.inf, 1.0),
        (lambda x: x, math.nan),
    ],
)
def test_what_is_not_finite_is_not_compared(f, x):
    # Broken if nan is called right or wrong.
    assert checked(f, x).verdict == "not finite"


def test_a_gradient_below_the_rounding_is_not_confirmed():
    # Broken if a gradient of 1e-40 "agrees" with differences that cannot see it.
    assert checked(lambda x, y: y + x * 1e-40, 1.0, 1.0).verdict == "too small to tell"


SCALES = [(place, scale) for place in (0.0, 1.0, -300.0) for scale in (1e-9, 1e-7, 1e-3, 1.0, 1e3, 1e7, 1e12)]


@pytest.mark.parametrize(("place", "scale"), [(at, size) for at, size in SCALES if size >= 1e-9 * abs(at)])
def test_the_steps_suit_the_scale_of_the_function(place, scale):
    # Broken if only steps near 1 and near the number are tried: most functions bend on another scale.
    curves = [Value.tanh, Value.exp, Value.gelu, lambda x: 1 / (1 + x * x), lambda x: x.cos() * x]
    for curve in curves:
        right = checked(lambda x, curve=curve: curve((x - place) / scale), place + 0.3 * scale)
        assert right.verdict == "agrees"
        halved = operation(lambda x, out, curve=curve: 0.5 * autograd.grad(curve)(x))(
            lambda x, curve=curve: curve(Value(x)).data
        )
        assert (
            checked(lambda x, halved=halved: halved((x - place) / scale), place + 0.3 * scale).verdict
            == "differs"
        )


def test_a_function_that_has_levelled_off_on_both_sides():
    # Broken if it is taken for flat over steps that are too long to see it bend.
    def bell(x):
        return (x / 1e-8 - 0.3).tanh() ** 2 * 2e5 + 7e6

    dropped = operation(lambda x, out: 0.0 * x)(lambda x: bell(Value(x)).data)
    for x in (-1.65e-8, 2e-8, 0.9e-8):
        assert checked(bell, x).verdict in ("agrees", "too small to tell")
        assert checked(dropped, x).verdict == "differs"


def test_waves_that_are_shorter_than_a_step_are_seen():
    # Broken if the smallest estimate counts even where a shorter step contradicts it.
    rng = random.Random(0)
    for _ in range(200):
        a, b, c = rng.uniform(0.5, 2.0), 10 ** rng.uniform(0.0, 5.0), rng.uniform(-1.5, 1.5)
        assert checked(lambda x: (x * a).sin() + (x * b).sin() / b + (x * a).exp(), c).verdict == "agrees"  # noqa: B023


def test_a_users_function_outside_its_domain():
    # Broken if math.log's exception ends the explanation, or keeps the difference from shorter steps.
    log = operation(lambda x, out: 1 / x)(lambda x: math.log(x))
    assert checked(log, 1e-3).verdict == "agrees"


def test_an_operand_without_a_derivative_stays_where_it_is():
    # Broken if an operand that no gradient passes to moves nevertheless, and right gradients differ.
    scaled = operation(lambda x, y, out: y, None)(lambda x, y: x * y)
    assert checked(lambda x: scaled(Value(3.0), x), 2.0).verdict == "agrees"
    assert checked(lambda x: scaled(x * x, x), 2.0).difference == pytest.approx(8.0)


def test_a_node_between_and_the_root_can_be_checked():
    # Broken if only leaves can be moved.
    x = Value(2.0, label="x")
    h = x * x
    h.label = "h"
    y = h.sin() + h * x
    gradients = explain(y, [h, x, y], check=True).gradients
    assert {name: gradients[name].check.verdict for name in ("h", "x", "out")} == dict.fromkeys(
        ("h", "x", "out"), "agrees"
    )


def test_checking_changes_nothing_and_stands_in_the_text():
    # Broken if moving a leaf leaves it moved, or the check is not shown.
    x = Value(1.0, label="x")
    y = (3 * x + 2) ** 2
    before = [(node.data, node.grad) for node in nodes_of(y)]
    assert "d out/d x = 30  [finite difference 30: agrees]" in str(explain(y, check=True))
    assert [(node.data, node.grad) for node in nodes_of(y)] == before
    assert explain(y).gradients["x"].check is None
