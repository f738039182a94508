"""Trees of numbers as arrays: what a batch takes and returns, and what stands in buffers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from autograd.containers import is_array, known_branches, made_like


def shape_of_numbers(thing: Any) -> tuple[int, ...] | None:
    """The shape of a number, an array, or lists of equal length; None of any other tree.

    >>> shape_of_numbers([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    (2, 3)
    >>> shape_of_numbers((1.0, 2.0)) is None
    True
    """
    if isinstance(thing, float):
        return ()
    if is_array(thing):
        return tuple(thing.shape) if thing.dtype.kind in "biuf" else None
    if type(thing) is not list or not thing:
        return None
    shapes = {shape_of_numbers(branch) for branch in thing}
    shape = shapes.pop()
    return None if shapes or shape is None else (len(thing), *shape)


def as_arrays(thing: Any, array: Callable[[tuple[int, ...]], Any]) -> Any:
    """A tree with one array in place of whatever has a shape; the arrays are asked for from left to right.

    >>> as_arrays((1.0, {"a": [1.0, 2.0]}), lambda shape: shape)
    ((), {'a': (2,)})
    """

    def instead(branch: Any) -> Any:
        shape = shape_of_numbers(branch)
        return NOTHING if shape is None else array(shape)

    return rebuilt(thing, instead)


NOTHING = object()
"""What stands in place of nothing."""


def rebuilt(thing: Any, instead: Callable[[Any], Any]) -> Any:
    """A tree with something else in place of its branches, where `instead` gives anything but `NOTHING`."""
    made = instead(thing)
    if made is not NOTHING:
        return made
    if is_array(thing) and thing.dtype.kind == "O":
        made = thing.copy()
        made.flat = [rebuilt(cell, instead) for cell in thing.flat]
        return made
    branches = known_branches(thing)
    if branches is None:
        return thing
    return made_like(thing, [rebuilt(branch, instead) for _, branch in branches])


def cut(numbers: Any, sizes: Sequence[int | None]) -> list[Any]:
    """An array cut along its last axis into parts of some sizes; None is one number, without that axis.

    >>> import numpy as np
    >>> cut(np.arange(4.0), [None, 3])
    [array(0.), array([1., 2., 3.])]
    """
    parts, start = [], 0
    for size in sizes:
        end = start + (1 if size is None else size)
        parts.append(numbers[..., start] if size is None else numbers[..., start:end])
        start = end
    return parts
