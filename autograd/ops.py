"""The operation table: how each operation is computed, and each of its derivatives, written once.

In a partial derivative `x` and `y` are the operands and `out` is the result. The expression is made of the
operations themselves, so the same line can be read in different ways, by what it is given:

- floats give the number that `Value.backward()` multiplies by;
- `Value`s give a graph, which can be differentiated again;
- symbols give words, for explanations and drawings.

An argument without a derivative has None, not 0: nothing flows there. `domain` is an open interval for each
argument. `kink` is zero exactly where the derivative jumps; there the value in the table is the convention.
`choice` marks the arguments that are chosen or not: where such a derivative is 0, the result does not depend
on the argument at all, and nothing flows there either, not even 0 times infinity, which is nan.
"""

from __future__ import annotations

import math
from math import inf, pi

from autograd import by_hand, floats, piecewise, special
from autograd.annotations import TYPE_CHECKING
from autograd.kernels import KERNELS
from autograd.primitive import Operation

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from autograd.primitive import Interval, Partial

TABLE: dict[str, Operation] = {}


def _line(
    name: str,
    symbol: str,
    value: Callable[..., float],
    *partials: Partial | None,
    domain: Sequence[Interval] = (),
    kink: Callable[..., float] | None = None,
    choice: Sequence[bool] = (),
) -> Operation:
    kind = KERNELS.get(name, Operation)
    TABLE[name] = kind(name, symbol, value, partials, domain, kink, choice, home=f"{__name__}:{name}")
    return TABLE[name]


REAL, POSITIVE, ABOVE_ONE, UNIT = (-inf, inf), (0.0, inf), (1.0, inf), (-1.0, 1.0)
_LOG_2, _LOG_10 = math.log(2.0), math.log(10.0)
_ROOT_PI = math.sqrt(pi)


def _base(x: Any, y: Any) -> Any:
    """x where it is differentiated as a power; but 1 at y = 0 where 1/x is not finite.

    The derivative of x**0 is 0 everywhere, at x = 0 too, where 0 * x**-1 would be nan.
    """
    if floats.is_number(y) and (y != 0.0 or not floats.is_number(x)):
        return x if y != 0.0 else 1.0  # a constant exponent decides once and for all
    return or_one(not_equal(y, 0.0) + less(1 / abs(x), inf), x)


# fmt: off
# arithmetic
add           = _line("add",           "+",          lambda x, y: x+y,    lambda x, y, out: 1.0,    lambda x, y, out: 1.0)
sub           = _line("sub",           "-",          lambda x, y: x-y,    lambda x, y, out: 1.0,    lambda x, y, out: -1.0)
mul           = _line("mul",           "*",          lambda x, y: x*y,    lambda x, y, out: y,      lambda x, y, out: x)
div           = _line("div",           "/",          floats.div,          lambda x, y, out: 1 / y,  lambda x, y, out: -out / y)
neg           = _line("neg",           "-",          lambda x: -x,        lambda x, out: -1.0)
pos           = _line("pos",           "+",          lambda x: +x,        lambda x, out: 1.0)
pow           = _line("pow",           "**",         floats.pow,          lambda x, y, out: y * pow(_base(x, y), y - 1),
                                                                          lambda x, y, out: out * log(or_one(not_equal(out, 0.0) + less(x, 0.0), x)),
                                                                          domain=(POSITIVE, REAL))
remainder     = _line("remainder",     "%",          floats.remainder,    lambda x, y, out: 1.0,    lambda x, y, out: -floor_divide(x, y),      kink=lambda x, y: x / y - round(x / y))
fmod          = _line("fmod",          "fmod",       floats.fmod,         lambda x, y, out: 1.0,    lambda x, y, out: -round((x - out) / y),    kink=lambda x, y: x / y - round(x / y))
# exponentials and logarithms
exp           = _line("exp",           "exp",        floats.exp,          lambda x, out: out)
exp2          = _line("exp2",          "exp2",       floats.exp2,         lambda x, out: _LOG_2 * out)
expm1         = _line("expm1",         "expm1",      floats.expm1,        lambda x, out: exp(x))
log           = _line("log",           "log",        floats.log,          lambda x, out: 1 / x,                       domain=(POSITIVE,))
log2          = _line("log2",          "log2",       floats.log2,         lambda x, out: 1 / (_LOG_2 * x),            domain=(POSITIVE,))
log10         = _line("log10",         "log10",      floats.log10,        lambda x, out: 1 / (_LOG_10 * x),           domain=(POSITIVE,))
log1p         = _line("log1p",         "log1p",      floats.log1p,        lambda x, out: 1 / (1 + x),                 domain=((-1.0, inf),))
logaddexp     = _line("logaddexp",     "logaddexp",  special.logaddexp,   lambda x, y, out: sigmoid(x - y),  lambda x, y, out: sigmoid(y - x))
# roots
sqrt          = _line("sqrt",          "sqrt",       floats.sqrt,         lambda x, out: 0.5 / out,                   domain=(POSITIVE,))
cbrt          = _line("cbrt",          "cbrt",       math.cbrt,           lambda x, out: 1 / (3 * out * out))
# at the origin hypot has no derivative; the convention is 0
hypot         = _line("hypot",         "hypot",      math.hypot,          lambda x, y, out: when(not_equal(out, 0.0), x / out),
                                                                          lambda x, y, out: when(not_equal(out, 0.0), y / out),          kink=lambda x, y: hypot(x, y))
