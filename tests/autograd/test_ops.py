"""The operation table against independent mathematics: sympy's derivatives and limits worked out by hand."""

import itertools
import math
import pickle
import random
import struct
from math import inf, nan

import mpmath
import pytest
import sympy
from sympy import Eq, Ge, Gt, Le, Lt, Ne, Piecewise, Rational

import autograd
from autograd import Value, check_grads, gradient, ops

EPSILON = 2.0**-52
DIGITS = 150
X, Y = sympy.symbols("x y", real=True)

SINC = sympy.sin(sympy.pi * X) / (sympy.pi * X)


def TRUNC(x):
    return sympy.sign(x) * sympy.floor(sympy.Abs(x))


# What each operation means, in sympy's words. Nothing here is taken from the table.
ORACLE = {
    "add": X + Y,
    "sub": X - Y,
    "mul": X * Y,
    "div": X / Y,
    "neg": -X,
    "pos": X,
    "pow": X**Y,
    "remainder": X - Y * sympy.floor(X / Y),
    "fmod": X - Y * TRUNC(X / Y),
    "exp": sympy.exp(X),
    "exp2": 2**X,
    "expm1": sympy.exp(X) - 1,
    "log": sympy.log(X),
    "log2": sympy.log(X, 2),
    "log10": sympy.log(X, 10),
    "log1p": sympy.log(1 + X),
    "logaddexp": sympy.log(sympy.exp(X) + sympy.exp(Y)),
    "sqrt": sympy.sqrt(X),
    "cbrt": sympy.sign(X) * sympy.Abs(X) ** Rational(1, 3),
    "hypot": sympy.sqrt(X**2 + Y**2),
    "erf": sympy.erf(X),
    "erfc": sympy.erfc(X),
    "erfinv": sympy.erfinv(X),
    "normal_pdf": sympy.exp(-X * X / 2) / sympy.sqrt(2 * sympy.pi),
    "normal_cdf": sympy.erfc(-X / sympy.sqrt(2)) / 2,
    "sin": sympy.sin(X),
    "cos": sympy.cos(X),
    "tan": sympy.tan(X),
    "asin": sympy.asin(X),
    "acos": sympy.acos(X),
    "atan": sympy.atan(X),
    "atan2": sympy.atan2(X, Y),
    "sinc": SINC,
    "sinc_derivative": Piecewise(
        (sympy.diff(SINC.subs(X, Y), Y), Eq(X, 1)), (sympy.diff(SINC.subs(X, Y), Y, Y), True)
    ),
    "sinh": sympy.sinh(X),
    "cosh": sympy.cosh(X),
    "tanh": sympy.tanh(X),
    "asinh": sympy.asinh(X),
    "acosh": sympy.acosh(X),
    "atanh": sympy.atanh(X),
    "sigmoid": 1 / (1 + sympy.exp(-X)),
    "softplus": sympy.log(1 + sympy.exp(X)),
    "relu": Piecewise((X, Gt(X, 0)), (0, True)),
    "leaky_relu": Piecewise((X, Gt(X, 0)), (Y * X, True)),
    "elu": Piecewise((X, Gt(X, 0)), (Y * (sympy.exp(X) - 1), True)),
    "gelu": X * (1 + sympy.erf(X / sympy.sqrt(2))) * Rational(1, 2),
    "silu": X / (1 + sympy.exp(-X)),
    "abs": Piecewise((X, Gt(X, 0)), (-X, True)),
    "maximum": Piecewise((X, Gt(X, Y)), (Y, True)),
    "minimum": Piecewise((X, Lt(X, Y)), (Y, True)),
    "when": Piecewise((Y, Ne(X, 0)), (0, True)),
    "or_one": Piecewise((Y, Ne(X, 0)), (1, True)),
    "copysign": sympy.Abs(X) * sympy.sign(Y),
    "floor": sympy.floor(X),
    "ceil": sympy.ceiling(X),
    "trunc": TRUNC(X),
    "round": sympy.floor(X + Rational(1, 2)),
    "floor_divide": sympy.floor(X / Y),
    "sign": Piecewise((1, Gt(X, 0)), (-1, True)),
    "less": Piecewise((1, Lt(X, Y)), (0, True)),
    "less_equal": Piecewise((1, Le(X, Y)), (0, True)),
    "greater": Piecewise((1, Gt(X, Y)), (0, True)),
    "greater_equal": Piecewise((1, Ge(X, Y)), (0, True)),
    "equal": Piecewise((1, Eq(X, Y)), (0, True)),
    "not_equal": Piecewise((1, Ne(X, Y)), (0, True)),
    "stop_gradient": X,
}

# Beside a zero, a function has the precision of what it is computed from.
VALUE_SCALE = {"sinc_derivative": lambda n, x: math.pi**n, "logaddexp": lambda x, y: max(1.0, abs(x), abs(y))}

# A derivative is allowed 4 roundings of itself. These formulas pass through a larger number, of which they
# are allowed the same: 1 - tanh**2 near tanh = 1 cannot know more digits than 1 has.
INTERMEDIATE = {
    "tanh": lambda x: 1.0,
    "sigmoid": lambda x: 1 / (1 + math.exp(-x)),
    "sinc": lambda x: 1.0,
    "sinc_derivative": lambda n, x: math.pi**n,
    "logaddexp": lambda x, y: abs(x - y) * math.exp(-abs(x - y)),  # the difference is rounded
    "erfinv": lambda x: 5.0,
    "gelu": lambda x: 1.0,
    "silu": lambda x: max(1.0, abs(x)),
    # A relative error of one rounding in an exponent t is an error of t roundings in exp(t).
    "erf": lambda x: x * x * math.exp(-x * x),
    "erfc": lambda x: x * x * math.exp(-x * x),
    "pow": lambda x, y: (1 + abs(math.log(x))) * (1 + abs(y)) * x ** (y - 1) * abs(y),
}
ROUNDINGS = 4

