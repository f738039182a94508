"""A formula typed by a person, such as (3*x + 2)**2, as a function of Values or floats.

Python's own parser reads it, and only what is listed here is carried out: numbers, names, operators,
comparisons and autograd's functions. Nothing is evaluated as Python code. Arithmetic is that of floats from
the start, so 10**10**10 is inf at once.
"""

from __future__ import annotations

import ast
import difflib
import math
import unicodedata
import warnings
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from autograd import floats, functions, ops
from autograd.value import Value

if TYPE_CHECKING:
    from autograd.primitive import Operation
    from autograd.vectors import Number

MAX_LENGTH = 10_000
_TOO_DEEP = "the expression is nested too deeply, or too long a chain, to be read"
CONSTANTS = {"pi": math.pi, "e": math.e, "inf": math.inf, "nan": math.nan}

_SEQUENCES = {
    "sum": functions.sum,
    "mean": functions.mean,
    "norm": functions.norm,
    "logsumexp": functions.logsumexp,
}
_LISTS = {
    "dot",
    "softmax",
    "log_softmax",
    "take",
}  # they take or return lists, which a formula of numbers has not
FUNCTIONS: dict[str, Callable[..., Value | float]] = {
    **{name: getattr(functions, name) for name in functions.__all__ if name not in _LISTS},
    **{name: lambda *args, join=join: join(args) for name, join in _SEQUENCES.items()},
}

_BINARY: dict[type[ast.operator], Operation] = {
    ast.Add: ops.add,
    ast.Sub: ops.sub,
    ast.Mult: ops.mul,
    ast.Div: ops.div,
    ast.FloorDiv: ops.floor_divide,
    ast.Mod: ops.remainder,
    ast.Pow: ops.pow,
}
_UNARY: dict[type[ast.unaryop], Operation] = {ast.USub: ops.neg, ast.UAdd: ops.pos}
_COMPARISONS: dict[type[ast.cmpop], Operation] = {
    ast.Lt: ops.less,
    ast.LtE: ops.less_equal,
    ast.Gt: ops.greater,
    ast.GtE: ops.greater_equal,
    ast.Eq: ops.equal,
    ast.NotEq: ops.not_equal,
}
_HINTS: dict[type, str] = {
    ast.BitXor: "^ is not a power here; write x**2",
    ast.MatMult: "@ multiplies matrices; these are single numbers",
    ast.Attribute: "there are no methods here; write tanh(x) for x.tanh()",
    ast.IfExp: "'if' cannot be part of a graph; write where(condition, x, y)",
    ast.BoolOp: "'and' and 'or' cannot be part of a graph; multiply the conditions, or take their maximum",
    ast.Not: "'not' cannot be part of a graph; write 1 - condition",
}


class ExpressionError(ValueError):
    """What a person typed is not a formula that can be computed; the message is one line."""


class Expression:
    """A formula read from text.

    Args:
        text: the formula.

    Attributes:
        variables: the names that need a number, in the order in which they appear.

    Raises:
        ExpressionError: if the text is not a formula of numbers, names and autograd's functions.

    >>> expression = Expression("(3*x + 2)**2")
    >>> expression.variables, expression({"x": 1.0})
    (['x'], 25.0)
    >>> x = Value(1.0)
    >>> expression({"x": x}).backward()
    >>> x.grad
    30.0
    """

    def __init__(self, text: str) -> None:
        if len(text) > MAX_LENGTH:
            raise ExpressionError(f"the expression has {len(text):,} characters; the limit is {MAX_LENGTH:,}")
        self.text = text.strip()
        self._tree = _parsed(self.text)
        self.variables = _variables(self._tree)

    def __call__(self, numbers: Mapping[str, Number]) -> Number:
        """The result, a Value if one of the numbers that matter is.

        Raises:
            ExpressionError: if a variable has no number, a function is unknown or its arguments are wrong.
        """
        self.require(numbers)
        try:
            return _compute(self._tree, numbers)
        except RecursionError:
            raise ExpressionError(_TOO_DEEP) from None

    def require(self, numbers: Mapping[str, object]) -> None:
        """Raise ExpressionError if a variable has no number."""
        missing = [variable for variable in self.variables if variable not in numbers]
        if missing:
            wanted = " ".join(f"{variable}=NUMBER" for variable in missing)
            raise ExpressionError(f"no value for {', '.join(missing)}: add {wanted}")


