"""What is asked of whatever compiles a function, or runs it on arrays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from tests.benchmarks.compiled.works import Work
from tests.benchmarks.engines.engine import Contestant, Step, Unable
from tests.benchmarks.programs import moons_start

Batch = Callable[[Any], Any]  # an array (N, n) -> values (N,) and gradients (N, n)


class Repeat(NamedTuple):
    """Something that is done again and again.

    Attributes:
        step: does it.
        read: the numbers that it computed, after a step.
        times: how often each step does it.
        buffers: what must live as long.
    """

    step: Step
    read: Callable[[], Any]
    times: int = 1
    buffers: Any = None


class Peer(Contestant):
    """One way to compute a function and its gradient many times.

    A peer gives `many`, and what it does better than one sample of a batch. Arrays are its own: they are made
    before the time is taken, and results stay in them.
    """

    def many(self, work: Work) -> Batch:
        """The value and the gradient at many points."""
        raise NotImplementedError

    def own(self, points: Any) -> Any:
        """Points as the peer takes them."""
        return points

    def numbers(self, results: Any) -> tuple[Any, Any]:
        """What `many` returned as numpy arrays: values (N,) and gradients (N, n)."""
        values, gradients = results
        return values, gradients

    def call(self, work: Work) -> Callable[[list[float]], tuple[float, list[float]]]:
        """The function of a list of floats that returns a float and a list."""
        import numpy

        many, own = self.many(work), self.own

        def value_and_gradient(point: list[float]) -> tuple[float, list[float]]:
            values, gradients = self.numbers(many(own(numpy.array([point]))))
            return values[0].item(), gradients[0].tolist()

        return value_and_gradient

    def bound(self, work: Work, point: list[float]) -> Repeat:
        """The function on buffers that stay; its value, then its gradient."""
        raise Unable("has no buffers that stay")

    def hessian(self, work: Work, point: list[float]) -> Repeat:
        """The matrix of second derivatives, on buffers that stay where there are any."""
        raise Unable("is not written for it")

    def moons(self) -> Repeat:
        """The loss on the moons, then its gradient in the order of `parameters`."""
        raise Unable("is not written for it")


def parameters() -> list[float]:
    """All parameters of the moons' network: neuron by neuron, the bias, then the weights."""
    return [number for layer in moons_start() for neuron in layer for number in neuron]


def in_order(layers: Any) -> list[Any]:
    """The weights and biases of layers, neuron by neuron, as `parameters` has them."""
    rows = [(bias, *row) for weights, biases in layers for row, bias in zip(weights, biases, strict=True)]
    return [number for row in rows for number in row]
