"""Batches and copies one after the other, many times, before Python goes on.

What is to be done is a table of links, eight integers each, that a small function reads. It is compiled once
for a process, whatever the programs are that it calls.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from functools import cache
from typing import Final, TypeAlias

from autograd.extras import extra
from autograd.programs.llvm.bound import BoundRows
from autograd.programs.llvm.machine import Loaded, compiled
from autograd.programs.llvm.writer import literal

with extra("jit", "machine code"):
    import numpy as np
    from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.float64]

HUGE: Final = 1e300
"""A number of this size ends a chain: what is computed from it may be infinite."""

_CALL, _CLEAR, _COPY, _CHECK = range(4)

# A link is its kind, a source and how many bytes it moves on in each run, a target likewise, a count of
# numbers, and for a call the function and the memory that it needs.
_IR: Final = """
declare ptr @autograd.memset(ptr, i32, i64)
declare ptr @autograd.memmove(ptr, ptr, i64)
declare double @llvm.fabs.f64(double)

define void @chain(ptr %links, i64 %count, i64 %first, i64 %last, ptr %ended) {
entry:
  %any = icmp slt i64 %first, %last
  br i1 %any, label %run, label %stop
run:
  %r = phi i64 [%first, %entry], [%r.next, %ran]
  br label %link
link:
  %l = phi i64 [0, %run], [%l.next, %linked]
  %entry.l = getelementptr [8 x i64], ptr %links, i64 %l
  %kind = load i64, ptr %entry.l
  %at.source = getelementptr i64, ptr %entry.l, i64 1
  %at.source.step = getelementptr i64, ptr %entry.l, i64 2
  %at.target = getelementptr i64, ptr %entry.l, i64 3
  %at.target.step = getelementptr i64, ptr %entry.l, i64 4
  %at.count = getelementptr i64, ptr %entry.l, i64 5
  %at.code = getelementptr i64, ptr %entry.l, i64 6
  %at.memory = getelementptr i64, ptr %entry.l, i64 7
  %source.0 = load ptr, ptr %at.source
  %source.step = load i64, ptr %at.source.step
  %source.offset = mul i64 %source.step, %r
  %source = getelementptr i8, ptr %source.0, i64 %source.offset
  %target.0 = load ptr, ptr %at.target
  %target.step = load i64, ptr %at.target.step
  %target.offset = mul i64 %target.step, %r
  %target = getelementptr i8, ptr %target.0, i64 %target.offset
  %numbers = load i64, ptr %at.count
  %bytes = mul i64 %numbers, 8
  switch i64 %kind, label %call [i64 1, label %clear  i64 2, label %copy  i64 3, label %check]
call:
  %code = load ptr, ptr %at.code
  %memory = load ptr, ptr %at.memory
  %start = load i64, ptr %source
  %at.end = getelementptr i64, ptr %source, i64 1
  %end = load i64, ptr %at.end
  call void %code(ptr %target, ptr %memory, i64 %start, i64 %end, i64 0)
  br label %linked
clear:
  call ptr @autograd.memset(ptr %target, i32 0, i64 %bytes)
  br label %linked
copy:
  call ptr @autograd.memmove(ptr %target, ptr %source, i64 %bytes)
  br label %linked
check:
  %n = phi i64 [0, %link], [%n.next, %fine]
  %more = icmp slt i64 %n, %numbers
  br i1 %more, label %number, label %linked
number:
  %at.x = getelementptr double, ptr %source, i64 %n
  %x = load double, ptr %at.x
  %size = call double @llvm.fabs.f64(double %x)
  %small = fcmp olt double %size, HUGE
  br i1 %small, label %fine, label %stop
fine:
  %n.next = add i64 %n, 1
  br label %check
linked:
  %l.next = add i64 %l, 1
  %another = icmp slt i64 %l.next, %count
  br i1 %another, label %link, label %ran
ran:
  %r.next = add i64 %r, 1
  store i64 %r.next, ptr %ended
  %again = icmp slt i64 %r.next, %last
  br i1 %again, label %run, label %stop
stop:
  ret void
}
""".replace("HUGE", literal(HUGE))

_CHAIN = ctypes.CFUNCTYPE(None, ctypes.c_void_p, *[ctypes.c_int64] * 3, ctypes.c_void_p)


@cache
def _run() -> Callable[..., None]:
    """The function that reads links."""
    return _CHAIN(_code().address("chain"))


@cache
def _code() -> Loaded:
    known = {"memset": ctypes.memset, "memmove": ctypes.memmove}
    symbols = {f"autograd.{name}": ctypes.cast(f, ctypes.c_void_p).value or 0 for name, f in known.items()}
    return compiled(_IR, symbols=symbols)


class Links:
    """A table of links, and all that they read and write.

    Arrays are contiguous, and stay where they are as long as this object lives.

    Attributes:
        ended: the number after that of the last run that was finished, in an array of one number.
    """

    def __init__(self) -> None:
        self.ended = np.zeros(1, dtype=np.int64)
        self._links: list[list[int]] = []
        self._table = np.zeros((0, 8), dtype=np.int64)  # the links as the code reads them
        self._called: list[tuple[int, BoundRows]] = []
        self._kept: list[object] = []

    def call(self, rows: BoundRows, ranges: NDArray[np.int64]) -> None:
        """Compute the rows in `ranges[r]` of run r; if there is one range, the same in every run."""
        for array, copy in rows.given:
            self.copy(array, copy[: len(array)])
        for parts in rows.parts:
            self._add(_CLEAR, target=parts[0], count=parts[0].size)
        self._called.append((len(self._links), rows))
        self._add(_CALL, ranges, 16 * (len(ranges) > 1), rows.table, memory=rows.memories[0])

    def copy(self, source: Array, target: Array) -> None:
        """Copy an array to another of its size; of an array with one more axis run r copies row r."""
        count = min(source.size, target.size)
        steps = [8 * count * (array.size > count) for array in (source, target)]
        self._add(_COPY, source, steps[0], target, steps[1], count)

    def check(self, array: Array) -> None:
        """Stop unless all numbers of an array are smaller than `HUGE`."""
        self._add(_CHECK, array, count=array.size)

    def __call__(self, first: int, last: int) -> None:
        """Run all links in order for each r from `first` to before `last`, or until a check stops."""
        self.ended[0] = first
        if first == last:
            return
        if not self._links:
            self.ended[0] = last
            return
        if len(self._table) < len(self._links):
            self._table = np.array(self._links, dtype=np.int64)
        for place, rows in self._called:
            self._table[place, 6] = rows.batch.code.loaded.address("batch")
        run = _run()
        run(self._table.ctypes.data, len(self._table), first, last, self.ended.ctypes.data)

    def _add(
        self,
        kind: int,
        source: object = None,
        source_step: int = 0,
        target: object = None,
        target_step: int = 0,
        count: int = 0,
        memory: object = None,
    ) -> None:
        arrays = source, target, memory
        self._kept.extend(arrays)
        places = [0 if array is None else array.ctypes.data for array in arrays]  # type: ignore[attr-defined]
        self._links.append([kind, places[0], source_step, places[1], target_step, count, 0, places[2]])
