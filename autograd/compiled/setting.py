"""An argument that is no number, as part of what a program is made for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from weakref import ref


class Setting:
    """Equal to that of another argument if one program serves both.

    They are of one type and equal, and written alike: 0j and -0j are equal, but a function may tell them
    apart. What has no equality of its own is equal to itself alone; it is not kept alive.

    >>> Setting("a") == Setting("a"), Setting(0j) == Setting(-0j), Setting((1,)) == Setting((True,))
    (True, False, False)
    """

    def __init__(self, thing: Any) -> None:
        kind: Any = type(thing)
        self._type = kind
        self._is_itself_alone = kind.__eq__ is object.__eq__ or kind.__hash__ is None
        try:
            self._hash = id(thing) if self._is_itself_alone else hash((kind, thing))
        except TypeError:  # it holds something that has no hash
            self._is_itself_alone, self._hash = True, id(thing)
        self._thing: Callable[[], Any] = _weakly(thing) if self._is_itself_alone else lambda: thing

    def when_gone(self, forget: Callable[[], object]) -> None:
        """Call a function when the argument is there no more, if it is not kept alive by this."""
        if isinstance(self._thing, ref):
            self._thing = ref(self._thing(), lambda _: forget())

    def __reduce__(self) -> tuple[Any, ...]:
        return Setting, (self._thing(),)  # hashes of strings differ from process to process

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if not isinstance(other, Setting) or self._type is not other._type:
            return False
        mine, others = self._thing(), other._thing()
        if self._is_itself_alone or mine is others:
            return mine is others and mine is not None
        return bool(mine == others) and (self._type.__repr__ is object.__repr__ or repr(mine) == repr(others))


def _weakly(thing: Any) -> Callable[[], Any]:
    try:
        return ref(thing)
    except TypeError:
        return lambda: thing
