"""When a descent has converged, when it oscillates, and a few words on how it went: one criterion for all.

The legends of `learning_rates` and `optimizer_paths` use it; a table that calls `converged` or `behaviour`
says the same as the picture beside it.

The way of a descent leads from its first loss to the minimum. It has CONVERGED at the first step from which
on no more than the tolerance, a thousandth, of this way is left. It OSCILLATES if a quarter of its steps or
more, counted until it has converged, turn back: the loss rises or, where the gradients are known, a gradient
points against the one before, because the step went past the bottom of the valley.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import isfinite
from typing import Any

from nn.history import History
from nn.plots.descent import Path

Curve = Path | History | Sequence[float]

TOLERANCE = 1e-3  # the share of the way that may be left
OFTEN = 0.25  # the share of the steps that turn back in a descent that oscillates


def converged(curve: Curve, lowest: float | None = None, tolerance: float = TOLERANCE) -> int | None:
    """The first step from which on the loss stays near the minimum.

    Near is: `loss - lowest <= tolerance * (first loss - lowest)`.

    Args:
        curve: what `descend` or `fit` returned, or losses step by step, the first before any step.
        lowest: the minimum. If it is not known, the lowest loss of the curve takes its place; then the curve
            must have come to rest too: in the last tenth of its steps the loss fell by no more than the
            tolerance.
        tolerance: the share of the way from the first loss to the minimum that may be left.

    Returns:
        The number of steps until then, or None if the loss is not near at the end, or not at rest.

    Raises:
        ValueError: if there are no losses, or the first is not finite.

    >>> converged([1.0, 0.1, 0.001, 0.0001], lowest=0.0)
    2
    >>> converged([1.0, 0.0, 0.1, 0.0], lowest=0.0), converged([1.0, 0.5, 0.25], lowest=0.0)
    (3, None)
    """
    losses = losses_of("", curve)
    return arrival(losses, lowest_of(losses) if lowest is None else lowest, tolerance, lowest is not None)


def oscillates(curve: Curve, lowest: float | None = None, tolerance: float = TOLERANCE) -> bool:
    """Whether a quarter of the steps or more turn back, counted until the curve has converged.

    A step turns back if the loss rises or, in a `Path`, which keeps the gradients, the gradient after it
    points against the one before. Losses alone do not tell a descent that jumps from wall to wall and comes
    down all the same.

    Args:
        curve: as for `converged`.
        lowest: as for `converged`.
        tolerance: as for `converged`.

    Raises:
        ValueError: as for `converged`.

    >>> oscillates([4.0, 1.0, 2.0, 1.0, 2.0]), oscillates([4.0, 2.0, 1.0])
    (True, False)
    >>> from nn.plots import descend
    >>> oscillates(descend(lambda w: w**2, (1.0,), 0.9), lowest=0.0)  # w is multiplied by -0.8
    True
    """
    return _turns_often(curve, converged(curve, lowest, tolerance))


def behaviour(curve: Curve, lowest: float | None = None, tolerance: float = TOLERANCE) -> str:
    """How a descent went, in a few words.

    Args:
        curve: as for `converged`.
        lowest: as for `converged`.
        tolerance: as for `converged`.

    Returns:
        'diverges' if the last loss is not finite or above the first. 'does not move' if all losses are the
        same, or the first is the lowest. 'converges in n steps', or 'oscillates, converges in n steps'.
        'still falling' if it is near the lowest loss, which is not known to be the minimum, and not at rest.
        Else how much of the way it went: 'slow: 48% of the way' or 'oscillates: 99% of the way'.

    Raises:
        ValueError: as for `converged`.

    >>> behaviour([1.0, 0.5, 0.25], lowest=0.0), behaviour([1.0, 4.0, 16.0])
    ('slow: 75% of the way', 'diverges')
    """
    losses = losses_of("", curve)
    return in_words(curve, lowest_of(losses) if lowest is None else lowest, tolerance, lowest is not None)


def in_words(curve: Curve, lowest: float, tolerance: float, known: bool) -> str:
    """What `behaviour` says; `known` tells whether the lowest loss is known to be the minimum."""
    losses = losses_of("", curve)
    if not isfinite(losses[-1]) or losses[-1] > losses[0]:
        return "diverges"
    way = losses[0] - lowest
    if way <= 0.0 or len(set(losses)) == 1:
        return "does not move"
    steps = arrival(losses, lowest, tolerance, known)
    turning = _turns_often(curve, steps)
    if steps is not None:
        return f"{'oscillates, ' * turning}converges in {steps} step{'s' * (steps != 1)}"
    if losses[-1] - lowest <= tolerance * way:
        return "still falling"
    gone = int(100 * (losses[0] - losses[-1]) / way)  # rounded down: what did not arrive went no 100%
    return f"{'oscillates' if turning else 'slow'}: {gone}% of the way"


def arrival(losses: Sequence[float], lowest: float, tolerance: float, known: bool) -> int | None:
    """The step of `converged`; where the minimum is not `known` the losses must come to rest too."""
    allowed = tolerance * (losses[0] - lowest)
    near = [loss - lowest <= allowed for loss in losses]
    if not near[-1]:
        return None
    if not known and losses[-1 - max(1, len(losses) // 10) if len(losses) > 1 else 0] - losses[-1] > allowed:
        return None
    return max((i + 1 for i, close in enumerate(near) if not close), default=0)


def losses_of(name: Any, curve: Curve) -> list[float]:
    """The losses of a run.

    Args:
        name: what the run is called; the error names it.
        curve: what `descend` or `fit` returned, or losses step by step.

    Raises:
        ValueError: if there are none, or the first is not finite.
    """
    if isinstance(curve, Path):
        curve = curve.losses
    losses = list(curve["loss"] if isinstance(curve, History) else curve)
    if not losses or not isfinite(losses[0]):
        raise ValueError(f"the curve {name!r} must start with a finite loss, got {losses[:3] or 'no losses'}")
    return losses


def lowest_of(losses: Sequence[float]) -> float:
    """The lowest finite loss."""
    return min(loss for loss in losses if isfinite(loss))


def _turns_often(curve: Curve, steps: int | None) -> bool:
    """Whether enough of the steps turn back; those after the one before convergence are rounding or rest."""
    losses = losses_of("", curve)[:steps]
    turns = [after > before for before, after in pairwise(losses)]
    if isinstance(curve, Path):
        backward = [
            sum(a * b for a, b in zip(before, after, strict=True)) < 0.0
            for before, after in pairwise(curve.gradients[:steps])
        ]
        turns = [rise or turn for rise, turn in zip(turns, backward, strict=True)]
    return bool(turns) and sum(turns) >= OFTEN * len(turns)
