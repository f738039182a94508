"""Powers and roots: pow, cbrt and hypot."""

from __future__ import annotations

from math import inf, nan

from autograd.programs.llvm.coefficients import LOG_2 as SERIES
from autograd.programs.llvm.exponentials import LOG_2, exp_of, limited, reduced, scaled
from autograd.programs.llvm.logarithms import SMALLEST_NORMAL, split
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
from autograd.programs.llvm.writer import Writer, pattern

TWO_THIRDS = Pair(2.0 / 3.0, 3.700743415417188e-17)


def _precise_log(w: Writer, x: str) -> Pair:
    """The logarithm as a pair: 2 s + s**3 * (2/3 + ...) of s = (m - 1) / (m + 1)."""
    k, m = split(w, x)
    s = quotient(w, Pair(w.sub(m, 1.0), 0.0), sum_of(w, m, 1.0))
    z = product(w, s, s)
    rest = w.mul(z.head, polynomial(w, SERIES, str(z.head)))
    series = sum_of_larger(w, TWO_THIRDS.head, rest)
    cube = product(w, product(w, s, z), Pair(series.head, w.add(series.tail, TWO_THIRDS.tail)))
    twos = product(w, Pair(k, 0.0), LOG_2)
    first = sum_of(w, twos.head, w.add(s.head, s.head))
    second = sum_of(w, first.head, cube.head)
    tail = w.add(w.add(first.tail, second.tail), w.add(twos.tail, w.add(w.add(s.tail, s.tail), cube.tail)))
    return sum_of_larger(w, second.head, tail)


def pow(w: Writer, x: str, y: str) -> str:
    """exp(y * log(|x|)), with the sign of x where y is odd; nan and infinities as in C99, annex F."""
    a = w.abs(x)
    power = product(w, Pair(y, 0.0), _precise_log(w, a))
    inside = w.compare("<", w.abs(power.head), 745.5)
    _, whole, rest = reduced(w, limited(w, str(power.head), -746.0, 710.0), w.select(inside, power.tail, 0.0))
    result = scaled(w, total(w, exp_of(w, rest)), whole)
    falls = w.compare("<", y, 0.0)
    result = w.select(w.compare("==", a, 0.0), w.select(falls, inf, 0.0), result)
    result = w.select(w.compare("==", a, inf), w.select(falls, 0.0, inf), result)
    result = w.select(w.compare("==", w.abs(y), inf), _to_an_infinite_power(w, a, y), result)
    result = w.select(w.compare_integers("slt", w.bits(x), 0), _of_negative(w, a, y, result), result)
    result = w.select(w.either(w.is_nan(x), w.is_nan(y)), nan, result)
    return w.select(w.either(w.compare("==", y, 0.0), w.compare("==", x, 1.0)), 1.0, result)


def _to_an_infinite_power(w: Writer, a: str, y: str) -> str:
    grows = w.line(f"xor {w.booleans} {w.compare('>', a, 1.0)}, {w.compare('<', y, 0.0)}")
    return w.select(w.compare("==", a, 1.0), 1.0, w.select(grows, inf, 0.0))


def _of_negative(w: Writer, a: str, y: str, result: str) -> str:
    """The power of a negative number, whose size is a, from that of the positive one."""
    half = w.mul(0.5, y)
    even = w.compare("==", w.trunc(half), half)
    whole = w.compare("==", w.trunc(y), y)
    has_value = w.either(w.compare("==", a, 0.0), w.compare("==", a, inf))
    return w.select(whole, w.select(even, result, w.neg(result)), w.select(has_value, result, nan))


def cbrt(w: Writer, x: str) -> str:
    """The cube root: a third of the exponent, two steps of Halley, one of Newton with a precise residue."""
    a = w.abs(x)
    small, large = w.compare("<", a, SMALLEST_NORMAL), w.compare(">", a, 2.0**1000)
    a = w.mul(a, w.select(small, 2.0**54, w.select(large, 2.0**-54, 1.0)))
    high = w.integer("lshr", w.bits(a), 32)
    third = w.mul(w.sub(w.from_bits(w.integer("or", high, pattern(2.0**52))), 2.0**52), 1.0 / 3.0)
    third_bits = w.bits(w.add(third, 2.0**52 + 715094163))  # 2/3 of the bias, less for the mantissa
    y = w.from_bits(w.integer("shl", third_bits, 32))
    for _ in range(2):
        cube = w.mul(w.mul(y, y), y)
        y = w.mul(y, w.div(w.fma(2.0, a, cube), w.fma(2.0, cube, a)))
    square = product_of(w, y, y)
    residue = w.fma(square.tail, y, w.fma(square.head, y, w.neg(a)))
    y = w.sub(y, w.div(residue, w.mul(3.0, square.head)))
    y = w.mul(y, w.select(small, 2.0**-18, w.select(large, 2.0**18, 1.0)))
    plain = w.both(w.compare(">", a, 0.0), w.compare("<", a, inf))
    return w.select(plain, w.copysign(y, x), x)


def hypot(w: Writer, x: str, y: str) -> str:
    """The root of x**2 + y**2 as pairs, scaled so that squares neither overflow nor vanish."""
    a, b = w.abs(x), w.abs(y)
    larger, smaller = w.maximum(a, b), w.minimum(a, b)
    big, small = w.compare(">", larger, 2.0**500), w.compare("<", larger, 2.0**-450)
    factor = w.select(big, 2.0**-600, w.select(small, 2.0**600, 1.0))
    back = w.select(big, 2.0**600, w.select(small, 2.0**-600, 1.0))
    squares = [product_of(w, number, number) for number in (w.mul(larger, factor), w.mul(smaller, factor))]
    both = sum_of_larger(w, squares[0].head, squares[1].head)
    tail = w.add(both.tail, w.add(squares[0].tail, squares[1].tail))
    result = w.mul(total(w, root(w, Pair(both.head, tail))), back)
    result = w.select(w.compare("==", smaller, 0.0), larger, result)
    infinite = w.either(w.compare("==", a, inf), w.compare("==", b, inf))
    return w.select(infinite, inf, result)
