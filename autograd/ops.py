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
import operator
from math import inf, pi

from autograd import floats
from autograd.annotations import TYPE_CHECKING, overload

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any, TypeVar

    Partial = Callable[..., Any]
    Interval = tuple[float, float]
    T = TypeVar("T")  # what has `_operate`: a Value, or a symbol that prints


class Operation:
    """One line of the table; calling it computes floats, extends a graph or writes a formula.

    >>> sqrt(2.0), atan2(1.0, -1.0)
    (1.4142135623730951, 2.356194490192345)
    """

    def __init__(
        self,
        name: str,
        symbol: str,
        value: Callable[..., float],
        partials: Sequence[Partial | None],
        domain: Sequence[Interval] = (),
        kink: Callable[..., float] | None = None,
        bound: tuple[Operation, float] | None = None,
        home: str = "",
    ) -> None:
        self.name = name
        self.symbol = symbol
        self.value = value
        self.partials = tuple(partials)
        self.arity = len(self.partials)
        self.differentiable = any(partial is not None for partial in self.partials)
        self.domain = tuple(domain) or ((-inf, inf),) * self.arity
        self.kink = kink
        self.bound = bound
        self.home = home
        self.doc = value.__doc__ or ""

    @overload
    def __call__(self, *args: float) -> float: ...
    @overload
    def __call__(self, *args: T | float) -> T: ...
    def __call__(self, *args: Any) -> Any:
        if len(args) == self.arity and type(args[0]) is float and type(args[-1]) is float:
            return self.value(*args)  # the common case, in every derivative that is read on floats
        if len(args) != self.arity:
            raise TypeError(f"{self.name} takes {self.arity} argument(s), got {len(args)}")
        for arg in args:
            if not isinstance(arg, float) and hasattr(arg, "_operate"):
                return arg._operate(self, args)
        return self.value(*map(floats.as_float, args))

    def bind(self, y: float) -> Operation:
        """The operation of one argument with its second argument fixed: `pow.bind(2.0)` is the square.

        >>> pow.bind(2.0)(3.0), pow.bind(2.0).symbol
        (9.0, '**2')
        """
        y = floats.as_float(y)
        key = (self, y if y != 0.0 else repr(y))  # 0.0 and -0.0 are equal, but not the same number
        if key not in _BOUND:
            if len(_BOUND) >= 1000:  # exponents that never come back must not pile up
                _BOUND.clear()
            _BOUND[key] = _bind(self, y)
        return _BOUND[key]

    def __repr__(self) -> str:
        return f"<operation {self.name}>"

    def __reduce__(self) -> tuple[Any, ...]:
        if self.bound:
            return Operation.bind, self.bound
        if _find(self.home) is not self:
            raise ValueError(
                f"cannot pickle the operation {self.name}: {self.home} is something else; "
                "define it at the top level of a module that can be imported"
            )
        return _find, (self.home,)


_BOUND: dict[tuple[Operation, float | str], Operation] = {}


def _bind(base: Operation, y: float) -> Operation:
    first = base.partials[0]
    if first is None:
        raise TypeError(f"{base.name} has no derivative by its first argument")
    number = repr(y).removesuffix(".0")
    return Operation(
        base.name,
        f"{base.symbol}{number}" if base is pow else f"{base.symbol}({number})",
        lambda x: base.value(x, y),
        [lambda x, out: first(x, y, out)],
        base.domain[:1],
        base.kink and (lambda x: base.kink(x, y)),  # type: ignore[misc]
        bound=(base, y),
    )


def _find(home: str) -> Operation:
    """The user's operation that stands at 'module:qualified.name'."""
    import importlib

    module, _, path = home.partition(":")
    found: Any = importlib.import_module(module)
    for name in path.split("."):
        found = getattr(found, name, None)
    return found  # type: ignore[no-any-return]


def operation(
    *partials: Partial | None, symbol: str = "", domain: Sequence[Interval] = ()
) -> Callable[[Callable[..., float]], Operation]:
    """Make an operation of your own from a function of one or two floats and its partial derivatives.

    Args:
        partials: one for each argument, a function of the operands and the result: `lambda x, out: ...` or
            `lambda x, y, out: ...`. Write it with autograd's functions (`autograd.exp`, not `math.exp`) and
            it can be differentiated again, drawn and explained. None where there is no derivative.
        symbol: what a drawing shows; by default the function's name.
        domain: an open interval for each argument, for documentation and tests.

    Raises:
        TypeError: if there are not one or two partials; build anything larger from binary operations.

    >>> from autograd import Value
    >>> @operation(lambda x, out: 3 * x * x)
    ... def cube(x):
    ...     return x * x * x
    >>> x = Value(2.0)
    >>> cube(x).backward()
    >>> x.grad
    12.0
    """
    if len(partials) not in (1, 2) or not all(partial is None or callable(partial) for partial in partials):
        raise TypeError(
            f"operation() takes one or two partial derivatives, each a function or None, got {partials!r}; "
            "a function of more arguments is built from operations of two"
        )

    def define(value: Callable[..., float]) -> Operation:
        home = f"{value.__module__}:{value.__qualname__}"
        return Operation(value.__name__, symbol or value.__name__, value, partials, domain, home=home)

    return define


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
add           = _line("add",           "+",          operator.add,      lambda x, y, out: 1.0,    lambda x, y, out: 1.0)
sub           = _line("sub",           "-",          operator.sub,      lambda x, y, out: 1.0,    lambda x, y, out: -1.0)
mul           = _line("mul",           "*",          operator.mul,      lambda x, y, out: y,      lambda x, y, out: x)
div           = _line("div",           "/",          floats.div,        lambda x, y, out: 1 / y,  lambda x, y, out: -out / y)
neg           = _line("neg",           "-",          operator.neg,      lambda x, out: -1.0)
pos           = _line("pos",           "+",          operator.pos,      lambda x, out: 1.0)
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
stop_gradient = _line("stop_gradient", "stop",       operator.pos,      None)
# fmt: on

LEAF = Operation("leaf", "", floats.as_float, ())
BY_SYMBOL = {(line.symbol, line.arity): line for line in TABLE.values()}
