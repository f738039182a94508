"""The elementary functions as IR against mpmath, over their whole range, in units in the last place."""

import itertools
import math
import random

import mpmath
import pytest
from mpmath import mp, mpf

from autograd import ops
from autograd.programs.llvm import coefficients
from autograd.programs.llvm.elementary import OWN
from tests.autograd.programs.llvm import fit
from tests.autograd.programs.llvm.compiling import compiled
from tests.autograd.programs.llvm.test_operations import EDGES, patterns
from tests.autograd.test_accuracy import EXACT

# As near to multiples of pi/4 as doubles come, where a sine or a cosine has almost nothing left.
MULTIPLES = [*range(1, 9), *random.Random(4).sample(range(9, 2**28), 300)]
with mpmath.workprec(200):
    EIGHTHS = [float(k * mp.pi / 4) for k in MULTIPLES]

# Where a function is hard: where it is cut in two, its poles and zeros, and where it overflows.
PLACES = {
    "exp": [709.78, -708.4, -745.13],
    "exp2": [1024.0, -1022.0, -1074.0],
    "expm1": [709.78, -37.0],
    "log": [1.0],
    "log2": [1.0],
    "log10": [1.0],
    "log1p": [-1.0],
    "sinh": [710.47, 1.0, 22.0],
    "cosh": [710.47],
    "tanh": [19.0],
    "acosh": [1.0, 2.0],
    "atanh": [-1.0, 1.0],
    "asin": [-1.0, -0.5, 0.5, 1.0],
    "acos": [-1.0, -0.5, 0.0, 0.5, 1.0],
    "atan": [0.41421356, 1.0, 2.41421356],
    "sin": EIGHTHS,
    "cos": EIGHTHS,
    "tan": EIGHTHS,
    "erf": [0.5, 1.0, 5.9],
    "erfc": [0.5, -0.5, 26.5],
    "normal_pdf": [38.5],
    "normal_cdf": [-0.7071, 0.7071, -37.5],
    "sigmoid": [-709.0, -745.0, 36.7],
    "softplus": [-745.0, 36.7],
}


