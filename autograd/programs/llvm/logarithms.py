"""Logarithms, and the inverse hyperbolic functions that are made of them.

x is 2**k * m with m between the roots of 1/2 and 2. With f = m - 1 and s = f / (2 + f),

    log(1 + f) = f - f**2 / 2 + s * (f**2 / 2 + R),    R a polynomial in s**2

as in FreeBSD's e_log.c (Sun Microsystems, 1993): the first terms hold most of the result, and what they round
away is carried along in the tail of a pair.
"""

from __future__ import annotations

import math
from math import inf, nan
from typing import NamedTuple

from autograd.programs.llvm.coefficients import LOG
from autograd.programs.llvm.pairs import (
    Pair,
    polynomial,
    product,
    product_of,
    quotient,
    root,
    sum_of,
    sum_of_larger,
    total,
)
from autograd.programs.llvm.writer import Operand, Writer, pattern

# The logarithms of 2, whose heads have so few bits that k times one is exact.
LOG_2 = Pair(0.6931471803691238, 1.9082149292705877e-10)
LOG10_2 = Pair(0.3010299955494702, 1.1451100898021838e-10)
INVERSE_LOG_2 = Pair(1.4426950408889634, 2.0355273740931033e-17)
INVERSE_LOG_10 = Pair(0.4342944819032518, 1.098319650216765e-17)
SMALLEST_NORMAL = 2.0**-1022


class Split(NamedTuple):
    """x as 2**k * m."""

    k: str
    m: str


def split(w: Writer, x: str) -> Split:
    """The exponent and the mantissa, between the roots of 1/2 and 2, of a positive finite number."""
    subnormal = w.compare("<", x, SMALLEST_NORMAL)
    bits = w.bits(w.select(subnormal, w.mul(x, 2.0**54), x))
    moved = w.integer("lshr", w.integer("add", bits, pattern(1.0) - pattern(math.sqrt(0.5))), 52)
    m = w.from_bits(w.integer("sub", bits, w.integer("shl", w.integer("sub", moved, 1023), 52)))
    k = w.sub(w.from_bits(w.integer("or", moved, pattern(2.0**52))), 2.0**52 + 1023)
    return Split(w.select(subnormal, w.sub(k, 54.0), k), m)


def log_of(w: Writer, x: str, rest: Operand = 0.0) -> tuple[str, Pair]:
    """log(x + rest) as a number k of logarithms of 2, and a pair to be added."""
    k, m = split(w, x)
    f = w.sub(m, 1.0)
    s = w.div(f, w.add(2.0, f))
    z = w.mul(s, s)
    half = product_of(w, w.mul(0.5, f), f)
    series = w.mul(s, w.fma(z, polynomial(w, LOG, z), half.head))
    head = w.sub(f, half.head)
    lost = w.sub(w.sub(w.sub(f, head), half.head), half.tail)
    tail = w.add(lost, series)
    return k, Pair(head, tail if rest == 0.0 else w.add(tail, w.div(rest, x)))


def natural(w: Writer, k: str, logarithm: Pair) -> Pair:
    """k * log(2) and a logarithm, together."""
    both = sum_of_larger(w, w.mul(k, LOG_2.head), logarithm.head)
    return Pair(both.head, w.add(both.tail, w.fma(k, LOG_2.tail, logarithm.tail)))


def log1p_of(w: Writer, x: Pair) -> Pair:
    """log(1 + x), for a number above -1; x - x**2 / 2 where that is all."""
    one = sum_of(w, 1.0, x.head)
    logarithm = natural(w, *log_of(w, str(one.head), w.add(one.tail, x.tail)))
    tiny = w.compare("<", w.abs(x.head), 2.0**-28)
    rest = w.fma(w.mul(-0.5, x.head), x.head, x.tail)
    return Pair(w.select(tiny, x.head, logarithm.head), w.select(tiny, rest, logarithm.tail))


def _where_defined(w: Writer, x: str, logarithm: str) -> str:
    """A logarithm at infinity, at zero and below."""
    logarithm = w.select(w.compare("==", x, inf), inf, logarithm)
    logarithm = w.select(w.compare("==", x, 0.0), -inf, logarithm)
    return w.select(w.compare(">=", x, 0.0), logarithm, nan)


