"""Compile the files that computations spend their time in: a program that the build hook runs.

mypyc makes C of the same Python files, and a C compiler makes modules of it, which Python prefers to the
files beside them. Between the two, a few places of the C are changed: `CHANGES` has each of them with its
reason, and `README.md` in this folder what each is worth.

    python autograd/native/compile.py FOLDER

copies both packages to the folder, adds the modules that `generate.py` writes, and compiles them there.
"""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import NamedTuple

from generate import in_c, on_lines, write_modules

ROOT = Path(__file__).parents[2]
PACKAGES = ("autograd", "nn")
GENERATED = [f"autograd/{name}.py" for name in ("libm", "lines")]  # which are not in the source
COMPILED = [
    *GENERATED,
    "autograd/columns.py",
    "autograd/copying.py",
    "autograd/floats.py",
    "autograd/functions.py",
    "autograd/graph.py",
    "autograd/kernels.py",
    "autograd/modes.py",
    "autograd/piecewise.py",
    "autograd/places.py",
    "autograd/primitive.py",
    "autograd/programs/flatten.py",
    "autograd/rows.py",
    "autograd/special.py",
    "autograd/sweeps.py",
    "autograd/tracing.py",
    "autograd/value.py",
    "autograd/vectors.py",
    "autograd/walk.py",
    "nn/sample.py",
    "nn/optim/arithmetic.py",
    "nn/usual.py",
]

# A derivative may use operations that stand below it in the table, which mypy reads from the top; and the
# lines of the table are called with Values only.
MYPY = """\
[mypy]
ignore_missing_imports = True
disable_error_code = has-type,override
"""

# What type checkers know and mypyc has to be told about Values: an operator may return NotImplemented, to
# leave the work to the other operand, a numpy array for example; and a property is set to what it is read as.
REWRITTEN = [
    (
        r"(def __(?:add|sub|mul|truediv|pow|mod|floordiv|divmod)__\(.*\)) -> (?:Value|tuple\[.*\]):",
        r"\1 -> Any:",
    ),
    (r"(def grad\(self, grad: float) \| None", r"\1"),
]


class Change(NamedTuple):
    """A place of the generated C, as a regular expression, and what stands there instead."""

    why: str
    generated: str
    wanted: str
    everywhere: bool = False  # else it occurs exactly once


_NODE = "autograd___value___ValueObject"
_SETUP = "CPyDef_value_____mypyc__Value_setup"


def _undeletable(attribute: str) -> Change:
    return Change(
        f"mypyc crashes at `del node.{attribute}`; this is an error",
        rf"(value___Value_set_{attribute}\({_NODE} \*self, PyObject \*value, void \*closure\)\s*\{{)",
        r"\1 if (value == NULL) { PyErr_SetString(PyExc_AttributeError, "
        rf'"the {attribute} of a Value cannot be deleted"); return -1; }}',
    )


