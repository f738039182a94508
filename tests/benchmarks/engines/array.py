"""Engines of arrays, and of programs that are traced once and then run without Python."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

from tests.benchmarks.engines.engine import Engine, Step
from tests.benchmarks.programs import (
    OF_ARRAY,
    RATE,
    Program,
    moons_data,
    moons_loss,
    moons_loss_of_arrays,
    moons_start,
)

SCALAR_PROGRAM = {"gpt": "the GPT is a program on scalars"}
TRACED = {**SCALAR_PROGRAM, **dict.fromkeys(("chain", "memory"), "traced once, not built anew at every run")}


def moons_layers(array: Callable[[Any], Any]) -> list[tuple[Any, Any]]:
    """The weights and the biases of every layer, as arrays."""
    return [(array([row[1:] for row in layer]), array([row[0] for row in layer])) for layer in moons_start()]


class Torch(Engine):
    """PyTorch, eager, in float64 and on one thread."""

    name, needs, kind = "torch", "torch", "array, define by run"
    first_gradient = "import torch; x = torch.tensor(2.0, requires_grad=True); (x * x).backward()"
    cannot = SCALAR_PROGRAM

    def __init__(self) -> None:
        import torch

        torch.set_num_threads(1)
        self.torch = torch
        self.mathematics = SimpleNamespace(
            exp=torch.exp,
            log=torch.log,
            sqrt=torch.sqrt,
            tanh=torch.tanh,
            erf=torch.erf,
            relu=torch.relu,
        )

    def array(self, numbers: Any, requires_grad: bool = True) -> Any:
        return self.torch.tensor(numbers, dtype=self.torch.float64, requires_grad=requires_grad)

    def lift(self, numbers: Sequence[float]) -> list[Any]:
        return [self.array(number) for number in numbers]

    def backward(self, out: Any) -> None:
        out.backward()

    def value(self, out: Any) -> float:
        return float(out.detach())

    def gradient(self, leaf: Any) -> float:
        return float(leaf.grad)

    def call(self, program: Program, point: list[float]) -> Step:
        program, x = OF_ARRAY.get(program, program), self.array(point)

        def value_and_gradient() -> tuple[Any, Any]:
            x.grad = None
            out = program(x, self.mathematics)
            out.backward()
            return out.item(), x.grad

        return value_and_gradient

    def hessian(self, program: Program, point: list[float]) -> Step:
        program, x = OF_ARRAY.get(program, program), self.array(point, requires_grad=False)
        matrix = self.torch.func.hessian(lambda x: program(x, self.mathematics))
        return lambda: matrix(x)

    def moons(self) -> Step:
        points, signs = (self.array(numbers, requires_grad=False) for numbers in moons_data())
        layers = moons_layers(self.array)
        parameters = [p for layer in layers for p in layer]

        def step() -> float:
            loss = moons_loss_of_arrays(layers, points, signs, self.mathematics)
            for p in parameters:
                p.grad = None
            loss.backward()
            with self.torch.no_grad():
                for p in parameters:
                    p -= RATE * p.grad
            return float(loss.detach())

        return step


def of_jax(jax: Any) -> SimpleNamespace:
    """JAX's functions by the names that the programs use."""
    return SimpleNamespace(
        exp=jax.numpy.exp,
        log=jax.numpy.log,
        sqrt=jax.numpy.sqrt,
        tanh=jax.numpy.tanh,
        erf=jax.scipy.special.erf,
        relu=lambda x: jax.numpy.maximum(x, 0.0),
    )


