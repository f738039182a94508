"""What runs a program: machine code where llvmlite is there, else numpy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from autograd.programs.program import Program


class Runner(Protocol):
    """A program that can be run."""

    def __call__(self, inputs: Sequence[float]) -> list[float]:
        """The outputs for one point."""


def compiled(program: Program, math: str) -> Runner:
    """What runs a program."""
    return program.run
