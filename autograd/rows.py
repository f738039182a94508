"""Rows: flat lists of numbers, the trees that are met most, in loops that are compiled."""

from __future__ import annotations

from autograd.annotations import TYPE_CHECKING
from autograd.value import Value, constant

if TYPE_CHECKING:
    from typing import Any


def is_row(tree: Any) -> bool:
    """Whether it is a list of floats and Values."""
    if type(tree) is not list:
        return False
    for number in tree:  # noqa: SIM110 (compiled, a loop is quicker than all() over a generator)
        if type(number) is not float and not isinstance(number, Value):
            return False
    return True


def values_of(numbers: list[Any]) -> list[Value]:
    """The Values among some numbers."""
    found: list[Value] = []
    for number in numbers:
        if isinstance(number, Value):
            found.append(number)
    return found


def without_values(numbers: list[Any]) -> list[Any]:
    """The others among them."""
    others: list[Any] = []
    for number in numbers:
        if not isinstance(number, Value):
            others.append(number)
    return others


def as_leaves(numbers: list[Any]) -> list[Value]:
    """A new leaf for each number."""
    return [constant(number) if type(number) is float else Value(number) for number in numbers]
