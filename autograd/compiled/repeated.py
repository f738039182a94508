"""A program with many outputs, most of which are the same numbers again: the matrix whose zeros are known.

Only the different ones are computed. Then they are copied to where they stand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final

from autograd.compiled.shapes import cut
from autograd.extras import extra
from autograd.programs.bound import bound_batch

with extra("jit", "compiled functions"):
    import numpy as np

if TYPE_CHECKING:
    from autograd.compiled.backend import Runner
    from autograd.programs.given import Given

MANY: Final = 4096
"""How many outputs machine code writes itself: for more, its size and the time to compile it count."""


class Repeated:
    """Runs a program, and hands out its outputs in other places, some of them several times.

    Args:
        runner: what runs the program.
        which: for each output that is handed out, which output of the program it is.
    """

    def __init__(self, runner: Runner, which: Sequence[int]) -> None:
        self._runner = runner
        self._count = 1 + max(which)
        self._which = np.array(which, dtype=np.intp)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._runner, name)  # the code, and what the report says of it

    def run(self, inputs: Sequence[float]) -> list[float]:
        """The outputs for one sample."""
        numbers: list[float] = np.array(self._runner.run(inputs))[self._which].tolist()
        return numbers

    def function(self, arguments: Any, results: Any, slow: Callable[..., Any]) -> Callable[..., Any]:
        """The slow way: there are too many outputs for a builtin function."""
        return slow

    def bind(self, inputs: Any, outputs: Any) -> Callable[[], None]:
        """A function without arguments that reads one array and writes another."""
        few = np.empty(self._count)
        code, which = self._runner.bind(inputs, few), self._which

        def call() -> None:
            code()
            np.take(few, which, out=outputs, mode="clip")  # another mode would need a buffer

        return call

    def batch(
        self, inputs: Iterable[Given], outputs: Sequence[int | None], sums: bool = False, threads: int = 1
    ) -> list[Any]:
        """The outputs of many samples, as `programs/llvm/runner.py` says."""
        [few] = self._runner.batch(inputs, [self._count], sums, threads)
        return [few[..., which] for which in cut(self._which, outputs)]

    def bind_batch(
        self, inputs: Sequence[Given], outputs: Sequence[int | None], sums: Sequence[bool], threads: int = 1
    ) -> tuple[Callable[[int, int], None], list[Any]]:
        """Rows of a batch on buffers, as `programs/llvm/runner.py` says."""
        return bound_batch(self, inputs, outputs, sums, threads)
