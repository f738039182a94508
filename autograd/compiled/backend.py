"""What runs a program: machine code where llvmlite is there, else numpy."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final, Protocol

from autograd.compiled.repeated import MANY, Repeated
from autograd.compiled.shapes import cut
from autograd.extras import extra
from autograd.programs.arrays import run_on_arrays
from autograd.programs.bound import bound_batch
from autograd.programs.join import without_repeats
from autograd.programs.prepare import STRAIGHT
from autograd.programs.program import Program

with extra("jit", "compiled functions"):
    import numpy as np

if TYPE_CHECKING:
    from autograd.programs.given import Given


def _backend() -> str:
    if find_spec("llvmlite") is None:
        return "numpy"
    try:
        import llvmlite.binding  # noqa: F401
    except Exception as error:  # a library of another platform raises OSError or whatever else
        warnings.warn(
            f"jit runs on numpy: llvmlite is installed, but cannot be loaded ({error}); install it anew",
            stacklevel=2,
        )
        return "numpy"
    return "llvm"


BACKEND: Final = _backend()
"""Which backend runs programs here, "llvm" or "numpy"."""


class Runner(Protocol):
    """A program that can be run; see `programs/llvm/runner.py`."""

    @property
    def how(self) -> str: ...

    def run(self, inputs: Sequence[float]) -> list[float]: ...

    def function(self, arguments: Any, results: Any, slow: Callable[..., Any]) -> Callable[..., Any]: ...

    def bind(self, inputs: Any, outputs: Any) -> Callable[[], None]: ...

    def batch(
        self, inputs: Iterable[Given], outputs: Sequence[int | None], sums: bool, threads: int
    ) -> list[Any]: ...

    def bind_batch(
        self, inputs: Sequence[Given], outputs: Sequence[int | None], sums: Sequence[bool], threads: int
    ) -> tuple[Callable[[int, int], None], list[Any]]: ...


def runner(program: Program, math: str) -> Runner:
    """What runs a program."""
    few, which = without_repeats(program)
    if len(which) > MANY and 2 * len(few.outputs) < len(which):
        return Repeated(runner(few, math), which)
    if BACKEND == "numpy":
        return NumpyRunner(program, math)
    from autograd.programs.llvm.long import LongRunner
    from autograd.programs.llvm.runner import Runner as MachineCode

    suitable = LongRunner if len(program) > STRAIGHT else MachineCode
    return suitable(program, math)  # type: ignore[arg-type]


class NumpyRunner:
    """A program without a compiler: one sample by the table's functions, many by numpy's.

    Args:
        program: what to compute.
        math: with "libm" many samples have the numbers of one, to the last bit; else only where no elementary
            function is called.

    >>> from autograd import Value, flatten
    >>> x = Value(3.0)
    >>> NumpyRunner(flatten(x * x, [x])).run([4.0])
    [16.0]
    """

    how = "one operation after the other"

    def __init__(self, program: Program, math: str = "own") -> None:
        self.program = program
        self._exact = math == "libm"
        self.run = program.run

    def function(self, arguments: Any, results: Any, slow: Callable[..., Any]) -> Callable[..., Any]:
        """The slow way is the only one."""
        return slow

    def bind(self, inputs: Any, outputs: Any) -> Callable[[], None]:
        """A function without arguments that reads one array and writes another."""

        def call() -> None:
            outputs[:] = self.program.run(inputs.tolist())

        return call

    def batch(
        self, inputs: Iterable[Given], outputs: Sequence[int | None], sums: bool = False, threads: int = 1
    ) -> list[Any]:
        """The outputs of many samples, as `programs/llvm/runner.py` says; numpy has its own threads."""
        given = sorted(inputs, key=lambda part: part.first)
        count = max(len(part.array) for part in given if not part.shared)
        columns: list[Any] = []
        for part in given:
            rows = np.asarray(part.array, dtype=float).reshape(1 if part.shared else count, part.count)
            columns += list(np.broadcast_to(rows, (count, part.count)).T)
        computed = run_on_arrays(self.program, columns, or_nan=False, exact=self._exact)
        numbers = np.stack(computed, axis=-1)
        with np.errstate(all="ignore"):  # nan and infinity are numbers as others are
            return cut(numbers.sum(axis=0) if sums else numbers, outputs)

    def bind_batch(
        self, inputs: Sequence[Given], outputs: Sequence[int | None], sums: Sequence[bool], threads: int = 1
    ) -> tuple[Callable[[int, int], None], list[Any]]:
        """Rows of a batch on buffers, as `programs/llvm/runner.py` says."""
        return bound_batch(self, inputs, outputs, sums, threads)
