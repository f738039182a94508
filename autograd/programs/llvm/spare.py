"""Memory for results that is used again: the system takes as long to hand out new memory as code to fill it.

Results belong to whoever called. But when nobody refers to them any more, to an array or to a part of it, the
next call may write there. How many references an array has when nobody else has one is measured, because it
differs between versions of Python.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from threading import Lock
from typing import TypeAlias

from autograd.extras import extra

with extra("jit", "machine code"):
    import numpy as np
    from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.float64]

LARGEST = 2**22
"""How many numbers are kept at most: 32 MB."""

_SETS = 2  # the results of the last call are mostly still held when the next one begins


class Spare:
    """Arrays of results, those of the last calls."""

    def __init__(self) -> None:
        self._kept: list[list[Array]] = []
        self._lock = Lock()

    def arrays(self, shapes: Sequence[tuple[int, int]]) -> list[Array]:
        """Arrays of these shapes with anything in them, to which nobody else refers."""
        with self._lock:
            for arrays in self._kept:
                if [array.shape for array in arrays] == [*shapes] and set(_references(arrays)) == {_ALONE}:
                    return list(arrays)
            made = [np.empty(shape) for shape in shapes]
            if sum(array.size for array in made) <= LARGEST:
                self._kept = [*self._kept, list(made)][-_SETS:]
            return made


def _references(arrays: list[Array]) -> list[int]:
    return [sys.getrefcount(array) for array in arrays]


_ALONE = _references([np.empty(1)])[0]
