"""Nested lists, tuples, dicts and numpy arrays of numbers, taken apart into leaves and put together again."""

from __future__ import annotations

from autograd import floats
from autograd.annotations import TYPE_CHECKING
from autograd.value import Value

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import Any


def leaves(tree: Any) -> list[Any]:
    """The numbers of a tree, from left to right.

    Raises:
        TypeError: if a leaf is neither a number nor a Value; the message says where, such as "['w'][0]".

    >>> leaves({"w": [1.0, 2.0], "b": 3.0})
    [1.0, 2.0, 3.0]
    """
    return [tree] if _is_leaf(tree) else _leaves_below(tree, "")


def paths(tree: Any, path: str = "") -> list[str]:
    """The path to each number of a tree, in the same order.

    >>> paths({"w": [1.0, 2.0], "b": 3.0})
    ["['w'][0]", "['w'][1]", "['b']"]
    """
    if _is_leaf(tree):
        return [path]
    return [inner for key, branch in _branches(tree, path) for inner in paths(branch, f"{path}[{key!r}]")]


def _leaves_below(tree: Any, path: str) -> list[Any]:
    found: list[Any] = []
    for key, branch in _branches(tree, path):
        if _is_leaf(branch):
            found.append(branch)
        else:
            found += _leaves_below(branch, f"{path}[{key!r}]")
    return found


def _branches(tree: Any, path: str) -> Iterable[tuple[Any, Any]]:
    if isinstance(tree, dict):
        return tree.items()
    if isinstance(tree, (list, tuple)) or _is_array(tree):
        return enumerate(tree)
    raise TypeError(
        f"expected numbers in nested lists, tuples, dicts or arrays, got {type(tree).__name__}"
        f"{' at ' + path if path else ''}: {tree!r:.60}"
    )


def _is_leaf(tree: Any) -> bool:
    if isinstance(tree, (float, Value)):
        return True
    return not isinstance(tree, (list, tuple, dict)) and floats.is_number(tree)  # it takes long to say no


def rebuild(tree: Any, numbers: Sequence[Any]) -> Any:
    """A tree of the same shape with other leaves, taken in the order in which `leaves` lists them.

    >>> rebuild({"w": [1.0, 2.0], "b": 3.0}, [10, 20, 30])
    {'w': [10, 20], 'b': 30}
    """
    return rebuild_from(tree, iter(numbers))


def rebuild_from(tree: Any, numbers: Iterator[Any]) -> Any:
    """What `rebuild` does, from an iterator that may hold the leaves of further trees too."""
    if _is_leaf(tree):
        return next(numbers)
    if isinstance(tree, dict):
        return {key: rebuild_from(branch, numbers) for key, branch in tree.items()}
    branches = [next(numbers) if _is_leaf(branch) else rebuild_from(branch, numbers) for branch in tree]
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
