"""What a transform returns: a callable named like the function it was made of, which pickles if that does."""

from __future__ import annotations

from functools import WRAPPER_ASSIGNMENTS
from types import FunctionType, MethodType

from autograd.annotations import TYPE_CHECKING
from autograd.primitive import Operation

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Final

_SAME: Final = frozenset([*WRAPPER_ASSIGNMENTS, "__annotations__"])  # in a function and in its transforms


class Transformed:
    """`run(name, f, settings, args, kwargs)` as a function of the arguments.

    It has the name, the docstring and the signature of `f`, is a method where it stands in a class, and goes
    to another process if `f` does: a function at the top level of a module goes, a lambda does not.

    Args:
        name: what the transform is called, for errors.
        run: a function at the top level of a module.
        f: the function that was transformed.
        settings: what else `run` takes before the arguments of the call.

    Raises:
        TypeError: if `f` cannot be called.
    """

    def __init__(self, name: str, run: Callable[..., Any], f: Callable[..., Any], *settings: Any) -> None:
        if not callable(f):
            raise TypeError(
                f"expected the function to differentiate, got {type(f).__name__}: {f!r:.60}; "
                f"write {name}(f)(...), not {name}(f(...))"
            )
        # Attributes of a function are notes on it; those of a model or another object change, and are in `f`.
        if isinstance(f, (FunctionType, MethodType)) and f.__dict__:
            vars(self).update(f.__dict__, __wrapped__=f)
        # The class has these two as well, so `__getattr__` is not asked for them.
        self.__module__ = getattr(f, "__module__", __name__)
        if not isinstance(f, Operation):  # whose docstring is written only when somebody asks
            self.__doc__ = f.__doc__
        self._name = name
        self._run = run
        self._f = f
        self._settings = settings

    def __getattr__(self, attribute: str) -> Any:
        # Looked up when they are asked for: a transform is often made for one call, which takes less time.
        if attribute in _SAME:
            return getattr(self._f, attribute)
        if attribute == "__wrapped__":
            return self._f
        raise AttributeError(
            f"{type(self).__name__!r} object has no attribute {attribute!r}", name=attribute, obj=self
        )

    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        return self._run(self._name, self._f, self._settings, args, kwargs)

    def __get__(self, instance: object, owner: type | None = None) -> Any:
        return self if instance is None else MethodType(self, instance)

    def __reduce__(self) -> tuple[Any, ...]:
        return Transformed, (self._name, self._run, self._f, *self._settings)

    def __repr__(self) -> str:
        return f"<{self._name} of {self._f!r}>"
