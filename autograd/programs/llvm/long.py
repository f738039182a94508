"""A long program run from a tape: see `autograd/programs/tape.py`."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeAlias

from autograd import floats
from autograd.extras import extra
from autograd.programs.given import Given
from autograd.programs.llvm.engine import engine
from autograd.programs.llvm.improving import Code
from autograd.programs.llvm.machine import BEST
from autograd.programs.llvm.outside import raise_failures
from autograd.programs.llvm.runner import Runner
from autograd.programs.llvm.writer import Math
from autograd.programs.program import Program
from autograd.programs.tape import tape

with extra("jit", "machine code"):
    import numpy as np
    from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.float64]

_RUN = ctypes.CFUNCTYPE(
    None, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int64, ctypes.c_void_p, ctypes.c_int64
)


class LongRunner(Runner):
    """Runs a program by the engine.

    The engine needs memory for every number of the program, which is kept from one call to the next.

    >>> from autograd import Value, flatten
    >>> x = Value(3.0)
    >>> LongRunner(flatten([x * x, x + x], [x])).run([5.0])
    [25.0, 10.0]
    """

    def __init__(self, program: Program, math: Math = "own", level: int = BEST, soon: bool = True) -> None:
        super().__init__(program, math, level, soon)
        self.tape = tape(program)
        kernel = engine(self.tape.kinds, math)
        self.codes["engine"] = Code(kernel.ir, kernel.symbols, level, soon)
        self._memories: list[Array] = []  # those that no thread is using

    def run(self, inputs: Sequence[float]) -> list[float]:
        """The outputs for one sample."""
        self.program.require(inputs)
        numbers: list[float] = self._outputs([floats.as_float(number) for number in inputs]).tolist()
        return numbers

    def function(
        self, arguments: Any, results: Any, slow: Callable[..., Any], name: str = "compiled"
    ) -> Callable[..., Any]:
        """`slow` itself: what a call costs beside a long program does not count."""
        return slow

    def bind(self, inputs: Array, outputs: Array) -> Callable[[], None]:
        """A function without arguments that reads one array and writes another; see `Runner.bind`."""
        self.require_buffers(inputs, outputs)

        def call() -> None:
            outputs[...] = self._outputs(inputs.ravel()).reshape(outputs.shape)

        return call

    def batch(self, inputs: Iterable[Given], outputs=None, sums=False, threads=1, out=None): ...

    def _outputs(self, inputs: Sequence[float] | Array) -> Array:
        made = self.tape
        memory = self._memories.pop() if self._memories else made.memory.copy()
        memory[: len(inputs)] = inputs
        run = _RUN(self.codes["engine"].loaded.address("run"))
        run(
            memory.ctypes.data,
            made.groups.ctypes.data,
            len(made.groups),
            made.gathered.ctypes.data,
            made.first,
        )
        outputs: Array = memory[made.outputs]
        self._memories.append(memory)
        raise_failures()
        return outputs
