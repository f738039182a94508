"""Programs on arrays: every operation has the numbers that the table's own functions give."""

import math

import numpy as np
import pytest

import autograd
from autograd import Program, Value, flatten, ops, run_on_arrays
from autograd.programs.arrays import FUNCTIONS
from autograd.programs.program import UNUSED

EDGES = [
    -math.inf,
    -800.0,
    -2.5,
    -1.0,
    -0.3,
    -1e-9,
    -0.0,
    0.0,
    1e-9,
    0.3,
    1.0,
    2.5,
    800.0,
    math.inf,
    math.nan,
]


@autograd.operation(lambda x, out: 2 * x * out, symbol="exp")
def exp(x):
    return autograd.exp(x * x)


def by_engine(operation, columns):
    return [operation(*map(Value, numbers)).data for numbers in zip(*columns, strict=True)]


def close(fast, slow):
    np.testing.assert_allclose(fast, slow, rtol=1e-14, atol=0.0, equal_nan=True)


@pytest.mark.parametrize("name", ops.TABLE)
def test_every_operation_of_the_table_agrees_with_the_engine(name):
    operation = ops.TABLE[name]
    columns = np.array(np.meshgrid(*[EDGES] * operation.arity)).reshape(operation.arity, -1)
    leaves = [Value(0.5) for _ in range(operation.arity)]
    [found] = run_on_arrays(flatten(operation(*leaves), leaves), columns)
    close(found, by_engine(operation, columns))


@pytest.mark.parametrize(
    "name", [name for name, line in ops.TABLE.items() if line.arity == 2 and line.partials[0]]
)
@pytest.mark.parametrize("fixed", [2.0, 0.5, -1.0])
def test_operations_with_a_fixed_argument_agree_too(name, fixed):
    operation = ops.TABLE[name].bind(fixed)
    x = Value(0.5)
    [found] = run_on_arrays(flatten(operation(x), [x]), [EDGES])
    close(found, by_engine(operation, [EDGES]))


def test_the_table_is_covered():
    assert set(FUNCTIONS) == set(ops.TABLE.values())


def test_an_operation_of_ones_own_is_not_taken_for_that_of_the_table():
    x = Value(0.5)
    [found] = run_on_arrays(flatten(exp(x), [x]), [[0.0, 1.0]])
    close(found, [1.0, math.e])


def test_an_operation_of_ones_own_is_nan_where_it_raises():
    # Broken if one point outside its domain takes the picture of all others away.
    log = autograd.operation(lambda x, out: 1 / x)(lambda x: math.log(x))
    x = Value(0.5)
    [found] = run_on_arrays(flatten(log(x), [x]), [[-1.0, 0.0, 1.0]])
    close(found, [math.nan, math.nan, 0.0])


def test_arrays_that_nothing_reads_any_more_are_used_again(monkeypatch):
    # Broken if a graph of thousands of nodes keeps an array for each, or if one is used too early.
    x = Value(0.5)
    early = y = x.sin()
    for _ in range(200):
        y = (y + early).sin() * y
    program, points, made = flatten([y, y * early], [x]), np.linspace(-2.0, 2.0, 9), []
    empty = np.empty
    monkeypatch.setattr(np, "empty", lambda shape: made.append(shape) or empty(shape))
    found = run_on_arrays(program, [points])
    assert len(made) < 8
    close(np.transpose(found), [program.run([point]) for point in points.tolist()])


def test_outputs_are_arrays_of_their_own():
    # Broken if an input or a number is handed out as it is, or one array twice.
    points = np.array([1.0, 2.0])
    program = Program(["x"], [3.0], [ops.neg], [0], [0], [UNUSED], [0, 1, 2, 2])
    same, constant, first, second = run_on_arrays(program, [points])
    assert [out.tolist() for out in (same, constant, first)] == [[1.0, 2.0], [3.0, 3.0], [-1.0, -2.0]]
    for out in (same, constant, first):
        out[0] = 7.0
    assert points.tolist() == [1.0, 2.0]
    assert second.tolist() == [-1.0, -2.0]


def test_what_does_not_fit_is_refused():
    x, y = Value(2.0), Value(3.0)
    program = flatten(x * y, [x, y])
    with pytest.raises(ValueError, match=r"takes 2 input\(s\), x1, x2; got 1"):
        run_on_arrays(program, [[1.0]])
    with pytest.raises(ValueError, match=r"arrays of one shape, got \[\(1,\), \(2,\)\]"):
        run_on_arrays(program, [[1.0], [1.0, 2.0]])
    with pytest.raises(TypeError, match="expected a number"):
        run_on_arrays(program, [[None], [1.0]])
    with pytest.raises(TypeError, match="expected a number"):
        run_on_arrays(program, [["1"], [1.0]])
    assert run_on_arrays(program, [[10**400, 2], [1.0, True]])[0].tolist() == [math.inf, 2.0]
