"""What can be done during training without changing the training loop."""

from __future__ import annotations

import math
from collections.abc import Callable as Function
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

from nn.arguments import described
from nn.clipping import clip_grad_norm_, clip_grad_value_, clip_norm, clip_value
from nn.history import History
from nn.metrics import larger_is_better
from nn.module import Module
from nn.optim import Optimizer
from nn.settings import checked


@dataclass
class Training:
    """The state of a run, as callbacks see it.

    Attributes:
        model: what is trained.
        optimizer: what moves its parameters.
        epoch: the epoch that runs now or has just ended, counted from 1; 0 before the first.
        history: the numbers so far; a text assigned to `history.stopped` ends training after this epoch.
    """

    model: Module
    optimizer: Optimizer
    epoch: int = 0
    history: History = field(default_factory=History)


class Callback:
    """The base of callbacks; a subclass overrides the methods for the moments that matter to it."""

    def on_train_begin(self, training: Training) -> None:
        """Before the first epoch."""

    def on_epoch_begin(self, training: Training) -> None:
        """Before the first step of every epoch."""

    def on_gradients(self, training: Training) -> None:
        """In every step, when the gradients are computed and no parameter has changed yet."""

    def on_epoch_end(self, training: Training) -> None:
        """After every epoch, when its numbers are in the history."""

    def on_train_end(self, training: Training) -> None:
        """When training ends: after the last epoch, when it stopped early, or by an error or Ctrl-C."""


class EarlyStopping(Callback):
    """Stop when a recorded number has not improved for a while, and go back to the best parameters.

    Those are the parameters that the number was computed with: at the end of the epoch for a 'val_' number,
    at its beginning for the others.

    Args:
        monitor: the name in the history to watch; by default 'val_loss' if there is one, else 'loss'.
        patience: how many epochs may pass without improvement.
        min_delta: by how much a number must be better to count as an improvement.
        mode: 'min' if smaller is better, 'max' if larger is; by default 'max' for the
            metrics of `nn.METRICS` that should grow, such as 'accuracy' and 'val_f1'. A metric with a name
            of your own that should grow needs it.
        restore_best: set the parameters of the best epoch when training ends.

    Raises:
        ValueError: if a setting is out of its range.

    >>> from nn import MLP, fit
    >>> model = MLP(1, [1], seed=0)
    >>> history = fit(model, [[1.0]], [1.0], learning_rate=0.0, epochs=50, progress=False,
    ...               callbacks=[EarlyStopping(patience=3)])
    >>> history.epochs, history.stopped
    (4, 'loss has not improved since epoch 1, when it was 0.0968182')
    """

    def __init__(
        self,
        monitor: str | None = None,
        patience: int = 10,
        min_delta: float = 0.0,
        mode: Literal["min", "max"] | None = None,
        restore_best: bool = True,
    ) -> None:
        if mode is None:
            mode = "max" if isinstance(monitor, str) and larger_is_better(monitor) else "min"
        given = {"monitor": monitor, "patience": patience, "min_delta": min_delta, "mode": mode}
        settings = checked("EarlyStopping", {**given, "restore_best": restore_best})
        self.monitor = monitor
        self.patience: int = settings["patience"]
        self.min_delta: float = settings["min_delta"]
        self.sign = 1.0 if settings["mode"] == "min" else -1.0
        self.restore_best = restore_best
        self.best = math.inf
        self.best_epoch = 0
        self.best_state: dict[str, float] = {}
        self.state_before: dict[str, float] = {}

    def on_train_begin(self, training: Training) -> None:
        self.best, self.best_epoch = math.inf, 0
        self.best_state = self._state(training)

    def on_epoch_begin(self, training: Training) -> None:
        # A number of training is of the parameters before the epoch, one of validation of those after it.
        if not _name(self.monitor, training).startswith("val_"):
            self.state_before = self._state(training)

    def on_epoch_end(self, training: Training) -> None:
        name = _watched(self.monitor, training)
        loss = self.sign * training.history[name][-1]
        if loss < self.best - self.min_delta:
            self.best, self.best_epoch = loss, training.epoch
            validated = name.startswith("val_")
            self.best_state = self._state(training) if validated else self.state_before
        elif training.epoch - self.best_epoch >= self.patience:
            since = f"epoch {self.best_epoch}, when it was {self.sign * self.best:.6g}"
            training.history.stopped = f"{name} has not improved since {since}"

    def on_train_end(self, training: Training) -> None:
        if self.restore_best:
            training.model.load_state_dict(self.best_state)

    def _state(self, training: Training) -> dict[str, float]:
        """The parameters, copied only if there is a use for them."""
        return training.model.state_dict() if self.restore_best else {}


