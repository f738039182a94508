"""What is measured beside the loss; for more, give the outputs of `nn.predict` to scikit-learn's metrics."""

from __future__ import annotations

from collections.abc import Callable, Sequence

Metric = Callable[[float | list[float], float], float]


def accuracy(output: float | Sequence[float], target: float, threshold: float = 0.0) -> float:
    """1.0 if the class is right, else 0.0.

    Args:
        output: one number, above the threshold for the positive class; or a number for each class, of which
            the largest wins.
        target: with one output the class as 1 or 0, or as 1 or -1; with several the index of the class.
        threshold: 0.0 for a score or a logit; a probability, as a sigmoid gives it, needs 0.5.

    >>> accuracy(-0.3, -1), accuracy([0.1, 2.0, -1.0], 1), accuracy(0.2, 0)
    (1.0, 1.0, 0.0)
    """
    if isinstance(output, Sequence):
        return float(max(range(len(output)), key=lambda i: output[i]) == target)
    return float((output > threshold) == (target > 0))


METRICS: dict[str, Metric] = {"accuracy": accuracy}
