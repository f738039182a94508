"""The table of operations read as words: a partial derivative called with symbols writes itself down.

A `Symbol` stands where a number or a Value would, and every operation on it makes a longer text. The text is
Python: read back, it computes what the table computes, operation by operation. Precedence decides where
parentheses are needed; only factors of 1 and -1 and an exponent of 1 are left out. A subclass is another
notation of the same table: it writes names, numbers and operations in its own way (see `tex.py`).
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from typing import Any, Self

from autograd import floats, ops
from autograd.graph import passes
from autograd.operators import Operators
from autograd.primitive import Operation
from autograd.value import Value

NO_DERIVATIVE = "no derivative"
NOT_CHOSEN = "not chosen"
BY_HAND = "given by hand"
NOT_WRITTEN = "not written with autograd's functions"
TOO_LONG = "too long to write down"
NOTHING_PASSES = (NO_DERIVATIVE, NOT_CHOSEN)
WITHOUT_FORMULA = (*NOTHING_PASSES, BY_HAND, NOT_WRITTEN, TOO_LONG)

# How tightly a text holds together, from loosest to tightest.
COMPARISON, SUM, PRODUCT, SIGN, POWER, ATOM = range(6)

# Infix operations: what stands between the operands, how tightly the result holds together, and how tightly
# the left and the right operand must. Nothing is regrouped: (a + b) + c and a + (b + c) round differently.
INFIX = {
    ops.add: (" + ", SUM, SUM, PRODUCT),
    ops.sub: (" - ", SUM, SUM, PRODUCT),
    ops.mul: ("*", PRODUCT, PRODUCT, SIGN),
    ops.div: ("/", PRODUCT, PRODUCT, SIGN),
    ops.floor_divide: ("//", PRODUCT, PRODUCT, SIGN),
    ops.remainder: (" % ", PRODUCT, PRODUCT, SIGN),
    ops.pow: ("**", POWER, ATOM, POWER),
    **{
        comparison: (f" {comparison.symbol} ", COMPARISON, SUM, SUM)
        for comparison in (
            ops.less, ops.less_equal, ops.greater, ops.greater_equal, ops.equal, ops.not_equal
        )
    },
}  # fmt: skip
_PREFIX = {ops.neg: "-", ops.pos: "+"}

# Constants that the table computes once, and the formulas by which it does.
_CONSTANTS: dict[float, Callable[[Callable[[str], Any]], Any]] = {
    math.pi: lambda name: name("pi"),
    math.e: lambda name: name("e"),
    2 / math.sqrt(math.pi): lambda name: 2 / ops.sqrt(name("pi")),
    math.sqrt(math.pi) / 2: lambda name: ops.sqrt(name("pi")) / 2,
    math.log(2.0): lambda name: ops.log(name("2")),
    math.log(10.0): lambda name: ops.log(name("10")),
}

_MAX_LENGTH = 2000  # repeated squaring doubles a text at every step
_NUMBER = r"\d+(\.\d+)?(e[+-]?\d+)?"
_ATOMS = re.compile(rf"[^\W\d][\w.']*(\[[\w, ]*\])*'*|{_NUMBER}")
_COMPARED = re.compile(" (<|<=|>|>=|==|!=) ")
_PARENTHESES = re.compile(r"\([^()]*\)")
_NEGATIVE = re.compile(f"-({_NUMBER}|inf)")


class Symbol(Operators):
    """A name, or a formula of names, that operations extend instead of computing.

    Args:
        text: a name, such as 'x' or 'w[0]'; in a formula anything else stands in parentheses.

    >>> x, y = Symbol("x"), Symbol("y")
    >>> print((x + y) * -x ** 2 / ops.exp(x - (y - 1)))
    (x + y)*(-x**2)/exp(x - (y - 1))
    """

    __slots__ = ("_level", "_number", "text")
    _infix = INFIX

    def __init__(self, text: str) -> None:
        self.text = text
        self._number: float | None = None  # if it is a number
        if _ATOMS.fullmatch(text):
            self._level = ATOM
        else:
            self._level = SIGN if _NEGATIVE.fullmatch(text) else COMPARISON

    def _operate(self, operation: Operation, args: tuple[Any, ...]) -> Self:
        if operation.bound is not None:
            operation, second = operation.bound
            args = (*args, second)
        operands = [self._read(arg) for arg in args]
        left, right = operands[0], operands[-1]
        if right._number == 1.0 and operation in (ops.mul, ops.div, ops.pow):
            return left
        if operation is ops.mul and left._number in (1.0, -1.0):
            return right if left._number == 1.0 else -right
        return self._applied(operation, operands)

    @classmethod
    def _applied(cls, operation: Operation, operands: Sequence[Self]) -> Self:
        """An operation on operands, in this notation."""
        if operation in cls._infix:
            sign, level, left_level, right_level = cls._infix[operation]
            right = operands[1]._within(right_level)
            if right.startswith(("-", "+")):  # x*-y is Python, but nobody writes it
                right = cls._bracketed(right)
            return cls._written(operands[0]._within(left_level) + sign + right, level)
        if operation in _PREFIX:
            return cls._written(_PREFIX[operation] + operands[0]._within(POWER), SIGN)
        arguments = ", ".join(operand.text for operand in operands)
        return cls._written(cls._function(operation) + cls._bracketed(arguments), ATOM)

    @classmethod
    def _read(cls, part: Self | float) -> Self:
        """What an operation is given: a symbol as it is, a number written down."""
        if isinstance(part, cls):
            return part
        number = floats.as_float(part)
        size = abs(number)
        symbol = cls(repr(size).removesuffix(".0"))
        if size in _CONSTANTS:
            symbol = cls._read(_CONSTANTS[size](cls))
        if number < 0 or repr(number) == "-0.0":  # -0 would read back as the integer, which has no sign
            symbol = cls._written(f"-{symbol.text}" if size else "-0.0", min(symbol._level, SIGN))
        symbol._number = number
        return symbol

    def _within(self, level: int) -> str:
        """The text where something as tight as `level` is needed."""
        return self.text if self._level >= level else self._bracketed(self.text)

    def as_one(self) -> str:
        """A name as it stands behind a sign: in parentheses where it would not be read as one.

        >>> Symbol("w1").as_one(), Symbol("neuron 2/w1").as_one(), Symbol("3").as_one()
        ('w1', '(neuron 2/w1)', '(3)')
        """
        is_name = self._level >= POWER and not self.text[0].isdigit()
        return self.text if is_name else self._bracketed(self.text)

    @classmethod
    def _written(cls, text: str, level: int) -> Self:
        if len(text) > _MAX_LENGTH:
            raise OverflowError(TOO_LONG)
        symbol = cls.__new__(cls)
        symbol.text, symbol._level, symbol._number = text, level, None
        return symbol

    @staticmethod
    def _bracketed(text: str) -> str:
        return f"({text})"

    @staticmethod
    def _function(operation: Operation) -> str:
        return operation.name

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"Symbol({self.text!r})"


def derivative(
    operation: Operation,
    index: int = 0,
    names: Sequence[str | Symbol] = ("x", "y"),
    out_name: str | Symbol = "out",
) -> str:
    """The local derivative of an operation by one operand, as the table writes it.

    Args:
        operation: one of the table, or one made by `autograd.operation`.
        index: which operand, counted from 0.
        names: what the operands are called; symbols of another notation write the formula in theirs.
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
    *operands, out = map(_named, (*names[: operation.arity], out_name))
    try:
        return out._read(rule(*operands, out)).text
    except OverflowError:
        return TOO_LONG
    except Exception:  # a user's function may fail in any way on what is not a number
        return NOT_WRITTEN


