"""Write the modules that only the compiled package has: the table, line by line, as classes.

- `kernels.py`: a class for each line, with the value and the derivatives that `Operation` reads.
- `lines.py`: every operation as a constant, which compiled code reads without a look at a dict.
- `libm.py`: the functions of `math`, to be replaced by those of C that they call.

The class of tanh, for example:

    class tanh_line(Unary):
        def compute(self, x: float, y: float) -> float:
            return of_tanh(x)

        def local_number(self, index: int, x: float, y: float, out: float) -> float:
            return (1.0 - (out * out))

        def local_graph(self, index: int, x: Value, y: Value | None, out: Value) -> Value | float:
            return binary(lines.sub, constant(1.0), binary(lines.mul, out, out))
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from pathlib import Path

from table import Line, Reader, Table, parsed

KERNELS = '''\
"""Each line of the table as a class of its own."""

from __future__ import annotations

import math
from math import inf, nan, pi

from autograd import floats, piecewise, special
from autograd.annotations import TYPE_CHECKING
from autograd.primitive import Operation

if TYPE_CHECKING:
    from typing import Any, Final

    # What is compiled together is called without an import, which these, as they import this, could not have.
    from autograd import libm, lines
    from autograd.value import Value, binary, constant, power, unary

_MISSING: Final = object()
_HYPOT: Final = math.hypot  # Python's own, which is more exact than that of C


class Unary(Operation):
    """An operation of one operand, which is called without a detour where nothing is to be decided."""

    def __call__(self, x: Any = _MISSING, /, *rest: Any) -> Any:
        if not rest:
            if isinstance(x, Value):
                return unary(self, x)
            if type(x) is float:
                return self.compute(x, 0.0)
        return self._called(tuple([each for each in (x, *rest) if each is not _MISSING]))


class Binary(Operation):
    """An operation of two operands."""

    def __call__(self, x: Any = _MISSING, y: Any = _MISSING, /, *rest: Any) -> Any:
        if not rest:
            if isinstance(x, Value):
                if isinstance(y, Value):
                    return binary(self, x, y)
                if type(y) is float or type(y) is int:
                    number = floats.as_float(y)
                    return power(x, number) if self is lines.pow else binary(self, x, constant(number))
            elif isinstance(y, Value):
                if type(x) is float or type(x) is int:
                    return binary(self, constant(floats.as_float(x)), y)
            elif type(x) is float and type(y) is float:
                return self.compute(x, y)
        return self._called(tuple([each for each in (x, y, *rest) if each is not _MISSING]))


def as_unary(operation: Operation) -> Unary:
    assert isinstance(operation, Unary)
    return operation


def as_binary(operation: Operation) -> Binary:
    assert isinstance(operation, Binary)
    return operation


'''

LINES = '''\
"""Every operation of the table as a constant."""

from __future__ import annotations

from autograd import ops
from autograd.annotations import TYPE_CHECKING
from autograd.kernels import as_binary, as_unary

if TYPE_CHECKING:
    from typing import Final

    from autograd.primitive import Operation

LEAF: Final[Operation] = ops.LEAF
RESULT: Final[Operation] = ops.RESULT
'''

LIBM = '''\
"""The functions of C that those of Python's `math` call."""

import math


def rint(x: float) -> float:
    return math.copysign(x - math.remainder(x, 1.0), x)


