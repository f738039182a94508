"""How each operation of the table is written as LLVM IR, in one lane or in several.

`WRITERS` is this backend's dict over the operations. An operation without elementary functions gives, bit for
bit, what the table's own function gives. What has no code here, `sinc_derivative` and users' operations, is
called back in Python.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from math import inf, nan
from typing import NamedTuple, TypeAlias

from autograd import ops
from autograd.primitive import Operation
from autograd.programs.llvm import formulas
from autograd.programs.llvm.elementary import OWN
from autograd.programs.llvm.outside import call_python
from autograd.programs.llvm.writer import Writer

Written: TypeAlias = Callable[..., str]
"""Writes an operation: it gets the writer and the operands' names, and gives back that of the result."""


def _elementary(name: str) -> Written:
    return lambda w, *operands: formulas.elementary(w, name, *operands)


def _own_or(name: str, formula: Written) -> Written:
    """This package's function where the writer takes those, else the formula."""

    def write(w: Writer, *operands: str) -> str:
        return w.call_own(name, *operands) if w.math == "own" else formula(w, *operands)

    return write


def _in_python(operation: Operation) -> Written:
    return lambda w, *operands: call_python(w, operation, *operands)


def _comparison(kind: str) -> Written:
    return lambda w, x, y: w.select(w.compare(kind, x, y), 1.0, 0.0)


def _sqrt(w: Writer, x: str) -> str:
    return w.select(w.compare(">=", x, 0.0), w.sqrt(x), nan)


def _sign(w: Writer, x: str) -> str:
    return w.select(w.either(w.compare(">", x, 0.0), w.compare("<", x, 0.0)), w.copysign(1.0, x), x)


WRITERS: Mapping[Operation, Written] = {
    ops.add: Writer.add,
    ops.sub: Writer.sub,
    ops.mul: Writer.mul,
    ops.div: Writer.div,
    ops.neg: Writer.neg,
    ops.pos: lambda w, x: x,
    ops.pow: formulas.pow,
    ops.remainder: formulas.remainder,
    ops.fmod: Writer.fmod,
    ops.exp: _elementary("exp"),
    ops.exp2: _elementary("exp2"),
    ops.expm1: _elementary("expm1"),
    ops.log: _elementary("log"),
    ops.log2: _elementary("log2"),
    ops.log10: _elementary("log10"),
    ops.log1p: _elementary("log1p"),
    ops.logaddexp: _own_or("logaddexp", formulas.logaddexp),
    ops.sqrt: _sqrt,
    ops.cbrt: _elementary("cbrt"),
    ops.hypot: _own_or("hypot", _in_python(ops.hypot)),  # Python's is not the C library's
    ops.sin: _elementary("sin"),
    ops.cos: _elementary("cos"),
    ops.tan: _elementary("tan"),
    ops.asin: _elementary("asin"),
    ops.acos: _elementary("acos"),
    ops.atan: _elementary("atan"),
    ops.atan2: _elementary("atan2"),
    ops.sinc: formulas.sinc,
    ops.sinc_derivative: _in_python(ops.sinc_derivative),
    ops.sinh: _elementary("sinh"),
    ops.cosh: _elementary("cosh"),
    ops.tanh: _elementary("tanh"),
    ops.asinh: _elementary("asinh"),
    ops.acosh: _elementary("acosh"),
    ops.atanh: _elementary("atanh"),
    ops.erf: _elementary("erf"),
    ops.erfc: _elementary("erfc"),
    ops.erfinv: formulas.erfinv,
    ops.normal_pdf: _own_or("normal_pdf", formulas.normal_pdf),
    ops.normal_cdf: _own_or("normal_cdf", formulas.normal_cdf),
    ops.sigmoid: _own_or("sigmoid", formulas.sigmoid),
    ops.softplus: _own_or("softplus", formulas.softplus),
    ops.relu: lambda w, x: w.select(w.compare("<=", x, 0.0), 0.0, x),
    ops.leaky_relu: lambda w, x, slope: w.select(w.compare(">", x, 0.0), x, w.mul(slope, x)),
    ops.elu: formulas.elu,
    ops.gelu: _own_or("gelu", formulas.gelu),
    ops.silu: _own_or("silu", formulas.silu),
    ops.abs: Writer.abs,
    ops.maximum: Writer.maximum,
    ops.minimum: Writer.minimum,
    ops.when: lambda w, condition, x: w.select(w.compare("!=", condition, 0.0), x, -0.0),
    ops.or_one: lambda w, condition, x: w.select(w.compare("!=", condition, 0.0), x, 1.0),
    ops.copysign: Writer.copysign,
    ops.sign: _sign,
    ops.floor: Writer.floor,
    ops.ceil: Writer.ceil,
    ops.trunc: Writer.trunc,
    ops.round: Writer.round,
    ops.floor_divide: formulas.floor_divide,
    ops.less: _comparison("<"),
    ops.less_equal: _comparison("<="),
    ops.greater: _comparison(">"),
    ops.greater_equal: _comparison(">="),
    ops.equal: _comparison("=="),
    ops.not_equal: _comparison("!="),
    ops.stop_gradient: lambda w, x: x,
}
_missing = [line.name for line in ops.TABLE.values() if line not in WRITERS]
assert not _missing, f"every operation of the table is written as IR, but not {', '.join(_missing)}"

