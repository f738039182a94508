"""Scopes: the layer, the neuron or whatever else new nodes are built in.

A scope is part of the mode, which has its tag ready for the nodes.
"""

from __future__ import annotations

from autograd.annotations import TYPE_CHECKING
from autograd.modes import OPEN, Place, Switch, find_place, here, set_place

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any, Final, TypeVar

    T = TypeVar("T")


def scope(name: str) -> Switch:
    """Group the nodes that are built inside, as a layer or a neuron does; scopes nest into a path.

    Args:
        name: what is added to the path of the scopes that are open.

    Raises:
        TypeError: if the name is not a string, or empty.

    >>> from autograd import Value
    >>> x = Value(3.0)
    >>> with scope("layer 1"), scope("neuron 2"):
    ...     y = x * x
    >>> y.scope
    'layer 1/neuron 2'
    """
    if not isinstance(name, str) or not name:
        raise TypeError(f"a scope's name is a string that is not empty, got {name!r}")
    return Switch(scope=name)


TRACED: Final = "(traced)"
"""The scope around a function that `jit` writes down: what stands in it the function made."""


def is_traced(path: str) -> bool:
    """Whether a scope is that of a function which `jit` writes down, or one within.

    >>> is_traced("(traced)/layer 1"), is_traced("layer 1")
    (True, False)
    """
    return path == TRACED or path.startswith(TRACED + "/")


def is_tracing() -> bool:
    """Whether a function is being written down by `jit` in this thread.

    What a function decides then by anything but its numbers, it decides for all calls.

    >>> is_tracing()
    False
    """
    return is_traced(current_scope())


def current_scope() -> str:
    """The path of the scopes that are open here, such as 'layer 1/neuron 2'; '' outside all scopes.

    New nodes carry it as their `scope`.

    >>> with scope("layer 1"), scope("neuron 2"):
    ...     current_scope()
    'layer 1/neuron 2'
    >>> current_scope()
    ''
    """
    return here().path


def each_in_scope(
    name: str,
    functions: Sequence[Callable[[Any], T]],
    x: Any,
    call: Callable[[Callable[[Any], T], Any], T] | None = None,
) -> list[T]:
    """[function(x) for function in functions], the first in scope(f"{name} 1"), and so on.

    A task that a function starts without waiting for it runs on in the scope around them all.

    Args:
        name: what the scopes are called, before their number.
        functions: functions of one argument, such as the neurons of a layer.
        x: the argument of each.
        call: what calls them, as call(function, x), if it knows a quicker way than function(x).

    Returns:
        A list of what they return.

    >>> from autograd import Value
    >>> doubled, squared = each_in_scope("branch", [lambda x: 2 * x, lambda x: x * x], Value(3.0))
    >>> doubled.data, squared.data, squared.scope
    (6.0, 9.0, 'branch 2')
    """
    results = []
    outside: Place = find_place()
    place = Place(outside.mode, outside)  # moved from scope to scope, as setting the variable takes longer
    inside = outside.mode.numbered(name, len(functions))
    OPEN.append(None)
    try:
        for i, function in enumerate(functions):
            place.mode = inside[i]
            if find_place() is not place:  # at first, and after a function that left a block open
                set_place(place)
            results.append(function(x) if call is None else call(function, x))
    finally:
        place.mode = outside.mode
        OPEN.pop()
        set_place(outside)
    return results
