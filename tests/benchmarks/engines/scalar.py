"""Engines whose programs are Python on scalar objects, run anew for every gradient."""

from __future__ import annotations

import importlib
import math
from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any, ClassVar

from tests.benchmarks.engines.engine import Engine, Step
from tests.benchmarks.programs import RATE, MoonsNetwork, Program, moons_loss, moons_start

NO_GRAPH = {"second": "its gradients are numbers, not graphs that could be differentiated again"}


class ScalarEngine(Engine):
    """An engine in the manner of micrograd: its class has data, grad and backward()."""

    module: str
    network: str

    def __init__(self) -> None:
        self.Value = importlib.import_module(self.module).Value
        names = ("exp", "log", "tanh", "erf", "relu")
        self.mathematics: Any = SimpleNamespace(**{name: getattr(self.Value, name, None) for name in names})
        self.mathematics.sqrt = lambda x: x**0.5

    def lift(self, numbers: Sequence[float]) -> list[Any]:
        return [self.Value(number) for number in numbers]

    def backward(self, out: Any) -> None:
        out.backward()

    def value(self, out: Any) -> float:
        return float(out.data)

    def gradient(self, leaf: Any) -> float:
        return float(leaf.grad)

    def call(self, program: Program, point: list[float]) -> Step:
        def value_and_gradient() -> tuple[float, list[float]]:
            x = self.lift(point)
            out = program(x, self.mathematics)
            self.backward(out)
            return self.value(out), [self.gradient(xi) for xi in x]

        return value_and_gradient

    def moons(self) -> Step:
        return MoonsNetwork(self.Value, importlib.import_module(self.network)).step

    def gpt_value(self) -> Any:
        return self.Value


class Autograd(ScalarEngine):
    """This project."""

    name, needs = "autograd", "autograd"
    module, network = "autograd", "nn"
    first_gradient = "from autograd import Value; x = Value(2.0); (x * x).backward()"

    def __init__(self) -> None:
        super().__init__()
        self.mathematics = importlib.import_module("autograd")

    def hessian(self, program: Program, point: list[float]) -> Step:
        matrix = self.mathematics.hessian(lambda x: program(x, self.mathematics))
        return lambda: matrix(point)


class AutogradTransform(Autograd):
    """The same through `value_and_grad`, which leaves the `grad` of every Value alone."""

    name = "autograd, value_and_grad"
    only = ("calls",)

    def call(self, program: Program, point: list[float]) -> Step:
        value_and_gradient = self.mathematics.value_and_grad(lambda x: program(x, self.mathematics))
        return lambda: value_and_gradient(point)


class Micrograd(ScalarEngine):
    """micrograd 0.1.0, and the functions that it lacks, written as it writes its own."""

    name, needs = "micrograd", "micrograd"
    module, network = "micrograd.engine", "micrograd.nn"
    first_gradient = "from micrograd.engine import Value; x = Value(2.0); (x * x).backward()"
    cannot = NO_GRAPH

    def __init__(self) -> None:
        complete(importlib.import_module(self.module).Value)
        super().__init__()


LACKING: dict[str, tuple[Callable[[float], float], Callable[[float, float], float]]] = {
    "exp": (math.exp, lambda x, out: out),
    "log": (math.log, lambda x, out: 1 / x),
    "tanh": (math.tanh, lambda x, out: 1 - out * out),
    "erf": (math.erf, lambda x, out: 2 / math.sqrt(math.pi) * math.exp(-x * x)),
}


def complete(value_class: Any) -> None:
    """Give micrograd's Value the functions that it lacks: a name, its value, its derivative of x and out."""

    def method(
        name: str, value: Callable[[float], float], derivative: Callable[[float, float], float]
    ) -> Any:
        def apply(self: Any) -> Any:
            out = value_class(value(self.data), (self,), name)

            def _backward() -> None:
                self.grad += derivative(self.data, out.data) * out.grad

            out._backward = _backward
            return out

        return apply

    for name, (value, derivative) in LACKING.items():
        if not hasattr(value_class, name):
            setattr(value_class, name, method(name, value, derivative))


class ByProgram(ScalarEngine):
    """An engine without a network of its own: the moons as one function of all the parameters."""

    def moons(self) -> Step:
        parameters = [number for layer in moons_start() for neuron in layer for number in neuron]

        def step() -> float:
            loss, gradient = self.call(moons_loss, parameters)()
            parameters[:] = [p - RATE * g for p, g in zip(parameters, gradient, strict=True)]
            return loss

        return step


class Slots(ByProgram):
    """The best of plain Python, in `slots.py`."""

    name, needs = "slots", "tests.benchmarks.slots"
    module = "tests.benchmarks.slots"
    first_gradient = "from tests.benchmarks.slots import Value; x = Value(2.0); (x * x).backward()"
    cannot = NO_GRAPH


class Minigrad(ScalarEngine):
    """minigrad, in C. It takes only Values as operands, and does not check."""

    name, needs = "minigrad", "minigrad"
    module, network = "minigrad.engine", "minigrad.nn"
    first_gradient = "from minigrad.engine import Value; x = Value(2.0); (x * x).backward()"
    cannot = dict.fromkeys(
        ("calls", "second", "gpt"), "no exp and log; an operand that is a number crashes it"
    )

    def __init__(self) -> None:
        super().__init__()
        # Every power that it frees gives back a reference to its exponent that it never took, and every leaf
        # one to None. Without a stock of them it frees the number 2 itself, and Python ends.
        self.stock = (2, None) * 5_000_000  # a tuple: the garbage collector lets it be


class Xad(ByProgram):
    """XAD, a tape in C++ that Python writes to."""

    name, needs = "xad", "xad"
    first_gradient = (
        "import xad.adj_1st as xad\n"
        "with xad.Tape() as tape:\n"
        "    x = xad.Real(2.0); tape.registerInput(x); tape.newRecording(); y = x * x\n"
        "    tape.registerOutput(y); y.derivative = 1.0; tape.computeAdjoints()"
    )
    cannot: ClassVar[dict[str, str]] = {
        "second": "first order only from Python",
        "gpt": "its numbers have no data and grad to assign",
    }

    def __init__(self) -> None:
        adjoint = importlib.import_module("xad.adj_1st")
        functions = importlib.import_module("xad.math")
        self.Value, self.tape = adjoint.Real, adjoint.Tape()
        self.tape.activate()
        self.Value.relu = lambda x: functions.max(x, 0.0)
        names = ("exp", "log", "sqrt", "tanh", "erf")
        self.mathematics = SimpleNamespace(**{name: getattr(functions, name) for name in names})
        self.mathematics.relu = self.Value.relu

    def lift(self, numbers: Sequence[float]) -> list[Any]:
        self.tape.clearAll()
        leaves = [self.Value(number) for number in numbers]
        self.tape.registerInputs(leaves)
        self.tape.newRecording()
        return leaves

    def backward(self, out: Any) -> None:
        self.tape.registerOutput(out)
        out.derivative = 1.0
        self.tape.computeAdjoints()

    def value(self, out: Any) -> float:
        return float(out.value)

    def gradient(self, leaf: Any) -> float:
        return float(leaf.derivative)