# trigonometry, in radians
sin           = _line("sin",           "sin",        floats.sin,          lambda x, out: cos(x))
cos           = _line("cos",           "cos",        floats.cos,          lambda x, out: -sin(x))
tan           = _line("tan",           "tan",        floats.tan,          lambda x, out: 1 + out * out,               domain=((-pi / 2, pi / 2),))
asin          = _line("asin",          "asin",       floats.asin,         lambda x, out: 1 / sqrt((1 - x) * (1 + x)),  domain=(UNIT,))
acos          = _line("acos",          "acos",       floats.acos,         lambda x, out: -1 / sqrt((1 - x) * (1 + x)), domain=(UNIT,))
atan          = _line("atan",          "atan",       math.atan,           lambda x, out: 1 / (1 + x * x))
atan2         = _line("atan2",         "atan2",      math.atan2,          lambda x, y, out: y / hypot(x, y) / hypot(x, y),
                                                                          lambda x, y, out: -x / hypot(x, y) / hypot(x, y))
# sinc, whose argument counts half turns, and the family of its derivatives: each one's derivative is the next
sinc          = _line("sinc",          "sinc",       special.sinc,        lambda x, out: sinc_derivative(1.0, x))
sinc_derivative = _line("sinc_derivative", "sinc_derivative", special.sinc_derivative, None, lambda x, y, out: sinc_derivative(x + 1, y))
# hyperbolic functions
sinh          = _line("sinh",          "sinh",       floats.sinh,         lambda x, out: cosh(x))
cosh          = _line("cosh",          "cosh",       floats.cosh,         lambda x, out: sinh(x))
tanh          = _line("tanh",          "tanh",       math.tanh,           lambda x, out: 1 - out * out)
asinh         = _line("asinh",         "asinh",      math.asinh,          lambda x, out: 1 / hypot(1, x))
acosh         = _line("acosh",         "acosh",      floats.acosh,        lambda x, out: 1 / (sqrt(x - 1) * sqrt(x + 1)),  domain=(ABOVE_ONE,))
atanh         = _line("atanh",         "atanh",      floats.atanh,        lambda x, out: 1 / ((1 - x) * (1 + x)),      domain=(UNIT,))
# the error function and the normal distribution
erf           = _line("erf",           "erf",        math.erf,            lambda x, out: 2 / _ROOT_PI * exp(-x * x))
erfc          = _line("erfc",          "erfc",       math.erfc,           lambda x, out: -2 / _ROOT_PI * exp(-x * x))
erfinv        = _line("erfinv",        "erfinv",     special.erfinv,      lambda x, out: _ROOT_PI / 2 * exp(out * out), domain=(UNIT,))
normal_pdf    = _line("normal_pdf",    "normal_pdf", special.normal_pdf,  lambda x, out: -x * out)
normal_cdf    = _line("normal_cdf",    "normal_cdf", special.normal_cdf,  lambda x, out: normal_pdf(x))
# activations
sigmoid       = _line("sigmoid",       "sigmoid",    special.sigmoid,      lambda x, out: out * (1 - out))
softplus      = _line("softplus",      "softplus",   special.softplus,     lambda x, out: sigmoid(x))
relu          = _line("relu",          "ReLU",       piecewise.relu,       lambda x, out: greater(x, 0.0),             kink=lambda x: x, choice=(True,))
leaky_relu    = _line("leaky_relu",    "leaky_relu", piecewise.leaky_relu, lambda x, y, out: greater(x, 0.0) + y * less_equal(x, 0.0),
                                                                        lambda x, y, out: when(less_equal(x, 0.0), x),          kink=lambda x, y: x, choice=(False, True))
