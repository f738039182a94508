"""The table of operations read as help: what `help(autograd.tanh)` says, written when somebody asks.

The sentence is that of the function that computes an operation, the operands are called as its parameters
are, and the derivatives are written by the table itself. What is left stands here: the sentences of Python's
own functions and of those that are a single sign, and the examples of all functions that have none.
"""

from __future__ import annotations

import inspect
import re
from inspect import Parameter, Signature

from autograd import ops
from autograd.primitive import Operation
from autograd.words.symbol import NO_DERIVATIVE, applied, derivative

_POSITIONAL = (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD)
_SENTENCES = {
    "add": "The sum, x + y.",
    "sub": "The difference, x - y.",
    "mul": "The product, x * y; 0 times infinity is nan.",
    "neg": "-x, the number with the other sign.",
    "pos": "+x, the same number; a Value becomes a new node.",
    "cbrt": "The real cube root, which has the sign of x.",
    "hypot": "sqrt(x**2 + y**2), whose squares neither overflow nor vanish; its gradient at the origin is 0.",
    "erf": "The error function, 2 / sqrt(pi) times the integral of exp(-t**2) from 0 to x.",
    "erfc": "1 - erf(x), exact also where erf(x) is so close to 1 that the difference rounds to 0.",
    "atan": "The angle in radians, from -pi/2 to pi/2, whose tangent is x.",
    "atan2": "The angle in radians, from -pi to pi, at which the point (x, y) is seen from the origin.",
    "asinh": "The number whose hyperbolic sine is x.",
    "tanh": "The hyperbolic tangent, from -1 to 1.",
    "abs": "The absolute value, x without its sign.",
    "copysign": "The size of x with the sign of y.",
    "less": "1 if x < y, else 0.",
    "less_equal": "1 if x <= y, else 0.",
    "greater": "1 if x > y, else 0.",
    "greater_equal": "1 if x >= y, else 0.",
    "equal": "1 if x and y are the same number, else 0; nan equals nothing.",
    "not_equal": "0 if x and y are the same number, else 1; nan equals nothing.",
    "stop_gradient": "x itself; a Value becomes a new node that no gradient passes.",
}
_EXAMPLES = {
    "add": ("add(1.0, 2.0)", "3.0"),
    "sub": ("sub(1.0, 2.0)", "-1.0"),
    "mul": ("mul(3.0, -2.0)", "-6.0"),
    "neg": ("neg(2.0), neg(0.0)", "(-2.0, -0.0)"),
    "pos": ("pos(-2.0)", "-2.0"),
    "exp": ("exp(0.0), exp(1000.0)", "(1.0, inf)"),
    "expm1": ("expm1(1e-20), expm1(1000.0)", "(1e-20, inf)"),
    "log1p": ("log1p(1e-20), log1p(-1.0)", "(1e-20, -inf)"),
    "cbrt": ("cbrt(8.0), cbrt(-8.0)", "(2.0, -2.0)"),
    "hypot": ("hypot(3.0, 4.0), hypot(inf, 0.0)", "(5.0, inf)"),
    "asinh": ("asinh(0.0), asinh(-inf)", "(0.0, -inf)"),
    "acosh": ("acosh(1.0), acosh(0.0)", "(0.0, nan)"),
    "atanh": ("atanh(0.0), atanh(-1.0)", "(0.0, -inf)"),
    "copysign": ("copysign(3.0, -0.0)", "-3.0"),
    "floor": ("floor(2.5), floor(-2.5)", "(2.0, -3.0)"),
    "ceil": ("ceil(2.5), ceil(-2.5)", "(3.0, -2.0)"),
    "trunc": ("trunc(2.5), trunc(-2.5)", "(2.0, -2.0)"),
    "round": ("round(2.5), round(3.5)", "(2.0, 4.0)"),
    "sqrt": ("sqrt(9.0), sqrt(-1.0)", "(3.0, nan)"),
    "erf": ("erf(0.0), erf(10.0)", "(0.0, 1.0)"),
    "erfc": ("1.0 - erf(10.0), erfc(10.0) > 0.0", "(0.0, True)"),
    "sin": ("sin(0.0), sin(pi / 2)", "(0.0, 1.0)"),
    "cos": ("cos(0.0), cos(pi)", "(1.0, -1.0)"),
    "tan": ("tan(0.0), tan(pi / 4) < 1.0", "(0.0, True)"),
    "asin": ("asin(1.0), asin(2.0)", "(1.5707963267948966, nan)"),
    "acos": ("acos(-1.0), acos(2.0)", "(3.141592653589793, nan)"),
    "atan": ("atan(1.0)", "0.7853981633974483"),
    "atan2": ("atan2(1.0, 1.0), atan2(1.0, -1.0)", "(0.7853981633974483, 2.356194490192345)"),
    "sinh": ("sinh(0.0), sinh(-1000.0)", "(0.0, -inf)"),
    "cosh": ("cosh(0.0), cosh(-1000.0)", "(1.0, inf)"),
    "tanh": ("tanh(0.0), tanh(-1000.0)", "(0.0, -1.0)"),
    "relu": ("relu(2.0), relu(-3.0)", "(2.0, 0.0)"),
    "leaky_relu": ("leaky_relu(2.0, 0.5), leaky_relu(-3.0, 0.5)", "(2.0, -1.5)"),
    "elu": ("elu(2.0, 3.0), elu(-1000.0, 3.0)", "(2.0, -3.0)"),
    "gelu": ("gelu(0.0), gelu(100.0)", "(0.0, 100.0)"),
    "silu": ("silu(0.0), silu(1000.0)", "(0.0, 1000.0)"),
    "abs": ("abs(2.0), abs(-2.0)", "(2.0, 2.0)"),
    "maximum": ("maximum(1.0, 2.0), maximum(-0.0, 0.0)", "(2.0, 0.0)"),
    "minimum": ("minimum(1.0, 2.0), minimum(-0.0, 0.0)", "(1.0, -0.0)"),
    "when": ("when(1.0, 5.0), when(0.0, 5.0)", "(5.0, -0.0)"),
    "sign": ("sign(-3.0), sign(0.0), sign(2.0)", "(-1.0, 0.0, 1.0)"),
    "less": ("less(1.0, 2.0), less(2.0, 2.0)", "(1.0, 0.0)"),
    "less_equal": ("less_equal(2.0, 2.0), less_equal(3.0, 2.0)", "(1.0, 0.0)"),
    "greater": ("greater(2.0, 1.0), greater(2.0, 2.0)", "(1.0, 0.0)"),
    "greater_equal": ("greater_equal(2.0, 2.0), greater_equal(2.0, 3.0)", "(1.0, 0.0)"),
    "equal": ("equal(1.0, 2.0), equal(0.0, -0.0)", "(0.0, 1.0)"),
    "not_equal": ("not_equal(1.0, 2.0), not_equal(0.0, -0.0)", "(1.0, 0.0)"),
    "stop_gradient": ("stop_gradient(2.0)", "2.0"),
}