POWERS: Mapping[float, Written] = {
    3.0: lambda w, x: w.mul(w.mul(x, x), x),
    1.5: lambda w, x: _even_below(w, x, w.mul(x, w.sqrt(x)), inf),
    0.5: lambda w, x: _even_below(w, x, w.abs(w.sqrt(x)), inf),
    -0.5: lambda w, x: _even_below(w, x, w.div(1.0, w.abs(w.sqrt(x))), 0.0),
    -1.0: lambda w, x: w.div(1.0, x),
    -2.0: lambda w, x: w.div(w.div(1.0, x), x),
}
"""Powers by exponent, without an elementary function and within 1.5 units in the last place."""

POWERS_AS_THEY_ARE: Mapping[float, Written] = {
    2.0: lambda w, x: w.mul(x, x),
    1.0: lambda w, x: x,
    0.0: lambda w, x: w.number(1.0),
}
"""Powers by exponent that are, bit for bit, those of the table's own function."""


def _even_below(w: Writer, x: str, power: str, at_minus_infinity: float) -> str:
    """A power made of square roots, which has a value at -inf although a root has none."""
    return w.select(w.compare("==", x, -inf), at_minus_infinity, power)


def write(
    writer: Writer, operation: Operation, operands: Sequence[str], constant: float | None = None
) -> str:
    """Write one operation; the name of the result.

    Args:
        writer: who writes the lines.
        operation: one of the table or a user's own, of one or two operands.
        operands: their names.
        constant: the second operand's number where it is known.

    >>> writer = Writer()
    >>> write(writer, ops.pow, ["%x", "%y"], constant=-1.0)
    '%t1'
    >>> writer.lines
    ['%t1 = fdiv double 0x3FF0000000000000, %x']
    """
    if operation is ops.pow and constant is not None:
        known = POWERS_AS_THEY_ARE.get(constant)
        if known is None and writer.math == "own":
            known = POWERS.get(constant)
        if known is not None:
            return known(writer, operands[0])
        return formulas.elementary(writer, "pow", *operands)
    written = WRITERS.get(operation) or _in_python(operation)
    return written(writer, *operands)


def is_called_back(operation: Operation, math: str = "own") -> bool:
    """Whether the code calls Python for an operation."""
    if operation is ops.hypot:
        return math == "libm"
    return operation is ops.sinc_derivative or operation not in WRITERS


def definitions(writers: Iterable[Writer], attributes: str = "alwaysinline") -> str:
    """The functions and declarations that lines of these writers need, to stand outside all functions.

    Args:
        writers: who wrote the lines; the addresses of what the functions call are added to their symbols.
        attributes: of the functions, in IR; "" leaves it to LLVM whether a call is worth being inlined.
    """
    declared: set[str] = set()
    defined: set[str] = set()
    for writer in writers:
        declared |= writer.declarations
        for name in writer.needed:
            definition = _definition(name, writer.lanes, attributes)
            defined.add(definition.text)
            declared |= definition.declarations
            writer.symbols.update(definition.symbols)
    return "\n".join([*sorted(declared), *sorted(defined)])


class Definition(NamedTuple):
    """A function in IR, and what it calls."""

    text: str
    declarations: set[str]
    symbols: dict[str, int]


@cache
def _definition(name: str, lanes: int, attributes: str) -> Definition:
    writer, function = Writer(lanes), OWN[name]
    arguments = ["%x", "%y"][: function.arity]
    result = function.write(writer, *arguments)
    parameters = ", ".join(f"{writer.type} {argument}" for argument in arguments)
    lines = [
        f"define internal {writer.type} @{writer.own(name)}({parameters}) {attributes} {{",
        "entry:",
        *(f"  {line}" for line in writer.lines),
        f"  ret {writer.type} {result}",
        "}\n",
    ]
    return Definition("\n".join(lines), writer.declarations, writer.symbols)
