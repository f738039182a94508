"""Things that are no numbers, on both sides of every operator; and a Value where a number is wanted."""

import math
import operator

import pytest

from autograd import Value
from tests.autograd.robustness.operands import (
    ARITHMETIC,
    COMPARISONS,
    IN_PLACE,
    NO_NUMBERS,
    OTHERS,
    assert_refused,
)


@pytest.mark.parametrize("thing", NO_NUMBERS, ids=lambda thing: type(thing).__name__)
def test_what_is_no_number_is_refused(thing):
    """Broken if a string is repeated, a Decimal silently rounded, or an error hidden by a crash."""
    x = Value(1.5, label="x")
    functions = {*ARITHMETIC, *IN_PLACE, *COMPARISONS, *OTHERS, divmod}
    for function in functions:
        assert_refused(function, x, thing)
        assert_refused(function, thing, x)
    assert_refused(Value, thing)
    assert_refused(x.arctan2, thing)
    if not hasattr(type(thing), "__float__"):  # compiled code makes floats of what says that it is one
        assert_refused(x.leaky_relu, thing)
        assert_refused(x.elu, thing)
    assert (x.data, x.grad, x.label) == (1.5, 0.0, "x")
    assert (x == thing, x != thing) == (False, True)


@pytest.mark.parametrize("function", OTHERS)
def test_operators_that_values_do_not_have(function):
    assert_refused(function, Value(3.0), Value(2.0))
    assert_refused(function, Value(3.0), 2)
    assert_refused(function, 3, Value(2.0))


@pytest.mark.parametrize(
    "convert", [float, int, complex, round, math.sin, range, operator.invert, len, operator.index]
)
def test_a_value_does_not_turn_into_a_plain_number_silently(convert):
    """Broken if math.sin(value) gives a number that no gradient passes."""
    assert_refused(convert, Value(3.0))


@pytest.mark.parametrize(
    "convert",
    [float, int, complex, round, lambda x: round(x, 2), math.exp, "%.3f".__mod__],
)
def test_the_refusal_says_what_to_write(convert):
    with pytest.raises(TypeError, match=r"x\.data for the number, .* autograd\.exp\(x\) and not"):
        convert(Value(3.0))


def test_whole_numbers_stay_in_the_graph():
    """math.floor and its kin give a Value, as numpy needs it, which is a step without a derivative."""
    x = Value(2.5)
    for convert, data in [(math.floor, 2.0), (math.ceil, 3.0), (math.trunc, 2.0)]:
        assert (convert(x)._prev, convert(x).data) == ((x,), data)


@pytest.mark.parametrize("base, exponent", [(Value(3.0), 2), (Value(3.0), Value(2.0)), (3, Value(2.0))])
def test_there_is_no_power_with_a_modulus(base, exponent):
    """Broken if the third argument is dropped."""
    assert_refused(pow, base, exponent, 5)


@pytest.mark.parametrize("base", [float, int])
def test_an_error_inside_a_numbers_own_conversion_is_passed_on(base):
    class Broken(base):
        def __float__(self):
            raise ZeroDivisionError("mine")

    x = Value(1.5)
    for function in ARITHMETIC + COMPARISONS:
        with pytest.raises(ZeroDivisionError, match="mine"):
            function(x, Broken(3))
    with pytest.raises(ZeroDivisionError, match="mine"):
        Value(Broken(3))


def test_an_object_that_knows_values_answers_itself():
    """Broken if Value refuses before the other operand was asked, as every array library needs."""

    class Mine:
        def answer(self, other):
            return "mine"

        __add__ = __sub__ = __mul__ = __truediv__ = __pow__ = __lt__ = __le__ = __gt__ = __ge__ = answer
        __radd__ = __rsub__ = __rmul__ = __rtruediv__ = __rpow__ = answer
        __matmul__ = __rmatmul__ = __mod__ = __rmod__ = answer
        __floordiv__ = __rfloordiv__ = __divmod__ = __rdivmod__ = answer

    for function in [*ARITHMETIC, *COMPARISONS, *IN_PLACE, operator.matmul, divmod]:
        assert function(Value(1.0), Mine()) == "mine"
        assert function(Mine(), Value(1.0)) == "mine"
