"""The learning rate schedule that watches a metric and lowers the rate when the metric no longer improves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import inf, isinf
from typing import Any, ClassVar, Literal

from autograd import Value, as_float
from nn.optim import Optimizer
from nn.schedules.base import check_groups, checked_optimizer, saved_rates
from nn.settings import checked


class ReduceLROnPlateau:
    """Multiply the learning rates by a factor whenever a metric has not improved for a while.

    Args:
        optimizer: whose learning rates are lowered.
        mode: 'min' if a lower metric is better, such as a loss; 'max' if a higher one is.
        factor: what the rates are multiplied by, below 1.
        patience: how many epochs may pass without improvement.
        threshold: by how much a metric must be better than the best one so far to count as an improvement.
        threshold_mode: what the threshold is: 'rel' for a share of the best metric's size, 'abs' for a
            difference.
        cooldown: how many epochs after a reduction are not judged.
        min_lr: no rate falls below this; a number, or a list with one for each group.
        eps: a reduction by no more than this is left out.

    Raises:
        ValueError: if a setting is out of its range, or `min_lr` does not have a rate for each group.
        TypeError: if the optimizer is not one.

    >>> from nn.optim import SGD
    >>> optimizer = SGD([Value(0.0)], lr=0.5)
    >>> schedule = ReduceLROnPlateau(optimizer, patience=1)
    >>> for loss in [4.0, 3.0, 3.0, 3.0]:
    ...     schedule.step(loss)
    >>> schedule.get_last_lr()
    [0.05]
    """

    needs_metric: ClassVar[Literal[True]] = True

    def __init__(
        self,
        optimizer: Optimizer,
        mode: Literal["min", "max"] = "min",
        factor: float = 0.1,
        patience: int = 10,
        threshold: float = 1e-4,
        threshold_mode: Literal["rel", "abs"] = "rel",
        cooldown: int = 0,
        min_lr: float | Sequence[float] = 0.0,
        eps: float = 1e-8,
    ) -> None:
        name = type(self).__name__
        self.optimizer = checked_optimizer(self, optimizer)
        self.settings = checked(
            name,
            {
                "mode": mode,
                "factor": factor,
                "patience": patience,
                "threshold": threshold,
                "threshold_mode": threshold_mode,
                "cooldown": cooldown,
                "eps": eps,
            },
        )
        single = not isinstance(min_lr, (list, tuple))
        self.min_lrs: list[float] = [
            checked(name, {"min_lr": rate})["min_lr"]
            for rate in ([min_lr] * len(optimizer.param_groups) if single else min_lr)  # type: ignore[union-attr]
        ]
        check_groups(self, self.min_lrs)
        self.best = inf if mode == "min" else -inf
        self.num_bad_epochs = 0
        self.cooldown_counter = 0
        self.last_epoch = 0

    def step(self, metric: float | Value) -> None:
        """Judge the epoch by its metric, and lower the rates if the patience is used up.

        Args:
            metric: a number, or a Value such as the loss itself; nan is no improvement.

        Raises:
            ValueError: if the optimizer has been given further groups of parameters.
            TypeError: if the metric is no number.
        """
        check_groups(self, self.min_lrs)
        number = metric.data if isinstance(metric, Value) else as_float(metric)
        self.last_epoch += 1
        if self._is_better(number):
            self.best = number
            self.num_bad_epochs = 0
        else:
            self.num_bad_epochs += 1
        if self.cooldown_counter > 0:
            self.cooldown_counter -= 1
            self.num_bad_epochs = 0
        if self.num_bad_epochs > self.settings["patience"]:
            self._reduce()
            self.cooldown_counter = self.settings["cooldown"]
            self.num_bad_epochs = 0

    def _is_better(self, metric: float) -> bool:
        margin: float = self.settings["threshold"]
        if self.settings["threshold_mode"] == "rel":
            margin *= 0.0 if isinf(self.best) else abs(self.best)
        if self.settings["mode"] == "min":
            return metric < self.best - margin
        return metric > self.best + margin

    def _reduce(self) -> None:
        for group, least in zip(self.optimizer.param_groups, self.min_lrs, strict=True):
            rate = max(group["lr"] * self.settings["factor"], least)
            if group["lr"] - rate > self.settings["eps"]:
                group["lr"] = rate

    def get_last_lr(self) -> list[float]:
        """The learning rate of each group."""
        return [group["lr"] for group in self.optimizer.param_groups]

    def state_dict(self) -> dict[str, Any]:
        """What a resumed run needs, as plain numbers, lists and dicts."""
        return {
            "schedule": type(self).__name__,
            "settings": dict(self.settings),
            "min_lrs": list(self.min_lrs),
            "best": self.best,
            "num_bad_epochs": self.num_bad_epochs,
            "cooldown_counter": self.cooldown_counter,
            "last_epoch": self.last_epoch,
            "last_lr": self.get_last_lr(),
        }

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Go on where the schedule of the state was, and set its learning rates.

        Args:
            state_dict: what `state_dict()` gave.

        Raises:
            ValueError: if the state is of another kind of schedule, of other settings or of another number of
                groups; then nothing has changed.
        """
        rates = saved_rates(self, state_dict, "last_lr")
        if state_dict["min_lrs"] != self.min_lrs:
            raise ValueError(f"min_lr is {self.min_lrs} here, but {state_dict['min_lrs']} in the state")
        for group, rate in zip(self.optimizer.param_groups, rates, strict=True):
            group["lr"] = rate
        self.best = float(state_dict["best"])
        self.num_bad_epochs = int(state_dict["num_bad_epochs"])
        self.cooldown_counter = int(state_dict["cooldown_counter"])
        self.last_epoch = int(state_dict["last_epoch"])
