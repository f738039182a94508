"""A program as Python source: a function of floats to take away, which needs only the standard library.

`FORMS` says how Python writes each operation. Many are functions of `autograd.floats` and its neighbours,
because Python's own raise where IEEE 754 has an answer; the source of those that a program calls stands above
it. So it is the same code that runs here and there, and the numbers are the same to the last bit.
"""

from __future__ import annotations

import ast
import builtins
import keyword
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from textwrap import wrap
from typing import NamedTuple

from autograd import floats, ops, piecewise, special
from autograd.primitive import Operation
from autograd.programs.program import Program
from autograd.programs.source import Language, Source, counted, require_identifier

_WIDTH = 96  # of a line of names
_HANDFUL = 8  # inputs that are arguments of their own
_FILES = ("floats", "piecewise", "special")  # in which the functions of floats are written
_FROM_MATH = ("copysign", "inf", "nan", "pi")
_RENAMED = {"pow": "ieee_pow", "round": "rounded"}  # what is pasted into other code must not replace builtins

FORMS: Mapping[Operation, str] = {
    **{
        line: _RENAMED.get(line.name, line.name) + ("(x)" if line.arity == 1 else "(x, y)")
        for line in ops.TABLE.values()
        if any(hasattr(file, line.name) for file in (floats, piecewise, special))
    },
    ops.add: "x + y",
    ops.sub: "x - y",
    ops.mul: "x*y",
    ops.neg: "-x",
    ops.pos: "x",
    ops.cbrt: "math.cbrt(x)",
    ops.hypot: "math.hypot(x, y)",
    ops.atan: "math.atan(x)",
    ops.atan2: "math.atan2(x, y)",
    ops.tanh: "math.tanh(x)",
    ops.asinh: "math.asinh(x)",
    ops.erf: "math.erf(x)",
    ops.erfc: "math.erfc(x)",
    ops.abs: "abs(x)",
    ops.copysign: "math.copysign(x, y)",
    ops.less: "float(x < y)",
    ops.less_equal: "float(x <= y)",
    ops.greater: "float(x > y)",
    ops.greater_equal: "float(x >= y)",
    ops.equal: "float(x == y)",
    ops.not_equal: "float(x != y)",
    ops.stop_gradient: "x",
}


def to_python(program: Program, name: str = "f") -> str:
    """A program as the source of one function, with the functions that it calls above it.

    It takes the inputs as floats, in their order, under their names made identifiers; more than eight as one
    list. It returns a float, or a tuple unless there is just one output. Its numbers are those of
    `Program.run` to the last bit, inf and nan included. It runs on Python 3.11 and later, as autograd does.

    Args:
        program: what is written.
        name: what the function is called.

    Raises:
        ValueError: if the name cannot be that of a function, or the program has an operation that is not of
            the table: it is a Python function that may need anything.

    >>> from autograd import Value, flatten
    >>> x, y = Value(0.5, label="x"), Value(2.0, label="y")
    >>> print(to_python(flatten((1 - x) ** 2 + 100 * (y - x * x) ** 2, [x, y]), "rosenbrock"))
    def rosenbrock(x: float, y: float) -> float:
        \"\"\"1 output of 2 inputs, computed by 7 operations.\"\"\"
        v2 = y - x*x
        v5 = 1.0 - x
        return v5*v5 + 100.0*(v2*v2)
    <BLANKLINE>
    """
    require_identifier(name, PYTHON.taken, PYTHON.name)
    source = Source(program, PYTHON)
    lines = [f'"""{counted(program)}."""', *_names(program, source)]
    lines += [f"{result} = {formula}" for result, formula in source.lines]
    lines.append(f"return {_tuple(source.outputs)}")
    body = "".join(f"    {line}\n" for line in "\n".join(lines).split("\n"))
    above = "\n\n".join(_needed(body))
    code = (above and f"{above}\n\n\n") + f"def {name}({_parameters(source)}) -> {_returned(source)}:\n{body}"
    return _imports(code) + code


def _with_number(operation: Operation, number: float) -> str | None:
    if operation is ops.pow and number in (1.0, 2.0):
        return "x" if number == 1.0 else "x*x"
    return "x/y" if operation is ops.div and number != 0.0 else None


def _number(number: float) -> str:
    return repr(number)  # inf and nan are names of `math`


def _parameters(source: Source) -> str:
    if len(source.names) > _HANDFUL:
        return "inputs: list[float]"
    return ", ".join(f"{name}: float" for name in source.names)


