"""Metrics of classifiers: how many samples are given their class.

With one output a sample is positive if that is above a threshold: 0 for a score or a logit; a probability, as
a sigmoid gives it, needs 0.5. With an output for each class the largest wins, the first of equal ones.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from autograd import mean
from nn.metrics.kinds import Metric, Output, overall, pairs_of
from nn.settings import checked
from nn.tables import single


def accuracy(output: Output, target: Any, threshold: float = 0.0) -> float:
    """1.0 if the class is right, else 0.0.

    Args:
        output: one number, above the threshold for the positive class; or a number for each class, of which
            the largest wins.
        target: with one output the class as 1 or 0, or as 1 or -1; with several the index of the class.
        threshold: 0.0 for a score or a logit; a probability, as a sigmoid gives it, needs 0.5.

    Raises:
        ValueError: if the target is no such class.

    >>> accuracy(-0.3, -1), accuracy([0.1, 2.0, -1.0], 1), accuracy(0.2, 0)
    (1.0, 1.0, 0.0)
    """
    predicted, actual = _classes("accuracy", output, target, threshold)
    return float(predicted == actual)


def top_k(k: int) -> Metric:
    """The metric that is 1.0 if the right class is among the k with the largest outputs, else 0.0.

    Its name in `fit` is 'top_5' for k = 5, and so on. Of equal outputs the first counts as the largest.

    Args:
        k: one or more, and less than there are classes.

    Raises:
        ValueError: if k is below one; by the metric if k is not less than the number of classes, or a target
            is not the index of one.

    >>> top_k(2)([0.5, 0.1, 0.4], 2), top_k(2)([0.5, 0.1, 0.4], 1)
    (1.0, 0.0)
    """
    k = checked("top_k", {"k": k})["k"]

    def metric(output: Output, target: Any) -> float:
        scores = output if isinstance(output, Sequence) else [output]
        if len(scores) <= k:
            raise ValueError(f"top_{k} needs the outputs of more than {k} classes, got {len(scores)}")
        _, right = _classes(f"top_{k}", scores, target, 0.0)
        own = scores[right]
        # Those before it are counted as those that are not below, so that a nan is not among the largest.
        before = [not (score < own if i < right else score <= own) for i, score in enumerate(scores)]
        return float(before.count(True) < k)

    metric.__name__ = f"top_{k}"
    return metric


@overall
def precision(outputs: Iterable[Output], targets: Iterable[Any], threshold: float = 0.0) -> float:
    """Of the samples that the model takes for positive the share that is; 0.0 if it takes none for positive.

    With an output for each class it is the mean over the classes, the macro average of scikit-learn; a class
    that is neither predicted nor a target is left out.

    Args:
        outputs: n outputs as for `accuracy`, in the form that `nn.predict` gives them.
        targets: n targets.
        threshold: as for `accuracy`.

    Raises:
        ValueError: if there are no samples, more or fewer targets, or a target is no class.

    >>> precision([0.5, 0.25, -1.0], [1, 0, 0])
    0.5
    """
    right, predicted, _, classes = _counts("precision", outputs, targets, threshold)
    return mean([_share(right[c], predicted[c]) for c in classes])


@overall
def recall(outputs: Iterable[Output], targets: Iterable[Any], threshold: float = 0.0) -> float:
    """Of the positive samples the share that the model takes for positive; 0.0 if there are none.

    With an output for each class it is the mean over the classes. Arguments and errors are those of
    `precision`.

    >>> recall([0.5, 0.25, -1.0], [1, 0, 0])
    1.0
    """
    right, _, actual, classes = _counts("recall", outputs, targets, threshold)
    return mean([_share(right[c], actual[c]) for c in classes])


@overall
def f1(outputs: Iterable[Output], targets: Iterable[Any], threshold: float = 0.0) -> float:
    """The harmonic mean of precision and recall; 0.0 if no sample is positive or taken for it.

    With an output for each class it is the mean of the f1 of the classes. Arguments and errors are those of
    `precision`.

    >>> f1([0.5, 0.25, -1.0], [1, 1, 0])
    1.0
    """
    right, predicted, actual, classes = _counts("f1", outputs, targets, threshold)
    return mean([_share(2 * right[c], predicted[c] + actual[c]) for c in classes])


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def _counts(
    name: str, outputs: Iterable[Output], targets: Iterable[Any], threshold: float
) -> tuple[Counter[int], Counter[int], Counter[int], list[int]]:
    """How many samples of each class are right, are predicted, are there; and the classes to average over."""
    samples = pairs_of(name, outputs, targets)
    pairs = [_classes(name, output, target, threshold) for output, target in samples]
    right, predicted, actual = Counter(p for p, a in pairs if p == a), *map(Counter, zip(*pairs, strict=True))
    several = isinstance(single(samples[0][0]), Sequence)
    return right, predicted, actual, sorted(predicted | actual) if several else [1]


def _classes(name: str, output: Any, target: Any, threshold: float) -> tuple[int, int]:
    """The class that the output stands for, and the right one."""
    output, target = single(output), single(target)
    several = type(output) is list or isinstance(output, Sequence)  # a Sequence costs more to find out
    allowed = range(len(output)) if several else (-1, 0, 1)
    if target not in allowed:
        expected = f"the index of a class, from 0 to {len(output) - 1}" if several else "1 or 0, or 1 or -1"
        raise ValueError(f"the target of {name} is {expected}, got {target!r:.60}")
    if several:
        return output.index(max(output)), int(target)
    return int(output > threshold), int(target > 0)