'''
FUNCTIONS = {
    "x: float": "acos acosh asin asinh atan atanh cbrt ceil cos cosh erf erfc exp exp2 expm1 fabs floor log "
    "log10 log1p log2 sin sinh sqrt tan tanh trunc",
    "x: float, y: float": "atan2 copysign fmod pow remainder",
}


def write_modules(package: Path) -> None:
    """Write them beside the files of a copy of the package, and let those use them."""
    table = parsed((package / "ops.py").read_text())
    (package / "kernels.py").write_text(kernels(table))
    kinds = {name: "unary" if len(line.partials) == 1 else "binary" for name, line in table.lines.items()}
    constants = [f"{name}: Final = as_{kind}(ops.{name})\n" for name, kind in kinds.items()]
    (package / "lines.py").write_text(LINES + "".join(constants))
    (package / "libm.py").write_text(libm())


def kernels(table: Table) -> str:
    """The source of kernels.py."""
    constants = [f"{name}: Final = {value}\n" for name, value in table.constants.items()]
    values = [value_of(name, line, table) for name, line in table.lines.items()]
    classes = [class_of(name, line, table) for name, line in table.lines.items()]
    names = [f'    "{name}": {name}_line,\n' for name in table.lines]
    return (
        KERNELS
        + "".join(constants)
        + "\n\n"
        + "\n\n".join(values)
        + "\n\n"
        + "\n\n".join(classes)
        + "\n\nKERNELS: dict[str, type[Operation]] = {\n"
        + "".join(names)
        + "}\n"
    )


def value_of(name: str, line: Line, table: Table) -> str:
    """A function of floats: the value of a line."""
    names = ["x", "y"][: len(line.partials)]
    if isinstance(line.value, ast.Lambda):
        computed = Reader(table).number(line.value.body)
    else:
        computed = in_c(f"{ast.unparse(line.value)}({', '.join(names)})")
    parameters = ", ".join(f"{each}: float" for each in names)
    return f"def of_{name}({parameters}) -> float:\n    return {computed}\n"


def class_of(name: str, line: Line, table: Table) -> str:
    """The class of a line."""
    arity = len(line.partials)
    names = ("x", "y")[:arity]
    # Comparisons are false for nan, which is not to get lost; as in `Operation.local_number`.
    number_lost = "out if out != out else " if line.chooses else ""
    graph_lost = "nan if out.data != out.data else " if line.chooses else ""
    on_floats, on_values = Reader(table), Reader(table, (*names, "out"))
    numbers = [number_lost + computed_once(on_floats, each) if each else "0.0" for each in line.partials]
    graphs = [graph_lost + on_values.graph(each)[0] if each else "0.0" for each in line.partials]
    code = f"class {name}_line({'Unary' if arity == 1 else 'Binary'}):\n"
    code += method("compute", "x: float, y: float", "float", [f"of_{name}({', '.join(names)})"])
    code += method("local_number", "index: int, x: float, y: float, out: float", "float", numbers)
    if arity == 2:
        in_common = all(line.partials) and not line.chooses
        both = computed_once(on_floats, *line.partials) if in_common else ", ".join(numbers)
        code += method("both_numbers", "x: float, y: float, out: float", "tuple[float, float]", [both])
    parameters = "index: int, x: Value, y: Value | None, out: Value"
    code += method("local_graph", parameters, "Value | float", graphs, given="y" if arity == 2 else "")
    first = line.partials[0]
    if arity == 2 and first is not None:
        graph, _ = Reader(table, ("x", "out"), not_zero=("y",)).graph(first)
        code += method("bound_graph", "x: Value, y: float, out: Value", "Value | float", [graph_lost + graph])
    return code


def computed_once(reader: Reader, *partials: ast.expr) -> str:
    """Partials on floats, in which a call that stands there twice is made once."""
    code: str = ", ".join(reader.number(partial) for partial in partials)
    nodes = [node for partial in partials for node in ast.walk(partial)]
    calls = Counter(reader.number(node) for node in nodes if isinstance(node, ast.Call))
    for i, call in enumerate(call for call, count in calls.items() if count > 1):
        before, _, after = code.partition(call)
        code = f"{before}(known_{i} := {call}){after.replace(call, f'known_{i}')}"
    return code


def method(name: str, parameters: str, returned: str, results: list[str], given: str = "") -> str:
    """A method that returns one of two results, by its argument `index`, or always the same."""
    body = [f"assert {given} is not None"] if given else []
    if len(results) == 2:
        body.append(f"if index == 0:\n            return {results[0]}")
    body.append(f"return {results[-1]}")
    lines = "".join(f"        {line}\n" for line in body)
    return f"    def {name}(self, {parameters}) -> {returned}:\n{lines}\n"


def libm() -> str:
    """The source of libm.py: each function as Python has it, for the types of its argument and result."""
    code = LIBM
    for parameters, names in FUNCTIONS.items():
        arguments = parameters.replace(": float", "")
        for name in names.split():
            code += f"def {name}({parameters}) -> float:\n    return float(math.{name}({arguments}))\n\n\n"
    return code + "def isfinite(x: float) -> bool:\n    return math.isfinite(x)\n"


def in_c(source: str) -> str:
    """Source that calls functions of `math`, with those of C in place of them."""
    names = "|".join([*" ".join(FUNCTIONS.values()).split(), "isfinite"])
    source = re.sub(r"\bfloat\(math\.(floor|ceil|trunc)\((\w+)\)\)", r"libm.\1(\2)", source)
    source = source.replace("copysign(x - math.remainder(x, 1.0), x)", "libm.rint(x)")
    source = re.sub(rf"\bmath\.({names})\(", r"libm.\1(", source)
    source = source.replace("math.hypot(", "_HYPOT(")
    return source.replace("\nimport math\n", "\nimport math\n\nfrom autograd import libm\n", 1)


def on_lines(source: str) -> str:
    """Source that uses operations of the table as `ops.exp`, with the constants in place of them."""
    source = re.sub(r"\bops\.(?!py\b|named\b)(\w+)", r"lines.\1", source)
    first = "from autograd.annotations import"
    return source.replace(first, f"from autograd import lines\n{first}", 1)
