"""One training run: epochs made of steps, what is measured on the way, and an end that is always reached."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

from nn.callbacks import Callback, ClipGradients, Training
from nn.eager import Eager
from nn.engines import Engine, compiled
from nn.init import Source
from nn.measured import Measured
from nn.metrics import Metric
from nn.module import Module
from nn.optim import Optimizer
from nn.outputs import kind_of
from nn.refusals import NotCompiled
from nn.samples import Sample


class Trainer:
    """One run: its settings, which stay the same, and the state of the training, which changes.

    Args:
        model: a module.
        loss: a function (output, target) -> Value for one sample.
        optimizer: moves the parameters.
        metrics: by name.
        l2: the strength of L2 regularisation.
        callbacks: in order.
        engine: what takes the steps: 'eager', 'jit' or 'auto'.
        epochs: how many there are; 'auto' compiles only where it pays.
    """

    def __init__(
        self,
        model: Module,
        loss: Any,
        optimizer: Optimizer,
        metrics: Mapping[str, Metric],
        l2: float,
        callbacks: Sequence[Callback],
        engine: str,
        epochs: int,
    ) -> None:
        self.training = Training(model, optimizer)
        self.metrics = metrics
        self.callbacks = callbacks
        self.asked = engine
        self.epochs = epochs
        # Clipping is part of a step; other callbacks do something before or after each epoch.
        self.waits = any(type(callback) is not ClipGradients for callback in callbacks)
        self.eager = Eager(self.training, loss, l2, callbacks)
        self.engine: Engine | None = self.eager if engine == "eager" else None

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
                if self.engine is not None:
                    ends.callback(self.engine.show)

    def run(
        self, samples: list[Sample], size: int, rng: Source, held_out: list[Sample], bar: Any = None
    ) -> None:
        """Train all epochs, or until a callback stops.

        Args:
            samples: those to train on.
            size: how many go into a step.
            rng: shuffles them.
            held_out: those to validate on.
            bar: shows how many epochs there were, and the numbers of the last one.
        """
        training = self.training
        while training.epoch < self.epochs and not training.history.stopped:
            before = training.epoch
            if size >= len(samples) and not (self.waits or self.metrics or held_out):
                self.several(samples)
            if training.epoch == before:
                self.epoch(samples, size, rng, held_out)
            if bar is not None:
                numbers = training.history.last.items()
                bar.set_postfix({name: f"{number:.4g}" for name, number in numbers}, refresh=False)
                bar.update(training.epoch - before)

    def several(self, samples: list[Sample]) -> None:
        """Train epochs of one step that nobody looks into, as many as can be at once."""
        training, history, before = self.training, self.training.history, self.training.epoch
        rate = training.optimizer.param_groups[0]["lr"]

        def note(losses: list[float]) -> None:
            history.put(before + 1, "loss", losses)
            history.put(before + 1, "lr", [rate] * len(losses))
            training.epoch = before + len(losses)

        try:
            self.ready(samples, []).several(self.epochs - before, note)
        except BaseException:  # Ctrl-C too
            training.epoch += 1  # the one that it has broken off
            raise

    def epoch(self, samples: list[Sample], size: int, rng: Source, held_out: list[Sample]) -> None:
        """Take one step a batch, then record the epoch's numbers; samples of several batches are shuffled."""
        for callback in self.callbacks:
            callback.on_epoch_begin(self.training)
        engine = self.ready(samples, held_out)
        if size < len(samples):
            rng.shuffle(samples)
        self.training.epoch += 1
        rate = self.training.optimizer.param_groups[0]["lr"]
        measured = Measured(self.metrics)
        engine.train(samples, size, measured)
        record = measured.numbers()
        if held_out:
            measured = Measured(self.metrics)
            engine.validate(held_out, measured)
            record |= {f"val_{name}": number for name, number in measured.numbers().items()}
        self.training.history.add({**record, "lr": rate})
        engine.end_epoch()
        for callback in self.callbacks:
            callback.on_epoch_end(self.training)

    def ready(self, samples: list[Sample], held_out: list[Sample]) -> Engine:
        """What takes the steps of the next epoch; it has read what callbacks may have changed.

        Raises:
            TypeError, ValueError: if engine='jit' was asked for and cannot be; it says why.
        """
        history = self.training.history
        try:
            if self.engine is None:
                work = None if self.asked == "jit" else self.epochs
                self.engine = compiled(self.eager, samples, held_out, self.metrics, work)
                history.engine = "jit"
            else:
                self.engine.begin_epoch()
        except NotCompiled as reason:
            if self.asked == "jit":
                raise kind_of(reason.error)(f"engine='jit' cannot train this: {reason}") from reason.error
            since = f"jit until epoch {self.training.epoch}, then " if self.engine else ""
            self.engine = self.eager
            history.engine = f"{since}eager: {reason}"
        return self.engine
