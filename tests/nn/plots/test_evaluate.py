"""A program of Values at many points: computed for all at once, and point by point where it branches."""

import numpy as np
import pytest

import autograd
import nn
from autograd import Value
from nn.plots.evaluate import evaluate


def test_leaves_that_do_not_move_keep_their_numbers():
    x, y = Value(2.0), Value(3.0)
    assert evaluate(lambda: x * y + y * y, {x: [[0.0, 1.0]]}).tolist() == [[9.0, 12.0]]
    assert evaluate(lambda: y * y, {x: [0.0, 1.0]}).tolist() == [9.0, 9.0]
    assert evaluate(lambda: x, {x: [0.0, 1.0]}).tolist() == [0.0, 1.0]


def test_several_results_share_one_run():
    x = Value(2.0)
    found = evaluate(lambda: [x * x, x * x + x, x], {x: [1.0, 3.0]})
    assert [out.tolist() for out in found] == [[1, 9], [2, 12], [1, 3]]


def test_a_network_agrees_with_the_engine_sample_by_sample():
    model = nn.MLP(2, [8, 8, 3], activation="tanh", seed=0)
    x = [Value(0.0), Value(0.0)]
    points = np.random.default_rng(0).normal(size=(50, 2))
    outputs = evaluate(lambda: autograd.softmax(model(x)), dict(zip(x, points.T, strict=True)))
    expected = [[p.data for p in autograd.softmax(model(point))] for point in points.tolist()]
    np.testing.assert_allclose(np.transpose(outputs), expected, rtol=1e-12)


def test_shapes_must_agree_and_something_must_move():
    x, y = Value(2.0), Value(3.0)
    with pytest.raises(ValueError, match=r"arrays of one shape, got \[\(1,\), \(2,\)\]"):
        evaluate(lambda: x * y, {x: [1.0], y: [1.0, 2.0]})
    with pytest.raises(ValueError, match="at least one leaf, got none"):
        evaluate(lambda: x * y, {})


def test_a_program_that_branches_is_evaluated_point_by_point():
    x = Value(1.0, label="x")
    numbers = np.linspace(-2.0, 2.0, 41)
    found = evaluate(lambda: x * x if x.data > 0.0 else -x, {x: numbers})
    assert found.tolist() == [n * n if n > 0.0 else -n for n in numbers.tolist()]
    assert x.data == 1.0


def test_a_branch_that_only_overflow_tells_is_found():
    """The shift of log-sum-exp is a number of the point where the graph was built."""
    x = Value(0.0)
    numbers = np.linspace(-3000.0, 3000.0, 61)
    found = evaluate(lambda: autograd.logsumexp([x, -x]), {x: numbers})
    np.testing.assert_allclose(found, np.logaddexp(numbers, -numbers), rtol=1e-12)


def test_a_program_without_branches_is_run_a_few_times_only():
    runs = []
    x = Value(1.0)
    evaluate(lambda: runs.append(x.data) or x * x, {x: np.linspace(0.0, 1.0, 1000)})
    assert len(runs) < 20


def test_a_constant_program_is_a_number_everywhere():
    x = Value(1.0)
    assert evaluate(lambda: 2.5, {x: [0.0, 1.0]}).tolist() == [2.5, 2.5]


def test_a_program_that_only_branches_is_asked_at_every_point():
    """Its graph is one constant; no few points would find the disc."""
    x, y = Value(0.9), Value(0.9)
    across, up = np.meshgrid(*[np.linspace(-1.0, 1.0, 41)] * 2)
    found = evaluate(lambda: 1.0 if x.data**2 + y.data**2 < 0.02 else -1.0, {x: across, y: up})
    assert np.array_equal(found > 0.0, across**2 + up**2 < 0.02)


def test_many_points_are_computed_some_at_a_time_with_the_numbers_of_each():
    """Broken: a tile in the wrong place, or the last one, which is shorter, left out."""
    x, y = Value(1.0), Value(2.0)
    across, up = np.meshgrid(np.linspace(-2.0, 2.0, 301), np.linspace(-1.0, 1.0, 203))
    product, total = evaluate(lambda: [x * y, x + y], {x: across, y: up})
    assert np.array_equal(product, across * up) and np.array_equal(total, across + up)
