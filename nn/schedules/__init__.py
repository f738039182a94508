"""Learning rate schedules, with the names and the signatures of torch.optim.lr_scheduler.

A schedule sets the learning rates of epoch 0 when it is made, and those of the next epoch when `step()` is
called after an epoch. `fit` does that for the schedules among its callbacks; `needs_metric` says whether
`step` takes a metric, as only that of ReduceLROnPlateau does.
"""

from __future__ import annotations

from nn.schedules.base import Schedule
from nn.schedules.by_epoch import (
    CosineAnnealingLR,
    ExponentialLR,
    LambdaLR,
    LinearLR,
    MultiStepLR,
    SequentialLR,
    StepLR,
)
from nn.schedules.plateau import ReduceLROnPlateau

__all__ = [
    "CosineAnnealingLR", "ExponentialLR", "LambdaLR", "LinearLR", "MultiStepLR", "ReduceLROnPlateau",
    "Schedule", "SequentialLR", "StepLR",
]  # fmt: skip
