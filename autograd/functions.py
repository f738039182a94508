"""Functions of numbers: given floats they return floats, given Values they extend the graph.

Given numpy arrays of either, functions of single numbers go through them element by element, with numpy's
broadcasting. The result is an array of floats, or of objects where a Value is among them.

The operations of the table are here under their own names. The functions below are built of them, two
operands at a time, so a drawing shows every step and no derivative is needed that the table does not hold.
"""

from __future__ import annotations

from autograd import floats, ops
from autograd.annotations import TYPE_CHECKING, overload
from autograd.choosing import take
from autograd.exponentials import log_softmax, logsumexp, softmax
from autograd.ops import (
    abs,
    acos,
    acosh,
    asin,
    asinh,
    atan,
    atan2,
    atanh,
    cbrt,
    ceil,
    copysign,
    cos,
    cosh,
    equal,
    erf,
    erfc,
    erfinv,
    exp,
    exp2,
    expm1,
    floor,
    floor_divide,
    fmod,
    gelu,
    greater,
    greater_equal,
    hypot,
    less,
    less_equal,
    log1p,
    log2,
    log10,
    logaddexp,
    maximum,
    minimum,
    normal_cdf,
    normal_pdf,
    not_equal,
    pow,
    relu,
    remainder,
    round,
    sigmoid,
    sign,
    silu,
    sin,
    sinc,
    sinh,
    softplus,
    sqrt,
    stop_gradient,
    tan,
    tanh,
    trunc,
)
from autograd.primitive import Operation, on_arrays
from autograd.value import Value, unary
from autograd.vectors import dot, mean, norm, sum

__all__ = [
    "abs", "acos", "acosh", "asin", "asinh", "atan", "atan2", "atanh", "cbrt", "ceil", "clip", "copysign",
    "cos", "cosh", "degrees", "dot", "elu", "equal", "erf", "erfc", "erfinv", "exp", "exp2", "expm1",
    "floor", "floor_divide", "fmod", "gelu", "greater", "greater_equal", "hypot", "leaky_relu", "less",
    "less_equal", "log", "log1p", "log2", "log10", "log_softmax", "logaddexp", "logsumexp", "maximum",
    "mean", "minimum", "norm", "normal_cdf", "normal_pdf", "not_equal", "pow", "radians", "relu",
    "remainder", "round", "sigmoid", "sign", "silu", "sin", "sinc", "sinh", "softmax", "softplus", "sqrt",
    "stop_gradient", "sum", "take", "tan", "tanh", "trunc", "where",
]  # fmt: skip

if TYPE_CHECKING:
    from typing import Any

    from autograd.vectors import Number


@overload
def log(x: Value, base: Number | None = None) -> Value: ...
@overload
def log(x: float, base: float | None = None) -> float: ...
@overload
def log(x: Number, base: Number | None = None) -> Number: ...
def log(x: Number, base: Number | None = None) -> Number:
    """The natural logarithm, or that to another base; -inf at zero, nan below.

    Args:
        x: a number.
        base: a positive number other than 1; for 2 and 10 the logarithm is that of log2 and log10.

    >>> log(1.0), log(8.0, 2), log(9.0, 3.0)
    (0.0, 3.0, 2.0)
    """
    if base is None:
        return ops.log(x)
    if not isinstance(base, Value) and floats.is_number(base) and base in _OF_BASE:
        return _OF_BASE[base](x)
    return ops.div(ops.log(x), ops.log(base))


_OF_BASE = {2.0: log2, 10.0: log10}


@overload
def degrees(x: Value) -> Value: ...
@overload
def degrees(x: float) -> float: ...
def degrees(x: Number) -> Number:
    """An angle of x radians in degrees.

    Args:
        x: a number.

    >>> degrees(3.141592653589793)
    180.0
    """
    return ops.mul(x, floats.RADIAN)


@overload
def radians(x: Value) -> Value: ...
@overload
def radians(x: float) -> float: ...
def radians(x: Number) -> Number:
    """An angle of x degrees in radians.

    Args:
        x: a number.

    >>> radians(180.0)
    3.141592653589793
    """
    return ops.mul(x, floats.DEGREE)


