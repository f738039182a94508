"""What holds while a `with` block runs: recording or not, watching for nan, the scope of new nodes.

The mode is a context variable, so threads and asyncio tasks do not disturb one another. Looking it up for
every node would cost more than the node, so `SWITCHES` counts the blocks that are open anywhere: while there
are none, which is nearly always, nobody has to look.
"""

from __future__ import annotations

import _thread
from contextvars import ContextVar

from autograd.annotations import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextvars import Token
    from typing import Any, Final, TypeVar

    F = TypeVar("F", bound=Callable[..., Any])


class Tag:
    """What a drawing or an error says of a node beside its numbers; shared by the nodes of a scope."""

    __slots__ = ("label", "line", "scope")

    def __init__(self, label: str = "", scope: str = "", line: str = "") -> None:
        self.label = label
        self.scope = scope
        self.line = line

    def __reduce__(self) -> tuple[Any, ...]:
        return Tag, (self.label, self.scope, self.line)


class Mode:
    """One combination of settings; immutable, and each scope inside it is made only once."""

    __slots__ = ("anomaly", "recording", "scopes", "tag")

    def __init__(self, recording: bool = True, anomaly: bool = False, scope: str = "") -> None:
        self.recording = recording
        self.anomaly = anomaly
        self.tag = Tag("", scope) if scope else None
        self.scopes: dict[str, Mode] = {}

    @property
    def path(self) -> str:
        return self.tag.scope if self.tag is not None else ""

    def inside(self, name: str) -> Mode:
        if name not in self.scopes:
            if len(self.scopes) >= 1000:  # names that never come back must not pile up
                self.scopes.clear()
            path = f"{self.path}/{name}" if self.tag is not None else name
            self.scopes[name] = Mode(self.recording, self.anomaly, path)
        return self.scopes[name]


class Switches:
    """How many blocks are open in any thread: of all kinds, and of those that change how nodes are built."""

    __slots__ = ("lock", "open", "special")

    def __init__(self) -> None:
        self.open = 0
        self.special = 0
        self.lock = _thread.allocate_lock()


PLAIN: Final = Mode()
SWITCHES: Final = Switches()
_CURRENT: Final[ContextVar[Mode]] = ContextVar("autograd mode", default=PLAIN)


current: Final = _CURRENT.get


def plain_numbers() -> bool:
    """Whether nothing is recorded or watched here, so that a result is all that a computation leaves."""
    if SWITCHES.special == 0:
        return False
    mode = current()
    return not mode.recording and not mode.anomaly


def watched() -> bool:
    """Whether `detect_anomaly()` holds here."""
    return SWITCHES.special > 0 and current().anomaly


class Switch:
    """A `with` block (or a decorator) in which another mode holds."""

    __slots__ = ("_choose", "_special", "_token")

    def __init__(self, choose: Callable[[Mode], Mode], special: int = 1) -> None:
        self._choose = choose
        self._special = special
        self._token: Token[Mode] | None = None

    def __enter__(self) -> None:
        if self._token is not None:
            raise RuntimeError("this block is already open; make a new one: with autograd.no_grad(): ...")
        self._token = _CURRENT.set(self._choose(current()))
        with SWITCHES.lock:
            SWITCHES.open += 1
            SWITCHES.special += self._special

    def __exit__(self, *exception: object) -> None:
        token, self._token = self._token, None
        if token is not None:
            with SWITCHES.lock:
                SWITCHES.open -= 1
                SWITCHES.special -= self._special
            _CURRENT.reset(token)

    def __call__(self, function: F) -> F:
        from functools import wraps

        @wraps(function)
        def switched(*args: Any, **kwargs: Any) -> Any:
            with Switch(self._choose, self._special):
                return function(*args, **kwargs)

        return switched  # type: ignore[return-value]


def no_grad() -> Switch:
    """Compute values without building a graph: every result is a leaf.

    >>> from autograd import Value
    >>> with no_grad():
    ...     y = Value(3.0) * 2
    >>> y, y._prev
    (Value(data=6.0, grad=0.0), ())
    """
    return Switch(lambda mode: Mode(False, mode.anomaly, mode.path))


def recording() -> Switch:
    """Build graphs again, also inside `no_grad()`; what the transforms do while they trace a function."""
    return Switch(lambda mode: Mode(True, mode.anomaly, mode.path))


def detect_anomaly() -> Switch:
    """Raise at the node that first makes a nan or an infinity, in the forward or the backward pass.

    The error is a FloatingPointError. It names the operation, its operands and the line that built the node.
    Nodes remember that line only when they are built inside the block, which costs time.

    >>> from autograd import Value
    >>> x = Value(0.0, label="x")
    >>> with detect_anomaly():
    ...     y = x.log()  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    FloatingPointError: log made -inf from x=0.0, at ...
    """
    return Switch(lambda mode: Mode(mode.recording, True, mode.path))


def unwatched() -> Switch:
    """Let nan and infinities pass, also inside `detect_anomaly()`."""
    return Switch(lambda mode: Mode(mode.recording, False, mode.path))


def scope(name: str) -> Switch:
    """Group the nodes that are built inside, as a layer or a neuron does; scopes nest into a path.

    >>> from autograd import Value
    >>> x = Value(3.0)
    >>> with scope("layer 1"), scope("neuron 2"):
    ...     y = x * x
    >>> y.scope
    'layer 1/neuron 2'
    """
    if not isinstance(name, str) or not name:
        raise TypeError(f"a scope's name is a string that is not empty, got {name!r}")
    return Switch(lambda mode: mode.inside(name), special=0)
