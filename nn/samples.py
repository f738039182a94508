"""Samples with their targets and weights: how they are paired, held out and weighed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import inf
from typing import Any, NamedTuple

from autograd import as_float
from nn.arguments import few
from nn.settings import checked
from nn.tables import check_columns, column_names, entries_of, rows_of, single


class Sample(NamedTuple):
    """What the model is given, what it should answer, and how much that counts."""

    x: Any
    target: Any
    weight: float
    row: int  # where it stands in the data, for errors


def paired(X: Iterable[Any], y: Iterable[Any]) -> list[tuple[Any, Any]]:
    """Each sample with its target; ValueError if their numbers differ or there are none."""
    rows, targets = rows_of(X, "X"), entries_of(y, "y")
    if len(rows) != len(targets):
        raise ValueError(f"every sample needs a target: got {len(rows)} samples and {len(targets)} targets")
    if not rows:
        raise ValueError("there are no samples: X is empty")
    return list(zip(rows, targets, strict=True))


def weighed(X: Any, y: Any, sample_weight: Any = None) -> list[Sample]:
    """Each sample with its target and its weight.

    Args:
        X: n samples.
        y: n targets.
        sample_weight: n finite numbers, zero or more and not all zero; None for a weight of 1 each.

    Raises:
        ValueError: if the numbers of samples, targets and weights differ, there are none, or a weight is out
            of its range.
        TypeError: if one of them is no sequence.

    >>> weighed([[5.0]], [1.0], [2])
    [Sample(x=[5.0], target=1.0, weight=2.0, row=0)]
    """
    pairs = paired(X, rows_of(y, "y"))
    weights = [1.0] * len(pairs) if sample_weight is None else _weights(sample_weight, len(pairs))
    return [Sample(x, t, w, i) for i, ((x, t), w) in enumerate(zip(pairs, weights, strict=True))]


def divided(X: Any, y: Any, sample_weight: Any, validation: Any) -> tuple[list[Sample], list[Sample]]:
    """The samples to train on and those to validate on, as `fit` is given them.

    Args:
        X: as for `weighed`.
        y: as for `weighed`.
        sample_weight: as for `weighed`.
        validation: None for no validation; (X, y) or (X, y, sample_weight); or the fraction of the samples
            that is held out, the last ones.

    Raises:
        ValueError: as for `weighed`; if the validation is something else, the fraction is not between 0 and 1
            or leaves no sample on one side, or the columns of the two frames differ.
        TypeError: as for `weighed`.

    >>> training, held_out = divided([[1.0], [2.0], [3.0]], [1, 2, 3], None, 0.3)
    >>> [sample.target for sample in held_out]
    [3]
    """
    samples = weighed(X, y, sample_weight)
    if validation is None:
        return samples, []
    if isinstance(validation, (tuple, list)):
        if len(validation) not in (2, 3):
            raise ValueError(
                f"validation is (X, y), (X, y, sample_weight) or a fraction, got {len(validation)} entries"
            )
        check_columns(column_names(X), validation[0], "X of validation")
        return samples, weighed(*validation)
    fraction = checked("fit", {"validation": validation})["validation"]
    count = round(fraction * len(samples))
    if not 0 < count < len(samples):
        raise ValueError(
            f"validation={fraction:g} leaves {len(samples) - count} samples to train on and {count} to "
            "validate on; both need one"
        )
    return samples[:-count], samples[-count:]


def by_class(
    class_weight: Any, samples: list[Sample], held_out: list[Sample]
) -> tuple[list[Sample], list[Sample]]:
    """The samples with their weights multiplied by those of their classes.

    Args:
        class_weight: a dict with the weight of each class, 1 for those it does not name; or 'balanced' for
            n / (k * count), with n samples in k classes and `count` in that of the sample, each counted with
            its weight, as in scikit-learn. None leaves the weights as they are.
        samples: those to train on, which 'balanced' counts.
        held_out: those to validate on.

    Raises:
        ValueError: if `class_weight` is something else, a weight is out of its range, a target is no class,
            or the dict names a class that no sample has, and not all that they have.

    >>> samples = weighed([[0.0], [1.0], [2.0]], [7, 8, 8])
    >>> [sample.weight for sample in by_class("balanced", samples, [])[0]]
    [1.5, 0.75, 0.75]
    """
    if class_weight is None:
        return samples, held_out
    labels = {_label(sample): None for sample in (*samples, *held_out)}
    if isinstance(class_weight, str) and class_weight == "balanced":
        factors = _balanced(samples)
        new = [repr(_label(sample)) for sample in held_out if _label(sample) not in factors]
        if new:
            raise ValueError(f"class_weight='balanced' has no weight for class {new[0]} of the validation")
    elif isinstance(class_weight, Mapping):
        weights = _checked_weights("class_weight", list(class_weight.values()))
        factors = dict(zip(class_weight, weights, strict=True))
        unknown = [repr(label) for label in class_weight if label not in labels]
        unnamed = [repr(label) for label in labels if label not in class_weight]
        if unknown and unnamed:
            raise ValueError(
                f"class_weight names the class {few(unknown)}, which no sample has, and not {few(unnamed)}"
            )
    else:
        raise ValueError(f"class_weight is a dict of weights or 'balanced', got {class_weight!r:.60}")
    training, validation = (
        [sample._replace(weight=sample.weight * factors.get(_label(sample), 1.0)) for sample in side]
        for side in (samples, held_out)
    )
    return training, validation


def that_count(samples: list[Sample], name: str) -> list[Sample]:
    """The samples without those of weight zero.

    Args:
        samples: some, or none at all.
        name: what the samples are for; the error says it.

    Raises:
        ValueError: if all weights are zero, or their sum is not a finite number.
    """
    counted = [sample for sample in samples if sample.weight > 0.0]
    if samples and not 0.0 < sum(sample.weight for sample in counted) < inf:
        raise ValueError(f"the weights of the samples for {name} need a finite sum above zero")
    return counted


def _weights(given: Any, count: int) -> list[float]:
    weights = [single(weight) for weight in rows_of(given, "sample_weight")]
    if len(weights) != count:
        raise ValueError(f"sample_weight needs a number for each of {count} samples, got {len(weights)}")
    return _checked_weights("sample_weight", weights)


def _checked_weights(name: str, given: list[Any]) -> list[float]:
    for weight in given:
        try:
            fits = 0.0 <= as_float(weight) < inf
        except TypeError:
            fits = False
        if not fits:
            raise ValueError(f"a weight in {name} is a finite number, zero or more, got {weight!r:.60}")
    return [as_float(weight) for weight in given]


def _balanced(samples: list[Sample]) -> dict[Any, float]:
    counts: dict[Any, float] = {}
    for sample in samples:
        if sample.weight > 0.0:
            counts[_label(sample)] = counts.get(_label(sample), 0.0) + sample.weight
    total = sum(counts.values())
    return {label: total / (len(counts) * count) for label, count in counts.items()}


def _label(sample: Sample) -> Any:
    label = single(sample.target)
    if isinstance(label, (list, tuple, dict)):
        raise ValueError(f"class_weight needs a class as the target of each sample, got {label!r:.60}")
    return label