LINES = [pytest.param(line, id=name) for name, line in ops.TABLE.items()]
SLOTS = [
    pytest.param(line, index, id=f"{name}-{'xy'[index]}")
    for name, line in ops.TABLE.items()
    for index in range(line.arity)
]


def symbols_of(line):
    return (X, Y)[: line.arity]


def exact(expression, arguments, numbers):
    """An expression at floats taken as exact numbers, to 150 digits."""
    with mpmath.workdps(DIGITS):
        function = sympy.lambdify(arguments, expression, "mpmath")
        return mpmath.mpf(function(*map(mpmath.mpf, numbers)))


def samples(line, count=40):
    """Points inside the domain, at least 0.1 away from kinks, from poles at zero and from the borders."""
    draw = random.Random(line.name)
    points = []
    while len(points) < count:
        point = tuple(draw.uniform(max(low, -4.0) + 0.1, min(high, 4.0) - 0.1) for low, high in line.domain)
        if line is ops.sinc_derivative:
            point = (draw.choice([1.0, 2.0]), point[1])
        if line in (ops.remainder, ops.fmod, ops.floor_divide) and abs(point[1]) < 1.0:
            continue  # here the quotient moves too fast
        if min(map(abs, point)) >= 0.1 and (line.kink is None or abs(line.kink(*point)) >= 0.1):
            points.append(point)
    return points


def close(actual, expected, scale=0.0, roundings=ROUNDINGS):
    return abs(mpmath.mpf(actual) - expected) <= roundings * EPSILON * max(abs(expected), mpmath.mpf(scale))


def derivative(line, index):
    """The oracle's derivative; 0 where the table declares that nothing flows."""
    return 0 if line.partials[index] is None else slope_of(ORACLE[line.name], symbols_of(line)[index])


def slope_of(expression, symbol):
    """The derivative between steps, where that of floor and sign, which sympy leaves unevaluated, is 0."""
    steps = (sympy.Subs, sympy.Derivative, sympy.DiracDelta)
    return sympy.diff(expression, symbol).replace(lambda part: isinstance(part, steps), lambda part: 0)


def bits(number):
    """A float as an integer, so that 0.0 and -0.0 differ; one integer for every nan."""
    return "nan" if number != number else struct.pack(">d", number)


def test_every_operation_has_an_oracle():
    """A new operation without an independent definition here would go untested."""
    assert set(ops.TABLE) == set(ORACLE)


def test_every_operation_stands_in_the_table_under_its_own_name():
    for name, line in ops.TABLE.items():
        assert line.name == name
        assert getattr(ops, name) is line
        assert len(line.domain) == line.arity
        assert ops.BY_SYMBOL[line.symbol, line.arity] is line, "two operations share a symbol"


@pytest.mark.parametrize("line", LINES)
def test_value(line):
    """A wrong formula in the `value` column."""
    for point in samples(line):
        expected = exact(ORACLE[line.name], symbols_of(line), point)
        assert close(line(*point), expected, VALUE_SCALE.get(line.name, lambda *point: 0.0)(*point)), point
        assert bits(line(*map(Value, point)).data) == bits(line(*point)), point


@pytest.mark.parametrize(("line", "index"), SLOTS)
def test_first_derivative(line, index):
    """A wrong partial derivative."""
    expression = derivative(line, index)
    scale = INTERMEDIATE.get(line.name, lambda *point: 0.0)
    for point in samples(line):
        operands = [Value(number) for number in point]
        line(*operands).backward()
        expected = exact(expression, symbols_of(line), point)
        assert close(operands[index].grad, expected, scale(*point)), point


@pytest.mark.parametrize(
    ("line", "index"),
    [slot for slot in SLOTS if slot.id not in ("stop_gradient-x", "sinc_derivative-x")],  # which have none
)
def test_first_derivative_against_central_differences(line, index):
    """A partial that belongs to another function than the one in the `value` column."""
    for point in samples(line, 10):
        operands = [Value(number) for number in point]
        line(*operands).backward()

        def at(offset, point=point):
            moved = list(point)
            moved[index] += offset
            return line(*moved)

        step = 1e-3
        slope = (8 * (at(step) - at(-step)) - (at(2 * step) - at(-2 * step))) / (12 * step)
        # Truncation is step**4 / 30 times a fifth derivative, below 1e6 a tenth away from a pole.
        assert operands[index].grad == pytest.approx(slope, rel=1e-6, abs=1e-9), point