def numbers(name, count):
    """Plain numbers, numbers of all magnitudes, and numbers beside the places that are hard."""
    draw = random.Random(name)
    found = [draw.uniform(-40.0, 40.0) for _ in range(count)]
    found += [draw.uniform(-2.0, 2.0) for _ in range(count)]
    found += [draw.uniform(-750.0, 750.0) for _ in range(count)]
    found += [
        draw.choice([-1, 1]) * draw.uniform(1.0, 2.0) * 2.0**exponent
        for exponent in range(-1074, 1024)
        for _ in range(count // 1000 + 1)
    ]
    for place in PLACES.get(name, []):
        near = range(count // 4 if len(PLACES[name]) < 10 else 1)
        found += [place * (1 + draw.uniform(-1, 1) * 2.0 ** -draw.randint(0, 52)) for _ in near]
        found += [place, math.nextafter(place, -math.inf), math.nextafter(place, math.inf)]
    return found


def samples(name, count):
    if OWN[name].arity == 1:
        return [numbers(name, count) + EDGES]
    draw = random.Random(name)
    xs, ys = numbers(name, count), numbers(name, count)
    draw.shuffle(ys)
    ys = [x * draw.uniform(0.1, 2.5) if draw.random() < 0.3 else y for x, y in zip(xs, ys, strict=True)]
    if name == "pow":  # with results that are numbers
        xs = [x if draw.random() < 0.05 else abs(x) or 1.0 for x in xs]
        ys = [
            y if draw.random() < 0.1 or x <= 0.0 or x == 1.0 else draw.uniform(-745, 710) / math.log(x)
            for x, y in zip(xs, ys, strict=True)
        ]
    pairs = [*zip(xs, ys, strict=True), *itertools.product(EDGES, EDGES)]
    return [list(column) for column in zip(*pairs, strict=True)]


def error(found, exact, beside=0.0):
    """How far a number is from the exact one, in units in the last place of that, or of what is beside it."""
    nearest = max(float(exact), float(beside), key=abs)
    if math.isinf(nearest):
        return 0.0 if found == nearest else math.inf
    return float(abs(mpf(found) - exact) / mpf(math.ulp(nearest)))


def worst(name, count=100):
    """The largest error at all samples that have a finite or infinite value, and where it is."""
    value, exact, columns = ops.TABLE[name].value, EXACT[name][0], samples(name, count)
    found = compiled(ops.TABLE[name], 4)(*columns)
    largest, where = 0.0, None
    for point, got in zip(zip(*columns, strict=True), found, strict=True):
        eager = value(*point)
        if not all(math.isfinite(x) and x != 0.0 for x in point):
            continue  # an edge
        if patterns([eager]) == patterns([got]) and (eager != eager or eager in (0.0, math.inf, -math.inf)):
            continue
        with mpmath.workprec(1400 if name in ("sin", "cos", "tan") else 200):
            beside = max(point, key=abs) if name == "logaddexp" else 0.0  # which crosses the axis
            off = error(got, mpf(exact(*map(mpf, point))), beside)
        if not off <= largest:
            largest, where = off, point
    return largest, where


@pytest.mark.parametrize("name", OWN)
def test_the_error_is_within_the_stated_bound(name):
    largest, where = worst(name)
    assert largest <= OWN[name].bound, where


@pytest.mark.parametrize("name", OWN)
def test_edges_have_the_answers_of_the_table(name):
    """Broken if a zero has the other sign, an infinity or nan is lost, or a subnormal number is flushed."""
    columns = [EDGES]
    if OWN[name].arity == 2:
        columns = [list(column) for column in zip(*itertools.product(EDGES, EDGES), strict=True)]
    found = compiled(ops.TABLE[name])(*columns)
    for point, got in zip(zip(*columns, strict=True), found, strict=True):
        expected = ops.TABLE[name].value(*point)
        if math.isfinite(expected) and expected != 0.0:
            assert math.isfinite(got) and math.copysign(1.0, got) == math.copysign(1.0, expected), (
                point,
                got,
                expected,
            )
        else:
            assert patterns([got]) == patterns([expected]), (point, got, expected)


@pytest.mark.parametrize("level", [0, 2])
@pytest.mark.parametrize("name", OWN)
def test_one_lane_and_several_agree_to_the_bit(name, level):
    """Broken if LLVM changes a result in one of them, so that a batch differs from single calls."""
    columns = samples(name, 100)
    alone, together = (compiled(ops.TABLE[name], lanes, level=level)(*columns) for lanes in (1, 4))
    assert patterns(alone) == patterns(together)


@pytest.mark.parametrize("name", ["sinc", "erfinv"])
def test_formulas_are_as_near_to_the_tables_own_as_their_roundings_let_them(name):
    """Broken if a formula has another form here than in the table."""
    draw = random.Random(name)
    column = [draw.uniform(-1.0, 1.0) for _ in range(2000)] + EDGES
    column += [draw.uniform(-40.0, 40.0) for _ in range(500 if name == "sinc" else 0)]
    for x, got in zip(column, compiled(ops.TABLE[name], 4)(column), strict=True):
        expected = ops.TABLE[name].value(x)
        if math.isfinite(expected) and expected != 0.0:
            assert abs(got - expected) <= 4 * math.ulp(expected), x
        else:
            assert patterns([got]) == patterns([expected]), x


def test_elu_has_the_error_of_expm1_and_a_product():
    columns = [[-abs(x) for x in numbers("expm1", 100)], numbers("exp", 100)]
    columns = [list(column) for column in zip(*zip(*columns, strict=False), strict=True)]
    found = compiled(ops.elu, 4)(*columns)
    for x, alpha, got in zip(*columns, found, strict=True):
        with mpmath.workprec(200):
            assert error(got, mpf(alpha) * mp.expm1(x)) <= 1.5, (x, alpha)


def test_the_coefficients_are_those_that_the_fit_gives():
    """Broken if a digit of the data is lost, or the fit is changed and its result is not."""
    for name, task in fit.TASKS.items():
        fitted, _ = fit.fitted(task)
        assert list(getattr(coefficients, name)) == fitted, name


def test_results_that_are_whole_numbers_are_exact():
    """Broken by an error that is within the bound, but that everybody sees."""
    exponents = [float(k) for k in range(-300, 300)]
    assert compiled(ops.exp2)(exponents) == [2.0**k for k in exponents]
    assert compiled(ops.log2)([2.0**k for k in exponents]) == exponents
    assert compiled(ops.log10)([10.0**k for k in range(23)]) == [float(k) for k in range(23)]
    assert compiled(ops.cbrt)([float(k**3) for k in range(1000)]) == [float(k) for k in range(1000)]
    assert compiled(ops.hypot)([3.0, 5.0, 8.0], [4.0, 12.0, 15.0]) == [5.0, 13.0, 17.0]
    assert compiled(ops.pow)([3.0, 10.0, 2.0, -7.0], [20.0, 15.0, -60.0, 5.0]) == [
        3.0**20, 1e15, 2.0**-60, -(7.0**5)
    ]  # fmt: skip
