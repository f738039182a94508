"""Sines and their inverses, in radians.

sin, cos and tan take away the multiples of pi/2 by three doubles that together have pi/2 to 160 bits. That is
enough up to 2**28; of larger numbers, which are seldom meant, the platform's function is called.
"""

from __future__ import annotations

from math import nan
from typing import NamedTuple

from autograd.programs.llvm.coefficients import ASIN, ATAN, COS, SIN
from autograd.programs.llvm.exponentials import nearest
from autograd.programs.llvm.outside import call_libm
from autograd.programs.llvm.pairs import (
    Pair,
    polynomial,
    product_of,
    quotient,
    root,
    sum_of,
    sum_of_larger,
    total,
)
from autograd.programs.llvm.writer import Writer

HALF_PI = Pair(1.5707963267948966, 6.123233995736766e-17)
HALF_PI_REST = -1.4973849048591698e-33
QUARTER_PI = Pair(0.7853981633974483, 3.061616997868383e-17)
PI = Pair(3.141592653589793, 1.2246467991473532e-16)
ZERO = Pair(0.0, 0.0)
HUGE = 2.0**28


class Turned(NamedTuple):
    """The quarters of a turn that are nearest to an angle, and the sine and cosine of what is left."""

    quarters: str
    sine: Pair
    cosine: Pair


def turned(w: Writer, x: str) -> Turned:
    """An angle below `HUGE`, reduced, with sine and cosine of the rest."""
    n, quarters = nearest(w, x, 1.0 / float(HALF_PI.head))
    first = w.fma(n, -float(HALF_PI.head), x)
    second = product_of(w, n, -float(HALF_PI.tail))
    r, tail = sum_of(w, first, second.head)
    tail = w.fma(n, -HALF_PI_REST, w.add(tail, second.tail))
    z = w.mul(r, r)
    sine = Pair(r, w.fma(w.mul(r, z), polynomial(w, SIN, z), w.mul(tail, w.fma(z, -0.5, 1.0))))
    one = sum_of_larger(w, 1.0, w.mul(-0.5, z))
    half_z_rest = w.mul(-0.5, w.fma(r, r, w.neg(z)))
    rest = w.fma(w.mul(z, z), polynomial(w, COS, z), w.fma(w.neg(r), tail, half_z_rest))
    return Turned(quarters, sine, Pair(one.head, w.add(one.tail, rest)))


def _odd(w: Writer, quarters: str) -> str:
    return w.compare_integers("ne", w.integer("and", quarters, 1), 0)


def _of_quarters(w: Writer, quarters: str, sine: Pair, cosine: Pair) -> str:
    """The sine of an angle that is so many quarters further."""
    value = w.select(_odd(w, quarters), total(w, cosine), total(w, sine))
    sign = w.integer("shl", w.integer("and", quarters, 2), 62)
    return w.from_bits(w.integer("xor", w.bits(value), sign))


def _platforms_where_huge(w: Writer, name: str, x: str, usual: str) -> str:
    huge = w.compare(">", w.abs(x), HUGE)
    return w.where_any(huge, lambda: call_libm(w, name, x), usual)


def sin(w: Writer, x: str) -> str:
    """The sine."""
    quarters, sine, cosine = turned(w, x)
    result = w.select(w.compare("==", x, 0.0), x, _of_quarters(w, quarters, sine, cosine))
    return _platforms_where_huge(w, "sin", x, result)


def cos(w: Writer, x: str) -> str:
    """The cosine."""
    quarters, sine, cosine = turned(w, x)
    result = _of_quarters(w, w.integer("add", quarters, 1), sine, cosine)
    return _platforms_where_huge(w, "cos", x, result)


def tan(w: Writer, x: str) -> str:
    """sine / cosine, or -cosine / sine."""
    quarters, sine, cosine = turned(w, x)
    odd = _odd(w, quarters)
    sine, cosine = sum_of_larger(w, *sine), sum_of_larger(w, *cosine)
    above = Pair(w.select(odd, w.neg(cosine.head), sine.head), w.select(odd, w.neg(cosine.tail), sine.tail))
    below = Pair(w.select(odd, sine.head, cosine.head), w.select(odd, sine.tail, cosine.tail))
    result = total(w, quotient(w, above, below))
    result = w.select(w.compare("<", w.abs(x), 2.0**-28), x, result)
    return _platforms_where_huge(w, "tan", x, result)


def _where(w: Writer, condition: str, a: Pair, b: Pair) -> Pair:
    return Pair(w.select(condition, a.head, b.head), w.select(condition, a.tail, b.tail))


def _minus(w: Writer, a: Pair) -> Pair:
    return Pair(w.neg(a.head), w.neg(a.tail))


