"""`jit`: a function of numbers that is written down once as a program, and run as one from then on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import update_wrapper
from types import MethodType
from typing import Any

from autograd.compiled.backend import Runner, compiled
from autograd.compiled.derivatives import traced
from autograd.compiled.signature import Signature
from autograd.compiled.trace import Jitted, Slot, Trace, replaced
from autograd.programs.program import Program
from autograd.programs.schedule import scheduled
from autograd.programs.simplify import simplified

_MOST_KEPT = 100  # traces of one function


def jit(f: Callable[..., Any], math: str = "own") -> Compiled:
    """The function that computes the same as a compiled program.

    At the first call `f` is called once with Values, and what it computes with them is written down; so it
    must not decide by their numbers. Floats, and numbers in lists, tuples, dicts and arrays, are inputs of
    the program. So are Values that the function uses without being given them: the parameters of a model are
    read anew at every call. Other arguments, and whole numbers that stand alone, are settings: a program
    holds for one of them, and for another there is another program.

    Args:
        f: a function of numbers, or what a transform made of one: `jit(grad(f))`.
        math: whose elementary functions to use. "own" are the project's, in machine code; "libm" are the
            platform's, which eager code calls too, so that every result agrees to the last bit.

    Returns:
        A function of the same arguments, which returns floats where `f` returns Values. Called with Values
        it is `f`, so it can be differentiated.

    Raises:
        TypeError: if `f` is no function; when called, if `f` decides by a number that is an input; the
            message names the line.

    >>> @jit
    ... def f(x):
    ...     return x[0] * x[1] + x[0] ** 2
    >>> f([3.0, 4.0])
    21.0
    >>> from autograd import grad
    >>> jit(grad(f))([3.0, 4.0])
    [10.0, 3.0]
    """
    return Compiled(f, math)


class Compiled(Jitted):
    """A function and the programs that were made of it, one for each structure of its arguments."""

    def __init__(self, f: Callable[..., Any], math: str) -> None:
        if not callable(f):
            raise TypeError(
                f"expected the function to compile, got {type(f).__name__}: {f!r:.60}; "
                "write jit(f)(...), not jit(f(...))"
            )
        if math not in ("own", "libm"):
            raise ValueError(f"expected math='own' or 'libm', got {math!r}")
        update_wrapper(self, f)
        self.function = f
        self._math = math
        self._kept: dict[Any, _Kept] = {}
        self._last: _Kept | None = None

    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        signature = Signature(args, kwargs)
        if signature.has_values:
            return self.function(*args, **kwargs)
        return self._found(signature).run(signature.numbers)

    def _found(self, signature: Signature) -> _Kept:
        kept = self._kept.get(signature.key)
        if kept is None:
            if len(self._kept) >= _MOST_KEPT:
                self._kept.clear()
            kept = self._kept[signature.key] = _Kept(
                traced(self.function, *signature.arguments()), self._math
            )
        self._last = kept
        return kept

    @property
    def program(self) -> Program:
        """The program of the last call."""
        if self._last is None:
            raise ValueError(
                "there is no program yet: the first call makes it, from its arguments' structure"
            )
        return self._last.program

    def __get__(self, instance: object, owner: type | None = None) -> Any:
        return self if instance is None else MethodType(self, instance)

    def __repr__(self) -> str:
        return f"<jit of {self.function!r}>"


class _Kept:
    """One trace, its program made short, and what runs it."""

    def __init__(self, trace: Trace, math: str) -> None:
        self.program = scheduled(simplified(trace.program))
        self.parameters = trace.parameters
        self._runner: Runner = compiled(self.program, math)
        self._out = trace.out
        self._is_number = isinstance(trace.out, Slot)

    def run(self, numbers: Sequence[float]) -> Any:
        """What the function returns for these numbers, and the parameters as they are now."""
        results = self._runner([*numbers, *(parameter.data for parameter in self.parameters)])
        if self._is_number:
            return results[0]
        return replaced(self._out, float, lambda slot: results[int(slot)])
