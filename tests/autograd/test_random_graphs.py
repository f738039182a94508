"""Random graphs against another kind of differentiation: Taylor arithmetic forward, in fifty digits.

A `Jet` carries a number with all its first and second derivatives by the leaves and pushes them forward
through each operation by the textbook's chain rule. It shares no code and no direction with the engine.
"""

from dataclasses import dataclass
from math import inf, nan

import mpmath
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from mpmath import mpf

import autograd
from autograd import Value, gradient, hessian, hvp, jvp

mp = mpmath.mp.clone()
mp.dps = 50


@dataclass
class Jet:
    """f, its gradient and its Hessian by the leaves."""

    f: mpf
    g: list
    h: list

    def __add__(self, other):
        return combine(self, lift(other, self), self.f + lift(other, self).f, (1, 1), (0, 0, 0))

    def __sub__(self, other):
        return self + lift(other, self) * -1

    def __mul__(self, other):
        other = lift(other, self)
        return combine(self, other, self.f * other.f, (other.f, self.f), (0, 1, 0))

    def __truediv__(self, other):
        return self * lift(other, self).through(lambda x: (1 / x, -1 / x**2, 2 / x**3))

    def __pow__(self, n):
        return self.through(lambda x: (x**n, n * x ** (n - 1), n * (n - 1) * x ** (n - 2)))

    def __neg__(self):
        return self * -1

    def __radd__(self, other):
        return lift(other, self) + self

    def __rsub__(self, other):
        return lift(other, self) - self

    def __rmul__(self, other):
        return lift(other, self) * self

    def __rtruediv__(self, other):
        return lift(other, self) / self

    def through(self, function):
        """A function of one argument, given with its two derivatives."""
        f, first, second = function(self.f)
        return combine(self, lift(0, self), f, (first, 0), (second, 0, 0))


def lift(number, like):
    if isinstance(number, Jet):
        return number
    size = range(len(like.g))
    return Jet(mp.mpf(number), [mp.mpf(0) for _ in size], [[mp.mpf(0) for _ in size] for _ in size])


def combine(a, b, f, first, second):
    """The chain rule to second order for f(a, b); `second` is f_aa, f_ab, f_bb."""
    size = range(len(a.g))
    (fa, fb), (faa, fab, fbb) = first, second
    gradient = [fa * a.g[i] + fb * b.g[i] for i in size]
    hessian = [
        [
            fa * a.h[i][j]
            + fb * b.h[i][j]
            + faa * a.g[i] * a.g[j]
            + fab * (a.g[i] * b.g[j] + b.g[i] * a.g[j])
            + fbb * b.g[i] * b.g[j]
            for j in size
        ]
        for i in size
    ]
    return Jet(f, gradient, hessian)


def density(x):
    return mp.exp(-x * x / 2) / mp.sqrt(2 * mp.pi)


def logistic(x):
    s = 1 / (1 + mp.exp(-x))
    return s, s * (1 - s), s * (1 - s) * (1 - 2 * s)


def normal(x):
    return mp.erfc(-x / mp.sqrt(2)) / 2


def of_silu(x):
    s, s1, s2 = logistic(x)
    return x * s, s + x * s1, 2 * s1 + x * s2


def of_erfinv(x):
    z = mp.erfinv(x)
    slope = mp.sqrt(mp.pi) / 2 * mp.exp(z * z)
    return z, slope, 2 * z * slope**2


def of_sinc(x):
    """Through Taylor's series where the closed forms cancel."""
    a = mp.pi * x
    if abs(a) < 0.01:
        terms = [(-(mp.pi**2)) ** k / mp.factorial(2 * k + 1) for k in range(20)]
        first = mp.fsum(2 * k * term * x ** (2 * k - 1) for k, term in enumerate(terms) if k)
        return (
            mp.fsum(term * x ** (2 * k) for k, term in enumerate(terms)),
            first,
            mp.fsum(2 * k * (2 * k - 1) * term * x ** (2 * k - 2) for k, term in enumerate(terms) if k),
        )
    f = mp.sin(a) / a
    first = (mp.cos(a) - f) / x
    return f, first, (-mp.pi * mp.sin(a) - 2 * first) / x


