"""A program run as machine code: one sample, batches of samples, buffers bound once."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import Any, Protocol, TypeAlias

from autograd import floats
from autograd.extras import extra
from autograd.programs.given import Given
from autograd.programs.llvm import builtin, callers, kernels
from autograd.programs.llvm.batches import Batch, Layout, groups, require_targets, rows_of
from autograd.programs.llvm.bound import BoundRows
from autograd.programs.llvm.buffers import require_buffers
from autograd.programs.llvm.callers import Tree
from autograd.programs.llvm.improving import Code
from autograd.programs.llvm.kernels import Kernel
from autograd.programs.llvm.machine import BEST, Loaded
from autograd.programs.llvm.operations import is_called_back
from autograd.programs.llvm.outside import raise_failures
from autograd.programs.llvm.writer import Math
from autograd.programs.program import Program

with extra("jit", "machine code"):
    import numpy as np
    from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.float64]

LONG = 100
"""How many instructions of a program take so long to compile well that it is compiled quickly first."""

_ON_BUFFERS = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p)


class Samples(Protocol):
    """What computes a batch: see `Batch.run`."""

    def run(
        self, arrays: Sequence[Array], samples: int, threads: int, out: Sequence[Array] | None
    ) -> list[Array]: ...


class Runner:
    """Runs a program as machine code, which is compiled when it is first needed.

    Args:
        program: what to compute.
        math: "own" takes the elementary functions of this package, "libm" those of the platform.
        level: how well the code is compiled, from 0 (soon ready) to 3.
        soon: whether long programs are compiled at level 0 first, and better by another thread meanwhile.
            Batches of a thousand instructions and more do the same.

    Attributes:
        codes: the code that was compiled so far, by what it is for: `call` (and to be bound), `bound`,
            `single`, `batch`.
        called_back: the names of the operations that the code calls Python for.

    >>> from autograd import Value, flatten
    >>> x, y = Value(3.0), Value(4.0)
    >>> runner = Runner(flatten([x * y, x + y], [x, y]))
    >>> runner([3.0, 4.0])
    [12.0, 7.0]
    """

    def __init__(self, program: Program, math: Math = "own", level: int = BEST, soon: bool = True) -> None:
        self.program = program
        self.math: Math = math
        self.level = level
        self.codes: dict[str, Code] = {}
        self._soon = soon and len(program) >= LONG
        self.called_back = [
            operation.name for operation in program.operations if is_called_back(operation, math)
        ]
        self._batches: dict[Any, Batch] = {}

    def __call__(self, inputs: Sequence[float]) -> list[float]:
        """The outputs for one sample.

        Raises:
            ValueError: if there are more or fewer numbers than inputs.
            TypeError: if it is not a list of numbers.
        """
        return self._flat(inputs)

    def run(self, inputs: Sequence[float]) -> list[float]:
        """As a call, but without the builtin function: for whatever may be taken as a number."""
        self.program.require(inputs)
        source = np.array([floats.as_float(number) for number in inputs], dtype=np.float64)
        target = np.empty(len(self.program.outputs))
        self._single(source.ctypes.data, target.ctypes.data)
        raise_failures()
        numbers: list[float] = target.tolist()
        return numbers

    def function(
        self, arguments: Sequence[Tree], results: Tree, slow: Callable[..., Any], name: str = "compiled"
    ) -> Callable[..., Any]:
        """A function in the shape that a user calls.

        Args:
            arguments: for each argument its structure of lists and tuples, with inputs in place of numbers.
            results: the structure of what is returned, with outputs in place of numbers.
            slow: is called instead, with the same arguments, where they are not exact floats in exactly this
                structure: a function in Python, which may use `run`.
            name: what the function is called.

        Returns:
            A builtin function; or `slow` itself where there can be none: see `builtin.py`.

        >>> from autograd import Value, flatten
        >>> x, y = Value(3.0), Value(4.0)
        >>> runner = Runner(flatten([x * y, y, x], [x, y]))
        >>> f = runner.function([[0, 1]], (0, [1, 2]), lambda *given: given)
        >>> f([3.0, 4.0])
        (12.0, [4.0, 3.0])
        >>> f([3, 4.0])
        ([3, 4.0],)
        """
        size = len(self.program.inputs) + len(self.program.outputs)
        if self.called_back or size > builtin.LARGEST or not builtin.available():
            return slow
        code = self._compiled("call", callers.call_ir(arguments, results))
        return builtin.function(code, name, slow)

    def bind(self, inputs: Array, outputs: Array) -> Callable[[], None]:
        """A function without arguments that reads one array and writes another, and allocates nothing.

        Args:
            inputs: an array of float64 with a number for each input, contiguous.
            outputs: the same for the outputs; it must not share memory with the inputs.

        Raises:
            TypeError: if one is no such array.
            ValueError: if there are more or fewer numbers, or memory is shared.

        >>> from autograd import Value, flatten
        >>> x = Value(3.0)
        >>> inputs, outputs = np.array([3.0]), np.zeros(1)
        >>> square = Runner(flatten(x * x, [x])).bind(inputs, outputs)
        >>> square()
        >>> outputs
        array([9.])
        """
        require_buffers(self.program, inputs, outputs)
        source, target = inputs.ctypes.data, outputs.ctypes.data
        if builtin.available() and not self.called_back:
            code = self.codes.get("call") or self._compiled("bound", "")
            return builtin.bound(code, source, target, (inputs, outputs))

        def call(_kept: Any = (inputs, outputs)) -> None:
            self._single(source, target)
            raise_failures()

        return call

    def batch(
        self,
        inputs: Iterable[Given],
        outputs: Sequence[int | None] | None = None,
        sums: bool = False,
        threads: int = 1,
        out: Sequence[Array] | None = None,
    ) -> list[Array]:
        """The outputs of many samples, every one the same, bit for bit, as that sample has alone.

        The interpreter's lock is released meanwhile. An operation that is called back in Python may be called
        several times for one sample.

        Args:
            inputs: arrays for all inputs of the program, at least one of which is not shared.
            outputs: how many outputs go to each array; None for one that has no second axis. Without them
                all go to one array.
            sums: whether to add up the outputs over the samples. The order does not depend on `threads`.
            threads: how many threads compute at most; little work is not shared out.
            out: arrays that the outputs are written to, such as an earlier call has returned: new memory is
                slower. Not for sums.

        Returns:
            For each entry of `outputs` an array (N, count), or (N,) for None; of sums (count,) or ().

        Raises:
            ValueError: if the arrays do not hold every input once, or their shapes do not fit.
            TypeError: if one holds something else than numbers.

        >>> from autograd import Value, flatten
        >>> x, w = Value(3.0), Value(2.0)
        >>> runner = Runner(flatten([w * x, w], [x, w]))
        >>> samples = [Given(np.array([1.0, 2.0, 3.0]), 0, 1), Given(np.array(10.0), 1, 1, shared=True)]
        >>> runner.batch(samples, [None, None])
        [array([10., 20., 30.]), array([10., 10., 10.])]
        >>> runner.batch(samples, [None, None], sums=True)
        [array(60.), array(30.)]
        """
        if threads < 1:
            raise ValueError(f"a batch is computed by one thread or more, got {threads}")
        given = sorted(inputs, key=lambda part: part.first)
        arrays, samples = rows_of(self.program, given)
        counts = (len(self.program.outputs),) if outputs is None else tuple(outputs)
        batch = self._batch(given, counts, sums)
        if out is not None:
            if sums:
                raise ValueError("sums are few numbers, which come in new arrays; leave out=")
            shapes = [(samples,) if count is None else (samples, count) for count in counts]
            require_targets(out, shapes, arrays)
        results = batch.run(arrays, samples, threads, out)
        raise_failures()
        return _shaped(results, counts) if out is None else results

    @property
    def how(self) -> str:
        """How a sample is computed, in words."""
        pieces = kernels.pieces_of(self.program)
        return "straight code" + (f" in {pieces} pieces" if pieces > 1 else "")

    def best(self) -> Loaded:
        """The best code for one sample, which is waited for."""
        code = self.codes.get("call") or self.codes.get("bound") or self._compiled("single", "")
        code.wait()
        return code.loaded

    def bind_batch(
        self, inputs: Sequence[Given], outputs: Sequence[int | None], sums: Sequence[bool], threads: int = 1
    ) -> tuple[Callable[[int, int], None], list[Array]]:
        """A function of `start` and `stop` that computes these rows of a batch and allocates nothing.

        Args:
            inputs: as for `batch`; the arrays are read in every call, and are contiguous and of float64.
            outputs: as for `batch`.
            sums: for each entry of `outputs` whether it is added up over the rows of a call.
            threads: as for `batch`.

        Returns:
            The function, and for each entry of `outputs` the array that it writes: (N, count) or (N,), of
            sums (count,) or (); they hold the rows that were computed last.
        """
        arrays, samples = rows_of(self.program, inputs)
        batch = Batch(self.program, self._layout(inputs, outputs, sums), self.math, self.level)
        self.codes["bound batch"] = batch.code
        bound = BoundRows(batch, arrays, samples, threads)
        return bound, _shaped(bound.outputs, outputs)

    def wait(self) -> None:
        """Wait until the best code is there, as for a measurement."""
        for code in self.codes.values():
            code.wait()

    def _batch(self, given: Sequence[Given], counts: tuple[int | None, ...], sums: bool) -> Samples:
        """What computes batches that are given and returned in this way."""
        key = (tuple((part.count, part.shared) for part in given), counts, sums)
        if key not in self._batches:
            layout = self._layout(given, counts, [sums] * len(counts))
            made = self._batches[key] = Batch(self.program, layout, self.math, self.level)
            self.codes["batch"] = made.code
        return self._batches[key]

    def _layout(self, given: Sequence[Given], outputs: Sequence[int | None], sums: Sequence[bool]) -> Layout:
        counts = [1 if count is None else count for count in outputs]
        if sum(counts) != len(self.program.outputs):
            raise ValueError(
                f"the program has {len(self.program.outputs)} outputs, got arrays for {sum(counts)}"
            )
        return Layout(
            groups([part.count for part in given], ["shared" if part.shared else "rows" for part in given]),
            groups(counts, ["sums" if summed else "rows" for summed in sums]),
            kernels.lanes_for(self.program, self.math, any(sums)),
        )

    @cached_property
    def _flat(self) -> Callable[..., list[float]]:
        """The builtin function from a list to a list."""
        inputs, outputs = len(self.program.inputs), len(self.program.outputs)
        return self.function([list(range(inputs))], list(range(outputs)), self.run)

    @cached_property
    def _kernel(self) -> Kernel:
        return kernels.single(self.program, self.math)

    def _single(self, source: int, target: int) -> None:
        """Run the code for one sample on buffers; it is part of what calls it."""
        code = self.codes.get("call") or self.codes.get("bound") or self._compiled("single", "")
        _ON_BUFFERS(code.loaded.address("single"))(source, target)

    def _compiled(self, purpose: str, caller: str) -> Code:
        """The code for one sample, with the functions that call it."""
        ir, symbols = self._kernel.ir, self._kernel.symbols
        if purpose != "single":
            ir += callers.DECLARATIONS + callers.bound_ir() + caller
            symbols = symbols | builtin.symbols()
        found = self.codes.get(purpose)
        if found is None or found.ir != ir:
            found = self.codes[purpose] = Code(ir, symbols, self.level, self._soon)
        return found


def _shaped(arrays: Sequence[Array], outputs: Sequence[int | None]) -> list[Array]:
    """Arrays without their last axis where it is that of one output."""
    return [
        array.reshape(array.shape[:-1]) if count is None else array
        for array, count in zip(arrays, outputs, strict=True)
    ]