class ClipGradients(Callback):
    """Clip the gradients of every step, all together by their length or each by its size.

    Args:
        max_norm: the largest length of the vector of all gradients, as for `clip_grad_norm_`; zero or more.
        max_value: the largest size of each gradient, as for `clip_grad_value_`; zero or more.

    Raises:
        ValueError: if both are given or none, or one is negative or nan.

    >>> from nn import MLP, fit
    >>> model = MLP(1, [1], init=lambda rng, nin, nout: 1.0)
    >>> history = fit(model, [[1.0]], [1000.0], learning_rate=0.5, epochs=1, progress=False,
    ...               callbacks=[ClipGradients(max_value=0.5)])
    >>> [p.data for p in model.parameters()]  # 1 and 0 before a step of 0.5 * 0.5 each
    [1.25, 0.25]
    """

    def __init__(self, max_norm: float | None = None, max_value: float | None = None) -> None:
        given = {"max_norm": max_norm, "max_value": max_value}
        chosen = {name: limit for name, limit in given.items() if limit is not None}
        if len(chosen) != 1:
            raise ValueError(
                "ClipGradients takes either max_norm or max_value, got "
                + (" and ".join(f"{name}={limit!r:.60}" for name, limit in chosen.items()) or "neither")
            )
        limits = checked("ClipGradients", chosen)
        self.max_norm: float | None = limits.get("max_norm")
        self.max_value: float | None = limits.get("max_value")

    def on_gradients(self, training: Training) -> None:
        if self.max_norm is not None:
            clip_grad_norm_(training.model.parameters(), self.max_norm)
        elif self.max_value is not None:
            clip_grad_value_(training.model.parameters(), self.max_value)

    def clip(self, grads: Any) -> None:
        """Do the same to an array of all gradients, in place."""
        if self.max_norm is not None:
            clip_norm(grads, self.max_norm)
        elif self.max_value is not None:
            clip_value(grads, self.max_value)


class Scheduled(Callback):
    """Step a learning rate schedule after every epoch; `fit` makes one for each schedule it is given.

    Args:
        schedule: an object with `step()`, or with `step(metric)` if its `needs_metric` is true.
        monitor: the name in the history of that metric; by default 'val_loss' if there is one, else 'loss'.
    """

    def __init__(self, schedule: Any, monitor: str | None = None) -> None:
        self.schedule = schedule
        self.monitor = monitor

    def on_epoch_end(self, training: Training) -> None:
        if self.schedule.needs_metric:
            self.schedule.step(training.history[_watched(self.monitor, training)][-1])
        else:
            self.schedule.step()


class _Called(Callback):
    """A plain function of the training state, called after every epoch."""

    def __init__(self, function: Function[[Training], None]) -> None:
        self.function = function

    def on_epoch_end(self, training: Training) -> None:
        self.function(training)


def as_callbacks(given: Any) -> list[Callback]:
    """Callbacks, schedules and functions as a list of callbacks: one by itself, several, or None.

    Raises:
        TypeError: if one is none of these.
    """
    several = given if isinstance(given, Iterable) and not isinstance(given, str) else [given]
    return [] if given is None else [as_callback(callback) for callback in several]


def as_callback(given: Any) -> Callback:
    """A callback, a schedule or a function as a callback.

    Raises:
        TypeError: if it is none of these.
    """
    if isinstance(given, Callback):
        return given
    if not isinstance(given, type) and hasattr(given, "needs_metric"):
        return Scheduled(given)
    if callable(given) and not isinstance(given, (type, Module)):
        return _Called(given)
    advice = f"; make one, {given.__name__}(...)" if isinstance(given, type) else ""
    raise TypeError(
        f"a callback is a Callback, a schedule or a function of the training, got {described(given)}{advice}"
    )


def _name(monitor: str | None, training: Training) -> str:
    return monitor or ("val_loss" if "val_loss" in training.history.records else "loss")


def _watched(monitor: str | None, training: Training) -> str:
    """The record that is watched, which must be there."""
    records = training.history.records
    name = _name(monitor, training)
    if name not in records:
        advice = "; give fit validation data" if name.startswith("val_") else ""
        raise ValueError(f"{name!r} is watched, but fit records {', '.join(records)}{advice}")
    return name
