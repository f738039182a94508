"""A program as C source: one function in C99 to take away.

`FORMS` says how C writes each operation: mostly as `math.h` does, whose functions are those that Python calls
too. What that lacks is in `functions.c`; the functions that a program calls stand above it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import cache
from math import inf, isfinite
from pathlib import Path

from autograd import ops
from autograd.primitive import Operation
from autograd.programs.program import Program
from autograd.programs.source import Language, Source, counted, require_identifier

FORMS: Mapping[Operation, str] = {
    ops.add: "x + y",
    ops.sub: "x - y",
    ops.mul: "x*y",
    ops.div: "x/y",
    ops.neg: "-x",
    ops.pos: "x",
    ops.pow: "power(x, y)",
    ops.remainder: "modulo(x, y)",
    ops.fmod: "fmod(x, y)",
    ops.exp: "exp(x)",
    ops.exp2: "exp2(x)",
    ops.expm1: "expm1(x)",
    ops.log: "log(x)",
    ops.log2: "log2(x)",
    ops.log10: "log10(x)",
    ops.log1p: "log1p(x)",
    ops.logaddexp: "logaddexp(x, y)",
    ops.sqrt: "sqrt(x)",
    ops.cbrt: "cbrt(x)",
    ops.hypot: "hypot(x, y)",
    ops.sin: "sin(x)",
    ops.cos: "cos(x)",
    ops.tan: "tan(x)",
    ops.asin: "asin(x)",
    ops.acos: "acos(x)",
    ops.atan: "atan(x)",
    ops.atan2: "atan2(x, y)",
    ops.sinc: "sinc(x)",
    ops.sinc_derivative: "sinc_derivative(x, y)",
    ops.sinh: "sinh(x)",
    ops.cosh: "cosh(x)",
    ops.tanh: "tanh(x)",
    ops.asinh: "asinh(x)",
    ops.acosh: "acosh(x)",
    ops.atanh: "atanh(x)",
    ops.erf: "erf(x)",
    ops.erfc: "erfc(x)",
    ops.erfinv: "erfinv(x)",
    ops.normal_pdf: "normal_pdf(x)",
    ops.normal_cdf: "normal_cdf(x)",
    ops.sigmoid: "sigmoid(x)",
    ops.softplus: "softplus(x)",
    ops.relu: "relu(x)",
    ops.leaky_relu: "leaky_relu(x, y)",
    ops.elu: "elu(x, y)",
    ops.gelu: "gelu(x)",
    ops.silu: "silu(x)",
    ops.abs: "fabs(x)",
    ops.maximum: "maximum(x, y)",
    ops.minimum: "minimum(x, y)",
    ops.when: "when(x, y)",
    ops.or_one: "or_one(x, y)",
    ops.copysign: "copysign(x, y)",
    ops.sign: "sign(x)",
    ops.floor: "floor(x)",
    ops.ceil: "ceil(x)",
    ops.trunc: "trunc(x)",
    ops.round: "rint(x)",
    ops.floor_divide: "floor_divide(x, y)",
    ops.less: "(double)(x < y)",
    ops.less_equal: "(double)(x <= y)",
    ops.greater: "(double)(x > y)",
    ops.greater_equal: "(double)(x >= y)",
    ops.equal: "(double)(x == y)",
    ops.not_equal: "(double)(x != y)",
    ops.stop_gradient: "x",
}
_WORDS = """
    auto break case char const continue default do double else enum extern float for goto if inline int
    long register restrict return short signed sizeof static struct switch typedef union unsigned void
    volatile while alignas alignof and asm bitand bitor bool catch class compl constexpr delete explicit
    export false friend mutable namespace new noexcept not nullptr operator or private protected public
    template this throw true try typeid typename typeof using virtual xor
    linux unix main in out INFINITY NAN HUGE_VAL FP_NAN FP_ZERO
