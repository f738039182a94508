"""Numbers as a drawing or an explanation writes them."""

from __future__ import annotations

from math import isfinite

_TINY, _HUGE = 1e-4, 1e7  # beyond these, four decimals would show only zeros, or digits that nobody reads
_NO_SIGN = 0.0  # added to -0.0 it gives 0.0, as people write it


def decimals(number: float) -> str:
    """A number with four decimals, or in scientific notation where those would not do.

    >>> decimals(3.0), decimals(-2.5e-7), decimals(1e300), decimals(float("-inf"))
    ('3.0000', '-2.5000e-07', '1.0000e+300', '-inf')
    """
    plain = number == 0 or _TINY <= abs(number) < _HUGE or not isfinite(number)
    return f"{number + _NO_SIGN:.4f}" if plain else f"{number:.4e}"


def short(number: float) -> str:
    """A number with four significant digits and no trailing zeros, as it stands in a box of a drawing.

    >>> short(3.0), short(-0.014279123), short(4281.6323), short(1e-300)
    ('3', '-0.01428', '4282', '1e-300')
    """
    return f"{number + _NO_SIGN:.4g}"


def digits(number: float) -> str:
    """A number with six significant digits and no trailing zeros, as in a written calculation.

    >>> digits(3.0), digits(-0.014279123), digits(1e300)
    ('3', '-0.0142791', '1e+300')
    """
    return f"{number + _NO_SIGN:.6g}"


def factor(number: float) -> str:
    """A number with six significant digits behind a multiplication or plus sign: in parentheses if below 0.

    >>> factor(3.0), factor(-0.5)
    ('3', '(-0.5)')
    """
    return f"({digits(number)})" if number < 0 else digits(number)
