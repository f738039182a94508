"""Every value and every derivative of the table against mpmath, over the whole domain, in roundings.

A rounding is 2**-53 of the exact result. Four are allowed, as the operations of a formula round one after the
other; `ALLOWED` has the lines that need another number. Forms that are kept although they lose more somewhere
stand in a table of the page on arithmetic, which is held to what is measured.
"""

import itertools
import random
import re
from math import inf, isfinite, nan, pi
from pathlib import Path

import mpmath
import pytest
from mpmath import mp, mpf

import autograd
from autograd import Value, gradient, ops
from autograd.words.symbol import derivative

ROUNDING = mpf(2) ** -53
SMALLEST, LARGEST = mpf(2) ** -1000, mpf(2) ** 1023  # beyond, a step on the way is subnormal or infinite
PAGE = Path(__file__).parents[2] / "notebooks/explanation/arithmetic.md"


def sech2(x):
    return 1 / mp.cosh(x) ** 2


def logistic(x):
    return 1 / (1 + mp.exp(-x))


def density(x):
    return mp.exp(-x * x / 2) / mp.sqrt(2 * mp.pi)


def erfc(x):
    return mp.erfc(x) if abs(x) < 1e3 else mpf(2 * (x < 0))


def normal(x):
    return erfc(-x / mp.sqrt(2)) / 2


def inverse_erf(x):
    """By Newton's method from the engine's own answer, which decides nothing but the number of steps."""
    z = mpf(ops.erfinv(float(x)))
    for _ in range(3):
        z -= (mp.erfc(z) - (1 - x)) / (-2 / mp.sqrt(mp.pi) * mp.exp(-z * z))
    return z