CHANGES = [
    Change(
        "lists grow and shrink inline, where they need not be resized",
        r'#include "__native_internal_autograd.h"\n',
        r'\g<0>#include "../autograd/native/lists.h"\n',
    ),
    Change(
        "nodes are allocated by memory.h",
        rf"(self = \({_NODE} \*\))type->tp_alloc\(type, 0\);",
        rf"\1allocate_node(type, sizeof({_NODE}));",
    ),
    Change(
        "nodes are freed by memory.h, which does not call itself for a node's operands",
        rf"(value___Value_dealloc\({_NODE} \*self\)\s*\{{).*?\}}",
        r"\1 deallocate_node((PyObject *)self, CPyDef_value___Value_clear); }",
    ),
    Change(
        "a node is left all zeros, as it was allocated, until it is filled in; its table of methods is not "
        "needed, as the class is final, and leaves its place to the attributes that a user sets",
        r"self->vtable = value___Value_vtable;\s*self->_data = .*?(return)",
        r"\1",
    ),
    Change(
        "a call with nothing but a number, as most are, has no arguments to sort",
        r"(value___Value_new\(PyTypeObject \*type, PyObject \*args, PyObject \*kwds\)\s*\{\s*if .*?\})",
        r"\1 if (kwds == NULL && PyTuple_GET_SIZE(args) == 1) "
        "return CPyDef_value___Value(PyTuple_GET_ITEM(args, 0), NULL, NULL, NULL);",
    ),
    Change(
        "attributes of the user's own, in the place of the table of methods",
        rf"(\.tp_basicsize = sizeof\({_NODE}\),)",
        rf"\1 .tp_dictoffset = offsetof({_NODE}, vtable),",
    ),
    Change(
        "vars(node)",
        r"(PyGetSetDef value___Value_getseters\[\] = \{)",
        r'\1 {"__dict__", PyObject_GenericGetDict, PyObject_GenericSetDict, NULL, NULL},',
    ),
    Change(
        "those attributes are freed with the node",
        r"(CPyDef_value___Value_clear\(PyObject \*cpy_r_self\)\s*\{[^;]*;)",
        r"\1 clear_attributes(&self->vtable);",
    ),
    Change(
        "a blank node is made by memory.h",
        r"((cpy_r_r\d+) = CPyStatic_value____blank;(?:(?!_blank;).)*?)PyObject_Vectorcall\(\2,[^)]*\)",
        rf"\1{_SETUP}((PyObject *)CPyType_value___Value)",
        everywhere=True,
    ),
    Change(
        "where it is filled in: the compiler sees that it is a node, and that it is blank",
        rf"\n *(PyObject \*{_SETUP}\(PyObject \*cpy_r_type\)\s*\{{)",
        r"\nALWAYS_INLINE \1",
    ),
    Change(
        "and refers to nothing yet that could be released",
        rf"CPy_DECREF(?:_NO_IMM)?(\(\(\({_NODE} \*\)cpy_r_r\d+\)->__(?:tag|operation|left|right)\);)",
        r"CPy_XDECREF\1",
        everywhere=True,
    ),
    Change(
        "the class of a line is called by what it is in errors",
        r'(\.tp_name = )"\w+_line"',
        r'\1"Operation"',
        everywhere=True,
    ),
    Change(
        "an operand is given by position only, which mypyc does not keep to",
        r"(CPyPy_kernels___Unary_____call__\([^)]*\) \{[^}]*kwlist\[\] = )\{\"x\", 0\}",
        r'\1{"", 0}',
    ),
    Change(
        "and so are two",
        r"(CPyPy_kernels___Binary_____call__\([^)]*\) \{[^}]*kwlist\[\] = )\{\"x\", \"y\", 0\}",
        r'\1{"", "", 0}',
    ),
    Change(
        "a call of one operand, as most are, has no arguments to sort",
        r"(CPyPy_kernels___Unary_____call__)(\([^)]*\) \{)",
        r"\1\2 if (kwnames == NULL && PyVectorcall_NARGS(nargs) == 1) { PyObject *rest = PyTuple_New(0);"
        r" PyObject *made = CPyDef_kernels___Unary_____call__(self, args[0], rest);"
        r" Py_DECREF(rest); return made; }",
    ),
    Change(
        "nor one of two",
        r"(CPyPy_kernels___Binary_____call__)(\([^)]*\) \{)",
        r"\1\2 if (kwnames == NULL && PyVectorcall_NARGS(nargs) == 2) { PyObject *rest = PyTuple_New(0);"
        r" PyObject *made = CPyDef_kernels___Binary_____call__(self, args[0], args[1], rest);"
        r" Py_DECREF(rest); return made; }",
    ),
    Change(
        "the mode of a thread is read without a call of Python",
        r"(cpy_r_r\d+)( = CPyStatic_modes____find_place;(?:(?!CPyStatic_modes____find).)*?)"
        r"(cpy_r_r\d+) = PyObject_Vectorcall\(\1, 0, 0, 0\);",
        r"\1\2\3 = NULL; PyContextVar_Get(CPyStatic_modes____PLACE, NULL, &\3);",
        everywhere=True,
    ),
    Change(
        "the functions of C are called where Python's `math` would call them",
        r"((?:double|char) CPyDef_libm___(\w+)\((?:double cpy_r_x)\) \{)",
        r"\1 return \2(cpy_r_x);",
        everywhere=True,
    ),
    Change(
        "and those of two arguments",
        r"(double CPyDef_libm___(\w+)\(double cpy_r_x, double cpy_r_y\) \{)",
        r"\1 return \2(cpy_r_x, cpy_r_y);",
        everywhere=True,
    ),
    Change(
        "the walk asks for memory ahead",
        r"(cpy_r_node\)->__mark = cpy_r_\w+;)",
        r"\1 prefetch_node((char *)cpy_r_node - AHEAD);",
        everywhere=True,
    ),
    Change(
        "and where it would be used, the function is called that it would lead to",
        rf"CPY_SET_ATTR\((\w+), CPyType_value___Value, \d+, ([^,]+), {_NODE}, \w+, char\); /\* (\w+) \*/",
        r"CPyDef_value___Value_____mypyc_setter__\3(\1, \2);",
        everywhere=True,
    ),
    Change(
        "`node.grad = None` is 0.0",
        rf"(value___Value_set_grad\({_NODE} \*self, PyObject \*value, void \*closure\)\s*\{{)",
        r"\1 if (value == Py_None) { self->__grad = 0.0; return 0; }",
    ),
    Change(
        "the chain rule is inlined into the loop over the nodes",
        r"\n\s*(char CPyDef_value___Value____pass_on\(PyObject \*cpy_r_self\) \{)",
        r"\nALWAYS_INLINE \1",
    ),
    _undeletable("_backward"),
    _undeletable("grad"),
    _undeletable("label"),
    _undeletable("scope"),
    Change(
        "what is compiled has one state for the whole process; destroyed with another interpreter, it would "
        "be missing in the main one",
        r"(PyObject \*CPyInit_\w+\(void\)\s*\{)",
        r"\1 if (!in_main_interpreter()) return NULL;",
        everywhere=True,
    ),
    Change(
        "a method of mypyc's own makes nodes without their parts, which crash",
        rf'\{{"__internal_mypyc_setup", \(PyCFunction\){_SETUP}, METH_O, NULL\}},',
        "",
    ),
    Change(
        "mypyc keeps a freed closure for the next call and hands it out before it is cleared, which can give "
        "way to another thread; so none is kept",
        r"if \((\w+_free_instance == NULL)\)",
        r"if (0 && \1)",
        everywhere=True,
    ),
]


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


