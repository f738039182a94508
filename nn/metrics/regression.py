"""Metrics of models that answer with numbers: how far the answers are from the targets."""

from __future__ import annotations

from collections.abc import Iterable
from math import fsum, nan, sqrt
from typing import Any

from autograd import as_float, mean
from nn.metrics.kinds import Output, overall, pairs_of


@overall
def rmse(outputs: Iterable[Output], targets: Iterable[Any]) -> float:
    """The square root of the mean over the samples of (output - target)**2.

    With several outputs it is the mean of their roots, as in scikit-learn.

    Args:
        outputs: n numbers, or n lists of m numbers, in the form that `nn.predict` gives them.
        targets: n targets, each with as many numbers as an output.

    Raises:
        ValueError: if there are no samples, or more or fewer targets than outputs.
        TypeError: if one of them is not a number.

    >>> rmse([1.0, 9.0], [0.0, 2.0])
    5.0
    """
    return mean([sqrt(_squares(pairs) / len(pairs)) for pairs in _by_output("rmse", outputs, targets)])


@overall
def r2(outputs: Iterable[Output], targets: Iterable[Any]) -> float:
    """The coefficient of determination: 1 - sum of (output - target)**2 / sum of (target - their mean)**2.

    1.0 is a perfect model, 0.0 one that always answers with the mean of the targets. As in scikit-learn,
    several outputs have the mean of theirs; where all targets are the same it is 1.0 if every output is right
    and else 0.0; of a single sample it is nan. Arguments and errors are as for `rmse`.

    >>> r2([1.0, 2.0, 4.0], [1.0, 2.0, 3.0])
    0.5
    """
    return mean([_determination(pairs) for pairs in _by_output("r2", outputs, targets)])


def _determination(pairs: list[tuple[float, float]]) -> float:
    if len(pairs) < 2:
        return nan
    middle = fsum(target for _, target in pairs) / len(pairs)
    errors, spread = _squares(pairs), _squares([(middle, target) for _, target in pairs])
    return 1.0 - errors / spread if spread else float(errors == 0.0)


def _squares(pairs: list[tuple[float, float]]) -> float:
    return fsum((output - target) * (output - target) for output, target in pairs)


def _by_output(name: str, outputs: Any, targets: Any) -> list[list[tuple[float, float]]]:
    """For each output of the model the pairs of all samples."""
    samples = [(_as_row(output), _as_row(target)) for output, target in pairs_of(name, outputs, targets)]
    widths = {len(numbers) for sample in samples for numbers in sample}
    if len(widths) > 1:
        raise ValueError(f"{name} needs as many targets as outputs, the same for each sample, got {widths}")
    return [[(output[i], target[i]) for output, target in samples] for i in range(next(iter(widths)))]


def _as_row(entry: Any) -> list[float]:
    return [as_float(number) for number in (entry if hasattr(entry, "__iter__") else [entry])]
