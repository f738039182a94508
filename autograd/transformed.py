"""What a transform returns: a callable named like the function it was made of, which pickles if that does."""

from __future__ import annotations

from functools import WRAPPER_ASSIGNMENTS, partial, update_wrapper
from types import FunctionType, MethodType

from autograd.annotations import TYPE_CHECKING
from autograd.primitive import Operation

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Final


# The docstring of an operation is written only when somebody asks; what else it has is its own.
_OF_OPERATIONS: Final = tuple(name for name in WRAPPER_ASSIGNMENTS if name != "__doc__")


class Transformed:
    """`run(name, f, *settings, args, kwargs)` as a function of the arguments.

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
        kept = _OF_OPERATIONS if isinstance(f, Operation) else WRAPPER_ASSIGNMENTS
        # Those of a function are notes on it; those of a model or another object change, and are in `f`.
        update_wrapper(self, f, kept, ("__dict__",) if isinstance(f, (FunctionType, MethodType)) else ())
        self._name = name
        self._run = run
        self._settings = (f, *settings)
        self._at = partial(run, name, f, *settings)

    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        return self._at(args, kwargs)

    def __get__(self, instance: object, owner: type | None = None) -> Any:
        return self if instance is None else MethodType(self, instance)

    def __reduce__(self) -> tuple[Any, ...]:
        return Transformed, (self._name, self._run, *self._settings)

    def __repr__(self) -> str:
        return f"<{self._name} of {self._settings[0]!r}>"
