"""Choosing by index: the entry of a table at a place that is a number, or an input of a program.

    take([a, b, c], 1)        b itself
    take([a, b, c], i)        when(i == 0, a) + when(i == 1, b) + when(i == 2, c)

What `when` does not choose is -0.0, and adding that leaves every number as it is; so the sum is the entry to
the last bit, and only the entry receives the gradient that arrives.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from autograd import floats, ops
from autograd.annotations import TYPE_CHECKING, overload
from autograd.containers import is_array
from autograd.requirements import require
from autograd.tree import paired, rebuild
from autograd.value import Value
from autograd.vectors import sum

if TYPE_CHECKING:
    from typing import Any, SupportsFloat, TypeVar

    T = TypeVar("T")


@overload
def take(table: Sequence[T], index: Value | SupportsFloat) -> T: ...
@overload
def take(table: Any, index: Value | SupportsFloat) -> Any: ...
def take(table: Any, index: Value | SupportsFloat) -> Any:
    """The entry of a table at an index, counted from 0.

    In a function that is compiled by `jit` the index may be an input, so that one program serves all entries.
    The program goes through the whole table, and adds up what it chooses.

    Args:
        table: a list, tuple or array of n entries. An entry is a number, or a row: numbers in lists, tuples,
            dicts or arrays.
        index: a whole number from 0 to n - 1, an int or a float; or a Value, which is part of the graph and
            receives no gradient.

    Returns:
        The entry itself where the index is a number, else one like it of new Values.

    Raises:
        IndexError: if there is no entry of that index. A negative one does not count from the end: as a
            class, a letter or the result of a search it is a mistake.
        TypeError: if the index is not a whole number, or one that a compiled function computes; if the table
            is something else.
        ValueError: if the index is a Value, and the entries have not all one structure.

    Compiled, an index is held to the same before the program runs.

    >>> take([1.0, 2.0, 4.0], 2), take([[1.0, 2.0], [3.0, 4.0]], 0)
    (4.0, [1.0, 2.0])
    >>> x = [Value(1.0), Value(2.0), Value(4.0)]
    >>> y = take(x, Value(2.0))
    >>> y.backward()
    >>> y.data, [entry.grad for entry in x]
    (4.0, [0.0, 0.0, 1.0])
    """
    if type(index) is int and type(table) is list and 0 <= index < len(table):
        return table[index]  # as mostly, and quickly
    length = _length(table)
    require(index, IndexOf(length))
    if not isinstance(index, Value):
        return table[int(floats.as_float(index))]
    first = table[0]
    rows = [paired(first, table[k], "first entry", f"entry {k}") for k in range(length)]
    chosen = [ops.equal(index, k) for k in range(length)]
    return rebuild(first, [sum(map(ops.when, chosen, column)) for column in zip(*rows, strict=True)])


class IndexOf:
    """The rule that a number is the index of one of so many entries."""

    def __init__(self, length: int) -> None:
        self.length = length

    def __call__(self, index: float) -> None:
        if not math.isfinite(index) or index != int(index):
            raise TypeError(f"an index is a whole number, got {index:g}")
        if not 0 <= index < self.length:
            last = self.length - 1
            places = f"from 0 to {last}" if self.length else "of an entry, and the table has none"
            from_behind = f"; the last entry is at {last}" if -self.length <= index < 0 else ""
            raise IndexError(f"expected an index {places}, got {index:g}{from_behind}")


def _length(table: Any) -> int:
    in_order = table.ndim if is_array(table) else isinstance(table, Sequence)
    if not in_order or isinstance(table, (str, bytes)):
        raise TypeError(f"take needs a list, tuple or array of entries, got {type(table).__name__}")
    return len(table)
