"""`take` in compiled functions: one program for all entries, and an error before it runs for none."""

import random
from math import inf, nan

import numpy
import pytest

import autograd
from autograd import Value, grad, hessian, jacobian, jit, jvp, require, take, value_and_grad, vjp
from tests.autograd.programs.test_derivative import bits

pytestmark = pytest.mark.usefixtures("backend")

TABLE = [1.0, 2.0, 4.0]
WRONG = [
    (3.0, IndexError, "from 0 to 2, got 3"),
    (-1.0, IndexError, "got -1; the last entry is at 2"),
    (1.5, TypeError, "whole number, got 1.5"),
    (nan, TypeError, "whole number, got nan"),
]


def square(table, index):
    return take(table, index) ** 2


def flat(thing):
    if isinstance(thing, (list, tuple)):
        return [number for branch in thing for number in flat(branch)]
    return [thing]


@pytest.mark.parametrize("seed", range(20))
def test_numbers_and_derivatives_equal_eager(seed):
    # Broken if a row is chosen wrongly, or its gradient passes by another way than eager.
    rng = random.Random(seed)
    rows, width = rng.randint(1, 9), rng.randint(1, 4)
    weights = [rng.uniform(-2, 2) for _ in range(width)]

    def f(table, i, j):
        return autograd.tanh(autograd.dot(take(table, i), weights)) * autograd.exp(take(take(table, j), 0))

    transforms = [
        lambda f: f,
        value_and_grad,
        grad,
        lambda f: jacobian(lambda *args: [f(*args), f(*args) ** 2]),
        hessian,
    ]
    compiled = [jit(transform(f), math="libm") for transform in transforms]
    for _ in range(5):
        table = [[rng.choice([rng.gauss(0, 1), 0.0, -0.0, inf]) for _ in range(width)] for _ in range(rows)]
        i, j = float(rng.randrange(rows)), float(rng.randrange(rows))
        for transform, one in zip(transforms, compiled, strict=True):
            assert bits(flat(one(table, i, j))) == bits(flat(transform(f)(table, i, j))), (table, i, j)
    assert [len(one._kept) for one in compiled] == [1] * len(compiled)


def test_an_index_may_be_a_whole_number_or_stand_in_a_list():
    f = jit(square)
    assert [f(TABLE, i) for i in range(3)] == [1.0, 4.0, 16.0]
    assert jit(lambda table, text: [take(table, i) for i in text])(TABLE, [2, 0, 1]) == [4.0, 1.0, 2.0]


@pytest.mark.parametrize("transform", [lambda f: f, grad, value_and_grad, hessian])
@pytest.mark.parametrize("index, error, message", WRONG)
def test_a_call_with_the_index_of_no_entry(index, error, message, transform):
    # Broken: the sum of what is not chosen is -0.0, a silent wrong result.
    f = jit(transform(square))
    f(TABLE, 1.0)
    for _ in range(2):
        with pytest.raises(error, match=message):
            f(TABLE, index)
    f(TABLE, 2.0)


@pytest.mark.parametrize("index, error, message", WRONG)
def test_a_batch_and_a_buffer_with_the_index_of_no_entry(index, error, message):
    f = jit(square)
    tables, places = numpy.array([TABLE, TABLE, TABLE]), numpy.array([0.0, 2.0, 1.0])
    assert f.batch(tables, places).tolist() == [1.0, 16.0, 4.0]
    assert f.batch(TABLE, places, shared=0).tolist() == [1.0, 16.0, 4.0]
    with pytest.raises(error, match=message):
        f.batch(tables, numpy.array([0.0, 2.0, index]))
    with pytest.raises(error, match=message):
        f.batch(tables, index)
    bound = f.bind(TABLE, 1.0)
    bound()
    assert bound.outputs == 4.0
    bound.inputs[1][...] = index
    with pytest.raises(error, match=message):
        bound()
    assert bound.outputs == 4.0
    bound.inputs[1][...] = 2.0
    bound()
    assert bound.outputs == 16.0


