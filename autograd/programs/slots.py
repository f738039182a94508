"""The instructions of a program as numpy's arrays, and back."""

from __future__ import annotations

from array import array
from typing import Any, TypeAlias

from autograd.extras import extra
from autograd.programs.program import Program

with extra("jit", "programs as arrays"):
    import numpy as np
    from numpy.typing import NDArray

Slots: TypeAlias = NDArray[np.int64]


def as_arrays(program: Program) -> tuple[Slots, Slots, Slots]:
    """For each instruction the code of its operation, and the slots of its left and its right operand.

    >>> from autograd import Value, flatten
    >>> x = Value(2.0)
    >>> as_arrays(flatten(x * 3.0, x))
    (array([0]), array([0]), array([1]))
    """
    codes, left, right = (
        np.array(part, dtype=np.int64) for part in (program.codes, program.left, program.right)
    )
    return codes, left, right


def integers(numbers: Any) -> array[int]:
    """What a program holds, of an array."""
    return array("i", np.asarray(numbers, dtype=np.intc).tobytes())
