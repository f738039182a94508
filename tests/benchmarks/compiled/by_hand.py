"""Gradients by hand in Python: compiled by numba for one point after the other, by numpy for all at once.

A function gets its inputs x, writes its gradient to g and returns its value. Each input is a number, or the
array of that input at all points; `kept` has room for twelve more of them.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from tests.benchmarks.compiled.peer import Batch, Peer, Repeat, in_order
from tests.benchmarks.compiled.works import Work
from tests.benchmarks.engines.array import moons_layers
from tests.benchmarks.programs import PENALTY, moons_data

ByHand = Callable[[Any, Any, Any], Any]
HALF, DENSITY = 0.5**0.5, (2 * math.pi) ** -0.5
KEPT = 12


def functions(m: Any) -> dict[str, ByHand]:
    """The works with these elementary functions."""
    exp, log, sqrt, tanh, erf = m.exp, m.log, m.sqrt, m.tanh, m.erf

    def rosenbrock(x: Any, g: Any, kept: Any) -> Any:
        value = 0.0 * x[0]
        g[0] = value
        for i in range(len(x) - 1):
            rise, rest = x[i + 1] - x[i] * x[i], 1.0 - x[i]
            value = value + 100.0 * (rise * rise) + rest * rest
            by_rise = 200.0 * rise
            g[i] -= by_rise * (2.0 * x[i]) + 2.0 * rest
            g[i + 1] = by_rise
        return value

    def black_scholes(x: Any, g: Any, kept: Any) -> Any:
        spot, strike, rate, volatility, years = x[0], x[1], x[2], x[3], x[4]
        root = sqrt(years)
        spread = volatility * root
        drift = rate + volatility * volatility / 2.0
        high = (log(spot / strike) + drift * years) / spread
        low = high - spread
        discount = exp(-(rate * years))
        at_high, at_low = (erf(high * HALF) + 1.0) / 2.0, (erf(low * HALF) + 1.0) / 2.0
        by_low = -strike * discount * (exp(-(low * low) / 2.0) * DENSITY)
        by_high = spot * (exp(-(high * high) / 2.0) * DENSITY) + by_low
        by_sum = by_high / spread
        by_spread = -by_low - by_sum * high
        by_exponent = -strike * at_low * discount
        g[0] = at_high + by_sum / spot
        g[1] = -discount * at_low - by_sum / strike
        g[2] = by_sum * years - by_exponent * years
        g[3] = by_sum * years * volatility + by_spread * root
        g[4] = by_sum * drift - by_exponent * rate + by_spread * volatility / (2.0 * root)
        return spot * at_high - strike * discount * at_low

    def tanh_six_times(x: Any, g: Any, kept: Any) -> Any:
        start, slope, shift = x[0], x[1], x[2]
        t = start
        for k in range(6):
            kept[k] = t
            kept[6 + k] = tanh(t * slope + shift)
            t = kept[6 + k] * kept[6 + k] + start
        by_start = by_slope = by_shift = 0.0 * start
        by_out = 1.0 + by_start
        for k in range(5, -1, -1):
            high = kept[6 + k]
            by_sum = by_out * (2.0 * high) * (1.0 - high * high)
            by_start = by_start + by_out
            by_slope = by_slope + by_sum * kept[k]
            by_shift = by_shift + by_sum
            by_out = by_sum * slope
        g[0] = by_start + by_out
        g[1] = by_slope
        g[2] = by_shift
        return t

    return {f.__name__: f for f in (rosenbrock, black_scholes, tanh_six_times)}


class Numba(Peer):
    """Compiled by numba, one point after the other."""

    name, needs, kind = "numba", "numba", "by hand"

    def __init__(self) -> None:
        import numba

        self.compiled = numba.njit

    def one(self, work: Work) -> Any:
        return self.compiled(functions(math)[work.name])

    def many(self, work: Work) -> Batch:
        import numpy

        function = self.one(work)

        @self.compiled
        def loop(points: Any, values: Any, gradients: Any) -> None:
            kept = numpy.empty(KEPT)
            for i in range(len(points)):
                values[i] = function(points[i], gradients[i], kept)

        def batch(points: Any) -> tuple[Any, Any]:
            values, gradients = numpy.empty(len(points)), numpy.empty_like(points)
            loop(points, values, gradients)
            return values, gradients

        return batch

    def call(self, work: Work) -> Callable[[list[float]], tuple[float, list[float]]]:
        import numpy

        function, kept = self.one(work), numpy.empty(KEPT)

        def value_and_gradient(point: list[float]) -> tuple[float, list[float]]:
            gradient = numpy.empty(len(point))
            return function(numpy.array(point), gradient, kept), gradient.tolist()

        return value_and_gradient

    def bound(self, work: Work, point: list[float]) -> Repeat:
        import numpy

        function, x, gradient, kept = self.one(work), *map(numpy.array, (point, point)), numpy.empty(KEPT)
        return Repeat(lambda: function(x, gradient, kept), lambda: (function(x, gradient, kept), gradient))


class Numpy(Peer):
    """Each operation by numpy, on columns that stand side by side."""

    name, needs, kind = "numpy", "numpy", "by hand"

    def __init__(self) -> None:
        import numpy

        names = ("exp", "log", "sqrt", "tanh")
        self.mathematics = SimpleNamespace(**{name: getattr(numpy, name) for name in names}, erf=erf)

    def own(self, points: Any) -> Any:
        return points.T.copy()

    def many(self, work: Work) -> Batch:
        import numpy

        function = functions(self.mathematics)[work.name]

        def batch(columns: Any) -> tuple[Any, Any]:
            gradients, kept = numpy.empty_like(columns), numpy.empty((KEPT, columns.shape[1]))
            return function(columns, gradients, kept), gradients

        return batch

    def numbers(self, results: Any) -> tuple[Any, Any]:
        values, gradients = results
        return values, gradients.T

    def moons(self) -> Repeat:
        import numpy

        points, signs = (numpy.array(given, dtype=float) for given in moons_data())
        layers = moons_layers(numpy.array)

        def step() -> tuple[Any, Any]:
            given = [points]  # what each layer gets
            for weights, biases in layers[:-1]:
                given.append(numpy.maximum(given[-1] @ weights.T + biases, 0.0))
            weights, biases = layers[-1]
            losses = numpy.maximum(1 - signs[:, None] * (given[-1] @ weights.T + biases), 0.0)
            arriving = -signs[:, None] * (losses > 0) / len(signs)
            slopes = []
            for (weights, biases), x in zip(layers[::-1], given[::-1], strict=True):
                by_weights, by_biases = arriving.T @ x, arriving.sum(0)
                slopes.append((by_weights + 2 * PENALTY * weights, by_biases + 2 * PENALTY * biases))
                arriving = arriving @ weights * (x > 0)
            squares = sum((w * w).sum() + (b * b).sum() for w, b in layers)
            return losses.mean() + PENALTY * squares, slopes[::-1]

        return Repeat(step, lambda: (step()[0], in_order(step()[1])))


def erf(x: Any) -> Any:
    """SciPy's, which numpy has none of its own."""
    from scipy.special import erf as of_scipy

    return of_scipy(x)
