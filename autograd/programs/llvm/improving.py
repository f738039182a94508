"""Code that is ready soon and gets better: compiled quickly first, and well by another thread meanwhile.

LLVM takes about ten times as long to compile well as to compile at all. Both kinds of code give the same
results, bit for bit, so that one may take the place of the other between two calls.
"""

from __future__ import annotations

import os
import threading
import weakref
from collections import deque
from collections.abc import Callable, Mapping
from typing import Protocol

from autograd.programs.llvm.machine import Loaded, compiled, is_kept


class Entry(Protocol):
    """What calls a function of the code: it has the address of its first instruction."""

    function: int


class Code:
    """Machine code, and whoever calls it.

    Args:
        ir: the text that it is compiled from.
        symbols: the address of what it calls outside itself, by name.
        level: how well it is compiled in the end.
        soon: whether to compile it quickly first. Where the best code is on disk, it is taken at once.

    Attributes:
        ir: the text.
        versions: the code, from the first to the best. All are kept: some call may still be in an old one.
    """

    def __init__(self, ir: str, symbols: Mapping[str, int], level: int, soon: bool) -> None:
        self.ir = ir
        self._symbols, self._level = symbols, level
        self._callers: list[tuple[str, weakref.ref[Entry]]] = []
        self._exchange = threading.Lock()
        self._finished = threading.Event()
        quickly = soon and level > 0 and not is_kept(ir, level)
        self.versions = [compiled(ir, 0 if quickly else level, symbols)]
        if quickly:
            _later(weakref.WeakMethod(self._improve))
        else:
            self._finished.set()

    @property
    def loaded(self) -> Loaded:
        """The best code so far."""
        return self.versions[-1]

    def called_by(self, caller: Entry, name: str) -> None:
        """Give a caller the address of a function, now and whenever there is a better one."""
        with self._exchange:
            self._callers.append((name, weakref.ref(caller)))
            caller.function = self.loaded.address(name)

    @property
    def improving(self) -> bool:
        """Whether better code is on its way. Until it is there, LLVM compiles nothing else."""
        return not self._finished.is_set()

    def wait(self) -> None:
        """Wait until the best code is there."""
        self._finished.wait()

    def _improve(self) -> None:
        try:
            better = compiled(self.ir, self._level, self._symbols)
            with self._exchange:
                self.versions.append(better)
                for name, reference in self._callers:
                    caller = reference()
                    if caller is not None:
                        caller.function = better.address(name)
        finally:
            self._finished.set()


_waiting: deque[weakref.WeakMethod[Callable[[], None]]] = deque()
_working = False
_lock = threading.Lock()  # of the two above
_busy = threading.Lock()  # held while something is compiled in the background


def _later(task: weakref.WeakMethod[Callable[[], None]]) -> None:
    """Have something done by the one thread that works in the background; it ends when all is done."""
    global _working
    with _lock:
        _waiting.append(task)
        if not _working:
            _working = True
            threading.Thread(target=_work, name="autograd compiles").start()


def _work() -> None:
    global _working
    try:
        while task := _next():
            with _busy:
                task()
    except BaseException:  # reported by the thread; the next task starts another one
        _working = False
        raise


def _next() -> Callable[[], None] | None:
    """The next task that still matters; None ends the thread."""
    global _working
    with _lock:
        while _waiting:
            task = _waiting.popleft()()
            if task is not None and threading.main_thread().is_alive():  # else the program is about to end
                return task
        _working = False
    return None


def _begin_anew() -> None:
    """In a process that was forked the thread is gone; the next task starts another."""
    global _working
    _working = False
    _busy.release()


if hasattr(os, "register_at_fork"):  # a copy of a process that is compiling would wait for ever to compile
    os.register_at_fork(before=_busy.acquire, after_in_parent=_busy.release, after_in_child=_begin_anew)
