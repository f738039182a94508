"""Training mode and evaluation mode: what a module was set to, and what a block sets for its own thread."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final

_BLOCKS: Final[ContextVar[tuple[dict[int, bool], ...]]] = ContextVar("modes", default=())
"""For each block that this thread is in, the innermost first: the modes of its modules, by address."""


class Mode:
    """The attribute `training` of modules: True for training mode, False for evaluation mode.

    Args:
        default: the mode of a module that nobody has set.
    """

    def __init__(self, default: bool) -> None:
        self.default = default

    def __get__(self, module: Any, owner: type | None = None) -> bool:
        if module is None:
            return self.default
        found: bool = vars(module).get("training", self.default)
        return next((modes[id(module)] for modes in _BLOCKS.get() if id(module) in modes), found)

    def __set__(self, module: Any, mode: bool) -> None:
        holders = (modes for modes in _BLOCKS.get() if id(module) in modes)
        holder = next(holders, None)
        if holder is None:
            vars(module)["training"] = mode
        else:  # another thread may be using the module in another mode
            holder[id(module)] = mode


@contextmanager
def all_in_mode(modules: Iterable[Any], training: bool) -> Iterator[None]:
    """A block in which modules are in one mode, for this thread alone; what is set inside ends with it.

    Args:
        modules: those that stand in one another all count.
        training: True for training mode, False for evaluation mode.
    """
    held = list(modules)  # or another object might get the address of one
    modes = dict.fromkeys(map(id, held), training)
    before = _BLOCKS.get()
    try:
        _BLOCKS.set((modes, *before))
        yield
    finally:
        _BLOCKS.set(before)
        modes.clear()  # for tasks that have begun inside and go on
