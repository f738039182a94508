"""What is measured beside the loss, by name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from nn.losses import l1, mse
from nn.metrics.classification import accuracy, f1, precision, recall, top_k
from nn.metrics.kinds import Metric, is_overall, overall
from nn.metrics.regression import r2, rmse
from nn.settings import by_name

__all__ = [
    "METRICS", "Metric", "accuracy", "f1", "is_overall", "larger_is_better", "named_metrics", "overall",
    "precision", "r2", "recall", "rmse", "top_k",
]  # fmt: skip

METRICS: dict[str, Metric] = {
    "accuracy": accuracy,
    "precision": precision,
    "recall": recall,
    "f1": f1,
    "mae": l1,
    "mse": mse,
    "rmse": rmse,
    "r2": r2,
}

_LARGER_IS_BETTER = {"accuracy", "precision", "recall", "f1", "r2"}
_RESERVED = ("loss", "lr")


def larger_is_better(name: str) -> bool:
    """Whether the numbers of this name in a history should grow, as far as the name is one of `METRICS`.

    >>> [name for name in ("loss", "val_loss", "val_f1", "top_5", "mae") if larger_is_better(name)]
    ['val_f1', 'top_5']
    """
    name = name.removeprefix("val_")
    return name in _LARGER_IS_BETTER or _k_of(name) is not None


def named_metrics(given: Any) -> dict[str, Metric]:
    """The metrics that `fit` is given, by the names that they have in the history.

    Args:
        given: a name of `METRICS` or 'top_' and a number, a function, several of these, or a dict of them;
            None for no metrics.

    Raises:
        ValueError: if a name is unknown, or the history has another number of that name.
        TypeError: if something is neither a name nor a function, or a function outside a dict has no name.

    >>> list(named_metrics(["f1", accuracy, top_k(2)]))
    ['f1', 'accuracy', 'top_2']
    """
    one = isinstance(given, str) or callable(given)
    several = [given] if one else () if given is None else given
    if not isinstance(several, Iterable):
        raise TypeError(f"metrics are names of nn.METRICS or functions, one or several, got {given!r:.80}")
    if not isinstance(several, Mapping):
        several = {_name_of(metric): metric for metric in several}
    for name in several:
        if not isinstance(name, str) or name in _RESERVED or name.startswith("val_"):
            raise ValueError(
                f"a metric cannot have the name {name!r:.60}: the history holds the numbers of training as "
                "'loss' and 'lr' and those of validation as 'val_...'"
            )
    return {name: _metric(metric) for name, metric in several.items()}


def _metric(given: Any) -> Metric:
    if isinstance(given, str):
        k = _k_of(given)
        return by_name("metric", given, METRICS) if k is None else top_k(k)
    if not callable(given) or isinstance(given, type):
        raise TypeError(f"a metric is a name of nn.METRICS or a function, got {given!r:.80}")
    metric: Metric = given
    return metric


def _name_of(metric: Any) -> Any:
    name = metric if isinstance(metric, str) else getattr(metric, "__name__", "<lambda>")
    if name == "<lambda>":
        raise TypeError(f"a metric without a name goes into a dict, {{'name': metric}}, got {metric!r:.80}")
    return name


def _k_of(name: str) -> int | None:
    """The number in a name such as 'top_5'."""
    _, top, k = name.rpartition("top_")
    return int(k) if top and k.isdecimal() and name == f"top_{k}" else None
