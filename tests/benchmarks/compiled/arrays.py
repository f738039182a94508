"""Peers that run a program on whole arrays, or trace it on them."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from tests.benchmarks.compiled.peer import Batch, Peer, Repeat, in_order
from tests.benchmarks.compiled.works import Work
from tests.benchmarks.engines.array import moons_layers, of_jax
from tests.benchmarks.programs import OF_ARRAY, RATE, Program, moons_data, moons_loss_of_arrays

STEPS = 100  # of gradient descent in one call
FEW = 20  # inputs: with as many JAX is faster on scalars, which it fuses, and with more on arrays


class Jax(Peer):
    """JAX, jit-compiled, in float64, results as its own arrays."""

    name, needs, kind = "jax", "jax", "traced"

    def __init__(self) -> None:
        import jax

        jax.config.update("jax_enable_x64", True)
        self.jax = jax
        self.mathematics = of_jax(jax)

    def compiled(self, *transforms: Any, work: Work) -> Any:
        """The program under some transforms, and what waits for its result."""
        program = work.program
        if len(work.low) > FEW:
            program = OF_ARRAY.get(program, program)
        function: Any = lambda x: program(x, self.mathematics)  # noqa: E731
        for transform in transforms:
            function = transform(function)
        compiled = self.jax.jit(function)
        return lambda x: self.jax.block_until_ready(compiled(x))

    def own(self, points: Any) -> Any:
        return self.jax.numpy.array(points)

    def many(self, work: Work) -> Batch:
        batch: Batch = self.compiled(self.jax.value_and_grad, self.jax.vmap, work=work)
        return batch

    def call(self, work: Work) -> Callable[[list[float]], tuple[float, list[float]]]:
        function = self.compiled(self.jax.value_and_grad, work=work)

        def value_and_gradient(point: list[float]) -> tuple[float, list[float]]:
            value, gradient = function(self.own(point))
            return value.item(), gradient.tolist()

        return value_and_gradient

    def hessian(self, work: Work, point: list[float]) -> Repeat:
        function, x = self.compiled(self.jax.hessian, work=work), self.own(point)
        return Repeat(lambda: function(x), lambda: function(x))

    def moons(self) -> Repeat:
        function = self.jax.jit(self.jax.value_and_grad(self.loss()))
        layers = moons_layers(self.own)
        call: Callable[[], Any] = lambda: self.jax.block_until_ready(function(layers))  # noqa: E731
        return Repeat(call, lambda: (call()[0], in_order(call()[1])))

    def loss(self) -> Callable[[Any], Any]:
        points, signs = (self.jax.numpy.array(numbers, dtype=float) for numbers in moons_data())
        return lambda layers: moons_loss_of_arrays(layers, points, signs, self.mathematics)


class JaxLoop(Jax):
    """Steps of gradient descent inside one compiled loop."""

    name, only = "jax, fori_loop", ("moons_gradient",)

    def moons(self) -> Repeat:
        jax, loss, start = self.jax, self.loss(), moons_layers(self.own)
        slopes = jax.grad(loss)

        @jax.jit
        def descent(layers: Any, steps: Any) -> Any:
            def step(_: Any, layers: Any) -> Any:
                return jax.tree.map(lambda p, g: p - RATE * g, layers, slopes(layers))

            return jax.lax.fori_loop(0, steps, step, layers)

        def read() -> Any:
            moved = jax.tree.map(lambda p, q: (p - q) / RATE, start, descent(start, 1))
            return loss(start), in_order(moved)

        return Repeat(lambda: jax.block_until_ready(descent(start, STEPS)), read, STEPS)


class Torch(Peer):
    """PyTorch, eager: each operation on the columns of all points."""

    name, needs, kind = "torch", "torch", "arrays"

    def __init__(self) -> None:
        import torch

        torch.set_num_threads(1)
        self.torch = torch
        names = ("exp", "log", "sqrt", "tanh", "erf", "relu")
        self.mathematics = SimpleNamespace(**{name: getattr(torch, name) for name in names})

    def own(self, points: Any) -> Any:
        return self.torch.tensor(points, dtype=self.torch.float64)

    def many(self, work: Work) -> Batch:
        program = ON_ROWS.get(work.name, lambda x, m: work.program(x.unbind(1), m))

        def batch(points: Any) -> tuple[Any, Any]:
            x = points.detach().requires_grad_()
            values = program(x, self.mathematics)
            (gradients,) = self.torch.autograd.grad(values.sum(), x)
            return values.detach(), gradients

        return batch

    def numbers(self, results: Any) -> tuple[Any, Any]:
        values, gradients = results
        return values.numpy(), gradients.numpy()

    def hessian(self, work: Work, point: list[float]) -> Repeat:
        program, x = OF_ARRAY[work.program], self.own(point)
        matrix = self.torch.func.hessian(lambda x: program(x, self.mathematics))
        return Repeat(lambda: matrix(x), lambda: matrix(x))

    def moons(self) -> Repeat:
        points, signs = map(self.own, moons_data())
        layers = [(w.requires_grad_(), b.requires_grad_()) for w, b in moons_layers(self.own)]
        flat = [array for layer in layers for array in layer]

        def step() -> Any:
            loss = moons_loss_of_arrays(layers, points, signs, self.mathematics)
            return loss.detach(), self.torch.autograd.grad(loss, flat)

        def read() -> Any:
            loss, slopes = step()
            return loss, in_order(list(zip(slopes[::2], slopes[1::2], strict=True)))

        return Repeat(step, read)


def rosenbrock_on_rows(x: Any, m: Any) -> Any:
    a, b = x[:, :-1], x[:, 1:]
    return (100 * (b - a * a) ** 2 + (1 - a) ** 2).sum(1)


ON_ROWS: dict[str, Program] = {"rosenbrock": rosenbrock_on_rows}


class Drjit(Peer):
    """Dr.Jit on LLVM: a frozen function of columns, which are its own arrays."""

    name, needs, kind = "drjit", "drjit", "traced"

    def __init__(self) -> None:
        import drjit
        from drjit.llvm.ad import Float64

        drjit.set_thread_count(1)
        self.drjit, self.Float64 = drjit, Float64
        names = ("exp", "log", "sqrt", "tanh", "erf")
        self.mathematics = SimpleNamespace(**{name: getattr(drjit, name) for name in names})

    def own(self, points: Any) -> Any:
        if len(points) == 1:
            points = points.repeat(2, axis=0)  # an array of one number would be a constant of the trace
        # From lists: what is frozen is recorded anew where numpy's memory begins at another offset.
        columns = [self.Float64(column.tolist()) for column in points.T]
        self.drjit.eval(columns)
        return columns

    def many(self, work: Work) -> Batch:
        drjit = self.drjit

        @drjit.freeze
        def differentiated(columns: Any) -> tuple[Any, Any]:
            x = [self.Float64(column) for column in columns]
            drjit.enable_grad(x)
            values = work.program(x, self.mathematics)
            drjit.backward(values)
            return drjit.detach(values), [drjit.grad(column) for column in x]

        def batch(columns: Any) -> tuple[Any, Any]:
            results: tuple[Any, Any] = differentiated(columns)
            drjit.eval(results)
            drjit.sync_thread()
            return results

        return batch

    def numbers(self, results: Any) -> tuple[Any, Any]:
        import numpy

        values, gradients = results
        return values.numpy(), numpy.stack([column.numpy() for column in gradients], axis=1)
