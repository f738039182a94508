"""exp and the functions that are made of it, for every double and any number of lanes.

x is n * log(2) and a rest r of at most log(2) / 2, and exp(x) is 2**n * exp(r). What r lacks of the exact
rest, and what the sum of the polynomial rounds away, is carried along as the tail of a pair, so that one
rounding is left, that of the result.
"""

from __future__ import annotations

from math import inf
from typing import NamedTuple

from autograd.programs.llvm.coefficients import EXP
from autograd.programs.llvm.logarithms import log1p_of
from autograd.programs.llvm.pairs import Pair, polynomial, quotient, sum_of, sum_of_larger, times, total
from autograd.programs.llvm.writer import Operand, Writer, pattern

LOG_2 = Pair(0.6931471805599453, 2.3190468138462996e-17)
INVERSE_LOG_2 = 1.4426950408889634

WHOLE = 1.5 * 2.0**52
"""A number beside which all doubles are whole: adding it rounds, and leaves the integer in the bits."""


class Reduced(NamedTuple):
    """x as n * log(2) + rest."""

    n: str
    whole: str
    rest: Pair


def nearest(w: Writer, x: Operand, factor: float) -> tuple[str, str]:
    """The whole number nearest to x * factor, as a double and as an integer."""
    moved = w.fma(x, factor, WHOLE)
    return w.sub(moved, WHOLE), w.integer("sub", w.bits(moved), pattern(WHOLE))


def reduced(w: Writer, x: Operand, tail: Operand | None = None) -> Reduced:
    """x, and a tail of it, without the multiples of log(2)."""
    n, whole = nearest(w, x, INVERSE_LOG_2)
    first = w.fma(n, -float(LOG_2.head), x)
    head = w.fma(n, -float(LOG_2.tail), first)
    lost = w.fma(n, -float(LOG_2.tail), w.sub(first, head))
    return Reduced(n, whole, Pair(head, lost if tail is None else w.add(lost, tail)))


def power_of_two(w: Writer, whole: str) -> str:
    """2**whole, for the exponents of normal numbers."""
    return w.from_bits(w.integer("shl", w.integer("add", whole, 1023), 52))


def scaled(w: Writer, x: str, whole: str) -> str:
    """x * 2**whole in two steps, since the result may be normal where the power is not."""
    half = w.integer("ashr", whole, 1)
    return w.mul(w.mul(x, power_of_two(w, half)), power_of_two(w, w.integer("sub", whole, half)))


def exp_of(w: Writer, rest: Pair) -> Pair:
    """exp of a reduced number."""
    r, tail = rest
    series = polynomial(w, EXP, str(r))
    head = w.add(1.0, r)
    lost = w.sub(r, w.sub(head, 1.0))
    square = w.mul(r, r)
    slope = w.fma(square, series, head)
    return Pair(head, w.fma(square, series, w.fma(tail, slope, lost)))


def expm1_of(w: Writer, rest: Pair, scale: str, one: Operand = 1.0) -> Pair:
    """scale * exp(rest) - one, for a power of two and a number that is 1 as the scale counts."""
    r, tail = rest
    series = polynomial(w, EXP, str(r))
    whole = w.sub(scale, one)
    tail = w.fma(scale, tail, w.sub(w.sub(scale, whole), one))
    head = w.fma(scale, r, whole)
    lost = w.fma(scale, r, w.sub(whole, head))
    return sum_of_larger(w, head, w.fma(scale, w.mul(w.mul(r, r), series), w.add(lost, tail)))


def limited(w: Writer, x: str, low: float, high: float) -> str:
    """x between two limits; nan stays nan."""
    x = w.select(w.compare(">", x, high), high, x)
    return w.select(w.compare("<", x, low), low, x)


def exp(w: Writer, x: str) -> str:
    """e to the power x."""
    _, whole, rest = reduced(w, limited(w, x, -746.0, 710.0))
    return scaled(w, total(w, exp_of(w, rest)), whole)


def exp2(w: Writer, x: str) -> str:
    """2 to the power x."""
    x = limited(w, x, -1080.0, 1025.0)
    n, whole = nearest(w, x, 1.0)
    fraction = w.sub(x, n)
    r = w.mul(fraction, LOG_2.head)
    lost = w.fma(fraction, LOG_2.tail, w.fma(fraction, LOG_2.head, w.neg(r)))
    return scaled(w, total(w, exp_of(w, Pair(r, lost))), whole)


def expm1(w: Writer, x: str) -> str:
    """exp(x) - 1: half of it, doubled, as exp(709.7) is 2**1024."""
    _, whole, rest = reduced(w, limited(w, x, -50.0, 710.0))
    scale = power_of_two(w, w.integer("sub", whole, 1))
    result = w.mul(2.0, total(w, expm1_of(w, rest, scale, 0.5)))
    return w.select(w.compare("<", w.abs(x), 2.0**-54), x, result)


