"""What a node of each operation costs, built and passed backward, in additions.

The nodes stand side by side and are added up, so that one `backward()` passes them all. What the loop and
the sum take is measured with the operands alone, and taken off.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from statistics import median
from typing import Any

import autograd
from autograd import Value, functions, trace
from autograd.ops import POSITIVE, REAL, TABLE
from autograd.primitive import Operation
from tests.benchmarks.comparison import Comparison, Row
from tests.benchmarks.task import Numbers, Task

POINTS = 500
TURNS = 20  # of the nodes and of the bare sum, in one measurement
EDGE = 2.0  # of the operands, where a domain has no end

Point = tuple[Value, ...]  # x, y, z
Make = Callable[[Sequence[Point]], list[Value]]

ADDITION, BARE = "x + y", "x"
INFIX = {
    "add": "x + {}",
    "sub": "x - {}",
    "mul": "x * {}",
    "div": "x / {}",
    "neg": "-x",
    "pos": "+x",
    "pow": "x ** {}",
    "remainder": "x % {}",
    "floor_divide": "x // {}",
    "sinc_derivative": "sinc_derivative(1.0, x)",  # its first operand is a whole number
}
# Constants on the left, powers that people write, methods, and what is made of several nodes.
MORE = (
    "0.5 - x",
    "0.5 / x",
    "0.5 ** x",
    "x ** 2",
    "x ** 3",
    "x ** -1",
    "x.exp()",
    "x.log()",
    "x.relu()",
    "x.tanh()",
    "leaky_relu(x)",
    "elu(x)",
    "log(x, 3.0)",
    "degrees(x)",
    "clip(x, -1.0, 1.0)",
    "clip(x, y, z)",
    "where(x, y, z)",
    "logsumexp([x, y, z])",
    "norm([x, y, z])",
)
OF_ALL = ("norm", "logsumexp", "softmax", "log_softmax")  # of as many numbers as there are points

NAMES = TABLE | {name: getattr(autograd, name) for name in functions.__all__}


def domains() -> dict[str, Sequence[tuple[float, float]]]:
    """Every expression that is measured, and the intervals of its operands."""
    found: dict[str, Sequence[tuple[float, float]]] = {}
    for name, line in TABLE.items():
        form = INFIX.get(name) or (f"{name}(x)" if line.arity == 1 else f"{name}(x, {{}})")
        found |= dict.fromkeys((form.format("y"), form.format("0.5")), intervals(line))
    of_all = [f"{name}(numbers)" for name in OF_ALL]
    return found | dict.fromkeys((*MORE, *of_all), (POSITIVE,))


def intervals(line: Operation) -> Sequence[tuple[float, float]]:
    return (REAL,) if line is TABLE["sinc_derivative"] else line.domain


def points(domain: Sequence[tuple[float, float]]) -> list[Point]:
    """Operands at some distance from the ends of a domain."""
    rng = random.Random(1)
    ends = [(max(low, -EDGE) + 0.1, min(high, EDGE) - 0.1) for low, high in (*domain, REAL, REAL)]
    return [tuple(Value(rng.uniform(*end)) for end in ends[:3]) for _ in range(POINTS)]


def made_by(expression: str) -> Make:
    """The nodes of an expression, as a user would make them: one a point, or some of all of them."""
    source = f"[{expression} for x, y, z in points]"
    if "numbers" in expression:
        source = f"listed({expression.replace('numbers', '[x for x, _, _ in points]')})"
    make: Make = eval(f"lambda points: {source}", {**NAMES, "listed": listed})
    return make


def listed(values: Any) -> list[Value]:
    return values if isinstance(values, list) else [values]


def node_task(expression: str, domain: Sequence[tuple[float, float]]) -> Task:
    """The time of a node: of all with their sum, less that of the sum, divided by how many there are."""
    operands = points(domain)
    make, bare = made_by(expression), made_by(BARE)
    made = inner_nodes(make(operands)) - inner_nodes(bare(operands))

    def run() -> Numbers:
        building, passing = [], []
        for _ in range(TURNS):
            built, passed = seconds(make, operands)
            bare_built, bare_passed = seconds(bare, operands)
            building.append(built - bare_built)
            passing.append(passed - bare_passed)
        # The medians, because a difference of two times is soon the whole of a moment's disturbance.
        return {"build": 1e9 * median(building) / made, "backward": 1e9 * median(passing) / made}

    return Task(run, [])


def inner_nodes(outs: list[Value]) -> int:
    """How many nodes of the graph that adds up all outs are results."""
    nodes, _ = trace(autograd.sum(outs))
    return sum(bool(node._prev) for node in nodes)


def seconds(make: Make, operands: Sequence[Point]) -> tuple[float, float]:
    """The time to make nodes and their sum, and to go backward through them.

    It is that of the processor: of a slow operation one measurement is longer than the turns that a busy
    system gives to a process, and waiting would count.
    """
    start = time.process_time()
    out = autograd.sum(make(operands))
    built = time.process_time()
    out.backward()
    return built - start, time.process_time() - built


def row(expression: str, domain: Sequence[tuple[float, float]]) -> Row:
    return Row(lambda: node_task(expression, domain), lambda: node_task(ADDITION, domain))


OPERATIONS = Comparison(
    "A node of each operation: build + backward",
    "ns a node",
    ADDITION,
    {expression: row(expression, domain) for expression, domain in domains().items()},
)