@pytest.mark.parametrize(
    ("name", "x"),
    [
        *(("asin", x) for x in (1 - 1e-12, -1 + 1e-12)),
        *(("acos", x) for x in (1 - 1e-12, -1 + 1e-12)),
        *(("gelu", x) for x in (-3.0, -8.0, -20.0)),
        *(("silu", x) for x in (-3.0, -30.0, -300.0)),
        *(("sigmoid", x) for x in (-30.0, -700.0)),
        *(("softplus", x) for x in (-30.0, -700.0)),
        *(("log1p", x) for x in (-1 + 2.0**-50, 1e-300)),
        *(("atan", x) for x in (1e-8, 1e8)),
        *(("erfc", x) for x in (5.0, 20.0)),
    ],
)
def test_derivative_keeps_its_digits_in_the_tails(name, x):
    """1 - x*x near x = 1, or 1 + erf(x) far left, cancel all digits of a derivative that is not zero."""
    leaf = Value(x)
    ops.TABLE[name](leaf).backward()
    with mpmath.workdps(DIGITS):
        expected = exact(sympy.diff(ORACLE[name], X), (X,), (x,))
        # A rounding in an exponent of the size of x*x is as many roundings of the result.
        roundings = ROUNDINGS + (x * x if name == "erfc" else 0)
        assert close(leaf.grad, expected, roundings=roundings)


@pytest.mark.parametrize(("line", "index"), SLOTS)
def test_second_derivatives(line, index):
    """A partial that is right as a number but whose graph is not its derivative's graph."""
    for other in range(line.arity):
        if line.partials[other] is None:
            continue
        expression = slope_of(derivative(line, index), symbols_of(line)[other])
        for point in samples(line, 15):
            operands = [Value(number) for number in point]
            first = gradient(line(*operands), operands, differentiable=True)[index]
            second = gradient(first, operands[other])
            expected = exact(expression, symbols_of(line), point)
            # Sums of a few products, each as large as the operands' powers make it.
            scale = max(1.0, abs(first.data)) * max(1.0, *(1 / abs(number) for number in point))
            assert close(second, expected, scale, roundings=64), (point, other)


@pytest.mark.parametrize("line", [line for line in ops.TABLE.values() if None not in line.partials])
def test_check_grads_agrees(line):
    """The public check disagreeing with the table, to second order."""
    for point in samples(line, 3):
        check_grads(lambda x: line(*x), list(point), order=2, tolerance=1e-5)


@pytest.mark.parametrize(("line", "index"), SLOTS)
def test_numbers_and_graphs_read_the_same_line(line, index):
    """A partial that computes one number from floats and another from Values."""
    special = [0.0, -0.0, 1.0, -1.0, 0.5, -3.0, inf, -inf, nan, 1e308, -1e308, 5e-324]
    for point in itertools.product(special, repeat=line.arity):
        operands = [Value(number) for number in point]
        out = line(*operands)
        local = line.local_graph(index, operands[0], operands[1] if line.arity == 2 else None, out)
        stored = (out._dleft, out._dright)[index]
        if line.differentiable:
            assert bits(stored) == bits(local.data if isinstance(local, Value) else float(local)), point


SPECIAL = [0.0, -0.0, 1.0, -1.0, 2.0, 3.5, -0.1, inf, -inf, nan, 1e308, -1e308, 5e-324, -5e-324, 1e-308]
UNROLLED = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "div": lambda a, b: a / b,
}


@pytest.mark.parametrize("name", UNROLLED)
def test_unrolled_operators_hold_to_the_table_bit_for_bit(name):
    """A derivative written by hand in value.py that is not the table's."""
    line = ops.TABLE[name]
    draw = random.Random(name)
    pairs = [
        *itertools.product(SPECIAL, SPECIAL),
        *((draw.gauss(0, 9), draw.gauss(0, 9)) for _ in range(300)),
    ]
    for x, y in pairs:
        unrolled, table = UNROLLED[name](Value(x), Value(y)), line(Value(x), Value(y))
        assert unrolled._operation is table._operation is line
        assert bits(unrolled.data) == bits(table.data) == bits(line(x, y)), (x, y)
        assert bits(unrolled._dleft) == bits(table._dleft), (x, y)
        assert bits(unrolled._dright) == bits(table._dright), (x, y)


def test_unrolled_negation_holds_to_the_table():
    for x in SPECIAL:
        unrolled, table = -Value(x), ops.neg(Value(x))
        assert unrolled._operation is table._operation
        assert bits(unrolled.data) == bits(table.data)
        assert bits(unrolled._dleft) == bits(table._dleft)


def test_unrolled_power_holds_to_the_table_bit_for_bit():
    """The constant power's own derivative, against pow's partial by its first operand."""
    for x, p in itertools.product(SPECIAL, [*SPECIAL, 0.5, 1.5, -0.5, -2.0, 4.0, 7.0, -3.0]):
        unrolled = Value(x) ** p
        bound = ops.pow.bind(p)
        assert bits(unrolled.data) == bits(ops.pow(x, p)) == bits(bound(x)), (x, p)
        assert bits(unrolled._dleft) == bits(bound(Value(x))._dleft), (x, p)
        assert bits(unrolled._dleft) == bits(ops.pow(Value(x), Value(p))._dleft), (x, p)


