"""The settings of layers, training, optimizers and schedules: how each is read, and what it may be.

A choice that has a name, such as a loss, is looked up in its table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import pairwise
from math import inf, isfinite
from operator import index
from typing import Any, TypeVar

from autograd import Value

T = TypeVar("T")
Rule = tuple[Callable[[Any], Any], Callable[[Any], bool], str]


def _number(given: Any) -> float:
    return Value(given).data  # unlike float(), this does not read strings


def _pair(given: Any) -> tuple[float, float]:
    first, second = given
    return _number(first), _number(second)


def _milestones(given: Any) -> list[int]:
    return [index(epoch) for epoch in given]


def _same(given: Any) -> Any:
    return given


_FACTOR: Rule = (_number, lambda x: 0.0 <= x < inf, "a finite number, zero or more")
_FRACTION: Rule = (_number, lambda x: 0.0 <= x <= 1.0, "a number from 0 to 1")
_FINITE: Rule = (_number, isfinite, "a finite number")
_FLAG: Rule = (_same, lambda x: isinstance(x, bool), "True or False")
_COUNT: Rule = (index, lambda n: n >= 1, "a whole number, one or more")
_WAIT: Rule = (index, lambda n: n >= 0, "a whole number, zero or more")

RULES: Mapping[str, Rule] = {
    # layers, data and training
    "nin": _COUNT,
    "nout": _COUNT,
    "features": _COUNT,
    "p": _FRACTION,
    "BatchNorm.momentum": _FRACTION,  # a share, unlike that of an optimizer
    "samples": _COUNT,
    "centers": _COUNT,
    "arms": _COUNT,
    "noise": _FACTOR,
    "resolution": (index, lambda n: n >= 2, "a whole number, two or more"),
    "epochs": _COUNT,
    "batch_size": _COUNT,
    # optimizers
    "lr": _FACTOR,
    "initial_lr": _FACTOR,  # kept by schedules: the learning rate before any of them changed it
    "momentum": _FACTOR,
    "dampening": _FINITE,
    "weight_decay": _FACTOR,
    "nesterov": _FLAG,
    "alpha": _FRACTION,
    "centered": _FLAG,
    "betas": (_pair, lambda b: all(0.0 <= x < 1.0 for x in b), "two numbers, each from 0 to below 1"),
    "eps": _FACTOR,
    "lr_decay": _FACTOR,
    "initial_accumulator_value": _FACTOR,
    # schedules
    "step_size": _COUNT,
    "gamma": _FACTOR,
    "milestones": (
        _milestones,
        lambda epochs: all(a < b for a, b in pairwise([0, *epochs])),
        "a list of epochs from 1 on, in increasing order",
    ),
    "T_max": _COUNT,
    "eta_min": _FACTOR,
    "start_factor": (_number, lambda x: 0.0 < x <= 1.0, "a number above 0, at most 1"),
    "end_factor": _FRACTION,
    "total_iters": _COUNT,
    "mode": (_same, lambda x: x in ("min", "max"), "'min' or 'max'"),
    "factor": (_number, lambda x: 0.0 <= x < 1.0, "a number from 0 to below 1"),
    "patience": _WAIT,
    "threshold": _FACTOR,
    "threshold_mode": (_same, lambda x: x in ("rel", "abs"), "'rel' or 'abs'"),
    "cooldown": _WAIT,
    "min_lr": _FACTOR,
}


def checked(owner: str, settings: Mapping[str, Any]) -> dict[str, Any]:
    """The settings, each read and held to its rule.

    Args:
        owner: what is set, such as an optimizer, for the error.
        settings: what was given, by name; each name has a line in the table, some one for their owner.

    Raises:
        ValueError: naming the setting, what it may be and what it was.

    >>> checked("SGD", {"lr": 1, "nesterov": False})
    {'lr': 1.0, 'nesterov': False}
    >>> checked("SGD", {"lr": -0.5})
    Traceback (most recent call last):
        ...
    ValueError: lr of SGD is a finite number, zero or more, got -0.5
    """
    result = {}
    for name, given in settings.items():
        read, holds, expected = RULES.get(f"{owner}.{name}") or RULES[name]
        try:
            setting = read(given)
            fits = holds(setting)
        except (TypeError, ValueError):
            fits = False
        if not fits:
            raise ValueError(f"{name} of {owner} is {expected}, got {given!r:.60}")
        result[name] = setting
    return result


def by_name(kind: str, choice: str | T, table: Mapping[str, T]) -> T:
    """The entry of a table by its name; anything that is not a string stands for itself.

    Raises:
        ValueError: if the table has no such name.

    >>> by_name("loss", "l3", {"l1": 1, "l2": 2})
    Traceback (most recent call last):
        ...
    ValueError: unknown loss 'l3'; there are l1, l2
    """
    if not isinstance(choice, str):
        return choice
    if choice not in table:
        raise ValueError(f"unknown {kind} {choice!r}; there are {', '.join(table)}")
    return table[choice]
