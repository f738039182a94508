"""Batches and copies one after the other, many times, before Python goes on.

What is to be done is a table of links, eight integers each, that a small function reads. It is compiled once
for a process, whatever the programs are that it calls.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from autograd.extras import extra
from autograd.programs.llvm.improving import Code
from autograd.programs.llvm.machine import Loaded, compiled
from autograd.programs.llvm.writer import literal

with extra("jit", "machine code"):
    import numpy as np
    from numpy.typing import NDArray

if TYPE_CHECKING:
    from autograd.programs.llvm.bound import BoundRows

Array: TypeAlias = NDArray[np.float64]

HUGE: Final = 1e300
"""A number of this size ends a chain: what is computed from it may be infinite."""

_CALL, _CLEAR, _COPY, _CHECK, _ADD_UP = range(5)
_CODE: Final = 6  # where a link has the function

# A link is its kind, a source and how many bytes it moves on in each run, a target likewise, and a count of
# numbers. The source of a call are its ranges, the target is its table of arrays; then come the function and
# the memory that it needs. To add up lanes, the last is how many there are.
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
  %memory.or.lanes = load ptr, ptr %at.memory
  switch i64 %kind, label %call [
    i64 1, label %clear  i64 2, label %copy  i64 3, label %check  i64 4, label %sums
  ]
call:
  %code = load ptr, ptr %at.code
  %start = load i64, ptr %source
  %at.end = getelementptr i64, ptr %source, i64 1
  %end = load i64, ptr %at.end
  call void %code(ptr %target, ptr %memory.or.lanes, i64 %start, i64 %end, i64 0)
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
sums:
  %lanes = ptrtoint ptr %memory.or.lanes to i64
  br label %sum
sum:
  %s = phi i64 [0, %sums], [%s.next, %summed]
  %row = mul i64 %s, %lanes
  %at.row = getelementptr double, ptr %source, i64 %row
  %first.lane = load double, ptr %at.row
  br label %lane
lane:
  %k = phi i64 [1, %sum], [%k.next, %add]
  %total = phi double [%first.lane, %sum], [%total.next, %add]
  %more.lanes = icmp slt i64 %k, %lanes
  br i1 %more.lanes, label %add, label %summed
add:
  %at.lane = getelementptr double, ptr %at.row, i64 %k
  %other = load double, ptr %at.lane
  %total.next = fadd double %total, %other
  %k.next = add i64 %k, 1
  br label %lane
summed:
  %at.total = getelementptr double, ptr %target, i64 %s
  store double %total, ptr %at.total
  %s.next = add i64 %s, 1
  %more.sums = icmp slt i64 %s.next, %numbers
  br i1 %more.sums, label %sum, label %linked
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
        self._at = 0, 0  # where they are in memory, and `ended`
        self._called: list[tuple[int, Code]] = []
        self._kept: list[object] = []

    def call(self, rows: BoundRows, ranges: NDArray[np.int64]) -> None:
        """Compute the rows in `ranges[r]` of run r; if there is one range, the same in every run."""
        for array, copy in rows.given:
            self.copy(array, copy[: len(array)])
        for parts in rows.parts:
            self._add(_CLEAR, target=parts[0], count=parts[0].size)
        self._called.append((len(self._links), rows.batch.code))
        self._add(_CALL, ranges, 16 * (len(ranges) > 1), rows.table, memory=rows.memories[0])

    def copy(self, source: Array, target: Array) -> None:
        """Copy an array to another of its size; of an array with one more axis run r copies row r."""
        count = min(source.size, target.size)
        steps = [8 * count * (array.size > count) for array in (source, target)]
        self._add(_COPY, source, steps[0], target, steps[1], count)

    def check(self, array: Array) -> None:
        """Stop unless all numbers of an array are smaller than `HUGE`."""
        self._add(_CHECK, array, count=array.size)

    def add_up(self, lanes: Array, totals: Array) -> None:
        """Add up the last axis of an array, in order."""
        self._add(_ADD_UP, lanes, target=totals, count=totals.size, memory=lanes.shape[-1])

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
            self._at = self._table.ctypes.data, self.ended.ctypes.data  # which takes long to find out
        for place, code in self._called:
            self._table[place, _CODE] = code.loaded.address("batch")
        table, ended = self._at
        _run()(table, len(self._table), first, last, ended)

    def _add(
        self,
        kind: int,
        source: Any = None,
        source_step: int = 0,
        target: Any = None,
        target_step: int = 0,
        count: int = 0,
        memory: Any = None,
    ) -> None:
        arrays = source, target, memory
        self._kept.extend(arrays)
        at = [each.ctypes.data if isinstance(each, np.ndarray) else each or 0 for each in arrays]
        self._links.append([kind, at[0], source_step, at[1], target_step, count, 0, at[2]])
