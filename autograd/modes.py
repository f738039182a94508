"""What holds while a `with` block runs: recording or not, watching for nan, the scope of new nodes.

The mode is a context variable, so threads and asyncio tasks do not disturb one another. `OPEN` has an entry
for every block that is open in any of them: while it is empty, which is nearly always, nobody has to look
the variable up. It is a list and not a count because appending to a list and popping are atomic.
"""

from __future__ import annotations

from contextvars import ContextVar

from autograd.annotations import TYPE_CHECKING
from autograd.tag import Tag

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Final, TypeVar

    from autograd.anomaly import Watcher

    F = TypeVar("F", bound=Callable[..., Any])


class Mode:
    """One combination of settings, which never change; each scope inside it is made only once."""

    __slots__ = ("plain", "recording", "scopes", "series", "tag", "watcher")

    def __init__(self, recording: bool = True, watcher: Watcher | None = None, scope: str = "") -> None:
        self.recording = recording
        self.watcher = watcher
        self.plain = recording and watcher is None  # nodes are built as usual, and have at most a tag
        self.tag = Tag("", scope) if scope else None
        self.scopes: dict[str, Mode] = {}
        self.series: dict[str, list[Mode]] = {}  # the scopes 'neuron 1', 'neuron 2', ... by 'neuron'

    @property
    def path(self) -> str:
        return self.tag.scope if self.tag is not None else ""

    def inside(self, name: str) -> Mode:
        found = self.scopes.get(name)
        if found is None:
            if len(self.scopes) >= 1000:  # names that are used only once must not pile up
                self.scopes, self.series = {}, {}
            path = f"{self.path}/{name}" if self.tag is not None else name
            found = self.scopes[name] = Mode(self.recording, self.watcher, path)
        return found

    def numbered(self, name: str, count: int) -> list[Mode]:
        """The modes inside the scopes 'name 1', 'name 2', ..., at least `count` of them."""
        found = self.series.get(name)
        if found is None or len(found) < count:
            if len(self.series) >= 1000:
                self.scopes, self.series = {}, {}
            found = self.series[name] = [self.inside(f"{name} {i}") for i in range(1, count + 1)]
        return found


class Place:
    """Where a thread or a task stands: in which mode, and where it goes back to when the block ends."""

    __slots__ = ("block", "mode", "outside")

    def __init__(self, mode: Mode, outside: Place | None = None, block: Switch | None = None) -> None:
        self.mode = mode
        self.outside = outside
        self.block = block


OPEN: Final[list[None]] = []
PLAIN: Final = Mode()
_START: Final = Place(PLAIN)
_PLACE: Final[ContextVar[Place]] = ContextVar("autograd place", default=_START)
find_place: Final = _PLACE.get
set_place: Final = _PLACE.set


def current() -> Mode:
    """The mode that holds here."""
    place: Place = find_place()
    return place.mode


def current_place() -> Place:
    """Where one stands."""
    place: Place = find_place()
    return place


def here() -> Mode:
    """The mode that holds here, faster: the variable is not looked up while no block is open."""
    return current() if OPEN else PLAIN


def unrecorded() -> bool:
    """Whether `no_grad()` holds here, so that no result remembers its operands."""
    return not here().recording


def watcher() -> Watcher | None:
    """Who looks at every node and gradient here; None outside `detect_anomaly()`."""
    return here().watcher


class Switch:
    """A `with` block (or a decorator) in which some settings differ; None keeps the one from outside."""

    __slots__ = ("_recording", "_scope", "_watcher")

    def __init__(
        self, recording: bool | None = None, watcher: Watcher | None = None, scope: str = ""
    ) -> None:
        self._recording = recording
        self._watcher = watcher
        self._scope = scope

    def __enter__(self) -> None:
        OPEN.append(None)
        set_place(self.place(find_place()))

    def __exit__(self, *exception: object) -> None:
        OPEN.pop()
        innermost: Place = find_place()
        own: Place | None = innermost
        while own is not None and own.block is not self:
            own = own.outside
        if own is None:
            return  # a block around it has ended first, and this one with it
        set_place(own.outside or _START)
        if own is not innermost:
            _warn_of_a_block_left_open()

    def place(self, outside: Place) -> Place:
        """Where one stands inside, coming from outside."""
        mode = outside.mode
        return Place(mode.inside(self._scope) if self._scope else self._changed(mode), outside, self)

    def _changed(self, mode: Mode) -> Mode:
        recording = mode.recording if self._recording is None else self._recording
        watcher = mode.watcher if self._watcher is None else self._watcher
        return Mode(recording, watcher, mode.path)

    def __call__(self, function: F) -> F:
        from autograd.stepwise import in_block  # decorators are rare, and it needs `inspect`

        return in_block(function, self, lambda: Steps(self))  # type: ignore[return-value]


class Steps:
    """A block that is open while a generator or a coroutine runs, and not while it waits.

    Blocks that it has opened itself wait with it and hold again when it goes on. While there are none, the
    block is opened anew at each step, on top of whatever holds where it is taken.
    """

    __slots__ = ("_inside", "_outside", "_own", "_switch")

    def __init__(self, switch: Switch) -> None:
        self._switch = switch
        self._outside: Place = _START
        self._own: Place = _START  # of this block
        self._inside: Place = _START  # of the innermost block in it

    def __enter__(self) -> None:
        OPEN.append(None)
        self._outside = find_place()
        if self._inside is self._own:
            self._own = self._inside = self._switch.place(self._outside)
        set_place(self._inside)

    def __exit__(self, *exception: object) -> None:
        self._inside = find_place()
        set_place(self._outside)
        OPEN.pop()


def here_again(place: Place) -> None:
    """Close the blocks that were opened since one stood at a place and are open still, which is said."""
    innermost: Place = find_place()
    if innermost is place:
        return
    outside = innermost.outside
    while outside is not None and outside is not place:
        outside = outside.outside
    if outside is place:
        set_place(place)
        _warn_of_a_block_left_open()


def _warn_of_a_block_left_open() -> None:
    import warnings

    warnings.warn(
        "a block that was opened inside this one was still open at its end, and has been closed: a generator "
        "that yields inside `with no_grad():` leaves it open for its caller; write @no_grad() above the "
        "generator instead",
        RuntimeWarning,
        stacklevel=3,
    )


def no_grad() -> Switch:
    """Compute values without building a graph: every result is a leaf.

    Above a function, a generator or a coroutine `@no_grad()` holds while that runs. A generator that yields
    inside `with no_grad():` leaves the block open for its caller, because Python does not put the variable
    back while a generator waits: decorate the generator instead.

    >>> from autograd import Value
    >>> with no_grad():
    ...     y = Value(3.0) * 2
    >>> y, y._prev
    (Value(data=6.0, grad=0.0), ())
    """
    return Switch(recording=False)


def recording() -> Switch:
    """Build graphs again, also inside `no_grad()`; what the transforms do while they trace a function."""
    return Switch(recording=True)
