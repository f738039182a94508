"""Entries: what a container or an object holds, by name where that reads the same in every run."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence, Set
from enum import Enum
from functools import lru_cache, singledispatch
from numbers import Number
from types import MemberDescriptorType
from typing import Any

Entry = tuple[object, Any]
"""A name and what it stands for."""

UNNAMED = object()  # in place of a name: it adds nothing to a path

_NAMES = (str, bytes, Number, tuple, Enum, type, type(None))  # keys that read the same in every run


@singledispatch
def items(holder: Any) -> tuple[Iterable[Entry], Iterable[Entry]]:
    """The entries of a container by name, and those that have none; here of anything else."""
    numpy = sys.modules.get("numpy")
    if numpy is None or not isinstance(holder, numpy.ndarray) or not holder.dtype.hasobject:
        return (), ()
    inside = holder.tolist()
    return (enumerate(inside) if holder.ndim else [(UNNAMED, inside)]), ()


@items.register(Mapping)
def _(holder: Mapping[Any, Any]) -> tuple[Iterable[Entry], Iterable[Entry]]:
    unnamed = [key for key in holder if not isinstance(key, _NAMES)]
    if not unnamed:
        return holder.items(), ()
    named = [(key, inner) for key, inner in holder.items() if isinstance(key, _NAMES)]
    return named, [(UNNAMED, entry) for key in unnamed for entry in (key, holder[key])]


@items.register(Sequence)
def _(holder: Sequence[Any]) -> tuple[Iterable[Entry], Iterable[Entry]]:
    return enumerate(holder), ()


@items.register(tuple)
def _(holder: tuple[Any, ...]) -> tuple[Iterable[Entry], Iterable[Entry]]:
    return zip(getattr(holder, "_fields", range(len(holder))), holder, strict=False), ()


@items.register(Set)
def _(holder: Set[Any]) -> tuple[Iterable[Entry], Iterable[Entry]]:
    return (), [(UNNAMED, member) for member in holder]


def attributes(holder: Any) -> list[Entry]:
    """The attributes of an object, those in slots first, the others in the order in which they were set."""
    names = slots(type(holder))  # type: ignore[arg-type]
    inside = [(name, getattr(holder, name)) for name in names if hasattr(holder, name)]
    return inside + list(getattr(holder, "__dict__", {}).items())


@lru_cache(maxsize=1000)
def slots(owner: Any) -> list[str]:
    """The names of the slots of a class, those of its bases first."""
    return [
        name
        for base in reversed(owner.__mro__)
        for name, kind in vars(base).items()
        if isinstance(kind, MemberDescriptorType) and name != "__dict__"
    ]


def entries_of_the_class(owner: type, whole: type) -> list[Entry]:
    """What a class and its bases hold, below the class `whole`."""
    own = owner.__mro__[: owner.__mro__.index(whole)]
    return [entry for base in own for entry in vars(base).items()]
