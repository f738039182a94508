"""The operation table: how each operation is computed, and each of its derivatives, written once.

In a partial derivative `x` and `y` are the operands and `out` is the result. The expression is made of the
operations themselves, so the same line can be read in different ways, by what it is given:

- floats give the number that `Value.backward()` multiplies by;
- `Value`s give a graph, which can be differentiated again;
- symbols give words, for explanations and drawings.

An argument without a derivative has None, not 0: nothing flows there. `domain` is an open interval for each
argument. `kink` is zero exactly where the derivative jumps; there the value in the table is the convention.
"""

from __future__ import annotations

import math
from math import inf, pi

from autograd import floats
from autograd.annotations import TYPE_CHECKING
from autograd.primitive import Operation

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from autograd.primitive import Interval, Partial

TABLE: dict[str, Operation] = {}


def _line(
    name: str,
    symbol: str,
    value: Callable[..., float],
    *partials: Partial | None,
    domain: Sequence[Interval] = (),
    kink: Callable[..., float] | None = None,
) -> Operation:
    TABLE[name] = Operation(name, symbol, value, partials, domain, kink, home=f"{__name__}:{name}")
    return TABLE[name]


REAL, POSITIVE, UNIT = (-inf, inf), (0.0, inf), (-1.0, 1.0)
_ROOT_PI = math.sqrt(pi)
_ROOT_2PI = math.sqrt(2 * pi)
_ROOT_HALF = math.sqrt(0.5)

# fmt: off
# arithmetic
add           = _line("add",           "+",          lambda x, y: x+y,  lambda x, y, out: 1.0,    lambda x, y, out: 1.0)
sub           = _line("sub",           "-",          lambda x, y: x-y,  lambda x, y, out: 1.0,    lambda x, y, out: -1.0)
mul           = _line("mul",           "*",          lambda x, y: x*y,  lambda x, y, out: y,      lambda x, y, out: x)
div           = _line("div",           "/",          floats.div,        lambda x, y, out: 1 / y,  lambda x, y, out: -out / y)
neg           = _line("neg",           "-",          lambda x: -x,      lambda x, out: -1.0)
pos           = _line("pos",           "+",          lambda x: +x,      lambda x, out: 1.0)
# The exponent falls by y != 0 and not by 1: the derivative of x**0 is 0 at x = 0 too, where 0 * x**-1 would be nan.
pow           = _line("pow",           "**",         floats.pow,        lambda x, y, out: y * pow(x, y - not_equal(y, 0.0)),
                                                                        lambda x, y, out: when(not_equal(out, 0.0) + less(x, 0.0), out * log(x)),
                                                                        domain=(POSITIVE, REAL))
# exponentials and logarithms
exp           = _line("exp",           "exp",        floats.exp,        lambda x, out: out)
expm1         = _line("expm1",         "expm1",      floats.expm1,      lambda x, out: exp(x))
log           = _line("log",           "log",        floats.log,        lambda x, out: 1 / x,                       domain=(POSITIVE,))
log1p         = _line("log1p",         "log1p",      floats.log1p,      lambda x, out: 1 / (1 + x),                 domain=((-1.0, inf),))
sqrt          = _line("sqrt",          "sqrt",       floats.sqrt,       lambda x, out: 0.5 / out,                   domain=(POSITIVE,))
erf           = _line("erf",           "erf",        math.erf,          lambda x, out: 2 / _ROOT_PI * exp(-x * x))
erfc          = _line("erfc",          "erfc",       math.erfc,         lambda x, out: -2 / _ROOT_PI * exp(-x * x))
# trigonometry, in radians
sin           = _line("sin",           "sin",        floats.sin,        lambda x, out: cos(x))
cos           = _line("cos",           "cos",        floats.cos,        lambda x, out: -sin(x))
tan           = _line("tan",           "tan",        floats.tan,        lambda x, out: 1 + out * out,               domain=((-pi / 2, pi / 2),))
asin          = _line("asin",          "asin",       floats.asin,       lambda x, out: 1 / sqrt((1 - x) * (1 + x)),  domain=(UNIT,))
acos          = _line("acos",          "acos",       floats.acos,       lambda x, out: -1 / sqrt((1 - x) * (1 + x)), domain=(UNIT,))
atan          = _line("atan",          "atan",       math.atan,         lambda x, out: 1 / (1 + x * x))
atan2         = _line("atan2",         "atan2",      math.atan2,        lambda x, y, out: y / (x * x + y * y),  lambda x, y, out: -x / (x * x + y * y))
sinh          = _line("sinh",          "sinh",       floats.sinh,       lambda x, out: cosh(x))
cosh          = _line("cosh",          "cosh",       floats.cosh,       lambda x, out: sinh(x))
tanh          = _line("tanh",          "tanh",       math.tanh,         lambda x, out: 1 - out * out)
# activations
sigmoid       = _line("sigmoid",       "sigmoid",    floats.sigmoid,    lambda x, out: out * (1 - out))
softplus      = _line("softplus",      "softplus",   floats.softplus,   lambda x, out: sigmoid(x))
relu          = _line("relu",          "ReLU",       floats.relu,       lambda x, out: greater(x, 0.0),             kink=lambda x: x)
leaky_relu    = _line("leaky_relu",    "leaky_relu", floats.leaky_relu, lambda x, y, out: greater(x, 0.0) + y * less_equal(x, 0.0),
                                                                        lambda x, y, out: when(less_equal(x, 0.0), x),          kink=lambda x, y: x)
