"""Special functions of floats: the normal distribution, the inverse of erf, and sinc with its derivatives.

Each is right to a few roundings over its whole domain; beside a zero, to those of what is
around it.
"""

from __future__ import annotations

import math
from math import inf, nan, pi

_ROOT_PI = math.sqrt(pi)
_ROOT_2PI = math.sqrt(2 * pi)
_ROOT_HALF = math.sqrt(0.5)
_ROOT_HALF_HEAD = math.floor(_ROOT_HALF * 2.0**26) * 2.0**-26
_ROOT_HALF_REST = _ROOT_HALF - _ROOT_HALF_HEAD - 4.833646656726457e-17  # beyond the digits of a float


def normal_pdf(x: float) -> float:
    """The density of the standard normal distribution, exp(-x**2 / 2) / sqrt(2 * pi).

    >>> normal_pdf(0.0), normal_pdf(-40.0)
    (0.3989422804014327, 0.0)
    """
    if not abs(x) < 39.0:
        return x if x != x else 0.0
    # The square of the first 26 bits is exact: a rounding of x*x would be x*x/2 roundings of the result.
    head = math.floor(x * 2.0**20) * 2.0**-20
    return math.exp(-0.5 * head * head) * math.exp(-0.5 * (x - head) * (x + head)) / _ROOT_2PI


def normal_cdf(x: float) -> float:
    """The standard normal distribution function, (1 + erf(x / sqrt(2))) / 2, exact in both tails.

    >>> normal_cdf(0.0), normal_cdf(100.0)
    (0.5, 1.0)
    """
    if not abs(x) < 39.0:
        return x if x != x else float(x > 0.0)
    z = -x * _ROOT_HALF
    if x > -1.0:
        return 0.5 * math.erfc(z)  # which does not fall fast enough to mind a rounding of z
    # What z lacks of -x / sqrt(2), by the product of their first 26 bits, which is exact.
    head = math.floor(x * 2.0**20) * 2.0**-20
    rest = (-head * _ROOT_HALF_HEAD - z) - (x - head) * _ROOT_HALF_HEAD - x * _ROOT_HALF_REST
    return 0.5 * math.erfc(z) - rest * normal_pdf(x) / _ROOT_HALF


def gelu(x: float) -> float:
    """x times the normal distribution function, which keeps the left tail exact."""
    return -0.0 if x == -inf else x * normal_cdf(x)


def erfinv(x: float) -> float:
    """The number whose error function is x; infinite at -1 and 1, nan beyond.

    Winitzki's approximation (2008), which is right to three digits, and Halley's method.

    >>> erfinv(0.0), erfinv(1.0), erfinv(2.0)
    (0.0, inf, nan)
    """
    size = abs(x)
    if not size < 1.0:
        return math.copysign(inf, x) if size == 1.0 else nan
    log = math.log1p(-size * size)
    half = 2 / (pi * 0.147) + log / 2
    z = math.sqrt(math.sqrt(half * half - log / 0.147) - half)
    for _ in range(3):
        # 1 - size is exact where erf(z) is close to 1.
        error = math.erf(z) - size if size < 0.5 else (1.0 - size) - math.erfc(z)
        step = error * 0.5 * _ROOT_PI * math.exp(z * z)
        z -= step / (1.0 + z * step)
    return math.copysign(z, x)


def sinc(x: float) -> float:
    """sin(pi x) / (pi x), and 1 at 0, as in signal processing and numpy; exactly 0 at the other integers.

    >>> sinc(0.0), sinc(1.0)
    (1.0, 0.0)
    """
    if x == 0.0:
        return 1.0
    if not math.isfinite(x):
        return x if x != x else 0.0
    return _sin_of_turns(x, 0) / (pi * x)


def sinc_derivative(n: float, x: float) -> float:
    """The n-th derivative of sinc at x, for n = 0, 1, 2, ...; nan for any other n.

    >>> sinc_derivative(0.0, 1.5) == sinc(1.5), sinc_derivative(1.0, 0.0)
    (True, 0.0)
    """
    if not (0.0 <= n <= 100.0 and n == math.floor(n)):
        return nan
    if not math.isfinite(x):
        return nan if x != x else 0.0
    order = int(n)
    if abs(x) < (order + 1) / 3:
        return _sinc_series(order, x)
    # x * sinc(x) is sin(pi x) / pi; Leibniz' rule gives one derivative after the other.
    found = sinc(x)
    for k in range(1, order + 1):
        found = (pi ** (k - 1) * _sin_of_turns(x, k) - k * found) / x
    return found


def _sinc_series(order: int, x: float) -> float:
    """Taylor's series at 0, differentiated term by term."""
    power = order + order % 2
    term = (-1.0) ** (power // 2) * pi**power * x ** (power - order)
    total = 0.0
    while total + term != total or power <= order + 2:
        total += term / (power + 1)
        power += 2
        term *= -(pi * pi * x * x) / ((power - order - 1) * (power - order))
    return total


def _sin_of_turns(x: float, quarters: int) -> float:
    """sin(pi * (x + quarters / 2)), where x is reduced to an eighth of a turn without a rounding."""
    x = math.fmod(x, 2.0)
    nearest = round(2.0 * x)
    angle = pi * (x - 0.5 * nearest)
    quadrant = (nearest + quarters) % 4
    found = math.cos(angle) if quadrant % 2 else math.sin(angle)
    return 0.0 - found if quadrant >= 2 else found  # no -0.0, whichever zero it is
