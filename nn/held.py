"""What a model holds beside its parameters: a program that was made of it takes this for fixed."""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Mapping
from functools import lru_cache, partial
from types import BuiltinFunctionType, FunctionType, MemberDescriptorType, MethodType, ModuleType
from typing import Any

from autograd import Value
from nn.history import History
from nn.module import Module

_PLAIN = (bool, int, float, complex, str, bytes, type(None))
# Nobody looks inside; what a model keeps of its training changes with every epoch.
_CLOSED = (Value, History, type, ModuleType, FunctionType, BuiltinFunctionType)


class Held:
    """All that things hold, as it is now: numbers and strings, and which objects stand where.

    Of a method that is its object, of a `functools.partial` what it adds. What functions close over or find
    among globals is not looked at, nor are attributes of classes.

    Args:
        things: modules, a loss: anything.

    >>> from nn import MLP
    >>> model = MLP(1, [1])
    >>> held = Held(model)
    >>> model.parameters()[0].data = 2.0
    >>> held.changed()
    False
    >>> model.training = False
    >>> held.changed()
    True
    """

    def __init__(self, *things: Any) -> None:
        self._things = things
        self._found: list[Any] = []
        self._copies: list[tuple[Any, Any]] = []
        self._seen: dict[int, Any] = {}  # keeps what it has met, so that no other object gets its id
        waiting = list(reversed(things))
        while waiting:
            thing = waiting.pop()
            if isinstance(thing, _PLAIN):
                self._found.append((type(thing), thing))
                continue
            self._found.append(id(thing))
            if id(thing) not in self._seen:
                self._seen[id(thing)] = thing
                if not isinstance(thing, _CLOSED):
                    waiting += reversed(self._inside(thing))

    def changed(self) -> bool:
        """Whether they hold anything else by now."""
        return Held(*self._things)._found != self._found

    def restore(self) -> None:
        """Put back what lists, deques, dicts and attributes held, if they hold anything else."""
        if not self.changed():  # another thread may be using them
            return
        for holder, before in self._copies:
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

    def _inside(self, thing: Any) -> list[Any]:
        """What one object holds."""
        inside: list[Any] = []
        if isinstance(thing, (list, deque)):
            self._copies.append((thing, list(thing)))
            inside += thing
        elif isinstance(thing, Mapping):
            if isinstance(thing, dict):
                self._copies.append((thing, dict(thing)))
            inside += [entry for pair in thing.items() for entry in pair]
        elif isinstance(thing, (tuple, set, frozenset)):
            inside += thing
        elif isinstance(thing, MethodType):
            return [thing.__func__, thing.__self__]
        elif isinstance(thing, partial):
            inside += [thing.func, *thing.args, *thing.keywords.values()]
        elif _is_array(thing):
            inside += [thing.tobytes(), *(thing.flat if thing.dtype.hasobject else ())]
        if isinstance(thing, Module):
            inside.append(thing.training)  # which a block may have set for this thread
        if slots := _slots(type(thing)):  # type: ignore[arg-type]
            filled = {slot: getattr(thing, slot) for slot in slots if hasattr(thing, slot)}
            self._copies.append((thing, filled))
            inside += [entry for pair in filled.items() for entry in pair]
        attributes = getattr(thing, "__dict__", None)
        if attributes:
            inside.append(attributes)
        return inside


@lru_cache(maxsize=1000)
def _slots(kind: type) -> list[str]:
    """The slots of classes that are written in Python, which can be set."""
    named = [vars(base) for base in kind.__mro__ if "__slots__" in vars(base)]
    return [name for own in named for name, entry in own.items() if isinstance(entry, MemberDescriptorType)]


def _is_array(thing: Any) -> bool:
    numpy = sys.modules.get("numpy")
    return numpy is not None and isinstance(thing, numpy.ndarray)
