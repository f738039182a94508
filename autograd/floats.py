"""Arithmetic on floats as IEEE 754 defines it: every function has an answer for every argument.

Python's `math` raises where the standard returns inf or nan: `math.exp(1000)`, `math.log(0)` and `1 / 0.0`
are exceptions. A graph must carry such numbers on, as hardware and compiled code do, so each function here
is the one of `math` with the answer of the standard in place of the exception, or a form of a textbook
formula that neither overflows nor cancels.
"""

from __future__ import annotations

import math
from math import copysign, inf, nan

from autograd.annotations import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any, Final

DEGREE: Final = math.pi / 180.0  # in radians
RADIAN: Final = 180.0 / math.pi  # in degrees
_EXACT: Final = (("decimal", "Decimal"), ("fractions", "Fraction"))


def div(x: float, y: float) -> float:
    """x / y; a finite number over zero is an infinity with the sign of both.

    >>> div(1.0, 0.0), div(-1.0, 0.0), div(0.0, 0.0)
    (inf, -inf, nan)
    """
    if y != 0.0:
        return x / y
    if x == 0.0 or x != x:
        return nan
    return copysign(inf, x) * copysign(1.0, y)


def pow(x: float, y: float) -> float:
    """x to the power y, never complex: a negative base to a fractional power is nan.

    >>> pow(-8.0, 1 / 3), pow(0.0, -1.0), pow(-10.0, 309.0), pow(0.0, 0.0)
    (nan, inf, -inf, 1.0)
    """
    if y == 2.0:
        return x * x
    if y == 1.0:
        return x
    try:
        return math.pow(x, y)
    except OverflowError:
        return -inf if x < 0.0 and _is_odd(y) else inf
    except ValueError:
        if x != 0.0:
            return nan
        return copysign(inf, x) if _is_odd(y) else inf


def _is_odd(y: float) -> bool:
    return abs(math.fmod(y, 2.0)) == 1.0


def floor_divide(x: float, y: float) -> float:
    """The largest whole number that is no larger than x / y, as Python's // and numpy have it.

    >>> floor_divide(7.0, 2.0), floor_divide(-7.0, 2.0), floor_divide(1.0, 0.0)
    (3.0, -4.0, inf)
    """
    return x // y if y != 0.0 else div(x, y)


def remainder(x: float, y: float) -> float:
    """What is left of x when floor(x / y) times y is taken away; it has the sign of y, as Python's % has.

    >>> remainder(7.0, 3.0), remainder(-7.0, 3.0), remainder(1.0, 0.0)
    (1.0, 2.0, nan)
    """
    return x % y if y != 0.0 else nan


def fmod(x: float, y: float) -> float:
    """What is left of x when trunc(x / y) times y is taken away; it has the sign of x, as C's fmod has.

    >>> fmod(7.0, 3.0), fmod(-7.0, 3.0), fmod(1.0, 0.0)
    (1.0, -1.0, nan)
    """
    return math.fmod(x, y) if y != 0.0 and math.isfinite(x) else nan


def exp(x: float) -> float:
    """e to the power x; inf above 709.78."""
    try:
        return math.exp(x)
    except OverflowError:
        return inf


def exp2(x: float) -> float:
    """2 to the power x; inf from 1024 on.

    >>> exp2(10.0), exp2(1024.0)
    (1024.0, inf)
    """
    try:
        return math.exp2(x)
    except OverflowError:
        return inf


def expm1(x: float) -> float:
    """exp(x) - 1 without the cancellation near zero."""
    try:
        return math.expm1(x)
    except OverflowError:
        return inf


def log(x: float) -> float:
    """The natural logarithm; -inf at zero, nan below.

    >>> log(0.0), log(-1.0)
    (-inf, nan)
    """
    if x > 0.0:
        return math.log(x)
    return -inf if x == 0.0 else nan


def log2(x: float) -> float:
    """The logarithm to base 2; -inf at zero, nan below.

    >>> log2(8.0), log2(0.0)
    (3.0, -inf)
    """
    if x > 0.0:
        return math.log2(x)
    return -inf if x == 0.0 else nan


