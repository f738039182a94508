"""C written by hand, in `strict.c`, compiled when it is measured."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

from tests.benchmarks.compiled.peer import Batch, Peer, Repeat, parameters
from tests.benchmarks.compiled.works import Work
from tests.benchmarks.programs import PENALTY, moons_data

OPTIONS = ["-O3", "-march=native", "-ffp-contract=off", "-shared", "-fPIC"]
POINTER = ctypes.c_void_p


def without_gcc() -> str:
    return "" if shutil.which("gcc") else "no gcc"


def library(source: Path) -> Path:
    """Compile a file in C; the library that comes out."""
    target = Path(tempfile.mkdtemp()) / "library.so"
    subprocess.run(["gcc", *OPTIONS, str(source), "-o", str(target), "-lm"], check=True)
    return target


def library_by_hand() -> Any:
    """The functions of `strict.c`."""
    return ctypes.CDLL(str(library(Path(__file__).with_name("strict.c"))))


def numbers(*given: float) -> Any:
    """An array of C."""
    return (ctypes.c_double * len(given))(*given)


class C(Peer):
    """Forward and backward by hand, called by way of ctypes."""

    name, needs, kind = "C", "gcc", "by hand"

    @classmethod
    def missing(cls) -> str:
        return without_gcc()

    def __init__(self) -> None:
        self.library = library_by_hand()

    def function(self, name: str, *types: Any, result: Any = None) -> Any:
        found = self.library[name]
        found.argtypes, found.restype = types, result
        return found

    def on_arrays(self, work: Work) -> Any:
        """The function of a count, points, values and gradients."""
        return self.function(f"many_{work.name}_{len(work.low)}", ctypes.c_long, POINTER, POINTER, POINTER)

    def many(self, work: Work) -> Batch:
        import numpy

        run = self.on_arrays(work)

        def batch(points: Any) -> tuple[Any, Any]:
            values, gradients = numpy.empty(len(points)), numpy.empty_like(points)
            run(len(points), points.ctypes.data, values.ctypes.data, gradients.ctypes.data)
            return values, gradients

        return batch

    def call(self, work: Work) -> Callable[[list[float]], tuple[float, list[float]]]:
        array = ctypes.c_double * len(work.low)
        run = self.function(f"{work.name}_{len(work.low)}", array, array, result=ctypes.c_double)

        def value_and_gradient(point: list[float]) -> tuple[float, list[float]]:
            gradient = array()
            return run(array(*point), gradient), gradient[:]

        return value_and_gradient

    def bound(self, work: Work, point: list[float]) -> Repeat:
        x, value, gradient = numbers(*point), numbers(0.0), numbers(*point)
        step = partial(self.on_arrays(work), 1, x, value, gradient)
        return Repeat(step, lambda: [value, gradient])

    def hessian(self, work: Work, point: list[float]) -> Repeat:
        x, matrix = numbers(*point), numbers(*[0.0] * len(point) ** 2)
        run = self.function(f"hessian_{work.name}_{len(point)}", POINTER, POINTER)
        return Repeat(partial(run, x, matrix), lambda: matrix)

    def moons(self) -> Repeat:
        points, signs = moons_data()
        p, x, y = numbers(*parameters()), numbers(*chain.from_iterable(points)), numbers(*signs)
        loss, gradient = numbers(0.0), numbers(*p)
        types = [POINTER, ctypes.c_long, POINTER, POINTER, ctypes.c_double, POINTER, POINTER]
        run = self.function("moons", *types)
        step = partial(run, p, len(y), x, y, PENALTY, loss, gradient)
        return Repeat(step, lambda: [loss, gradient])
