"""Who looks at a training while it runs, and who changes it: Values then have to hold its numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from nn.callbacks import Callback, ClipGradients, EarlyStopping, Scheduled
from nn.clips import Clips
from nn.refusals import follows_a_formula


class Onlookers:
    """What the callbacks and metrics of a training do to it.

    Args:
        callbacks: those of the training.
        metrics: likewise.

    Attributes:
        hooks: the callbacks that do something with the gradients of a step.
        only_clip: whether that is clipping.
        look: whether a callback may look at parameters, gradients and the state of the optimizer after an
            epoch.
        change: whether a callback may change something between two epochs.
        measure_the_model: whether a metric may look at more than outputs and targets.
    """

    def __init__(self, callbacks: Sequence[Callback], metrics: Iterable[Any]) -> None:
        self.hooks = [callback for callback in callbacks if _has_hook(callback)]
        self.only_clip = all(type(callback) is ClipGradients for callback in self.hooks)
        self.look = not all(map(_looks_away, callbacks))
        self.change = not all(_looks_away(each) or type(each) is EarlyStopping for each in callbacks)
        self.measure_the_model = not all(map(_of_the_package, metrics))

    def clips(self) -> Clips | None:
        """What is done to the gradients of a step; None if it is something else, or cannot be part of it."""
        return Clips.of(self.hooks) if self.only_clip else None  # type: ignore[arg-type]


def _has_hook(callback: Callback) -> bool:
    return getattr(callback.on_gradients, "__func__", None) is not Callback.on_gradients


def _looks_away(callback: Callback) -> bool:
    """Whether a callback has no use for parameters, gradients and the state of the optimizer."""
    if type(callback) is Scheduled:
        return follows_a_formula(callback.schedule)
    return type(callback) is ClipGradients


def _of_the_package(metric: Any) -> bool:
    return str(getattr(metric, "__module__", "")).startswith("nn.metrics.")
