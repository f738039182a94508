"""Whole numbers that stand alone as arguments: settings, until one changes; then inputs, where that is right.

A function may need a whole number itself, for `range(n)` or `x[n]`, or only compute with it. That shows when
it is called with a Value in its place. If that raises, or other numbers come out, it stays a setting.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from autograd.arguments import Choice
from autograd.compiled.carried import NotHere, goes
from autograd.compiled.derivatives import traced
from autograd.compiled.signature import Place, Signature
from autograd.compiled.trace import Jitted, replaced
from autograd.directions import _hvp, _jvp, pulled
from autograd.transformed import Transformed


class WholeNumbers:
    """What is known of the whole numbers that a function is called with."""

    def __init__(self, f: Callable[..., Any]) -> None:
        self._function = f
        self._first: dict[Place, int] = {}
        self._inputs: set[Place] = set()
        self._settings: set[Place] = set()  # for good
        self._agreed: set[Any] = set()  # keys of arguments with which inputs are known to be right

    def without(self, f: Callable[..., Any]) -> WholeNumbers:
        """The same of the function that goes to another process in its place."""
        made = WholeNumbers(f)
        made._first, made._inputs, made._settings = self._first, self._inputs, self._settings
        made._agreed = {key for key in self._agreed if goes(key)}
        return made

    def signature(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Signature:
        """The signature of a call, with whole numbers as inputs or as settings."""
        by = differentiated(self._function, len(args), kwargs)

        def with_inputs(inputs: set[Place]) -> Signature:
            return Signature(args, kwargs, inputs, by)

        found = with_inputs(self._inputs)
        if found.has_values:
            return found
        for place, number in found.whole.items():
            if place not in self._settings and self._first.setdefault(place, number) != number:
                right = self._agree(found, with_inputs({*self._inputs, place}))
                (self._inputs if right else self._settings).add(place)
                found = with_inputs(self._inputs)
        if found.taken and found.key not in self._agreed:  # arguments of another structure
            without = with_inputs(self._inputs - found.taken)
            if not self._agree(without, found):
                self._settings |= found.taken
                self._inputs -= found.taken
                return without
        return found

    def _agree(self, setting: Signature, wider: Signature) -> bool:
        """Whether the same numbers come out, to the last bit, with some more whole numbers as inputs."""
        try:
            same = _results(self._function, setting) == _results(self._function, wider)
        except NotHere:
            raise
        except Exception:  # the function needs it; or it fails anyhow, and does so again when it is compiled
            return False
        if same:
            self._agreed.add(wider.key)
        return same


def _results(f: Callable[..., Any], signature: Signature) -> str:
    """What a function returns, computed by the functions of the table, and what its numbers are made of."""
    trace = traced(f, *signature.arguments())
    parameters = [parameter.data for parameter in trace.parameters]
    kinds = replaced(trace.out, float, lambda slot: type(slot).__name__)
    return repr((trace.program.run([*signature.numbers, *parameters]), kinds))


def differentiated(f: Callable[..., Any], count: int, kwargs: Mapping[str, Any]) -> set[Place]:
    """Where the arguments stand that a function is differentiated by, and the directions of derivatives.

    Args:
        f: a function, or what transforms made of one.
        count: how many arguments there are by position.
        kwargs: the arguments by name.

    Raises:
        TypeError: if there is no argument where one is differentiated by.

    >>> from autograd import grad, jvp
    >>> differentiated(jvp(grad(lambda a, b, c: a * b, argnums=(0, -1))), 4, {}) == {0, 2, 3}
    True
    """
    places: set[Place] = set()
    while isinstance(f, (Jitted, Transformed)):
        if isinstance(f, Jitted):
            f = f.function
            continue
        if f._run in (_jvp, _hvp, pulled):
            count -= 1
            places.add(count)
        for setting in f._settings:
            if isinstance(setting, Choice):
                places.update(setting.each(setting.of(range(count), {name: name for name in kwargs})))
        f = f._f
    return places
