"""Calls from Python straight into machine code: builtin functions whose code LLVM emits.

Such a function is given what CPython gives any builtin function, pointers to objects. It reads exact floats
from exact lists and tuples where CPython has them in memory, computes, and makes new objects of these kinds.
Whatever else it is called with (integers, arrays, other lengths, keywords) it hands to a function in Python.

The addresses that it needs are held beside it, in a tuple that CPython hands to the code; so the code holds
none and may be kept on disk. How objects are laid out is checked before the first one is made. Where that is
different, or several threads run Python at once, there are no such functions, and all is done in Python.
"""

from __future__ import annotations

import ctypes
import struct
import sys
import sysconfig
from collections.abc import Callable
from functools import cache
from typing import Any

from autograd.programs.llvm.callers import BYTES, FLOAT, FUNCTIONS, HEAD, ITEMS, TYPE
from autograd.programs.llvm.improving import Code

_NOARGS, _FASTCALL_WITH_KEYWORDS = 0x0004, 0x0080 | 0x0002  # METH_... of CPython's methodobject.h

LARGEST = 4096
"""How many inputs and outputs a function has at most: they stand on the stack."""


class _Definition(ctypes.Structure):
    """PyMethodDef."""

    _fields_ = (
        ("name", ctypes.c_char_p),
        ("function", ctypes.c_void_p),
        ("flags", ctypes.c_int),
        ("doc", ctypes.c_char_p),
    )


@cache
def symbols() -> dict[str, int]:
    """The addresses of CPython's functions by name."""
    api = ctypes.pythonapi
    return {name: ctypes.cast(getattr(api, name), ctypes.c_void_p).value or 0 for name in FUNCTIONS}


@cache
def available() -> bool:
    """Whether objects are laid out as the code takes for granted."""
    if sys.implementation.name != "cpython" or sysconfig.get_config_var("Py_GIL_DISABLED"):
        return False
    number, text = 1234.5, b"text"
    some = (number, None)
    listed = [number, None]
    return (
        struct.calcsize("P") == 8
        and _pointer(id(number) + TYPE) == id(float)
        and _pointer(id(some) + TYPE) == id(tuple)
        and ctypes.c_double.from_address(id(number) + FLOAT).value == number
        and [_pointer(id(some) + ITEMS + at) for at in (0, 8)] == [id(number), id(None)]
        and [_pointer(id(one) + HEAD) for one in (some, listed)] == [2, 2]
        and [_pointer(_pointer(id(listed) + HEAD + 8) + at) for at in (0, 8)] == [id(number), id(None)]
        and ctypes.string_at(id(text) + BYTES, 4) == text
    )


def _pointer(place: int) -> int:
    return ctypes.c_size_t.from_address(place).value


def function(code: Code, name: str, slow: Callable[..., Any]) -> Callable[..., Any]:
    """A builtin function that runs the code of `callers.call_ir`.

    Args:
        code: what it runs.
        name: what the function is called.
        slow: what is called with the same arguments where the code does not take them.
    """
    known = struct.pack("4P", id(float), id(list), id(tuple), id(None))
    return _builtin(code, "call", name, _FASTCALL_WITH_KEYWORDS, (known, slow))


def bound(code: Code, source: int, target: int, keep: Any) -> Callable[[], None]:
    """A builtin function without arguments that runs the code of `callers.bound_ir`.

    Args:
        code: what it runs.
        source: where in memory the inputs stand.
        target: where the outputs go.
        keep: what must live as long as the function, so that these addresses are valid.
    """
    known = struct.pack("3P", source, target, id(None))
    return _builtin(code, "bound", "bound", _NOARGS, (known, keep))


def _builtin(code: Code, entry: str, name: str, flags: int, beside: tuple[Any, ...]) -> Callable[..., Any]:
    definition = _Definition(name.encode(), None, flags, None)
    code.called_by(definition, entry)  # CPython looks the address up at each call
    make = ctypes.pythonapi["PyCFunction_NewEx"]  # a new object for each index: its types are ours alone
    make.restype, make.argtypes = ctypes.py_object, [ctypes.c_void_p, ctypes.py_object, ctypes.c_void_p]
    made: Callable[..., Any] = make(ctypes.addressof(definition), (*beside, code, definition), None)
    return made
