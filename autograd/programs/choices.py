"""Choices by a comparison pass all or nothing, which takes fewer instructions than their table's line.

What `when(c, y)` passes back is written down for any condition and any result: the derivative, which is nan
if the result is, times what arrives, masked where the derivative is zero. Where c is a comparison, and so 0.0
or 1.0, nobody needs to look at the derivative; and whether y is nan is the same in every choice of y:

    o = when(c, y)
    local = when(o != o, nan) + when(o == o, when(c, 1))        spoilt = when(y != y, nan)
    when(local != 0, local * g)                                  when(c, g + spoilt)

`take` makes such choices by the thousand, of the same rows again and again. What `when` gives in place of
nothing is -0.0, and adding that leaves every number as it is.
"""

from __future__ import annotations

from typing import NamedTuple

from autograd import ops
from autograd.extras import extra
from autograd.primitive import Operation
from autograd.programs.program import UNUSED, Program
from autograd.programs.slots import Slots, as_arrays, integers
from autograd.programs.template import MASK

with extra("jit", "programs as arrays"):
    import numpy as np
    from numpy.typing import NDArray

TRUTHS = {ops.less, ops.less_equal, ops.greater, ops.greater_equal, ops.equal, ops.not_equal}
"""What gives 0.0 or 1.0 and nothing else."""


class _Passed(NamedTuple):
    """What choices pass back, as slots: a row for each choice.

    Attributes:
        term: local * g.
        arriving: g.
        decision: local != 0.
        condition: c.
        marked: o != o.
        mark: what is nan if that holds, `spoilt`.
        chosen: y.
    """

    term: Slots
    arriving: Slots
    decision: Slots
    condition: Slots
    marked: Slots
    mark: Slots
    chosen: Slots


def with_plain_choices(program: Program) -> Program:
    """The program where choices by a comparison pass all or nothing; what is no longer read stays behind."""
    found = _found(program)
    if not len(found.term):
        return program
    first = program.first
    codes, left, right = as_arrays(program)
    different, one, which = np.unique(found.chosen, return_index=True, return_inverse=True)
    for operand in (left, right):
        operand[found.marked[one] - first] = different
    term = found.term - first
    codes[term] = program.operations.index(ops.add)
    left[term], right[term] = found.arriving, found.mark[one][which.ravel()]
    stands_for = np.arange(first + len(program) + 1)
    stands_for[-1] = UNUSED
    stands_for[found.decision] = found.condition
    return Program(
        program.inputs,
        program.constants,
        program.operations,
        integers(codes),
        integers(stands_for[left]),
        integers(stands_for[right]),
        integers(stands_for[np.asarray(program.outputs, dtype=np.int64)]),
    )


def _found(program: Program) -> _Passed:
    """The places of the pattern above, in the order of the program."""
    codes, left, right = (_by_slot(program, numbers) for numbers in as_arrays(program))
    reads = np.bincount(np.r_[left, right] + 1, minlength=len(codes))[1:]
    value = np.full(len(codes), np.nan)
    value[len(program.inputs) : program.first] = program.constants

    def made_by(slots: Slots, *operations: Operation) -> NDArray[np.bool_]:
        return np.isin(
            codes[slots], [place for place, each in enumerate(program.operations) if each in operations]
        )

    masked = np.flatnonzero(made_by(np.arange(len(codes) - 1), MASK))
    decision, term = left[masked], right[masked]
    local, arriving = left[term], right[term]
    mark, passed = left[local], right[local]
    marked, unit = left[mark], right[passed]
    result, condition = left[marked], left[unit]
    good = made_by(decision, ops.not_equal) & (value[right[decision]] == 0.0) & (left[decision] == local)
    good &= made_by(term, ops.mul) & made_by(local, ops.add) & (reads[local] == 2)
    good &= made_by(mark, MASK) & made_by(passed, MASK) & made_by(left[passed], ops.equal)
    good &= made_by(marked, ops.not_equal) & (right[marked] == result)
    good &= made_by(unit, ops.when) & (value[right[unit]] == 1.0) & made_by(condition, *TRUTHS)
    good &= made_by(result, ops.when) & (left[result] == condition)
    columns = (term, arriving, decision, condition, marked, mark, right[result])
    return _Passed(*(numbers[good] for numbers in columns))


def _by_slot(program: Program, numbers: Slots) -> Slots:
    """What instructions have, by their slots; -1 for inputs and constants, and at the end for no slot."""
    return np.concatenate([np.full(program.first, -1), numbers, [-1]])
