"""Rows of a batch on buffers that stay, for what has no better way than to compute a batch for them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any, Protocol

from autograd.extras import extra
from autograd.programs.given import Given

with extra("jit", "a program on arrays"):
    import numpy as np


class Batches(Protocol):
    """What computes batches; see `Runner.batch` in `programs/llvm/runner.py`."""

    def batch(
        self, inputs: Iterable[Given], outputs: Sequence[int | None], sums: bool, threads: int
    ) -> list[Any]: ...


def bound_batch(
    runner: Batches,
    inputs: Sequence[Given],
    outputs: Sequence[int | None],
    sums: Sequence[bool],
    threads: int,
) -> tuple[Callable[[int, int], None], list[Any]]:
    """A function of `start` and `stop`, and the arrays that it writes: see `Runner.bind_batch` there."""
    samples = max(len(part.array) for part in inputs if not part.shared)
    shapes = [() if count is None else (count,) for count in outputs]
    made = [
        np.zeros(shape if summed else (samples, *shape)) for shape, summed in zip(shapes, sums, strict=True)
    ]

    def run(start: int, stop: int) -> None:
        rows = [part if part.shared else replace(part, array=part.array[start:stop]) for part in inputs]
        found = {kind: runner.batch(rows, outputs, kind, threads) for kind in set(sums)}
        for place, (target, summed) in enumerate(zip(made, sums, strict=True)):
            target[() if summed else slice(start, stop)] = found[summed][place]

    return run, made
