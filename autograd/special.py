"""Special functions of floats: the logistic function, the normal distribution, the inverse of erf, and sinc.

Each is right to a few roundings over its whole domain. Near a zero that it crosses, the roundings are those
of the numbers whose difference it is.
"""

from __future__ import annotations

import math
from math import inf, nan, pi

from autograd import floats, piecewise
from autograd.annotations import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Final

    from autograd.annotations import i64

_LOG_2: Final = math.log(2.0)
_PI_REST: Final = 1.2246467991473532e-16  # beyond the digits of a float
ROOT_PI: Final = math.sqrt(pi)
ROOT_2PI: Final = math.sqrt(2 * pi)
ROOT_HALF: Final = math.sqrt(0.5)
ROOT_HALF_HEAD: Final = math.floor(ROOT_HALF * 2.0**26) * 2.0**-26
ROOT_HALF_REST: Final = ROOT_HALF - ROOT_HALF_HEAD - 4.833646656726457e-17  # beyond the digits of a float


def logaddexp(x: float, y: float) -> float:
    """log(exp(x) + exp(y)), written so that no exponential overflows.

    >>> logaddexp(0.0, 1000.0), logaddexp(-inf, -inf)
    (1000.0, -inf)
    """
    if x == y:
        return x + _LOG_2
    return (x if x > y else y) + math.log1p(math.exp(-abs(x - y)))


def sigmoid(x: float) -> float:
    """1 / (1 + exp(-x)), written so that the exponential never overflows.

    >>> sigmoid(-1000.0), sigmoid(0.0), sigmoid(1000.0)
    (0.0, 0.5, 1.0)
    """
    if x >= 0.0:
        return 1.0 / (1.0 + math.exp(-x))
    e = math.exp(x)
    return e / (1.0 + e)


def softplus(x: float) -> float:
    """log(1 + exp(x)), written so that the exponential never overflows.

    >>> softplus(-1000.0), softplus(1000.0)
    (0.0, 1000.0)
    """
    return (x if x > 0.0 else 0.0) + math.log1p(math.exp(-abs(x)))


def normal_pdf(x: float) -> float:
    """The density of the standard normal distribution, exp(-x**2 / 2) / sqrt(2 * pi).

    >>> normal_pdf(0.0), normal_pdf(-40.0)
    (0.3989422804014327, 0.0)
    """
    if not abs(x) < 39.0:
        return x if x != x else 0.0
    # The square of the first 26 bits is exact: a rounding of x*x would be x*x/2 roundings of the result.
    head = math.floor(x * 2.0**20) * 2.0**-20
    return math.exp(-0.5 * head * head) * math.exp(-0.5 * (x - head) * (x + head)) / ROOT_2PI


def normal_cdf(x: float) -> float:
    """The standard normal distribution function, (1 + erf(x / sqrt(2))) / 2, exact in both tails.

    >>> normal_cdf(0.0), normal_cdf(100.0)
    (0.5, 1.0)
    """
    if not abs(x) < 39.0:
        return x if x != x else float(x > 0.0)
    z = -x * ROOT_HALF
    if x > -1.0:
        return 0.5 * math.erfc(z)  # which does not fall fast enough to mind a rounding of z
    # What z lacks of -x / sqrt(2), by the product of their first 26 bits, which is exact.
    head = math.floor(x * 2.0**20) * 2.0**-20
    rest = (-head * ROOT_HALF_HEAD - z) - (x - head) * ROOT_HALF_HEAD - x * ROOT_HALF_REST
    return 0.5 * math.erfc(z) - rest * normal_pdf(x) / ROOT_HALF


def gelu(x: float) -> float:
    """x times the normal distribution function, which keeps the left tail exact."""
    return -0.0 if x == -inf else x * normal_cdf(x)


def silu(x: float) -> float:
    """x * sigmoid(x), also called swish."""
    return -0.0 if x == -inf else x * sigmoid(x)


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
    for _i in range(3):
        # 1 - size is exact where erf(z) is close to 1.
        error = math.erf(z) - size if size < 0.5 else (1.0 - size) - math.erfc(z)
        step = error * 0.5 * ROOT_PI * math.exp(z * z)
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
    angle, quarters = _reduced(x)
    return _turned(angle, quarters) / (pi * x)


def sinc_derivative(n: float, x: float) -> float:
    """The n-th derivative of sinc at x, for n = 0, 1, 2, ..., 620; nan for any other n.

    The derivative is pi**n times the integral of t**n * cos(pi*x*t + n*pi/2) from t = 0 to 1; at n = 621 the
    power overflows. Integration by parts ties the integrals I of two neighbouring orders together:

        k * I(k-1) + pi*x * I(k) = sin(pi*x + k*pi/2)

    A step up multiplies an error by k / (pi*x), a step down by the inverse. So where n < pi*x, the steps go
    up from sinc; elsewhere down, from an order so high that its integral may be taken for 0. (Going down is
    J. C. P. Miller's algorithm; Abramowitz and Stegun, "Handbook of Mathematical Functions", 1964, p. XIII.)

    >>> sinc_derivative(0.0, 1.5) == sinc(1.5), sinc_derivative(1.0, 0.0)
    (True, 0.0)
    """
    if not (0.0 <= n <= 620.0 and n == math.floor(n)):
        return nan
    if n == 0.0 or x != x:
        return sinc(x)
    if math.isinf(x):
        return 0.0
    z = pi * x
    angle, quarters = _reduced(x)
    sine, cosine = _turned(angle, quarters), _turned(angle, quarters + 1)
    integral = _upward(n, z, sine, cosine) if abs(z) > n else _downward(n, z, sine, cosine)
    power = floats.pow(pi, n)
    return (power + power * (n * (_PI_REST / pi))) * integral  # the rest of pi counts n times


def _upward(n: float, z: float, sine: float, cosine: float) -> float:
    """The integral of order n, from that of order 0."""
    integral = sine / z
    quarters: i64 = 1
    k = 1.0
    while k <= n:
        integral = (_of_quarters(quarters, sine, cosine) - k * integral) / z
        quarters += 1
        k += 1.0
    return integral


def _downward(n: float, z: float, sine: float, cosine: float) -> float:
    """The same, from a higher order."""
    integral = 0.0
    k = n + 10.0 * math.floor(math.sqrt(n)) + 20.0
    quarters: i64 = int(k)
    while k > n:
        integral = (_of_quarters(quarters, sine, cosine) - z * integral) / k
        quarters -= 1
        k -= 1.0
    return integral


def _reduced(x: float) -> tuple[float, i64]:
    """An angle of at most an eighth of a turn, and quarters, that together are pi * x: without a rounding."""
    x = math.fmod(x, 2.0)
    nearest = piecewise.round(2.0 * x) + 0.0  # which makes 0.0 of -0.0
    return pi * (x - 0.5 * nearest), int(nearest)


def _turned(angle: float, quarters: i64) -> float:
    """The sine of an angle and so many quarters of a turn."""
    return _signed(math.cos(angle) if quarters & 1 else math.sin(angle), quarters)


def _of_quarters(quarters: i64, sine: float, cosine: float) -> float:
    """The same, of an angle whose sine and cosine are known."""
    return _signed(cosine if quarters & 1 else sine, quarters)


def _signed(found: float, quarters: i64) -> float:
    return 0.0 - found if quarters & 2 else found  # no -0.0, whichever zero it is
