"""Rows of a batch on buffers that stay: what a training loop calls, many times for few rows."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import TypeAlias

from autograd.extras import extra
from autograd.programs.llvm.batches import WORTH, Batch
from autograd.programs.llvm.buffers import zeros
from autograd.programs.llvm.links import Links
from autograd.programs.llvm.outside import raise_failures

with extra("jit", "machine code"):
    import numpy as np
    from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.float64]


class BoundRows:
    """Machine code for a batch, with the arrays that it reads and writes.

    Args:
        batch: the code.
        arrays: for each group of inputs an array (samples, count), or if it is shared (count,).
        samples: how many there are.
        threads: how many threads compute at most.

    Attributes:
        batch: as given.
        tile: how many samples are summed on their own.
        outputs: for each group of outputs an array (samples, count); of sums (count,).
        parts: for each group of sums an array (tiles, count, lanes) of what each lane has added up.
        given: arrays of fewer rows than lanes, each with the longer one that is read in place of it.
        table: where the code finds what it reads and writes.
        memories: for each thread what the code keeps.
    """

    def __init__(self, batch: Batch, arrays: Sequence[Array], samples: int, threads: int) -> None:
        layout = batch.layout
        rows = max(samples, layout.lanes)  # as many as the code reads and writes at least
        self.batch, self.tile, self._threads = batch, batch.tile, threads
        self._tiles = max(1, -(-samples // batch.tile))
        self._read = [
            array
            if group.kind == "shared" or samples >= layout.lanes
            else np.resize(array, (rows, group.count))
            for array, group in zip(arrays, layout.inputs, strict=True)
        ]
        self.given = [
            (array, filled) for array, filled in zip(arrays, self._read, strict=True) if filled is not array
        ]
        self._written = [
            zeros((self._tiles, group.count, layout.lanes) if group.kind == "sums" else (rows, group.count))
            for group in layout.outputs
        ]
        self._sums = [
            (parts, np.zeros(group.count))
            for parts, group in zip(self._written, layout.outputs, strict=True)
            if group.kind == "sums"
        ]
        self.parts = [parts for parts, _ in self._sums]
        totals = iter([total for _, total in self._sums])
        self.outputs = [
            next(totals) if group.kind == "sums" else array[:samples]
            for array, group in zip(self._written, layout.outputs, strict=True)
        ]
        self.table = np.array([array.ctypes.data for array in (*self._read, *self._written)], dtype=np.int64)
        self._arrays_at = self.table.ctypes.data
        self.memories = [zeros((batch.memory,)) for _ in range(threads)]
        self._memory_at = [memory.ctypes.data for memory in self.memories]

        self._range = np.zeros((1, 2), dtype=np.int64)
        self._once = Links()
        if self.chainable:
            self._once.call(self, self._range)
            for parts, total in self._sums:
                self._once.add_up(parts[0], total)

    @property
    def chainable(self) -> bool:
        """Whether it can be called without the interpreter."""
        return not self.batch.calls_python

    @property
    def improving(self) -> bool:
        """Whether better code is on its way."""
        return self.batch.code.improving

    def __call__(self, start: int, stop: int) -> None:
        """Compute the rows from `start` to before `stop`."""
        if self.chainable and 0 < stop - start <= self.tile:
            self._range[0] = start, stop
            self._once(0, 1)
            return
        for array, filled in self.given:  # fewer rows than lanes
            filled[: len(array)] = array
        for parts, _ in self._sums:
            parts.fill(0.0)
        tiles = -(-(stop - start) // self.batch.tile) if self._sums else 1
        work = 1 + (stop - start) * self.batch.length // WORTH
        self._share_out(start, stop, tiles, min(self._threads, tiles, work))
        if self._sums:
            with np.errstate(all="ignore"):  # nan and infinity are numbers as others are
                self._add_up(tiles)

    def _add_up(self, tiles: int) -> None:
        """The sums over the lanes of some tiles."""
        for parts, total in self._sums:
            first, *others = (parts[0] if tiles == 1 else np.add.reduce(parts[:tiles], axis=0)).T
            np.copyto(total, first)
            for lane in others:  # lane by lane is several times faster than `reduce` along the lanes
                np.add(total, lane, out=total)

    def _share_out(self, start: int, stop: int, tiles: int, threads: int) -> None:
        if threads <= 1:
            self._some(start, stop, range(tiles), 0)
            return
        shares = [range(tiles * n // threads, tiles * (n + 1) // threads) for n in range(threads)]
        others = [self._pool.submit(self._some, start, stop, shares[n], n) for n in range(1, threads)]
        self._some(start, stop, shares[0], 0)
        for other in others:
            other.result()

    def _some(self, start: int, stop: int, tiles: range, thread: int) -> None:
        """One thread's share."""
        call, memory = self.batch.call, self._memory_at[thread]
        size = self.batch.tile if self._sums else stop - start
        for tile in tiles:
            first = start + tile * size
            call(self._arrays_at, memory, first, min(first + size, stop), tile)
        raise_failures()

    @cached_property
    def _pool(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(self._threads - 1)
