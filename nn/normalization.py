"""Normalisation: numbers brought to mean 0 and variance 1, over a batch or within a sample."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from autograd import Value, mean, scope, sqrt
from nn.arguments import listed
from nn.contents import Buffer
from nn.module import Module
from nn.sample import as_inputs, unwrapped
from nn.settings import checked


class BatchNorm(Module):
    """Each feature minus its mean over the batch, divided by its standard deviation there.

    weight * (x - mean) / sqrt(variance + eps) + bias, for each feature by itself (Ioffe and Szegedy, "Batch
    normalization: accelerating deep network training by reducing internal covariate shift", 2015, algorithm
    1). Mean and variance are part of the graph, so a gradient reaches every sample of the batch through them.

    In evaluation mode (`eval()`) running averages take the place of the statistics of the batch, so that the
    other samples do not matter. As in torch's BatchNorm1d, the running variance is the unbiased one.

    Args:
        features: how many numbers a sample has.
        eps: added to the variance, so that a constant feature is not divided by zero.
        momentum: the share of the newest batch in the running averages.

    Attributes:
        weight, bias: a Value for each feature, 1 and 0 at first; the paper's gamma and beta.
        running_mean, running_var: a `Buffer` each, with a number for each feature, 0 and 1 at first.

    Raises:
        ValueError: if a setting is out of its range.

    >>> norm = BatchNorm(2)
    >>> [[round(y.data, 3) for y in outputs] for outputs in norm.batch([[1.0, 10.0], [3.0, 50.0]])]
    [[-1.0, -1.0], [1.0, 1.0]]
    >>> norm.running_mean, norm.running_var  # a tenth of the way from 0 and 1
    ([0.2, 3.0], [1.1, 80.9])
    >>> [round(y.data, 3) for y in norm.eval()([2.0, 30.0])]
    [1.716, 3.002]
    """

    def __init__(self, features: int, eps: float = 1e-5, momentum: float = 0.1) -> None:
        self.weight: list[Value] = []
        self.bias: list[Value] = []
        for i in range(1, checked("BatchNorm", {"features": features})["features"] + 1):
            with scope(f"batch norm/feature {i}"):
                self.weight.append(Value(1.0, label="weight"))
                self.bias.append(Value(0.0, label="bias"))
        self.running_mean = Buffer([0.0] * len(self.weight))
        self.running_var = Buffer([1.0] * len(self.weight))
        self.eps, self.momentum = checked("BatchNorm", {"eps": eps, "momentum": momentum}).values()

    def __call__(self, x: Iterable[Value | float]) -> Value | list[Value]:
        """The outputs for one sample, in evaluation mode: a list, or one Value if there is one feature.

        Raises:
            ValueError: in training mode; or if the sample has not as many numbers as there are features.
        """
        return self.batch([x])[0]

    def batch(self, samples: Iterable[Any]) -> list[Value | list[Value]]:
        """The outputs for the samples of a batch; in training mode the running averages are updated.

        Raises:
            ValueError: if a sample has not as many numbers as there are features, or in training mode if
                there are fewer than two samples.
        """
        given = listed(self.describe(), "samples", samples)
        rows = [as_inputs(sample, len(self.weight), self) for sample in given]
        if self.training and len(rows) < 2:
            raise ValueError(
                f"{self.describe()} in training mode needs a batch of two samples or more, got {len(rows)}: "
                "one is its own mean, and its output would not depend on it. Call batch(samples), in a "
                "module of your own from its batch(); choose a batch_size that leaves no single sample over; "
                "or call eval() to use the running averages"
            )
        columns = []
        for i, column in enumerate(zip(*rows, strict=True)):
            with scope(f"batch norm/feature {i + 1}"):
                columns.append(self._feature(i, list(column)))
        return [unwrapped(list(row)) for row in zip(*columns, strict=True)]

    def _feature(self, i: int, column: list[Value]) -> list[Value]:
        """One feature of all samples, normalised."""
        if self.training:
            average, variance, distances = moments(column)
            n, share = len(column), self.momentum
            unbiased = variance.data * n / (n - 1)
            self.running_mean[i] = (1 - share) * self.running_mean[i] + share * average.data
            self.running_var[i] = (1 - share) * self.running_var[i] + share * unbiased
        else:
            average = Value(self.running_mean[i], label="running_mean")
            variance = Value(self.running_var[i], label="running_var")
            distances = [x - average for x in column]
        deviation = sqrt(variance + self.eps)
        return [self.weight[i] * (distance / deviation) + self.bias[i] for distance in distances]

    def describe(self) -> str:
        return f"BatchNorm ({len(self.weight)})"

    def __repr__(self) -> str:
        return f"BatchNorm({len(self.weight)}, eps={self.eps}, momentum={self.momentum})"


class LayerNorm(Module):
    """Each number of a sample minus the mean of the sample, divided by the sample's standard deviation.

    weight * (x - mean) / sqrt(variance + eps) + bias, with a weight and a bias for each place in the sample
    (Ba, Kiros and Hinton, "Layer normalization", 2016). Each sample is normalised by itself, in training and
    in evaluation mode alike.

    Args:
        features: how many numbers a sample has.
        eps: added to the variance, so that a constant sample is not divided by zero.

    Attributes:
        weight, bias: a Value for each feature, 1 and 0 at first.

    Raises:
        ValueError: if a setting is out of its range.

    >>> [round(y.data, 3) for y in LayerNorm(3)([1.0, 2.0, 6.0])]
    [-0.926, -0.463, 1.389]
    """

    def __init__(self, features: int, eps: float = 1e-5) -> None:
        count, self.eps = checked("LayerNorm", {"features": features, "eps": eps}).values()
        with scope("layer norm"):
            self.weight = [Value(1.0, label=f"weight{i}") for i in range(1, count + 1)]
            self.bias = [Value(0.0, label=f"bias{i}") for i in range(1, count + 1)]

    def __call__(self, x: Iterable[Value | float]) -> Value | list[Value]:
        """The outputs for one sample: a list, or one Value if there is one feature.

        Raises:
            ValueError: if the sample has not as many numbers as there are features.
        """
        inputs = as_inputs(x, len(self.weight), self)
        with scope("layer norm"):
            _, variance, distances = moments(inputs)
            deviation = sqrt(variance + self.eps)
            places = zip(self.weight, distances, self.bias, strict=True)
            return unwrapped([w * (distance / deviation) + b for w, distance, b in places])

    def describe(self) -> str:
        return f"LayerNorm ({len(self.weight)})"

    def __repr__(self) -> str:
        return f"LayerNorm({len(self.weight)}, eps={self.eps})"


def moments(numbers: list[Value]) -> tuple[Value, Value, list[Value]]:
    """The mean, the mean of the squared distances from it (the biased variance), and the distances.

    >>> average, variance, distances = moments([Value(1.0), Value(5.0)])
    >>> average.data, variance.data, [distance.data for distance in distances]
    (3.0, 4.0, [-2.0, 2.0])
    """
    average = mean(numbers)
    distances = [x - average for x in numbers]
    variance = mean([distance * distance for distance in distances])
    average.label, variance.label = "mean", "variance"
    return average, variance, distances
