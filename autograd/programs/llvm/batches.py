"""Many samples at once: a program over the rows of arrays, in lanes and in threads."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeAlias

from autograd.extras import extra
from autograd.programs.given import Given
from autograd.programs.llvm import kernels
from autograd.programs.llvm.buffers import zeros
from autograd.programs.llvm.columns import LINE, Columns
from autograd.programs.llvm.improving import Code
from autograd.programs.llvm.operations import is_called_back
from autograd.programs.llvm.outside import raise_failures
from autograd.programs.llvm.spare import Spare
from autograd.programs.llvm.writer import Math
from autograd.programs.program import Program

with extra("jit", "machine code"):
    import numpy as np
    from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.float64]

TILE = 2**15
"""How many numbers, of inputs and outputs, are summed on their own: 256 KB."""

LONG = 1_000
"""How many instructions take so long to compile well for lanes that a program is compiled quickly first."""

WORTH = 2**23
"""How many instructions, over all samples, a thread has at least: starting one takes about as long."""

_BATCH = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p, *[ctypes.c_int64] * 3)


@dataclass(frozen=True)
class Layout:
    """Which arrays hold the inputs and outputs of a batch.

    Attributes:
        inputs: the arrays of inputs, in order.
        outputs: the arrays of outputs, in order.
        lanes: how many samples are computed together.
    """

    inputs: tuple[Columns, ...]
    outputs: tuple[Columns, ...]
    lanes: int


class Batch:
    """Machine code for batches of one layout.

    Args:
        program: what to compute for each sample.
        layout: how its inputs and outputs are given.
        math: whose elementary functions are called.
        level: how well it is compiled.

    Attributes:
        code: what it runs.
        layout: as given.
        memory: how many numbers the code needs to keep.
        length: how many instructions the program has.
        tile: how many samples are summed on their own.
        calls_python: whether the code calls Python.
    """

    def __init__(self, program: Program, layout: Layout, math: Math, level: int) -> None:
        kernel = kernels.batch(program, layout.inputs, layout.outputs, layout.lanes, math)
        self.code = Code(kernel.ir, kernel.symbols, level, soon=len(program) >= LONG)
        self.layout, self.memory, self.length = layout, kernel.memory, len(program)
        self.calls_python = any(is_called_back(operation, math) for operation in program.operations)
        self._summed = any(group.kind == "sums" for group in layout.outputs)
        own = [group.count for group in (*layout.inputs, *layout.outputs) if group.kind == "rows"]
        self.tile = max(1, TILE // max(1, sum(own)) // layout.lanes) * layout.lanes  # in samples
        self._table = ctypes.c_void_p * (len(layout.inputs) + len(layout.outputs))
        self._spare = Spare()
        self._called: tuple[Any, Callable[..., None]] = (None, _BATCH())

    @property
    def call(self) -> Callable[..., None]:
        """The best code so far, called by way of ctypes, which releases the interpreter's lock."""
        loaded = self.code.loaded
        if self._called[0] is not loaded:
            self._called = loaded, _BATCH(loaded.address("batch"))
        return self._called[1]

    def run(
        self, arrays: Sequence[Array], samples: int, threads: int, out: Sequence[Array] | None = None
    ) -> list[Array]:
        """The outputs, an array (samples, count) for each group; of sums (count,).

        Args:
            arrays: for each group of inputs an array (samples, count), or if it is shared (count,).
            samples: how many there are.
            threads: how many threads compute at most.
            out: arrays that the outputs go to, if they are not summed.
        """
        layout = self.layout
        rows = max(samples, layout.lanes)  # as many as the code reads and writes at least
        tile, summed = self.tile, self._summed
        tiles = -(-samples // tile)
        if summed:
            results = [zeros((tiles, group.count, layout.lanes)) for group in layout.outputs]
        elif out is None or samples < rows:
            results = self._spare.arrays([(rows, group.count) for group in layout.outputs])
        else:
            results = list(out)
        read = [
            array if group.kind == "shared" else filled(array, rows)
            for array, group in zip(arrays, layout.inputs, strict=True)
        ]
        table = self._table(*[array.ctypes.data for array in (*read, *results)])
        parts = min(threads, tiles, 1 + samples * self.length // WORTH)

        def work(part: int) -> None:
            memory = np.empty(self.memory + LINE)
            aligned = -(-memory.ctypes.data // (8 * LINE)) * (8 * LINE)
            first, last = tiles * part // parts, tiles * (part + 1) // parts
            for number in range(first, last) if summed else (first,):
                stop = number + 1 if summed else last
                self.call(table, aligned, number * tile, min(stop * tile, samples), number)

        share_out(work, parts)
        if summed:
            return [summed_up(result) for result in results]
        if out is not None and samples < rows:
            for target, result in zip(out, results, strict=True):
                target[...] = result[:samples].reshape(target.shape)
            return list(out)
        return [result[:samples] for result in results]


def groups(counts: Sequence[int], kinds: Sequence[Any]) -> tuple[Columns, ...]:
    """Groups that follow one another."""
    firsts = [sum(counts[:place]) for place in range(len(counts))]
    return tuple(map(Columns, firsts, counts, kinds))


def rows_of(program: Program, inputs: Sequence[Given]) -> tuple[list[Array], int]:
    """The arrays as the code reads them, and how many samples they hold.

    Raises:
        ValueError: if they do not hold every input once, in order, or their shapes do not fit.
        TypeError: if one holds something else than numbers.
    """
    expected = 0
    arrays: list[Array] = []
    samples: int | None = None
    for given in inputs:
        if given.first != expected:
            how = "not given" if given.first > expected else "given twice"
            raise ValueError(f"input {min(expected, given.first)} of the program is {how}")
        expected += given.count
        array = np.ascontiguousarray(given.array, dtype=np.float64)
        if given.shared:
            _require_shape(given, array.size == given.count)
            arrays.append(array)
            continue
        _require_shape(given, np.ndim(given.array) > 0 and array.size == len(array) * given.count)
        samples = len(array) if samples is None else samples
        if len(array) != samples:
            raise ValueError(f"one array of the batch has {samples} rows, another {len(array)}")
        arrays.append(array.reshape(samples, given.count))
    if expected != len(program.inputs):
        raise ValueError(f"the program takes {len(program.inputs)} inputs, got {expected}")
    if samples is None:
        raise ValueError("all inputs are shared: a batch needs an array with a row for each sample")
    return arrays, samples


def share_out(work: Callable[[int], None], parts: int) -> None:
    """Do all parts of the work, each in a thread; this thread does one of them."""

    def done(part: int) -> None:
        work(part)
        raise_failures()  # here, as each thread knows of its own

    if parts == 1:
        done(0)
    elif parts > 1:
        with ThreadPoolExecutor(parts - 1) as pool:
            others = [pool.submit(done, part) for part in range(1, parts)]
            done(0)
        for other in others:
            other.result()


def _require_shape(given: Given, fits: bool) -> None:
    if not fits:
        columns = f"{given.count} number(s)"
        expected = f"{columns}, shared" if given.shared else f"a row of {columns} for each sample"
        raise ValueError(
            f"an array of shape {np.shape(given.array)} does not fit: from input {given.first} on the "
            f"program takes {expected}"
        )


def require_targets(out: Sequence[Array], shapes: Sequence[tuple[int, ...]], inputs: Sequence[Array]) -> None:
    """Raise an error unless the outputs of a batch can go to these arrays.

    Raises:
        ValueError: if there are more or fewer, or a shape is wrong, or memory is shared with an input.
        TypeError: if one is no contiguous array of float64 that can be written to.
    """
    if [np.shape(array) for array in out] != list(shapes):
        raise ValueError(f"the outputs have the shapes {[*shapes]}, got {[np.shape(array) for array in out]}")
    for array in out:
        if not isinstance(array, np.ndarray) or array.dtype != np.float64 or not array.flags.carray:
            raise TypeError("outputs of a batch go to contiguous numpy arrays of float64")
        if any(np.may_share_memory(array, given) for given in inputs):
            raise ValueError("an output shares memory with an input; give another array")


def filled(array: Array, rows: int) -> Array:
    """An array with at least so many rows; the last one is repeated."""
    if not 0 < len(array) < rows:
        return array
    return np.concatenate([array, np.repeat(array[-1:], rows - len(array), axis=0)])


def summed_up(parts: Array) -> Array:
    """The sums over tiles and lanes, always in the same order."""
    with np.errstate(all="ignore"):
        total: Array = parts.sum(axis=0).sum(axis=-1)
    return total
