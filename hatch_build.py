"""The build hook: compile the files that computations spend their time in, if there is a C compiler.

mypyc makes C of the same Python files; the compiled modules stand beside them in the wheel, and Python
prefers them. The environment variable SCALAR_AUTOGRAD_NATIVE decides: 1 fails where compiling fails, 0 builds
a wheel of pure Python, and without it a failure is a warning and the wheel is of pure Python.

Run as a program, in a copy of the source, it does the compiling: a process of its own, because setuptools
and mypyc change much of the one they run in.
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
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PACKAGES = ("autograd", "nn")
SWITCH = "SCALAR_AUTOGRAD_NATIVE"
COMPILED = [
    "autograd/floats.py",
    "autograd/graph.py",
    "autograd/modes.py",
    "autograd/primitive.py",
    "autograd/value.py",
    "autograd/vectors.py",
    "nn/forward.py",
    "nn/optim/arithmetic.py",
]
COMPILER = ["mypy[mypyc]==2.4.*", "setuptools>=77"]

MYPY = """\
[mypy]
ignore_missing_imports = True
[mypy-autograd.ops]
disable_error_code = has-type
"""

# An operator returns NotImplemented where it leaves the work to the other operand, a numpy array for example.
# Type checkers know that of any operator; mypyc has to be told.
OPERATORS = r"(def __(?:add|sub|mul|truediv|pow)__\(.*\)) -> Value:"

# What is changed in the generated C, once each: nodes are allocated and freed by autograd/memory.h, and a
# blank one is left all zeros, as it was allocated, and filled in place; `del node.label`, a crash, is an
# error; a method of mypyc's own that can crash is left out.
_NODE = "autograd___value___ValueObject"
_SETUP = "CPyDef_value_____mypyc__Value_setup"
ONCE = {
    r'#include "__native_internal_autograd.h"\n': r'\g<0>#include "../autograd/lists.h"\n',
    rf"(self = \({_NODE} \*\))type->tp_alloc\(type, 0\);": rf"\1allocate_node(type, sizeof({_NODE}));",
    r"(self->vtable = value___Value_vtable;)\s*self->_data = .*?(return)": r"\1 \2",
    r"((cpy_r_r\d+) = CPyStatic_value____BLANK;(?:(?!_BLANK;).)*?)CPyDef_value___Value\(\2,[^)]*\)": (
        rf"\1{_SETUP}((PyObject *)CPyType_value___Value)"
    ),
    rf"(PyObject \*{_SETUP}\(PyObject \*cpy_r_type\)\s*\{{)": r"ALWAYS_INLINE \1",
    r"(char CPyDef_value___Value____fill\([^)]*\) \{)": r"ALWAYS_INLINE \1",
    rf"(value___Value_dealloc\({_NODE} \*self\)\s*\{{).*?\}}": (
        r"\1 deallocate_node((PyObject *)self, CPyDef_value___Value_clear); }"
    ),
    rf"(value___Value_set_label\({_NODE} \*self, PyObject \*value, void \*closure\)\s*\{{)": (
        r"\1 if (value == NULL) {"
        r'PyErr_SetString(PyExc_AttributeError, "the label of a Value cannot be deleted"); return -1; }'
    ),
    rf'\{{"__internal_mypyc_setup", \(PyCFunction\){_SETUP}, METH_O, NULL\}},': "",
}

# What is changed wherever it occurs. First, the walk asks for memory ahead. Second, of every kind of closure
# mypyc keeps one that was freed for the next; it is handed out before it is cleared, and clearing it can give
# way to another thread, so none is kept.
EVERYWHERE = {
    r"(cpy_r_node\)->__mark = cpy_r_r\d+;)": r"\1 prefetch_node((char *)cpy_r_node - AHEAD);",
    r"if \((\w+_free_instance == NULL)\)": r"if (0 && \1)",
}


class CustomBuildHook(BuildHookInterface[Any]):
    """What hatchling calls before it writes a wheel."""

    def dependencies(self) -> list[str]:
        return COMPILER if self._wanted() else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable" or os.environ.get(SWITCH) == "0":
            return
        if not self._wanted():
            self._warn(obstacle())
            return
        self.folder = tempfile.TemporaryDirectory()
        folder = Path(self.folder.name)
        try:
            modules = compile_copy(Path(self.root), folder)
        except subprocess.CalledProcessError as error:
            self.folder.cleanup()
            if os.environ.get(SWITCH) == "1":
                raise RuntimeError(f"compiling failed:\n{error.stdout}") from None
            self._warn(f"compiling failed, {SWITCH}=1 shows how")
            return
        build_data["force_include"].update({str(path): str(path.relative_to(folder)) for path in modules})
        build_data["pure_python"] = False
        build_data["infer_tag"] = True

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        if hasattr(self, "folder"):
            self.folder.cleanup()

    def _wanted(self) -> bool:
        switch = os.environ.get(SWITCH, "")
        if switch not in ("", "0", "1"):
            raise ValueError(f"{SWITCH} is 0, 1 or not set, got {switch!r}")
        return switch == "1" or (switch == "" and not obstacle())

    def _warn(self, reason: str) -> None:
        self.app.display_warning(f"scalar-autograd is not compiled and will run slower: {reason}")


def obstacle() -> str:
    """What keeps this Python from compiling; empty if nothing does."""
    if sys.implementation.name != "cpython":
        return f"this is {sys.implementation.name}, and only CPython can load compiled modules"
    if sysconfig.get_config_var("Py_GIL_DISABLED"):
        return "the compiled code relies on the global interpreter lock, and this Python has none"
    if sys.platform == "win32":
        return ""  # setuptools looks for Visual Studio by itself
    program = (os.environ.get("CC") or sysconfig.get_config_var("CC") or "cc").split()[0]
    if shutil.which(program) is None:
        return f"there is no C compiler {program}"
    return "" if Path(sysconfig.get_path("include"), "Python.h").exists() else "Python.h is missing"


def compile_copy(root: Path, folder: Path) -> list[Path]:
    """Compile a copy of the package in a folder; returns the compiled modules.

    Raises:
        subprocess.CalledProcessError: if it fails; its output says why.
    """
    for package in PACKAGES:
        leftovers = shutil.ignore_patterns("__pycache__", "*.so", "*.pyd")
        shutil.copytree(root / package, folder / package, ignore=leftovers)
    (folder / "mypy.ini").write_text(MYPY)
    run_python(folder, str(root / "hatch_build.py"), "build_ext", "--inplace")
    if "_PYTHON_HOST_PLATFORM" not in os.environ:  # that is, unless it is compiled for another machine
        run_python(folder, "-c", "import autograd; assert autograd.native")
    found = [path.relative_to(folder) for path in folder.rglob("*" + sysconfig.get_config_var("EXT_SUFFIX"))]
    modules = sorted(folder / path for path in found if path.parts[0] != "build")
    if len(modules) != len(COMPILED) + 1:  # each file, and what they share
        raise RuntimeError(f"expected {len(COMPILED) + 1} compiled modules, got {modules}")
    return modules


def run_python(folder: Path, *arguments: str) -> None:
    """Run Python in a folder; its output is part of the error if it fails."""
    command = [sys.executable, *arguments]
    subprocess.run(
        command, cwd=folder, check=True, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )


def main() -> None:
    """Compile the package in the current folder."""
    from mypyc.build import mypycify
    from setuptools import setup

    value = Path("autograd/value.py")
    value.write_text(re.sub(OPERATORS, r"\1 -> Any:", value.read_text()))
    extensions = mypycify(COMPILED, opt_level="3", debug_level="0", group_name="autograd")
    for flags in {id(e.extra_compile_args): e.extra_compile_args for e in extensions}.values():
        if sys.platform != "win32":
            # Functions of the same module can be inlined; x * y + z rounds twice, as Python does.
            flags += ["-fvisibility=hidden", "-ffp-contract=off"]
    patch({Path(source) for extension in extensions for source in extension.sources})
    setup(name="compiled", ext_modules=extensions, packages=[])


def patch(sources: set[Path]) -> None:
    """Make the changes to the generated C."""
    [source] = [path for path in sources if f"{_NODE} *self" in path.read_text()]
    code = source.read_text()
    for generated, wanted in (ONCE | EVERYWHERE).items():
        code, count = re.subn(generated, wanted, code, flags=re.DOTALL)
        if count == 0 or (generated in ONCE and count > 1):
            raise RuntimeError(f"expected this in {source}, found it {count} times: {generated}")
    source.write_text('#include "../autograd/memory.h"\n' + documented(code))


def documented(code: str) -> str:
    """The generated C with the docstrings, which mypyc leaves out."""
    for path in map(Path, COMPILED):
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


if __name__ == "__main__":
    main()
