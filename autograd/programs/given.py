"""How the inputs of a program are given for many samples, whatever runs it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, eq=False)
class Given:
    """Inputs of a program for a batch.

    Attributes:
        array: a row of numbers for each sample, of shape (N, count), or (N,) if there is one; or if it is
            shared the one row that all samples read, of shape (count,), or ().
        first: which input the first column is.
        count: how many there are.
        shared: whether all samples read the same numbers.
    """

    array: Any
    first: int
    count: int
    shared: bool = False
