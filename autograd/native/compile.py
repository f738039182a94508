"""Compile the files that computations spend their time in: a program that the build hook runs.

mypyc makes C of the same Python files, and a C compiler makes modules of it, which Python prefers to the
files beside them. What each of the two reads is rewritten first: see `rewrite.py`.

    python autograd/native/compile.py FOLDER

copies both packages to the folder, adds the modules that `generate.py` writes, and compiles them there.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

from generate import write_modules
from rewrite import patch, rewritten

ROOT = Path(__file__).parents[2]
PACKAGES = ("autograd", "nn")
GENERATED = [f"autograd/{name}.py" for name in ("libm", "lines")]  # which are not in the source
COMPILED = [
    *GENERATED,
    "autograd/choosing.py",
    "autograd/columns.py",
    "autograd/copying.py",
    "autograd/exponentials.py",
    "autograd/floats.py",
    "autograd/functions.py",
    "autograd/graph.py",
    "autograd/kernels.py",
    "autograd/modes.py",
    "autograd/own_operations.py",
    "autograd/piecewise.py",
    "autograd/places.py",
    "autograd/primitive.py",
    "autograd/programs/flatten.py",
    "autograd/rows.py",
    "autograd/special.py",
    "autograd/scopes.py",
    "autograd/sweeps.py",
    "autograd/tag.py",
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


def build() -> None:
    """From Python to C to modules beside the Python files, in the current folder."""
    from mypyc.build import mypycify
    from setuptools import setup

    extensions = mypycify(COMPILED, opt_level="3", debug_level="0", group_name="autograd")
    for flags in {id(e.extra_compile_args): e.extra_compile_args for e in extensions}.values():
        if sys.platform != "win32":
            # Functions of the same module can be inlined; x * y + z rounds twice, as Python does.
            flags += ["-fvisibility=hidden", "-ffp-contract=off"]
    sources = {Path(source) for extension in extensions for source in extension.sources}
    patch(sources, [Path(path) for path in COMPILED if path not in GENERATED])
    setup(name="compiled", ext_modules=extensions, packages=[], script_args=["build_ext", "--inplace"])


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