def _returned(source: Source) -> str:
    count = len(source.outputs)
    if count == 1:
        return "float"
    return f"tuple[{', '.join(['float'] * count)}]" if 0 < count <= _HANDFUL else "tuple[float, ...]"


def _names(program: Program, source: Source) -> Iterator[str]:
    """What takes a list apart, and what says where a name is not what the input is called."""
    for name, called in zip(source.names, program.inputs, strict=True):
        if name != called:
            yield f"# {name} is the input {called!r}"
    if len(source.names) > _HANDFUL:
        lines = wrap(", ".join(source.names), _WIDTH, break_long_words=False)
        yield "\n    ".join(["(", *lines]) + "\n) = inputs"


def _tuple(formulas: Sequence[str]) -> str:
    """One formula as it is, several as a tuple, in a line or in lines."""
    text = ", ".join(formulas) or "()"
    if len(formulas) == 1 or len(text) <= _WIDTH:
        return text
    return "(\n" + "".join(f"    {formula},\n" for formula in formulas) + ")"


def _imports(code: str) -> str:
    whole = "import math\n" * ("math." in code)
    names = [name for name in _FROM_MATH if re.search(rf"(?<![\w.]){name}\b", code)]
    lines = whole + (f"from math import {', '.join(names)}\n" if names else "")
    return lines and f"{lines}\n\n"


class _Definition(NamedTuple):
    """A function or a constant of one of the files, and the names that it uses."""

    source: str
    uses: frozenset[str]


@cache
def _definitions() -> dict[str, _Definition]:
    """All of them by name, in the order of the files."""
    found = {}
    for file in (f"{name}.py" for name in _FILES):  # which stand beside what is compiled, too
        code = Path(__file__).parents[1].joinpath(file).read_text("utf-8")
        for node in ast.parse(code).body:
            if isinstance(node, ast.FunctionDef):
                found[_called(node.name)] = _Definition(_function(node, code), _used(node))
            elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                line = code.split("\n")[node.lineno - 1]
                found[node.target.id] = _Definition(line.replace(": Final", ""), _used(node))
    return found


def _function(node: ast.FunctionDef, code: str) -> str:
    """The source of a function, of whose docstring the first sentence is left."""
    lines = code.split("\n")[node.lineno - 1 : node.end_lineno]
    if said := ast.get_docstring(node):
        end = node.body[0].end_lineno or node.lineno
        sentence = " ".join(said.split("\n\n")[0].split())
        lines[1 : end - node.lineno + 1] = [f'    """{sentence}"""']
    source = re.sub(rf"\b({'|'.join(_FILES)})\.", "", "\n".join(lines))
    source = re.sub(r"\bi64\b", "int", source)  # a type of numbers for the compiled package
    return re.sub(r"(?<![\w.])(pow|round)\(", lambda call: _RENAMED[call[1]] + "(", source)


def _used(node: ast.AST) -> frozenset[str]:
    """What a definition uses by name: a variable of its own is none, `floats.log1p` uses one."""
    used: set[str] = set()
    own: set[str] = set()
    for part in ast.walk(node):
        if isinstance(part, ast.Name):
            (used if isinstance(part.ctx, ast.Load) else own).add(part.id)
    elsewhere = {
        part.attr
        for part in ast.walk(node)
        if isinstance(part, ast.Attribute) and ast.unparse(part.value) in _FILES
    }
    return frozenset(map(_called, (used - own) | elsewhere))


def _called(name: str) -> str:
    return _RENAMED.get(name, name)


def _needed(body: str) -> Iterator[str]:
    """The source of what a body calls, and of what that calls: constants, then functions."""
    definitions = _definitions()
    waiting = re.findall(r"(?<![\w.])(\w+)\(", body)
    needed = set()
    while waiting:
        name = waiting.pop()
        if name in definitions and name not in needed:
            needed.add(name)
            waiting += definitions[name].uses
    found = [definition.source for name, definition in definitions.items() if name in needed]
    constants = [source for source in found if not source.startswith("def ")]
    if constants:
        yield "\n".join(constants) + "\n"
    yield "\n\n\n".join(source for source in found if source.startswith("def "))


PYTHON = Language(
    "Python",
    FORMS,
    _number,
    {*keyword.kwlist, *dir(builtins), "math", "inputs", *_FROM_MATH, *_definitions()},
    _with_number,
)
