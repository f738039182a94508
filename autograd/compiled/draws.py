"""Random numbers that a function draws while it is traced are an error: all calls would have the same ones.

The functions that draw are replaced meanwhile: those of `random`, of every `random.Random` and of
`numpy.random`, and `os.urandom`, which `secrets` calls. One that was imported by its own name before is not;
that it was called is told by the states of `random` and `numpy.random`, if no other thread can have changed
them.
What a `numpy.random.Generator` draws, and what a clock tells, is not noticed.
"""

from __future__ import annotations

import os
import random
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from threading import active_count
from typing import Any, Final, NoReturn

from autograd.compiled.lines import beyond_the_library, line_of
from autograd.compiled.replacement import Replacement
from autograd.scopes import is_tracing

_DRAWN: Final = ("random", "getrandbits", "gauss")  # the last one keeps every second number for later


@contextmanager
def draws_refused() -> Iterator[None]:
    """Within, this thread draws no random numbers while it traces."""
    before = _states()
    with _DRAWS:
        yield
    if before != _states() and active_count() == 1:
        _refuse("the function")


def _guards() -> dict[tuple[Any, str], Any]:
    draws: list[tuple[Any, str]] = [(random, "_urandom"), (os, "urandom")]
    draws += [(owner, name) for owner in (random, random.Random) for name in _DRAWN]
    numpy = sys.modules.get("numpy.random")
    if numpy is not None:
        source = getattr(numpy.random, "__self__", None)  # whose methods the module hands out as functions
        draws += [(numpy, name) for name, function in vars(numpy).items() if _is_of(function, source)]
    return {(owner, name): _refusing(getattr(owner, name)) for owner, name in draws}


def _is_of(function: Any, source: Any) -> bool:
    return getattr(function, "__self__", None) is source and function.__name__ != "get_state"


def _refusing(original: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(original)
    def draw(*args: Any, **kwargs: Any) -> Any:
        if is_tracing():
            _refuse(line_of(beyond_the_library(sys._getframe(1))) + ",")
        return original(*args, **kwargs)

    return draw


def _refuse(who: str) -> NoReturn:
    raise TypeError(
        f"jit: {who} draws random numbers, which would be the same at every call; draw them outside, and "
        "hand them over as an argument"
    )


def _states() -> object:
    """What the next numbers of the module `random`, and of numpy's if it is loaded, depend on."""
    numpy = sys.modules.get("numpy.random")
    if numpy is None:
        return random.getstate()
    _, key, *rest = numpy.get_state()
    return random.getstate(), key.tobytes(), rest


_DRAWS: Final = Replacement(_guards)