BELL = 2 / mp.sqrt(mp.pi)
LOG_2 = mp.log(2)
UNARY = {
    "exp": lambda x: (mp.exp(x),) * 3,
    "exp2": lambda x: (2**x, LOG_2 * 2**x, LOG_2**2 * 2**x),
    "expm1": lambda x: (mp.expm1(x), mp.exp(x), mp.exp(x)),
    "log": lambda x: (mp.log(x), 1 / x, -1 / x**2),
    "log2": lambda x: (mp.log(x, 2), 1 / (x * LOG_2), -1 / (x**2 * LOG_2)),
    "log10": lambda x: (mp.log10(x), 1 / (x * mp.log(10)), -1 / (x**2 * mp.log(10))),
    "log1p": lambda x: (mp.log1p(x), 1 / (1 + x), -1 / (1 + x) ** 2),
    "sqrt": lambda x: (mp.sqrt(x), 1 / (2 * mp.sqrt(x)), -1 / (4 * mp.sqrt(x) ** 3)),
    "cbrt": lambda x: (mp.cbrt(x), 1 / (3 * mp.cbrt(x) ** 2), -2 / (9 * mp.cbrt(x) ** 5)),
    "erf": lambda x: (mp.erf(x), BELL * mp.exp(-x * x), -2 * x * BELL * mp.exp(-x * x)),
    "erfc": lambda x: (mp.erfc(x), -BELL * mp.exp(-x * x), 2 * x * BELL * mp.exp(-x * x)),
    "erfinv": of_erfinv,
    "normal_pdf": lambda x: (density(x), -x * density(x), (x * x - 1) * density(x)),
    "normal_cdf": lambda x: (normal(x), density(x), -x * density(x)),
    "sin": lambda x: (mp.sin(x), mp.cos(x), -mp.sin(x)),
    "cos": lambda x: (mp.cos(x), -mp.sin(x), -mp.cos(x)),
    "tan": lambda x: (mp.tan(x), mp.sec(x) ** 2, 2 * mp.tan(x) * mp.sec(x) ** 2),
    "asin": lambda x: (mp.asin(x), (1 - x * x) ** -0.5, x * (1 - x * x) ** -1.5),
    "acos": lambda x: (mp.acos(x), -((1 - x * x) ** -0.5), -x * (1 - x * x) ** -1.5),
    "atan": lambda x: (mp.atan(x), 1 / (1 + x * x), -2 * x / (1 + x * x) ** 2),
    "sinc": of_sinc,
    "sinh": lambda x: (mp.sinh(x), mp.cosh(x), mp.sinh(x)),
    "cosh": lambda x: (mp.cosh(x), mp.sinh(x), mp.cosh(x)),
    "tanh": lambda x: (mp.tanh(x), mp.sech(x) ** 2, -2 * mp.tanh(x) * mp.sech(x) ** 2),
    "asinh": lambda x: (mp.asinh(x), 1 / mp.sqrt(1 + x * x), -x / mp.sqrt(1 + x * x) ** 3),
    "acosh": lambda x: (mp.acosh(x), 1 / mp.sqrt(x * x - 1), -x / mp.sqrt(x * x - 1) ** 3),
    "atanh": lambda x: (mp.atanh(x), 1 / (1 - x * x), 2 * x / (1 - x * x) ** 2),
    "sigmoid": logistic,
    "softplus": lambda x: (mp.log1p(mp.exp(x)), *logistic(x)[:2]),
    "gelu": lambda x: (x * normal(x), normal(x) + x * density(x), (2 - x * x) * density(x)),
    "silu": of_silu,
}


class Jets:
    """The functions of `autograd`, on jets."""

    def __getattr__(self, name):
        return lambda x: x.through(UNARY[name])

    def pow(self, x, y):
        log, power = mp.log(x.f), mp.power(x.f, y.f)
        fx, fy = y.f * power / x.f, power * log
        second = (y.f * (y.f - 1) * power / x.f**2, power / x.f * (1 + y.f * log), power * log**2)
        return combine(x, y, power, (fx, fy), second)

    def atan2(self, x, y):
        r = x.f**2 + y.f**2
        fxx, fxy = -2 * x.f * y.f / r**2, (x.f**2 - y.f**2) / r**2
        return combine(x, y, mp.atan2(x.f, y.f), (y.f / r, -x.f / r), (fxx, fxy, -fxx))

    def hypot(self, x, y):
        r = mp.hypot(x.f, y.f)
        return combine(x, y, r, (x.f / r, y.f / r), (y.f**2 / r**3, -x.f * y.f / r**3, x.f**2 / r**3))

    def logaddexp(self, x, y):
        s, s1, _ = logistic(x.f - y.f)
        return combine(x, y, mp.log(mp.exp(x.f) + mp.exp(y.f)), (s, 1 - s), (s1, -s1, s1))


