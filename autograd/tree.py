"""Nested lists, tuples, dicts and numpy arrays of numbers, taken apart into leaves and put together again."""

from __future__ import annotations

from autograd import floats
from autograd.annotations import TYPE_CHECKING
from autograd.value import Value

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any


def leaves(tree: Any, path: str = "") -> list[tuple[str, Any]]:
    """The numbers of a tree, each with the path that leads to it, such as "[0]['w']".

    Raises:
        TypeError: if a leaf is neither a number nor a Value.

    >>> leaves({"w": [1.0, 2.0], "b": 3.0})
    [("['w'][0]", 1.0), ("['w'][1]", 2.0), ("['b']", 3.0)]
    """
    if isinstance(tree, Value) or floats.is_number(tree):
        return [(path, tree)]
    if isinstance(tree, dict):
        branches = [(repr(key), branch) for key, branch in tree.items()]
    elif isinstance(tree, (list, tuple)) or _is_array(tree):
        branches = [(str(index), branch) for index, branch in enumerate(tree)]
    else:
        raise TypeError(
            f"expected numbers in nested lists, tuples, dicts or arrays, got {type(tree).__name__}"
            f"{' at ' + path if path else ''}: {tree!r:.60}"
        )
    return [leaf for key, branch in branches for leaf in leaves(branch, f"{path}[{key}]")]


def rebuild(tree: Any, numbers: Sequence[Any]) -> Any:
    """A tree of the same shape with other leaves, taken in the order in which `leaves` lists them.

    >>> rebuild({"w": [1.0, 2.0], "b": 3.0}, [10, 20, 30])
    {'w': [10, 20], 'b': 30}
    """
    return rebuild_from(tree, iter(numbers))


def rebuild_from(tree: Any, numbers: Iterator[Any]) -> Any:
    """The same, taking the leaves from an iterator that may go on for further trees."""
    if isinstance(tree, Value) or floats.is_number(tree):
        return next(numbers)
    if isinstance(tree, dict):
        return {key: rebuild_from(branch, numbers) for key, branch in tree.items()}
    branches = [rebuild_from(branch, numbers) for branch in tree]
    if _is_array(tree):
        return _array_like(tree, branches)
    if hasattr(tree, "_fields"):  # a namedtuple takes its fields one by one
        return type(tree)(*branches)
    return tuple(branches) if isinstance(tree, tuple) else branches


def _is_array(tree: Any) -> bool:
    return type(tree).__module__ == "numpy" and getattr(tree, "ndim", 0) > 0


def _array_like(tree: Any, branches: list[Any]) -> Any:
    import numpy

    array = numpy.array(branches, dtype=object)
    return array.astype(float) if all(floats.is_number(leaf) for leaf in array.flat) else array
