"""Buffers: new ones for code in lanes, and those that a bound program is given."""

from __future__ import annotations

from math import prod
from typing import Any, Final, TypeAlias

from autograd.extras import extra
from autograd.programs.program import Program

with extra("jit", "machine code"):
    import numpy as np
    from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.float64]

_LINE: Final = 64
"""How many bytes a line of the cache has: eight numbers, which are read and written together in lanes."""


def zeros(shape: tuple[int, ...]) -> Array:
    """An array of zeros that begins where a line of the cache does, so that eight lanes are in one line.

    >>> zeros((3, 8)).ctypes.data % 64
    0
    """
    size = 8 * prod(shape)
    memory = np.zeros(size + _LINE, dtype=np.uint8)
    first = -memory.ctypes.data % _LINE
    return memory[first : first + size].view(np.float64).reshape(shape)


def require_buffers(program: Program, inputs: Any, outputs: Any) -> None:
    """Raise an error unless these are contiguous arrays of float64 for the inputs and outputs of a program.

    Raises:
        TypeError: if one is no such array, or the outputs cannot be written to.
        ValueError: if there are more or fewer numbers, or memory is shared.
    """
    _require(inputs, len(program.inputs), "inputs")
    _require(outputs, len(program.outputs), "outputs")
    if not outputs.flags.writeable:
        raise TypeError("the outputs of a bound program go to an array that can be written to")
    if np.may_share_memory(inputs, outputs):
        raise ValueError("the inputs and outputs of a bound program share memory; give two arrays")


def _require(array: Any, count: int, what: str) -> None:
    if not isinstance(array, np.ndarray) or array.dtype != np.float64 or not array.flags.c_contiguous:
        raise TypeError(f"the {what} of a bound program are a contiguous numpy array of float64")
    if array.size != count:
        raise ValueError(f"the bound program has {count} {what}, got an array of {array.size} numbers")
