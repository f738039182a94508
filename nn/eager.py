"""Training steps by a graph: forward, backward and update of Values."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite, isnan
from typing import Any

from autograd import Value, detect_anomaly, dot, mean, no_grad
from nn.callbacks import Callback, Training
from nn.measured import Measured
from nn.module import Module, in_mode
from nn.optim.arithmetic import grads_of
from nn.outputs import kind_of, numbers_in, outputs_for
from nn.penalties import l2_penalty
from nn.samples import Sample


class Eager:
    """Takes the steps of a training run; see `Trainer`.

    Args:
        training: its state, with the model and the optimizer.
        loss: a function (output, target) -> Value.
        l2: the strength of L2 regularisation.
        callbacks: those of the run.
    """

    def __init__(self, training: Training, loss: Any, l2: float, callbacks: Sequence[Callback]) -> None:
        self.training = training
        self.model: Any = training.model
        self.optimizer = training.optimizer
        self.parameters: list[Value] = []
        self.begin_epoch()
        self.loss = loss
        self.l2 = l2
        self.callbacks = callbacks

    def begin_epoch(self) -> None:
        """Look for the parameters anew, for a callback may build on; one that is still moved stays one."""
        moved = {id(p) for group in self.optimizer.param_groups for p in group["params"]}
        still = [p for p in self.parameters if id(p) in moved]
        self.parameters = list(dict.fromkeys([*self.model.parameters(), *still]))
        self.buffers = self.model.buffers() if isinstance(self.model, Module) else []

    def end_epoch(self) -> None:
        """Values are where everybody looks: there is nothing to show."""

    show = end_epoch

    def several(self, epochs: int, note: object) -> None:
        """Every epoch is trained by itself."""

    def train(self, samples: list[Sample], size: int, measured: Measured) -> None:
        """Take one step for every batch of `size` samples."""
        for i in range(0, len(samples), size):
            self.step(samples[i : i + size], measured)

    def validate(self, samples: list[Sample], measured: Measured) -> None:
        """The loss and the outputs in evaluation mode."""
        with no_grad(), in_mode(self.model, False):
            self.measure(samples, *self.forward(samples), measured)

    def step(self, batch: list[Sample], measured: Measured) -> None:
        """Forward, backward, update on one batch; measured are the loss and the metrics before the update."""
        averages = [list(buffer) for buffer in self.buffers]
        try:
            outputs, total = self.forward(batch)
            self.model.zero_grad()
            self.optimizer.zero_grad()
            total.backward()
            if not self.finite(total):
                self.explain_nan(batch, averages, total)
            # a metric may refuse a nan, and could not name its node
            self.measure(batch, outputs, total, measured)
            for callback in self.callbacks:
                callback.on_gradients(self.training)
        except BaseException:  # Ctrl-C too
            self.restore(averages)
            raise
        self.optimizer.step()

    def measure(self, batch: list[Sample], outputs: list[Any], total: Value, measured: Measured) -> None:
        """Take the loss and the outputs of a batch into account."""
        weight = sum(sample.weight for sample in batch)
        answers = [numbers_in(output) for output in outputs] if measured.names else []
        measured.add(total.data, weight, answers, [sample.target for sample in batch])

    def forward(self, batch: list[Sample]) -> tuple[list[Any], Value]:
        """The outputs for a batch, and its loss: the weighted mean of the samples', and the penalty."""
        rows = [sample.row for sample in batch]
        outputs = outputs_for(self.model, [sample.x for sample in batch], rows)
        losses = []
        try:
            for output, sample in zip(outputs, batch, strict=True):
                losses.append(self.loss(output, sample.target))
        except (TypeError, ValueError) as error:
            raise kind_of(error)(f"the loss of sample {rows[len(losses)]}: {error}") from error
        if not isinstance(losses[0], Value):
            raise TypeError(f"a loss returns a Value computed from the output, got {losses[0]!r:.60}")
        weights = [sample.weight for sample in batch]
        plain = weights.count(1.0) == len(weights)
        total = mean(losses) if plain else dot(weights, losses) / sum(weights)
        if self.l2:
            total = total + l2_penalty(self.parameters, self.l2)
        return outputs, total

    def finite(self, total: Value) -> bool:
        return isfinite(total.data) and all(map(isfinite, grads_of(self.parameters)))

    def explain_nan(self, batch: list[Sample], averages: list[list[float]], total: Value) -> None:
        """Compute the batch again under `detect_anomaly`, and raise the error that names the node."""
        has_nan = isnan(total.data) or any(isnan(p.grad) for p in self.parameters)
        self.restore(averages)
        where = f"training stopped in epoch {self.training.epoch}, before the step"
        for sample in batch:
            if not _all_finite(sample.x) or not _all_finite(sample.target):
                where += f"; sample {sample.row} or its target has a nan or inf"
                break
        try:
            with detect_anomaly(inf=not has_nan):  # an infinite mask may be as it should
                _, total = self.forward(batch)
                total.backward()
            cause = f"the loss is {total.data}, with a nan or inf among the parameters"
            if self.finite(total):
                cause = "a nan or inf, but not when computed again: the model draws random numbers"
        except FloatingPointError as error:
            cause = str(error)
        raise FloatingPointError(f"{where}: {cause}")

    def restore(self, averages: list[list[float]]) -> None:
        """Undo what a step that is not taken has changed: gradients and running averages."""
        self.model.zero_grad()
        for buffer, numbers in zip(self.buffers, averages, strict=True):
            buffer[:] = numbers


def _all_finite(entry: Any) -> bool:
    if isinstance(entry, (list, tuple)):
        return all(map(_all_finite, entry))
    return not isinstance(entry, (int, float)) or isfinite(entry)
