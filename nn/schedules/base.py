"""What learning rate schedules share: the step, the check that nothing else moved the rates, resuming."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from nn.arguments import described, saved_state
from nn.optim import Optimizer
from nn.settings import checked


class Schedule:
    """A schedule whose rates depend on the epoch alone; a subclass defines `factor`, or `lr_at`.

    Each rate is computed from the epoch and from the initial rate, the one before any schedule, so no
    rounding piles up. The optimizer's groups keep it as 'initial_lr'; to change the course by hand, assign
    that.

    Args:
        optimizer: whose learning rates are set, those of epoch 0 at once.
        settings: the settings of the subclass, to be held to their rules and saved with the state.

    Attributes:
        optimizer: the same.
        last_epoch: how many times `step()` was called.
        settings: the same, as they were read.

    Raises:
        ValueError: if a setting is out of its range.
        TypeError: if the optimizer is not one.
    """

    needs_metric: ClassVar[Literal[False]] = False

    def __init__(self, optimizer: Optimizer, **settings: Any) -> None:
        self.optimizer = checked_optimizer(self, optimizer)
        self.settings = checked(type(self).__name__, settings)
        self.last_epoch = 0
        self._last_lr: list[float] = []
        self._set(self._rates(0))

    @property
    def base_lrs(self) -> list[float]:
        """The learning rate of each group before any schedule changed it."""
        groups = self.optimizer.param_groups
        for group in groups:
            group.setdefault("initial_lr", group["lr"])
        return [group["initial_lr"] for group in groups]

    def factor(self, epoch: int) -> float:
        """What the initial rates are multiplied by in an epoch, counted from 0."""
        raise NotImplementedError(f"{type(self).__name__} has no factor(); take StepLR or another schedule")

    def lr_at(self, epoch: int, group: int) -> float:
        """The learning rate of a group in an epoch, both counted from 0."""
        return self.base_lrs[group] * self.factor(epoch)

    def step(self) -> None:
        """Go on to the next epoch.

        Raises:
            ValueError: if something else has changed a learning rate since the last step, which this schedule
                would undo.
        """
        for index, (group, rate) in enumerate(zip(self.optimizer.param_groups, self._last_lr, strict=False)):
            if group["lr"] != rate:
                raise ValueError(
                    f"{type(self).__name__} had set the learning rate of group {index} to {rate}, but now it "
                    f"is {group['lr']}; join schedules by SequentialLR, load the states of optimizer and "
                    "schedule together, and change rates by hand through the group's 'initial_lr'"
                )
        rates = self._rates(self.last_epoch + 1)
        self.last_epoch += 1
        self._set(rates)

    def get_last_lr(self) -> list[float]:
        """The learning rate of each group as this schedule last set it."""
        return list(self._last_lr)

    def state_dict(self) -> dict[str, Any]:
        """What a resumed run needs, as plain numbers, lists and dicts."""
        return {
            "schedule": type(self).__name__,
            "settings": dict(self.settings),
            "base_lrs": self.base_lrs,
            "last_epoch": self.last_epoch,
        }

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Go on where the schedule of the state was, and set its learning rates.

        Args:
            state_dict: what `state_dict()` gave.

        Raises:
            ValueError: if the state is of another kind of schedule, of other settings or of another number of
                groups; then nothing has changed.
        """
        rates = saved_rates(self, state_dict, "base_lrs")
        for group, rate in zip(self.optimizer.param_groups, rates, strict=True):
            group["initial_lr"] = rate
        self.last_epoch = int(state_dict["last_epoch"])
        self._set(self._rates(self.last_epoch))

    def _rates(self, epoch: int) -> list[float]:
        return [self.lr_at(epoch, group) for group in range(len(self.base_lrs))]

    def _set(self, rates: list[float]) -> None:
        for group, rate in zip(self.optimizer.param_groups, rates, strict=True):
            group["lr"] = rate
        self._last_lr = rates


def checked_optimizer(schedule: object, optimizer: Any) -> Optimizer:
    """The optimizer, if it is one."""
    if not isinstance(optimizer, Optimizer):
        raise TypeError(
            f"{type(schedule).__name__} takes an optimizer, such as SGD(model.parameters()), "
            f"got {described(optimizer)}"
        )
    return optimizer


def saved_rates(schedule: Any, state: Mapping[str, Any], key: str) -> list[float]:
    """The learning rates under a key of a saved state, one for each group.

    Raises:
        ValueError: if the state is of another kind of schedule, of other settings or of another number of
            groups, or the rates are out of their range.
        TypeError: if it is no dict.
    """
    name = type(schedule).__name__
    saved_state(schedule, "schedule", state, tuple(schedule.state_dict()))
    if state["settings"] != schedule.settings:
        raise ValueError(
            f"this {name} has the settings {schedule.settings}, the state has {state['settings']}; make the "
            "schedule with the same settings before loading"
        )
    rates = list(checked(name, {key: state[key]})[key])
    check_groups(schedule, rates)
    return rates


def check_groups(schedule: Any, rates: list[float]) -> None:
    """Raise a ValueError where there is not one rate for each group."""
    groups = len(schedule.optimizer.param_groups)
    if len(rates) != groups:
        raise ValueError(
            f"{type(schedule).__name__} needs a rate for each of the optimizer's {groups} group(s), "
            f"got {len(rates)}"
        )
