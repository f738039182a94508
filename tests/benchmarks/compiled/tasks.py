"""What the compiled functions are measured at: many points at once, one call, buffers, the moons."""

from __future__ import annotations

import time
from typing import Any

from tests.benchmarks.compiled import PEERS, STRICT
from tests.benchmarks.compiled.peer import Peer, Repeat
from tests.benchmarks.compiled.works import MOST, ROSENBROCK_10, WORKS
from tests.benchmarks.task import Task, Workload, flat, repeated

ALIKE = 100  # points whose numbers are compared


def batch_task(peer: Peer, case: str) -> Task:
    """The value and the gradient at many points, in one call."""
    work = WORKS[case]
    points = work.points()
    many, own = peer.many(work), peer.own(points)
    return alone(Repeat(lambda: many(own), lambda: some(*peer.numbers(many(own)))), 1e9 / len(points))


def some(values: Any, gradients: Any) -> list[Any]:
    """The numbers of some points, and sums of all."""
    return [values[:ALIKE], gradients[:ALIKE], values.sum(), abs(gradients).sum(0)]


def call_task(peer: Peer, case: str) -> Task:
    """The value and the gradient at one point: a list in, a float and a list out."""
    call, point = peer.call(WORKS[case]), WORKS[case].point()
    return alone(Repeat(lambda: call(point), lambda: call(point)), 1e9)


def bound_task(peer: Peer, case: str) -> Task:
    """The same on buffers that are given once."""
    prepare = peer.bound if case in WORKS else peer.hessian
    return alone(prepare(ROSENBROCK_10, ROSENBROCK_10.point()), 1e9)


def moons_task(peer: Peer, case: str) -> Task:
    """The loss on the moons and its gradient."""
    return alone(peer.moons(), 1e6)


def alone(repeat: Repeat, scale: float) -> Task:
    """Time in which the processor was at work for this process: others do not count."""
    repeat.step()
    check = list(flat(repeat.read()))
    return Task(repeated(repeat.step, scale / repeat.times, time.process_time), check, keeps=repeat)


def workload(title: str, unit: str, cases: tuple[str, ...], prepare: Any) -> Workload:
    return Workload(title, unit, cases, prepare, engines=PEERS, reference=STRICT, one_core=True)


COMPILED = {
    "batch": workload(
        f"Value and gradient at {MOST:,} points (Rosenbrock-100: 500 and 10,000), compiled; one core",
        "ns a point",
        tuple(WORKS),
        batch_task,
    ),
    "one_call": workload(
        "Value and gradient at one point, compiled: a list in, a float and a list out",
        "ns",
        ("Rosenbrock-10", "Black-Scholes", "30 operations, 6 tanh"),
        call_task,
    ),
    "bound": workload(
        "The same on buffers that are given once",
        "ns",
        ("Rosenbrock-10", "Hessian of Rosenbrock-10"),
        bound_task,
    ),
    "moons_gradient": workload(
        "The loss on 100 moons of MLP(2, [16, 16, 1]) and its gradient, compiled", "us", ("step",), moons_task
    ),
}