# x**p by IEEE 754 and C's Annex F, worked out by hand; the derivatives are the limits of p*x**(p-1) and of
# x**p * log(x). In the columns: x = 0, -0, 1, -1, 2, -2, inf, -inf, nan.
BASES = [0.0, -0.0, 1.0, -1.0, 2.0, -2.0, inf, -inf, nan]
ROOT, LOG2 = math.sqrt(2.0), math.log(2.0)
POWER = {
    0.0: [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0],
    1.0: [0.0, -0.0, 1.0, -1.0, 2.0, -2.0, inf, -inf, nan],
    2.0: [0.0, 0.0, 1.0, 1.0, 4.0, 4.0, inf, inf, nan],
    3.0: [0.0, -0.0, 1.0, -1.0, 8.0, -8.0, inf, -inf, nan],
    0.5: [0.0, 0.0, 1.0, nan, ROOT, nan, inf, inf, nan],
    1.5: [0.0, 0.0, 1.0, nan, 2 * ROOT, nan, inf, inf, nan],
    -1.0: [inf, -inf, 1.0, -1.0, 0.5, -0.5, 0.0, -0.0, nan],
    -2.0: [inf, inf, 1.0, 1.0, 0.25, 0.25, 0.0, 0.0, nan],
    -0.5: [inf, inf, 1.0, nan, 1 / ROOT, nan, 0.0, 0.0, nan],
    inf: [0.0, 0.0, 1.0, 1.0, inf, inf, inf, inf, nan],
    -inf: [inf, inf, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0, nan],
    nan: [nan, nan, 1.0, nan, nan, nan, nan, nan, nan],
}
BY_BASE = {
    0.0: [0.0, 0.0, 0.0, -0.0, 0.0, -0.0, 0.0, -0.0, 0.0],
    1.0: [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0],
    2.0: [0.0, -0.0, 2.0, -2.0, 4.0, -4.0, inf, -inf, nan],
    3.0: [0.0, 0.0, 3.0, 3.0, 12.0, 12.0, inf, inf, nan],
    0.5: [inf, inf, 0.5, nan, 0.5 / ROOT, nan, 0.0, 0.0, nan],
    1.5: [0.0, 0.0, 1.5, nan, 1.5 * ROOT, nan, inf, inf, nan],
    -1.0: [-inf, -inf, -1.0, -1.0, -0.25, -0.25, -0.0, -0.0, nan],
    -2.0: [-inf, inf, -2.0, 2.0, -0.25, 0.25, -0.0, 0.0, nan],
    -0.5: [-inf, -inf, -0.5, nan, -0.25 / ROOT, nan, -0.0, -0.0, nan],
}
BY_EXPONENT = {
    0.0: [-inf, -inf, 0.0, nan, LOG2, nan, inf, nan, nan],
    1.0: [0.0, 0.0, 0.0, nan, 2 * LOG2, nan, inf, nan, nan],
    2.0: [0.0, 0.0, 0.0, nan, 4 * LOG2, nan, inf, nan, nan],
    3.0: [0.0, 0.0, 0.0, nan, 8 * LOG2, nan, inf, nan, nan],
    0.5: [0.0, 0.0, 0.0, nan, ROOT * LOG2, nan, inf, nan, nan],
    1.5: [0.0, 0.0, 0.0, nan, 2 * ROOT * LOG2, nan, inf, nan, nan],
    -1.0: [-inf, inf, 0.0, nan, 0.5 * LOG2, nan, 0.0, nan, nan],
    -2.0: [-inf, -inf, 0.0, nan, 0.25 * LOG2, nan, 0.0, nan, nan],
    -0.5: [-inf, -inf, 0.0, nan, LOG2 / ROOT, nan, 0.0, nan, nan],
}


def cells(table):
    return [
        pytest.param(x, p, row[i], id=f"({x})**({p})")
        for p, row in table.items()
        for i, x in enumerate(BASES)
    ]


def assert_same(actual, expected, signed=True):
    """Equal to the last bit but for irrational results, which may differ by one rounding."""
    if expected != expected:
        assert actual != actual
    elif expected in (0.0, inf, -inf):
        assert actual == expected
        assert not signed or math.copysign(1.0, actual) == math.copysign(1.0, expected)
    else:
        assert abs(actual - expected) <= EPSILON * abs(expected)


@pytest.mark.parametrize(("x", "p", "expected"), cells(POWER))
def test_power(x, p, expected):
    assert_same(ops.pow(x, p), expected)
    assert_same((Value(x) ** p).data, expected)


def test_power_zero_is_one_by_the_sign_of_the_zero_too():
    for x in BASES:
        assert ops.pow(x, -0.0) == 1.0


@pytest.mark.parametrize(("x", "p", "expected"), cells(BY_BASE))
def test_power_by_its_base(x, p, expected):
    constant, variable = Value(x), Value(x)
    (constant**p).backward()
    (variable ** Value(p)).backward()
    # A leaf starts from 0.0, and 0.0 + -0.0 is 0.0: the sign of a zero is the stored derivative's.
    assert_same(constant.grad, expected, signed=False)
    assert_same(variable.grad, expected, signed=False)
    assert_same((constant**p)._dleft, expected)


@pytest.mark.parametrize(("x", "p", "expected"), cells(BY_EXPONENT))
def test_power_by_its_exponent(x, p, expected):
    exponent = Value(p)
    (Value(x) ** exponent).backward()
    assert_same(exponent.grad, expected, signed=False)


@pytest.mark.parametrize(
    ("p", "expected"), [(0, [0, 0, 0]), (1, [1, 0, 0]), (2, [0, 2, 0]), (3, [0, 0, 6]), (4, [0, 0, 0])]
)
def test_derivatives_of_a_power_at_zero(p, expected):
    """0 * x**-1 = nan, where a derivative falls by one exponent too many."""
    x = Value(0.0)
    node, found = x**p, []
    for _ in expected:
        node = gradient(node, x, differentiable=True)
        found.append(node.data)
    assert found == expected