def sinc(order, x):
    """The n-th derivative of the integral of cos(pi x t) for t from 0 to 1."""
    if abs(x) < 3:
        terms = range(order + order % 2, order + 120, 2)
        series = (
            (-1) ** (k // 2) * mp.pi**k * x ** (k - order) / mp.factorial(k - order) / (k + 1) for k in terms
        )
        return mp.fsum(series)
    return derivatives_of_sinc(order, x)[order]


def derivatives_of_sinc(last, x):
    """All up to an order, by Leibniz' rule for x * sinc(x), with the digits that it loses where |x| > 0.2."""
    with mp.workdps(60 + 3 * last):
        sine, cosine = mp.sinpi(x), mp.cospi(x)
        turned = [sine, cosine, -sine, -cosine]
        found = [sine / (mp.pi * x)]
        for k in range(1, last + 1):
            found.append((mp.pi ** (k - 1) * turned[k % 4] - k * found[-1]) / x)
        return found


def swing(order, x):
    """The size of the derivatives of sinc between the zeros that they cross, of which none is close to 0."""
    return mp.pi**order / mp.hypot(order + 1, mp.pi * x) if abs(x) > 0.25 else 0


def quotient(x, y):
    return mp.floor(x / y)


def toward_zero(x, y):
    return mp.sign(x / y) * mp.floor(abs(x / y))


BELL = 2 / mp.sqrt(mp.pi)
EXACT = {
    "add": (lambda x, y: x + y, lambda x, y: 1, lambda x, y: 1),
    "sub": (lambda x, y: x - y, lambda x, y: 1, lambda x, y: -1),
    "mul": (lambda x, y: x * y, lambda x, y: y, lambda x, y: x),
    "div": (lambda x, y: x / y, lambda x, y: 1 / y, lambda x, y: -x / y**2),
    "neg": (lambda x: -x, lambda x: -1),
    "pos": (lambda x: x, lambda x: 1),
    "pow": (lambda x, y: x**y, lambda x, y: y * x ** (y - 1), lambda x, y: x**y * mp.log(x)),
    "remainder": (lambda x, y: x - y * quotient(x, y), lambda x, y: 1, lambda x, y: -quotient(x, y)),
    "fmod": (lambda x, y: x - y * toward_zero(x, y), lambda x, y: 1, lambda x, y: -toward_zero(x, y)),
    "exp": (mp.exp, mp.exp),
    "exp2": (lambda x: 2**x, lambda x: mp.log(2) * 2**x),
    "expm1": (mp.expm1, mp.exp),
    "log": (mp.log, lambda x: 1 / x),
    "log2": (lambda x: mp.log(x) / mp.log(2), lambda x: 1 / (x * mp.log(2))),
    "log10": (mp.log10, lambda x: 1 / (x * mp.log(10))),
    "log1p": (mp.log1p, lambda x: 1 / (1 + x)),
    "logaddexp": (
        lambda x, y: max(x, y) + mp.log1p(mp.exp(-abs(x - y))),
        lambda x, y: logistic(x - y),
        lambda x, y: logistic(y - x),
    ),
    "sqrt": (mp.sqrt, lambda x: 1 / (2 * mp.sqrt(x))),
    "cbrt": (lambda x: mp.sign(x) * mp.cbrt(abs(x)), lambda x: 1 / (3 * mp.cbrt(abs(x)) ** 2)),
    "hypot": (mp.hypot, lambda x, y: x / mp.hypot(x, y), lambda x, y: y / mp.hypot(x, y)),
    "sin": (mp.sin, mp.cos),
    "cos": (mp.cos, lambda x: -mp.sin(x)),
    "tan": (mp.tan, lambda x: mp.sec(x) ** 2),
    "asin": (mp.asin, lambda x: 1 / mp.sqrt((1 - x) * (1 + x))),
    "acos": (mp.acos, lambda x: -1 / mp.sqrt((1 - x) * (1 + x))),
    "atan": (mp.atan, lambda x: 1 / (1 + x * x)),
    "atan2": (mp.atan2, lambda x, y: y / (x * x + y * y), lambda x, y: -x / (x * x + y * y)),
    "sinc": (lambda x: sinc(0, x), lambda x: sinc(1, x)),
    "sinh": (mp.sinh, mp.cosh),
    "cosh": (mp.cosh, mp.sinh),
    "tanh": (mp.tanh, sech2),
    "asinh": (mp.asinh, lambda x: 1 / mp.hypot(1, x)),
    "acosh": (mp.acosh, lambda x: 1 / mp.sqrt((x - 1) * (x + 1))),
    "atanh": (mp.atanh, lambda x: 1 / ((1 - x) * (1 + x))),
    "erf": (mp.erf, lambda x: BELL * mp.exp(-x * x)),
    "erfc": (erfc, lambda x: -BELL * mp.exp(-x * x)),
    "erfinv": (inverse_erf, lambda x: mp.exp(inverse_erf(x) ** 2) / BELL),
    "normal_pdf": (density, lambda x: -x * density(x)),
    "normal_cdf": (normal, density),
    "sigmoid": (logistic, lambda x: logistic(x) * logistic(-x)),
    "softplus": (lambda x: mp.log1p(mp.exp(-abs(x))) + max(x, 0), logistic),
    "relu": (lambda x: max(x, 0), lambda x: x > 0),
    "leaky_relu": (
        lambda x, y: x if x > 0 else x * y, lambda x, y: 1 if x > 0 else y, lambda x, y: 0 if x > 0 else x
    ),
    "elu": (
        lambda x, y: x if x > 0 else y * mp.expm1(x),
        lambda x, y: 1 if x > 0 else y * mp.exp(x),
        lambda x, y: 0 if x > 0 else mp.expm1(x),
    ),
    "gelu": (lambda x: x * normal(x), lambda x: normal(x) + x * density(x)),
    "silu": (lambda x: x * logistic(x), lambda x: logistic(x) * (1 + x * logistic(-x))),
    "abs": (abs, mp.sign),
    "maximum": (max, lambda x, y: x > y, lambda x, y: x < y),
    "minimum": (min, lambda x, y: x < y, lambda x, y: x > y),
    "copysign": (lambda x, y: abs(x) * mp.sign(y), lambda x, y: mp.sign(x) * mp.sign(y), None),
    "when": (lambda x, y: y, None, lambda x, y: 1),
    "or_one": (lambda x, y: y, None, lambda x, y: 1),
    "sinc_derivative": (lambda n, x: sinc(int(n), x), None, lambda n, x: sinc(int(n) + 1, x)),
    "sign": (mp.sign, None),
    "floor": (mp.floor, None),
    "ceil": (mp.ceil, None),
    "trunc": (lambda x: mp.sign(x) * mp.floor(abs(x)), None),
    "round": (mp.nint, None),
    "floor_divide": (quotient, None, None),
    "less": (lambda x, y: x < y, None, None),
    "less_equal": (lambda x, y: x <= y, None, None),
    "greater": (lambda x, y: x > y, None, None),
    "greater_equal": (lambda x, y: x >= y, None, None),
    "equal": (lambda x, y: x == y, None, None),
    "not_equal": (lambda x, y: x != y, None, None),
    "stop_gradient": (lambda x: x, None),
}  # fmt: skip


FEW = 4
# C libraries' cube roots differ by several, and the derivative has the square. That of sinc is a recursion.
ALLOWED = {"cbrt": 10, "sinc_derivative": 8}
# Beside a zero at which it crosses the axis a result is as precise as what it is the difference of.
BESIDE = {
    ("logaddexp", 0): lambda x, y: max(abs(x), abs(y)),
    ("sinc", 1): lambda x: min(1, 1 / abs(x)) if abs(x) > 0.5 else 0,
    ("sinc_derivative", 0): swing,
    ("sinc_derivative", 2): lambda n, x: swing(n + 1, x),
    ("gelu", 1): lambda x: normal(x),
    ("silu", 1): lambda x: logistic(x),
}
QUOTIENTS = ("remainder", "fmod", "floor_divide")  # of numbers 1e600 apart
ROW = re.compile(
    r"^\| `(\w+)` by ([xy]) \| `([^`]+)` \| `([^`]+)` \| ([\d.e-]+) \| (?:`([^`]+)`|none) \|$", re.MULTILINE
)
KEPT = {(name, "xy".index(by) + 1) for name, by, *_ in ROW.findall(PAGE.read_text(encoding="utf-8"))}


def points(name):
    """Numbers of all magnitudes, near 1 and its like where the domain ends, and plain ones."""
    line, draw = ops.TABLE[name], random.Random(name)

    def numbers():
        drawn = [draw.uniform(1, 10) * 10.0**k for k in range(-300, 300, 25)]
        drawn += [draw.uniform(0, 40) for _ in range(40)] + [draw.uniform(0, 3) for _ in range(30)]
        drawn += [1 + draw.choice([-1, 1]) * draw.uniform(1, 2) * 2.0**-k for k in range(2, 52, 3)]
        drawn += [draw.uniform(1, 10) * 10.0**-k for k in range(1, 20)]
        drawn += [draw.uniform(40, 750) for _ in range(20)]
        return [x * draw.choice([-1, 1]) for x in drawn] + drawn

    if name == "sinc_derivative":
        return list(itertools.product([1.0, 2.0, 5.0, 20.0, 100.0], numbers()))
    if line.arity == 1:
        return [(x,) for x in numbers() if line.domain[0][0] < x < line.domain[0][1]]
    xs, ys = numbers(), numbers()
    pairs = [
        *zip(xs, ys, strict=True),
        *zip(xs, reversed(ys), strict=True),
        *itertools.product(xs[::9], ys[::9]),
    ]
    return [
        pair
        for pair in pairs
        if all(low < number < high for number, (low, high) in zip(pair, line.domain, strict=True))
    ]


def roundings(found, exact, beside=0):
    """How far a result is off, in roundings of the exact one, or of what is beside its zero."""
    if abs(exact) > LARGEST:
        return 0.0 if found in (inf, -inf) or abs(exact) < 2 * LARGEST else inf
    if abs(exact) < SMALLEST:
        return 0.0 if abs(found) <= 2 * SMALLEST else inf
    return float(abs(mpf(found) - exact) / max(abs(exact), beside) / ROUNDING) if isfinite(found) else inf


def errors(name, part, given):
    """The error of a value (part 0) or of a derivative (1 or 2) at each point."""
    line, exact = ops.TABLE[name], EXACT[name][part]
    beside = BESIDE.get((name, part), lambda *point: 0)
    with mpmath.workdps(700 if name in QUOTIENTS else 60):
        for point in given:
            out = line(*point)
            number = out if part == 0 else line.local_number(part - 1, point[0], point[-1], out)
            yield roundings(number, mpf(exact(*map(mpf, point))), beside(*map(mpf, point))), point


PARTS = [
    pytest.param(name, part, id=f"{name}-{['value', 'by x', 'by y'][part]}")
    for name, parts in EXACT.items()
    for part, exact in enumerate(parts)
    if exact is not None
]


def test_every_line_is_measured():
    """Broken if a new line, or a derivative of it, is left out."""
    assert set(EXACT) == set(ops.TABLE)
    for name, (_, *partials) in EXACT.items():
        if name != "stop_gradient":
            declared = [partial is not None for partial in ops.TABLE[name].partials]
            assert declared == [partial is not None for partial in partials], name


@pytest.mark.parametrize(("name", "part"), PARTS)
def test_every_value_and_every_derivative_is_right_to_a_few_roundings(name, part):
    """Broken by a form that cancels, overflows or multiplies a rounding by its exponent."""
    if (name, part) not in KEPT:
        worst, where = max(errors(name, part, points(name)))
        assert worst <= ALLOWED.get(name, FEW), where


def test_every_order_of_sinc_is_right_to_a_few_roundings():
    """Broken by a recursion in the direction in which errors grow: no digit is left at the fortieth order."""
    draw = random.Random("sinc")
    for x in [0.3, 1.0, 12.0, *(620 / pi * draw.uniform(0.0, 1.2) for _ in range(5))]:
        for n, exact in enumerate(derivatives_of_sinc(620, mpf(x))):
            assert roundings(ops.sinc_derivative(float(n), x), exact, swing(n, mpf(x))) <= 8, (n, x)
    for n in [0, 1, 2, 9, 40, 101, 620]:
        for x in (1e-300, 1e-20, 1e-5, 0.01, 0.1, 0.2):
            with mpmath.workdps(60):
                assert roundings(ops.sinc_derivative(float(n), x), sinc(n, mpf(x))) <= FEW, (n, x)


@pytest.mark.parametrize("n", [-1.0, 0.5, 621.0, 1e300, inf, nan])
def test_an_order_that_sinc_does_not_have_gives_nan(n):
    """Broken by a number, or by an OverflowError of pi**n."""
    assert ops.sinc_derivative(n, 0.5) != ops.sinc_derivative(n, 0.5)


# Their second derivatives lose digits where the page says so, cross zero, or begin with a cube root's error.
LOSSY = {"tanh", "sigmoid", "softplus", "silu", "logaddexp", "erf", "erfc", "erfinv", "pow", "hypot"}
LOSSY |= {"asin", "acos", "atanh", "atan2", "gelu", "normal_pdf", "sinc", "sinc_derivative", "cbrt"}
SMOOTH = [name for name, (_, *partials) in EXACT.items() if len(partials) == 1 and partials[0] is not None]


@pytest.mark.parametrize("name", sorted(set(SMOOTH) - LOSSY - {"stop_gradient", "sin", "cos"}))
def test_second_derivatives_are_right_to_a_few_roundings(name):
    """Broken by a form that is right itself, and whose own derivative cancels or overflows."""
    slope, moderate = EXACT[name][1], [x for (x,) in points(name) if 1e-60 < abs(x) < 1e60]
    for number in moderate[::3]:
        x = Value(number)
        first = gradient(ops.TABLE[name](x), x, differentiable=True)
        found = gradient(first, x)
        with mpmath.workdps(200):
            exact = mp.diff(lambda t, number=number: mpf(slope(mpf(number) * (1 + t))), 0) / mpf(number)
            # Else it is the error of the difference.
            if abs(exact) > mpf(10) ** -100 * abs(slope(mpf(number))):
                assert roundings(found, exact) <= 2 * FEW, number
            else:
                assert found == 0.0 or abs(found) < SMALLEST


@pytest.mark.parametrize(
    ("name", "by", "form", "place", "stated", "instead"), ROW.findall(PAGE.read_text(encoding="utf-8"))
)
def test_the_page_says_what_the_forms_that_are_kept_lose(name, by, form, place, stated, instead):
    """Broken if the page belittles it, quotes another form, or advises a form that loses too."""
    line, draw = ops.TABLE[name], random.Random(name + place)
    part = "xy".index(by) + 1
    assert form == derivative(line, part - 1)
    centre = [float(number) for number in re.findall(r"= (-?[\d.e-]+)", place)]
    near = [tuple(number * (1 + draw.uniform(-1e-3, 1e-3)) for number in centre) for _ in range(300)]
    worst, _ = max(errors(name, part, near))
    assert 0.1 * float(stated) <= worst * float(ROUNDING) <= float(stated)
    if instead:
        for point in near:
            operands = dict(zip("xy", point, strict=False), out=line(*point))
            operands["pi"] = pi
            operands["h"] = autograd.floor(point[0] * 2**20) / 2**20
            with mpmath.workdps(60):
                exact = mpf(EXACT[name][part](*map(mpf, point)))
            assert roundings(eval(instead, vars(autograd).copy(), operands), exact) <= 2 * FEW, point


def test_the_page_has_a_table():
    """Broken if a row does not read as one, so that its derivative is not measured any more."""
    rows = [row for row in PAGE.read_text(encoding="utf-8").split("\n") if re.match(r"\| `\w+` by", row)]
    assert len(rows) == len(ROW.findall("\n".join(rows))) >= 6
