"""Attributes of classes and modules that are others for a while, as long as some threads ask for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from threading import Lock
from typing import Any


class Replacement:
    """Replaces attributes in a `with` block; in blocks of several threads at once, until the last one ends.

    Args:
        attributes: gives the new attributes by owner and name.

    >>> import math
    >>> with Replacement(lambda: {(math, "pi"): 3}):
    ...     math.pi
    3
    >>> math.pi
    3.141592653589793
    """

    def __init__(self, attributes: Callable[[], Mapping[tuple[Any, str], Any]]) -> None:
        self._attributes = attributes
        self._lock = Lock()
        self._blocks = 0
        self._before: dict[tuple[Any, str], Any] = {}

    def __enter__(self) -> None:
        with self._lock:
            self._blocks += 1
            if self._blocks > 1:
                return
            for (owner, name), attribute in self._attributes().items():
                self._before[owner, name] = vars(owner).get(name)
                setattr(owner, name, attribute)

    def __exit__(self, *exception: object) -> None:
        with self._lock:
            self._blocks -= 1
            while self._before and not self._blocks:
                (owner, name), attribute = self._before.popitem()
                if attribute is None:  # it is inherited
                    delattr(owner, name)
                else:
                    setattr(owner, name, attribute)
