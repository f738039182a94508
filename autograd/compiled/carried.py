"""A compiled function on its way to another process: its programs go, and its function where that can.

A lambda or a function within a function cannot be pickled, and a function that reads a global model would
find another model where it arrives. Then the function is left behind, and its programs go alone, with the
numbers that its parameters have now.

A program is left behind too if it has something that cannot be pickled: an operation, or a rule that a number
is held to, which is a lambda or stands within a function. Who needs it there is told why it is not.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterable, Sequence
from pickle import HIGHEST_PROTOCOL, Pickler, PicklingError
from typing import Any, NoReturn

from autograd.compiled.trace import Jitted
from autograd.transformed import Transformed
from autograd.value import Value


class NotHere(TypeError):
    """A function is needed that did not come along."""


class LeftBehind:
    """Stands for a function that did not come along; a call says so.

    Args:
        name: that of the function.
        missing: for each program that did not come along either, why.

    >>> LeftBehind("f")(1.0)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    autograd.compiled.carried.NotHere: the function f is not here, ...
    """

    def __init__(self, name: str, missing: Sequence[str] = ()) -> None:
        self.__name__ = self.__qualname__ = name
        self.__doc__ = None
        self.missing = missing

    def __call__(self, /, *args: object, **kwargs: object) -> NoReturn:
        raise NotHere(
            f"the function {self.__name__} is not here, only programs that had been made of it when it was "
            "pickled, and none of them is for this call; call it once with arguments of this structure "
            "before it is pickled, or define it, with what it uses, in a module that this process can import"
            + "".join(f"; a program did not come along: {reason}" for reason in dict.fromkeys(self.missing))
        )

    def __repr__(self) -> str:
        return f"<{self.__name__}, left behind>"


class _InScript(LeftBehind):
    """A function of a script or notebook: found by its name if the other process has read the same script."""

    def __reduce__(self) -> tuple[Any, ...]:
        return _found_in_script, (self.__name__, self.missing)


def _found_in_script(name: str, missing: Sequence[str]) -> Callable[..., Any]:
    found = getattr(sys.modules["__main__"], name, None)
    return found.function if isinstance(found, Jitted) else LeftBehind(name, missing)


class _Trial(Pickler):
    """Pickles to nowhere, and notes the Values that it meets; what is compiled goes anyhow."""

    def __init__(self) -> None:
        super().__init__(self, HIGHEST_PROTOCOL)
        self.values: set[Value] = set()

    def write(self, data: object) -> None:
        """The bytes are for nobody."""

    def persistent_id(self, thing: Any) -> str | None:
        if isinstance(thing, Value):
            self.values.add(thing)
        return "compiled" if isinstance(thing, Jitted) else None


def goes(thing: Any, with_values: Iterable[Value] = ()) -> bool:
    """Whether something can be pickled, and takes these Values along.

    >>> w = Value(3.0)
    >>> goes([w], [w]), goes([Value(3.0)], [w]), goes(lambda: w)
    (True, False, False)
    """
    return not why_not(thing, with_values)


def why_not(thing: Any, with_values: Iterable[Value] = ()) -> str:
    """What speaks against pickling something; '' if nothing does, and it takes these Values along."""
    trial = _Trial()
    try:
        trial.dump(thing)
    except Exception as error:  # whatever a `__reduce__` may raise: it does not go
        return str(error) or type(error).__name__
    return "" if trial.values.issuperset(with_values) else "it uses Values that do not come along"


def function_to_go(
    f: Callable[..., Any], parameters: Collection[Value], missing: Sequence[str] = ()
) -> Callable[..., Any]:
    """A function that has programs: itself if it goes with its parameters, else what stands for it.

    Transforms go in any case: what they were made of is what may be left behind.

    Args:
        f: the function.
        parameters: the Values that its programs use.
        missing: why programs of it do not go.
    """
    if isinstance(f, Transformed):
        inner = function_to_go(f._f, parameters, missing)
        return f if inner is f._f else Transformed(f._name, f._run, inner, *f._settings)
    if isinstance(f, Jitted):
        if f.home and not parameters:
            return f
        inner = function_to_go(f.function, parameters, missing)
        return f if inner is f.function else inner
    if goes(f, parameters):
        return f
    name = getattr(f, "__name__", type(f).__name__)
    decorated = getattr(sys.modules["__main__"], name, None)
    in_script = not parameters and isinstance(decorated, Jitted) and decorated.function is f
    return (_InScript if in_script else LeftBehind)(name, missing)


def require_its_own_values(
    f: Callable[..., Any], parameters: Collection[Value], missing: Sequence[str]
) -> None:
    """Raise PicklingError if a function whose programs stay behind would find other Values there."""
    if missing and goes(f) and function_to_go(f, parameters) is not f:
        name = getattr(f, "__name__", type(f).__name__)
        raise PicklingError(
            f"the function {name} would find other Values where it arrives, and its programs cannot be "
            f"pickled: {missing[0]}"
        )
