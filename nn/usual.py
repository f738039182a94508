"""A short walk through a module that holds what modules usually hold; compiled with the engine.

`contents` finds more, says where it stands and what is wrong with it, and takes longer. A training step asks
for the parameters several times, so what is usual is found here: Values, lists, tuples, dicts by name,
modules and dataclasses with plain attributes, and beside these only what can hold no Value.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import is_dataclass
from functools import partial
from types import (
    BuiltinFunctionType,
    FunctionType,
    GenericAlias,
    GetSetDescriptorType,
    MemberDescriptorType,
    MethodType,
    ModuleType,
    UnionType,
)
from typing import Any, Final

from autograd import Operation, Value
from nn.history import History


def _with_subclasses(kind: Any) -> list[Any]:
    return [kind, *[each for below in kind.__subclasses__() for each in _with_subclasses(below)]]


# Nothing is found in these, and functions may close over anything.
PLAIN: Final[set[Any]] = {
    *(type(None), bool, int, float, complex, str, bytes, range, ModuleType, partial),
    *(FunctionType, BuiltinFunctionType, MethodType, property, classmethod, staticmethod),
    *_with_subclasses(Operation),
    History,  # which grows with every epoch
}
_BARREN: Final[set[Any]] = {*PLAIN, type, GenericAlias, UnionType, GetSetDescriptorType}

_MODULE: Final = 0  # what objects of a class are to the walk
_RECORD: Final = 1
_OTHER: Final = 2
_UNUSUAL: Final = 3


def usual_contents(root: Any, whole: Any, buffer: Any) -> tuple[list[Any], list[Value]] | None:
    """The modules and the parameters in a module, each once, in the order of `contents`.

    Args:
        root: where to start.
        whole: the class `Module`.
        buffer: the class `Buffer`, whose Values are no parameters.

    Returns:
        None if there is something unusual, for `contents` to look at.
    """
    modules: list[Any] = []
    values: dict[int, Value] = {}
    kinds: dict[Any, int] = {}
    seen: dict[int, Any] = {}
    waiting: list[Any] = [root]
    while waiting:
        thing = waiting.pop()
        if isinstance(thing, Value):
            values[id(thing)] = thing
            continue
        if id(thing) in seen:
            continue
        seen[id(thing)] = thing
        kind = type(thing)
        if kind is list:
            inside: list[Any] = thing
        elif kind is tuple:
            inside = list(thing)
        elif kind is dict:
            if not _has_names(thing):
                return None
            inside = list(thing.values())
        elif kind is buffer:
            if not _hold_nothing([list(thing), thing.__dict__]):
                return None
            continue
        else:
            if kind not in kinds:
                kinds[kind] = _kind_of(thing, whole)
            what = kinds[kind]
            inside = list(getattr(thing, "__dict__", {}).values())
            if what == _MODULE:
                modules.append(thing)
            elif what == _OTHER and _hold_nothing(inside):
                continue
            elif what != _RECORD:
                return None
        _add(inside, values, waiting)
    return modules, [value for value in values.values() if not value.is_result]


def _add(inside: list[Any], values: dict[int, Value], waiting: list[Any]) -> None:
    """Take what a thing holds: at once if there are only Values, else one by one, in order."""
    for thing in inside:
        if not isinstance(thing, Value):
            break
    else:
        for thing in inside:
            values[id(thing)] = thing
        return
    for thing in inside[::-1]:
        if type(thing) is not float and type(thing) not in _BARREN:
            waiting.append(thing)


def _has_names(holder: Any) -> bool:
    for key in holder:  # noqa: SIM110 (compiled, a loop is quicker than all() over a generator)
        if type(key) is not str and type(key) is not int:
            return False
    return True


def _hold_nothing(things: list[Any]) -> bool:
    """Whether there is nothing in some things but what no Value can be in, or containers of that."""
    waiting, seen = list(things), set[int]()
    while waiting:
        thing = waiting.pop()
        kind = type(thing)
        if kind in _BARREN or kind.__module__ == "typing" or id(thing) in seen:
            continue
        seen.add(id(thing))
        if kind is list or kind is tuple:
            inside: Any = thing
        elif kind is dict and _has_names(thing):
            inside = thing.values()
        else:
            return False
        waiting += [each for each in inside if type(each) is not float]
    return True


def _kind_of(thing: Any, whole: Any) -> int:
    """What the objects of its class are: all have their attributes in a dict, else they are unusual."""
    kind = type(thing)
    if isinstance(thing, Collection):
        return _UNUSUAL
    for base in kind.__mro__:
        for attribute in vars(base).values():
            if type(attribute) is MemberDescriptorType:  # of a slot
                return _UNUSUAL
    if not isinstance(thing, whole):
        return _RECORD if is_dataclass(thing) else _OTHER
    for base in kind.__mro__[: kind.__mro__.index(whole)]:
        for attribute in vars(base).values():
            if not _hold_nothing([attribute]):
                return _UNUSUAL
    return _MODULE
