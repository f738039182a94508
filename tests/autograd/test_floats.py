"""Float arithmetic that never raises, against C's own functions and mpmath's digits."""

import inspect
import math
import struct
from decimal import Decimal
from fractions import Fraction
from math import inf, nan

import mpmath
import numpy
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from autograd import floats, ops, piecewise, special

EPSILON = 2.0**-52
ANY = st.floats(allow_nan=True, allow_infinity=True)
FAST = settings(deadline=None, derandomize=True, max_examples=300)


def bits(number):
    return "nan" if number != number else struct.pack(">d", number)


UNARY = [name for name, line in ops.TABLE.items() if line.arity == 1]
BINARY = [name for name, line in ops.TABLE.items() if line.arity == 2]


@pytest.mark.parametrize("name", UNARY)
@FAST
@given(ANY)
def test_one_argument_never_raises(name, x):
    """Python's math raises for overflow, poles and invalid arguments; IEEE arithmetic has an answer."""
    assert type(ops.TABLE[name](x)) is float


@pytest.mark.parametrize("name", BINARY)
@FAST
@given(ANY, ANY)
def test_two_arguments_never_raise(name, x, y):
    assert type(ops.TABLE[name](x, y)) is float


@pytest.mark.parametrize("name", UNARY)
def test_nan_stays_nan(name):
    """A nan that vanishes on its way hides where it came from; only steps may answer it."""
    assert math.isnan(ops.TABLE[name](nan))


@FAST
@given(ANY, ANY)
def test_division_is_the_hardware_division(x, y):
    with numpy.errstate(all="ignore"):
        assert bits(floats.div(x, y)) == bits(float(numpy.float64(x) / numpy.float64(y)))


INTEGRAL = st.integers(-400, 400).map(float)
ROUND = st.sampled_from(
    [0.0, -0.0, 1.0, -1.0, inf, -inf, nan, 0.5, -0.5, 2.0**53, 2.0**53 + 2, 1e300, -1e300]
)


@settings(FAST, max_examples=2000)
@given(ANY | INTEGRAL | ROUND, ANY | INTEGRAL | ROUND)
def test_power_is_the_power_of_c(x, y):
    """The sign of an overflow, poles at both zeros, nan for a negative base: all as C's pow answers."""
    assume(y != 0.5)  # where numpy takes the square root, whose -0.0 C's pow does not have
    with numpy.errstate(all="ignore"):
        expected = float(numpy.power(numpy.float64(x), numpy.float64(y)))
    actual = floats.pow(x, y)
    if math.isfinite(expected) and expected != 0.0:
        assert abs(actual - expected) <= 2 * EPSILON * abs(expected) + 5e-324  # two libraries, one ulp each
    else:
        assert bits(actual) == bits(expected)


def test_power_that_overflows_keeps_its_sign():
    assert [floats.pow(-10.0, 309.0), floats.pow(-10.0, 310.0), floats.pow(10.0, 309.0)] == [-inf, inf, inf]


FUNCTIONS = {
    "exp": mpmath.exp,
    "expm1": mpmath.expm1,
    "log": mpmath.log,
    "log1p": mpmath.log1p,
    "sqrt": mpmath.sqrt,
    "sin": mpmath.sin,
    "cos": mpmath.cos,
    "tan": mpmath.tan,
    "asin": mpmath.asin,
    "acos": mpmath.acos,
    "sinh": mpmath.sinh,
    "cosh": mpmath.cosh,
    "sigmoid": lambda x: 1 / (1 + mpmath.exp(-x)),
    "softplus": lambda x: mpmath.log1p(mpmath.exp(x)),
    "gelu": lambda x: x * mpmath.erfc(-x / mpmath.sqrt(2)) / 2,
    "silu": lambda x: x / (1 + mpmath.exp(-x)),
}


def function_of(name):
    return ops.TABLE[name].value


MAGNITUDES = [5e-324, 1e-300, 1e-20, 1e-8, 1e-3, 0.1, 0.5, 1.0, 3.0, 8.0, 20.0, 37.0, 100.0, 700.0, 1000.0]
DOMAIN = {
    "log": (0.0, inf),
    "log1p": (-1.0, inf),
    "sqrt": (0.0, inf),
    "asin": (-1.0, 1.0),
    "acos": (-1.0, 1.0),
}


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("magnitude", MAGNITUDES)
def test_digits_at_every_magnitude(name, magnitude):
    """A formula that overflows, cancels or loses its tail: each must be right to its last two bits."""
    low, high = DOMAIN.get(name, (-inf, inf))
    for x in (magnitude, -magnitude):
        actual = function_of(name)(x)
        if not low <= x <= high:
            assert math.isnan(actual)
        elif (name, x) == ("log1p", -1.0):
            assert actual == -inf
        else:
            with mpmath.workdps(400):
                expected = FUNCTIONS[name](mpmath.mpf(x))
                if abs(expected) >= mpmath.mpf(2) ** 1024:
                    assert actual == (inf if expected > 0 else -inf)
                    continue
                error = abs(mpmath.mpf(actual) - expected)
                assert error <= 2 * EPSILON * abs(expected) + mpmath.mpf(5e-324)