# Every smooth operation, its arguments led into the domain; `m` is `autograd` or `Jets()`.
STEPS = [
    lambda m, a, b: a + b,
    lambda m, a, b: a - b,
    lambda m, a, b: a * b,
    lambda m, a, b: a / (b * b + 1),
    lambda m, a, b: -a,
    lambda m, a, b: 2 - a,
    lambda m, a, b: 3 * a,
    lambda m, a, b: 1 / (a * a + 0.5),
    lambda m, a, b: a**2,
    lambda m, a, b: m.tanh(a) ** 3,
    lambda m, a, b: (a * a + 1) ** -1,
    lambda m, a, b: (a * a + 1) ** -0.5,
    lambda m, a, b: m.pow(a * a + 0.5, m.tanh(b)),
    lambda m, a, b: m.exp(m.sin(a)),
    lambda m, a, b: m.expm1(m.tanh(a)),
    lambda m, a, b: m.log(a * a + 0.5),
    lambda m, a, b: m.log1p(a * a),
    lambda m, a, b: m.sqrt(a * a + 1),
    lambda m, a, b: m.erf(a),
    lambda m, a, b: m.erfc(a),
    lambda m, a, b: m.sin(a),
    lambda m, a, b: m.cos(a),
    lambda m, a, b: m.tan(m.sin(a)),
    lambda m, a, b: m.asin(0.5 * m.tanh(a)),
    lambda m, a, b: m.acos(0.5 * m.sin(a)),
    lambda m, a, b: m.atan(a),
    lambda m, a, b: m.atan2(a, b * b + 0.5),
    lambda m, a, b: m.atan2(-1 - a * a, b),
    lambda m, a, b: m.exp2(m.tanh(a)),
    lambda m, a, b: m.log2(a * a + 0.5),
    lambda m, a, b: m.log10(a * a + 0.5),
    lambda m, a, b: m.logaddexp(a, b),
    lambda m, a, b: m.cbrt(a * a + 0.5),
    lambda m, a, b: m.hypot(a, b * b + 0.5),
    lambda m, a, b: m.sinc(m.tanh(a)),
    lambda m, a, b: m.asinh(a),
    lambda m, a, b: m.acosh(a * a + 1.5),
    lambda m, a, b: m.atanh(0.5 * m.tanh(a)),
    lambda m, a, b: m.erfinv(0.5 * m.sin(a)),
    lambda m, a, b: m.normal_pdf(a),
    lambda m, a, b: m.normal_cdf(a),
    lambda m, a, b: m.sinh(m.tanh(a)),
    lambda m, a, b: m.cosh(m.sin(a)),
    lambda m, a, b: m.tanh(a),
    lambda m, a, b: m.sigmoid(a),
    lambda m, a, b: m.softplus(a),
    lambda m, a, b: m.gelu(a),
    lambda m, a, b: m.silu(a),
]

instructions = st.tuples(st.integers(0, len(STEPS) - 1), st.integers(0, 99), st.integers(0, 99))
programs = st.lists(instructions, min_size=1, max_size=9)
points = st.lists(st.floats(-2, 2, width=32).filter(lambda x: abs(x) >= 2.0**-10), min_size=1, max_size=3)
RANDOM = settings(deadline=None, derandomize=True, max_examples=600)


def run(program, module, leaves):
    """All nodes of a program: each step takes two of the nodes before it, so that nodes are shared."""
    nodes = list(leaves)
    for step, i, j in program:
        nodes.append(STEPS[step](module, nodes[-1 - i % len(nodes)], nodes[-1 - j % len(nodes)]))
    return nodes


def jets(point):
    size = range(len(point))
    zero = mp.mpf(0)
    return [
        Jet(mp.mpf(x), [mp.mpf(int(i == j)) for j in size], [[zero for _ in size] for _ in size])
        for i, x in enumerate(point)
    ]


def exact(program, point):
    """The last jet, and the largest number on the way: no result can know more digits than that one has."""
    nodes = run(program, Jets(), jets(point))
    numbers = [abs(x) for node in nodes for x in (node.f, *node.g, *(y for row in node.h for y in row))]
    return nodes[-1], float(max(1, *numbers))


def agree(actual, expected, scale):
    """To 32 roundings of the largest product that stands in a sum on the way."""
    return abs(actual - expected) <= 32 * 2.0**-52 * scale


def test_the_oracle_is_right():
    """The oracle's own derivatives, by mpmath's numerical differentiation in fifty digits."""
    for name, function in UNARY.items():
        for x in (mp.mpf("0.3"), mp.mpf("0.7")):
            x = x + 1 if name == "acosh" else x
            derivatives = function(x)
            for order in (0, 1):
                slope = mp.diff(lambda t, f=function, order=order: f(t)[order], x)
                assert abs(slope - derivatives[order + 1]) < 1e-20, name


