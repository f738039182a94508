"""Numbers of about twice the digits: the sum of two doubles, a head and a tail that is a rounding of it.

What an operation on doubles rounds away is a double too, and is found by a few operations more: Dekker, "A
floating-point technique for extending the available precision", Numerische Mathematik 18 (1971), and Knuth,
"The Art of Computer Programming", volume 2, 4.2.2.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from autograd.programs.llvm.writer import Operand, Writer


class Pair(NamedTuple):
    """A number that is the sum of two doubles."""

    head: Operand
    tail: Operand


def total(w: Writer, a: Pair) -> str:
    """The double that is nearest to a pair."""
    return w.add(a.head, a.tail)


def sum_of(w: Writer, a: Operand, b: Operand) -> Pair:
    """a + b without a rounding (Knuth)."""
    head = w.add(a, b)
    of_b = w.sub(head, a)
    return Pair(head, w.add(w.sub(a, w.sub(head, of_b)), w.sub(b, of_b)))


def sum_of_larger(w: Writer, a: Operand, b: Operand) -> Pair:
    """a + b without a rounding, where b is 0 or no larger than a (Dekker)."""
    head = w.add(a, b)
    return Pair(head, w.sub(b, w.sub(head, a)))


def product_of(w: Writer, a: Operand, b: Operand) -> Pair:
    """a * b without a rounding."""
    head = w.mul(a, b)
    return Pair(head, w.fma(a, b, w.neg(head)))


def product(w: Writer, a: Pair, b: Pair) -> Pair:
    """The product of two pairs."""
    head, tail = product_of(w, a.head, b.head)
    return Pair(head, w.fma(a.head, b.tail, w.fma(a.tail, b.head, tail)))


def times(w: Writer, a: Pair, factor: Operand) -> Pair:
    """A pair times a double."""
    head, tail = product_of(w, a.head, factor)
    return Pair(head, w.fma(a.tail, factor, tail))


def quotient(w: Writer, a: Pair, b: Pair) -> Pair:
    """The quotient of two pairs."""
    inverse = w.div(1.0, b.head)
    head = w.mul(a.head, inverse)
    minus = w.neg(head)
    rest = w.add(w.fma(minus, b.head, a.head), w.fma(minus, b.tail, a.tail))
    return Pair(head, w.mul(rest, inverse))


def root(w: Writer, a: Pair) -> Pair:
    """The square root of a pair above zero."""
    head = w.sqrt(a.head)
    rest = w.add(w.fma(w.neg(head), head, a.head), a.tail)
    return Pair(head, w.div(rest, w.add(head, head)))


def polynomial(w: Writer, coefficients: Sequence[float], x: str) -> str:
    """The polynomial of these coefficients, from the lowest on, by Estrin's scheme: few steps wait."""
    terms: list[Operand] = list(coefficients)
    power = x
    while len(terms) > 1:
        pairs = [terms[k : k + 2] for k in range(0, len(terms), 2)]
        terms = [w.fma(pair[1], power, pair[0]) if len(pair) == 2 else pair[0] for pair in pairs]
        if len(terms) > 1:
            power = w.mul(power, power)
    return w.number(terms[0])