@pytest.mark.parametrize(
    ("point", "expected"),
    [
        ((2.0, 0.0), [[0.0, 0.5], [0.5, LOG2**2]]),
        ((0.0, 2.0), [[2.0, 0.0], [0.0, 0.0]]),
        ((0.0, 3.0), [[0.0, 0.0], [0.0, 0.0]]),
        ((1.0, 1.0), [[0.0, 1.0], [1.0, 0.0]]),
        ((4.0, 0.5), [[-1 / 32, 0.5 + 0.25 * math.log(4)], [0.5 + 0.25 * math.log(4), 2 * math.log(4) ** 2]]),
    ],
)
def test_second_derivatives_of_a_power(point, expected):
    """Broken if the derivative by the base forgets the exponent where it is 0, or 0 meets log(0)."""
    found = autograd.hessian(lambda p: p[0] ** p[1])(list(point))
    for actual, wanted in zip(itertools.chain(*found), itertools.chain(*expected), strict=True):
        assert actual == pytest.approx(wanted, rel=4 * EPSILON, nan_ok=True)


def test_third_derivatives_of_a_power():
    """y (y - 1) x**(y - 2) by y is (2 y - 1) x**(y - 2) + y (y - 1) x**(y - 2) log x; at y = 0, -x**-2."""
    bend = autograd.grad(autograd.grad(lambda x, y: x**y))
    assert autograd.grad(bend, argnums=1)(2.0, 0.0) == -0.25
    assert autograd.grad(bend, argnums=0)(0.0, 2.0) == 0.0
    by_exponent = autograd.grad(autograd.grad(lambda y, x: x**y))
    assert autograd.grad(by_exponent, argnums=1)(0.0, 2.0) == pytest.approx(LOG2, rel=4 * EPSILON)
    for order in range(1, 4):
        f = lambda y: 0.0**y  # noqa: E731
        for _ in range(order):
            f = autograd.grad(f)
        assert f(2.0) == 0.0, order


def test_a_constant_exponent_asks_for_no_logarithm():
    """x**3 at x = -2 needs no log(-2), written as an operator or as a function."""
    for cube in (lambda x: x**3, lambda x: autograd.pow(x, 3), lambda x: x**3.0):
        x = Value(-2.0)
        node = cube(x)
        assert node._prev == (x,)
        with autograd.detect_anomaly():
            gradient(node, x, differentiable=True).backward()
        assert x.grad == -12.0


