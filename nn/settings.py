"""The settings of layers, training, optimizers and schedules: how each is read, and what it may be.

A choice that has a name, such as a loss, is looked up in its table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import pairwise
from math import inf, isfinite
from operator import index
from typing import Any, TypeVar

from autograd import as_float
from nn.arguments import described

T = TypeVar("T")
Rule = tuple[Callable[[Any], Any], Callable[[Any], bool], str]


def _floats(given: Any) -> tuple[float, ...]:
    return tuple(as_float(number) for number in given)


def _whole_numbers(given: Any) -> list[int]:
    return [index(number) for number in given]


def _same(given: Any) -> Any:
    return given


# `as_float` reads no strings, as float() would.
_FACTOR: Rule = (as_float, lambda x: 0.0 <= x < inf, "a finite number, zero or more")
_FRACTION: Rule = (as_float, lambda x: 0.0 <= x <= 1.0, "a number from 0 to 1")
_FINITE: Rule = (as_float, isfinite, "a finite number")
_LIMIT: Rule = (as_float, lambda x: x >= 0.0, "a number, zero or more")
_RATES: Rule = (
    _floats,
    lambda rates: all(0.0 <= rate < inf for rate in rates),
    "a list of finite numbers, zero or more",
)
_FLAG: Rule = (_same, lambda x: isinstance(x, bool), "True or False")
_COUNT: Rule = (index, lambda n: n >= 1, "a whole number, one or more")
_WAIT: Rule = (index, lambda n: n >= 0, "a whole number, zero or more")

RULES: Mapping[str, Rule] = {
    # layers, data and training
    "nin": _COUNT,
    "nout": _COUNT,
    "nouts": (
        _whole_numbers,
        lambda sizes: len(sizes) > 0 and all(size >= 1 for size in sizes),
        "a list with the size of every layer, each one or more, such as [16, 1]",
    ),
    "nonlin": _FLAG,
    "init": (as_float, lambda x: True, "a function (rng, nin, nout) that returns a number"),
    "features": _COUNT,
    "p": _FRACTION,
    "BatchNorm.momentum": _FRACTION,  # a share, unlike that of an optimizer
    "samples": _COUNT,
    "centers": _COUNT,
    "arms": _COUNT,
    "turns": _FINITE,
    "noise": _FACTOR,
    "spread": _FACTOR,
    "resolution": (index, lambda n: n >= 2, "a whole number, two or more"),
    "epochs": _COUNT,
    "batch_size": _COUNT,
    "engine": (_same, lambda x: x in ("auto", "eager", "jit"), "'auto', 'eager' or 'jit'"),
    "validation": (
        as_float,
        lambda x: 0.0 < x < 1.0,
        "(X, y), (X, y, sample_weight), or a fraction of the samples above 0 and below 1",
    ),
    "k": _COUNT,
    "steps": _WAIT,
    "learning_rate": _FACTOR,
    "l2": _FACTOR,
    "strength": _FACTOR,
    "monitor": (_same, lambda x: x is None or isinstance(x, str), "the name of a recorded number, or None"),
    "min_delta": _FACTOR,
    "restore_best": _FLAG,
    "max_norm": _LIMIT,
    "max_value": _LIMIT,
    "clip_value": _LIMIT,
    # optimizers
    "lr": _FACTOR,
    "initial_lr": _FACTOR,  # kept by schedules: the learning rate before any of them changed it
    "momentum": _FACTOR,
    "dampening": _FINITE,
    "weight_decay": _FACTOR,
    "nesterov": _FLAG,
    "alpha": _FRACTION,
    "centered": _FLAG,
    "betas": (
        _floats,
        lambda betas: len(betas) == 2 and all(0.0 <= beta < 1.0 for beta in betas),
        "two numbers, each from 0 to below 1",
    ),
    "eps": _FACTOR,
    "lr_decay": _FACTOR,
    "initial_accumulator_value": _FACTOR,
    # schedules
    "step_size": _COUNT,
    "gamma": _FACTOR,
    "milestones": (
        _whole_numbers,
        lambda epochs: all(a < b for a, b in pairwise([0, *epochs])),
        "a list of epochs from 1 on, in increasing order",
    ),
    "lr_lambda": _FACTOR,  # what it returns
    "T_max": _COUNT,
    "eta_min": _FACTOR,
    "start_factor": (as_float, lambda x: 0.0 < x <= 1.0, "a number above 0, at most 1"),
    "end_factor": _FRACTION,
    "total_iters": _COUNT,
    "mode": (_same, lambda x: x in ("min", "max"), "'min' or 'max'"),
    "factor": (as_float, lambda x: 0.0 <= x < 1.0, "a number from 0 to below 1"),
    "patience": _WAIT,
    "threshold": _FACTOR,
    "threshold_mode": (_same, lambda x: x in ("rel", "abs"), "'rel' or 'abs'"),
    "cooldown": _WAIT,
    "min_lr": _FACTOR,
    "base_lrs": _RATES,
    "last_lr": _RATES,
}


def checked(owner: str, settings: Mapping[str, Any]) -> dict[str, Any]:
    """The settings, each read and held to its rule.

    Args:
        owner: what has the settings, such as 'SGD'; the error names it.
        settings: what was given, by the names that the user knows. The rule for a name is `RULES[name]`, or
            `RULES["owner.name"]` where a name means something else for one owner.

    Returns:
        The settings in the same order, numbers as floats or ints.

    Raises:
        ValueError: if one breaks its rule; the message says which, what it may be and what it was.

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
    """The entry of a table by its name; a function is returned as it is.

    Args:
        kind: what the entries are, such as 'loss'; the error names it.
        choice: a name, or what an entry could be.
        table: the entries by name: functions, or classes.

    Raises:
        ValueError: if the table has no such name.
        TypeError: if it is neither a name nor a function.

    >>> by_name("loss", "l3", {"l1": abs, "l2": pow})
    Traceback (most recent call last):
        ...
    ValueError: unknown loss 'l3'; there are l1, l2
    """
    if isinstance(choice, str):
        if choice not in table:
            raise ValueError(f"unknown {kind} {choice!r}; there are {', '.join(table)}")
        return table[choice]
    of_classes = any(isinstance(entry, type) for entry in table.values())
    if not callable(choice) or (isinstance(choice, type) and not of_classes):
        raise TypeError(
            f"{kind} is a name, one of {', '.join(table)}, or a function, got {described(choice)}"
        )
    return choice
