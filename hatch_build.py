"""The build hook: on request, compile the files that computations spend their time in.

The compiled modules are made from the same Python files by mypyc and stand beside them in the wheel; Python
prefers them. The environment variable SCALAR_AUTOGRAD_NATIVE decides: 0, as without it, builds a wheel of
pure Python; auto compiles if it can, and says so if it cannot; 1 fails if it cannot.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SWITCH = "SCALAR_AUTOGRAD_NATIVE"
COMPILED = ("value", "floats", "modes")
COMPILER = ["mypy[mypyc]>=2.4,<3", "setuptools>=77"]

# CPython's trashcan keeps deep chains of dying objects from overflowing the stack. It lists those that must
# wait in the header of the garbage collector, which objects without cycles do not have: it would write into
# the memory before them. This one lists them in the reference count, which a dying object no longer needs.
TRASHCAN = """\
#ifndef SCALAR_AUTOGRAD_TRASHCAN
#define SCALAR_AUTOGRAD_TRASHCAN
#include <Python.h>
static int trash_depth = 0;
static PyObject *trash_waiting = NULL;
#undef Py_TRASHCAN_BEGIN
#undef Py_TRASHCAN_END
#define Py_TRASHCAN_BEGIN(op, dealloc)                          \\
    if (trash_depth >= 50) {                                    \\
        ((PyObject *)(op))->ob_refcnt = (Py_ssize_t)trash_waiting; \\
        trash_waiting = (PyObject *)(op);                       \\
        return;                                                 \\
    }                                                           \\
    trash_depth++;
#define Py_TRASHCAN_END                                         \\
    trash_depth--;                                              \\
    while (trash_depth == 0 && trash_waiting != NULL) {         \\
        PyObject *dying = trash_waiting;                        \\
        trash_waiting = (PyObject *)dying->ob_refcnt;           \\
        dying->ob_refcnt = 0;                                   \\
        trash_depth++;                                          \\
        Py_TYPE(dying)->tp_dealloc(dying);                      \\
        trash_depth--;                                          \\
    }
#endif
"""

MYPY = """\
[mypy]
ignore_missing_imports = True
[mypy-autograd.ops]
disable_error_code = has-type
"""

SETUP = """\
import sys
from mypyc.build import mypycify
from setuptools import setup

extensions = mypycify(sys.argv[3:], opt_level="3", debug_level="0")
for flags in {id(e.extra_compile_args): e.extra_compile_args for e in extensions}.values():
    flags += [sys.argv[2]] if sys.platform == "win32" else ["-include", sys.argv[2]]
sys.argv = ["setup.py", "build_ext", "--inplace"]
setup(name="compiled", ext_modules=extensions, packages=[])
"""


class CustomBuildHook(BuildHookInterface[Any]):
    """What hatchling calls before it writes a wheel."""

    def dependencies(self) -> list[str]:
        return COMPILER if self._wanted() else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable" or not self._wanted():
            return
        self.folder = tempfile.TemporaryDirectory()
        folder = Path(self.folder.name)
        try:
            modules = compile_modules(Path(self.root), folder)
        except subprocess.CalledProcessError as error:
            if os.environ.get(SWITCH) == "1":
                raise RuntimeError(f"compiling failed:\n{error.stdout}") from None
            lines = (error.stdout or "").strip().splitlines()[-3:]
            self.app.display_warning(
                "scalar-autograd was not compiled and will run as pure Python: " + " / ".join(lines)
            )
            return
        build_data["force_include"].update(
            {str(module): str(module.relative_to(folder)) for module in modules}
        )
        build_data["pure_python"] = False
        build_data["infer_tag"] = True

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        if hasattr(self, "folder"):
            self.folder.cleanup()

    def _wanted(self) -> bool:
        switch = os.environ.get(SWITCH, "0")
        if switch not in ("0", "1", "auto"):
            raise ValueError(f"{SWITCH} is 0, 1, auto or not set, got {switch!r}")
        return self.target_name == "wheel" and (switch == "1" or (switch == "auto" and has_compiler()))


def has_compiler() -> bool:
    """Whether this Python's C compiler and its headers seem to be there."""
    if sys.implementation.name != "cpython":
        return False
    if sys.platform == "win32":
        return True  # setuptools looks for Visual Studio by itself
    program = (os.environ.get("CC") or sysconfig.get_config_var("CC") or "cc").split()[0]
    return shutil.which(program) is not None and Path(sysconfig.get_path("include"), "Python.h").exists()


def compile_modules(root: Path, folder: Path) -> list[Path]:
    """Compile a copy of the package in a folder; returns the compiled modules.

    Raises:
        subprocess.CalledProcessError: if it fails; its output says why.
    """
    shutil.copytree(root / "autograd", folder / "autograd", ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "setup_compiled.py").write_text(SETUP)
    (folder / "mypy.ini").write_text(MYPY)
    (folder / "trashcan.h").write_text(TRASHCAN)
    header = folder / "trashcan.h"
    include = f"/FI{header}" if sys.platform == "win32" else str(header)
    files = [f"autograd/{module}.py" for module in COMPILED]
    subprocess.run(
        [sys.executable, "setup_compiled.py", "compiled", include, *files],
        cwd=folder,
        check=True,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    suffix = sysconfig.get_config_var("EXT_SUFFIX")
    return sorted([*folder.glob(f"autograd/*{suffix}"), *folder.glob(f"*{suffix}")])
