"""Two graphs of any size: a chain, each node made from the one before, and a wide one of many inputs."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from autograd import Value
from tests.benchmarks.programs import chain, rosenbrock
from tests.benchmarks.workloads import LEAVES

Function = Callable[[list[Any]], Any]
Graph = tuple[Function, list[float]]  # a function, and the point at which it is computed


def deep(nodes: int) -> Graph:
    return (lambda x: chain(*x, nodes)), list(LEAVES)


def wide(nodes: int) -> Graph:
    """Rosenbrock's function, with 8 nodes for each of its inputs."""
    rng = random.Random(1)
    return (lambda x: rosenbrock(x, None)), [rng.uniform(-1.5, 1.5) for _ in range(2 + nodes // 8)]


GRAPHS: dict[str, Callable[[int], Graph]] = {"chain": deep, "wide": wide}


def built(graph: Graph) -> tuple[Value, list[Value]]:
    """The root of a new graph, and its leaves."""
    f, point = graph
    leaves = [Value(number) for number in point]
    return f(leaves), leaves
