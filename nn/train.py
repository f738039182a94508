"""Training a model on samples."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Literal

from autograd import Value
from nn.callbacks import Callback, Training, as_callbacks
from nn.history import History
from nn.init import Seed, random_source
from nn.losses import LOSSES
from nn.metrics import Metric, named_metrics
from nn.module import Module, in_mode
from nn.optim import Optimizer, optimizer_by_name
from nn.samples import by_class, divided, that_count
from nn.schedules import ReduceLROnPlateau, Schedule
from nn.settings import by_name, checked
from nn.tables import column_names
from nn.trainer import Trainer

Loss = Callable[[Any, Any], Value]
Data = Iterable[Any]
Validation = float | tuple[Data, Data] | tuple[Data, Data, Iterable[float]]
MakesOptimizer = Callable[..., Optimizer]  # of the parameters, and of lr if one is given
Called = Callback | Schedule | ReduceLROnPlateau | Callable[[Training], object]


def fit(
    model: Module,
    X: Iterable[Any],
    y: Iterable[Any],
    *,
    loss: str | Loss = "mse",
    optimizer: str | Optimizer | MakesOptimizer = "sgd",
    learning_rate: float | None = None,
    epochs: int = 100,
    batch_size: int | None = None,
    sample_weight: Iterable[float] | None = None,
    class_weight: Mapping[Any, float] | Literal["balanced"] | None = None,
    validation: Validation | None = None,
    metrics: str | Metric | Iterable[str | Metric] | Mapping[str, str | Metric] | None = (),
    l2: float = 0.0,
    callbacks: Called | Iterable[Called] | None = (),
    progress: bool = True,
    seed: Seed = None,
    engine: Literal["auto", "eager", "jit"] = "auto",
    client: Any = None,
) -> History:
    """Train a model by gradient descent on the average loss of batches of samples.

    Frames and series of pandas or polars do as well as lists and arrays, for X, y and weights. The names of
    the columns of X are kept in the model's `feature_names_in_`, and `predict` holds a frame to them.

    Whatever ends the training, also Ctrl-C or an error: the epochs until then are in the history, which a
    Module keeps as `history_`; every callback's `on_train_end` is called, so that `EarlyStopping` goes back
    to the best parameters; and then the error goes on.

    Args:
        model: a Module; its `batch` is given the samples of a batch. It is in training mode during training
            and in evaluation mode during validation; afterwards every module has the mode that it had before.
        X: the samples, n sequences of numbers; a 2-D array or a frame will do.
        y: the n targets in the form that the loss takes: numbers, lists of numbers, class indices. A list of
            one number, as in an array of shape (n, 1), is as good as the number.
        loss: a name of `nn.LOSSES`, or a function (output, target) -> Value for one sample.
        optimizer: a name of `nn.OPTIMIZERS`, or an optimizer made with the model's parameters, or what makes
            one of them, such as a class.
        learning_rate: for an optimizer given by name; by default the optimizer's own.
        epochs: how many times all samples are seen.
        batch_size: how many samples go into a step, shuffled anew in every epoch; by default all, in order.
        sample_weight: n numbers, zero or more. The loss of a batch is the weighted mean: the sum of weight *
            loss over its samples, divided by the sum of their weights; so is that of an epoch. A sample of
            weight zero is left out, as if it were not in the data.
        class_weight: a dict with the weight of each class, 1 for a class that is not in it; or 'balanced' for
            n / (k * count), where n samples have k classes and `count` of them that class, each counted with
            its weight. It multiplies the weights of the samples, those of validation too.
        validation: what to compute the loss and the metrics on after every epoch: (X, y), or (X, y,
            sample_weight), or a fraction, above 0 and below 1, of the samples to hold out. These are the last
            ones, the same in every call, so that training can go on later: shuffle sorted data before.
        metrics: a name of `nn.METRICS` or 'top_5' and the like, a function, several, or a dict of them. A
            function (output, target) -> number is averaged over the samples; an `nn.overall` one is given all
            outputs and targets of the epoch. Every sample counts alike, whatever its weight. Those of classes
            are for scores and logits; for probabilities see `nn.accuracy`.
        l2: the strength of L2 regularisation, added to the loss: l2 * sum of w**2 over all parameters.
        callbacks: `Callback`s, learning rate schedules, functions of the training state; one or several.
        progress: show a progress bar, if tqdm is installed (the `train` extra).
        seed: for shuffling; an int, a random.Random, or None for the module `random`.
        engine: what takes the steps. 'eager' builds a graph for every batch; 'jit' compiles the loss of one
            sample and the optimizer's step, and takes epochs in machine code, which needs the extra `jit`.
            Samples are then read once, and what code of your own reads from closures, globals and attributes
            of classes is what it was when the loss was compiled. 'auto' compiles where it pays, and where
            model, loss, optimizer, schedules and callbacks are the package's own. The history's `engine` says
            what ran and why.
        client: a `distributed.Client`, to train on the workers of a Dask cluster. X, y and the weights may be
            dask arrays and frames. The numbers do not depend on how many workers there are. There are no
            metrics and no class weights then, and samples to validate on are given as (X, y).

    Returns:
        The history of losses, metrics and learning rates. The parameters keep the gradients of the last step.

    Raises:
        ValueError: if X, y and the weights differ in length or are empty, a column of a frame holds something
            missing or no number, a name is unknown, or a setting is out of range.
        TypeError: if the loss returns no Value, or the model, the data, the loss, the optimizer, a metric or
            a callback is something else; or if engine='jit' cannot train this; it says why.
        FloatingPointError: if a loss or a gradient is nan or infinite; it names the node where that began.
            The parameters and buffers are those of the step before, if no callback sets others.

    >>> from nn import MLP
    >>> history = fit(MLP(1, [1], seed=0), [[0.0], [1.0], [2.0]], [1.0, 3.0, 5.0],
    ...               optimizer="adam", learning_rate=0.1, epochs=200, progress=False)
    >>> history["loss"][-1] < 1e-3
    True
    """
    if isinstance(model, type) or not hasattr(model, "parameters"):
        raise TypeError(f"fit trains a Module, such as nn.MLP(2, [4, 1]), got {model!r:.80}")
    if client is not None:
        if class_weight is not None or named_metrics(metrics):
            raise ValueError("with client= there are no metrics and no class_weight; give sample_weight")
        from nn.distributed import OnCluster, on_cluster  # needs numpy

        data, samples, held_out = on_cluster(client, X, y, sample_weight, validation)
    else:
        samples, held_out = divided(X, y, sample_weight, validation)
        samples, held_out = by_class(class_weight, samples, held_out)
        samples, held_out = that_count(samples, "training"), that_count(held_out, "validation")
    size = len(samples) if batch_size is None else batch_size
    given = {"epochs": epochs, "batch_size": size, "l2": l2, "engine": engine}
    epochs, size, l2, engine = checked("fit", given).values()
    made = _optimizer(optimizer, model, learning_rate)
    chosen = by_name("loss", loss, LOSSES)
    called = as_callbacks(callbacks)
    trainer = Trainer(model, chosen, made, named_metrics(metrics), l2, called, engine, epochs)
    rng = random_source(seed)
    if isinstance(model, Module):
        vars(model)["history_"] = trainer.training.history
        if names := column_names(X):
            vars(model)["feature_names_in_"] = names
    if client is not None:
        if engine == "eager":
            raise ValueError("a cluster trains by compiled programs: leave engine= or client=")
        trainer.engine = OnCluster(trainer.eager, data)
        trainer.training.history.engine = "jit, on a cluster"
    with _progress_bar(epochs, progress) as bar, in_mode(model, True), trainer.running():
        trainer.run(samples, size, rng, held_out, bar)
    return trainer.training.history


def _optimizer(given: Any, model: Module, learning_rate: float | None) -> Optimizer:
    if isinstance(given, Optimizer):
        if learning_rate is not None:
            raise ValueError("learning_rate is for an optimizer given by name; this one has its own")
        moved = {id(p) for group in given.param_groups for p in group["params"]}
        if not moved & {id(p) for p in model.parameters()}:
            raise ValueError(
                "the optimizer moves no parameter of this model; make it with model.parameters()"
            )
        return given
    # A class of optimizers is as good as its name.
    named = (
        issubclass(given, Optimizer) if isinstance(given, type) else isinstance(given, str) or callable(given)
    )
    made = optimizer_by_name("fit", given, model.parameters(), learning_rate) if named else None
    if not isinstance(made, Optimizer):
        raise TypeError(f"optimizer is a name of nn.OPTIMIZERS or an Optimizer, got {given!r:.80}")
    return made


def _progress_bar(epochs: int, progress: bool) -> AbstractContextManager[Any]:
    """A bar for so many epochs, closed at the end of a block; None without one."""
    if progress:
        try:
            from tqdm import tqdm
        except ImportError:
            return nullcontext()
        bar: AbstractContextManager[Any] = tqdm(total=epochs, unit="epoch")
        return bar
    return nullcontext()
