"""Looking into a graph: checks, explanations and pictures, beside building it and going backward by hand."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import autograd
from autograd import Value
from tests.benchmarks.comparison import MILLISECONDS, Comparison, Row, Step, beside
from tests.benchmarks.graphs import GRAPHS, built
from tests.benchmarks.programs import rosenbrock

NODES = {"small": 48, "middle": 5_000, "large": 100_000}  # of a graph
INPUTS = {1: 100, 2: 10}  # of a function that is checked, by the order of its derivatives
STEP = 1e-6  # of differences by hand

Look = Callable[[Value], object]


def look_at(look: Look, name: str, size: str) -> Step:
    """Look at a graph that is there, with its gradients."""
    root, _ = built(GRAPHS[name](NODES[size]))
    root.backward()
    return lambda: look(root)


def flattened(root: Value) -> object:
    nodes, _ = autograd.trace(root)
    return autograd.flatten(root, [node for node in nodes if not node._prev])


def by_hand(name: str, size: str) -> Step:
    graph = GRAPHS[name](NODES[size])
    return lambda: built(graph)[0].backward()


def rows(label: str, size: str, look: Look) -> dict[str, Row]:
    """On the chain and on the wide graph."""
    return {f"{label} of a {size} {name}": row(look, name, size) for name in GRAPHS}


def row(look: Look, name: str, size: str) -> Row:
    return beside(lambda: look_at(look, name, size), lambda: by_hand(name, size), MILLISECONDS, alike=False)


# checks of a function


def f(x: list[Any]) -> Any:
    return rosenbrock(x, None)


def gradient(x: list[float]) -> list[float]:
    leaves = [Value(number) for number in x]
    f(leaves).backward()
    return [leaf.grad for leaf in leaves]


def point(order: int) -> list[float]:
    rng = random.Random(1)
    return [rng.uniform(-1.5, 1.5) for _ in range(INPUTS[order])]


def check(order: int) -> Step:
    at = point(order)
    return lambda: autograd.check_grads(f, at, order)


def differences(order: int) -> Step:
    """The gradient, and central differences of the function or of its gradient, input by input."""
    at, of = point(order), (f, gradient)[order - 1]

    def step() -> None:
        gradient(at)
        for i, number in enumerate(at):
            for moved in (number + STEP, number - STEP):
                of([*at[:i], moved, *at[i + 1 :]])

    return step


def checked(order: int) -> Row:
    return beside(lambda: check(order), lambda: differences(order), MILLISECONDS, alike=False)


INSPECTION = Comparison(
    "Looking into graphs of "
    + ", ".join(f"{nodes:,}" for nodes in NODES.values())
    + " nodes (small, middle, large), and check_grads",
    "ms",
    "build + backward; differences",
    {
        f"check_grads, {INPUTS[1]} inputs": checked(1),
        f"check_grads, {INPUTS[2]} inputs, order 2": checked(2),
        **rows("explain(check=True)", "middle", lambda root: autograd.explain(root, check=True)),
        **rows("str(explain)", "middle", lambda root: str(autograd.explain(root))),
        **rows("str(explain)", "large", lambda root: str(autograd.explain(root))),
        **rows("draw_dot", "small", autograd.draw_dot),
        **rows("draw_dot", "large", autograd.draw_dot),
        **rows("draw_dot, all nodes,", "middle", lambda root: autograd.draw_dot(root, max_nodes=None)),
        **rows("player", "small", autograd.player),
        **rows("trace", "large", autograd.trace),
        **rows("trace and flatten", "large", flattened),
        **rows("backward_steps", "middle", lambda root: list(autograd.backward_steps(root))),
        **rows("repr", "large", repr),
    },
)