# (operation, operands, value, derivatives): what stands in the table where mathematics leaves a choice
KINKS = [
    ("relu", (0.0,), 0.0, (0.0,)),
    ("relu", (-0.0,), 0.0, (0.0,)),
    ("relu", (inf,), inf, (1.0,)),
    ("relu", (-inf,), 0.0, (0.0,)),
    ("leaky_relu", (0.0, 0.1), 0.0, (0.1, 0.0)),
    ("leaky_relu", (-inf, 0.5), -inf, (0.5, -inf)),
    ("elu", (0.0, 2.0), 0.0, (2.0, 0.0)),
    ("elu", (-inf, 2.0), -2.0, (0.0, -1.0)),
    ("abs", (0.0,), 0.0, (0.0,)),
    ("abs", (-inf,), inf, (-1.0,)),
    ("maximum", (2.0, 2.0), 2.0, (0.5, 0.5)),
    ("maximum", (0.0, -0.0), 0.0, (0.5, 0.5)),
    ("maximum", (-0.0, 0.0), 0.0, (0.5, 0.5)),
    ("maximum", (inf, inf), inf, (0.5, 0.5)),
    ("minimum", (2.0, 2.0), 2.0, (0.5, 0.5)),
    ("minimum", (0.0, -0.0), -0.0, (0.5, 0.5)),
    ("minimum", (-0.0, 0.0), -0.0, (0.5, 0.5)),
    ("maximum", (nan, 1.0), nan, (nan, nan)),
    ("minimum", (1.0, nan), nan, (nan, nan)),
    ("when", (0.0, 3.0), -0.0, (0.0, 0.0)),
    ("when", (-0.0, 3.0), -0.0, (0.0, 0.0)),
    ("when", (2.0, 3.0), 3.0, (0.0, 1.0)),
    ("hypot", (0.0, 0.0), 0.0, (0.0, 0.0)),
    ("hypot", (3 * 2.0**600, 4 * 2.0**600), 5 * 2.0**600, (0.6, 0.8)),
    ("hypot", (3 * 2.0**-600, 4 * 2.0**-600), 5 * 2.0**-600, (0.6, 0.8)),
    ("hypot", (inf, 1.0), inf, (nan, 0.0)),
    ("hypot", (inf, nan), inf, (nan, nan)),
    ("copysign", (3.0, -0.0), -3.0, (-1.0, 0.0)),
    ("copysign", (0.0, -1.0), -0.0, (0.0, 0.0)),
    ("or_one", (0.0, nan), 1.0, (0.0, 0.0)),
    ("or_one", (2.0, 5.0), 5.0, (0.0, 1.0)),
    ("floor", (-0.5,), -1.0, (0.0,)),
    ("floor", (-0.0,), -0.0, (0.0,)),
    ("ceil", (-0.5,), -0.0, (0.0,)),
    ("trunc", (-0.5,), -0.0, (0.0,)),
    ("round", (0.5,), 0.0, (0.0,)),
    ("round", (1.5,), 2.0, (0.0,)),
    ("round", (-2.5,), -2.0, (0.0,)),
    ("round", (inf,), inf, (0.0,)),
    ("remainder", (-7.0, 3.0), 2.0, (1.0, 3.0)),
    ("remainder", (7.0, -3.0), -2.0, (1.0, 3.0)),
    ("remainder", (1.0, 0.1), 1.0 % 0.1, (1.0, -9.0)),
    ("remainder", (1.0, inf), 1.0, (1.0, 0.0)),
    ("remainder", (1.0, 0.0), nan, (1.0, -inf)),
    ("fmod", (-7.0, 3.0), -1.0, (1.0, 2.0)),
    ("fmod", (1.0, 0.1), math.fmod(1.0, 0.1), (1.0, -9.0)),
    ("fmod", (1.0, inf), 1.0, (1.0, 0.0)),
    ("floor_divide", (-7.0, 2.0), -4.0, (0.0, 0.0)),
    ("floor_divide", (1.0, 0.0), inf, (0.0, 0.0)),
    ("logaddexp", (1000.0, 1000.0), 1000.0 + math.log(2.0), (0.5, 0.5)),
    ("logaddexp", (-inf, 1.0), 1.0, (0.0, 1.0)),
    ("logaddexp", (-inf, -inf), -inf, (nan, nan)),
    ("log2", (0.0,), -inf, (inf,)),
    ("log10", (1000.0,), 3.0, None),
    ("exp2", (1024.0,), inf, (inf,)),
    ("cbrt", (-8.0,), -2.0, (1 / 12,)),
    ("cbrt", (0.0,), 0.0, (inf,)),
    ("asinh", (1e200,), math.asinh(1e200), (1e-200,)),
    ("acosh", (1.0,), 0.0, (inf,)),
    ("acosh", (1e200,), math.acosh(1e200), (1e-200,)),
    ("acosh", (0.5,), nan, (nan,)),
    ("atanh", (1.0,), inf, (inf,)),
    ("atanh", (-1.0,), -inf, (inf,)),
    ("atanh", (2.0,), nan, None),
    ("sinc", (0.0,), 1.0, (0.0,)),
    ("sinc", (2.0,), 0.0, (0.5,)),
    ("sinc", (inf,), 0.0, (0.0,)),
    ("erfinv", (1.0,), inf, (inf,)),
    ("normal_pdf", (-inf,), 0.0, None),
    ("normal_cdf", (-inf,), 0.0, (0.0,)),
    ("normal_cdf", (inf,), 1.0, (0.0,)),
    ("atan2", (1e200, 1e200), math.pi / 4, None),
    ("sign", (0.0,), 0.0, (0.0,)),
    ("sign", (-0.0,), -0.0, (0.0,)),
    ("sign", (-inf,), -1.0, (0.0,)),
    ("sign", (nan,), nan, (0.0,)),
    ("less", (1.0, 1.0), 0.0, (0.0, 0.0)),
    ("less_equal", (0.0, -0.0), 1.0, (0.0, 0.0)),
    ("equal", (0.0, -0.0), 1.0, (0.0, 0.0)),
    ("equal", (nan, nan), 0.0, (0.0, 0.0)),
    ("not_equal", (nan, nan), 1.0, (0.0, 0.0)),
    ("stop_gradient", (3.0,), 3.0, (0.0,)),
    ("exp", (inf,), inf, (inf,)),
    ("exp", (-inf,), 0.0, (0.0,)),
    ("exp", (710.0,), inf, (inf,)),
    ("expm1", (-inf,), -1.0, (0.0,)),
    ("log", (0.0,), -inf, (inf,)),
    ("log", (-0.0,), -inf, (-inf,)),
    ("log", (-1.0,), nan, (-1.0,)),
    ("log", (inf,), inf, (0.0,)),
    ("log1p", (-1.0,), -inf, (inf,)),
    ("sqrt", (0.0,), 0.0, (inf,)),
    ("sqrt", (-1.0,), nan, (nan,)),
    ("sqrt", (inf,), inf, (0.0,)),
    ("div", (1.0, 0.0), inf, (inf, -inf)),
    ("div", (1.0, -0.0), -inf, (-inf, -inf)),
    ("div", (0.0, 0.0), nan, (inf, nan)),
    ("div", (1.0, inf), 0.0, (0.0, 0.0)),
    ("asin", (1.0,), math.pi / 2, (inf,)),
    ("asin", (1.5,), nan, (nan,)),
    ("acos", (-1.0,), math.pi, (-inf,)),
    ("atan", (inf,), math.pi / 2, (0.0,)),
    ("atan2", (0.0, -1.0), math.pi, (-1.0, 0.0)),
    ("atan2", (-0.0, -1.0), -math.pi, (-1.0, 0.0)),
    ("sin", (inf,), nan, (nan,)),
    ("tan", (-inf,), nan, (nan,)),
    ("sinh", (-inf,), -inf, (inf,)),
    ("cosh", (1000.0,), inf, (inf,)),
    ("tanh", (inf,), 1.0, (0.0,)),
    ("erf", (-inf,), -1.0, (0.0,)),
    ("erfc", (-inf,), 2.0, (0.0,)),
    ("sigmoid", (-inf,), 0.0, (0.0,)),
    ("sigmoid", (inf,), 1.0, (0.0,)),
    ("softplus", (-inf,), 0.0, (0.0,)),
    ("softplus", (inf,), inf, (1.0,)),
    ("gelu", (-inf,), -0.0, None),
    ("gelu", (inf,), inf, None),
    ("silu", (-inf,), -0.0, None),
    ("silu", (inf,), inf, None),
    ("gelu", (-1e200,), -0.0, (0.0,)),
    ("silu", (-1e200,), -0.0, (0.0,)),
    ("silu", (1e200,), 1e200, (1.0,)),
]


