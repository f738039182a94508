"""A long program run from a tape: see `autograd/programs/tape.py`."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any, Final, TypeAlias

from autograd import floats
from autograd.extras import extra
from autograd.programs.bound import bound_batch
from autograd.programs.given import Given
from autograd.programs.llvm.batches import share_out, summed_up
from autograd.programs.llvm.buffers import require_buffers
from autograd.programs.llvm.columns import BLOCK
from autograd.programs.llvm.engine import engine
from autograd.programs.llvm.improving import Code
from autograd.programs.llvm.machine import BEST, Loaded
from autograd.programs.llvm.outside import raise_failures
from autograd.programs.llvm.runner import Runner, Samples
from autograd.programs.llvm.writer import Math
from autograd.programs.loops import Loop
from autograd.programs.program import Program
from autograd.programs.tape import Tape, tape

with extra("jit", "machine code"):
    import numpy as np
    from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.float64]

STRAIGHT_IN_BATCHES: Final = 100_000
"""How long a program may be that is straight code for batches, whose samples share the time to compile it."""

_TILE: Final = 16 * BLOCK
"""How many samples are summed on their own, whatever the number of threads."""

_RUN = ctypes.CFUNCTYPE(
    None, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int64, ctypes.c_void_p, ctypes.c_int64
)


class LongRunner(Runner):
    """Runs a program by the engine; batches too, unless straight code for them is worth the time to compile.

    >>> from autograd import Value, flatten
    >>> x = Value(3.0)
    >>> LongRunner(flatten([x * x, x + x], [x])).run([5.0])
    [25.0, 10.0]
    """

    def __init__(self, program: Program, math: Math = "own", level: int = BEST, soon: bool = True) -> None:
        super().__init__(program, math, level, soon)
        self._tape = tape(program)
        self._one = _Engine(self._tape, math, level, soon, 1)
        self.codes["engine"] = self._one.code

    @property
    def how(self) -> str:
        """How a sample is computed, in words."""
        loops = sum(isinstance(kind, Loop) for kind in self._tape.kinds)
        groups = f"a tape of {len(self._tape.groups):,} groups of {len(self._tape.kinds)} kinds"
        return groups + (f", among them {loops} loop{'s' * (loops != 1)}" if loops else "")

    def best(self) -> Loaded:
        """The best code of the engine, which is waited for."""
        self._one.code.wait()
        return self._one.code.loaded

    def run(self, inputs: Sequence[float]) -> list[float]:
        """The outputs for one sample; see `Runner.run`."""
        self.program.require(inputs)
        numbers: list[float] = self._one.outputs([[floats.as_float(x)] for x in inputs])[:, 0].tolist()
        raise_failures()
        return numbers

    def function(
        self, arguments: Any, results: Any, slow: Callable[..., Any], name: str = "compiled"
    ) -> Callable[..., Any]:
        """`slow` itself: what a call costs is little beside a long program."""
        return slow

    def bind(self, inputs: Array, outputs: Array) -> Callable[[], None]:
        """A function without arguments that reads one array and writes another; see `Runner.bind`."""
        require_buffers(self.program, inputs, outputs)
        given, made = inputs.reshape(-1, 1), outputs.reshape(-1, 1)

        def call() -> None:
            self._one.outputs(given, made)
            raise_failures()

        return call

    def _batch(self, given: Sequence[Given], counts: tuple[int | None, ...], sums: bool) -> Samples:
        if len(self.program) <= STRAIGHT_IN_BATCHES:
            return super()._batch(given, counts, sums)
        shared = [part.shared for part in given]
        return _LongBatch(self._several, shared, [1 if count is None else count for count in counts], sums)

    def bind_batch(
        self, inputs: Sequence[Given], outputs: Sequence[int | None], sums: Sequence[bool], threads: int = 1
    ) -> tuple[Callable[[int, int], None], list[Array]]:
        """Rows of a batch on buffers; see `Runner.bind_batch`."""
        if len(self.program) <= STRAIGHT_IN_BATCHES:
            return super().bind_batch(inputs, outputs, sums, threads)
        return bound_batch(self, inputs, outputs, sums, threads)

    @cached_property
    def _several(self) -> _Engine:
        """The engine for several samples at once."""
        made = _Engine(self._tape, self.math, self.level, False, BLOCK)
        self.codes["batch"] = made.code
        return made


class _Engine:
    """The engine with a tape in it.

    It needs memory for every number of the program, which is kept from one run to the next.
    """

    def __init__(self, given: Tape, math: Math, level: int, soon: bool, samples: int) -> None:
        kernel = engine(given.kinds, math, samples)
        self.code = Code(kernel.ir, kernel.symbols, level, soon)
        self._tape, self._samples = given, samples
        self._fixed = (
            given.groups.ctypes.data,
            len(given.groups),
            given.gathered.ctypes.data,
            given.first,
        )
        self._free: list[tuple[Array, int]] = []  # memory that no thread is using, with its address

    def outputs(self, inputs: Any, out: Array | None = None) -> Array:
        """The outputs, of shape (outputs, samples), for inputs of shape (inputs, samples)."""
        try:
            memory, place = self._free.pop()
        except IndexError:
            memory = np.repeat(self._tape.memory[:, np.newaxis], self._samples, axis=1)
            place = memory.ctypes.data
        memory[: len(inputs)] = inputs
        _RUN(self.code.loaded.address("run"))(place, *self._fixed)
        # all places are there; numpy's own check would fill a copy of `out` first
        outputs = memory.take(self._tape.outputs, 0, out, "clip")
        self._free.append((memory, place))
        return outputs


class _LongBatch:
    """Batches of a long program that are given and returned in one way."""

    def __init__(self, engine: _Engine, shared: Sequence[bool], counts: Sequence[int], sums: bool) -> None:
        self._engine, self._shared, self._counts, self._sums = engine, shared, counts, sums

    def run(
        self, arrays: Sequence[Array], samples: int, threads: int, out: Sequence[Array] | None
    ) -> list[Array]:
        """The outputs, an array (samples, count) for each group; of sums (count,). See `Batch.run`."""
        tiles = -(-samples // _TILE)
        results = [np.empty((samples, count)) for count in self._counts] if out is None else list(out)
        views = [result.reshape(samples, count) for result, count in zip(results, self._counts, strict=True)]
        totals = np.zeros((tiles, sum(self._counts), BLOCK))
        parts = min(threads, tiles)

        def work(part: int) -> None:
            for tile in range(tiles * part // parts, tiles * (part + 1) // parts):
                for row in range(tile * _TILE, min(samples, (tile + 1) * _TILE), BLOCK):
                    outputs = self._engine.outputs(self._inputs(arrays, row))[:, : samples - row]
                    if self._sums:
                        totals[tile, :, : outputs.shape[1]] += outputs
                        continue
                    first = 0
                    for view, count in zip(views, self._counts, strict=True):
                        view[row : row + BLOCK] = outputs[first : first + count].T
                        first += count

        share_out(work, parts)
        if not self._sums:
            return results
        return np.split(summed_up(totals), np.cumsum(self._counts)[:-1])

    def _inputs(self, arrays: Sequence[Array], row: int) -> Array:
        """The inputs of the samples from a row on, side by side; the last one is there more than once."""
        columns = []
        for array, shared in zip(arrays, self._shared, strict=True):
            if shared:
                columns.append(np.repeat(array.reshape(-1, 1), BLOCK, axis=1))
                continue
            rows = array[row : row + BLOCK]
            columns.append(np.concatenate([rows, np.repeat(rows[-1:], BLOCK - len(rows), axis=0)]).T)
        return np.concatenate(columns)
