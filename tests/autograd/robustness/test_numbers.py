"""Numbers that are accepted, on both sides of every operator."""

import math
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from autograd import Value
from tests.autograd.robustness.operands import ARITHMETIC, COMPARISONS, IN_PLACE


class MyFloat(float):
    """A number of somebody's own, as units and currencies are."""


class MyInt(int):
    """An integer of somebody's own, as enumerations are."""


NUMBERS = [
    (True, 1.0),
    (-3, -3.0),
    (2**70, 2.0**70),
    (10**400, math.inf),
    (-(10**400), -math.inf),
    (MyFloat(2.5), 2.5),
    (MyInt(4), 4.0),
    (-113.0, -113.0),  # by which compiled code marks a failure
    (math.nan, math.nan),
    (Decimal("0.1"), 0.1),
    (Decimal("-1e999"), -math.inf),
    (Decimal("NaN"), math.nan),
    (Fraction(1, 3), 1 / 3),
    *((kind(1), 1.0) for kind in (np.bool_, *np.sctypeDict.values()) if np.dtype(kind).kind in "biuf"),
]
NUMBERS = list({(type(number), expected): (number, expected) for number, expected in NUMBERS}.values())


def same(a, b):
    return a == b or (a != a and b != b)


each_number = pytest.mark.parametrize(
    "number, expected", NUMBERS, ids=[f"{type(number).__name__} {number!s:.8}" for number, _ in NUMBERS]
)


@each_number
def test_a_number_of_any_type_is_its_float(number, expected):
    """Broken if a type takes another path, which rounds, overflows or forgets the gradient."""
    for function in ARITHMETIC + IN_PLACE:
        for reflected in (False, True):
            x, y = Value(1.5), Value(1.5)
            result = function(number, x) if reflected else function(x, number)
            wanted = function(Value(expected), y) if reflected else function(y, expected)
            assert type(result) is Value
            assert type(result.data) is float
            result.backward()
            wanted.backward()
            assert same(result.data, wanted.data), (function, reflected)
            assert same(x.grad, y.grad), (function, reflected)


@each_number
def test_a_number_of_any_type_is_compared(number, expected):
    for function in COMPARISONS:
        for data in (1.0, math.inf, -113.0, math.nan):
            assert bool(function(Value(data), number)) is function(data, expected), (function, data)
            assert bool(function(number, Value(data))) is function(expected, data), (function, data)


@each_number
def test_a_leaf_of_a_number_of_any_type_is_a_float(number, expected):
    leaf = Value(number)
    assert type(leaf.data) is float
    assert same(leaf.data, expected)
