"""Two kinds of metrics: averages over samples, and functions of all samples together.

A plain metric is a function (output, target) -> number for one sample, of which the average is taken. An
`overall` metric is a function (outputs, targets) -> number of all samples: the f1 of an epoch is not the
average of its batches' f1.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial, update_wrapper
from typing import Any

from nn.tables import entries_of

Metric = Callable[..., float]
Output = float | Sequence[float]


def overall(function: Callable[[Any, Any], float]) -> Metric:
    """A metric of all samples together, for `fit`.

    Args:
        function: (outputs, targets) -> number, given the lists of all outputs and all targets of an epoch, or
            of the validation.

    Returns:
        The same function, marked as such.

    >>> from nn import MLP, fit
    >>> worst = overall(lambda outputs, targets: max(abs(o - t) for o, t in zip(outputs, targets)))
    >>> model = MLP(1, [1], init=lambda rng, nin, nout: 1.0)
    >>> fit(model, [[1.0], [2.0]], [1.0, 5.0], epochs=1, metrics={"worst": worst}, progress=False)["worst"]
    [3.0]
    """

    def metric(*args: Any, **settings: Any) -> float:
        return function(*args, **settings)

    update_wrapper(metric, function)
    vars(metric)["overall"] = True
    return metric


def is_overall(metric: Any) -> bool:
    """Whether a metric is one of all samples; a `functools.partial` is what its function is."""
    while isinstance(metric, partial):
        metric = metric.func
    return getattr(metric, "overall", False) is True


def pairs_of(name: str, outputs: Any, targets: Any) -> list[tuple[Any, Any]]:
    """Each output with its target; ValueError naming the metric if their numbers differ or there are none."""
    outputs, targets = entries_of(outputs, "outputs"), entries_of(targets, "targets")
    if len(outputs) != len(targets) or not outputs:
        raise ValueError(
            f"{name} needs one target for each output, got {len(outputs)} outputs and {len(targets)} targets"
        )
    return list(zip(outputs, targets, strict=True))
