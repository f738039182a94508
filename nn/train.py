"""Training a model on samples, and using it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from math import isfinite
from typing import Any

from autograd import Value, detect_anomaly, mean, no_grad
from nn.callbacks import Callback, Training, as_callbacks
from nn.history import History
from nn.init import Seed, random_source
from nn.losses import LOSSES, l2_penalty
from nn.metrics import METRICS, Metric
from nn.module import Module, in_mode, outputs_of
from nn.optim import Optimizer, optimizer_by_name
from nn.settings import by_name, checked

Sample = tuple[Any, Any]


def fit(
    model: Module,
    X: Iterable[Any],
    y: Iterable[Any],
    *,
    loss: Any = "mse",
    optimizer: str | Optimizer = "sgd",
    learning_rate: float | None = None,
    epochs: int = 100,
    batch_size: int | None = None,
    validation: tuple[Iterable[Any], Iterable[Any]] | None = None,
    metrics: str | Sequence[str] | Mapping[str, Metric] = (),
    l2: float = 0.0,
    callbacks: Iterable[Any] = (),
    progress: bool = True,
    seed: Seed = None,
) -> History:
    """Train a model by gradient descent on the average loss of batches of samples.

    Args:
        model: a Module; its `batch` is given the samples of a batch. It is in training mode during training
            and in evaluation mode during validation; afterwards every module has the mode that it had before.
        X: the samples, n sequences of numbers; a 2-D numpy array will do.
        y: the n targets in the form that the loss takes: numbers, lists of numbers, class indices.
        loss: a name of `nn.LOSSES`, or a function (output, target) -> Value for one sample.
        optimizer: a name of `nn.OPTIMIZERS`, or an optimizer made with the model's parameters.
        learning_rate: for an optimizer given by name; by default the optimizer's own.
        epochs: how many times all samples are seen.
        batch_size: how many samples go into a step, shuffled anew in every epoch; by default all, in order.
        validation: (X, y) to compute the loss and the metrics on after every epoch.
        metrics: a name of `nn.METRICS`, several, or a dict of functions (output, target) -> number, averaged
            over the samples. 'accuracy' is for scores and logits; for probabilities see `nn.accuracy`.
        l2: the strength of L2 regularisation, added to the loss: l2 * sum of w**2 over all parameters.
        callbacks: `Callback`s, learning rate schedules, functions of the training state.
        progress: show a progress bar, if tqdm is installed (the `train` extra).
        seed: for shuffling; an int, a random.Random, or None for the module `random`.

    Returns:
        The history of losses, metrics and learning rates. The parameters keep the gradients of the last step.

    Raises:
        ValueError: if X and y differ in length or are empty, a name is unknown, or a setting is out of range.
        TypeError: if the loss returns no Value, or an optimizer or a callback is something else.
        FloatingPointError: if a loss or a gradient is nan or infinite; it names the node where that began.
            The parameters and buffers are those of the step before.

    >>> from nn import MLP
    >>> history = fit(MLP(1, [1], seed=0), [[0.0], [1.0], [2.0]], [1.0, 3.0, 5.0],
    ...               optimizer="adam", learning_rate=0.1, epochs=200, progress=False)
    >>> history["loss"][-1] < 1e-3
    True
    """
    samples = paired(X, y)
    held_out = paired(*validation) if validation is not None else []
    size = len(samples) if batch_size is None else batch_size
    epochs, size, l2 = checked("fit", {"epochs": epochs, "batch_size": size, "l2": l2}).values()
    trainer = _Trainer(model, loss, _optimizer(optimizer, model, learning_rate), metrics, l2, callbacks)
    rng = random_source(seed)
    bar = _progress_bar(epochs, progress)
    with in_mode(model, True):
        for callback in trainer.callbacks:
            callback.on_train_begin(trainer.training)
        for _ in bar:
            for callback in trainer.callbacks:
                callback.on_epoch_begin(trainer.training)
            if size < len(samples):
                rng.shuffle(samples)
            record = trainer.epoch([samples[i : i + size] for i in range(0, len(samples), size)], held_out)
            if not isinstance(bar, range):
                bar.set_postfix({name: f"{number:.4g}" for name, number in record.items()})
            if trainer.training.history.stopped:
                break
        for callback in trainer.callbacks:
            callback.on_train_end(trainer.training)
    return trainer.training.history


def predict(model: Module | Callable[[Any], Any], X: Iterable[Any]) -> list[Any]:
    """The model's outputs for samples, in evaluation mode; builds no graph.

    Args:
        model: a Module, which afterwards has the mode that it had before; or a function of one sample.
        X: the samples, n sequences of numbers; a 2-D numpy array will do.

    Returns:
        n floats, or n lists of floats if the model has several outputs.

    >>> from nn import MLP
    >>> predict(MLP(2, [1], init=lambda rng, nin, nout: 1.0), [[1.0, 2.0], [3.0, 4.0]])
    [3.0, 7.0]
    """
    with no_grad(), in_mode(model, False):
        return [_numbers(output) for output in outputs_of(model, _rows(X))]


class _Trainer:
    """One run: its settings, which stay the same, and the state of the training, which changes."""

    def __init__(
        self,
        model: Module,
        loss: Any,
        optimizer: Optimizer,
        metrics: str | Sequence[str] | Mapping[str, Metric],
        l2: float,
        callbacks: Iterable[Any],
    ) -> None:
        self.model: Any = model
        self.loss = by_name("loss", loss, LOSSES)
        self.optimizer = optimizer
        self.parameters = model.parameters()
        self.buffers = model.buffers() if isinstance(model, Module) else []
        listed = [metrics] if isinstance(metrics, str) else metrics
        named = listed if isinstance(listed, Mapping) else {name: name for name in listed}
        self.metrics = {name: by_name("metric", metric, METRICS) for name, metric in named.items()}
        self.l2 = l2
        self.callbacks: list[Callback] = as_callbacks(callbacks)
        self.training = Training(model, optimizer)

    def epoch(self, batches: list[list[Sample]], held_out: list[Sample]) -> dict[str, float]:
        """Take one step a batch, then record the epoch's numbers."""
        self.training.epoch += 1
        rate = self.optimizer.param_groups[0]["lr"]
        steps = [(len(batch), self.step(batch)) for batch in batches]
        seen = sum(size for size, _ in steps)
        record = {name: sum(size * numbers[name] for size, numbers in steps) / seen for name in steps[0][1]}
        if held_out:
            with no_grad(), in_mode(self.model, False):
                _, numbers = self.forward(held_out)
            record |= {f"val_{name}": number for name, number in numbers.items()}
        self.training.history.add({**record, "lr": rate})
        for callback in self.callbacks:
            callback.on_epoch_end(self.training)
        return record

    def step(self, batch: list[Sample]) -> dict[str, float]:
        """Forward, backward, update on one batch; returns the loss and the metrics before the update."""
        averages = [list(buffer) for buffer in self.buffers]
        total, numbers = self.forward(batch)
        self.model.zero_grad()
        self.optimizer.zero_grad()
        total.backward()
        if not self.finite(total):
            self.explain_nan(batch, averages)
        for callback in self.callbacks:
            callback.on_gradients(self.training)
        self.optimizer.step()
        return numbers

    def forward(self, batch: list[Sample]) -> tuple[Value, dict[str, float]]:
        computed = outputs_of(self.model, [x for x, _ in batch])
        outputs = [(output, target) for output, (_, target) in zip(computed, batch, strict=True)]
        losses = [self.loss(output, target) for output, target in outputs]
        if not isinstance(losses[0], Value):
            raise TypeError(f"a loss returns a Value computed from the output, got {losses[0]!r:.60}")
        total = mean(losses)
        if self.l2:
            total = total + l2_penalty(self.parameters, self.l2)
        numbers = {"loss": total.data}
        for name, metric in self.metrics.items():
            numbers[name] = mean([float(metric(_numbers(output), target)) for output, target in outputs])
        return total, numbers

    def finite(self, total: Value) -> bool:
        return isfinite(total.data) and all(isfinite(p.grad) for p in self.parameters)

    def explain_nan(self, batch: list[Sample], averages: list[list[float]]) -> None:
        """Compute the batch again under `detect_anomaly`, and raise the error that names the node."""
        self.restore(averages)
        where = f"training stopped in epoch {self.training.epoch}, before the step"
        try:
            with detect_anomaly():
                total, _ = self.forward(batch)
                total.backward()
            cause = f"the loss is {total.data}, with a nan or inf among the parameters"
            if self.finite(total):
                cause = "a nan or inf, but not when computed again: the model draws random numbers"
        except FloatingPointError as error:
            cause = str(error)
        self.restore(averages)
        raise FloatingPointError(f"{where}: {cause}")

    def restore(self, averages: list[list[float]]) -> None:
        """Undo what a step that is not taken has changed: gradients and running averages."""
        self.model.zero_grad()
        for buffer, numbers in zip(self.buffers, averages, strict=True):
            buffer[:] = numbers