elu           = _line("elu",           "elu",        floats.elu,        lambda x, y, out: when(greater(x, 0.0), 1.0) + when(less_equal(x, 0.0), out + y),
                                                                        lambda x, y, out: when(less_equal(x, 0.0), expm1(x)),   kink=lambda x, y: x)
gelu          = _line("gelu",          "gelu",       floats.gelu,       lambda x, out: 0.5 * erfc(-_ROOT_HALF * x) + x * exp(-0.5 * x * x) / _ROOT_2PI)
silu          = _line("silu",          "silu",       floats.silu,       lambda x, out: sigmoid(x) * (1 + x * (1 - sigmoid(x))))
# choices; where two numbers tie, each gets half of the gradient
abs           = _line("abs",           "abs",        math.fabs,         lambda x, out: sign(x),                     kink=lambda x: x)
maximum       = _line("maximum",       "max",        floats.maximum,    lambda x, y, out: greater(x, y) + 0.5 * equal(x, y),
                                                                        lambda x, y, out: less(x, y) + 0.5 * equal(x, y),       kink=lambda x, y: x - y)
minimum       = _line("minimum",       "min",        floats.minimum,    lambda x, y, out: less(x, y) + 0.5 * equal(x, y),
                                                                        lambda x, y, out: greater(x, y) + 0.5 * equal(x, y),    kink=lambda x, y: x - y)
when          = _line("when",          "when",       floats.when,       None,  lambda x, y, out: when(x, 1.0),      kink=lambda x, y: x)
# steps: 1.0 where true and 0.0 where false; nothing flows back through them
sign          = _line("sign",          "sign",       floats.sign,       None,        kink=lambda x: x)
less          = _line("less",          "<",          lambda x, y: float(x < y),   None, None, kink=lambda x, y: x - y)
less_equal    = _line("less_equal",    "<=",         lambda x, y: float(x <= y),  None, None, kink=lambda x, y: x - y)
greater       = _line("greater",       ">",          lambda x, y: float(x > y),   None, None, kink=lambda x, y: x - y)
greater_equal = _line("greater_equal", ">=",         lambda x, y: float(x >= y),  None, None, kink=lambda x, y: x - y)
equal         = _line("equal",         "==",         lambda x, y: float(x == y),  None, None, kink=lambda x, y: x - y)
not_equal     = _line("not_equal",     "!=",         lambda x, y: float(x != y),  None, None, kink=lambda x, y: x - y)
stop_gradient = _line("stop_gradient", "stop",       lambda x: +x,      None)
# fmt: on

LEAF = Operation("leaf", "", floats.as_float, ())
RESULT = Operation("leaf", "", floats.as_float, ())  # of a computation that no graph remembers: see `no_grad`
BY_SYMBOL = {(line.symbol, line.arity): line for line in TABLE.values()}


def named(symbol: str, arity: int) -> Operation:
    """The operation that a hand-built node names by its symbol, such as '+', 'tanh' or '**2'.

    Raises:
        TypeError: if the symbol is not a string.
        ValueError: if the table has no such operation of that many operands.
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
    if (symbol, arity) not in BY_SYMBOL:
        raise ValueError(
            f"no operation of {arity} operand(s) has the symbol {symbol!r}, so this node could not pass "
            "gradients; define one with @autograd.operation and call it"
        )
    return BY_SYMBOL[symbol, arity]
