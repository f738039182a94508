"""Optimizers: how a gradient becomes a change of the parameters.

Names, settings and defaults are those of torch.optim. `weight_decay` adds weight_decay * w to the gradient of
a parameter w, except in AdamW.
"""

from __future__ import annotations

from collections.abc import Mapping

from nn.optim.adam import Adam, AdamW
from nn.optim.adaptive import Adagrad, RMSprop
from nn.optim.base import Optimizer
from nn.optim.sgd import SGD

__all__ = ["OPTIMIZERS", "SGD", "Adagrad", "Adam", "AdamW", "Optimizer", "RMSprop"]

OPTIMIZERS: Mapping[str, type[Optimizer]] = {
    "sgd": SGD,
    "adagrad": Adagrad,
    "rmsprop": RMSprop,
    "adam": Adam,
    "adamw": AdamW,
}
