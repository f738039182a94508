"""A program made ready to be run often: the shorter it is, the more is worth doing."""

from __future__ import annotations

from typing import Final

from autograd import ops
from autograd.programs.choices import with_plain_choices
from autograd.programs.dead_code import without_dead_code
from autograd.programs.program import Program
from autograd.programs.schedule import scheduled
from autograd.programs.simplify import simplified
from autograd.programs.template import MASK

STRAIGHT: Final = 8_000
"""How long a program may be that is run as straight machine code; a longer one is a tape (see `tape.py`).

Straight code is up to four times faster there, but takes seconds to compile where a tape takes none."""

SIMPLIFIED: Final = 50_000
"""How long a program may be that is simplified; that takes some microseconds for every instruction."""


def prepared(program: Program) -> Program:
    """The program as it is run: without what it does not need, and in a good order if it is short."""
    program = with_plain_choices(program)
    if len(program) > SIMPLIFIED:
        return with_needed_only(program)
    shorter = simplified(program)
    return scheduled(shorter) if len(shorter) <= STRAIGHT else shorter


def with_needed_only(program: Program) -> Program:
    """A long program without the instructions that no output needs, and with `when` for what masks."""
    shorter = without_dead_code(program)
    return Program(
        shorter.inputs,
        shorter.constants,
        [ops.when if operation is MASK else operation for operation in shorter.operations],
        shorter.codes,
        shorter.left,
        shorter.right,
        shorter.outputs,
    )
