"""Dropout in compiled steps: what it draws for the rows of an epoch is drawn ahead, as inputs of programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import cycle
from typing import Any

import numpy as np

from nn.containers import Residual, Sequential
from nn.dropout import Dropout, drops
from nn.module import Module, outputs_of
from nn.refusals import NotCompiled


class Masks:
    """The factors of all dropouts in a model, for one sample side by side.

    They are drawn in the order in which the model would draw them, so that the same seed leaves out the same
    numbers.

    Args:
        model: a module in training mode.
        sample: what it is given; nothing is drawn for it.

    Raises:
        NotCompiled: if that order is not known.

    >>> from nn import Dropout, Sequential
    >>> masks = Masks(Sequential(Dropout(0.5, seed=0), Dropout(0.75, seed=0)), [3.0, 4.0])
    >>> masks.kept.tolist()
    [2.0, 2.0, 4.0, 4.0]
    """

    def __init__(self, model: Module, sample: Any) -> None:
        self._calls: list[tuple[Dropout, int]] = []

        def noted(dropout: Dropout, count: int) -> list[float]:
            self._calls.append((dropout, count))
            return [dropout.scale] * count

        self._by_layer = in_layers(model)
        if not self._by_layer and type(model).batch is not Module.batch:
            raise NotCompiled(
                "some dropouts draw for all samples of a batch in turn, others for one after another"
            )
        with drops(noted):
            outputs_of(model, [sample])

    @property
    def kept(self) -> Any:
        """The factors of a sample of which nothing is left out."""
        return np.array([dropout.scale for dropout, count in self._calls for _ in range(count)])

    def draw(self, rows: Any, ranges: Sequence[tuple[int, int]]) -> None:
        """Draw the factors of the rows of batches, one batch after the other."""
        for start, stop in ranges:
            for (dropout, _), place in self._in_order(rows[start:stop]):
                place[:] = dropout.drawn(len(place))

    def again(self, rows: Any) -> Any:
        """A block in which a model that is given a batch leaves out what was drawn for it."""
        drawn = cycle([place.tolist() for _, place in self._in_order(rows)])
        return drops(lambda dropout, count: next(drawn))

    def as_inputs(self, row: Any) -> Any:
        """A block in which a model multiplies by these, for one sample."""
        rest = iter(row)
        return drops(lambda dropout, count: [next(rest) for _ in range(count)])

    def _in_order(self, rows: Any) -> Iterator[tuple[tuple[Dropout, int], Any]]:
        """Each call of a dropout in a batch, with the place of its factors."""
        ends = np.cumsum([count for _, count in self._calls]).tolist()
        calls = [(call, slice(end - call[1], end)) for call, end in zip(self._calls, ends, strict=True)]
        if self._by_layer:
            return ((call, row[part]) for call, part in calls for row in rows)
        return ((call, row[part]) for row in rows for call, part in calls)


def drops_in(model: Module) -> list[Dropout]:
    """The dropouts of a model that are in training mode."""
    return [part for part in model.modules() if isinstance(part, Dropout) and part.training]


def in_layers(module: Module) -> bool:
    """Whether all dropouts of a module draw for a whole batch, one dropout after the other."""
    if isinstance(module, Sequential):
        return all(map(in_layers, module))
    if isinstance(module, Residual):
        return in_layers(module.module)
    return type(module) is Dropout or not drops_in(module)