def test_every_column_of_a_batch_is_looked_at():
    f = jit(lambda text, table: [take(table, i) for i in text])
    texts = numpy.array([[0.0, 1.0], [2.0, 0.0]])
    assert f.batch(texts, TABLE, shared=1).tolist() == [[1.0, 2.0], [4.0, 1.0]]
    texts[1, 1] = 3.0
    with pytest.raises(IndexError, match="got 3"):
        f.batch(texts, TABLE, shared=1)


def test_the_rows_of_a_bound_batch_are_looked_at_when_they_are_computed():
    bound = jit(square).bind_batch(TABLE, numpy.array([0.0, 2.0, 1.0]), shared=0)
    bound()
    assert bound.outputs.tolist() == [1.0, 16.0, 4.0]
    bound.inputs[1][2] = 3.0
    bound(0, 2)
    with pytest.raises(IndexError, match="got 3"):
        bound(1, 3)


def test_a_gradient_that_is_added_to_parameters():
    table = [Value(x) for x in TABLE]
    loss = jit(lambda index: take(table, index) ** 2)
    assert loss.backward(2.0) == 16.0
    assert loss.backward(1.0) == 4.0
    assert [x.grad for x in table] == [0.0, 4.0, 8.0]
    with pytest.raises(IndexError, match="got 3"):
        loss.backward(3.0)


def test_derivatives_along_a_direction_and_back():
    value, slope = jit(jvp(square))(TABLE, 2.0, [1.0, 1.0, 0.5])
    assert (value, slope) == (16.0, 4.0)
    f = jit(vjp(square))
    value, pull = f(TABLE, 1.0)
    assert (value, pull(1.0)) == (4.0, [0.0, 4.0, 0.0])
    with pytest.raises(IndexError, match="got 5"):
        f(TABLE, 5.0)
    with pytest.raises(IndexError, match="got 5"):
        jit(jvp(square))(TABLE, 5.0, [1.0, 1.0, 0.5])


def test_an_index_that_is_differentiated_by_has_the_slope_zero():
    f = jit(grad(square, argnums=(0, 1)))
    assert f(TABLE, 2.0) == grad(square, argnums=(0, 1))(TABLE, 2.0) == ([0.0, 0.0, 8.0], 0.0)
    with pytest.raises(IndexError, match="got 7"):
        f(TABLE, 7.0)


def test_a_transform_within_the_function_hands_inputs_on():
    # Broken if its new nodes are taken for numbers that the function computes.
    def f(x):
        require(x, float)
        return x**3

    assert jit(lambda x: 2 * grad(f)(x))(2.0) == 24.0


def test_a_sparse_matrix():
    pytest.importorskip("scipy")
    f = jit(jacobian(lambda table, text: [take(table, i) for i in text]))
    assert f.sparse(TABLE, [2.0, 0.0]).toarray().tolist() == [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]
    with pytest.raises(IndexError, match="got 9"):
        f.sparse(TABLE, [9.0, 0.0])


OUTSIDE = Value(1.0)


@pytest.mark.parametrize(
    "f, message",
    [
        (lambda table, i: take(table, i + 1), "the function computes .* compute it outside"),
        (lambda table, i: take(table, OUTSIDE), "was not given; hand it over as an argument"),
        (lambda table, i: take(table, Value(1.0)), "makes itself; give the number"),
    ],
)
def test_an_index_that_is_no_input_is_refused(f, message):
    # Broken: nothing would look at it before the program runs.
    with pytest.raises(TypeError, match=message):
        jit(f)(TABLE, 1.0)


def test_a_rule_of_ones_own():
    def positive(x):
        if not x > 0.0:
            raise ValueError(f"expected a positive width, got {x:g}")

    @jit
    def scaled(x, width):
        require(width, positive)
        return x / width

    assert scaled(3.0, 2.0) == 1.5
    for width in (0.0, nan, -1.0):
        with pytest.raises(ValueError, match=f"got {width:g}"):
            scaled(3.0, width)
    with pytest.raises(ValueError, match="got 0"):
        scaled.batch(numpy.ones(3), numpy.array([1.0, 2.0, 0.0]))
