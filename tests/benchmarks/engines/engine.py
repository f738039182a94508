"""What the benchmark asks of an engine, and what it may answer that it cannot do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib.util import find_spec
from typing import Any, ClassVar

from tests.benchmarks.programs import Program

Step = Callable[[], Any]


class Unable(Exception):
    """An engine cannot do what was asked, and why."""


class Contestant:
    """What takes part in workloads.

    It is made in a process of its own, and only then imports what it needs. The attributes of the class say
    what is known before: what it is called, what must be installed, what it cannot do and why.
    """

    name: ClassVar[str]
    needs: ClassVar[str]
    kind: ClassVar[str]
    only: ClassVar[tuple[str, ...]] = ()  # the workloads it stands in; () is all of them
    cannot: ClassVar[dict[str, str]] = {}  # workload -> why

    @classmethod
    def missing(cls) -> str:
        """Why it cannot be measured here at all, or nothing."""
        return "" if find_spec(cls.needs) else "not installed"


class Engine(Contestant):
    """One way to compute gradients."""

    kind = "define by run"
    first_gradient: ClassVar[str]  # a program

    def lift(self, numbers: Sequence[float]) -> list[Any]:
        """Start a graph: the numbers as leaves of it."""
        raise NotImplementedError

    def backward(self, out: Any) -> None:
        """Compute the gradients of one result of the graph."""
        raise NotImplementedError

    def value(self, out: Any) -> float:
        raise NotImplementedError

    def gradient(self, leaf: Any) -> float:
        raise NotImplementedError

    def call(self, program: Program, point: list[float]) -> Step:
        """What computes the value and the gradient of a function, ready to be called again and again."""
        raise NotImplementedError

    def hessian(self, program: Program, point: list[float]) -> Step:
        """What computes the matrix of second derivatives."""
        raise NotImplementedError

    def moons(self) -> Step:
        """One training step on the moons at each call; returns the loss before it."""
        raise NotImplementedError

    def gpt_value(self) -> Any:
        """The class that the GPT is built of."""
        raise NotImplementedError


class Python(Engine):
    """A process that starts, does nothing and ends: what every other one pays too."""

    name, needs, kind = "python alone", "sys", "-"
    first_gradient = "pass"
    only = ("start",)
