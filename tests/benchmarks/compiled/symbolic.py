"""Peers that differentiate an expression of symbols, and compile what comes out."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from tests.benchmarks.compiled.peer import Batch, Peer, Repeat, parameters
from tests.benchmarks.compiled.strict import library, without_gcc
from tests.benchmarks.compiled.works import Work
from tests.benchmarks.programs import PENALTY, moons_data, moons_score


class Symengine(Peer):
    """SymEngine's Lambdify with LLVM."""

    name, needs, kind = "symengine", "symengine", "symbolic"

    def __init__(self) -> None:
        import symengine

        self.symengine = symengine
        names = ("exp", "log", "sqrt", "tanh", "erf")
        self.mathematics = SimpleNamespace(**{name: getattr(symengine, name) for name in names})

    def lambdify(self, work: Work, order: int = 1) -> Any:
        """The value and the gradient in one array, or the second derivatives."""
        x = self.symengine.symbols(f"x0:{len(work.low)}")
        out = work.program(x, self.mathematics)
        gradient = [out.diff(xi) for xi in x]
        wanted = [out, *gradient] if order == 1 else [slope.diff(xi) for slope in gradient for xi in x]
        return self.symengine.Lambdify(x, wanted, backend="llvm", cse=True, opt_level=3)

    def many(self, work: Work) -> Batch:
        batch: Batch = self.lambdify(work)
        return batch

    def numbers(self, results: Any) -> tuple[Any, Any]:
        return results[:, 0], results[:, 1:]

    def call(self, work: Work) -> Callable[[list[float]], tuple[float, list[float]]]:
        function = self.lambdify(work)

        def value_and_gradient(point: list[float]) -> tuple[float, list[float]]:
            value, *gradient = function(point).tolist()
            return value, gradient

        return value_and_gradient

    def bound(self, work: Work, point: list[float]) -> Repeat:
        return self.on_buffers(self.lambdify(work), point, 1 + len(point))

    def hessian(self, work: Work, point: list[float]) -> Repeat:
        return self.on_buffers(self.lambdify(work, order=2), point, len(point) ** 2)

    def on_buffers(self, function: Any, point: list[float], size: int) -> Repeat:
        import numpy

        x, results = numpy.array(point), numpy.empty(size)
        return Repeat(lambda: function.unsafe_real(x, results), lambda: results)


class Casadi(Peer):
    """CasADi's virtual machine, its buffers bound once; a plain call converts its arguments."""

    name, needs, kind = "casadi", "casadi", "symbolic"

    def __init__(self) -> None:
        import casadi

        self.casadi = casadi
        names = ("exp", "log", "sqrt", "tanh", "erf")
        self.mathematics = SimpleNamespace(**{name: getattr(casadi, name) for name in names})
        self.mathematics.relu = lambda x: casadi.fmax(x, 0.0)

    def ready(self, function: Any) -> Any:
        """The function as it is run."""
        return function

    def traced(self, work: Work, order: int = 1) -> Any:
        x = self.casadi.SX.sym("x", len(work.low))
        out = work.program(self.casadi.vertsplit(x), self.mathematics)
        if order == 1:
            return self.casadi.Function("f", [x], [out, self.casadi.gradient(out, x)])
        return self.casadi.Function("f", [x], [self.casadi.densify(self.casadi.hessian(out, x)[0])])

    def on_buffers(self, function: Any, *given: Any) -> Repeat:
        """A function that reads arrays and writes others."""
        import numpy

        results = [numpy.zeros(function.size_out(i)[::-1]) for i in range(function.n_out())]
        buffer, run = function.buffer()
        for place, array in enumerate(given):
            buffer.set_arg(place, memoryview(array))
        for place, array in enumerate(results):
            buffer.set_res(place, memoryview(array))
        return Repeat(run, lambda: (results, buffer, given)[0])

    def many(self, work: Work) -> Batch:
        function = self.traced(work)
        made: list[Repeat] = []

        def batch(points: Any) -> Any:
            if not made:  # one array of points is bound, once
                made.append(self.on_buffers(self.ready(function.map(len(points))), points))
            made[0].step()
            return made[0].read()

        return batch

    def numbers(self, results: Any) -> tuple[Any, Any]:
        values, gradients = results
        return values.ravel(), gradients

    def call(self, work: Work) -> Callable[[list[float]], tuple[float, list[float]]]:
        function = self.ready(self.traced(work))

        def value_and_gradient(point: list[float]) -> tuple[float, list[float]]:
            value, gradient = function(point)
            return float(value), gradient.nonzeros()

        return value_and_gradient

    def bound(self, work: Work, point: list[float]) -> Repeat:
        import numpy

        return self.on_buffers(self.ready(self.traced(work)), numpy.array(point))

    def hessian(self, work: Work, point: list[float]) -> Repeat:
        import numpy

        return self.on_buffers(self.ready(self.traced(work, order=2)), numpy.array(point))

    def moons(self) -> Repeat:
        """The loss of one point is differentiated, and mapped over the points with sums."""
        import numpy

        casadi, given = self.casadi, parameters()
        p, point, sign = casadi.SX.sym("p", len(given)), casadi.SX.sym("point", 2), casadi.SX.sym("sign")
        score = moons_score(casadi.vertsplit(p), casadi.vertsplit(point), self.mathematics)
        loss = self.mathematics.relu(1 - sign * score)
        one = casadi.Function("one", [p, point, sign], [loss, casadi.gradient(loss, p)])
        points, signs = (numpy.array(numbers, dtype=float) for numbers in moons_data())
        summed = one.map("summed", "serial", len(signs), [0], [0, 1])
        p, *data = (casadi.MX.sym(f"x{i}", *summed.size_in(i)) for i in range(3))
        value, gradient = summed(p, *data)
        mean = [value / len(signs) + PENALTY * casadi.sumsqr(p), gradient / len(signs) + 2 * PENALTY * p]
        whole = casadi.Function("whole", [p, *data], mean)
        return self.on_buffers(self.ready(whole), numpy.array(given), points, signs)


class CasadiC(Casadi):
    """The C that CasADi generates, compiled as the C by hand is."""

    name = "casadi, C"

    @classmethod
    def missing(cls) -> str:
        return super().missing() or without_gcc()

    def ready(self, function: Any) -> Any:
        folder = Path(tempfile.mkdtemp())
        generator = self.casadi.CodeGenerator("generated.c")
        generator.add(function)
        generator.generate(f"{folder}/")
        return self.casadi.external(function.name(), str(library(folder / "generated.c")))