def log10(x: float) -> float:
    """The logarithm to base 10; -inf at zero, nan below.

    >>> log10(1000.0), log10(0.0)
    (3.0, -inf)
    """
    if x > 0.0:
        return math.log10(x)
    return -inf if x == 0.0 else nan


def log1p(x: float) -> float:
    """log(1 + x) without the cancellation near zero; -inf at -1, nan below."""
    if x > -1.0:
        return math.log1p(x)
    return -inf if x == -1.0 else nan


def sqrt(x: float) -> float:
    """The square root; nan below zero."""
    return math.sqrt(x) if x >= 0.0 else nan


def sin(x: float) -> float:
    """The sine of x radians; nan at the infinities."""
    return math.sin(x) if math.isfinite(x) else nan


def cos(x: float) -> float:
    """The cosine of x radians; nan at the infinities."""
    return math.cos(x) if math.isfinite(x) else nan


def tan(x: float) -> float:
    """The tangent of x radians; nan at the infinities."""
    return math.tan(x) if math.isfinite(x) else nan


def asin(x: float) -> float:
    """The angle in radians whose sine is x; nan outside [-1, 1]."""
    return math.asin(x) if -1.0 <= x <= 1.0 else nan


def acos(x: float) -> float:
    """The angle in radians whose cosine is x; nan outside [-1, 1]."""
    return math.acos(x) if -1.0 <= x <= 1.0 else nan


def sinh(x: float) -> float:
    """The hyperbolic sine; an infinity beyond 710.47."""
    try:
        return math.sinh(x)
    except OverflowError:
        return copysign(inf, x)


def cosh(x: float) -> float:
    """The hyperbolic cosine; inf beyond 710.47."""
    try:
        return math.cosh(x)
    except OverflowError:
        return inf


def acosh(x: float) -> float:
    """The number above zero whose hyperbolic cosine is x; nan below 1."""
    return math.acosh(x) if x >= 1.0 else nan


def atanh(x: float) -> float:
    """The number whose hyperbolic tangent is x; infinite at -1 and 1, nan beyond."""
    if -1.0 < x < 1.0:
        return math.atanh(x)
    return copysign(inf, x) if abs(x) == 1.0 else nan


def is_number(number: object) -> bool:
    """Whether something is a number: int, float, bool, Decimal, Fraction or a numpy scalar.

    It is told without importing decimal, fractions or numpy.
    """
    return isinstance(number, (float, int)) or _is_of_another_kind(number)


def _is_of_another_kind(number: object) -> bool:
    kind = getattr(getattr(number, "dtype", None), "kind", None)
    if kind in ("b", "i", "u", "f"):
        return getattr(number, "shape", None) == () and hasattr(number, "__float__")
    return any((base.__module__, base.__name__) in _EXACT for base in type(number).__mro__)


def is_array(thing: object) -> bool:
    """Whether something is a numpy array of numbers or of objects, and not a number itself."""
    if isinstance(thing, float):
        return False
    kind = getattr(getattr(thing, "dtype", None), "kind", None)
    return kind == "O" or (kind in ("b", "i", "u", "f") and getattr(thing, "shape", ()) != ())


def as_float(number: object) -> float:
    """A real number as a float; an integer too large for one becomes an infinity.

    Args:
        number: int, float, bool, Decimal, Fraction or a numpy scalar. A string is none, unlike for `float()`.

    Raises:
        TypeError: if it is anything else.

    >>> as_float(True), as_float(10**400)
    (1.0, inf)
    >>> as_float("3")
    Traceback (most recent call last):
        ...
    TypeError: expected a number (int, float, bool, Decimal, Fraction or a numpy scalar), got str: '3'
    """
    if type(number) is float:
        return number
    real: Any = number
    if type(number) is not int and not is_number(number):
        shown = repr(number)
        shown = shown if len(shown) <= 60 else shown[:57] + "..."
        raise TypeError(
            "expected a number (int, float, bool, Decimal, Fraction or a numpy scalar), "
            f"got {type(number).__name__}: {shown}"
        )
    try:
        return float(real)
    except OverflowError:
        return inf if real > 0 else -inf
