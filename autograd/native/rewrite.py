"""What is rewritten on the way to a module: the Python that mypyc reads, and the C that it makes.

- `rewritten`: a file of the package, in the words that mypyc understands.
- `patch`: the C with the changes of `changes.py`, with errors where mypyc would end the process, and with
  the docstrings that it leaves out.
"""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

from changes import CHANGES, NODE
from generate import in_c, on_lines

# What type checkers know and mypyc has to be told about Values: an operator may return NotImplemented, to
# leave the work to the other operand, a numpy array for example; and a property is set to what it is read as.
REWRITTEN = [
    (
        r"(def __(?:add|sub|mul|truediv|pow|mod|floordiv|divmod)__\(.*\)) -> (?:Value|tuple\[.*\]):",
        r"\1 -> Any:",
    ),
    (r"(def grad\(self, grad: float) \| None", r"\1"),
]
FUNCTIONS = ("autograd/exponentials.py", "autograd/functions.py")

# What a function of the generated C returns after an error, by the type of what it returns.
ERRORS = {
    "PyObject *": "NULL",
    "char ": "2",
    "double ": "CPY_FLOAT_ERROR",
    "tuple_T2OO ": "(tuple_T2OO){ NULL, NULL }",
}
FUNCTION = rf"^({'|'.join(map(re.escape, ERRORS))})CPyDef_\w+\([^{{;]*\) {{\n.*?^}}"
BOX = (
    r"((%s) = Py(?:Float_FromDouble|Tuple_New)\([^;]*\);)"
    r"(?:\s*if \(unlikely\(\2 == NULL\)\)\s*CPyError_OutOfMemory\(\);)?"
)


def rewritten(path: str, source: str) -> str:
    """A file as mypyc is to read it."""
    source = without_overloads(source)
    if path in ("autograd/floats.py", "autograd/piecewise.py", "autograd/special.py"):
        source = in_c(source)
    if path in ("autograd/value.py", "autograd/vectors.py", *FUNCTIONS):
        source = on_lines(source)
    if path in FUNCTIONS:  # arrays are taken too, and symbols, where people read of numbers
        source = re.sub(r"(?<!import )\bNumber\b(?: \| None)?", "Any", source)
    for written, wanted in REWRITTEN if path == "autograd/value.py" else []:
        source, count = re.subn(written, wanted, source)
        if count == 0:
            raise RuntimeError(f"expected in {path}, and not found: {written}")
    return source


def without_overloads(source: str) -> str:
    """Source without the signatures for type checkers, which mypyc would take for the function."""
    lines = source.splitlines(keepends=True)
    for node in reversed([node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)]):
        if any(isinstance(each, ast.Name) and each.id == "overload" for each in node.decorator_list):
            del lines[node.decorator_list[0].lineno - 1 : node.end_lineno]
    return "".join(lines)


def patch(sources: set[Path], compiled: list[Path]) -> None:
    """Change the generated C, given all its files and the Python files that it was made of."""
    [source] = [path for path in sources if f"{NODE} *self" in path.read_text()]
    code = source.read_text()
    for change in CHANGES:
        code, count = re.subn(change.generated, change.wanted, code, flags=re.DOTALL)
        if count == 0 or (count > 1 and not change.everywhere):
            raise RuntimeError(f"{change.why}: expected in {source}, found {count} times: {change.generated}")
    if re.search(r"CPY_\w+\(\w+, CPyType_value___Value,", code):
        raise RuntimeError(
            "a node has no table of methods: assign to its fields, such as _grad, in compiled files"
        )
    source.write_text('#include "../autograd/native/memory.h"\n' + documented(raising(code), compiled))


def raising(code: str) -> str:
    """The generated C with a MemoryError where there is no memory for a tuple or a float as an object.

    mypyc ends the process where there is none for a tuple, and crashes where there is none for a float.
    """

    def in_a_function(function: re.Match[str]) -> str:
        then = rf"\1 if (unlikely(\2 == NULL)) return {ERRORS[function[1]]};"
        return re.sub(BOX % r"cpy_r_r\d+|__tmp\d+", then, function[0])

    code = re.sub(FUNCTION, in_a_function, code, flags=re.DOTALL | re.MULTILINE)
    code = re.sub(BOX % r"retbox|retval", r"\1 if (unlikely(\2 == NULL)) return NULL;", code)
    left = re.findall(r"(\w+) = PyTuple_New[^;]*;\s*if \(unlikely\(\1 == NULL\)\)\s*CPyError", code)
    if left or "== NULL)) return CPY_FLOAT_ERROR;" not in code:
        raise RuntimeError(f"a lack of memory would still end the process in {len(left)} places: {left[:3]}")
    return code


def documented(code: str, compiled: list[Path]) -> str:
    """The generated C with the docstrings, which mypyc leaves out."""
    for path in compiled:
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.FunctionDef):
                code = with_docstring(code, rf"CPyPy_{path.stem}___{node.name},", node)
            if isinstance(node, ast.ClassDef):
                code = with_docstring(code, rf'tp_doc = PyDoc_STR\("{node.name}\(', node)
                for method in node.body:
                    if isinstance(method, ast.FunctionDef):
                        name = rf"CPyPy_{path.stem}___{node.name}___{method.name},"
                        code = with_docstring(code, name, method)
    return code


def with_docstring(code: str, start: str, node: ast.FunctionDef | ast.ClassDef) -> str:
    """The C with a docstring after the signature that follows `start`."""
    text = json.dumps(ast.get_docstring(node) or "")[1:-1]
    return re.sub(rf"({start}[^{{}}]*?--\\n\\n)", lambda match: match[1] + text, code)
