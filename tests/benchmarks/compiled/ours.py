"""This project's `jit`."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from tests.benchmarks.compiled.peer import Batch, Peer, Repeat, parameters
from tests.benchmarks.compiled.works import Work
from tests.benchmarks.programs import PENALTY, moons_data, moons_score


class Autograd(Peer):
    """One function for everything."""

    name, needs, kind = "autograd.jit", "llvmlite", "traced"

    def __init__(self) -> None:
        import autograd

        self.autograd = autograd

    def compiled(self, transform: Any, work: Work) -> Any:
        return self.autograd.jit(transform(lambda x: work.program(x, self.autograd)))

    def many(self, work: Work) -> Batch:
        batch: Batch = self.compiled(self.autograd.value_and_grad, work).batch
        batch(work.points())
        wait_for_the_best_code()
        return batch

    def call(self, work: Work) -> Callable[[list[float]], tuple[float, list[float]]]:
        function = self.compiled(self.autograd.value_and_grad, work)
        function(work.point())
        wait_for_the_best_code()
        called: Callable[[list[float]], tuple[float, list[float]]] = function
        return called

    def bound(self, work: Work, point: list[float]) -> Repeat:
        bound = self.compiled(self.autograd.value_and_grad, work).bind(point)
        wait_for_the_best_code()
        return Repeat(bound, lambda: bound.outputs)

    def hessian(self, work: Work, point: list[float]) -> Repeat:
        bound = self.compiled(self.autograd.hessian, work).bind(point)
        wait_for_the_best_code()
        return Repeat(bound, lambda: bound.outputs)

    def moons(self) -> Repeat:
        """The loss of one point is compiled; its gradient is summed over the points."""
        import numpy

        points, signs = (numpy.array(given, dtype=float) for given in moons_data())
        p = numpy.array(parameters())

        def loss(p: Any, point: Any, sign: Any) -> Any:
            return self.autograd.relu(1 - sign * moons_score(p, point, self.autograd))

        function = self.autograd.jit(self.autograd.value_and_grad(loss))
        summed = function.bind_batch(p, points, signs, shared=0, sums=True)
        wait_for_the_best_code()

        def step() -> tuple[Any, Any]:
            summed()
            value, gradient = summed.outputs
            mean = 1 / len(signs)
            return value * mean + PENALTY * (p @ p), gradient * mean + 2 * PENALTY * p

        step()
        wait_for_the_best_code()
        return Repeat(step, step)


def wait_for_the_best_code() -> None:
    """Long programs are compiled quickly first, and well by another thread."""
    for thread in threading.enumerate():
        if thread.name == "autograd compiles":
            thread.join()
