"""Loops found again: what a program repeats over and over, as when a step of a simulation is unrolled.

A row of instructions is a loop if the same formulas come again after a period, and every operand stands where
it stood one period before, moved by a constant number of places. The search looks at the next instructions
whether they come again soon; a loop that is found is followed as far as it goes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from autograd.extras import extra
from autograd.programs.fusion import Step, arity_of
from autograd.programs.slots import Slots

with extra("jit", "long programs"):
    import numpy as np

_LONGEST: Final = 256
"""How many instructions a period has at most."""

_REPEATS: Final = 8
"""How often a period must come to be called a loop."""

_ALIKE: Final = 8
"""How many instructions are compared to find a period."""

_TRIED: Final = 8
"""How many periods are tried in one place."""

_CODE: Final = 2_000
"""How many instructions the bodies of loops have at most, all together: machine code is made for them."""

_FEW, _LONG = 8, 1_000
"""After so many loops they must have this many instructions each, on average, to be worth while."""

HERE, BEFORE, FIXED, MOVING = "here", "before", "fixed", "moving"
"""Where an operand is found: computed in this round, or in the one before; the same number in every round, or
another one by a constant step."""


class Read(NamedTuple):
    """How an operand is found.

    Attributes:
        where: `HERE`, `BEFORE`, `FIXED` or `MOVING`.
        number: of the first two, which instruction of the round computes it; of `MOVING` how many places it
            moves from round to round.
    """

    where: str
    number: int


class Loop(NamedTuple):
    """What one round of a loop does.

    Attributes:
        body: a formula for each instruction, and how its operands are found.
    """

    body: tuple[tuple[tuple[Step, ...], tuple[Read, ...]], ...]


class Found(NamedTuple):
    """A loop where it was found.

    Attributes:
        start: the first instruction.
        length: how many instructions all rounds have together.
        loop: what one round does.
        bases: in the first round, the places of the operands that are not computed `HERE`.
    """

    start: int
    length: int
    loop: Loop
    bases: list[int]


def loops(
    what: Slots, operands: Sequence[Slots], formulas: Sequence[tuple[Step, ...]], first: int
) -> Iterator[Found]:
    """The loops in a row of instructions.

    Args:
        what: which formula each instruction computes.
        operands: the places of its operands.
        formulas: the formulas.
        first: the place of the first result; the others follow.
    """
    signs = _signs(what)
    at, end = 0, len(signs)
    while at < end:
        near = signs[at + 1 : at + 1 + _LONGEST]
        for period in (np.flatnonzero(near == signs[at])[:_TRIED] + 1).tolist():
            count = _followed(what, operands, at, period)
            if count >= _REPEATS * period:
                yield _described(what, operands, formulas, first, at, period, count)
                at += count
                break
        else:
            at += _LONGEST // 4


def worthwhile(found: Iterable[Found]) -> list[Found]:
    """The loops, if they are long; the search ends where too many are short."""
    kept: list[Found] = []
    code = count = 0
    for each in found:
        kept.append(each)
        count += each.length
        code += len(each.loop.body)
        if code > _CODE or (len(kept) >= _FEW and count < _LONG * len(kept)):
            return []
    return kept


def _signs(what: Slots) -> Slots:
    """For each instruction a number that is the same where the same formulas follow."""
    count = max(len(what) - _ALIKE, 0)
    signs = np.zeros(count, dtype=np.int64)
    for place in range(_ALIKE):
        signs = 31 * signs + what[place : place + count]
    return signs


def _followed(what: Slots, operands: Sequence[Slots], start: int, period: int) -> int:
    """How many instructions from `start` on belong to a loop of this period, in whole rounds."""
    size, done = 4 * period, 0
    while True:
        begin = start + done
        stop = min(begin + size, len(what) - 2 * period)
        if stop <= begin:
            break
        now, then, later = (slice(begin + n * period, stop + n * period) for n in range(3))
        alike = (what[now] == what[then]) & (what[then] == what[later])
        for places in operands:
            alike &= places[then] - places[now] == places[later] - places[then]
        good = len(alike) if alike.all() else int(np.argmin(alike))
        done += good
        if good < len(alike):
            break
        size *= 2
    return (done // period + 2) * period if done >= period else 0


def _described(
    what: Slots,
    operands: Sequence[Slots],
    formulas: Sequence[tuple[Step, ...]],
    first: int,
    start: int,
    period: int,
    count: int,
) -> Found:
    """What one round of a loop does."""
    body, bases = [], []
    results = first + start
    for index in range(period):
        formula = formulas[what[start + index]]
        reads = []
        for places in operands[: arity_of(formula)]:
            place, then = places[start + index].item(), places[start + index + period].item()
            read = _read(place - results, then - place, period)
            reads.append(read)
            if read.where != HERE:
                bases.append(place)
        body.append((formula, tuple(reads)))
    return Found(start, count, Loop(tuple(body)), bases)


def _read(place: int, step: int, period: int) -> Read:
    """How an operand is found that stands `place` behind the first result of the loop in the first round."""
    if step == period and place >= 0:
        return Read(HERE, place)
    if step == period and place + period >= 0:
        return Read(BEFORE, place + period)
    return Read(FIXED, 0) if step == 0 and place < 0 else Read(MOVING, step)