def text(operation: Operation) -> str:
    """The docstring of an operation: how it is called, a sentence, the derivatives, an example.

    >>> print(text(ops.pow.bind(3.0)))
    x**3
    <BLANKLINE>
    pow(x, y) at y = 3.0.
    <BLANKLINE>
    Derivative by x: 3*x**2
    """
    sentence, example = words(operation)
    rules = [_rule(operation, name, formula) for name, formula in derivatives(operation).items()]
    return "\n\n".join(filter(None, (_call(operation), sentence, "\n".join(rules), example)))


def signature(operation: Operation) -> Signature:
    """The signature of an operation; like Python's own functions of numbers it takes no keywords.

    >>> signature(ops.atan2)
    <Signature (y, x, /)>
    """
    return Signature([Parameter(name, Parameter.POSITIONAL_ONLY) for name in operands(operation)])


def operands(operation: Operation) -> list[str]:
    """What the operands of an operation are called: as the parameters of its function, or else x and y.

    >>> operands(ops.log), operands(ops.when), operands(ops.leaky_relu.bind(0.1))
    (['x'], ['condition', 'x'], ['x'])
    """
    if operation.bound is not None:
        return operands(operation.bound[0])[:1]
    try:
        parameters = inspect.signature(operation.function).parameters.values()
    except (TypeError, ValueError):  # functions of other languages need not tell
        parameters = {}.values()
    names = [parameter.name for parameter in parameters if parameter.kind in _POSITIONAL][: operation.arity]
    usable = len(names) == operation.arity and "out" not in names  # which is what the result is called
    return names if usable else ["x", "y"][: operation.arity]


def words(operation: Operation) -> tuple[str, str]:
    r"""The first paragraph of what is said of an operation, and the rest, which is mostly an example.

    >>> words(ops.log)
    ('The natural logarithm; -inf at zero, nan below.', '>>> log(0.0), log(-1.0)\n(-inf, nan)')
    """
    if operation.bound is not None:
        base, second = operation.bound
        x, y = operands(base)
        return f"{base.name}({x}, {y}) at {y} = {second}.", ""
    sentence, _, rest = inspect.cleandoc(operation.function.__doc__ or "").partition("\n\n")
    if ops.TABLE.get(operation.name) is not operation:
        return sentence, rest
    if operation.name in _SENTENCES:
        sentence, rest = _SENTENCES[operation.name], ""
    if not rest and operation.name in _EXAMPLES:
        rest = ">>> {}\n{}".format(*_EXAMPLES[operation.name])
    return sentence, rest


def derivatives(operation: Operation) -> dict[str, str]:
    """The formula of the derivative by each operand, as the table writes it, in the names of the operands.

    >>> derivatives(ops.pow.bind(3.0)), derivatives(ops.when)
    ({'x': '3*x**2'}, {'condition': 'no derivative', 'x': 'when(condition, 1)'})
    """
    names = operands(operation)
    return {name: derivative(operation, index, names) for index, name in enumerate(names)}


def _rule(operation: Operation, name: str, formula: str) -> str:
    if formula == NO_DERIVATIVE:
        return f"No derivative by {name}"
    out = f", where out = {applied(operation, operands(operation))}" if re.search(r"\bout\b", formula) else ""
    return f"Derivative by {name}: {formula}{out}"


def _call(operation: Operation) -> str:
    names = operands(operation)
    return applied(operation, names) if operation.bound else f"{operation.name}({', '.join(names)})"