def normalized(name: str) -> str:
    """A name as Python's parser returns it, so that two spellings of one letter are the same name."""
    return unicodedata.normalize("NFKC", name)


def _parsed(text: str) -> ast.expr:
    if not text:
        raise ExpressionError("the expression is empty")
    try:
        with warnings.catch_warnings(action="ignore"):  # such as of 1if, which is refused below anyway
            return ast.parse(text, mode="eval").body
    except SyntaxError as error:
        where = f" at character {error.offset}" if error.offset else ""
        reason = error.msg.partition(";")[0]
        raise ExpressionError(f"not an expression{where}: {shortened(text)} ({reason})") from None
    except (RecursionError, MemoryError):
        raise ExpressionError(_TOO_DEEP) from None
    except ValueError as error:  # null bytes, and characters that cannot be encoded
        raise ExpressionError(f"not an expression: {error}") from None


def _variables(tree: ast.expr) -> list[str]:
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    names = [node for node in ast.walk(tree) if isinstance(node, ast.Name) and id(node) not in called]
    names.sort(key=lambda name: (name.lineno, name.col_offset))
    variables = list(dict.fromkeys(name.id for name in names if name.id not in CONSTANTS))
    for variable in variables:
        if variable in FUNCTIONS:
            raise ExpressionError(f"{variable} is a function: write {variable}(...)")
    return variables


def _compute(node: ast.expr, numbers: Mapping[str, Number]) -> Number:
    match node:
        case ast.Constant(value=bool() | complex() | str() | bytes() | None):
            raise ExpressionError(f"{node.value!r} is not a real number")
        case ast.Constant(value=int() | float()):
            return floats.as_float(node.value)
        case ast.Name():
            return CONSTANTS[node.id] if node.id in CONSTANTS else numbers[node.id]
        case ast.BinOp() if type(node.op) in _BINARY:
            return _binary(
                _BINARY[type(node.op)], _compute(node.left, numbers), _compute(node.right, numbers)
            )
        case ast.UnaryOp() if type(node.op) in _UNARY:
            return _UNARY[type(node.op)](_compute(node.operand, numbers))
        case ast.Compare(ops=[comparison]) if type(comparison) in _COMPARISONS:
            left, right = _compute(node.left, numbers), _compute(node.comparators[0], numbers)
            return _COMPARISONS[type(comparison)](left, right)
        case ast.Call(func=ast.Name(id=name), keywords=[]):
            return _call(name, [_compute(argument, numbers) for argument in node.args])
    raise ExpressionError(_unknown(node))


def _binary(operation: Operation, left: Number, right: Number) -> Number:
    if operation is ops.pow and isinstance(left, Value) and not isinstance(right, Value):
        return left**right  # a constant exponent has no derivative, which would be log(x)
    return operation(left, right)


def _call(name: str, arguments: list[Number]) -> Number:
    if name not in FUNCTIONS:
        close = difflib.get_close_matches(name, FUNCTIONS, n=1, cutoff=0.5)
        similar = [known for known in FUNCTIONS if known.startswith(name)] or close
        hint = f"; did you mean {similar[0]}?" if similar else ""
        raise ExpressionError(f"unknown function {name}{hint}")
    try:
        return FUNCTIONS[name](*arguments)
    except (TypeError, ValueError) as error:  # the wrong number of arguments, low above high in clip
        raise ExpressionError(str(error)) from None


def _unknown(node: ast.AST) -> str:
    for kind in (type(node), type(getattr(node, "op", None)), type(getattr(node, "func", None))):
        if kind in _HINTS:
            return _HINTS[kind]
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Constant):
        return f"a product needs its sign: {shortened(ast.unparse(node.func))}*(...)"
    if isinstance(node, ast.Compare):
        return "compare two numbers at a time, with < <= > >= == or !="
    return f"not a number, a name, an operation or a function: {shortened(ast.unparse(node))}"


def shortened(text: str, length: int = 60) -> str:
    """Text as one line of limited length, for messages."""
    text = " ".join(text.split())
    return text if len(text) <= length else text[: length - 3] + "..."