def sinh(w: Writer, x: str) -> str:
    """(E - 1 + (E - 1) / E) / 2 of E = exp(|x|), a quarter of each, as E may be infinite."""
    a = w.abs(x)
    _, whole, rest = reduced(w, limited(w, a, 0.0, 710.5))
    scale = power_of_two(w, w.integer("sub", whole, 2))
    quarter = expm1_of(w, rest, scale, 0.25)
    low = Pair(w.minimum(quarter.head, 2.0**100), w.select(w.compare("<", a, 60.0), quarter.tail, 0.0))
    below = sum_of(w, 1.0, w.mul(4.0, low.head))
    second = quotient(w, low, Pair(below.head, w.fma(4.0, low.tail, below.tail)))
    both = sum_of_larger(w, quarter.head, second.head)
    result = w.mul(2.0, w.add(both.head, w.add(both.tail, w.add(quarter.tail, second.tail))))
    return w.copysign(w.select(w.compare("<", a, 2.0**-28), a, result), x)


def cosh(w: Writer, x: str) -> str:
    """(E + 1 / E) / 2 of E = exp(|x|), a quarter of each, as E may be infinite."""
    _, whole, rest = reduced(w, limited(w, w.abs(x), 0.0, 710.5))
    scale = power_of_two(w, w.integer("sub", whole, 2))
    e = exp_of(w, rest)
    head, tail = w.mul(scale, e.head), w.mul(scale, e.tail)
    inverse = w.div(0.0625, w.add(head, tail))
    both = sum_of_larger(w, head, inverse)
    return w.mul(2.0, w.add(both.head, w.add(both.tail, tail)))


def tanh(w: Writer, x: str) -> str:
    """t / (t + 2) of t = exp(2 |x|) - 1."""
    a = limited(w, w.abs(x), 0.0, 20.0)
    _, whole, rest = reduced(w, w.add(a, a))
    t = expm1_of(w, rest, power_of_two(w, whole))
    below = sum_of(w, t.head, 2.0)
    result = total(w, quotient(w, t, Pair(below.head, w.add(below.tail, t.tail))))
    return w.copysign(w.select(w.compare("<", a, 2.0**-28), a, result), x)


def _scaled_pair(w: Writer, a: Pair, whole: str) -> Pair:
    return Pair(scaled(w, str(a.head), whole), scaled(w, str(a.tail), whole))


def _gate(w: Writer, x: str) -> tuple[Pair, str]:
    """1 / (1 + E), or E / (1 + E) below zero, of E = exp(-|x|): a pair, and the power of two it lacks."""
    _, whole, rest = reduced(w, limited(w, w.neg(w.abs(x)), -760.0, 0.0))
    mantissa = sum_of_larger(w, *exp_of(w, rest))
    e = _scaled_pair(w, mantissa, whole)
    below = sum_of_larger(w, 1.0, e.head)
    negative = w.compare("<", x, 0.0)
    above = Pair(w.select(negative, mantissa.head, 1.0), w.select(negative, mantissa.tail, 0.0))
    power = w.line(f"select {w.booleans} {negative}, {w.integers} {whole}, {w.integers} {w.whole(0)}")
    return quotient(w, above, Pair(below.head, w.add(below.tail, e.tail))), power


def sigmoid(w: Writer, x: str) -> str:
    """1 / (1 + exp(-x))."""
    gate, power = _gate(w, x)
    return scaled(w, total(w, gate), power)


def silu(w: Writer, x: str) -> str:
    """x / (1 + exp(-x)), rounded once, as the factor of x may be subnormal."""
    x = w.select(w.compare("<", x, -760.0), -760.0, x)
    gate, power = _gate(w, x)
    result = scaled(w, total(w, times(w, gate, x)), power)
    return w.select(w.either(w.compare("==", x, inf), w.compare("==", x, 0.0)), x, result)


def softplus(w: Writer, x: str) -> str:
    """max(x, 0) + log(1 + exp(-|x|))."""
    return logaddexp(w, x, w.number(0.0))


def logaddexp(w: Writer, x: str, y: str) -> str:
    """log(exp(x) + exp(y)): the larger one, and log(1 + E) of E = exp(-|x - y|)."""
    larger, smaller = w.maximum(x, y), w.minimum(x, y)
    apart = sum_of(w, smaller, w.neg(larger))
    tail = w.select(w.compare(">", apart.head, -750.0), apart.tail, 0.0)
    _, whole, rest = reduced(w, limited(w, str(apart.head), -746.0, 0.0), tail)
    logarithm = log1p_of(w, _scaled_pair(w, sum_of_larger(w, *exp_of(w, rest)), whole))
    both = sum_of(w, larger, logarithm.head)
    result = w.add(both.head, w.add(both.tail, logarithm.tail))
    return w.select(w.compare("==", w.abs(larger), inf), larger, result)