@pytest.mark.parametrize(
    ("name", "numbers", "value", "derivatives"), KINKS, ids=[f"{row[0]}{row[1]}" for row in KINKS]
)
def test_conventions_at_kinks_zeros_and_infinities(name, numbers, value, derivatives):
    """A change of convention where a function is not smooth or an argument not finite."""
    line = ops.TABLE[name]
    assert bits(line(*numbers)) == bits(value)
    operands = [Value(number) for number in numbers]
    line(*operands).backward()
    if derivatives is not None:
        assert_all_same([operand.grad for operand in operands], derivatives)


def assert_all_same(actual, expected):
    for a, e in zip(actual, expected, strict=True):
        assert a == e or (a != a and e != e), (actual, expected)


def test_kinks_are_where_the_table_says():
    """A kink that is declared where the derivative does not jump, or not declared where it does."""
    for line in ops.TABLE.values():
        if line.kink is None or not line.differentiable:
            continue
        if line in (ops.remainder, ops.fmod):  # itself jumps, by y, and stays as steep by x
            assert line.kink(6.0, 2.0) == 0.0
            assert abs(line(6.0 - 1e-9, 2.0) - line(6.0 + 1e-9, 2.0)) > 1.9
            continue
        for index, partial in enumerate(line.partials):
            if partial is None or index == 1:
                continue
            at = (
                [0.0] * line.arity
                if line.arity == 1 or line in (ops.maximum, ops.minimum, ops.hypot)
                else [0.0, 0.25]
            )
            assert line.kink(*at) == 0.0
            below, above = ([at[0] + step, *at[1:]] for step in (-1e-9, 1e-9))
            slopes = []
            for point in (below, above):
                operands = [Value(number) for number in point]
                line(*operands).backward()
                slopes.append(operands[index].grad)
            assert abs(slopes[1] - slopes[0]) > 0.5, line


class TestOperation:
    """What an `Operation` is to its callers."""

    def test_of_floats_is_a_float(self):
        for line in ops.TABLE.values():
            assert type(line(*[0.5] * line.arity)) is float

    @pytest.mark.parametrize("line", LINES)
    def test_wrong_number_of_arguments_says_how_many(self, line):
        with pytest.raises(TypeError, match=f"{line.name} takes {line.arity} argument.s., got 3"):
            line(1.0, 2.0, 3.0)

    @pytest.mark.parametrize("wrong", ["3", None, [1.0], 1j])
    def test_wrong_type_says_what_it_got(self, wrong):
        for line in ops.TABLE.values():
            with pytest.raises(TypeError, match=f"got {type(wrong).__name__}: "):
                line(*[wrong] * line.arity)
            if line.arity == 2:
                with pytest.raises(TypeError, match=f"got {type(wrong).__name__}: "):
                    line(Value(1.0), wrong)

    def test_repr(self):
        assert repr(ops.log) == "<operation log>"

    @pytest.mark.parametrize("line", LINES)
    def test_pickles_as_a_reference(self, line):
        for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
            assert pickle.loads(pickle.dumps(line, protocol)) is line


class TestBind:
    """Operations with their second argument fixed: constant powers, slopes of leaky_relu and elu."""

    def test_is_made_once(self):
        assert ops.pow.bind(2.0) is ops.pow.bind(2) is (Value(3.0) ** 2)._operation

    @pytest.mark.parametrize(
        ("y", "symbol"),
        [(2, "**2"), (2.0, "**2"), (-1, "**-1"), (0.5, "**0.5"), (-0.0, "**-0"), (1e300, "**1e+300")],
    )
    def test_symbol(self, y, symbol):
        assert ops.pow.bind(y).symbol == symbol

    def test_zeros_of_both_signs_are_two_exponents(self):
        assert ops.pow.bind(0.0) is not ops.pow.bind(-0.0)

    def test_numbers_of_other_types_become_floats(self):
        """A numpy slope that leaks its type and its precision into the result and the symbol."""
        numpy = pytest.importorskip("numpy")
        assert ops.leaky_relu.bind(numpy.float32(0.5)).symbol == "leaky_relu(0.5)"
        assert type(autograd.leaky_relu(-3.0, numpy.float32(0.5))) is float
        assert type(autograd.elu(-3.0, 1)) is float

    def test_pickles(self):
        square = ops.pow.bind(2.0)
        assert pickle.loads(pickle.dumps(square)) is square
        assert pickle.loads(pickle.dumps(ops.leaky_relu.bind(0.125))) is ops.leaky_relu.bind(0.125)

    def test_is_refused_without_a_first_derivative(self):
        with pytest.raises(TypeError, match="less has no derivative by its first argument"):
            ops.less.bind(1.0)

    def test_cache_is_bounded(self):
        """A program whose exponents never come back must not fill the memory."""
        x = Value(1.5)
        for i in range(3000):
            x ** (2.0 + i / 7)
        assert len(ops.pow._bound) <= 1000
        y = x**2
        y.backward()
        assert x.grad == 3.0

    def test_carries_the_kink(self):
        assert ops.leaky_relu.bind(0.1).kink(0.0) == 0.0
        assert ops.leaky_relu.bind(0.1).kink(2.0) != 0.0
        assert ops.pow.bind(2.0).kink is None


# operations of one's own; at the top level, so that they pickle


@autograd.operation(lambda x, out: 3 * x * x)
def cube(x):
    """x to the third."""
    return x * x * x


@autograd.operation(lambda x, y, out: out / x, lambda x, y, out: autograd.cos(y) * x, symbol="xsin")
def x_sin_y(x, y):
    return x * math.sin(y)


