"""A program made ready to be run often: the shorter it is, the more is worth doing."""

from __future__ import annotations

from typing import Final

from autograd import ops
from autograd.extras import extra
from autograd.programs.program import UNUSED, Program
from autograd.programs.schedule import scheduled
from autograd.programs.simplify import simplified
from autograd.programs.slots import as_arrays, integers
from autograd.programs.template import MASK

with extra("jit", "long programs"):
    import numpy as np

STRAIGHT: Final = 8_000
"""How long a program may be that is run as straight machine code; a longer one is a tape (see `tape.py`).

Straight code is up to four times faster there, but takes seconds to compile where a tape takes none."""

SIMPLIFIED: Final = 50_000
"""How long a program may be that is simplified; that takes some microseconds for every instruction."""


def prepared(program: Program) -> Program:
    """The program as it is run: without what it does not need, and in a good order if it is short."""
    if len(program) > SIMPLIFIED:
        return with_needed_only(program)
    shorter = simplified(program)
    return scheduled(shorter) if len(shorter) <= STRAIGHT else shorter


def with_needed_only(program: Program) -> Program:
    """A long program without the instructions that no output needs, and with `when` for what masks.

    >>> from autograd import Value, flatten
    >>> x = Value(2.0, label="x")
    >>> program = flatten([x.exp(), x.sin()], x)
    >>> program.outputs.pop()
    2
    >>> print(with_needed_only(program))
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
    operations = [ops.when if operation is MASK else operation for operation in program.operations]
    return Program(
        program.inputs,
        program.constants,
        operations,
        integers(codes[here]),
        integers(place[left[here]]),
        integers(place[right[here]]),
        integers(place[np.asarray(program.outputs)]),
    )
