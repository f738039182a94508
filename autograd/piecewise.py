"""Functions of floats in pieces: activations with a kink, choices between numbers, and steps."""

from __future__ import annotations

import math
from math import copysign, nan


def relu(x: float) -> float:
    """x where it is positive, else 0; nan stays nan."""
    return 0.0 if x <= 0.0 else x


def leaky_relu(x: float, slope: float) -> float:
    """x where it is positive, else slope * x."""
    return x if x > 0.0 else slope * x


def elu(x: float, alpha: float) -> float:
    """x where it is positive, else alpha * (exp(x) - 1)."""
    return x if x > 0.0 else alpha * math.expm1(x)


def maximum(x: float, y: float) -> float:
    """The larger of two numbers; nan if either is nan, and 0.0 is larger than -0.0."""
    if x != x or y != y:
        return nan
    if x == y:
        return y if copysign(1.0, x) < 0.0 else x
    return x if x > y else y


def minimum(x: float, y: float) -> float:
    """The smaller of two numbers; nan if either is nan, and -0.0 is smaller than 0.0."""
    return -maximum(-x, -y)


def sign(x: float) -> float:
    """-1, 0 or 1 by the sign of x; nan stays nan."""
    return copysign(1.0, x) if x > 0.0 or x < 0.0 else x


def floor(x: float) -> float:
    """The largest whole number that is no larger than x."""
    return copysign(float(math.floor(x)), x) if math.isfinite(x) else x


def ceil(x: float) -> float:
    """The smallest whole number that is no smaller than x."""
    return copysign(float(math.ceil(x)), x) if math.isfinite(x) else x


def trunc(x: float) -> float:
    """x without its fraction: the whole number next to it on the side of zero."""
    return copysign(float(math.trunc(x)), x) if math.isfinite(x) else x


def round(x: float) -> float:
    """The whole number that is nearest to x, and the even one of two that are equally near."""
    return copysign(x - math.remainder(x, 1.0), x) if math.isfinite(x) else x


def when(condition: float, x: float) -> float:
    """x if the condition is not zero, else -0.0: the one number that changes nothing when added."""
    return x if condition != 0.0 else -0.0


def or_one(condition: float, x: float) -> float:
    """x if the condition is not zero, else 1.0: the one number that changes nothing when multiplied by.

    >>> or_one(1.0, 5.0), or_one(0.0, 5.0)
    (5.0, 1.0)
    """
    return x if condition != 0.0 else 1.0