@autograd.operation(None, lambda x, y, out: 2.0)
def only_second(x, y):
    return 2 * y


@autograd.operation(lambda x, out: math.exp(x))
def exp_by_math(x):
    return math.exp(x)


@autograd.operation(lambda x, out: 2 * x + 0.001)
def almost_square(x):
    return x * x


class TestOperationOfOnesOwn:
    """`@autograd.operation`."""

    def test_value_on_floats(self):
        assert cube(2.0) == 8.0
        assert type(cube(2)) is float

    def test_derivatives_of_one_argument(self):
        x = Value(2.0)
        first = gradient(cube(x), x, differentiable=True)
        second = gradient(first, x, differentiable=True)
        assert (first.data, second.data, gradient(second, x)) == (12.0, 12.0, 6.0)
        check_grads(cube, 2.0, order=3, tolerance=1e-5)

    def test_derivatives_of_two_arguments(self):
        check_grads(lambda v: x_sin_y(*v), [1.5, 0.4], order=2)
        assert x_sin_y(Value(1.0), 2.0)._op == "xsin"

    def test_is_differentiated_by_one_operand_and_not_by_the_other(self):
        x, y = Value(3.0), Value(4.0)
        (only_second(x, y) * x).backward()
        assert (x.grad, y.grad) == (8.0, 6.0)

    def test_nothing_flows_to_an_operand_without_a_derivative(self):
        """0.0 * inf is nan: 'no derivative' must not be the number zero."""
        x, inner, y = Value(3.0), Value(3.0), Value(0.0)
        autograd.log(only_second(x, y)).backward()
        autograd.log(only_second(inner * 1, y)).backward()
        assert (x.grad, inner.grad, y.grad) == (0.0, 0.0, inf)

    def test_check_grads_finds_a_wrong_partial(self):
        with pytest.raises(AssertionError, match=r"d output/d input is 6\.001, .* give 6,"):
            check_grads(almost_square, 3.0)

    def test_partial_written_with_math_works_once_and_then_says_what_to_do(self):
        x = Value(1.0)
        exp_by_math(x).backward()
        assert x.grad == math.e
        with pytest.raises(TypeError, match=r"exp_by_math .* autograd\.exp rather than math\.exp"):
            gradient(exp_by_math(x), x, differentiable=True)

    def test_a_partial_that_raises_where_ieee_has_a_number_says_what_to_do(self):
        """Broken if the user reads "math range error" without a word on whose derivative it is."""
        steep = autograd.operation(lambda x, out: math.exp(x))(lambda x: 0.0)
        with pytest.raises(OverflowError, match="math range error") as raised:
            steep(Value(1000.0))
        [note] = raised.value.__notes__
        assert note.startswith("in the derivative of <lambda>(1000.0); autograd's functions")

    def test_a_partial_that_is_not_needed_is_not_asked_for(self):
        """grad by a Value with a history must not differentiate the history."""
        x = exp_by_math(2 * Value(0.0))
        assert autograd.grad(lambda y: y**3)(x).data == 3.0

    @pytest.mark.parametrize(
        ("partial", "x", "expected"),
        [
            (lambda x, out: 1 / x, 0.0, inf),
            (lambda x, out: x**300, 1e10, inf),
            (lambda x, out: x**0.5, -1.0, nan),
            (lambda x, out: 2, 1.0, 2.0),
            (lambda x, out: True, 1.0, 1.0),
        ],
        ids=["division by zero", "overflow", "complex", "int", "bool"],
    )
    def test_partials_follow_ieee(self, partial, x, expected):
        """Python raises for 1 / 0.0 and 1e10**300 and makes (-1.0)**0.5 complex; a derivative may not."""
        x = Value(x)
        autograd.operation(partial)(lambda x: 1.0)(x).backward()
        assert bits(x.grad) == bits(expected)

    @pytest.mark.parametrize("partials", [(), (1, 2), (None, None, None), ("x",)])
    def test_wrong_partials_are_refused(self, partials):
        with pytest.raises(TypeError, match="one or two partial derivatives"):
            autograd.operation(*partials)

    def test_a_function_in_place_of_its_derivative_is_named(self):
        """Broken if @operation without parentheses is only found out deep inside."""
        with pytest.raises(
            TypeError, match=r"@operation\(lambda x, out: ...\) above it; here it was given 3.0"
        ):
            autograd.operation(lambda x: x * x)(3.0)

    def test_wrong_number_of_arguments(self):
        with pytest.raises(TypeError, match=r"cube takes 1 argument\(s\), got 2"):
            cube(1.0, Value(2.0))

    def test_pickles_from_the_top_level(self):
        assert pickle.loads(pickle.dumps(cube)) is cube
        x = Value(2.0)
        y, x = pickle.loads(pickle.dumps((cube(x), x)))
        y.backward()
        assert x.grad == 12.0

    def test_a_local_one_says_why_it_does_not_pickle(self):
        @autograd.operation(lambda x, out: 2.0)
        def double(x):
            return 2 * x

        with pytest.raises(ValueError, match=r"cannot pickle the operation double: .* top level"):
            pickle.dumps(double(Value(1.0)))

    def test_does_not_enter_the_table(self):
        assert "cube" not in ops.TABLE

    def test_binds(self):
        bound = x_sin_y.bind(0.5)
        x = Value(2.0)
        bound(x).backward()
        assert x.grad == math.sin(0.5)
        assert pickle.loads(pickle.dumps(bound)) is bound
