"""The whole table as one program, and numbers at which operations go wrong."""

import math

from autograd import Program, ops
from autograd.programs.program import UNUSED

EDGES = [
    *(-math.inf, -1e308, -800.0, -38.5, -2.5, -2.0, -1.5, -1.0, -0.7, -0.3, -1e-9, -5e-324, -0.0),
    *(0.0, 5e-324, 1e-9, 0.3, 0.5, 0.999, 1.0, 1.5, 2.0, 2.5, 3.0, 38.5, 620.0, 800.0, 1e22, 1e308),
    *(math.inf, math.nan),
]
PAIRS = [(x, y) for x in EDGES for y in EDGES]

LINES = list(ops.TABLE.values())
WHOLE = Program(
    ["x", "y"],
    [],
    LINES,
    range(len(LINES)),
    [0] * len(LINES),
    [UNUSED if line.arity == 1 else 1 for line in LINES],
    range(2, 2 + len(LINES)),
)
"""Every operation of x and y, an output for each."""


def same(found, expected):
    """Whether numbers are equal to the last bit; by repr, nan is nan and -0.0 is not 0.0."""
    return list(map(repr, found)) == list(map(repr, expected))


def by_second(operation, number):
    """An operation whose second operand is a number."""
    return Program(["x"], [number], [operation], [0], [0], [1], [2])
