"""Operations of the user's own: what is wrong with one is said with its name, compiled or not."""

import functools
import inspect
import math
from decimal import Decimal
from fractions import Fraction

import numpy
import pytest

import autograd
from autograd import Value, grad, hessian, operation


def one(x, out):
    return 1.0


@pytest.mark.parametrize("wrong", [None, 3j, "a", [1.0], Value(2.0)], ids=lambda wrong: type(wrong).__name__)
class TestNoNumber:
    def test_as_the_value(self, wrong):
        @operation(one)
        def odd(x):
            return wrong

        for x in (2.0, Value(2.0)):
            with pytest.raises(
                TypeError, match=rf"value of odd\(2\.0\) must be a number, got {type(wrong).__name__}"
            ):
                odd(x)

    def test_as_the_derivative(self, wrong):
        @operation(lambda x, out: wrong)
        def odd(x):
            return x

        with pytest.raises(
            TypeError, match=rf"derivative of odd\(2\.0\) must be a number, got {type(wrong).__name__}"
        ):
            odd(Value(2.0))


@pytest.mark.parametrize(
    ("number", "read"), [(10**400, math.inf), (-(10**400), -math.inf), (3, 3.0), (True, 1.0)]
)
def test_any_number_will_do(number, read):
    @operation(lambda x, out: number)
    def odd(x):
        return number

    x = Value(2.0)
    odd(x).backward()
    assert (odd(2.0), x.grad) == (read, read)


@pytest.mark.parametrize(
    ("partial", "x"),
    [(lambda x, out: math.exp(x), 1000.0), (lambda x, out: math.log(x), -1.0), (lambda x, out: 1 // 0, 1.0)],
)
def test_what_overflows_in_a_derivative_is_told_with_a_way_out(partial, x):
    """An overflow of math.exp is no matter of second derivatives."""
    odd = operation(partial)(functools.partial(pow, 1.0))
    with pytest.raises((ArithmeticError, ValueError)) as error:
        odd(Value(x))
    [note] = error.value.__notes__
    assert note.startswith(f"in the derivative of pow({x!r}); ")
    assert "autograd.exp rather than math.exp" in note
    assert "second" not in str(error.value) + note


def test_what_overflows_in_a_value_too():
    @operation(one)
    def odd(x):
        return math.log(x)

    # Python 3.14 says what was expected
    with pytest.raises(ValueError, match=r"math domain error|expected a positive input") as error:
        odd(Value(-1.0))
    assert error.value.__notes__[0].startswith("in odd(-1.0); ")


class Doubler:
    def __call__(self, x):
        return 2 * x


@pytest.mark.parametrize(
    ("function", "name"),
    [
        (functools.partial(pow, 2.0), "pow"),
        (Doubler(), "Doubler"),
        (math.sin, "sin"),
        (Doubler().__call__, "__call__"),
    ],
)
def test_any_callable_becomes_an_operation(function, name):
    made = operation(one)(function)
    out = made(Value(3.0))
    assert (out.data, out._op) == (function(3.0), name)


def test_the_number_of_parameters_is_looked_at_where_the_operation_is_defined():
    with pytest.raises(TypeError, match=r"square is called with 2 argument\(s\), but takes 1"):

        @operation(lambda x, y, out: 1.0, None)
        def square(x):
            return x * x

    with pytest.raises(
        TypeError, match=r"a derivative of cube, .* is called with 2 argument\(s\), but takes 1"
    ):

        @operation(lambda x: 3 * x * x)
        def cube(x):
            return x**3

    @operation(lambda *args: args[0], lambda x, y, out, unused=1: y)
    def fine(*args):
        return args[0] + args[1]

    assert fine(Value(1.0), 2.0).data == 3.0


def test_help_shows_docstring_and_parameters():
    @operation(lambda x, y, out: y, lambda x, y, out: x)
    def product(x, y):
        """The product of two numbers."""
        return x * y

    assert str(inspect.signature(product)) == "(x, y, /)"
    assert "The product of two numbers." in product.__doc__
    assert autograd.grad(product)(3.0, 4.0) == 4.0


@pytest.mark.parametrize(
    "two", [2, Fraction(2), Decimal(2), numpy.float32(2), numpy.int64(2)], ids=lambda two: type(two).__name__
)
def test_a_derivative_may_be_any_number_to_any_order(two):
    """A graph of derivatives that takes floats only, where the first derivative takes every number."""

    @operation(lambda x, out: two)
    def doubled(x):
        return 2.0 * x

    assert grad(doubled)(1.0) == 2.0
    assert grad(grad(lambda x: doubled(x) * x))(1.0) == 4.0
    assert hessian(lambda x: doubled(x[0]) * x[0])([1.0]) == [[4.0]]


@pytest.mark.parametrize("wrong", [None, "x", [1.0]])
def test_a_derivative_that_is_no_number_is_named_at_every_order(wrong):
    @operation(lambda x, out: wrong if isinstance(x, Value) else 2.0)
    def odd(x):
        return 2.0 * x

    with pytest.raises(TypeError, match=r"the derivative of odd\(1\.0\) must be a number, got"):
        grad(grad(lambda x: odd(x) * x))(1.0)


def test_an_operation_is_called_one_in_errors():
    """The name of a class that nobody has heard of, where the table is compiled."""
    with pytest.raises(TypeError, match="'Value' and 'Operation'"):
        Value(1.0) + autograd.exp
