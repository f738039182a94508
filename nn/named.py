"""Choices that can be given by name: looking one up in its table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

T = TypeVar("T")


def by_name(kind: str, choice: str | T, table: Mapping[str, T]) -> T:
    """The entry of a table by its name; anything that is not a string stands for itself.

    Raises:
        ValueError: if the table has no such name.

    >>> by_name("loss", "l3", {"l1": 1, "l2": 2})
    Traceback (most recent call last):
        ...
    ValueError: unknown loss 'l3'; there are l1, l2
    """
    if not isinstance(choice, str):
        return choice
    if choice not in table:
        raise ValueError(f"unknown {kind} {choice!r}; there are {', '.join(table)}")
    return table[choice]
