"""Every operation written as IR gives, bit for bit, what the table's own function gives."""

import itertools
import math
import random
import struct

import pytest

import autograd
from autograd import ops
from autograd.programs.llvm import outside
from autograd.programs.llvm.operations import POWERS_AS_THEY_ARE, WRITERS, is_called_back
from autograd.programs.program import function_on_floats
from tests.autograd.programs.llvm.compiling import compiled

EDGES = [0.0, 5e-324, 2.2250738585072014e-308, 1e-300, 1e-9, 0.3, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 38.0, 40.0]
EDGES += [710.0, 800.0, 1e15 + 0.5, 2.0**53 + 2, 1e22, 1e300, 1.7976931348623157e308, math.inf, math.nan]
EDGES += [-x for x in EDGES]

FORMULAS = {
    "logaddexp",
    "sigmoid",
    "softplus",
    "elu",
    "gelu",
    "silu",
    "normal_pdf",
    "normal_cdf",
    "pow",
    "hypot",
    "sinc",
    "erfinv",
}
EXACT = sorted(set(ops.TABLE) - FORMULAS - set(outside.LIBM))


def samples(name):
    draw = random.Random(name)
    drawn = [
        draw.choice([-1, 1]) * math.ldexp(draw.uniform(1, 2), draw.randint(-12, 10)) for _ in range(1000)
    ]
    drawn += [
        draw.choice([-1, 1]) * math.ldexp(draw.uniform(1, 2), draw.randint(-1074, 1023)) for _ in range(200)
    ]
    if ops.TABLE[name].arity == 1:
        return [EDGES + drawn]
    pairs = [*itertools.product(EDGES, EDGES), *zip(drawn, reversed(drawn), strict=True)]
    return [list(column) for column in zip(*pairs, strict=True)]


def patterns(numbers):
    """The numbers by their bits; all nan are one."""
    return [struct.pack("<d", x) if x == x else b"nan" for x in numbers]


def assert_same(name, found, columns):
    value = function_on_floats(ops.TABLE[name])
    for point, got in zip(zip(*columns, strict=True), found, strict=True):
        assert patterns([got]) == patterns([value(*point)]), (name, point, got, value(*point))


@pytest.mark.parametrize("lanes", [1, 4])
@pytest.mark.parametrize("name", EXACT)
def test_an_operation_without_elementary_functions_is_that_of_the_table(name, lanes):
    """Broken by a contraction, a zero of the other sign, or a nan that gets lost."""
    columns = samples(name)
    assert_same(name, compiled(ops.TABLE[name], lanes)(*columns), columns)


@pytest.mark.parametrize("lanes", [1, 4])
@pytest.mark.parametrize("name", sorted(set(ops.TABLE) - set(EXACT)))
def test_with_the_platforms_functions_every_operation_is_that_of_the_table(name, lanes):
    columns = samples(name)
    assert_same(name, compiled(ops.TABLE[name], lanes, "libm")(*columns), columns)


def test_the_table_is_covered():
    assert set(WRITERS) == set(ops.TABLE.values())


@pytest.mark.parametrize("math", ["own", "libm"])
@pytest.mark.parametrize("exponent", [2.0, 1.0, 0.0, 0.5, -0.5, 1.5, 3.0, -1.0, -2.0, 0.3])
def test_powers_with_a_known_exponent(exponent, math):
    """Broken if pow(-inf, 0.5) is the square root's nan, or pow(-0.0, 0.5) its -0.0."""
    [column] = samples("exp")
    found = compiled(ops.pow, math=math, constant=exponent)(column, column)
    for x, got in zip(column, found, strict=True):
        expected = ops.pow(x, exponent)
        if math == "libm" or exponent in POWERS_AS_THEY_ARE:
            assert patterns([got]) == patterns([expected]), x
        elif not (got != got and expected != expected):
            assert abs(got - expected) <= 2 * ulp(expected) or got == expected, x
            assert got != 0.0 or patterns([got]) == patterns([expected]), x


def ulp(x):
    return math.ulp(x) if math.isfinite(x) else 0.0


def test_an_operation_of_ones_own_is_called_back():
    """Broken if one is taken for another of the same name, or for that of the table."""
    twice = autograd.operation(lambda x, out: 2.0, symbol="exp")(lambda x: 2 * x)
    thrice = autograd.operation(lambda x, y, out: 3.0, lambda x, y, out: y)(lambda x, y: 3 * x + y)
    assert compiled(twice, 4)([1.0, 2.0, 3.0]) == [2.0, 4.0, 6.0]
    assert compiled(thrice, 1)([1.0, 2.0], [0.5, 0.25]) == [3.5, 6.25]
    assert all(is_called_back(operation) for operation in (twice, thrice))
    assert not is_called_back(ops.add) and is_called_back(ops.sinc_derivative)


def test_what_a_callback_raises_is_kept():
    """Broken if machine code goes on with a 0.0 and nobody hears of it."""

    @autograd.operation(lambda x, out: 1.0)
    def wrong(x):
        raise KeyError("no value")

    assert math.isnan(compiled(wrong)([1.0])[0])
    with pytest.raises(KeyError, match="no value"):
        outside.raise_failures()
    outside.raise_failures()  # it is heard of once
