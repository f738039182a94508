"""The losses against their definitions in 60-digit arithmetic, their gradients, and their refusals."""

from __future__ import annotations

import itertools
import math
import random

import mpmath
import numpy
import pytest

from autograd import Value, check_grads, gradient, jit, value_and_grad
from nn.losses import (
    LOSSES,
    bce_with_logits,
    cross_entropy,
    half_squared_error,
    l1,
    max_margin,
    mse,
)
from nn.penalties import l1_penalty, l2_penalty

mpmath.mp.dps = 60
LOGITS = [-1000.0, -745.0, -40.0, -1.5, -1e-9, 0.0, 0.3, 2.0, 40.0, 745.0, 1000.0]


def bce_by_definition(x: float, t: float) -> mpmath.mpf:
    with mpmath.workdps(1000):  # 1 - p of a logit of 1000 has 435 zeros
        p = 1 / (1 + mpmath.exp(-mpmath.mpf(x)))
        return -t * mpmath.log(p) - (1 - t) * mpmath.log(1 - p)


def agrees(number: float, exact: mpmath.mpf, units: int = 4) -> bool:
    """Within a few units in the last place, or both below the smallest number there is."""
    return abs(number - exact) <= units * 2.0**-52 * abs(exact) + 5e-324


@pytest.mark.parametrize("x", LOGITS)
@pytest.mark.parametrize("t", [0.0, 0.25, 0.5, 1.0])
def test_binary_cross_entropy_keeps_its_precision_at_every_logit(x, t):
    # Broken: a form that overflows (nan at 1000) or cancels (exactly 0 for a small loss, as at x=40, t=1).
    assert agrees(bce_with_logits(x, t), bce_by_definition(x, t))
    assert bce_with_logits(Value(x), t).data == bce_with_logits(x, t)


@pytest.mark.parametrize("x", LOGITS)
@pytest.mark.parametrize("t", [0.0, 0.25, 0.5, 1.0])
def test_the_slope_of_binary_cross_entropy_is_probability_minus_target(x, t):
    # Broken: the gradient of a confident right answer is lost, or that of a wrong one overflows.
    logit = Value(x)
    with mpmath.workdps(1000):
        exact = 1 / (1 + mpmath.exp(-mpmath.mpf(x))) - mpmath.mpf(t)
    slope = gradient(bce_with_logits(logit, t), logit)
    # Between the classes two terms of opposite sign are subtracted, as in the exact p - t.
    assert abs(slope - exact) <= 2.0**-50 * (abs(exact) if t in (0.0, 1.0) else 1) + 5e-324


def test_binary_cross_entropy_of_an_infinite_logit():
    # Broken: 0 * inf = nan where a sure answer is right.
    assert bce_with_logits(math.inf, 1) == 0.0
    assert bce_with_logits(-math.inf, 1) == math.inf
    assert bce_with_logits(-math.inf, 0) == 0.0


SCORES = [[0.0, 1000.0], [1000.0, -1000.0, 999.0], [0.1, -0.2, 0.3], [-1000.0, -1000.0], [50.0, 1.0, 2.0]]


@pytest.mark.parametrize("scores", SCORES)
def test_cross_entropy_is_the_log_of_the_softmax(scores):
    # Broken: exponentials of large scores overflow, or the wrong class is read.
    total = mpmath.fsum(mpmath.exp(mpmath.mpf(x)) for x in scores)
    for k, score in enumerate(scores):
        exact = mpmath.log(total) - mpmath.mpf(score)
        size = max(map(abs, scores)) - min(scores)  # one rounding of the shifted scores
        assert abs(cross_entropy(scores, k) - exact) <= 2.0**-51 * max(size, 1.0)
        assert cross_entropy([Value(x) for x in scores], k).data == cross_entropy(scores, k)


