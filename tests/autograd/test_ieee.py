"""The float that derivatives are read on where Python would raise: its arithmetic is that of `floats`."""

import itertools
import math
import operator

import pytest

from autograd import floats, ops
from autograd.ieee import Float

NUMBERS = [0.0, -0.0, 1.0, -1.0, 0.5, -2.5, 3.0, 1e200, -1e308, 5e-324, math.inf, -math.inf, math.nan]
BINARY = {
    operator.add: lambda x, y: x + y,
    operator.sub: lambda x, y: x - y,
    operator.mul: lambda x, y: x * y,
    operator.truediv: floats.div,
    operator.floordiv: floats.floor_divide,
    operator.mod: floats.remainder,
    operator.pow: floats.pow,
}
UNARY = {operator.neg: lambda x: -x, operator.pos: lambda x: x, operator.abs: math.fabs}


def same(found, expected):
    return type(found) is Float and repr(float(found)) == repr(expected)  # nan is nan, and -0.0 is not 0.0


@pytest.mark.parametrize("sign", BINARY, ids=lambda sign: sign.__name__)
def test_operators_on_either_side(sign):
    # Broken if an operand is taken for the other, or an exception of Python's comes through.
    for x, y in itertools.product(NUMBERS, repeat=2):
        expected = BINARY[sign](x, y)
        assert same(sign(Float(x), y), expected)
        assert same(sign(x, Float(y)), expected)
        assert same(sign(Float(x), Float(y)), expected)


@pytest.mark.parametrize("sign", UNARY, ids=lambda sign: sign.__name__)
def test_signs(sign):
    for x in NUMBERS:
        assert same(sign(Float(x)), UNARY[sign](x))


@pytest.mark.parametrize("sign", BINARY, ids=lambda sign: sign.__name__)
def test_integers_of_any_size(sign):
    # Broken if 10**400 * x raises, which Python cannot make a float of.
    assert same(sign(Float(2.0), 10**400), BINARY[sign](2.0, math.inf))
    assert same(sign(10**400, Float(2.0)), BINARY[sign](math.inf, 2.0))
    assert same(sign(True, Float(2.0)), BINARY[sign](1.0, 2.0))


def test_operations_of_the_table():
    # Broken if a derivative that mixes operators and operations loses the kind of its numbers.
    for line in ops.TABLE.values():
        for numbers in itertools.product([0.0, -2.5, math.inf], repeat=line.arity):
            assert same(line(*map(Float, numbers)), line.value(*numbers))