def main(folder: Path) -> None:
    """Compile a copy of the packages in a folder."""
    for package in PACKAGES:
        leftovers = shutil.ignore_patterns("__pycache__", "*.so", "*.pyd")
        shutil.copytree(ROOT / package, folder / package, ignore=leftovers)
    os.chdir(folder)
    Path("mypy.ini").write_text(MYPY)
    write_modules(Path("autograd"))
    for path in COMPILED:
        Path(path).write_text(rewritten(path, Path(path).read_text()))
    build()
    for path in COMPILED:
        if path in GENERATED:
            Path(path).unlink()
        else:
            Path(path).write_text((ROOT / path).read_text())
    require_all_modules()


def rewritten(path: str, source: str) -> str:
    """A file as mypyc is to read it."""
    source = without_overloads(source)
    if path in ("autograd/floats.py", "autograd/piecewise.py", "autograd/special.py"):
        source = in_c(source)
    if path in ("autograd/value.py", "autograd/functions.py", "autograd/vectors.py"):
        source = on_lines(source)
    if path == "autograd/functions.py":  # arrays are taken too, and symbols, where people read of numbers
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


def build() -> None:
    """From Python to C to modules beside the Python files, in the current folder."""
    from mypyc.build import mypycify
    from setuptools import setup

    extensions = mypycify(COMPILED, opt_level="3", debug_level="0", group_name="autograd")
    for flags in {id(e.extra_compile_args): e.extra_compile_args for e in extensions}.values():
        if sys.platform != "win32":
            # Functions of the same module can be inlined; x * y + z rounds twice, as Python does.
            flags += ["-fvisibility=hidden", "-ffp-contract=off"]
    patch({Path(source) for extension in extensions for source in extension.sources})
    setup(name="compiled", ext_modules=extensions, packages=[], script_args=["build_ext", "--inplace"])


def patch(sources: set[Path]) -> None:
    """Make the changes to the generated C."""
    [source] = [path for path in sources if f"{_NODE} *self" in path.read_text()]
    code = source.read_text()
    for change in CHANGES:
        code, count = re.subn(change.generated, change.wanted, code, flags=re.DOTALL)
        if count == 0 or (count > 1 and not change.everywhere):
            raise RuntimeError(f"{change.why}: expected in {source}, found {count} times: {change.generated}")
    if re.search(r"CPY_\w+\(\w+, CPyType_value___Value,", code):
        raise RuntimeError(
            "a node has no table of methods: assign to its fields, such as _grad, in compiled files"
        )
    source.write_text('#include "../autograd/native/memory.h"\n' + documented(raising(code)))


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


def documented(code: str) -> str:
    """The generated C with the docstrings, which mypyc leaves out."""
    for path in [Path(path) for path in COMPILED if path not in GENERATED]:
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


def require_all_modules() -> None:
    """Raise RuntimeError unless there is a module for each file, and one for what they share, that works."""
    suffix = sysconfig.get_config_var("EXT_SUFFIX")
    modules = [path for path in Path().rglob(f"*{suffix}") if path.parts[0] != "build"]
    if len(modules) != len(COMPILED) + 1:
        raise RuntimeError(f"expected {len(COMPILED) + 1} compiled modules, got {sorted(modules)}")
    if "_PYTHON_HOST_PLATFORM" not in os.environ:  # that is, unless it is compiled for another machine
        subprocess.run([sys.executable, "-c", "import autograd; assert autograd.native"], check=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
