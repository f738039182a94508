"""The table of operations read as words: a partial derivative called with symbols writes itself down.

A `Symbol` stands where a number or a Value would, and every operation on it makes a longer text. The text is
Python: read back, it computes what the table computes, operation by operation. Precedence decides where
parentheses are needed; only factors of 1 and -1 and an exponent of 1 are left out.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from functools import partial
from typing import Any

from autograd import floats, ops
from autograd.primitive import Operation

NO_DERIVATIVE = "no derivative"
NOT_WRITTEN = "not written with autograd's functions"
TOO_LONG = "too long to write down"

# How tightly a text holds together, from loosest to tightest.
_COMPARISON, _SUM, _PRODUCT, _SIGN, _POWER, _ATOM = range(6)

# Infix operations: what stands between the operands, how tightly the result holds together, and how tightly
# the left and the right operand must. Nothing is regrouped: (a + b) + c and a + (b + c) round differently.
_INFIX = {
    ops.add: (" + ", _SUM, _SUM, _PRODUCT),
    ops.sub: (" - ", _SUM, _SUM, _PRODUCT),
    ops.mul: ("*", _PRODUCT, _PRODUCT, _SIGN),
    ops.div: ("/", _PRODUCT, _PRODUCT, _SIGN),
    ops.pow: ("**", _POWER, _ATOM, _POWER),
    **{
        comparison: (f" {comparison.symbol} ", _COMPARISON, _SUM, _SUM)
        for comparison in (
            ops.less, ops.less_equal, ops.greater, ops.greater_equal, ops.equal, ops.not_equal
        )
    },
}  # fmt: skip
_PREFIX = {ops.neg: "-", ops.pos: "+"}

# Numbers that the table computes once, by the formula that they were computed by.
_CONSTANTS = {
    math.pi: ("pi", _ATOM),
    math.e: ("e", _ATOM),
    2 / math.sqrt(math.pi): ("2/sqrt(pi)", _PRODUCT),
    math.sqrt(2 * math.pi): ("sqrt(2*pi)", _ATOM),
    math.sqrt(0.5): ("sqrt(0.5)", _ATOM),
}

_MAX_LENGTH = 2000  # repeated squaring doubles a text at every step
_NUMBER = r"\d+(\.\d+)?(e[+-]?\d+)?"
_ATOMS = re.compile(rf"[^\W\d][\w.']*(\[[\w, ]*\])*'*|{_NUMBER}")
_NEGATIVE = re.compile(f"-({_NUMBER}|inf)")


class Symbol:
    """A name, or a formula of names, that operations extend instead of computing.

    Args:
        text: a name, such as 'x' or 'w[0]'; in a formula anything else stands in parentheses.

    >>> x, y = Symbol("x"), Symbol("y")
    >>> print((x + y) * -x ** 2 / ops.exp(x - (y - 1)))
    (x + y)*(-x**2)/exp(x - (y - 1))
    """

    __slots__ = ("_level", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        if _ATOMS.fullmatch(text):
            self._level = _ATOM
        else:
            self._level = _SIGN if _NEGATIVE.fullmatch(text) else _COMPARISON

    def _operate(self, operation: Operation, args: tuple[Any, ...]) -> Symbol:
        if operation.bound is not None:
            operation, second = operation.bound
            args = (*args, second)
        operands = [_symbol(arg) for arg in args]
        if operation in _INFIX:
            return _infix(operation, *operands)
        if operation in _PREFIX:
            return _written(_PREFIX[operation] + _within(operands[0], _POWER), _SIGN)
        return _written(f"{operation.name}({', '.join(operand.text for operand in operands)})", _ATOM)

    def __bool__(self) -> bool:
        raise TypeError("a symbol is neither true nor false; choose with autograd.where")

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"Symbol({self.text!r})"

    def __getattr__(self, name: str) -> Any:
        # The methods of a Value that are operations of the table: x.exp(), x.relu() ...
        if name in ops.TABLE:
            return partial(ops.TABLE[name], self)
        raise AttributeError(f"a symbol has no {name!r}")

    # fmt: off
    def __add__(self, other: Symbol | float) -> Symbol: return ops.add(self, other)
    def __sub__(self, other: Symbol | float) -> Symbol: return ops.sub(self, other)
    def __mul__(self, other: Symbol | float) -> Symbol: return ops.mul(self, other)
    def __truediv__(self, other: Symbol | float) -> Symbol: return ops.div(self, other)
    def __pow__(self, other: Symbol | float) -> Symbol: return ops.pow(self, other)
    def __radd__(self, other: float) -> Symbol: return ops.add(other, self)
    def __rsub__(self, other: float) -> Symbol: return ops.sub(other, self)
    def __rmul__(self, other: float) -> Symbol: return ops.mul(other, self)
    def __rtruediv__(self, other: float) -> Symbol: return ops.div(other, self)
    def __rpow__(self, other: float) -> Symbol: return ops.pow(other, self)
    def __neg__(self) -> Symbol: return ops.neg(self)
    def __pos__(self) -> Symbol: return ops.pos(self)
    def __abs__(self) -> Symbol: return ops.abs(self)
    # fmt: on


def derivative(
    operation: Operation, index: int = 0, names: Sequence[str] = ("x", "y"), out_name: str = "out"
) -> str:
    """The local derivative of an operation by one operand, as the table writes it.

    Args:
        operation: one of the table, or one made by `autograd.operation`.
        index: which operand, counted from 0.
        names: what the operands are called.
        out_name: what the result is called.

    Returns:
        The formula; 'no derivative' where nothing flows; a remark where the partial derivative of a user's
        operation is not written with autograd's functions, so that it can only be computed.

    >>> derivative(ops.tanh, out_name="y"), derivative(ops.log), derivative(ops.pow.bind(2.0))
    ('1 - y*y', '1/x', '2*x')
    >>> derivative(ops.mul, 0, ("w", "x")), derivative(ops.less)
    ('x', 'no derivative')
    """
    rule = operation.partials[index]
    if rule is None:
        return NO_DERIVATIVE
    operands = [Symbol(name) for name in names[: operation.arity]]
    try:
        return _symbol(rule(*operands, Symbol(out_name))).text
    except OverflowError:
        return TOO_LONG
    except Exception:  # a user's function may fail in any way on what is not a number
        return NOT_WRITTEN


def applied(operation: Operation, names: Sequence[str]) -> str:
    """An operation applied to names, as in 'w*x' or 'tanh(z)'.

    >>> applied(ops.pow.bind(2.0), ["x"]), applied(ops.maximum, ["x", "0"])
    ('x**2', 'maximum(x, 0)')
    """
    try:
        return operation(*map(Symbol, names)).text
    except OverflowError:
        return f"{operation.name}(...)"


def _infix(operation: Operation, left: Symbol, right: Symbol) -> Symbol:
    sign, level, left_level, right_level = _INFIX[operation]
    if right is _ONE and operation in (ops.mul, ops.div, ops.pow):
        return left
    if left is _ONE and operation is ops.mul:
        return right
    if left is _MINUS_ONE and operation is ops.mul:
        return -right
    second = _within(right, right_level)
    if second.startswith(("-", "+")):  # x*-y is Python, but nobody writes it
        second = f"({second})"
    return _written(_within(left, left_level) + sign + second, level)


def _within(symbol: Symbol, level: int) -> str:
    return symbol.text if symbol._level >= level else f"({symbol.text})"


def _written(text: str, level: int) -> Symbol:
    if len(text) > _MAX_LENGTH:
        raise OverflowError(TOO_LONG)
    symbol = Symbol.__new__(Symbol)
    symbol.text, symbol._level = text, level
    return symbol


_ONE = _written("1", _ATOM)
_MINUS_ONE = _written("-1", _SIGN)
_MINUS_ZERO = _written("-0.0", _SIGN)  # -0 would read back as the integer, which has no sign


def _symbol(part: Symbol | float) -> Symbol:
    if isinstance(part, Symbol):
        return part
    number = floats.as_float(part)
    if abs(number) == 1.0:
        return _ONE if number > 0 else _MINUS_ONE
    if number == 0.0 and math.copysign(1.0, number) < 0:
        return _MINUS_ZERO
    if number < 0:
        positive = _symbol(-number)
        return _written("-" + positive.text, min(positive._level, _SIGN))
    text, level = _CONSTANTS.get(number, (repr(number).removesuffix(".0"), _ATOM))
    return _written(text, level)
