"""The buffers that a bound program reads and writes."""

from __future__ import annotations

from typing import Any

from autograd.extras import extra
from autograd.programs.program import Program

with extra("jit", "machine code"):
    import numpy as np


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
