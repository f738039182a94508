"""Operations that are made of elementary functions, written as `floats.py` and `special.py` compute them.

An elementary function is this package's or the platform's, as the writer's `math` says; with the platform's
every result is, bit for bit, that of the table's own functions.
"""

from __future__ import annotations

import math
from math import inf, nan

from autograd.programs.llvm.exponentials import nearest
from autograd.programs.llvm.outside import call_libm
from autograd.programs.llvm.writer import Operand, Writer
from autograd.special import ROOT_2PI, ROOT_HALF, ROOT_HALF_HEAD, ROOT_HALF_REST, ROOT_PI


def elementary(writer: Writer, name: str, *operands: Operand) -> str:
    """The result of an elementary function: this package's, or the platform's where `math` is "libm"."""
    return writer.call_own(name, *operands) if writer.math == "own" else call_libm(writer, name, *operands)


def pow(w: Writer, x: str, y: str) -> str:
    """x to the power y; a square and x itself are exact, as in the table."""
    square_or_x = w.select(w.compare("==", y, 2.0), w.mul(x, x), x)
    simple = w.either(w.compare("==", y, 2.0), w.compare("==", y, 1.0))
    return w.select(simple, square_or_x, elementary(w, "pow", x, y))


def logaddexp(w: Writer, x: str, y: str) -> str:
    """log(exp(x) + exp(y)), without overflow."""
    larger = w.select(w.compare(">", x, y), x, y)
    smaller_over_larger = elementary(w, "exp", w.neg(w.abs(w.sub(x, y))))
    unequal = w.add(larger, elementary(w, "log1p", smaller_over_larger))
    return w.select(w.compare("==", x, y), w.add(x, math.log(2.0)), unequal)


def sigmoid(w: Writer, x: str) -> str:
    """1 / (1 + exp(-x)), without overflow."""
    e = elementary(w, "exp", w.neg(w.abs(x)))
    return w.div(w.select(w.compare(">=", x, 0.0), 1.0, e), w.add(1.0, e))


def softplus(w: Writer, x: str) -> str:
    """log(1 + exp(x)), without overflow."""
    e = elementary(w, "exp", w.neg(w.abs(x)))
    return w.add(w.select(w.compare(">", x, 0.0), x, 0.0), elementary(w, "log1p", e))


def elu(w: Writer, x: str, alpha: str) -> str:
    """x where it is positive, else alpha * (exp(x) - 1)."""
    return w.select(w.compare(">", x, 0.0), x, w.mul(alpha, elementary(w, "expm1", x)))


def silu(w: Writer, x: str) -> str:
    """x * sigmoid(x)."""
    return w.select(w.compare("==", x, -inf), -0.0, w.mul(x, sigmoid(w, x)))


def normal_pdf(w: Writer, x: str) -> str:
    """exp(-x**2 / 2) / sqrt(2 * pi), by the exact square of the first bits of x."""
    head = w.mul(w.floor(w.mul(x, 2.0**20)), 2.0**-20)
    rest = w.mul(w.mul(-0.5, w.sub(x, head)), w.add(x, head))
    exponentials = elementary(w, "exp", w.mul(w.mul(-0.5, head), head)), elementary(w, "exp", rest)
    density = w.div(w.mul(*exponentials), ROOT_2PI)
    return w.select(w.compare("<", w.abs(x), 39.0), density, w.select(w.is_nan(x), x, 0.0))


def normal_cdf(w: Writer, x: str) -> str:
    """erfc(-x / sqrt(2)) / 2; in the left tail with what a rounding of -x / sqrt(2) takes away."""
    z = w.mul(w.neg(x), ROOT_HALF)
    half = w.mul(0.5, elementary(w, "erfc", z))
    head = w.mul(w.floor(w.mul(x, 2.0**20)), 2.0**-20)
    rest = w.sub(w.mul(w.neg(head), ROOT_HALF_HEAD), z)
    rest = w.sub(w.sub(rest, w.mul(w.sub(x, head), ROOT_HALF_HEAD)), w.mul(x, ROOT_HALF_REST))
    left = w.sub(half, w.div(w.mul(rest, normal_pdf(w, x)), ROOT_HALF))
    inside = w.select(w.compare(">", x, -1.0), half, left)
    far = w.select(w.compare(">", x, 0.0), 1.0, 0.0)
    return w.select(w.compare("<", w.abs(x), 39.0), inside, w.select(w.is_nan(x), x, far))


