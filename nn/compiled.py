"""Training steps by a program: the loss of one sample, compiled with its gradient, over rows of arrays."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import nullcontext
from itertools import takewhile
from math import isfinite
from typing import Any, Final

import numpy as np

from nn.clipping import sum_of_squares
from nn.eager import Eager
from nn.flat import Flat, all_moved
from nn.loss_programs import Programs
from nn.measured import Measured
from nn.metrics import Metric
from nn.onlookers import Onlookers
from nn.refusals import NotCompiled
from nn.rows import Rows
from nn.samples import Sample
from nn.steps import MOST, Steps

_PATIENCE: Final = 3  # how often steps in machine code are made anew, for settings that callbacks change


class Compiled:
    """Takes the steps of a training run on arrays; Values hold the same numbers when somebody may look.

    Args:
        eager: takes a step that is not finite, so that the error names the node where that began.
        samples: those to train on.
        held_out: those to validate on.
        metrics: by name; without any no outputs are kept.

    Raises:
        NotCompiled: if the loss of a sample cannot be compiled.
    """

    def __init__(
        self, eager: Eager, samples: list[Sample], held_out: list[Sample], metrics: Mapping[str, Metric]
    ) -> None:
        self.eager = eager
        self.samples = list(samples)
        self.rows = Rows(samples)
        self.held_out: Any = Rows(held_out) if held_out else None
        self.wants_outputs = bool(metrics)
        self.onlookers = Onlookers(eager.callbacks, metrics.values())
        self.shuffled: list[Sample] = []
        self.drawn = 0  # up to which row dropout has drawn in this epoch
        self.made_anew = 0
        self.compile()

    def compile(self) -> None:
        """Make the programs, and the arrays that they work on."""
        eager = self.eager
        eager.begin_epoch()
        places = all_moved(eager.optimizer, eager.parameters)
        if len(places) > len(eager.parameters):
            raise NotCompiled("the optimizer moves Values that are no parameters of the model")
        self.programs = Programs(
            eager.model, eager.loss, places, self.samples, self.rows, self.held_out, self.wants_outputs
        )
        self.flat = Flat(eager.optimizer, places, self.programs.training.parameters[: len(places)])
        self.flat.read()
        self.steps: Steps | None = None
        if self.shuffled:  # in the middle of an epoch
            self.rows.put(self.programs.training.inputs, self.shuffled)

    def begin_epoch(self) -> None:
        """Read what callbacks may have changed."""
        if self.onlookers.change:
            self.read()

    def end_epoch(self) -> None:
        """Show what callbacks may look at."""
        if self.onlookers.look:
            self.show()

    def show(self) -> None:
        """Put parameters, gradients and the state of the optimizer where everybody looks."""
        self.flat.show()

    def read(self) -> None:
        """Take them from there; where a program no longer holds, make it anew."""
        if self.flat.holds() and self.programs.hold():
            self.programs.read()
            self.flat.read()
        else:
            graded = self.flat.grads is not None
            self.compile()
            if graded:
                self.flat.graded(self.flat.slopes())

    def train(self, samples: list[Sample], size: int, measured: Measured) -> None:
        """Take one step for every batch of `size` rows."""
        count = len(samples)
        if size < count:
            self.shuffled = samples
            self.rows.put(self.programs.training.inputs, samples)
        ranges = [(start, min(start + size, count)) for start in range(0, count, size)]
        self.drawn = at = 0
        try:
            while at < len(ranges):
                at += self.quick_steps(ranges[at:], samples, measured)
                if at < len(ranges):
                    start, stop = ranges[at]
                    self.step(samples[start:stop], start, stop, measured)
                    at += 1
        except BaseException:  # Ctrl-C too
            self.show()
            self.eager.model.zero_grad()
            raise

    def draw(self, ranges: list[tuple[int, int]]) -> None:
        """Draw what dropout leaves out of rows, once."""
        masks, new = self.programs.masks, [rows for rows in ranges if rows[0] >= self.drawn]
        if masks and new:
            masks.draw(self.programs.training.inputs[-1], new)
        self.drawn = max(self.drawn, ranges[-1][1])

    def quick_steps(self, ranges: list[tuple[int, int]], samples: list[Sample], measured: Measured) -> int:
        """Take steps in machine code, until one is not possible there; how many they were."""
        taken = 0
        steps = self.ready_steps(max(stop - start for start, stop in ranges))
        # A batch smaller than a vector of lanes overwrites outputs of the one before, which a metric needs.
        least = self.programs.training.parts[0].shape[-1] if measured.names else 0
        possible = list(takewhile(lambda rows: rows[1] - rows[0] >= least, ranges))
        if steps and possible:
            self.draw(possible)
        while steps and taken < len(possible):
            todo = possible[taken : taken + MOST]
            weights = [self.rows.weight(self.programs.training.inputs, *each) for each in todo]
            losses = steps.run(todo, weights)
            if not losses:
                break
            outputs = self.programs.training.outputs[0][1]
            for loss, weight, (start, stop) in zip(losses, weights, todo, strict=False):
                self.measure(samples[start:stop], loss, weight, outputs, start, measured)
            taken += len(losses)
        return taken

    def several(self, epochs: int, note: Callable[[list[float]], None]) -> None:
        """Train epochs of one step each, as many as can be at once, and note their losses."""
        count = len(self.samples)
        steps = self.ready_steps(count)
        if steps is not None and self.programs.masks is None:
            weight, epochs = self.rows.weight(self.programs.training.inputs, 0, count), min(epochs, MOST)
            steps.run(np.broadcast_to((0, count), (epochs, 2)), [weight] * epochs, note)

    def ready_steps(self, size: int) -> Steps | None:
        """Steps in machine code of so many rows; None where something has to be done in between."""
        training, flat, clips = self.programs.training, self.flat, self.onlookers.clips()
        if clips is None or self.onlookers.measure_the_model:
            return None
        if not training.chainable or size > training.tile:
            return None
        if self.steps is not None and not self.steps.hold(clips):
            self.steps = None
            self.made_anew += 1
        if not (flat.on_arrays and flat.steady()) or self.made_anew > _PATIENCE:
            return None
        if self.steps is None and not training.improving:
            self.steps = Steps(training, flat, self.eager.l2, clips)
        return self.steps

    @np.errstate(all="ignore")
    def step(self, batch: list[Sample], start: int, stop: int, measured: Measured) -> None:
        """Forward, backward and update on the rows of a batch."""
        bound, flat, l2 = self.programs.training, self.flat, self.eager.l2
        self.draw([(start, stop)])
        bound(start, stop)
        (total, outputs), slopes = bound.outputs
        weight = self.rows.weight(bound.inputs, start, stop)
        loss, grads = total.item() / weight, slopes / weight
        if l2:
            loss += l2 * sum_of_squares(flat.weights)
            grads += (2.0 * l2) * flat.weights
        if not (isfinite(loss) and all_finite(grads)):
            self.by_values(batch, start, stop, measured)
            return
        flat.graded(grads)
        self.measure(batch, loss, weight, outputs, start, measured)
        self.call_back()
        self.flat.update()  # maybe another one: callbacks may have changed the model

    def by_values(self, batch: list[Sample], start: int, stop: int, measured: Measured) -> None:
        """A step on a graph: where it is not finite either, the error names the node."""
        masks = self.programs.masks
        self.show()
        with masks.again(self.programs.training.inputs[-1][start:stop]) if masks else nullcontext():
            self.eager.step(batch, measured)
        self.read()

    def call_back(self) -> None:
        """What callbacks do with the gradients of a step."""
        hooks = self.onlookers.hooks
        if self.onlookers.only_clip:
            for callback in hooks:
                callback.clip(self.flat.grads)  # type: ignore[attr-defined]
            return
        self.show()
        for callback in hooks:
            callback.on_gradients(self.eager.training)
        self.read()

    @np.errstate(all="ignore")
    def validate(self, samples: list[Sample], measured: Measured) -> None:
        """The loss and the outputs in evaluation mode."""
        bound, flat, l2 = self.programs.validation, self.flat, self.eager.l2
        self.programs.take_over(flat.weights)
        bound()
        total, outputs = bound.outputs
        weight = self.held_out.weight(bound.inputs, 0, len(samples))
        loss = total.item() / weight
        if l2:
            loss += l2 * sum_of_squares(flat.weights)
        self.measure(samples, loss, weight, outputs, 0, measured)

    def measure(
        self, batch: list[Sample], loss: float, weight: float, outputs: Any, start: int, measured: Measured
    ) -> None:
        """Take the loss and the outputs of a batch into account."""
        if not measured.names:
            measured.add(loss, weight)
            return
        if self.onlookers.measure_the_model:
            self.show()
        answers = outputs[start : start + len(batch)].tolist()
        measured.add(loss, weight, answers, [sample.target for sample in batch])


def all_finite(numbers: Any) -> bool:
    """Whether no number is nan or infinite."""
    return bool(np.isfinite(numbers).all())
