"""What things hold at the moment, so that a change of it can be seen later, or undone.

A program that was made of a model takes for fixed all but the numbers in Values: the layers, the settings,
the arrays. So these are noted, and which Values stand where. The record of a training is left out. Of a
method that is its object, of a `functools.partial` what it adds. Other functions are compared by identity:
what they close over or find among globals is not looked at, nor are attributes of classes.
"""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Collection
from functools import lru_cache, partial
from types import MemberDescriptorType, MethodType
from typing import Any, Final
from weakref import ref

from autograd import Value
from nn.entries import attributes, items
from nn.history import History
from nn.module import Module
from nn.usual import PLAIN

_WRITTEN: Final = frozenset({type(None), bool, int, float, complex, str, bytes})
"""What is compared as it is written: 0.0 differs from -0.0, and nan is the same as nan."""


def snapshot(*things: Any) -> list[object]:
    """What things hold, without keeping them alive; two that are equal tell of no change.

    Args:
        things: modules, a loss: everything in attributes and containers counts, and what these hold in turn.

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
    return _Walk(things).found


class Held:
    """What things hold, kept to be put back.

    Args:
        things: as for `snapshot`.

    >>> from nn import MLP
    >>> model = MLP(1, [1])
    >>> held = Held(model)
    >>> model.eval().parameters()[0].data = 2.0
    >>> held.changed()
    True
    >>> held.restore()
    >>> model.training, model.parameters()[0].data, held.changed()
    (True, 2.0, False)
    """

    def __init__(self, *things: Any) -> None:
        walk = _Walk(things)
        self._things, self._found, self._kept_alive = things, walk.found, walk.opened
        dicts = [thing.__dict__ for thing in walk.opened if hasattr(thing, "__dict__")]
        self._copies = [(holder, _copied(holder)) for holder in (*walk.opened, *dicts)]

    def changed(self) -> bool:
        """Whether they hold anything else by now."""
        return snapshot(*self._things) != self._found

    def restore(self) -> None:
        """Put back what lists, deques, dicts and attributes held, if they hold anything else."""
        if not self.changed():  # another thread may be using them
            return
        for holder, before in self._copies:
            _put_back(holder, before)


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
        if self._reference is None or other._reference is None:
            return self._reference is other._reference
        thing = self._reference()
        return thing is not None and thing is other._reference()  # else another one has its place

    __hash__ = None  # type: ignore[assignment]


class _Walk:
    """Looks into things, and whatever they hold, once.

    Attributes:
        found: what they hold.
        opened: what was looked into.
    """

    def __init__(self, things: tuple[Any, ...]) -> None:
        self.found: list[object] = []
        self.opened: list[Any] = []
        self._waiting: list[Any] = list(reversed(things))
        numbers: dict[int, int] = {}  # of the things that were met, by address
        while self._waiting:
            thing = self._waiting.pop()
            kind = type(thing)
            self.found.append(kind)
            if kind in _WRITTEN or _is_number_of_numpy(thing):
                self.found.append(repr(thing))
            elif kind is Value:
                self.found.append(thing)
            elif id(thing) in numbers:
                self.found.append(numbers[id(thing)])
            else:
                numbers[id(thing)] = len(numbers)
                self.found.append(Same(thing))
                if kind is MethodType:
                    self._waiting += [thing.__self__, thing.__func__]
                elif kind is partial:
                    self._waiting += [thing.func, *thing.args, *thing.keywords.values()]
                elif kind not in PLAIN and not isinstance(thing, type):
                    self.opened.append(thing)
                    self._look_into(thing)

    def _look_into(self, thing: Any) -> None:
        """Note what an object holds: at once where that is simple, the rest is put off."""
        own = [(name, inside) for name, inside in attributes(thing) if type(inside) is not History]
        if isinstance(thing, Module):  # its mode here, which another thread does not change
            self.found.append(thing.training)
            own = [(name, inside) for name, inside in own if name != "training"]
        self.found.append([name for name, _ in own])
        self._waiting += [inside for _, inside in own]
        if not isinstance(thing, list):
            if _is_array(thing):
                self.found.append((thing.shape, thing.dtype.str, thing.tobytes()))
            named, loose = items(thing) if isinstance(thing, Collection) else ((), ())
            self._waiting += [part for entry in (*named, *loose) for part in entry]
            return
        kinds = set(map(type, thing))
        self.found.append(len(thing))
        if kinds <= {Value}:
            self.found += thing
        elif kinds <= _WRITTEN:
            self.found.append(repr(list(thing)))
        else:
            self._waiting += thing


def _copied(holder: Any) -> Any:
    """What a list, a deque or a dict holds, or the slots of anything else."""
    if isinstance(holder, (list, deque)):
        return list(holder)
    if isinstance(holder, dict):
        return dict(holder)
    slots = _slots(type(holder))  # type: ignore[arg-type]
    return {slot: getattr(holder, slot) for slot in slots if hasattr(holder, slot)}


def _put_back(holder: Any, before: Any) -> None:
    if isinstance(holder, list):
        holder[:] = before
    elif isinstance(holder, deque):
        holder.clear()
        holder.extend(before)
    elif isinstance(holder, dict):
        holder.clear()
        holder.update(before)
    else:
        for slot, entry in before.items():
            object.__setattr__(holder, slot, entry)


@lru_cache(maxsize=1000)
def _slots(kind: Any) -> list[str]:
    """The slots of classes that are written in Python, which can be set."""
    named = [vars(base) for base in kind.__mro__ if "__slots__" in vars(base)]
    return [name for own in named for name, entry in own.items() if isinstance(entry, MemberDescriptorType)]


def _is_array(thing: Any) -> bool:
    numpy = sys.modules.get("numpy")
    return numpy is not None and isinstance(thing, numpy.ndarray)


def _is_number_of_numpy(thing: Any) -> bool:
    numpy = sys.modules.get("numpy")
    return numpy is not None and isinstance(thing, numpy.generic)