@overload
def leaky_relu(x: Value, slope: Number = 0.01) -> Value: ...
@overload
def leaky_relu(x: float, slope: float = 0.01) -> float: ...
def leaky_relu(x: Number, slope: Number = 0.01) -> Number:
    """x where it is positive, else slope * x (Maas, Hannun and Ng, 2013).

    Args:
        x: a number.
        slope: a number, part of the operation; or a Value, which receives a gradient too.

    >>> leaky_relu(-3.0), leaky_relu(-3.0, 0.5)
    (-0.03, -1.5)
    """
    out: Number = _bound(ops.leaky_relu, x, slope)
    return out


@overload
def elu(x: Value, alpha: Number = 1.0) -> Value: ...
@overload
def elu(x: float, alpha: float = 1.0) -> float: ...
def elu(x: Number, alpha: Number = 1.0) -> Number:
    """x where it is positive, else alpha * (exp(x) - 1) (Clevert, Unterthiner and Hochreiter, 2016).

    Args:
        x: a number.
        alpha: a number, part of the operation; or a Value, which receives a gradient too.

    >>> elu(2.0), elu(-1000.0)
    (2.0, -1.0)
    """
    out: Number = _bound(ops.elu, x, alpha)
    return out


@overload
def clip(x: Value, low: Number, high: Number) -> Value: ...
@overload
def clip(x: float, low: float, high: float) -> float: ...
@overload
def clip(x: Number, low: Number, high: Number) -> Number: ...
def clip(x: Number, low: Number, high: Number) -> Number:
    """x held between low and high: the bound where x is beyond it.

    The gradient flows to the number that is the result; where x equals a bound, each gets half.

    Args:
        x: a number.
        low: the lower bound, a number or a Value.
        high: the upper bound, a number or a Value.

    Raises:
        ValueError: if low and high are numbers and low is greater.

    >>> clip(5.0, -1.0, 1.0)
    1.0
    """
    if _is_number(low) and _is_number(high) and low > high:
        raise ValueError(f"clip needs low <= high, got low={low} and high={high}")
    if _is_array(low) or _is_array(high):
        x = on_arrays(clip, (x, low, high))
        return x
    return ops.minimum(ops.maximum(x, low), high)


@overload
def where(condition: Number, x: Value, y: Value) -> Value: ...
@overload
def where(condition: Value, x: Number, y: Number) -> Value: ...
@overload
def where(condition: float, x: float, y: float) -> float: ...
@overload
def where(condition: Number, x: Number, y: Number) -> Number: ...
def where(condition: Number, x: Number, y: Number) -> Number:
    """x if the condition is not zero, else y; the gradient flows to the chosen one only.

    Both x and y are computed before, whatever the condition is; but what is not chosen gets no gradient, even
    where its own derivative is infinite or nan, as in `where(greater(x, 0.0), sqrt(x), 0.0)` at x = 0.

    Args:
        condition: a number, which decides once and for all; or a Value, such as `greater(a, b)`, which is
            part of the graph and receives no gradient.
        x: the result where the condition holds; nan counts as true.
        y: the result where it does not.

    Returns:
        The chosen one itself where the condition is a number, else a new Value.

    Raises:
        TypeError: if the condition is not a number.

    >>> x = Value(-2.0)
    >>> y = where(greater(x, 0.0), x, 10 * x)
    >>> y.backward()
    >>> y.data, x.grad
    (-20.0, 10.0)
    """
    if _is_array(condition) or _is_array(x) or _is_array(y):
        x = on_arrays(where, (condition, x, y))
        return x
    if _is_number(condition):
        return x if condition else y
    # The value that is not chosen is -0.0, and adding that leaves every number as it is, 0.0 and -0.0 too.
    chosen: Number = ops.add(ops.when(condition, x), ops.when(ops.equal(condition, 0.0), y))
    return chosen


def _bound(operation: Operation, x: Any, y: Any) -> Any:
    """An operation of two operands, or that of one operand where the second is a number."""
    if not _is_number(y):
        return operation(x, y)
    bound = operation.bind(y)
    return unary(bound, x) if isinstance(x, Value) else bound(x)


# A Value is neither a number nor an array; to ask it for a dtype would take longer than all the rest.


def _is_number(thing: Any) -> bool:
    return not isinstance(thing, Value) and floats.is_number(thing)


def _is_array(thing: Any) -> bool:
    return not isinstance(thing, Value) and floats.is_array(thing)