@pytest.mark.parametrize("k", [0, 1, 2])
def test_the_slope_of_cross_entropy_is_softmax_minus_one_hot(k):
    # Broken: the gradient that every classifier is trained with.
    scores = [Value(0.5), Value(-1.25), Value(1000.0)]
    slopes = gradient(cross_entropy(scores, k), scores)
    total = mpmath.fsum(mpmath.exp(mpmath.mpf(x.data)) for x in scores)
    for i, (score, slope) in enumerate(zip(scores, slopes, strict=True)):
        exact = mpmath.exp(mpmath.mpf(score.data)) / total - (i == k)
        assert abs(slope - exact) <= 2.0**-52


def test_squared_and_absolute_errors_of_hand_computed_numbers():
    # Broken: a sum instead of a mean, or a missing half.
    output, target = [1.0, 2.5, -3.0], [0.0, 2.0, -1.0]  # differences 1, 0.5, -2
    assert mse(output, target) == 5.25 / 3
    assert half_squared_error(output, target) == 2.625
    assert l1(output, target) == 3.5 / 3
    assert mse(1000.0, -1000.0) == 4e6
    assert half_squared_error(1000.0, -1000.0) == 2e6
    assert l1(-1000.0, 1000.0) == 2000.0
    assert mse(1e200, 0.0) == math.inf


def test_the_error_term_of_a_sigmoid_output_layer():
    # Broken: delta = (a - y) * a * (1 - a), the formula that half the squared error is there for.
    z = [Value(0.41), Value(-0.7)]
    a = [logit.sigmoid() for logit in z]
    for logit, out, y in zip(gradient(half_squared_error(a, [1.0, 0.25]), z), a, [1.0, 0.25], strict=True):
        exact = (mpmath.mpf(out.data) - y) * out.data * (1 - mpmath.mpf(out.data))
        assert agrees(logit, exact)


@pytest.mark.parametrize("score", [-1000.0, -1.0, -0.3, 0.0, 0.3, 1.0, 1.7, 1000.0])
@pytest.mark.parametrize("y", [-1, 1, numpy.int64(-1), -1.0])
def test_max_margin_has_the_bits_of_the_expression_it_stands_for(score, y):
    # Broken: a seeded run of the moons demo no longer repeats digit by digit.
    x, same = Value(score), Value(score)
    expected = (1 + -int(y) * same).relu()
    loss = max_margin(x, y)
    assert loss.data == expected.data == max_margin(score, y)
    assert gradient(loss, x) == gradient(expected, same)


def test_max_margin_of_several_outputs_is_their_mean():
    # Broken: outputs after the first are ignored. Terms: 1 - 0.5, 1 + 2, 0.
    assert max_margin([0.5, 2.0, 3.0], [1, -1, 1]) == 3.5 / 3


def test_l2_penalty_has_the_bits_of_the_expression_it_stands_for():
    # Broken: another order of summation, which changes the last digits of a seeded run.
    numbers = [0.1 * i - 0.37 for i in range(50)]
    p, q = [Value(x) for x in numbers], [Value(x) for x in numbers]
    expected = 1e-4 * sum(x * x for x in q)
    penalty = l2_penalty((x for x in p), 1e-4)
    assert penalty.data == expected.data == l2_penalty(numbers, 1e-4)
    assert gradient(penalty, p) == gradient(expected, q)


def test_l1_penalty_pulls_each_parameter_with_the_same_strength():
    # Broken: signs or strength of the lasso.
    p = [Value(3.0), Value(-4.0)]
    assert l1_penalty(p, 0.25).data == 1.75
    assert gradient(l1_penalty(p, 0.25), p) == [0.25, -0.25]
    assert l2_penalty([], 0.5) == 0.0


# A smooth point and a target for each loss of the table.
POINTS = {
    "mse": ([0.3, -1.2, 2.0], [1.0, 0.5, -0.25]),
    "half_squared_error": ([0.3, -1.2, 2.0], [1.0, 0.5, -0.25]),
    "l1": ([0.3, -1.2, 2.0], [1.0, 0.5, -0.25]),
    "bce_with_logits": ([0.3, -1.2, 2.0], [1.0, 0.5, 0.0]),
    "cross_entropy": ([0.3, -1.2, 2.0], 1),
    "max_margin": ([0.3, -1.2, 2.0], [1, -1, 1]),
}