def gelu(w: Writer, x: str) -> str:
    """x * normal_cdf(x)."""
    return w.select(w.compare("==", x, -inf), -0.0, w.mul(x, normal_cdf(w, x)))


def erfinv(w: Writer, x: str) -> str:
    """The inverse of erf: Winitzki's approximation, and three steps of Halley's method."""
    size = w.abs(x)
    log = elementary(w, "log1p", w.mul(w.neg(size), size))
    half = w.add(2 / (math.pi * 0.147), w.div(log, 2.0))
    z = w.sqrt(w.sub(w.sqrt(w.sub(w.mul(half, half), w.div(log, 0.147))), half))
    for _ in range(3):
        near, far = w.sub(elementary(w, "erf", z), size), w.sub(w.sub(1.0, size), elementary(w, "erfc", z))
        error = w.select(w.compare("<", size, 0.5), near, far)
        step = w.mul(w.mul(w.mul(error, 0.5), ROOT_PI), elementary(w, "exp", w.mul(z, z)))
        z = w.sub(z, w.div(step, w.add(1.0, w.mul(z, step))))
    end = w.select(w.compare("==", size, 1.0), inf, nan)
    return w.copysign(w.select(w.compare("<", size, 1.0), z, end), x)


def sinc(w: Writer, x: str) -> str:
    """sin(pi x) / (pi x), by a rest of at most an eighth of a turn and quarters of one."""
    turn = w.fmod(x, 2.0)
    quarters = w.add(w.round(w.mul(2.0, turn)), 0.0)  # not -0.0, as an integer is not
    angle = w.mul(math.pi, w.sub(turn, w.mul(0.5, quarters)))
    _, whole = nearest(w, quarters, 1.0)
    odd = w.compare_integers("ne", w.integer("and", whole, 1), 0)
    back = w.compare_integers("ne", w.integer("and", whole, 2), 0)
    sine = w.select(odd, elementary(w, "cos", angle), elementary(w, "sin", angle))
    result = w.div(w.select(back, w.sub(0.0, sine), sine), w.mul(math.pi, x))
    result = w.select(w.compare("==", w.abs(x), inf), 0.0, result)
    return w.select(w.compare("==", x, 0.0), 1.0, result)


def remainder(w: Writer, x: str, y: str) -> str:
    """As Python's % computes it: the remainder of fmod, moved to the side of y."""
    left = w.fmod(x, y)
    return w.select(w.compare("==", y, 0.0), nan, _of_the_sign(w, left, y, w.add(left, y), left))


def floor_divide(w: Writer, x: str, y: str) -> str:
    """As Python's // computes it: the quotient without its remainder, and the nearest whole number."""
    left = w.fmod(x, y)
    quotient = w.div(w.sub(x, left), y)
    quotient = _of_the_sign(w, left, y, w.sub(quotient, 1.0), quotient, zero=quotient)
    whole = w.floor(quotient)
    whole = w.select(w.compare(">", w.sub(quotient, whole), 0.5), w.add(whole, 1.0), whole)
    divided = w.div(x, y)
    whole = w.select(w.compare("==", quotient, 0.0), w.copysign(0.0, divided), whole)
    return w.select(w.compare("==", y, 0.0), divided, whole)


def _of_the_sign(w: Writer, left: str, y: str, moved: str, kept: str, zero: str | None = None) -> str:
    """`moved` where the remainder of fmod has not the sign of y, else `kept`."""
    opposite = w.line(f"xor {w.booleans} {w.compare('<', y, 0.0)}, {w.compare('<', left, 0.0)}")
    chosen = w.select(opposite, moved, kept)
    return w.select(w.compare("==", left, 0.0), w.copysign(0.0, y) if zero is None else zero, chosen)
