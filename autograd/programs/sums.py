"""Long sums as one instruction each: the terms are added up in a register, and only the total has a place.

A layer of a network is dot products, and what a parameter receives is a sum over all its uses. One addition
after the other, each would stand a level above the one before, and write what only the next one reads. Here a
row of additions of terms of one formula is found and becomes a single instruction:

    s1 = p + a*b, s2 = s1 + c*d, s3 = s2 + e*f        s3 = p + a*b + c*d + e*f

The terms stay in their order, so that the total is the same to the last bit.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from autograd import ops
from autograd.extras import extra
from autograd.programs.fusion import BEFORE, Fused, Step, arity_of
from autograd.programs.slots import Slots

with extra("jit", "long programs"):
    import numpy as np
    from numpy.typing import NDArray

_OFTEN: Final = 64
"""How many terms of one formula there must be that code for them is worth while."""

_LEAST: Final = 4
"""How many additions make a long sum."""

_QUICK: Final = {ops.add, ops.sub, ops.mul, ops.neg, ops.when}
"""What a term may consist of, since its code is there for many lanes at once."""


class Sums(NamedTuple):
    """The long sums of a program, in the order of their totals.

    Attributes:
        formulas: what one addition computes, its last operand being the sum so far.
        what: for each sum which formula its additions compute.
        last: the instruction whose result is the total.
        start: the slot of what the sum begins with.
        counts: how many terms it has.
        begins: where its terms begin among `terms`.
        terms: for each term the slots of its three operands; `UNUSED` where there are fewer.
        inside: for each instruction whether a sum has taken it in, so that its result has no place.
    """

    formulas: list[tuple[Step, ...]]
    what: Slots
    last: Slots
    start: Slots
    counts: Slots
    begins: Slots
    terms: Slots
    inside: NDArray[np.bool_]


class _Additions(NamedTuple):
    """Instructions that may be part of a sum: all that add something to what came before.

    Attributes:
        instruction: which one it is.
        before: the slot of what they add to.
        term: the instruction that computes what they add, if they take it in; -1 if it is a slot, -2 if they
            compute it themselves.
        operands: the slots of the term's operands.
        key: the same number where the formula is the same.
    """

    instruction: Slots
    before: Slots
    term: Slots
    operands: Slots
    key: Slots


def sums(given: Fused, outputs: Slots) -> Sums:
    """The long sums among instructions.

    >>> from autograd import Value, dot, flatten
    >>> from autograd.programs.fusion import fused
    >>> x, w = ([Value(1.0) for _ in range(80)] for _ in range(2))
    >>> program = flatten(dot(x, w), [*x, *w])
    >>> found = sums(fused(program), np.array(program.outputs))
    >>> found.counts, [step.operation.name for step in found.formulas[0]]
    (array([79]), ['mul', 'add'])
    """
    maker = np.full(given.slots + 1, -1)  # of each slot the instruction; the last is an unused operand's
    maker[given.results] = np.arange(len(given.what))
    reads = np.bincount(np.concatenate(given.operands) + 1, minlength=given.slots + 1)[1:]
    reads[outputs] = 2  # an output has a place of its own
    once = np.append((reads == 1) & (maker[:-1] >= 0), False)
    found = _additions(given, maker, once)
    return _rows(given, found, maker, once)


def _additions(given: Fused, maker: Slots, once: NDArray[np.bool_]) -> _Additions:
    """Each addition, with what it adds, and to what."""
    quick = [all(step.operation in _QUICK for step in formula) for formula in given.formulas]
    bare = [formula[0].operation is ops.add and len(formula) == 1 for formula in given.formulas]
    whole = [
        quick[place] and len(formula) == 2 and formula[1].operation is ops.add
        for place, formula in enumerate(given.formulas)
    ]
    is_bare, is_whole = np.array(bare)[given.what], np.array(whole)[given.what]
    adds = np.append(is_bare | is_whole, False)  # last: no instruction
    operands = np.stack(given.operands, axis=1)

    index = np.flatnonzero(is_bare)
    x, y = operands[index, 0], operands[index, 1]
    by_x, by_y = (once[slots] & adds[maker[slots]] for slots in (x, y))
    before = np.where(by_x | ~by_y, x, y)
    added = np.where(by_x | ~by_y, y, x)
    term = np.where(once[added] & ~adds[maker[added]], maker[added], -1)
    term[(term >= 0) & ~np.array(quick)[given.what[term]]] = -1
    alone = np.stack([added, *np.full((2, len(index)), -1)], axis=1)
    taken = np.where((term >= 0)[:, np.newaxis], operands[term], alone)
    key = len(given.formulas) + 1 + np.where(term >= 0, given.what[term], -1)

    more = np.flatnonzero(is_whole)
    arity = np.array([arity_of(formula) for formula in given.formulas])[given.what[more]]
    rest = operands[more]
    sum_so_far = rest[np.arange(len(more)), arity - 1]
    rest[np.arange(len(more)), arity - 1] = -1
    return _Additions(
        np.r_[index, more],
        np.r_[before, sum_so_far],
        np.r_[term, np.full(len(more), -2)],
        np.r_[taken, rest],
        np.r_[key, given.what[more]],
    )


def _rows(given: Fused, found: _Additions, maker: Slots, once: NDArray[np.bool_]) -> Sums:
    """The additions in rows, of which those are kept that are long and of a common formula."""
    count = len(given.what)
    order = np.argsort(found.instruction)
    index, before, term, key = (
        part[order] for part in (found.instruction, found.before, found.term, found.key)
    )
    at = np.full(count + 1, -1)  # of each instruction its place among the additions
    at[index] = np.arange(len(index))
    earlier = np.where(once[before], at[maker[before]], -1)
    earlier[(earlier >= 0) & (key[earlier] != key)] = -1
    row = _rows_of(earlier)
    lengths = np.bincount(row, minlength=len(row))
    kept = lengths[row] >= _LEAST
    kept &= np.bincount(key[kept], minlength=key.max(initial=0) + 1)[key] >= _OFTEN
    within = np.flatnonzero(kept)
    within = within[np.argsort(row[within], kind="stable")]
    counts = np.bincount(row[within], minlength=len(row))
    first = np.flatnonzero(counts)
    counts = counts[first]
    ends = np.cumsum(counts)
    last = within[ends - 1]
    inside = np.zeros(count, dtype=bool)
    inside[index[within]] = True
    inside[term[within][term[within] >= 0]] = True
    inside[index[last]] = False
    keys, what = np.unique(key[last], return_inverse=True)
    formulas = [_formula(given.formulas, number) for number in keys.tolist()]
    by_total = np.argsort(last)
    return Sums(
        formulas,
        what[by_total],
        index[last][by_total],
        before[first][by_total],
        counts[by_total],
        (ends - counts)[by_total],
        found.operands[order][within],
        inside,
    )


def _rows_of(earlier: Slots) -> Slots:
    """For each addition the first one of its row; `earlier` has for each the one before, or -1."""
    row = list(range(len(earlier)))
    for place, before in enumerate(earlier.tolist()):
        if before >= 0:
            row[place] = row[before]
    return np.array(row, dtype=np.int64)


def _formula(formulas: Sequence[tuple[Step, ...]], key: int) -> tuple[Step, ...]:
    """What one addition computes."""
    if key < len(formulas):
        return formulas[key]
    if key == len(formulas):
        return (Step(ops.add, None, (1, 0)),)
    term = formulas[key - len(formulas) - 1]
    return (*term, Step(ops.add, None, (arity_of(term), BEFORE)))