@pytest.mark.parametrize("name", LOSSES)
def test_gradients_agree_with_finite_differences(name):
    # Broken: some loss is built so that its gradient is not the slope of its value, at first or second order.
    output, target = POINTS[name]
    check_grads(lambda x: LOSSES[name](x, target), output, order=2)


@pytest.mark.parametrize("name", LOSSES)
def test_floats_give_the_number_that_values_give(name):
    # Broken: evaluation on floats and training on Values report different losses.
    output, target = POINTS[name]
    as_float, as_value = LOSSES[name](output, target), LOSSES[name]([Value(x) for x in output], target)
    assert type(as_float) is float and type(as_value) is Value
    assert as_float == as_value.data


@pytest.mark.parametrize("name", [name for name in LOSSES if name != "cross_entropy"])
def test_a_number_stands_for_a_list_of_one(name):
    # Broken: a model of one output cannot be trained on rows of one target, or the reverse.
    loss = LOSSES[name]
    expected = loss(0.75, 1.0)
    assert loss([0.75], 1.0) == loss(0.75, [1.0]) == loss([0.75], numpy.array([1])) == expected
    x = Value(0.75)
    assert loss(x, Value(1.0)).data == loss([x], [Value(1.0)]).data == expected


def test_a_target_may_be_differentiated_too():
    # Broken: distillation, where the target is itself computed. By t the cross-entropy falls by x.
    t = Value(0.25)
    assert gradient(bce_with_logits(0.8, t), t) == pytest.approx(-0.8, rel=1e-15)
    assert gradient(mse(0.8, t), t) == pytest.approx(-1.1, rel=1e-15)


@pytest.mark.parametrize("target", [numpy.uint8(1), numpy.float64(1.0), True])
def test_numpy_numbers_as_targets(target):
    # Broken: -numpy.uint8(1) is 255, so the margin of the class 1 would be wrong.
    assert max_margin(Value(0.25), target).data == 0.75
    assert bce_with_logits(Value(0.0), target).data == pytest.approx(math.log(2), rel=1e-15)
    assert cross_entropy([Value(0.0), Value(0.0)], target).data == pytest.approx(math.log(2), rel=1e-15)


@pytest.mark.parametrize("name", [name for name in LOSSES if name != "cross_entropy"])
@pytest.mark.parametrize("output, target", [([1.0, 1.0], 1.0), (1.0, [1.0, 1.0, 1.0]), ([], [])])
def test_lengths_that_differ_are_refused(name, output, target):
    # Broken: outputs beyond the shorter list are dropped in silence.
    counts = [len(x) if isinstance(x, list) else 1 for x in (output, target)]
    with pytest.raises(ValueError, match=rf"{name} .*{counts[0]} output\(s\) and {counts[1]} target"):
        LOSSES[name](output, target)


@pytest.mark.parametrize(
    "loss, output, target, message",
    [
        (max_margin, 0.5, 0, r"-1 or \+1, got 0.*2 \* y - 1"),
        (max_margin, [0.5, 0.5], [1, Value(2.0)], "got 2"),
        (max_margin, 0.5, math.nan, "got nan"),
        (bce_with_logits, 0.5, 2, "probability from 0 to 1, got 2"),
        (bce_with_logits, 0.5, -1, "max_margin"),
        (bce_with_logits, 0.5, math.nan, "got nan"),
        (cross_entropy, [1.0, 2.0, 3.0], 7, "from 0 to 2, got 7"),
        (cross_entropy, [1.0, 2.0, 3.0], -1, "got -1"),
        (cross_entropy, [1.0, 2.0, 3.0], 1.5, "got 1.5"),
        (cross_entropy, [1.0, 2.0, 3.0], math.nan, "got nan"),
        (cross_entropy, [1.0, 2.0, 3.0], [0, 1, 0], r"got \[0, 1, 0\]; of a one-hot list"),
        (cross_entropy, 1.0, 0, "two or more classes, got 1"),
    ],
)
def test_wrong_targets_are_refused_with_what_to_do(loss, output, target, message):
    # Broken: a silent wrong loss; the worst is class -1, which Python would read from the end.
    with pytest.raises(ValueError, match=message):
        loss(output, target)