elu           = _line("elu",           "elu",        piecewise.elu,        lambda x, y, out: when(greater(x, 0.0), 1.0) + when(less_equal(x, 0.0), y * exp(when(less_equal(x, 0.0), x))),
                                                                        lambda x, y, out: when(less_equal(x, 0.0), expm1(x)),   kink=lambda x, y: x, choice=(False, True))
gelu          = _line("gelu",          "gelu",       special.gelu,        lambda x, out: normal_cdf(x) + x * normal_pdf(x))
silu          = _line("silu",          "silu",       special.silu,         lambda x, out: sigmoid(x) * (1 + x * sigmoid(-x)))
# choices; where two numbers tie, each gets half of the gradient
abs           = _line("abs",           "abs",        math.fabs,         lambda x, out: sign(x),                     kink=lambda x: x, choice=(True,))
maximum       = _line("maximum",       "max",        piecewise.maximum,    lambda x, y, out: greater(x, y) + 0.5 * equal(x, y),
                                                                        lambda x, y, out: less(x, y) + 0.5 * equal(x, y),       kink=lambda x, y: x - y, choice=(True, True))
minimum       = _line("minimum",       "min",        piecewise.minimum,    lambda x, y, out: less(x, y) + 0.5 * equal(x, y),
                                                                        lambda x, y, out: greater(x, y) + 0.5 * equal(x, y),    kink=lambda x, y: x - y, choice=(True, True))
when          = _line("when",          "when",       piecewise.when,       None,  lambda x, y, out: when(x, 1.0),      kink=lambda x, y: x, choice=(False, True))
or_one        = _line("or_one",        "or_one",     piecewise.or_one,     None,  lambda x, y, out: not_equal(x, 0.0),     kink=lambda x, y: x, choice=(False, True))
copysign      = _line("copysign",      "copysign",   math.copysign,       lambda x, y, out: sign(x) * copysign(1.0, y),  None,  kink=lambda x, y: x * y)
# steps: nothing flows back through them; comparisons are 1.0 where true and 0.0 where false
sign          = _line("sign",          "sign",       piecewise.sign,       None,        kink=lambda x: x)
floor         = _line("floor",         "floor",      piecewise.floor,      None,        kink=lambda x: x - round(x))
ceil          = _line("ceil",          "ceil",       piecewise.ceil,       None,        kink=lambda x: x - round(x))
trunc         = _line("trunc",         "trunc",      piecewise.trunc,      None,        kink=lambda x: x - round(x))
round         = _line("round",         "round",      piecewise.round,      None,        kink=lambda x: x - floor(x) - 0.5)
floor_divide  = _line("floor_divide",  "//",         floats.floor_divide,          None, None, kink=lambda x, y: x / y - round(x / y))
less          = _line("less",          "<",          lambda x, y: float(x < y),    None, None, kink=lambda x, y: x - y)
less_equal    = _line("less_equal",    "<=",         lambda x, y: float(x <= y),   None, None, kink=lambda x, y: x - y)
greater       = _line("greater",       ">",          lambda x, y: float(x > y),    None, None, kink=lambda x, y: x - y)
greater_equal = _line("greater_equal", ">=",         lambda x, y: float(x >= y),   None, None, kink=lambda x, y: x - y)
equal         = _line("equal",         "==",         lambda x, y: float(x == y),   None, None, kink=lambda x, y: x - y)
not_equal     = _line("not_equal",     "!=",         lambda x, y: float(x != y),   None, None, kink=lambda x, y: x - y)
stop_gradient = _line("stop_gradient", "stop",       lambda x: +x,        None)
# fmt: on

LEAF = Operation("leaf", "", floats.as_float, ())
RESULT = Operation("leaf", "", floats.as_float, ())  # of a computation that no graph remembers: see `no_grad`
BY_SYMBOL = {(line.symbol, line.arity): line for line in TABLE.values()}


def named(symbol: str, arity: int) -> Operation:
    """The operation that a hand-built node names by its symbol, such as '+', 'tanh' or '**2'.

    Raises:
        TypeError: if the symbol is not a string.
    """
    if not isinstance(symbol, str):
        raise TypeError(f"the operation of a node is named by its symbol, a string, got {symbol!r}")
    if arity == 0:
        return Operation(symbol, symbol, floats.as_float, ())
    if arity == 1 and symbol.startswith("**"):
        try:
            return pow.bind(float(symbol[2:]))
        except ValueError:
            pass
    return BY_SYMBOL.get((symbol, arity)) or by_hand.unknown(symbol, arity)
