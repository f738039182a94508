"""Programs for the tests of machine code."""

import math
import random
import struct

from autograd import Program, ops
from autograd.programs.program import UNUSED

EDGES = [math.nan, math.inf, -math.inf, 0.0, -0.0, 5e-324, -1e308, 1e308, 1.0, -1.0, 0.5, 3.0, -2.5]

# copysign is not among them: which sign a nan has that was computed, nobody determines
EXACT = [
    *(ops.add, ops.sub, ops.mul, ops.div, ops.neg, ops.sqrt, ops.abs, ops.relu, ops.maximum, ops.minimum),
    *(ops.when, ops.or_one, ops.sign, ops.floor, ops.ceil, ops.trunc, ops.round),
    *(ops.less, ops.less_equal, ops.greater, ops.greater_equal, ops.equal, ops.not_equal),
]


def a_program(inputs, length, outputs, operations=EXACT, seed=0):
    """Random instructions, mostly on what is near; outputs may be inputs, constants, or given twice."""
    chosen = random.Random(seed)
    constants = [1.0, -0.0, 2.5]
    first = inputs + len(constants)
    codes, left, right = [], [], []
    for slot in range(first, first + length):
        code = chosen.randrange(len(operations))
        codes.append(code)
        near = max(0, slot - 1 - int(chosen.expovariate(0.1)))
        left.append(near if chosen.random() < 0.7 else chosen.randrange(slot))
        right.append(chosen.randrange(slot) if operations[code].arity == 2 else UNUSED)
    results = [chosen.randrange(first + length) for _ in range(outputs)]
    names = [f"x{i}" for i in range(inputs)]
    return Program(names, constants, operations, codes, left, right, results)


def some_samples(count, inputs, seed=0):
    """Rows of numbers, edge values among them."""
    chosen = random.Random(seed)
    return [
        [chosen.choice(EDGES) if chosen.random() < 0.2 else chosen.uniform(-3.0, 3.0) for _ in range(inputs)]
        for _ in range(count)
    ]


def bits(numbers):
    """Numbers by their bits, so that 0.0 is not -0.0; nan is nan whatever its bits are."""
    return [None if number != number else struct.pack("<d", number) for number in numbers]
