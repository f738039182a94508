"""Samples as arrays: what a compiled step reads."""

from __future__ import annotations

from typing import Any

import numpy as np

from nn.refusals import NotCompiled
from nn.samples import Sample
from nn.trials import places_to_try


class Rows:
    """The numbers of samples, a row for each.

    Args:
        samples: all of the same form.

    Attributes:
        samples: as given.
        arrays: of the samples (N, n) or (N,), of their targets likewise, and of their weights (N,) if they
            differ from 1.
        weighed: whether they do.

    Raises:
        NotCompiled: if something else than numbers is among them, or their lengths differ.
    """

    def __init__(self, samples: list[Sample]) -> None:
        self.samples = list(samples)
        xs, targets = [sample.x for sample in samples], [sample.target for sample in samples]
        self.arrays = [_array(xs, "samples"), _array(targets, "targets")]
        weights = [sample.weight for sample in samples]
        self.weighed = weights.count(1.0) < len(weights)
        if self.weighed:
            self.arrays.append(np.array(weights))
        self._kinds = type(xs[0]), type(targets[0])
        self._places = {sample.row: place for place, sample in enumerate(samples)}

    def weight(self, buffers: tuple[Any, ...], start: int, stop: int) -> float:
        """The sum of the weights of rows in buffers."""
        return sum(buffers[2][start:stop].tolist()) if self.weighed else float(stop - start)

    def places_to_try(self) -> list[int]:
        """Which rows a program is tried on."""
        columns = [array.reshape(len(array), -1) for array in self.arrays[:2]]
        return places_to_try(np.concatenate(columns, axis=1))

    def as_given(self, *row: Any) -> list[Any]:
        """A sample and its target in the form in which they were given, of a row of each array."""
        return [_as_given(kind, entry) for kind, entry in zip(self._kinds, row, strict=True)]

    def put(self, buffers: tuple[Any, ...], samples: list[Sample]) -> None:
        """Fill buffers, the first of these, with the rows in the order of samples."""
        places = np.array([self._places[sample.row] for sample in samples])
        for buffer, array in zip(buffers, self.arrays, strict=False):
            np.take(array, places, axis=0, out=buffer, mode="clip")


def _array(entries: list[Any], what: str) -> Any:
    kinds = {type(entry) for entry in entries}
    try:
        array = np.array(entries)
    except ValueError as error:
        raise NotCompiled(f"the {what} differ in length", error) from error
    if array.dtype.kind not in "biuf" or array.ndim > 2:
        raise NotCompiled(f"the {what} are no numbers or lists of numbers")
    if array.ndim == 2 and len(kinds) > 1:
        raise NotCompiled(f"the {what} are given in several ways: {sorted(kind.__name__ for kind in kinds)}")
    return array.astype(float)


def _as_given(kind: type, entry: Any) -> Any:
    """A list or a tuple where one was given, whose operators are not those of an array."""
    if kind in (list, tuple):
        return kind(entry.tolist())
    return entry
