"""The build hook: compile the files that computations spend their time in, if there is a C compiler.

The compiled modules stand beside the Python files in the wheel, and Python prefers them. The environment
variable SCALAR_AUTOGRAD_NATIVE decides: 1 fails where compiling fails, 0 builds a wheel of pure Python, and
without it a failure is a warning and the wheel is of pure Python.

`autograd/native/compile.py` does the compiling, in a process of its own: setuptools and mypyc change much of
the one that they run in.
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
COMPILER = ["mypy[mypyc]==2.4.*", "setuptools>=77"]


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
            modules = compiled(Path(self.root), folder)
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


def compiled(root: Path, folder: Path) -> list[Path]:
    """The modules that were compiled of a copy of the packages in a folder.

    Raises:
        subprocess.CalledProcessError: if it fails; its output says why.
    """
    command = [sys.executable, str(root / "autograd/native/compile.py"), str(folder)]
    subprocess.run(command, check=True, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    suffix = sysconfig.get_config_var("EXT_SUFFIX")
    found = (path.relative_to(folder) for path in folder.rglob(f"*{suffix}"))
    return sorted(folder / path for path in found if path.parts[0] != "build")  # which has copies of them
