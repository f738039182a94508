"""While a function is traced, whatever would freeze a decision is an error.

A trace follows the numbers that it is given. If the function asks for one, be it for a branch, an index or a
computation outside the graph, the program holds for these numbers alone, and for others it would be silently
wrong. So there is an error that names the line and says what to write.

Methods of Value are replaced meanwhile, for all threads; so each looks whether its own thread traces, or
takes part in the trace of another, where it cannot be followed.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from threading import Thread
from typing import Any, Final

from autograd.compiled.lines import beyond_the_library, is_ours, line_of
from autograd.compiled.replacement import Replacement
from autograd.scopes import TRACED, is_traced, is_tracing, scope
from autograd.value import Value

_CHOOSE: Final = "choose with autograd.where, maximum, minimum or clip"
_GUARDED: Final = {
    **dict.fromkeys(("__lt__", "__le__", "__gt__", "__ge__"), ("compares", _CHOOSE)),
    "__bool__": ("asks for the truth of", _CHOOSE),
    "__eq__": ("compares", "compare with autograd.equal"),
    "__ne__": ("compares", "compare with autograd.not_equal"),
    "item": ("reads the number of", "compute with the Value itself"),
    "backward": ("takes the gradient of", "write jit(grad(f)), or autograd.grad within the function"),
    **dict.fromkeys(("__copy__", "__deepcopy__", "__reduce_ex__"), ("copies", "use the Value itself")),
}


def made_inside(node: Value) -> bool:
    """Whether a node was made by a function that is traced."""
    return node._tag is not None and is_traced(node._tag.scope)


@contextmanager
def decisions_refused() -> Iterator[None]:
    """Within, a number of the graph cannot be read by this thread, nor handed to another."""
    with _DECISIONS, scope(TRACED):
        yield


def lookups_refused(nodes: Sequence[Value]) -> AbstractContextManager[None]:
    """Within, these nodes, which stand for whole numbers, are not looked up in a set or a dict."""
    for node in nodes:
        setattr(node, _WHOLE, True)
    return _LOOKUPS if nodes else nullcontext()


def _decisions() -> dict[tuple[type, str], Any]:
    methods = {name: _refusing(getattr(Value, name), *words) for name, words in _GUARDED.items()}
    guards: dict[tuple[type, str], Any] = {(Value, name): method for name, method in methods.items()}
    guards[Value, "data"] = _guarded_data(Value.__dict__["data"])
    guards[Thread, "start"] = _guarded_start(Thread.start)
    return guards


def _refusing(original: Callable[..., Any], does: str, advice: str) -> Callable[..., Any]:
    identity = original in (Value.__eq__, Value.__ne__)  # between two Values it asks for the node

    def refuse(self: Value, *others: Any) -> Any:
        if not (identity and isinstance(others[0], Value)):
            _require_no_decision(self, f"{does} a number", advice)
        return original(self, *others)

    return refuse


def _guarded_data(data: Any) -> property:
    def read(node: Value) -> Any:
        _require_no_decision(
            node, "reads .data of a number", "compute with the Value itself; x.detach() lets no gradient pass"
        )
        return data.__get__(node)

    def write(node: Value, number: float) -> None:
        _require_no_decision(node, "assigns .data", "return the new number, and assign it outside")
        data.__set__(node, number)

    return property(read, write)


def _guarded_start(original: Callable[[Thread], None]) -> Callable[[Thread], None]:
    def start(thread: Thread) -> None:
        frame = beyond_the_library(sys._getframe(1))
        if is_tracing() and not is_ours(frame):
            raise TypeError(
                f"jit: {line_of(frame)}, starts a thread, in which no computation can be followed; compute "
                "in the thread that calls, and many samples with .batch(..., threads=...)"
            )
        original(thread)

    return start


def _lookups() -> dict[tuple[type, str], Any]:
    original = Value.__hash__

    def look_up(self: Value) -> int:
        if hasattr(self, _WHOLE):
            _require_no_decision(self, "looks up a number", "give a float, or a setting that is no number")
        return original(self)

    return {(Value, "__hash__"): look_up}


def _require_no_decision(node: Value, does: str, advice: str) -> None:
    frame = sys._getframe(2)
    if is_ours(frame):
        return  # a node is built, and holds its number
    here = is_tracing()
    if not here and not made_inside(node):
        return
    line = line_of(beyond_the_library(frame))
    if not here:
        raise TypeError(
            f"jit: {line}, uses in another thread a number of a function that is being compiled, where no "
            "computation can be followed; compute in the thread that calls"
        )
    raise TypeError(
        f"jit: {line}, {does} that differs from call to call, and would keep the one of the first call; "
        f"{advice}"
    )


_WHOLE: Final = "stands_for_a_whole_number"  # an attribute of nodes
_DECISIONS: Final = Replacement(_decisions)
_LOOKUPS: Final = Replacement(_lookups)
