"""The schedules whose rates depend on the epoch alone.

In the formulas t is the epoch, counted from 0. Each group of parameters has its own initial rate.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from math import cos, pi

from nn.arguments import described, listed
from nn.optim import Optimizer
from nn.schedules.base import Schedule, checked_optimizer
from nn.settings import checked


class StepLR(Schedule):
    """The initial rate times gamma**(t // step_size).

    Args:
        optimizer: whose learning rates are set.
        step_size: how many epochs the rate stays the same.
        gamma: what it is multiplied by then.

    Raises:
        ValueError: if a setting is out of its range.
        TypeError: if the optimizer is not one.

    >>> from autograd import Value
    >>> from nn.optim import SGD
    >>> schedule = StepLR(SGD([Value(0.0)], lr=1.0), step_size=2, gamma=0.5)
    >>> [schedule.lr_at(epoch, group=0) for epoch in range(6)]
    [1.0, 1.0, 0.5, 0.5, 0.25, 0.25]
    """

    def __init__(self, optimizer: Optimizer, step_size: int, gamma: float = 0.1) -> None:
        super().__init__(optimizer, step_size=step_size, gamma=gamma)

    def factor(self, epoch: int) -> float:
        power: float = self.settings["gamma"] ** (epoch // self.settings["step_size"])
        return power


class MultiStepLR(Schedule):
    """The initial rate, multiplied by gamma at every milestone that t has reached.

    Args:
        optimizer: whose learning rates are set.
        milestones: epochs from 1 on, in increasing order.
        gamma: what the rate is multiplied by at each.

    Raises:
        ValueError: if a setting is out of its range.
        TypeError: if the optimizer is not one.

    >>> from autograd import Value
    >>> from nn.optim import SGD
    >>> schedule = MultiStepLR(SGD([Value(0.0)], lr=1.0), milestones=[1, 4], gamma=0.5)
    >>> [schedule.lr_at(epoch, group=0) for epoch in range(6)]
    [1.0, 0.5, 0.5, 0.5, 0.25, 0.25]
    """

    def __init__(self, optimizer: Optimizer, milestones: Sequence[int], gamma: float = 0.1) -> None:
        super().__init__(optimizer, milestones=milestones, gamma=gamma)

    def factor(self, epoch: int) -> float:
        power: float = self.settings["gamma"] ** bisect_right(self.settings["milestones"], epoch)
        return power


class ExponentialLR(Schedule):
    """The initial rate times gamma**t.

    Args:
        optimizer: whose learning rates are set.
        gamma: what the rate is multiplied by in every epoch.

    Raises:
        ValueError: if a setting is out of its range.
        TypeError: if the optimizer is not one.

    >>> from autograd import Value
    >>> from nn.optim import SGD
    >>> schedule = ExponentialLR(SGD([Value(0.0)], lr=1.0), gamma=0.5)
    >>> [schedule.lr_at(epoch, group=0) for epoch in range(4)]
    [1.0, 0.5, 0.25, 0.125]
    """

    def __init__(self, optimizer: Optimizer, gamma: float) -> None:
        super().__init__(optimizer, gamma=gamma)

    def factor(self, epoch: int) -> float:
        power: float = self.settings["gamma"] ** epoch
        return power


class CosineAnnealingLR(Schedule):
    """Half a cosine wave down to eta_min in T_max epochs, then up again.

    eta_min + (initial - eta_min) * (1 + cos(pi * t / T_max)) / 2 (Loshchilov and Hutter, "SGDR: stochastic
    gradient descent with warm restarts", 2017, equation 5).

    Args:
        optimizer: whose learning rates are set.
        T_max: the epoch of the lowest rate.
        eta_min: the lowest rate.

    Raises:
        ValueError: if a setting is out of its range.
        TypeError: if the optimizer is not one.

    >>> from autograd import Value
    >>> from nn.optim import SGD
    >>> schedule = CosineAnnealingLR(SGD([Value(0.0)], lr=1.0), T_max=4)
    >>> [round(schedule.lr_at(epoch, group=0), 6) for epoch in range(5)]
    [1.0, 0.853553, 0.5, 0.146447, 0.0]
    """

    def __init__(self, optimizer: Optimizer, T_max: int, eta_min: float = 0.0) -> None:
        super().__init__(optimizer, T_max=T_max, eta_min=eta_min)

    def lr_at(self, epoch: int, group: int) -> float:
        least: float = self.settings["eta_min"]
        wave = (1.0 + cos(pi * epoch / self.settings["T_max"])) / 2.0
        return least + (self.base_lrs[group] - least) * wave


class LinearLR(Schedule):
    """The initial rate times a factor that goes evenly from start_factor to end_factor: a warm-up.

    start_factor + (end_factor - start_factor) * min(t, total_iters) / total_iters

    Args:
        optimizer: whose learning rates are set.
        start_factor: the factor at epoch 0, above 0 and at most 1.
        end_factor: the factor from epoch total_iters on, from 0 to 1.
        total_iters: how many epochs it takes.

    Raises:
        ValueError: if a setting is out of its range.
        TypeError: if the optimizer is not one.

    >>> from autograd import Value
    >>> from nn.optim import SGD
    >>> schedule = LinearLR(SGD([Value(0.0)], lr=1.0), start_factor=0.25, total_iters=3)
    >>> [schedule.lr_at(epoch, group=0) for epoch in range(5)]
    [0.25, 0.5, 0.75, 1.0, 1.0]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        start_factor: float = 1.0 / 3,
        end_factor: float = 1.0,
        total_iters: int = 5,
    ) -> None:
        super().__init__(optimizer, start_factor=start_factor, end_factor=end_factor, total_iters=total_iters)

    def factor(self, epoch: int) -> float:
        start, end, total = (self.settings[name] for name in ("start_factor", "end_factor", "total_iters"))
        line: float = start + (end - start) * min(epoch, total) / total
        return line


class LambdaLR(Schedule):
    """The initial rate times a function of t.

    Args:
        optimizer: whose learning rates are set.
        lr_lambda: a function of the epoch, or a list of functions, one for each group. They are not saved.

    Raises:
        ValueError: if there is not one function for each group, or one returns no number, zero or more.
        TypeError: if the optimizer is not one, or something else is in the place of a function.

    >>> from autograd import Value
    >>> from nn.optim import SGD
    >>> schedule = LambdaLR(SGD([Value(0.0)], lr=1.0), lambda epoch: 1 / (1 + epoch))
    >>> [schedule.lr_at(epoch, group=0) for epoch in range(4)]
    [1.0, 0.5, 0.3333333333333333, 0.25]
    """

    def __init__(
        self, optimizer: Optimizer, lr_lambda: Callable[[int], float] | Sequence[Callable[[int], float]]
    ) -> None:
        several = "functions, or a function"
        functions = [lr_lambda] if callable(lr_lambda) else listed("LambdaLR", several, lr_lambda)
        for function in functions:
            if not callable(function) or isinstance(function, type):
                raise TypeError(
                    f"lr_lambda of LambdaLR is a function of the epoch, got {described(function)}"
                )
        self.lr_lambda = lr_lambda if callable(lr_lambda) else functions
        super().__init__(optimizer)

    def lr_at(self, epoch: int, group: int) -> float:
        functions = [self.lr_lambda] * len(self.base_lrs) if callable(self.lr_lambda) else self.lr_lambda
        if len(functions) != len(self.base_lrs):
            raise ValueError(
                f"LambdaLR needs a function for each of the optimizer's {len(self.base_lrs)} group(s), "
                f"got {len(functions)}"
            )
        owner = f"LambdaLR in epoch {epoch}"
        factor: float = checked(owner, {"lr_lambda": functions[group](epoch)})["lr_lambda"]
        return factor * self.base_lrs[group]


class SequentialLR(Schedule):
    """One schedule after another, each counting its epochs from 0; a warm-up and then a cosine, for example.

    Args:
        optimizer: whose learning rates are set.
        schedulers: the schedules, made with the same optimizer; their own `step()` must no longer be called.
        milestones: the epochs at which the second, the third and so on begin, in increasing order.

    Raises:
        ValueError: if there is not exactly one milestone fewer than schedules, they are not in order, or a
            schedule has another optimizer.
        TypeError: if a schedule is none, or ReduceLROnPlateau, whose rates depend on a metric.

    >>> from autograd import Value
    >>> from nn.optim import SGD
    >>> optimizer = SGD([Value(0.0)], lr=1.0)
    >>> warm_up = LinearLR(optimizer, start_factor=0.5, total_iters=2)
    >>> schedule = SequentialLR(optimizer, [warm_up, ExponentialLR(optimizer, gamma=0.5)], milestones=[2])
    >>> [schedule.lr_at(epoch, group=0) for epoch in range(5)]
    [0.5, 0.75, 1.0, 0.5, 0.25]
    """

    def __init__(
        self, optimizer: Optimizer, schedulers: Sequence[Schedule], milestones: Sequence[int]
    ) -> None:
        optimizer = checked_optimizer(self, optimizer)
        self.schedulers: list[Schedule] = listed("SequentialLR", "schedules", schedulers, Schedule)
        if not self.schedulers:
            raise ValueError("SequentialLR needs at least one schedule, got an empty list")
        for index, schedule in enumerate(self.schedulers):
            if not isinstance(schedule, Schedule):
                raise TypeError(
                    f"SequentialLR joins schedules that depend on the epoch alone, but number {index} is "
                    f"{described(schedule)}"
                )
            if schedule.optimizer is not optimizer:
                raise ValueError(f"schedule {index} of SequentialLR was made with another optimizer")
        milestones = checked("SequentialLR", {"milestones": milestones})["milestones"]
        if len(milestones) != len(self.schedulers) - 1:
            raise ValueError(
                f"SequentialLR needs a milestone between each schedule and the next, got {len(milestones)} "
                f"milestone(s) and {len(self.schedulers)} schedule(s)"
            )
        super().__init__(optimizer, milestones=milestones)
        parts = [{"schedule": type(part).__name__, **part.settings} for part in self.schedulers]
        self.settings["schedulers"] = parts

    def lr_at(self, epoch: int, group: int) -> float:
        index = bisect_right(self.settings["milestones"], epoch)
        start = self.settings["milestones"][index - 1] if index else 0
        return self.schedulers[index].lr_at(epoch - start, group)
