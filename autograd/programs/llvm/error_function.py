"""The error function and the normal distribution, right in the far tails too.

erfc(a) = exp(-a**2) * g(a) / (1 + 2 a), where g changes little and is a polynomial in (a - 4) / (a + 4): M.
M. Shepherd and J. G. Laframboise, "Chebyshev approximation of (1 + 2 x) exp(x**2) erfc x in 0 <= x < inf",
Mathematics of Computation 36 (1981). Squares, exponentials and quotients are pairs.
"""

from __future__ import annotations

from math import inf

from autograd.programs.llvm.coefficients import ERF, ERFC
from autograd.programs.llvm.exponentials import exp_of, limited, reduced, scaled
from autograd.programs.llvm.pairs import (
    Pair,
    polynomial,
    product,
    quotient,
    sum_of,
    sum_of_larger,
    times,
    total,
)
from autograd.programs.llvm.writer import Operand, Writer

MIDDLE = 1.2329951186255526
"""About g(4), to which the polynomial adds."""

ROOT_HALF = Pair(0.7071067811865476, -4.833646656726457e-17)
INVERSE_ROOT_2PI = Pair(0.3989422804014327, -2.49232720227773e-17)
SLOPE = 1.1283791670955126
"""Of erf at 0: 2 / sqrt(pi)."""

SMALL = 0.75
"""Where erfc comes to be computed by erf."""


def _bell(w: Writer, a: Pair, factor: Pair) -> str:
    """exp(-a**2) times a factor."""
    square = product(w, a, a)
    _, whole, rest = reduced(w, w.neg(square.head), w.neg(square.tail))
    return scaled(w, total(w, product(w, exp_of(w, rest), factor)), whole)


def _tail(w: Writer, a: Pair, factor: Operand) -> str:
    """factor * erfc(a), for a from `SMALL` to 28."""
    t = w.div(w.sub(a.head, 4.0), w.add(a.head, 4.0))
    g = sum_of_larger(w, MIDDLE, polynomial(w, ERFC, t))
    below = sum_of(w, w.mul(2.0, a.head), 1.0)
    quotient_of = quotient(w, g, Pair(below.head, w.fma(2.0, a.tail, below.tail)))
    return _bell(w, a, quotient_of if factor == 1.0 else times(w, quotient_of, factor))


def _centre(w: Writer, x: Pair) -> Pair:
    """erf(x), for |x| up to `SMALL`."""
    z = w.mul(x.head, x.head)
    rest = w.mul(x.head, polynomial(w, ERF, z))
    if x.tail != 0.0:
        slope = polynomial(w, (SLOPE, -SLOPE, SLOPE / 2), z)  # nearly: it counts as little as the tail
        rest = w.fma(x.tail, slope, rest)
    return Pair(x.head, rest)


def erf(w: Writer, x: str) -> str:
    """The error function."""
    a = limited(w, w.abs(x), 0.0, 6.0)
    outside = w.sub(1.0, _tail(w, Pair(w.maximum(a, SMALL), 0.0), 1.0))
    result = w.select(w.compare("<", a, SMALL), total(w, _centre(w, Pair(a, 0.0))), outside)
    return w.copysign(result, x)


def _erfc(w: Writer, x: Pair, factor: Operand = 1.0) -> str:
    """factor * (1 - erf(x)) of a pair."""
    size = w.abs(x.head)
    far = limited(w, size, SMALL, 28.0)
    same = w.compare("==", far, size)
    tail = w.select(w.compare("<", x.head, 0.0), w.neg(x.tail), x.tail)
    outside = _tail(w, Pair(far, w.select(same, tail, 0.0)), factor)
    outside = w.select(w.compare("<", x.head, 0.0), w.sub(w.mul(2.0, factor), outside), outside)
    near = _centre(w, Pair(w.neg(x.head), 0.0 if x.tail == 0.0 else w.neg(x.tail)))
    one = sum_of(w, 1.0, near.head)
    inside = Pair(one.head, w.add(one.tail, near.tail))
    if factor != 1.0:
        inside = times(w, sum_of_larger(w, *inside), factor)
    return w.select(w.compare("<", size, SMALL), total(w, inside), outside)


def erfc(w: Writer, x: str) -> str:
    """1 - erf(x)."""
    return _erfc(w, Pair(x, 0.0))


def normal_cdf(w: Writer, x: str) -> str:
    """erfc(-x / sqrt(2)) / 2."""
    return _erfc(w, times(w, ROOT_HALF, w.neg(limited(w, x, -40.0, 40.0))), 0.5)


def gelu(w: Writer, x: str) -> str:
    """x * erfc(-x / sqrt(2)) / 2, rounded once, as the factor of x may be subnormal."""
    x = w.select(w.compare("<", x, -40.0), -40.0, x)
    z = times(w, ROOT_HALF, w.neg(limited(w, x, -40.0, 40.0)))
    result = w.copysign(_erfc(w, z, w.mul(0.5, x)), x)
    return w.select(w.compare("==", x, inf), inf, result)


def normal_pdf(w: Writer, x: str) -> str:
    """exp(-x**2 / 2) / sqrt(2 pi)."""
    z = times(w, ROOT_HALF, limited(w, w.abs(x), 0.0, 39.0))
    return _bell(w, z, INVERSE_ROOT_2PI)