class Arc(NamedTuple):
    """An angle as a multiple of pi/4 and a rest of at most pi/8."""

    base: Pair
    rest: Pair

    def total(self, w: Writer) -> str:
        """The angle, rounded once."""
        both = sum_of_larger(w, self.base.head, self.rest.head)
        return w.add(both.head, w.add(both.tail, w.add(self.rest.tail, self.base.tail)))

    def back_from(self, w: Writer, angle: Pair, condition: str) -> Arc:
        """The given angle less this one, where the condition holds."""
        base = Pair(w.sub(angle.head, self.base.head), w.sub(angle.tail, self.base.tail))
        return Arc(
            _where(w, condition, base, self.base), _where(w, condition, _minus(w, self.rest), self.rest)
        )


def _arc_of(w: Writer, above: str, below: str) -> Arc:
    """The arc tangent of a quotient between 0 and 1; above tan(pi/8) by (above - below) / (above + below)."""
    near_one = w.compare(">", above, w.mul(0.41421356237309503, below))
    difference, whole = sum_of(w, above, w.neg(below)), sum_of(w, below, above)
    t = quotient(
        w,
        _where(w, near_one, difference, Pair(above, 0.0)),
        _where(w, near_one, whole, Pair(below, 0.0)),
    )
    z = w.mul(t.head, t.head)
    rest = Pair(t.head, w.fma(w.mul(t.head, z), polynomial(w, ATAN, z), t.tail))
    return Arc(_where(w, near_one, QUARTER_PI, ZERO), rest)


def atan(w: Writer, x: str) -> str:
    """The angle whose tangent is x; above 1 it is pi/2 less that of 1 / x."""
    a = w.abs(x)
    steep = w.compare(">", a, 1.0)
    limited = w.select(w.compare(">", a, 2.0**60), 2.0**60, a)
    arc = _arc_of(w, w.select(steep, 1.0, limited), w.select(steep, limited, 1.0))
    result = arc.back_from(w, HALF_PI, steep).total(w)
    return w.copysign(w.select(w.compare("<", a, 2.0**-28), a, result), x)


def atan2(w: Writer, x: str, y: str) -> str:
    """The angle of the point (y, x), of which x is the height, as in `math.atan2`."""
    a, b = w.abs(x), w.abs(y)
    steep = w.compare(">", a, b)
    larger, smaller = w.maximum(a, b), w.minimum(a, b)
    alike = w.compare("==", a, b)  # two infinities, too
    small = w.select(w.compare("<", larger, 2.0**-400), 2.0**600, 1.0)
    factor = w.select(w.compare(">", larger, 2.0**500), 2.0**-600, small)
    above = w.select(alike, 1.0, w.mul(smaller, factor))
    base, rest = _arc_of(w, above, w.select(alike, 1.0, w.mul(larger, factor)))
    # A small quotient is its own arc tangent; unscaled, it is right where it is subnormal.
    nothing = w.compare("==", larger, 0.0)
    plain = w.select(nothing, 0.0, w.div(smaller, larger))
    tiny = w.compare("<", plain, 2.0**-28)
    arc = Arc(_where(w, tiny, ZERO, base), _where(w, tiny, Pair(plain, 0.0), rest))
    left = w.compare_integers("slt", w.bits(y), 0)
    return w.copysign(arc.back_from(w, HALF_PI, steep).back_from(w, PI, left).total(w), x)


def _arc_sine(w: Writer, a: str) -> tuple[str, Pair]:
    """Whether a is at most 1/2, and asin(a), or else asin(sqrt((1 - a) / 2)), which is acos(a) / 2."""
    small = w.compare("<=", a, 0.5)
    half = w.mul(0.5, w.sub(1.0, a))
    z = w.select(small, w.mul(a, a), half)
    positive = w.select(w.compare(">", half, 0.0), half, 1.0)
    s = _where(w, small, Pair(a, 0.0), root(w, Pair(positive, 0.0)))
    return small, Pair(s.head, w.fma(w.mul(s.head, z), polynomial(w, ASIN, z), s.tail))


def _twice(w: Writer, a: Pair) -> Pair:
    return Pair(w.add(a.head, a.head), w.add(a.tail, a.tail))


def asin(w: Writer, x: str) -> str:
    """The angle whose sine is x."""
    a = w.abs(x)
    small, arc = _arc_sine(w, a)
    from_top = Arc(HALF_PI, _minus(w, _twice(w, arc))).total(w)
    result = w.select(small, total(w, arc), from_top)
    result = w.select(w.compare("==", a, 1.0), HALF_PI.head, result)
    return w.select(w.compare("<=", a, 1.0), w.copysign(result, x), nan)


def acos(w: Writer, x: str) -> str:
    """The angle whose cosine is x."""
    a = w.abs(x)
    small, arc = _arc_sine(w, a)
    positive = w.compare(">", x, 0.0)
    double = _twice(w, arc)
    signed = _where(w, positive, _minus(w, arc), arc)
    near_side = w.select(positive, total(w, double), Arc(PI, _minus(w, double)).total(w))
    result = w.select(small, Arc(HALF_PI, signed).total(w), near_side)
    at_the_end = w.select(positive, 0.0, PI.head)
    result = w.select(w.compare("==", a, 1.0), at_the_end, result)
    return w.select(w.compare("<=", a, 1.0), result, nan)
