"""Derivatives by the transforms, in units of building the graph and going backward through it by hand.

Every step gives one number to check: the derivative along a direction of ones, the sum of the gradient.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import autograd
from autograd import Value
from tests.benchmarks.comparison import MICROSECONDS, MILLISECONDS, Comparison, Row, Step, beside
from tests.benchmarks.graphs import GRAPHS, Graph, built

NODES = 40_000
X = 0.3


def by_hand(graph: Graph) -> Step:
    def step() -> float:
        out, leaves = built(graph)
        out.backward()
        return sum(leaf.grad for leaf in leaves)

    return step


def gradient(graph: Graph) -> Step:
    def step() -> float:
        found: list[float] = autograd.gradient(*built(graph))
        return sum(found)

    return step


def differentiable_gradient(graph: Graph) -> Step:
    def step() -> float:
        found: list[Value] = autograd.gradient(*built(graph), differentiable=True)
        return sum(slope.data for slope in found)

    return step


def grad(graph: Graph) -> Step:
    f, point = graph
    slopes = autograd.grad(f)
    return lambda: sum(slopes(point))


def value_and_grad(graph: Graph) -> Step:
    f, point = graph
    both = autograd.value_and_grad(f)
    return lambda: sum(both(point)[1])


def vjp(graph: Graph) -> Step:
    f, point = graph
    both = autograd.vjp(f)
    return lambda: sum(both(point)[1](1.0))


def jvp(graph: Graph) -> Step:
    f, point = graph
    both, ones = autograd.jvp(f), [1.0] * len(point)
    return lambda: both(point, ones)[1]


def hvp(graph: Graph) -> Step:
    f, point = graph
    product, ones = autograd.hvp(f), [1.0] * len(point)
    return lambda: product(point, ones)


WAYS: dict[str, Callable[[Graph], Step]] = {
    "gradient": gradient,
    "gradient, differentiable": differentiable_gradient,
    "grad": grad,
    "value_and_grad": value_and_grad,
    "vjp": vjp,
    "jvp": jvp,
    "hvp": hvp,
}


def large(way: Callable[[Graph], Step], graph: Callable[[int], Graph]) -> Row:
    return beside(
        lambda: way(graph(NODES)), lambda: by_hand(graph(NODES)), MILLISECONDS, alike=way is not hvp
    )


LARGE = Comparison(
    f"Transforms of graphs of {NODES:,} nodes: a chain of 3 inputs, a wide one of {NODES // 8:,}",
    "ms",
    "by hand",
    {f"{label}, {name}": large(way, graph) for name, graph in GRAPHS.items() for label, way in WAYS.items()},
)

# one number


def f(x: Any) -> Any:
    return x * autograd.tanh(x) + 1.0


def slope_by_hand() -> float:
    x = Value(X)
    f(x).backward()
    return x.grad


def slope_by_gradient() -> float:
    x = Value(X)
    slope: float = autograd.gradient(f(x), x)
    return slope


def small(step: Step, alike: bool = True) -> Row:
    return beside(lambda: step, lambda: slope_by_hand, MICROSECONDS, alike)


SMALL = Comparison(
    "Transforms of x * tanh(x) + 1 at one number",
    "us",
    "by hand",
    {
        "gradient": small(slope_by_gradient),
        "grad": small(lambda: autograd.grad(f)(X)),
        "value_and_grad": small(lambda: autograd.value_and_grad(f)(X)[1]),
        "vjp": small(lambda: autograd.vjp(f)(X)[1](1.0)),
        "jvp": small(lambda: autograd.jvp(f)(X, 1.0)[1]),
        "jacobian": small(lambda: autograd.jacobian(f)(X)),
        "elementwise_grad": small(lambda: autograd.elementwise_grad(f)(X)),
        "grad of grad": small(lambda: autograd.grad(autograd.grad(f))(X), alike=False),
        "hessian": small(lambda: autograd.hessian(f)(X), alike=False),
        "hvp": small(lambda: autograd.hvp(f)(X, 1.0), alike=False),
    },
)
