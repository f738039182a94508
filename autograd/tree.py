"""Trees: numbers in nested lists, tuples, dicts, dataclasses and arrays, taken apart and put together again.

The functions here walk a whole tree; what its containers and cells are is said in `containers`.
"""

from __future__ import annotations

from itertools import islice

from autograd.annotations import TYPE_CHECKING
from autograd.containers import (
    block,
    branches_of,
    branches_of_anything,
    described,
    index_text,
    is_array,
    is_cell,
    kind_of,
    made_like,
    numbers_of,
    shape_of,
    size_of,
    step,
)
from autograd.rows import is_row, values_of
from autograd.value import Value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from typing import Any

_NO_TREES = (float, int, bool, str, type(None))  # what data is mostly made of


def leaves(tree: Any) -> list[Any]:
    """The numbers of a tree, from left to right; those of an array row by row.

    Raises:
        TypeError: if a leaf is neither a number nor a Value; the message says where, such as "['w'][0]".

    >>> leaves({"w": [1.0, 2.0], "b": 3.0})
    [1.0, 2.0, 3.0]
    """
    if isinstance(tree, (float, Value)):
        return [tree]
    found: list[Any] = []
    _gather(tree, "", found)
    return found


def _gather(tree: Any, path: str, found: list[Any]) -> None:
    if is_row(tree):
        found += tree
        return
    if is_cell(tree):
        found += numbers_of(tree, path)
        return
    for key, branch in branches_of(tree, path):
        if isinstance(branch, (float, Value)):
            found.append(branch)
        else:
            _gather(branch, path + step(tree, key), found)


def paths(tree: Any, path: str = "") -> list[str]:
    """The path to each number of a tree, in the same order.

    >>> paths({"w": [1.0, 2.0], "b": 3.0})
    ["['w'][0]", "['w'][1]", "['b']"]
    """
    if is_cell(tree):
        return [path + index_text(tree, place) for place in range(size_of(tree))]
    return [
        below for key, branch in branches_of(tree, path) for below in paths(branch, path + step(tree, key))
    ]


def values(anything: Any) -> list[Value]:
    """The Values in whatever looks like a tree, be its other leaves numbers or not.

    >>> values({"model": (Value(1.0), 2.0), "name": "m"})
    [Value(data=1.0, grad=0.0)]
    """
    if type(anything) in _NO_TREES:
        return []
    found: list[Value] = []
    seen: dict[int, Any] = {}  # objects may lead back to themselves; kept alive, they keep their addresses
    waiting = [anything]
    while waiting:
        thing = waiting.pop()
        if isinstance(thing, Value):
            found.append(thing)
        elif is_row(thing):
            found += values_of(thing)
        elif type(thing) not in _NO_TREES and id(thing) not in seen:
            seen[id(thing)] = thing
            waiting += reversed(branches_of_anything(thing))
    return found


def replaced(anything: Any, instead: Mapping[Value, Any]) -> Any:
    """Whatever looks like a tree with others in place of some Values; all else stays what it is.

    Raises:
        TypeError: if something contains both itself and a Value that is to be replaced.

    >>> x = Value(1.0)
    >>> replaced({"x": x, "name": "m"}, {x: 2.0})
    {'x': 2.0, 'name': 'm'}
    """
    if not any(value in instead for value in values(anything)):
        return anything
    entered: dict[int, tuple[Any, list[Any]]] = {}  # each thing by its address, and its branches
    new: dict[int, Any] = {}
    circles: list[Any] = []
    waiting = [anything]
    while waiting:
        thing = waiting[-1]
        if id(thing) not in entered:
            branches = [] if type(thing) in _NO_TREES else branches_of_anything(thing)
            entered[id(thing)] = thing, branches
            circles += [branch for branch in branches if id(branch) in entered and id(branch) not in new]
            waiting += [branch for branch in branches if id(branch) not in entered]
        else:
            waiting.pop()
            if id(thing) not in new:
                new[id(thing)] = _with_branches(*entered[id(thing)], new, instead)
    for thing in circles:
        if new[id(thing)] is not thing:
            raise TypeError(
                "expected Values in nested lists, tuples, dicts, dataclasses or arrays, none of which "
                f"contains itself, got a {type(thing).__name__} that does; return the Values beside it"
            )
    return new[id(anything)]