def derivative_at(node: Value, index: int, names: Sequence[str | Symbol], out_name: str | Symbol) -> str:
    """The local derivative of a node by one operand; 'not chosen' where a choice passes nothing to it.

    >>> from autograd import Value
    >>> derivative_at(Value(2.0).relu(), 0, ["x"], "y"), derivative_at(Value(-2.0).relu(), 0, ["x"], "y")
    ('x > 0', 'not chosen')
    """
    if node._operation.by_hand is not None:
        return BY_HAND
    if node._operation.partials[index] is not None and not passes(node, index):
        return NOT_CHOSEN
    return derivative(node._operation, index, names, out_name)


def applied(operation: Operation, names: Sequence[str | Symbol]) -> str:
    """An operation applied to names, as in 'w*x' or 'tanh(z)'.

    >>> applied(ops.pow.bind(2.0), ["x"]), applied(ops.maximum, ["x", "0"])
    ('x**2', 'maximum(x, 0)')
    """
    try:
        return operation(*map(_named, names)).text
    except OverflowError:
        return f"{operation.name}(...)"


def bare_comparison(text: str) -> bool:
    """Whether a formula is a comparison, which needs parentheses beside an equals sign.

    >>> bare_comparison("x > 0"), bare_comparison("(x > y) + 0.5*(x == y)")
    (True, False)
    """
    while (outside := _PARENTHESES.sub("", text)) != text:
        text = outside
    return _COMPARED.search(text) is not None


def _named(name: str | Symbol) -> Symbol:
    return name if isinstance(name, Symbol) else Symbol(name)