def paired(X: Iterable[Any], y: Iterable[Any]) -> list[Sample]:
    """Each sample with its target; ValueError if their numbers differ or there are none."""
    rows, targets = _rows(X), _rows(y)
    if len(rows) != len(targets):
        raise ValueError(f"every sample needs a target: got {len(rows)} samples and {len(targets)} targets")
    if not rows:
        raise ValueError("there are no samples: X is empty")
    return list(zip(rows, targets, strict=True))


def _rows(X: Any) -> list[Any]:
    return X.tolist() if hasattr(X, "tolist") else list(X)


def _numbers(output: Any) -> Any:
    if isinstance(output, (list, tuple)):
        return [_numbers(entry) for entry in output]
    return output.data if isinstance(output, Value) else output


def _optimizer(given: str | Optimizer, model: Module, learning_rate: float | None) -> Optimizer:
    if isinstance(given, Optimizer):
        if learning_rate is not None:
            raise ValueError("learning_rate is for an optimizer given by name; this one has its own")
        moved = {id(p) for group in given.param_groups for p in group["params"]}
        if not moved & {id(p) for p in model.parameters()}:
            raise ValueError(
                "the optimizer moves no parameter of this model; make it with model.parameters()"
            )
        return given
    named = isinstance(given, str) or callable(given)  # a class of optimizers is as good as its name
    made = optimizer_by_name("fit", given, model.parameters(), learning_rate) if named else None
    if not isinstance(made, Optimizer):
        raise TypeError(f"optimizer is a name of nn.OPTIMIZERS or an Optimizer, got {given!r:.80}")
    return made


def _progress_bar(epochs: int, progress: bool) -> Any:
    if progress:
        try:
            from tqdm import tqdm
        except ImportError:
            return range(epochs)
        return tqdm(range(epochs), unit="epoch")
    return range(epochs)
