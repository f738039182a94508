"""Functions that machine code calls outside itself: those of the platform's C library, and Python's.

A function is called by its address. Its name in the code has a dot, so that LLVM does not take it for one
whose results it knows, and replace a call by something that is only nearly equal.
"""

from __future__ import annotations

import ctypes
import sys
import threading
from collections.abc import Callable
from math import nan
from typing import Any

from autograd import floats
from autograd.primitive import Operation
from autograd.programs.llvm.writer import Operand, Writer
from autograd.programs.program import function_on_floats

LIBM = {
    "exp": 1,
    "exp2": 1,
    "expm1": 1,
    "log": 1,
    "log2": 1,
    "log10": 1,
    "log1p": 1,
    "cbrt": 1,
    "sin": 1,
    "cos": 1,
    "tan": 1,
    "asin": 1,
    "acos": 1,
    "atan": 1,
    "atan2": 2,
    "sinh": 1,
    "cosh": 1,
    "tanh": 1,
    "asinh": 1,
    "acosh": 1,
    "atanh": 1,
    "erf": 1,
    "erfc": 1,
    "pow": 2,
}
"""The C library's functions that `math` hands on as they are, with how many numbers they take."""


class _Failures(threading.local):
    """What callbacks have raised in this thread and nobody has heard of yet.

    Machine code cannot hand an exception on. Each thread that runs code asks for its own.
    """

    first: BaseException | None = None


_library = ctypes.CDLL("ucrtbase" if sys.platform == "win32" else None)  # None: what the process has loaded
_callbacks: dict[Operation, tuple[str, Any]] = {}  # by operation: its name in the code, and what is called
_failures = _Failures()


def call_libm(writer: Writer, name: str, *operands: Operand) -> str:
    """The result of one of the functions of `LIBM`: the one that Python's `math` calls."""
    address = ctypes.cast(getattr(_library, name), ctypes.c_void_p).value
    assert address is not None
    return writer.call_lane_by_lane(f"libm.{name}", address, *operands)


def call_python(writer: Writer, operation: Operation, *operands: Operand) -> str:
    """The result of an operation by its own function in Python, as `Program.run` calls it."""
    name, function = callback(operation)
    address = ctypes.cast(function, ctypes.c_void_p).value
    assert address is not None
    return writer.call_lane_by_lane(name, address, *operands)


def callback(operation: Operation) -> tuple[str, Any]:
    """The name in the code of an operation that is called back, and the ctypes function to be called.

    Two operations never share a name, and the function lives as long as the process.
    """
    if operation not in _callbacks:
        kind = ctypes.CFUNCTYPE(ctypes.c_double, *[ctypes.c_double] * operation.arity)
        called = kind(_without_raising(function_on_floats(operation)))
        _callbacks[operation] = (f"python.{len(_callbacks)}", called)
    return _callbacks[operation]


def _without_raising(function: Callable[..., float]) -> Callable[..., float]:
    def call(*operands: float) -> float:
        try:
            return floats.as_float(function(*operands))
        except BaseException as error:
            _failures.first = _failures.first or error
            return nan

    return call


def raise_failures() -> None:
    """Raise what a callback has raised first in this thread; to be called after the code has run in it."""
    first, _failures.first = _failures.first, None
    if first is not None:
        raise first
