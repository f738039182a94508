"""What functions are given, held to what they take; the errors say what it was."""

from __future__ import annotations

from collections.abc import Mapping, Set
from types import MethodType
from typing import Any

from autograd import Value


def described(given: object) -> str:
    """What was given, in an error: its type and what it is; a class as a class.

    >>> described([1.0]), described(None), described(dict)
    ('list: [1.0]', 'None', 'the class dict')
    """
    if given is None:
        return "None"
    return (
        f"the class {given.__name__}" if isinstance(given, type) else f"{type(given).__name__}: {given!r:.60}"
    )


def saved_state(owner: object, kind: str, state: Any, keys: tuple[str, ...]) -> Mapping[str, Any]:
    """The state that an object of the same class gave.

    Args:
        owner: an optimizer or a schedule, which is to go on from there.
        kind: which of the two; under this key the state has the name of the class.
        state: what `state_dict()` gave.
        keys: what else it must have.

    Raises:
        TypeError: if it is no dict.
        ValueError: if it is of another class, or not whole.
    """
    name = type(owner).__name__
    if not isinstance(state, Mapping):
        raise TypeError(
            f"load_state_dict of {name} takes the dict that state_dict() gave, got {described(state)}"
        )
    if state.get(kind) != name:
        raise ValueError(f"this {kind} is {name}, the state is of {state.get(kind)}")
    missing = [key for key in keys if key not in state]
    if missing:
        raise ValueError(f"the state of {name} is not whole: missing {', '.join(missing)}")
    return state


def listed_parameters(owner: str, given: Any) -> list[Any]:
    """The parameters that somebody was given, as a list.

    Args:
        owner: what they were given to, such as 'SGD'; the error names it.
        given: Values in any order that is fixed.

    Raises:
        TypeError: if it is no list, or has something else in it.

    >>> listed_parameters("SGD", [1.0])
    Traceback (most recent call last):
        ...
    TypeError: parameters of SGD are Values, but number 0 is float: 1.0
    """
    parameters = listed(owner, "parameters", given, Value)
    for i, p in enumerate(parameters):
        if not isinstance(p, Value):
            raise TypeError(f"parameters of {owner} are Values, but number {i} is {described(p)}")
    return parameters


def listed(owner: str, what: str, given: Any, single: type | None = None) -> list[Any]:
    """Anything with a fixed order as a list; a TypeError that names the owner for anything else.

    Args:
        owner: what it was given to.
        what: what it is a list of.
        given: the list.
        single: the class of its entries, one of which may have been given by itself.

    >>> listed("fit", "callbacks", (1, 2))
    [1, 2]
    """
    if hasattr(given, "__iter__") and not isinstance(given, (str, bytes, Mapping, Set)):
        return list(given)
    advice = ""
    if what == "parameters" and hasattr(given, "parameters") and not isinstance(given, type):
        advice = "; give model.parameters()"
    elif single is not None and isinstance(given, single):
        advice = "; put it into a list"
    elif isinstance(given, MethodType):
        advice = f"; call it: {given.__name__}()"
    raise TypeError(f"{owner} takes a list of {what}, got {described(given)}{advice}")


def few(names: list[str]) -> str:
    """The first three of some names, for an error.

    >>> few(["w.0", "w.1", "w.2", "b"]), few([])
    ('w.0, w.1, w.2 and 1 more', 'none')
    """
    return (", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")) or "none"
