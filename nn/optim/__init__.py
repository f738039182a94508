"""Optimizers: how a gradient becomes a change of the parameters.

Names, settings and defaults are those of torch.optim. `weight_decay` adds weight_decay * w to the gradient of
a parameter w, except in AdamW.
"""

from __future__ import annotations

from collections.abc import Mapping

from nn.optim.adam import Adam, AdamW
from nn.optim.adaptive import Adagrad, RMSprop
from nn.optim.base import Optimizer, Params
from nn.optim.sgd import SGD
from nn.settings import by_name, checked

__all__ = ["OPTIMIZERS", "SGD", "Adagrad", "Adam", "AdamW", "Optimizer", "RMSprop"]

OPTIMIZERS: Mapping[str, type[Optimizer]] = {
    "sgd": SGD,
    "adagrad": Adagrad,
    "rmsprop": RMSprop,
    "adam": Adam,
    "adamw": AdamW,
}


def optimizer_by_name(owner: str, name: str, params: Params, learning_rate: float | None) -> Optimizer:
    """An optimizer of the table, for the function that was given its name.

    Args:
        owner: that function; the error for a learning rate names it.
        name: a name of `OPTIMIZERS`.
        params: what the optimizer moves.
        learning_rate: None leaves the optimizer's own.

    Raises:
        ValueError: if there is no optimizer of that name, or the learning rate is out of its range.

    >>> from autograd import Value
    >>> optimizer_by_name("fit", "adagrad", [Value(1.0)], None).param_groups[0]["lr"]
    0.01
    """
    make = by_name("optimizer", name, OPTIMIZERS)
    if learning_rate is None:
        return make(params)
    return make(params, lr=checked(owner, {"learning_rate": learning_rate})["learning_rate"])
