"""Instructions that no output needs."""

from __future__ import annotations

from autograd.extras import extra
from autograd.programs.program import UNUSED, Program
from autograd.programs.slots import as_arrays, integers

with extra("jit", "programs as arrays"):
    import numpy as np


def without_dead_code(program: Program) -> Program:
    """The program without the instructions that no output needs.

    >>> from autograd import Value, flatten
    >>> x = Value(2.0, label="x")
    >>> program = flatten([x.exp(), x.sin()], x)
    >>> program.outputs.pop()
    2
    >>> print(without_dead_code(program))
    inputs: x
    v1 = exp(x)
    outputs: v1
    """
    first, count = program.first, len(program)
    lefts, rights = program.left, program.right
    needed = bytearray(first + count + 1)  # the last one is that of an unused operand
    for slot in program.outputs:
        needed[slot] = 1
    for slot in range(first + count - 1, first - 1, -1):
        if needed[slot]:
            needed[lefts[slot - first]] = needed[rights[slot - first]] = 1
    kept = np.frombuffer(needed, dtype=np.bool_).copy()
    kept[:first] = True
    kept[-1] = False
    place = np.cumsum(kept) - 1  # of each slot that is kept
    place[-1] = UNUSED
    here = kept[first:-1]
    codes, left, right = as_arrays(program)
    used, codes = np.unique(codes[here], return_inverse=True)
    return Program(
        program.inputs,
        program.constants,
        [program.operations[code] for code in used],
        integers(codes),
        integers(place[left[here]]),
        integers(place[right[here]]),
        integers(place[np.asarray(program.outputs)]),
    )
