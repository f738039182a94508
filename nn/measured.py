"""What is measured in an epoch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from autograd import as_float, mean
from nn.metrics import Metric, is_overall


class Measured:
    """The loss and the metrics of batches, put together as if they were one.

    Attributes:
        names: those of the metrics; without any, nobody asks for outputs and targets.
    """

    def __init__(self, metrics: Mapping[str, Metric]) -> None:
        self.overall = {name: metric for name, metric in metrics.items() if is_overall(metric)}
        self.averaged = {name: metric for name, metric in metrics.items() if name not in self.overall}
        self.names = list(metrics)
        self.loss = self.weight = 0.0
        self.measured: dict[str, list[float]] = {name: [] for name in self.averaged}
        self.outputs: list[Any] = []
        self.targets: list[Any] = []

    def add(
        self, loss: float, weight: float, outputs: Sequence[Any] = (), targets: Sequence[Any] = ()
    ) -> None:
        """Take one more batch into account.

        Args:
            loss: the mean over its samples.
            weight: the sum of their weights.
            outputs: those of the model for them, as floats.
            targets: those of the samples.
        """
        self.loss += weight * loss
        self.weight += weight
        for name, metric in self.averaged.items():
            pairs = zip(outputs, targets, strict=True)
            self.measured[name] += [_number(name, metric(output, target)) for output, target in pairs]
        if self.overall:
            self.outputs += outputs
            self.targets += targets

    def numbers(self) -> dict[str, float]:
        """The loss, its batches weighed by their weights, and each metric by name."""
        numbers = {name: mean(measured) for name, measured in self.measured.items()}
        for name, metric in self.overall.items():
            numbers[name] = _number(name, metric(self.outputs, self.targets))
        return {"loss": self.loss / self.weight, **{name: numbers[name] for name in self.names}}


def _number(name: str, measured: Any) -> float:
    try:
        return as_float(measured)
    except TypeError as error:
        raise TypeError(f"the metric {name!r} returns a number: {error}") from error
