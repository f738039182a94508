"""The programs that are differentiated, written once for scalars of any engine and once for arrays.

`m` is the engine's mathematics: a module or another namespace with exp, log, sqrt, tanh, erf and relu.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from functools import cache
from itertools import pairwise
from types import ModuleType
from typing import Any

from nn.data import moons

Program = Callable[[Any, Any], Any]  # (x, m) -> the number to differentiate


def chain(x: Any, a: Any, b: Any, nodes: int) -> Any:
    """x*a, +b, **2, relu, over and over, on numbers that stay below 1."""
    for _ in range(nodes // 4):
        x = ((x * a + b) ** 2).relu()
    return x


def rosenbrock(x: Sequence[Any], m: Any) -> Any:
    """Rosenbrock, "An automatic method for finding the greatest or least value of a function" (1960)."""
    return sum(100 * (b - a * a) ** 2 + (1 - a) ** 2 for a, b in pairwise(x))


def rosenbrock_of_array(x: Any, m: Any) -> Any:
    a, b = x[:-1], x[1:]
    return (100 * (b - a * a) ** 2 + (1 - a) ** 2).sum()


def black_scholes(x: Sequence[Any], m: Any) -> Any:
    """The price of a call: Black and Scholes, "The Pricing of Options and Corporate Liabilities" (1973)."""
    spot, strike, rate, volatility, years = x
    spread = volatility * m.sqrt(years)
    high = (m.log(spot / strike) + (rate + volatility**2 / 2) * years) / spread
    return spot * normal(high, m) - strike * m.exp(-(rate * years)) * normal(high - spread, m)


def normal(x: Any, m: Any) -> Any:
    """The probability that a standard normal variable is below x."""
    return (m.erf(x * 0.5**0.5) + 1) / 2


def thirty_operations(x: Sequence[Any], m: Any) -> Any:
    a, b, c, d = x
    u = m.tanh(a * b + c)
    v = m.exp(-(d * d))
    w = m.log(a * a + b * b + 1)
    p = (u - v) * w
    q = u * v / (w + 2)
    r = (p * p + q * q + 1) ** 0.5
    s = m.tanh(r * c - d)
    return (s + p * q) / (r + m.exp(-a))


def tanh_six_times(x: Sequence[Any], m: Any) -> Any:
    """Thirty operations, most of whose time is that of six elementary functions."""
    start, slope, shift = x
    out = start
    for _ in range(6):
        high = m.tanh(out * slope + shift)
        out = high * high + start
    return out


def tanh_three_times(x: Sequence[Any], m: Any) -> Any:
    return m.tanh(m.tanh(m.tanh(x[0])))


def _point(n: int) -> list[float]:
    rng = random.Random(n)
    return [rng.uniform(-1.5, 1.5) for _ in range(n)]


FUNCTIONS: dict[str, tuple[Program, list[float]]] = {
    "Rosenbrock-10": (rosenbrock, _point(10)),
    "Rosenbrock-100": (rosenbrock, _point(100)),
    "Black-Scholes": (black_scholes, [100.0, 105.0, 0.03, 0.2, 0.75]),
    "30 operations": (thirty_operations, [0.7, -0.4, 1.1, 0.3]),
}
SECOND: dict[str, tuple[Program, list[float]]] = {
    "Hessian of Rosenbrock-10": FUNCTIONS["Rosenbrock-10"],
    "d2/dx2 tanh(tanh(tanh x))": (tanh_three_times, [0.3]),
}
OF_ARRAY: dict[Program, Program] = {rosenbrock: rosenbrock_of_array}  # the others take an array as it is

SIZES = [(2, 16), (16, 16), (16, 1)]
RATE, PENALTY = 0.1, 1e-4


@cache
def moons_data() -> tuple[list[list[float]], list[int]]:
    """100 points of two moons, and the moon of each: -1 or 1."""
    points, classes = moons(100, noise=0.1, seed=1337)
    return points, [2 * c - 1 for c in classes]


def moons_start() -> list[list[list[float]]]:
    """A matrix for each layer, a row for each neuron: its bias and its weights, those of `MoonsNetwork`."""
    rng = random.Random(1337)
    return [[[0.0, *(rng.uniform(-1, 1) for _ in range(nin))] for _ in range(nout)] for nin, nout in SIZES]


def moons_loss(parameters: Sequence[Any], m: Any) -> Any:
    """The max-margin loss and the penalty on scalar parameters, in the order of `moons_start`."""
    data = zip(*moons_data(), strict=True)
    losses = [m.relu(1 + -sign * moons_score(parameters, point, m)) for point, sign in data]
    return sum(losses) * (1 / len(losses)) + PENALTY * sum(p * p for p in parameters)


def moons_score(parameters: Sequence[Any], point: Sequence[Any], m: Any) -> Any:
    """What the network says of one point."""
    rest = iter(parameters)
    x = list(point)
    for number, (nin, nout) in enumerate(SIZES, 1):
        rows = [[next(rest) for _ in range(1 + nin)] for _ in range(nout)]
        sums = [sum((w * xi for w, xi in zip(row[1:], x, strict=True)), row[0]) for row in rows]
        x = sums if number == len(SIZES) else [m.relu(s) for s in sums]
    return x[0]


def moons_loss_of_arrays(parameters: Sequence[tuple[Any, Any]], points: Any, signs: Any, m: Any) -> Any:
    """The same on arrays: the weights and the biases of every layer, the points, the signs."""
    x = points
    for i, (weights, biases) in enumerate(parameters):
        x = x @ weights.T + biases
        x = x if i == len(SIZES) - 1 else m.relu(x)
    losses = m.relu(1 - signs * x[:, 0])
    return losses.mean() + PENALTY * sum((w * w).sum() + (b * b).sum() for w, b in parameters)


class MoonsNetwork:
    """The same through an engine's own `MLP`, as the demonstration of micrograd does it."""

    def __init__(self, value_class: Any, nn: ModuleType) -> None:
        random.seed(1337)
        self.value_class = value_class
        self.model = nn.MLP(2, [16, 16, 1])
        self.points, self.classes = moons_data()

    def step(self) -> float:
        """Forward, backward, update; the loss. Constants are Values: not every engine takes numbers."""
        value = self.value_class
        scores = [self.model([value(xi) for xi in point]) for point in self.points]
        losses = [
            (value(1.0) + value(-float(sign)) * score).relu()
            for sign, score in zip(self.classes, scores, strict=True)
        ]
        parameters = self.model.parameters()
        loss = sum(losses, value(0.0)) * value(1 / len(losses))
        loss = loss + value(PENALTY) * sum((p * p for p in parameters), value(0.0))
        self.model.zero_grad()
        loss.backward()
        for p in parameters:
            p.data -= RATE * p.grad
        return float(loss.data)
