"""Gradients held against finite differences: how one is taken, how far it may be off, and the verdict.

A difference has two errors, and both are estimated:

- rounding: every operation is right to a few units in the last place, its adjoint carries that error to the
  result (Linnainmaa, 1976), and the difference divides it by the step;
- truncation: no more than what the difference changed by since the step before, which was 16 times as long.

Two series of steps are tried, in units of 1 and of the size of the number, until rounding is the larger
error. The step with the smallest estimate counts (as in Ridders, 1982), unless a shorter one contradicts it:
a wave that is shorter than the step leaves no trace in the estimate.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from math import inf, isfinite, nan, ulp

from autograd.programs.flatten import Flattening
from autograd.programs.moved import Moved
from autograd.programs.program import Program
from autograd.value import Value

AGREES, DIFFERS, AT_A_KINK = "agrees", "differs", "at a kink"
TOO_SMALL, NOT_FINITE = "too small to tell", "not finite"

_LONGEST = 8e-3  # of the usual steps, in units of 1 and of the size of the number; each next one is a 16th
_USUAL = 4  # so many shorter steps are tried in any case
_LONGER, _SHORTER = 12, 60  # so many more at the most
_TOGETHER = 6  # steps that are taken at once: the usual ones, and one that is longer
_ROUNDING = 4 * sys.float_info.epsilon  # of one operation; a composed one such as GELU needs several units
_EXTRAPOLATED = 3.0  # roundings of a central difference over h in the combination of those over h and h/2
_SMOOTH = 0.75  # slopes on the two sides of a smooth function come twice as close when the step is halved


@dataclass(frozen=True)
class Difference:
    """A central difference, how far it may be from the derivative, and over which step it was taken."""

    slope: float
    error: float
    step: float


NONE = Difference(nan, inf, nan)


@dataclass(frozen=True)
class Check:
    """A gradient beside a derivative from function values alone.

    Attributes:
        difference: the extrapolated central difference; nan where there is none.
        error: how far it may be from the derivative, by its own estimate.
        verdict: 'agrees', 'differs', 'at a kink', 'too small to tell' or 'not finite'.
    """

    difference: float
    error: float
    verdict: str


def check(root: Value, node: Value, gradient: float, adjoints: Mapping[Value, float]) -> Check:
    """Compare the gradient of a recorded graph by one of its nodes with finite differences.

    The graph is computed again with the node moved. What no gradient passes, a condition or `detach()`, stays
    at its number, as the derivative means it.

    Args:
        root: the result.
        node: what is moved.
        gradient: the derivative of the root by the node.
        adjoints: the gradient of the root by every node of its graph.
    """
    section = Section(root, node, adjoints, hold=True)
    return judged(section, differences(section), gradient)


class Section:
    """A computation as a function of one of its numbers, all others being as they are.

    Args:
        root: the result, with the graph that was recorded where the number is `node.data`.
        node: what is moved.
        adjoints: the gradient of the root by every node of its graph.
        hold: as for `flatten`: whether operands that no gradient passes stay at their numbers.
        function: the function itself, where it may take other ways than the graph that was recorded.
    """

    def __init__(
        self,
        root: Value,
        node: Value,
        adjoints: Mapping[Value, float],
        hold: bool,
        function: Callable[[float], float] | None = None,
    ) -> None:
        recorded = Flattening(root, [node], hold)
        program, carries = recorded.program, [abs(adjoints.get(moved, 0.0)) for moved in recorded.nodes]
        self.at = node.data
        self._moved = Moved(program, self.at, carries)
        self._function = function or self._moved.result
        self._kinks = _kinks(program)
        self._prepared: set[tuple[float, int]] = set()

    def __call__(self, number: float) -> float:
        return self._function(number)

    def prepare(self, sizes: Iterable[float], place: int) -> None:
        """Compute the graph at once for one step of each size and its neighbours, unless it was done."""
        group = (place + 1) // _TOGETHER
        new = [size for size in sizes if (size, group) not in self._prepared]
        if not new:
            return
        self._prepared.update((size, group) for size in new)
        places = range(group * _TOGETHER - 1, (group + 1) * _TOGETHER - 1)
        steps = [_step(size, place) for size in new for place in places]
        moves = [move for step in steps for move in (-step, step / 2, -step / 2)]
        self._moved.visit([self.at + move for move in moves], [self.at + step for step in steps])

    def rounding(self, step: float) -> float:
        """What the roundings of all operations may add up to in the result, here or a step away."""
        return _ROUNDING * self._moved.weighted(self.at + step)

    def crosses_kink(self, step: float) -> bool:
        """Whether an operation has a kink within a step to either side."""
        if not self._kinks:
            return False
        numbers = [self._moved.numbers(place) for place in (self.at - step, self.at, self.at + step)]
        for kink, operands in self._kinks:
            at = [kink(*[slots[operand] for operand in operands]) for slots in numbers]
            if not (max(at) < 0 or min(at) > 0 or at[0] == at[1] == at[2]):
                return True
        return False


def _kinks(program: Program) -> list[tuple[Callable[..., float], list[int]]]:
    """The instructions that have a kink: where it is, and the slots of their operands."""
    if not any(operation.kink for operation in program.operations):
        return []
    instructions = zip(program.codes, program.left, program.right, strict=True)
    operations = [(program.operations[code], [left, right]) for code, left, right in instructions]
    return [(made.kink, slots[: made.arity]) for made, slots in operations if made.kink is not None]


def differences(section: Section) -> list[Difference]:
    """The best difference of each series of steps, unless the series of shorter steps contradicts it."""
    kept: list[Difference] = []
    sizes = sorted({1.0, abs(section.at)}, reverse=True)
    section.prepare(sizes, 0)
    for size in sizes:
        best = reduce(_better, _series(section, size), NONE)
        if isfinite(best.error):
            kept = [other for other in kept if not _apart(other, best)] + [best]
    return kept or [NONE]


def _better(best: Difference, found: Difference) -> Difference:
    """The one with the smaller estimated error, or the second if it, over a shorter step, contradicts."""
    return found if found.error <= best.error or _apart(found, best) else best


def _apart(one: Difference, other: Difference) -> bool:
    """Whether two differences are farther from each other than both may be from the derivative."""
    return abs(one.slope - other.slope) > one.error + other.error


def judged(section: Section, found: Sequence[Difference], gradient: float, tolerance: float = 0.0) -> Check:
    """What finite differences say of a derivative.

    The two agree if they are no farther apart than the estimated error of the difference, and `tolerance`
    times the larger of them. They differ if they agree by no series: over long steps a function that has
    levelled off on both sides seems to be flat. A derivative that is smaller than the error is not told from
    0, which the verdict says.
    """
    best = reduce(_better, found)
    slope, error = best.slope, best.error
    allowed = tolerance * max(abs(gradient), abs(slope))
    if not (isfinite(gradient) and isfinite(slope) and isfinite(error)):
        verdict = NOT_FINITE
    elif section.crosses_kink(best.step) and _jumps(section, best.step):
        verdict = AT_A_KINK
    elif all(abs(gradient - one.slope) > one.error + allowed for one in found):
        verdict = DIFFERS
    else:
        verdict = TOO_SMALL if gradient and abs(gradient) <= error else AGREES
    return Check(slope, error, verdict)


def central_difference(f: Callable[[float], float], at: float, step: float) -> float:
    """The derivative of a function of one number, from its values alone.

    The differences over the step and over half of it are extrapolated (Richardson, 1911), so that the error
    falls with the fourth power of the step.

    >>> round(central_difference(lambda x: x**3, 2.0, 1e-3), 9)
    12.0
    """

    def difference(step: float) -> float:
        above, below = at + step, at - step
        return (f(above) - f(below)) / (above - below)

    return (4 * difference(step / 2) - difference(step)) / 3


def _series(section: Section, size: float) -> Iterator[Difference]:
    """Differences over shorter and shorter steps, in units of `size`.

    The series begins with longer steps where even the usual longest one drowns in rounding, because the
    function is flat. It ends when rounding is the larger error; only a series that leaves the domain, or a
    function that bends within tiny steps, goes on to steps that hardly move the number.
    """
    first, shortest = 0, 2 * ulp(section.at)  # below it the number would hardly move
    if not _step(size, first) > shortest:
        return
    before = _over(section, size, first)
    while first > -_LONGER:
        longer = _over(section, size, first - 1)
        if not abs(longer.slope - before.slope) <= before.error or section.crosses_kink(longer.step):
            break
        first, before = first - 1, longer
    if first < 0 and before.slope == 0.0:  # it has levelled off, or does not depend on the number at all
        first, before = 0, _over(section, size, 0)
    for place in range(first + 1, _SHORTER):
        step = _step(size, place)
        if step <= shortest:
            return
        found = _over(section, size, place)
        truncation = abs(found.slope - before.slope)
        yield Difference(found.slope, truncation + found.error, step)
        if place >= _USUAL and truncation <= found.error:
            return
        before = found


def _step(size: float, place: int) -> float:
    return _LONGEST * size * 16.0**-place


def _over(section: Section, size: float, place: int) -> Difference:
    """The difference over one step; its error is that of rounding."""
    step = _step(size, place)
    section.prepare([size], place)
    slope = central_difference(section, section.at, step)
    return Difference(slope, _EXTRAPOLATED * section.rounding(step) / step, step)


def _jumps(section: Section, step: float) -> bool:
    """Whether the slopes to the left and to the right stay apart when the step is halved."""
    x, here = section.at, section(section.at)

    def gap(step: float) -> float:
        return abs((section(x + step) - here) / step - (here - section(x - step)) / step)

    return gap(step / 2) > _SMOOTH * gap(step) > 0