"""  # of C and C++, the macros of math.h and of compilers, and what `to_c` itself calls so
_NAME = re.compile(r"[A-Za-z_]\w*")
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_DEFINED = re.compile(r"static (?:const )?\w+ (\w+)")
_DECIMAL = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?:e[+-]?\d+)?(?![\w.\]])")


def to_c(program: Program, name: str = "f") -> str:
    """A program as one function `void f(const double *in, double *out)` in C99.

    Its numbers are those of `Program.run` to the last bit where C's mathematical library is the one that
    Python was built with; but `hypot`, which Python computes by itself, may differ by a rounding. The header
    comment says how to compile it: without the option that forbids it, compilers contract a*b + c, which
    rounds differently. A decimal number that is not exactly a double is written beside its line in
    hexadecimal, too. The sign of a nan means nothing.

    Args:
        program: what is written.
        name: what the function is called.

    Raises:
        ValueError: if the name cannot be that of a function, or the program has an operation that is not of
            the table: it is a Python function.

    >>> from autograd import Value, flatten
    >>> x, y = Value(0.5, label="x"), Value(2.0, label="y")
    >>> print(to_c(flatten((1 - x) ** 2 + 100 * (y - x * x) ** 2, [x, y]), "rosenbrock"))
    /* rosenbrock: 1 output of 2 inputs, computed by 7 operations.
     *
     *     in[0]   x
     *     in[1]   y
     *     out[0]  v7
     *
     * cc -std=c99 -O2 -ffp-contract=off -fno-builtin-pow -c rosenbrock.c; link with -lm
     */
    #include <math.h>
    <BLANKLINE>
    void rosenbrock(const double *in, double *out)
    {
        const double x = in[0];
        const double y = in[1];
        const double v2 = y - x*x;
        const double v5 = 1.0 - x;
        out[0] = v5*v5 + 100.0*(v2*v2);
    }
    <BLANKLINE>
    """
    require_identifier(name, C.taken, C.name)
    source = Source(program, C)
    lines = [f"const double {source.names[index]} = in[{index}];" for index in source.read]
    lines += [f"const double {result} = {_line(formula)}" for result, formula in source.lines]
    lines += [f"out[{index}] = {_line(formula)}" for index, formula in enumerate(source.outputs)]
    unused = {"in": not source.read, "out": not source.outputs}
    lines += [f"(void){array};" for array, is_unused in unused.items() if is_unused]
    body = "".join(f"    {line}\n" for line in lines)
    above = "\n".join([*_header(program, source, name), "#include <math.h>", "", _needed(body)])
    return f"{above}void {name}(const double *in, double *out)\n{{\n{body}}}\n"


def _header(program: Program, source: Source, name: str) -> Iterator[str]:
    """The comment above everything."""
    yield f"/* {name}: {counted(program)}."
    yield " *"
    printed = program.names()
    places = [f"in[{index}]" for index in range(len(program.inputs))]
    places += [f"out[{index}]" for index in range(len(program.outputs))]
    whats = [*map(_input, source.names, program.inputs), *(printed[slot] for slot in program.outputs)]
    width = max(map(len, places), default=0)
    for place, what in zip(places, whats, strict=True):
        yield f" *     {place:{width}}  {what}"
    yield " *"
    yield f" * cc -std=c99 -O2 -ffp-contract=off -fno-builtin-pow -c {name}.c; link with -lm"
    yield " */"


def _input(name: str, called: str) -> str:
    """The variable of an input, and the name if that is another; it cannot end the comment."""
    if name == called:
        return name
    return f"{name}, the input {called!r}".replace("*/", "* /").replace("/*", "/ *")


def _with_number(operation: Operation, number: float) -> str | None:
    return {1.0: "x", 2.0: "x*x"}.get(number) if operation is ops.pow else None


def _number(number: float) -> str:
    if isfinite(number):
        return repr(number)
    return {inf: "INFINITY", -inf: "-INFINITY"}.get(number, "NAN")


def _line(formula: str) -> str:
    """A formula and the numbers in it that decimal digits do not give exactly."""
    decimals = dict.fromkeys(_DECIMAL.findall(formula))
    rounded = [text for text in decimals if Fraction(text) != Fraction(float(text))]
    exact = ", ".join(f"{text} = {float(text).hex()}" for text in rounded)
    return f"{formula}; /* {exact} */" if exact else f"{formula};"


@cache
def _definitions() -> dict[str, str]:
    """The constants and functions of `functions.c` by name, each with its comment."""
    parts = Path(__file__).with_name("functions.c").read_text("utf-8").strip().split("\n\n")
    return {defined[1]: part for part in parts if (defined := _DEFINED.search(part))}


def _needed(body: str) -> str:
    """The source of what a body uses of them, and of what that uses: constants, then functions."""
    definitions = _definitions()
    waiting, needed = [body], set()
    while waiting:
        for name in _NAME.findall(_COMMENT.sub("", waiting.pop())):
            if name in definitions and name not in needed:
                needed.add(name)
                waiting.append(definitions[name])
    parts = [part for name, part in definitions.items() if name in needed]
    constants = [f"{part}\n" for part in parts if part.startswith("static const")]
    return "".join([*constants, "\n" * bool(constants), *(f"{part}\n\n" for part in parts[len(constants) :])])


C = Language(
    "C",
    FORMS,
    _number,
    {*_WORDS.split(), *_definitions(), *(form.partition("(")[0] for form in FORMS.values() if "(" in form)},
    _with_number,
)
