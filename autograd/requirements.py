"""Rules that a number is held to, such as that it is the index of an entry, in compiled code too.

A program cannot raise. While a function is traced, what a number has to be is noted for the input that it
is, and whoever runs the program looks at its inputs first.
"""

from __future__ import annotations

from contextvars import ContextVar

from autograd import floats, ops
from autograd.annotations import TYPE_CHECKING
from autograd.scopes import is_traced, is_tracing
from autograd.value import Value

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, SupportsFloat

    Rule = Callable[[float], object]

# of the function that this thread traces
_noted: ContextVar[list[tuple[Value, Rule]] | None] = ContextVar("noted", default=None)


def require(number: Value | SupportsFloat, rule: Rule) -> None:
    """Hold a number to a rule: at once, or where `jit` traces, before each run of the program.

    Args:
        number: a number or a Value; where `jit` traces, one that the function was given.
        rule: is called with a float, and raises if that breaks the rule.

    Raises:
        TypeError: if it is not a number; or if it is computed by a function that is traced, so that it is not
            known before the program runs.

    >>> def positive(x):
    ...     if not x > 0.0:
    ...         raise ValueError(f"expected a positive width, got {x:g}")
    >>> def scaled(x, width):
    ...     require(width, positive)
    ...     return x / width
    >>> scaled(3.0, 2.0), scaled(3.0, 0.0)
    Traceback (most recent call last):
    ...
    ValueError: expected a positive width, got 0
    """
    if not isinstance(number, Value):
        rule(floats.as_float(number))
    elif is_tracing():
        noted = _noted.get()
        if noted is not None:
            noted.append((_input(number), rule))
    else:
        rule(number.data)


def _input(number: Value) -> Value:
    """The input that a number is; a transform hands it on as a new node."""
    node: Any = number
    while node._operation is ops.pos:
        node = node._left
    if node.is_result:
        raise TypeError(
            "jit: an index or a target that the function computes cannot be checked before the program runs; "
            "compute it outside, and hand it over as an argument"
        )
    if not is_traced(node.scope):
        raise TypeError(
            "jit: an index or a target is a Value that the function was not given; hand it over as an "
            "argument, or give a number if it never changes"
        )
    found: Value = node
    return found


class Noted:
    """A block in which the rules are noted that inputs are held to, each with its input."""

    def __enter__(self) -> list[tuple[Value, Rule]]:
        noted: list[tuple[Value, Rule]] = []
        self._before = _noted.set(noted)
        return noted

    def __exit__(self, *exception: object) -> None:
        _noted.reset(self._before)