def test_every_smooth_operation_takes_part():
    """An operation that is missing from STEPS would not be in any random graph."""
    kinked = {"relu", "leaky_relu", "elu", "abs", "maximum", "minimum", "when", "or_one", "copysign"}
    kinked |= {"remainder", "fmod"}
    used = set()
    for step in STEPS:
        nodes = autograd.graph.nodes_of(step(autograd, Value(0.3), Value(0.4)))
        used |= {node._operation.name for node in nodes}
    smooth = {name for name, line in autograd.ops.TABLE.items() if line.differentiable} - kinked
    assert smooth - used <= {"pos", "sinc_derivative"}


@RANDOM
@given(programs, points)
def test_values_gradients_and_second_derivatives(program, point):
    expected, largest = exact(program, point)
    assume(largest < 1e4)
    leaves = [Value(x) for x in point]
    root = run(program, autograd, leaves)[-1]
    assert agree(root.data, expected.f, largest)

    root.backward()
    # The root itself may be a leaf, when a program ends by passing one on.
    for leaf, derivative in zip(leaves, expected.g, strict=True):
        assert agree(leaf.grad, derivative, largest)

    first = gradient(root, leaves, differentiable=True)
    for i, node in enumerate(first):
        assert node.data == leaves[i].grad, "the graph and the numbers of one derivative differ"
        for j, second in enumerate(gradient(node, leaves)):
            assert agree(second, expected.h[i][j], largest**2)


@settings(RANDOM, max_examples=150)
@given(programs, points, st.lists(st.floats(-2, 2), min_size=3, max_size=3))
def test_transforms_agree(program, point, direction):
    """jvp runs forward, hvp forward over backward, hessian backward over backward: one answer."""
    expected, largest = exact(program, point)
    assume(largest < 1e4)
    direction = direction[: len(point)]
    along = [mp.mpf(d) for d in direction]

    def f(x):
        return run(program, autograd, x)[-1]

    value, slope = jvp(f)(point, direction)
    assert agree(value, expected.f, largest)
    assert agree(slope, mp.fdot(expected.g, along), 2 * largest)
    for row, actual in zip(expected.h, hvp(f)(point, direction), strict=True):
        assert agree(actual, mp.fdot(row, along), 2 * largest**2)
    for row, actual_row in zip(expected.h, hessian(f)(point), strict=True):
        assert all(agree(a, e, largest**2) for a, e in zip(actual_row, row, strict=True))


KINKED = [
    autograd.relu,
    abs,
    lambda x: autograd.leaky_relu(x, 0.1),
    lambda x: autograd.elu(x),
    lambda x: autograd.maximum(x, 0.25),
    lambda x: autograd.clip(x, -0.5, 0.5),
    lambda x: autograd.where(autograd.greater(x, 0.1), x * x, -x),
]


@pytest.mark.parametrize("kinked", KINKED)
@settings(RANDOM, max_examples=60)
@given(programs, points)
def test_piecewise_functions_of_random_graphs(kinked, program, point):
    """Away from the kink, a piecewise function of a graph is one of its pieces."""
    leaves = [Value(x) for x in point]
    inner = run(program, autograd, leaves)[-1]
    assume(abs(inner.data) < 1e3 and min(abs(inner.data - kink) for kink in (-0.5, 0, 0.1, 0.25, 0.5)) > 1e-3)
    slopes = gradient(inner, leaves)
    step = 1e-4
    piece = (kinked(inner.data + step) - kinked(inner.data - step)) / (2 * step)
    for actual, slope in zip(gradient(kinked(inner), leaves), slopes, strict=True):
        # A central difference of exp, x*x or a line: an error of step**2 / 6, and of rounding over step.
        assert abs(actual - piece * slope) <= 1e-7 * max(1.0, abs(inner.data)) * max(1.0, abs(slope))


SPECIAL = st.sampled_from([inf, -inf, nan, 0.0, -0.0, 1e308, -1e308, 1e160, -1e160, 5e-324])


@RANDOM
@given(programs, st.lists(SPECIAL, min_size=1, max_size=3))
def test_no_graph_raises_whatever_the_numbers(program, point):
    """Overflow, nan and zeros on the way through every operation, forward, backward and twice."""
    leaves = [Value(x) for x in point]
    root = run(program, autograd, leaves)[-1]
    root.backward()
    for node in gradient(root, leaves, differentiable=True):
        node.backward()
    assert all(type(leaf.grad) is float for leaf in leaves)
