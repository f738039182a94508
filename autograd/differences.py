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

from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from math import inf, isfinite, nan, ulp
from typing import TypeAlias, TypeVar

from autograd.section import Section, length, sections, visit_together
from autograd.value import Value

T = TypeVar("T")
Search: TypeAlias = Generator[
    list[float], None, T
]  # it yields steps to be computed, and returns what it found

AGREES, DIFFERS, AT_A_KINK = "agrees", "differs", "at a kink"
TOO_SMALL, NOT_FINITE = "too small to tell", "not finite"

_USUAL = 4  # so many shorter steps are tried in any case
_LONGER, _SHORTER = 12, 60  # so many more at the most
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


def compare(root: Value, nodes: Iterable[Value], adjoints: Mapping[Value, float]) -> dict[Value, Check]:
    """Compare the gradients of a recorded graph by some of its nodes with finite differences.

    For each, what depends on it is computed again with the node moved. What no gradient passes, a condition
    or `detach()`, stays at its number, as the derivative means it.

    Args:
        root: the result.
        nodes: what is moved.
        adjoints: the gradient of the root by every node of its graph, and by each of these.
    """
    asked = list(dict.fromkeys(nodes))
    made: dict[Value, Check] = {}
    for some in sections(root, asked, adjoints):
        found = differences(list(some.values()))
        for (node, section), of_it in zip(some.items(), found, strict=True):
            made[node] = judged(section, of_it, adjoints[node])
    return {node: made[node] for node in asked}


def differences(sections: Sequence[Section]) -> list[list[Difference]]:
    """The best difference of each series of steps, unless the series of shorter steps contradicts it.

    The sections of one graph are searched in step, so that the steps which they need next are computed for
    all of them together.
    """
    found: list[list[Difference]] = [[] for _ in sections]
    searches = [_search(section) for section in sections]
    waiting: Sequence[int] = range(len(sections))
    while waiting:
        needed: dict[int, list[float]] = {}
        for index in waiting:
            try:
                needed[index] = next(searches[index])
            except StopIteration as end:
                found[index] = end.value
        visit_together([sections[index] for index in needed], list(needed.values()))
        waiting = list(needed)
    return found


def _search(section: Section) -> Search[list[Difference]]:
    """What `differences` says of one section; it yields steps that have to be computed before it goes on."""
    kept: list[Difference] = []
    larger, smaller = sorted([1.0, abs(section.at)], reverse=True)
    yield from section.needed([larger, smaller], 0)
    for size in [larger, smaller][: 1 + (larger != smaller)]:
        best = reduce(_better, (yield from _series(section, size)), NONE)
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


def _series(section: Section, size: float) -> Search[list[Difference]]:
    """Differences over shorter and shorter steps, in units of `size`.

    The series begins with longer steps where even the usual longest one drowns in rounding, because the
    function is flat. It ends when rounding is the larger error; only a series that leaves the domain, or a
    function that bends within tiny steps, goes on to steps that hardly move the number.
    """
    series: list[Difference] = []
    first, shortest = 0, 2 * ulp(section.at)  # below it the number would hardly move
    if not length(size, first) > shortest:
        return series
    before = yield from _over(section, size, first)
    while first > -_LONGER:
        longer = yield from _over(section, size, first - 1)
        if not abs(longer.slope - before.slope) <= before.error or section.crosses_kink(longer.step):
            break
        first, before = first - 1, longer
    if first < 0 and before.slope == 0.0:  # it has levelled off, or does not depend on the number at all
        first, before = 0, (yield from _over(section, size, 0))
    for place in range(first + 1, _SHORTER):
        step = length(size, place)
        if step <= shortest:
            break
        found = yield from _over(section, size, place)
        truncation = abs(found.slope - before.slope)
        series.append(Difference(found.slope, truncation + found.error, step))
        if place >= _USUAL and truncation <= found.error:
            break
        before = found
    return series


def _over(section: Section, size: float, place: int) -> Search[Difference]:
    """The difference over one step; its error is that of rounding."""
    step = length(size, place)
    yield from section.needed([size], place)
    slope = central_difference(section, section.at, step)
    return Difference(slope, _EXTRAPOLATED * section.rounding(step) / step, step)


def _jumps(section: Section, step: float) -> bool:
    """Whether the slopes to the left and to the right stay apart when the step is halved."""
    x, here = section.at, section(section.at)

    def gap(step: float) -> float:
        return abs((section(x + step) - here) / step - (here - section(x - step)) / step)

    return gap(step / 2) > _SMOOTH * gap(step) > 0
