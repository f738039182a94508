"""Gradients held against finite differences of the recorded graph, computed again with one node moved.

What no gradient passes, a condition or `detach()`, stays at its number, as the derivative means it. The rest
is computed by the same operations. A difference has two errors, and both are estimated:

- rounding: every operation is right to a few units in the last place, its adjoint carries that error to the
  result (Linnainmaa, 1976), and the difference divides it by the step;
- truncation: no more than what the difference changed by since the step before, which was 16 times as long.

Two series of steps are tried, in units of 1 and of the size of the number. The step with the smallest
estimate counts (as in Ridders, 1982), unless a shorter one contradicts it: a wave that is shorter than the
step leaves no trace in the estimate.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from math import inf, isfinite, nan, ulp
from typing import TYPE_CHECKING

from autograd.check import central_difference
from autograd.show.explanation import Check
from autograd.value import Value

if TYPE_CHECKING:
    from autograd.primitive import Partial

_FIRST_STEP = 1e-3  # of `central_difference` at 0
_STEPS = [8 * 16.0**-k for k in range(5)]  # in units of 1, and of the size of the number
_ROUNDING = 4 * sys.float_info.epsilon  # of one operation; a composed one such as GELU needs several units
_EXTRAPOLATED = 3.0  # roundings of a central difference over h in the combination of those over h and h/2
_SMOOTH = 0.75  # slopes on the two sides of a smooth function come twice as close when the step is halved


class Replay:
    """The recorded computation of `root` as a function of one of its nodes.

    Args:
        root: the result.
        node: what is moved.
        order: the nodes that gradients pass, operands first.
    """

    def __init__(self, root: Value, node: Value, order: Iterable[Value]) -> None:
        self.root = root
        self.node = node
        self.moved = {node: None}
        for later in order:
            if any(operand in self.moved for operand, partial in _edges(later) if partial is not None):
                self.moved.setdefault(later)
        del self.moved[node]

    def numbers(self, number: float) -> dict[Value, float]:
        """The number of every node that moves, with the chosen one at `number`."""
        table = {self.node: number}
        for node in self.moved:
            table[node] = recomputed(node, table)
        return table

    def __call__(self, number: float) -> float:
        return self.numbers(number).get(self.root, self.root.data)

    def from_here(self, scale: float) -> Callable[[list[float]], float]:
        """The same of a point of one number, how far it is moved in units of `scale`."""
        return lambda point: self(self.node.data + scale * point[0])

    def crosses_kink(self, step: float) -> bool:
        """Whether a node that moves has a kink within a step to either side."""
        x = self.node.data
        below, here, above = (self.numbers(number) for number in (x - step, x, x + step))
        for node in self.moved:
            kink = node._operation.kink
            if kink is not None:
                at = [
                    kink(*(table.get(operand, operand.data) for operand in node._prev))
                    for table in (below, here, above)
                ]
                if not (max(at) < 0 or min(at) > 0 or at[0] == at[1] == at[2]):
                    return True
        return False


def recomputed(node: Value, numbers: Mapping[Value, float]) -> float:
    """The number of a node from new numbers of its operands; nan where a user's function has none."""
    try:
        return node._operation.value(
            *(
                operand.data if partial is None else numbers.get(operand, operand.data)
                for operand, partial in _edges(node)
            )
        )
    except (ArithmeticError, ValueError):
        return nan


def _edges(node: Value) -> Iterator[tuple[Value, Partial | None]]:
    """The operands of a node, each with its partial derivative."""
    return zip(node._prev, node._operation.partials, strict=True)


def check(
    root: Value, node: Value, gradient: float, order: Sequence[Value], adjoints: Mapping[Value, float]
) -> Check:
    """Compare a gradient with finite differences.

    The two agree if they are no farther apart than the estimated error of the difference. A gradient that is
    smaller than that error is not told from 0, which the verdict says.
    """
    replay = Replay(root, node, order)
    best, error, width = nan, inf, nan
    for slope, estimate, step in _slopes(replay, adjoints):
        if estimate <= error or abs(slope - best) > estimate + error:
            best, error, width = slope, estimate, step
    return Check(best, error, _verdict(replay, gradient, best, error, width))


def _slopes(replay: Replay, adjoints: Mapping[Value, float]) -> Iterator[tuple[float, float, float]]:
    """Differences over shorter and shorter steps, each with its estimated error and its step."""
    number = replay.node.data
    for size in sorted({1.0, abs(number)}, reverse=True):
        before = nan
        for scale in (step * size for step in _STEPS):
            step = _FIRST_STEP * scale
            if step > 2 * ulp(number):  # else the number would hardly move
                slope = central_difference(replay.from_here(scale), [0.0], 0) / scale
                rounding = _EXTRAPOLATED * _rounding(replay, step, adjoints) / step
                yield slope, abs(slope - before) + rounding, step
                before = slope


def _rounding(replay: Replay, step: float, adjoints: Mapping[Value, float]) -> float:
    """What the roundings of all operations may add up to in the result, here or a step away."""
    moved = replay.numbers(replay.node.data + step).items()
    return _ROUNDING * sum(abs(adjoints[node]) * max(abs(node.data), abs(number)) for node, number in moved)


def _verdict(replay: Replay, gradient: float, difference: float, error: float, step: float) -> str:
    if not (isfinite(gradient) and isfinite(difference) and isfinite(error)):
        return "not finite"
    if replay.crosses_kink(step) and _jumps(replay, step):
        return "at a kink"
    if abs(gradient - difference) > error:
        return "differs"
    return "too small to tell" if gradient and abs(gradient) <= error else "agrees"


def _jumps(replay: Replay, step: float) -> bool:
    """Whether the slopes to the left and to the right stay apart when the step is halved."""
    x, here = replay.node.data, replay(replay.node.data)

    def gap(step: float) -> float:
        return abs((replay(x + step) - here) / step - (here - replay(x - step)) / step)

    return gap(step / 2) > _SMOOTH * gap(step) > 0