def _with_branches(
    thing: Any, branches: list[Any], new: Mapping[int, Any], instead: Mapping[Value, Any]
) -> Any:
    """A thing, or one like it where something else is to stand for one of its branches."""
    if isinstance(thing, Value):
        return instead.get(thing, thing)
    found = [new.get(id(branch), branch) for branch in branches]
    if all(one is other for one, other in zip(found, branches, strict=True)):
        return thing
    return block(thing.shape, found) if is_array(thing) else made_like(thing, found)


def rebuild(tree: Any, numbers: Iterable[Any]) -> Any:
    """A tree of the same structure with other leaves, taken in the order in which `leaves` lists them.

    The numbers may be an iterator that holds the leaves of further trees too.

    >>> rebuild({"w": [1.0, 2.0], "b": 3.0}, [10, 20, 30])
    {'w': [10, 20], 'b': 30}
    """
    return _rebuilt(tree, iter(numbers))


def _rebuilt(tree: Any, rest: Iterator[Any]) -> Any:
    if isinstance(tree, (float, Value)):
        return next(rest)
    if is_row(tree):
        return list(islice(rest, len(tree)))
    if is_cell(tree):
        return block(shape_of(tree), [next(rest) for _ in range(size_of(tree))])
    return made_like(tree, [_rebuilt(branch, rest) for _, branch in branches_of(tree)])


def mapped(function: Callable[[Any], Any], tree: Any) -> Any:
    """A tree of the same structure with `function(cell)` in place of every cell.

    >>> mapped(lambda x: [x], {"a": 1.0, "b": (2.0, 3.0)})
    {'a': [1.0], 'b': ([2.0], [3.0])}
    """
    if is_cell(tree):
        return function(tree)
    return made_like(
        tree,
        [
            function(branch) if isinstance(branch, (float, Value)) else mapped(function, branch)
            for _, branch in branches_of(tree)
        ],
    )


def product(outer: Any, inner: Any, rows: Iterable[list[Any]]) -> Any:
    """The tree `outer` with the tree `inner` in place of every cell, filled from rows of numbers.

    Where a cell of shape T meets a cell of shape S there is an array of shape T + S; a number has shape ().

    Args:
        outer: a tree of m numbers.
        inner: a tree of n numbers.
        rows: m rows of n numbers.

    >>> product({"y": 0.0}, (0.0, [0.0]), [[1.0, 2.0]])
    {'y': (1.0, [2.0])}
    """
    rest = iter(rows)

    def across(cell: Any) -> Any:
        band = [next(rest) for _ in range(size_of(cell))]
        end = 0

        def meeting(other: Any) -> Any:
            nonlocal end
            start, end = end, end + size_of(other)
            numbers = [number for row in band for number in row[start:end]]
            return block(shape_of(cell) + shape_of(other), numbers)

        return mapped(meeting, inner)

    return mapped(across, outer)


def paired(tree: Any, other: Any, name: str = "point", other_name: str = "direction") -> list[Any]:
    """The leaves of another tree of the same structure, in the order of those of the first.

    Lists, tuples, arrays and the like pair by position, mappings by key, dataclasses by field.

    Raises:
        TypeError: if a leaf of the other is not a number.
        ValueError: if the structures differ; the message says where.

    >>> paired({"a": 1.0, "b": [2.0]}, {"b": (20.0,), "a": 10.0})
    [10.0, 20.0]
    """
    found: list[Any] = []
    _pair(tree, other, "", (name, other_name), found)
    return found


def _pair(tree: Any, other: Any, path: str, names: tuple[str, str], found: list[Any]) -> None:
    if is_row(tree) and is_row(other) and len(tree) == len(other):
        found += other
        return
    cells = is_cell(tree) and is_cell(other)
    if cells and shape_of(tree) == shape_of(other):
        found += numbers_of(other, path)
        return
    here, there = _pairing(tree, path), _pairing(other, path)
    if cells or here.keys() != there.keys() or kind_of(tree) != kind_of(other):
        place = f"at {path} " if path else ""
        raise ValueError(
            f"the {names[1]} needs the structure of the {names[0]}: {place}the {names[0]} is "
            f"{described(tree, there)}, the {names[1]} {described(other, here)}"
        )
    for key, branch in here.items():
        _pair(branch, there[key], path + step(tree, key), names, found)


def _pairing(tree: Any, path: str) -> dict[Any, Any]:
    """The branches of a tree by what they pair by, the rows of an array among them."""
    if is_cell(tree):
        return dict(enumerate(tree)) if shape_of(tree) else {}
    branches = dict(branches_of(tree, path))
    return dict(enumerate(branches.values())) if isinstance(tree, tuple) else branches