@pytest.mark.parametrize(
    ("name", "positive", "negative"),
    [
        ("exp", inf, 0.0),
        ("expm1", inf, -1.0),
        ("sinh", inf, -inf),
        ("cosh", inf, inf),
        ("sigmoid", 1.0, 0.0),
        ("softplus", 1e300, 0.0),
        ("silu", 1e300, -0.0),
        ("gelu", 1e300, -0.0),
        ("relu", 1e300, 0.0),
    ],
)
def test_far_out(name, positive, negative):
    """1e300 squared overflows: no formula may pass through it into a nan."""
    function = function_of(name)
    assert (bits(function(1e300)), bits(function(-1e300))) == (bits(positive), bits(negative))


@pytest.mark.parametrize("name", ["sigmoid", "softplus", "silu", "gelu"])
@pytest.mark.parametrize("x", [-1000.0, 1000.0])
def test_activations_at_a_thousand(name, x):
    """exp(1000) overflows, and inf / inf is nan: the activations must not pass through it."""
    expected = {"sigmoid": 0.0 if x < 0 else 1.0}.get(name, 0.0 if x < 0 else 1000.0)
    assert function_of(name)(x) == expected


@pytest.mark.parametrize(
    ("x", "y", "larger", "smaller"),
    [
        (1.0, 2.0, 2.0, 1.0),
        (0.0, -0.0, 0.0, -0.0),
        (-0.0, 0.0, 0.0, -0.0),
        (-0.0, -0.0, -0.0, -0.0),
        (0.0, 0.0, 0.0, 0.0),
        (inf, -inf, inf, -inf),
        (nan, 1.0, nan, nan),
        (1.0, nan, nan, nan),
    ],
)
def test_maximum_and_minimum_of_ieee_754_2019(x, y, larger, smaller):
    assert bits(piecewise.maximum(x, y)) == bits(larger)
    assert bits(piecewise.minimum(x, y)) == bits(smaller)


def test_what_is_not_chosen_is_a_negative_zero():
    """0.0 added to -0.0 is 0.0: only -0.0 leaves every number as it is."""
    assert bits(piecewise.when(0.0, 5.0)) == bits(-0.0)
    for chosen in (-0.0, 0.0, -5.0, inf):
        assert bits(piecewise.when(1.0, chosen) + piecewise.when(0.0, nan)) == bits(chosen)
    assert piecewise.when(nan, 5.0) == 5.0  # as in Python, where nan is true


def test_every_function_has_a_docstring():
    for module in (floats, piecewise, special):
        for name, function in inspect.getmembers(module, inspect.isfunction):
            if not name.startswith("_"):
                assert function.__doc__, name


NUMPY_TYPES = ["bool_", "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64"]
NUMPY_TYPES += ["float16", "float32", "float64", "longdouble"]


class TestAsFloat:
    """What counts as a number."""

    @pytest.mark.parametrize("number", [True, 1, 1.0, *(getattr(numpy, name)(1) for name in NUMPY_TYPES)])
    def test_numbers(self, number):
        assert floats.is_number(number)
        assert type(floats.as_float(number)) is float
        assert floats.as_float(number) == 1.0

    def test_arrays_without_axes_are_numbers_and_others_are_not(self):
        assert floats.as_float(numpy.array(2.5)) == 2.5
        assert not floats.is_number(numpy.array([2.5]))
        assert not floats.is_number(numpy.array([[]]))

    def test_integers_beyond_the_largest_float_are_infinite(self):
        assert floats.as_float(10**400) == inf
        assert floats.as_float(-(10**400)) == -inf
        assert floats.as_float(numpy.uint64(2**64 - 1)) == 2.0**64
        assert floats.as_float(Fraction(-(10**400), 3)) == -inf

    def test_decimals_and_fractions_are_rounded_to_floats(self):
        assert floats.as_float(Decimal("0.1")) == 0.1
        assert floats.as_float(Fraction(1, 3)) == 1 / 3
        assert math.isnan(floats.as_float(Decimal("NaN")))

    @pytest.mark.parametrize(
        "wrong",
        [
            "1",
            b"1",
            None,
            [1.0],
            (1.0,),
            {},
            1j,
            numpy.complex128(1),
            numpy.str_("1"),
            numpy.timedelta64(1, "s"),
            float,
        ],
        ids=lambda wrong: type(wrong).__name__,
    )
    def test_anything_else_is_refused_and_named(self, wrong):
        assert not floats.is_number(wrong)
        with pytest.raises(TypeError, match=f"expected a number .* got {type(wrong).__name__}: "):
            floats.as_float(wrong)

    def test_a_long_thing_is_shown_in_short(self):
        with pytest.raises(TypeError) as error:
            floats.as_float("a" * 10000)
        assert len(str(error.value)) < 150
        assert str(error.value).endswith("...")