class Jax(Engine):
    """JAX, jit-compiled, in float64."""

    name, needs, kind = "jax", "jax", "traced"
    first_gradient = "import jax; float(jax.grad(lambda x: x * x)(2.0))"
    cannot = TRACED

    def __init__(self) -> None:
        import jax

        jax.config.update("jax_enable_x64", True)
        self.jax = jax
        self.mathematics = of_jax(jax)

    def compiled(self, transform: Callable[..., Any], program: Program, point: list[float]) -> Step:
        program, x = OF_ARRAY.get(program, program), self.jax.numpy.array(point)
        function = self.jax.jit(transform(lambda x: program(x, self.mathematics)))
        return lambda: self.jax.block_until_ready(function(x))

    def call(self, program: Program, point: list[float]) -> Step:
        return self.compiled(self.jax.value_and_grad, program, point)

    def hessian(self, program: Program, point: list[float]) -> Step:
        return self.compiled(self.jax.hessian, program, point)

    def moons(self) -> Step:
        points, signs = (self.jax.numpy.array(numbers, dtype=float) for numbers in moons_data())
        layers = moons_layers(self.jax.numpy.array)

        @self.jax.jit
        def update(layers: Any) -> tuple[Any, Any]:
            loss, slopes = self.jax.value_and_grad(moons_loss_of_arrays)(
                layers, points, signs, self.mathematics
            )
            return loss, self.jax.tree.map(lambda p, g: p - RATE * g, layers, slopes)

        def step() -> float:
            nonlocal layers
            loss, layers = update(layers)
            return float(loss)

        return step


class Casadi(Engine):
    """CasADi: a graph of scalars, run by its virtual machine, its input and its output bound once."""

    name, needs, kind = "casadi", "casadi", "traced"
    first_gradient = (
        "from casadi import SX, Function, gradient\n"
        "x = SX.sym('x'); float(Function('slope', [x], [gradient(x * x, x)])(2.0))"
    )
    cannot = TRACED

    def __init__(self) -> None:
        import casadi

        self.casadi = casadi
        self.mathematics = SimpleNamespace(
            exp=casadi.exp,
            log=casadi.log,
            sqrt=casadi.sqrt,
            tanh=casadi.tanh,
            erf=casadi.erf,
            relu=lambda x: casadi.fmax(x, 0.0),
        )

    def traced(self, program: Program, size: int, *derivatives: Callable[[Any, Any], Any]) -> Any:
        """The program as a function of one vector, whose result is all that is asked for in one column."""
        casadi = self.casadi
        x = casadi.SX.sym("x", size)
        out = program(casadi.vertsplit(x), self.mathematics)
        columns = [casadi.densify(casadi.vec(derivative(out, x))) for derivative in derivatives]
        return casadi.Function("function", [x], [casadi.vertcat(*columns)])

    def bound(self, function: Any, point: list[float]) -> tuple[Step, Any]:
        """What runs a traced function, and the array that it reads its argument from."""
        import numpy

        x, result = numpy.array(point), numpy.empty(function.numel_out(0))
        buffer, run = function.buffer()
        buffer.set_arg(0, memoryview(x))
        buffer.set_res(0, memoryview(result))

        def call() -> Any:
            run()
            return result

        call.buffer = buffer  # which must outlive this function
        return call, x

    def call(self, program: Program, point: list[float]) -> Step:
        return self.bound(self.traced(program, len(point), undifferentiated, self.casadi.gradient), point)[0]

    def hessian(self, program: Program, point: list[float]) -> Step:
        hessian = self.traced(program, len(point), lambda out, x: self.casadi.hessian(out, x)[0])
        return self.bound(hessian, point)[0]

    def moons(self) -> Step:
        start = [number for layer in moons_start() for neuron in layer for number in neuron]
        function = self.traced(moons_loss, len(start), undifferentiated, self.casadi.gradient)
        call, parameters = self.bound(function, start)

        def step() -> float:
            result = call()
            parameters[:] -= RATE * result[1:]
            return float(result[0])

        return step


class CasadiCalls(Casadi):
    """The same by an ordinary call, which converts lists of numbers at every call."""

    name = "casadi, plain call"
    only = ("calls", "second")

    def bound(self, function: Any, point: list[float]) -> tuple[Step, Any]:
        return lambda: function(point).full().ravel(), point


def undifferentiated(out: Any, x: Any) -> Any:
    return out
