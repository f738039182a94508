"""One training run: epochs made of steps, what is measured on the way, and an end that is always reached."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from math import isfinite, isnan
from typing import Any

from autograd import Value, as_float, detect_anomaly, dot, mean, no_grad
from nn.callbacks import Callback, Training
from nn.init import Source
from nn.losses import l2_penalty
from nn.metrics import Metric, is_overall
from nn.module import Module, in_mode, outputs_of
from nn.optim import Optimizer
from nn.optim.arithmetic import grads_of
from nn.samples import Sample
from nn.tables import what_is_odd


class Trainer:
    """One run: its settings, which stay the same, and the state of the training, which changes."""

    def __init__(
        self,
        model: Module,
        loss: Any,
        optimizer: Optimizer,
        metrics: Mapping[str, Metric],
        l2: float,
        callbacks: Sequence[Callback],
    ) -> None:
        self.model: Any = model
        self.loss = loss
        self.optimizer = optimizer
        self.parameters = model.parameters()
        self.buffers = model.buffers() if isinstance(model, Module) else []
        self.metrics = metrics
        self.l2 = l2
        self.callbacks = callbacks
        self.training = Training(model, optimizer)

    @contextmanager
    def running(self) -> Iterator[None]:
        """A block that trains; whatever ends it, every callback that has begun is told."""
        history, begun = self.training.history, list[Callback]()
        try:
            for callback in self.callbacks:
                callback.on_train_begin(self.training)
                begun.append(callback)
            yield
        except BaseException as error:  # Ctrl-C is no Exception
            history.stopped = f"{type(error).__name__} in epoch {self.training.epoch}"
            raise
        finally:
            with ExitStack() as ends:  # goes on with the others if one raises, the last one first
                for callback in reversed(begun):
                    ends.callback(callback.on_train_end, self.training)

    def epoch(
        self, samples: list[Sample], size: int, rng: Source, held_out: list[Sample]
    ) -> dict[str, float]:
        """Take one step a batch, then record the epoch's numbers; samples of several batches are shuffled."""
        for callback in self.callbacks:
            callback.on_epoch_begin(self.training)
        if size < len(samples):
            rng.shuffle(samples)
        self.training.epoch += 1
        rate = self.optimizer.param_groups[0]["lr"]
        measured = Measured(self.metrics)
        for i in range(0, len(samples), size):
            self.step(samples[i : i + size], measured)
        record = measured.numbers()
        if held_out:
            with no_grad(), in_mode(self.model, False):
                measured = Measured(self.metrics)
                measured.add(held_out, *self.forward(held_out))
            record |= {f"val_{name}": number for name, number in measured.numbers().items()}
        self.training.history.add({**record, "lr": rate})
        for callback in self.callbacks:
            callback.on_epoch_end(self.training)
        return record

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
            measured.add(batch, outputs, total)  # a metric may refuse a nan, and could not name its node
            for callback in self.callbacks:
                callback.on_gradients(self.training)
        except BaseException:  # Ctrl-C too
            self.restore(averages)
            raise
        self.optimizer.step()

    def forward(self, batch: list[Sample]) -> tuple[list[Any], Value]:
        """The outputs for a batch, and its loss: the weighted mean of the samples', and the penalty."""
        rows = [sample.row for sample in batch]
        outputs = outputs_for(self.model, [sample.x for sample in batch], rows)
        losses = []
        try:
            for output, sample in zip(outputs, batch, strict=True):
                losses.append(self.loss(output, sample.target))
        except (TypeError, ValueError) as error:
            raise _kind(error)(f"the loss of sample {rows[len(losses)]}: {error}") from error
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


class Measured:
    """The loss and the metrics of batches, put together as if they were one."""

    def __init__(self, metrics: Mapping[str, Metric]) -> None:
        self.overall = {name: metric for name, metric in metrics.items() if is_overall(metric)}
        self.averaged = {name: metric for name, metric in metrics.items() if name not in self.overall}
        self.names = list(metrics)
        self.loss = self.weight = 0.0
        self.measured: dict[str, list[float]] = {name: [] for name in self.averaged}
        self.outputs: list[Any] = []
        self.targets: list[Any] = []

    def add(self, batch: list[Sample], outputs: list[Any], loss: Value) -> None:
        """Take one more batch into account.

        Args:
            batch: its samples.
            outputs: those of the model for them.
            loss: the mean over its samples.
        """
        weight = sum(sample.weight for sample in batch)
        self.loss += weight * loss.data
        self.weight += weight
        if self.names:
            answers, targets = [numbers_in(output) for output in outputs], [sample.target for sample in batch]
            for name, metric in self.averaged.items():
                pairs = zip(answers, targets, strict=True)
                self.measured[name] += [_number(name, metric(answer, target)) for answer, target in pairs]
            if self.overall:
                self.outputs += answers
                self.targets += targets

    def numbers(self) -> dict[str, float]:
        """The loss, its batches weighed by their weights, and each metric by name."""
        numbers = {name: mean(measured) for name, measured in self.measured.items()}
        for name, metric in self.overall.items():
            numbers[name] = _number(name, metric(self.outputs, self.targets))
        return {"loss": self.loss / self.weight, **{name: numbers[name] for name in self.names}}


def outputs_for(model: Any, samples: list[Any], rows: Sequence[int]) -> list[Any]:
    """The model's outputs; where it refuses the samples the error says which one is odd.

    Args:
        model: a module or a function of one sample.
        samples: in the form that the model takes.
        rows: the number of each sample in the data.

    Raises:
        ValueError: if there are more or fewer outputs than samples.
    """
    try:
        outputs = outputs_of(model, samples)
    except (TypeError, ValueError) as error:
        odd = what_is_odd(samples, rows)
        if not odd:
            raise
        raise _kind(error)(f"{odd} ({error})") from error
    if len(outputs) != len(samples):
        raise ValueError(f"the model gave {len(outputs)} outputs for {len(samples)} samples")
    return outputs


def numbers_in(output: Any) -> Any:
    """A model's output with floats in place of Values."""
    if isinstance(output, (list, tuple)):
        return [numbers_in(entry) for entry in output]
    return output.data if isinstance(output, Value) else output


def _kind(error: Exception) -> type[Exception]:
    return TypeError if isinstance(error, TypeError) else ValueError


def _number(name: str, measured: Any) -> float:
    try:
        return as_float(measured)
    except TypeError as error:
        raise TypeError(f"the metric {name!r} returns a number: {error}") from error


def _all_finite(entry: Any) -> bool:
    if isinstance(entry, (list, tuple)):
        return all(map(_all_finite, entry))
    return not isinstance(entry, (int, float)) or isfinite(entry)
