"""What a module holds: everything in its attributes, each thing once, with the path that leads to it.

What has a name and a fixed order is found: attributes of modules and dataclasses, entries of lists, tuples,
mappings, arrays. What has not is loose: members of a set, attributes of other objects. A parameter that is
only there would not be trained, or not be saved under a name that the next run knows, so it is an error.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import is_dataclass
from enum import Enum
from functools import lru_cache, partial, singledispatch
from numbers import Number
from types import BuiltinFunctionType, FunctionType, MemberDescriptorType, MethodType, ModuleType
from typing import Any

from autograd import Operation, Value

Entry = tuple[object, Any]
"""A name and what it stands for."""

Place = tuple["Place", object] | None
"""A path as links, the last name first; it is only written out where somebody reads it."""

Found = tuple[Place, Any]

_UNNAMED = object()  # in place of a name: it adds nothing to a path

# Nothing is found in these, and functions may close over anything.
_PLAIN = {
    *(type(None), bool, int, float, complex, str, bytes, range, ModuleType, Operation, partial),
    *(FunctionType, BuiltinFunctionType, MethodType, property, classmethod, staticmethod),
}
_NAMES = (str, bytes, Number, tuple, Enum, type, type(None))  # keys that read the same in every run


def contents(root: Any, wanted: Callable[[Any], bool], whole: type, deep: bool = True) -> Iterator[Found]:
    """Everything in a module with its place, each thing once; the module itself first.

    Args:
        root: where to start.
        wanted: what must not be loose.
        whole: the class whose objects are searched, as dataclasses are: `Module`.
        deep: also look inside the modules that are found.

    Raises:
        TypeError: if something wanted is only held loosely; it says where, and what to do.
    """
    seen: dict[int, Any] = {}  # what is kept here cannot die, and leave its address to something else
    loose: list[tuple[Place, Any, list[Entry]]] = []
    classes: set[type] = set()

    def search(waiting: list[Found]) -> Iterator[Found]:
        while waiting:
            place, found = waiting.pop()
            if id(found) in seen:
                continue
            seen[id(found)] = found
            yield place, found
            if type(found) is Value or not (deep or found is root or not isinstance(found, whole)):
                continue
            named, others = _entries(found, whole)
            if isinstance(found, whole) and type(found) not in classes:
                classes.add(type(found))
                others += _of_the_class(type(found), whole)
            if others:
                loose.append((place, found, others))
            waiting.extend([((place, name), inner) for name, inner in reversed(named)])

    yield from search([(None, root)])
    while deep and loose:
        place, holder, others = loose.pop()
        for below, found in search([((place, name), inner) for name, inner in others]):
            if wanted(found):
                raise TypeError(_advice(place, holder, below, found, whole))


def path_of(place: Place) -> str:
    """A place as it is written, such as 'layers.0.neurons.2.w.1'.

    >>> path_of(((None, "w"), 1))
    'w.1'
    """
    names = []
    while place is not None:
        place, name = place
        if name is not _UNNAMED:
            names.append(str(name))
    return ".".join(reversed(names))


def _entries(holder: Any, whole: type) -> tuple[list[Entry], list[Entry]]:
    """What an object holds by name, and what it holds loosely."""
    named, loose = items(holder)
    if isinstance(holder, whole) or is_dataclass(holder):
        named = [*_attributes(holder), *named]
    elif not type(holder).__module__.startswith("autograd."):  # an explanation, say, holds its graph
        loose = [*loose, *_attributes(holder)]
    return _worth_a_look(named), _worth_a_look(loose)


def _worth_a_look(entries: Iterable[Entry]) -> list[Entry]:
    return [entry for entry in entries if type(entry[1]) not in _PLAIN and not isinstance(entry[1], type)]


@singledispatch
def items(holder: Any) -> tuple[Iterable[Entry], Iterable[Entry]]:
    """The entries of a container by name, and those that have none; here of anything else."""
    numpy = sys.modules.get("numpy")
    if numpy is None or not isinstance(holder, numpy.ndarray) or not holder.dtype.hasobject:
        return (), ()
    inside = holder.tolist()
    return (enumerate(inside) if holder.ndim else [(_UNNAMED, inside)]), ()


@items.register(Mapping)
def _(holder: Mapping[Any, Any]) -> tuple[Iterable[Entry], Iterable[Entry]]:
    unnamed = [key for key in holder if not isinstance(key, _NAMES)]
    if not unnamed:
        return holder.items(), ()
    named = [(key, inner) for key, inner in holder.items() if isinstance(key, _NAMES)]
    return named, [(_UNNAMED, entry) for key in unnamed for entry in (key, holder[key])]


@items.register(Sequence)
def _(holder: Sequence[Any]) -> tuple[Iterable[Entry], Iterable[Entry]]:
    return enumerate(holder), ()


@items.register(tuple)
def _(holder: tuple[Any, ...]) -> tuple[Iterable[Entry], Iterable[Entry]]:
    return zip(getattr(holder, "_fields", range(len(holder))), holder, strict=False), ()


@items.register(Set)
def _(holder: Set[Any]) -> tuple[Iterable[Entry], Iterable[Entry]]:
    return (), [(_UNNAMED, member) for member in holder]


def _attributes(holder: Any) -> list[Entry]:
    """The attributes of an object, those in slots first, the others in the order in which they were set."""
    slots = [(name, getattr(holder, name)) for name in _slots(type(holder)) if hasattr(holder, name)]  # type: ignore[arg-type]
    return slots + list(getattr(holder, "__dict__", {}).items())


@lru_cache(maxsize=1000)
def _slots(owner: Any) -> list[str]:
    return [
        name
        for base in reversed(owner.__mro__)
        for name, kind in vars(base).items()
        if isinstance(kind, MemberDescriptorType)
    ]


def _of_the_class(owner: type, whole: type) -> list[Entry]:
    own = owner.__mro__[: owner.__mro__.index(whole)]
    return _worth_a_look(entry for base in own for entry in vars(base).items())


def _advice(place: Place, holder: Any, below: Place, found: Any, whole: type) -> str:
    """Why a thing is not found where it stands, and where it would be."""
    kind, where, path = type(holder).__name__, path_of(place), path_of(below)
    what = f"a {type(found).__name__}" if isinstance(found, whole) else "a parameter"
    if isinstance(holder, Set):
        return f"{where} is a {kind}, which has no order, and {what} is in it; hold it in a list or a dict"
    if isinstance(holder, Mapping):
        return f"{where} has {what} under, or as, a key that is no name; let the keys be strings or numbers"
    if isinstance(holder, whole):
        return f"{path} is {what} of the class {kind}, the same for all its objects; set it in __init__"
    return (
        f"{path} is {what} in an object of the class {kind}, which is not searched; derive {kind} from "
        "nn.Module, make it a dataclass, or let it hold Values that are not to be trained detached, as in "
        "Value(2.0).detach()"
    )