def log(w: Writer, x: str) -> str:
    """The natural logarithm."""
    return _where_defined(w, x, total(w, natural(w, *log_of(w, x))))


def log2(w: Writer, x: str) -> str:
    """The logarithm to base 2."""
    k, logarithm = log_of(w, x)
    scaled = product(w, sum_of_larger(w, logarithm.head, logarithm.tail), INVERSE_LOG_2)
    both = sum_of_larger(w, k, scaled.head)
    return _where_defined(w, x, w.add(both.head, w.add(both.tail, scaled.tail)))


def log10(w: Writer, x: str) -> str:
    """The logarithm to base 10."""
    k, logarithm = log_of(w, x)
    scaled = product(w, sum_of_larger(w, logarithm.head, logarithm.tail), INVERSE_LOG_10)
    both = sum_of_larger(w, w.mul(k, LOG10_2.head), scaled.head)
    tail = w.add(both.tail, w.fma(k, LOG10_2.tail, scaled.tail))
    return _where_defined(w, x, w.add(both.head, tail))


def log1p(w: Writer, x: str) -> str:
    """log(1 + x)."""
    result = _where_defined(w, w.add(1.0, x), total(w, log1p_of(w, Pair(x, 0.0))))
    return w.select(w.compare("<", w.abs(x), 2.0**-54), x, result)


def asinh(w: Writer, x: str) -> str:
    """log(1 + a + a**2 / (1 + sqrt(1 + a**2))) of a = |x|; log(a) + log(2) where a**2 is far above 1."""
    a = w.abs(x)
    large = w.compare(">", a, 2.0**28)
    square = product_of(w, a, a)
    square = Pair(w.select(large, 0.0, square.head), w.select(large, 0.0, square.tail))
    one = sum_of(w, 1.0, square.head)
    hypotenuse = root(w, Pair(one.head, w.add(one.tail, square.tail)))
    below = sum_of_larger(w, hypotenuse.head, 1.0)
    added = quotient(w, square, Pair(below.head, w.add(below.tail, hypotenuse.tail)))
    argument = sum_of_larger(w, a, added.head)
    result = _log1p_or_log(w, large, a, Pair(argument.head, w.add(argument.tail, added.tail)))
    return w.copysign(w.select(w.compare("<", a, 2.0**-28), a, result), x)


def acosh(w: Writer, x: str) -> str:
    """log(1 + t + sqrt(2 t + t**2)) of t = x - 1; log(x) + log(2) where x is far above 1."""
    large = w.compare(">", x, 2.0**28)
    t = w.select(large, 1.0, w.sub(x, 1.0))
    factor = sum_of(w, t, 2.0)
    square = product(w, Pair(t, 0.0), factor)
    positive = w.compare(">", t, 0.0)
    side = root(w, Pair(w.select(positive, square.head, 1.0), square.tail))
    argument = sum_of(w, t, side.head)
    result = _log1p_or_log(w, large, x, Pair(argument.head, w.add(argument.tail, side.tail)))
    result = w.select(w.compare("==", x, 1.0), 0.0, result)
    return w.select(w.compare(">=", x, 1.0), result, nan)


def _log1p_or_log(w: Writer, large: str, a: str, argument: Pair) -> str:
    """log(1 + argument), or log(2 a) where a is large."""
    one = sum_of(w, 1.0, argument.head)
    rest = w.select(large, 0.0, w.add(one.tail, argument.tail))
    k, logarithm = log_of(w, w.select(large, a, one.head), rest)
    k = w.select(large, w.add(k, 1.0), k)
    return w.select(w.compare("==", a, inf), inf, total(w, natural(w, k, logarithm)))


def atanh(w: Writer, x: str) -> str:
    """log(1 + 2 a / (1 - a)) / 2 of a = |x|."""
    a = w.abs(x)
    below = sum_of_larger(w, 1.0, w.neg(a))
    below = Pair(w.select(w.compare("<", a, 1.0), below.head, 1.0), below.tail)
    argument = quotient(w, Pair(w.add(a, a), 0.0), below)
    result = w.mul(0.5, total(w, log1p_of(w, argument)))
    result = w.select(w.compare("<", a, 2.0**-28), a, result)
    result = w.select(w.compare("==", a, 1.0), inf, result)
    return w.copysign(w.select(w.compare("<=", a, 1.0), result, nan), x)
