"""The numbers that a program computed, in the structure of what the function returns."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from autograd.compiled.trace import Constant, Slot, replaced
from autograd.containers import block, is_array


def in_structure(out: Any) -> Callable[[list[float]], Any]:
    """What puts numbers into a tree of slots: numbers, lists of lists and arrays without looking at each.

    >>> in_structure([[Slot(0), Slot(1)], [Slot(2), Slot(3)]])([1.0, 2.0, 3.0, 4.0])
    [[1.0, 2.0], [3.0, 4.0]]
    >>> in_structure({"a": Slot(0), "b": "text"})([1.0])
    {'a': 1.0, 'b': 'text'}
    """
    if type(out) is Slot:
        return lambda numbers: numbers[0]
    if is_array(out) and out.dtype.kind == "f":
        return lambda numbers: block(out.shape, numbers)
    shape = _shape_of_lists(out)
    if shape is not None:
        return lambda numbers: _cut(numbers, shape)
    return lambda numbers: replaced(out, float, lambda slot: _number(slot, numbers))


def _number(slot: float, numbers: list[float]) -> Any:
    return slot.number if isinstance(slot, Constant) else numbers[int(slot)]


def _shape_of_lists(thing: Any) -> tuple[int, ...] | None:
    """The shape of lists of equal length with slots in them; None of anything else."""
    if type(thing) is not list or not thing:
        return None
    kinds = set(map(type, thing))
    if kinds == {Slot}:
        return (len(thing),)
    shapes = {_shape_of_lists(branch) for branch in thing} if kinds == {list} else {None}
    shape = shapes.pop()
    return None if shapes or shape is None else (len(thing), *shape)


def _cut(numbers: list[Any], shape: tuple[int, ...]) -> list[Any]:
    for size in reversed(shape[1:]):
        numbers = [numbers[start : start + size] for start in range(0, len(numbers), size)]
    return numbers
