"""What a model holds at the moment, so that a change of it can be seen later."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final
from weakref import ref

from autograd import Value
from nn.entries import attributes, items
from nn.history import History
from nn.module import Module
from nn.usual import PLAIN

_WRITTEN: Final = frozenset({type(None), bool, int, float, complex, str, bytes})
"""What is compared as it is written: 0.0 differs from -0.0, and nan is the same as nan."""


class Same:
    """An object that is compared by identity and not kept alive."""

    __slots__ = ("_address", "_reference")

    def __init__(self, thing: Any) -> None:
        self._address = id(thing)
        # A tuple, for one, takes no reference; what is in it is compared.
        self._reference = ref(thing) if type(thing).__weakrefoffset__ else None

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Same) or self._address != other._address:
            return False
        return self._reference is None or self._reference() is not None  # else another one has its place

    __hash__ = None  # type: ignore[assignment]


def snapshot(model: Any) -> list[object]:
    """What a model holds: its structure, its Values, its settings; two that are equal tell of no change.

    The numbers in Values may change, and so may the record of the training. Functions, and arrays of numbers,
    are compared by identity: what is inside them is not looked at.

    Args:
        model: a module; everything in attributes and containers counts, and what these hold in turn.

    >>> from nn import MLP
    >>> model = MLP(2, [1])
    >>> before = snapshot(model)
    >>> model.layers[0].neurons[0].b.data = 3.0
    >>> snapshot(model) == before
    True
    >>> model.layers[0].neurons[0].b = Value(3.0)
    >>> snapshot(model) == before
    False
    """
    found: list[object] = []
    numbers: dict[int, int] = {}  # of the things that were met, by address
    waiting: list[Any] = [model]
    while waiting:
        thing = waiting.pop()
        kind = type(thing)
        found.append(kind)
        if kind in _WRITTEN:
            found.append(repr(thing))
        elif kind is Value:
            found.append(thing)
        elif id(thing) in numbers:
            found.append(numbers[id(thing)])
        else:
            numbers[id(thing)] = len(numbers)
            found.append(Same(thing))
            if kind not in PLAIN and not isinstance(thing, type):
                _look_into(thing, found, waiting)
    return found


def _look_into(thing: Any, found: list[object], waiting: list[Any]) -> None:
    """Note what an object holds: at once where that is simple, the rest is put off."""
    own = [(name, inside) for name, inside in attributes(thing) if type(inside) is not History]
    if isinstance(thing, Module):  # its mode here, which another thread does not change
        found.append(thing.training)
        own = [(name, inside) for name, inside in own if name != "training"]
    found.append([name for name, _ in own])
    waiting += [inside for _, inside in own]
    if not isinstance(thing, list):
        named, loose = items(thing) if isinstance(thing, Collection) else ((), ())
        waiting += [part for entry in (*named, *loose) for part in entry]
        return
    kinds = set(map(type, thing))
    found.append(len(thing))
    if kinds <= {Value}:
        found += thing
    elif kinds <= _WRITTEN:
        found.append(repr(list(thing)))
    else:
        waiting += thing
