"""Whole numbers that stand alone: inputs where a function computes with them, else settings."""

import math
import warnings

import numpy
import pytest

import autograd
from autograd import Value, grad, hvp, jit, jvp, value_and_grad
from tests.autograd.programs.test_derivative import bits

pytestmark = pytest.mark.usefixtures("backend")
POINTS = [2.5, -1.7, 0.3, 0.0, -0.0, 1e200, math.inf, math.nan]


@pytest.fixture(autouse=True)
def _warnings_are_errors():
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # that it is compiled again and again
        yield


class TestOneThatChanges:
    @pytest.mark.parametrize("math", ["own", "libm"])
    @pytest.mark.parametrize(
        "f", [lambda x, n: x**n, grad(lambda x, n: x**n), lambda x, n: n * x - x / (n + 0.5)]
    )
    def test_becomes_an_input_and_all_numbers_stay(self, f, math):
        # Broken if a power has another derivative where its exponent is an input.
        compiled = jit(f, math=math)
        for n in range(-3, 10):
            for x in POINTS:
                expected = f(x if isinstance(f, type(grad(f))) else Value(x), n)
                number = expected.data if isinstance(expected, Value) else expected
                if math == "libm" or abs(n) <= 2:
                    assert bits([compiled(x, n)]) == bits([number]), (x, n)
                else:
                    assert compiled(x, n) == pytest.approx(number, rel=1e-15, nan_ok=True)
        assert compiled.program.inputs == ("x1", "x2")

    def test_is_compiled_twice_in_all(self):
        calls = []

        @jit
        def f(x, n):
            calls.append(n)
            return x * n

        assert [f(2.0, n) for n in (3, 4)] == [6.0, 8.0]
        traced = len(calls)
        assert [f(2.0, n) for n in range(20)] == [2.0 * n for n in range(20)]
        assert len(calls) == traced
        assert f(2.0, 3.0) == f(n=3, x=2.0) == 6.0

    def test_those_of_numpy_too(self):
        f, needed = (
            jit(lambda x, n: x * n),
            jit(lambda x, n, double: autograd.sum([x] * n) * (2 if double else 1)),
        )
        for n in numpy.arange(4):
            assert f(2.0, n) == f.batch(numpy.ones(2) * 2.0, n)[1] == 2.0 * n
        for n in numpy.arange(1, 4):
            assert needed(2.0, n, n > 1) == (4.0 if n > 1 else 2.0) * n
            assert needed.batch(numpy.ones(2), n, n > 2)[0] == (2.0 if n > 2 else 1.0) * n
        assert f.program.inputs == ("x1", "x2")

    def test_in_batches_and_buffers(self):
        f = jit(lambda x, n: x * n)
        x = numpy.array([1.0, 2.0])
        assert [f.batch(x, n).tolist() for n in (3, 4, 5)] == [[3.0, 6.0], [4.0, 8.0], [5.0, 10.0]]
        bound = f.bind(2.0, 6)
        bound.inputs[1][...] = 7.0
        bound()
        assert bound.outputs == 14.0

    def test_one_of_several(self):
        f = jit(lambda x, n, m: n * autograd.sum([x] * m))
        for n in range(1, 6):
            for m in (1, 2):
                assert f(2.0, n, m) == 2.0 * n * m
        assert f.program.inputs == ("x1", "x2")


class TestOneThatIsNeeded:
    @pytest.mark.parametrize(
        "f",
        [
            lambda x, n: autograd.sum([x for _ in range(n)]),
            lambda x, n: [x, 2.0 * x, 3.0 * x, 4.0 * x][n],
            lambda x, n: x if n % 2 else -x,
            lambda x, n: x if n == 2 else -x,
            lambda x, n: x if n in {2, 3} else -x,
            lambda x, n: x * {1: 10.0}.get(n, 20.0),
            lambda x, n: x * (2.0 if isinstance(n, int) else 3.0),
            lambda x, n: x * len(f"{n}"),
            lambda x, n: (x * n, n),
            lambda x, n: x * math.factorial(n),
        ],
    )
    def test_stays_a_setting(self, f):
        compiled = jit(f)
        for n in (3, 2, 1, 2, 3):
            assert repr(compiled(2.0, n)) == repr(f(2.0, n)), n

    def test_with_arguments_of_another_structure(self):
        # Broken if what was an input with two numbers is handed to range() as a Value with three.
        f = jit(lambda x, n: x[0] * n if len(x) == 2 else autograd.sum([x[2] for _ in range(n)]))
        assert [f([2.0, 0.0], n) for n in (1, 2, 3)] == [2.0, 4.0, 6.0]
        assert [f([0.0, 0.0, 2.0], n) for n in (1, 2, 3)] == [2.0, 4.0, 6.0]
        assert [f([2.0, 0.0], n) for n in (1, 2, 3)] == [2.0, 4.0, 6.0]

    def test_for_good(self):
        calls = []

        @jit
        def f(x, n):
            calls.append(n)
            return autograd.sum([x] * n)

        assert [f(2.0, n) for n in (1, 2, 3, 4)] == [2.0, 4.0, 6.0, 8.0]
        assert sum(isinstance(n, Value) for n in calls) == 1

    def test_one_that_is_no_float_exactly(self):
        f = jit(lambda x, n: x * (n - 2**53))
        assert [f(2.0, 2**53 + n) for n in (0, 1, 2, 3)] == [0.0, 2.0, 4.0, 6.0]

    def test_its_errors_are_those_of_the_function(self):
        f = jit(lambda x, n: x * [1.0, 2.0][n])
        assert [f(3.0, 0), f(3.0, 1)] == [3.0, 6.0]
        with pytest.raises(IndexError):
            f(3.0, 2)


class TestThoseThatAreDifferentiated:
    def test_leave_others_what_they_are(self):
        # Broken if one that is differentiated makes numbers of all.
        f = grad(lambda x, n: autograd.sum([x**k for k in range(n)]))
        assert jit(f)(2, 3) == f(2, 3) == 5.0

    def test_true_and_directions_are_numbers(self):
        assert jit(grad(lambda a: a * a))(True) == 2.0
        assert jit(grad(lambda a: a[0] * a[1]))([True, 3.0]) == [3.0, 1.0]
        assert jit(jvp(lambda a: a * a))(3, 1) == (9.0, 6.0)
        assert jit(hvp(lambda a: a**3))(3, 2) == 36.0

    def test_in_a_batch(self):
        f = jit(value_and_grad(lambda a, b: a * b, argnums=(0, 1)))
        value, (by_a, by_b) = f.batch(numpy.array([1.0, 2.0]), 3)
        assert (value.tolist(), by_a.tolist(), by_b.tolist()) == ([3.0, 6.0], [3.0, 3.0], [1.0, 2.0])


def test_a_whole_number_that_is_returned_stays_one():
    aux = value_and_grad(lambda x: (x * x, {"count": 3, "also": numpy.int64(4)}), has_aux=True)
    for f in (lambda x: [x * 2.0, 3, numpy.float32(0.5)], lambda x: 3, aux):
        expected, found = f(2.0), jit(f)(2.0)
        assert repr(found) == repr(expected)
    assert jit(grad(lambda x: 3))(2.0) == 0.0
