"""While a function is traced, whatever would freeze a decision is an error.

A trace follows the numbers that it is given. If the function asks for one, be it for a branch, an index or a
computation outside the graph, the program holds for these numbers alone, and for others it would be wrong
without a sign. So there is an error that names the line and says what to write.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import RLock
from types import FrameType
from typing import Any, Final

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
_LOCK: Final = RLock()


def made_inside(node: Value) -> bool:
    """Whether a node was made by a function that is traced."""
    return node._tag is not None and is_traced(node._tag.scope)


@contextmanager
def decisions_refused() -> Iterator[None]:
    """Within, a number of the graph cannot be read by this thread."""
    with _LOCK:
        before = {name: getattr(Value, name) for name in _GUARDED}
        data = Value.__dict__["data"]
        state = random.getstate()
        try:
            for name, original in before.items():
                setattr(Value, name, _refusing(original, *_GUARDED[name]))
            Value.data = _guarded_data(data)  # type: ignore[assignment]
            with scope(TRACED):
                yield
        finally:
            Value.data = data
            for name, original in before.items():
                setattr(Value, name, original)
        if random.getstate() != state:
            raise TypeError(
                "jit: the function draws random numbers, which would be the same at every call; draw them "
                "outside, and hand them over as an argument"
            )


def _refusing(original: Callable[..., Any], does: str, advice: str) -> Callable[..., Any]:
    identity = original in (Value.__eq__, Value.__ne__)  # between two Values it asks for the node

    def refuse(self: Value, *others: Any) -> Any:
        if not (identity and isinstance(others[0], Value)):
            _require_no_decision(f"{does} a number", advice)
        return original(self, *others)

    return refuse


def _guarded_data(data: Any) -> property:
    def read(node: Value) -> Any:
        _require_no_decision(
            "reads .data of a number", "compute with the Value itself; x.detach() lets no gradient pass"
        )
        return data.__get__(node)

    def write(node: Value, number: float) -> None:
        _require_no_decision("assigns .data", "return the new number, and assign it outside")
        data.__set__(node, number)

    return property(read, write)


def _require_no_decision(does: str, advice: str) -> None:
    if not is_tracing():
        return
    frame: FrameType | None = sys._getframe(2)
    if _is_ours(frame):
        return  # a node is built, and holds its number
    assert frame is not None
    raise TypeError(
        f"jit: {frame.f_code.co_filename}:{frame.f_lineno}, in {frame.f_code.co_name}, {does} that differs "
        f"from call to call, and would keep the one of the first call; {advice}"
    )


def _is_ours(frame: FrameType | None) -> bool:
    return frame is not None and str(frame.f_globals.get("__name__", "")).partition(".")[0] == "autograd"