@pytest.mark.parametrize("strength", [-1e-4, math.nan, math.inf])
@pytest.mark.parametrize("penalty", [l1_penalty, l2_penalty])
def test_a_strength_that_rewards_large_weights_is_refused(penalty, strength):
    # Broken: a negative strength makes training diverge.
    with pytest.raises(
        ValueError, match=f"strength of {penalty.__name__} is a finite number, zero or more, got"
    ):
        penalty([Value(1.0)], strength)


@pytest.mark.parametrize("penalty, slope", [(l1_penalty, 7.0), (l2_penalty, 25.0)])
def test_a_strength_may_be_differentiated_too(penalty, slope):
    # Broken: a strength that is itself learned is taken out of the graph, or refused.
    strength = Value(0.5)
    assert gradient(penalty([Value(3.0), Value(-4.0)], strength), strength) == slope
    with pytest.raises(ValueError, match=r"zero or more, got -0\.5"):
        penalty([Value(3.0)], Value(-0.5))


def test_a_target_that_is_no_number_is_refused():
    # Broken: the string '12' would be read as the list of targets 1 and 2.
    with pytest.raises(TypeError, match="got str"):
        mse([1.0, 2.0], "12")


TARGETS = {
    "cross_entropy": [0.0, 1.0, 4.0],
    "bce_with_logits": [[0.0, 1.0, 1.0, 0.0, 1.0], [0.0, 1.0, 0.25, 1.0, 0.7]],
    "max_margin": [[1.0, -1.0, 1.0, 1.0, -1.0]],
}


@pytest.mark.parametrize("name", LOSSES)
def test_a_compiled_loss_serves_all_targets(name):
    # Broken: a program for each class, or a loss that differs from eager in the last bit.
    rng = random.Random(0)
    loss = LOSSES[name]
    compiled = jit(value_and_grad(loss), math="libm")
    for target in TARGETS.get(name, [[0.5, -2.0, 0.0, 3.0, 1.0]]):
        for _ in range(30):
            scores = [rng.choice([rng.gauss(0, 3), rng.gauss(0, 1e3), 0.0]) for _ in range(5)]
            assert compiled(scores, target) == value_and_grad(loss)(scores, target)
    assert len(compiled._kept) == 1


def test_compiled_binary_cross_entropy_of_an_infinite_logit():
    compiled = jit(bce_with_logits)
    for logit, target in itertools.product([math.inf, -math.inf], [0.0, 1.0]):
        assert compiled(logit, target) == bce_with_logits(logit, target)


@pytest.mark.parametrize(
    "loss, target, wrong",
    [
        (cross_entropy, 1.0, 3.0),
        (cross_entropy, [1.0], [-1.0]),
        (cross_entropy, 1.0, 1.5),
        (cross_entropy, 1.0, math.nan),
        (bce_with_logits, [0.0, 1.0, 0.5], [0.0, -0.5, 1.0]),
        (max_margin, [1.0, -1.0, 1.0], [1.0, -1.0, 0.0]),
    ],
)
def test_a_compiled_loss_refuses_what_eager_refuses(loss, target, wrong):
    scores = [1.0, -2.0, 0.5]
    compiled = jit(loss)
    assert compiled(scores, target) == pytest.approx(loss(scores, target), rel=1e-15)
    with pytest.raises(ValueError, match="the target of") as eager:
        loss(scores, wrong)
    with pytest.raises(ValueError, match="the target of") as error:
        compiled(scores, wrong)
    assert str(error.value) == str(eager.value)


@pytest.mark.parametrize("penalty", [l1_penalty, l2_penalty])
def test_a_compiled_penalty_with_a_strength_that_is_an_input(penalty):
    compiled = jit(penalty)
    assert compiled([3.0, -4.0], 0.5) == penalty([3.0, -4.0], 0.5)
    with pytest.raises(ValueError, match=r"zero or more, got -0\.5"):
        compiled([3.0, -4.0], -0.5)
