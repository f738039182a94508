"""Training on the workers of a Dask cluster: each has some of the rows, and the sums of all make a step."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import isfinite
from operator import mul
from typing import Any

from autograd import Value, detect_anomaly, extra, jit, value_and_grad
from nn.history import History
from nn.init import Seed, random_source
from nn.losses import LOSSES
from nn.module import Module, in_mode
from nn.optim import Optimizer, optimizer_by_name
from nn.settings import by_name, checked

with extra("dask", "training on a cluster"):
    from nn.partitions import Partitions, Program


class OnCluster:
    """Takes the steps of a training run; the rows stand on the workers, and the parameters here.

    A step sends the parameters to every partition of the rows, and gets the sum of the gradients over its
    rows from each. They are added in the order of the partitions: the numbers do not depend on the workers.

    Args:
        client: a `distributed.Client`.
        model: a module whose output for a sample depends on that sample alone.
        loss: a name of `nn.LOSSES`, or a function (output, target) -> Value.
        optimizer: moves the parameters.
        X: the samples: a dask array or frame, or what numpy makes a 2-D array of.
        y: their targets: a dask array, series or frame, or what numpy makes an array of.
        sample_weight: a number for each sample, in any of these forms.
        l2: the strength of L2 regularisation.

    Attributes:
        count: how many samples there are.

    Raises:
        ValueError: if X, y and the weights differ in length, or are partitioned in different ways.
        TypeError: if the loss cannot be compiled.
    """

    def __init__(
        self,
        client: Any,
        model: Module,
        loss: str | Callable[[Any, Any], Value],
        optimizer: Optimizer,
        X: Any,
        y: Any,
        sample_weight: Any = None,
        l2: float = 0.0,
    ) -> None:
        self.model: Any = model
        self.parameters = model.parameters()
        self.loss: Any = by_name("loss", loss, LOSSES)
        self.optimizer = optimizer
        self.l2 = l2
        columns = (X, y) if sample_weight is None else (X, y, sample_weight)
        self._partitions = Partitions(client, *columns)
        self.count = self._partitions.count

        def weighed(x: Any, target: Any, weight: float = 1.0) -> tuple[Any, float]:
            return self._loss_of(x, target) * weight, weight

        function = jit(value_and_grad(weighed, wrt=self.parameters, has_aux=True))
        function.bind_batch(*self._partitions.rows([0]))  # writes the program down, which is what goes
        self._partitions.use(Program(function, self.parameters))

    def step(self, rows: Sequence[int] | None = None) -> tuple[float, float]:
        """Forward, backward and update on some rows, or on all.

        Args:
            rows: by their place among all.

        Returns:
            The weighted mean of their losses before the update, with the penalty; and the sum of the weights.

        Raises:
            FloatingPointError: if the loss or a gradient is nan or infinite; it names the node where that
                began.
        """
        numbers = [parameter.data for parameter in self.parameters]
        total, weight, gradient = self._partitions.sums(numbers, rows)
        loss = total / weight + self.l2 * sum(number**2 for number in numbers)
        slopes = [
            slope / weight + 2.0 * self.l2 * w for slope, w in zip(gradient.tolist(), numbers, strict=True)
        ]
        if not (isfinite(loss) and all(map(isfinite, slopes))):
            self._explain(range(self.count) if rows is None else rows)
        self.model.zero_grad()
        self.optimizer.zero_grad()
        for parameter, slope in zip(self.parameters, slopes, strict=True):
            parameter.grad = slope
        self.optimizer.step()
        return loss, weight

    def _loss_of(self, x: Any, target: Any) -> Any:
        entries = target.tolist() if hasattr(target, "tolist") else target
        if isinstance(entries, list) and len(entries) == 1:  # a column of targets is as good as a row
            entries = entries[0]
        return self.loss(self.model(list(x)), entries)

    def _explain(self, rows: Sequence[int]) -> None:
        """Compute the rows again with Values, and raise the error that names the node."""
        cause = "a nan or inf, but not in the losses of single samples"
        x, target, *_ = self._partitions.rows(rows)
        try:
            with detect_anomaly(inf=True):
                for one in zip(x.tolist(), target.tolist(), strict=True):
                    self._loss_of(*one).backward()
        except FloatingPointError as error:
            cause = str(error)
        finally:
            self.model.zero_grad()
        raise FloatingPointError(f"training stopped before the step: {cause}")


def fit_on(
    client: Any,
    model: Module,
    X: Any,
    y: Any,
    *,
    loss: str | Callable[[Any, Any], Value] = "mse",
    optimizer: str | Optimizer = "sgd",
    learning_rate: float | None = None,
    epochs: int = 100,
    batch_size: int | None = None,
    sample_weight: Any = None,
    l2: float = 0.0,
    seed: Seed = None,
) -> History:
    """Train a model on the workers of a Dask cluster, as `nn.fit` does in this process.

    The losses and the parameters are those of `nn.fit` but for the order in which samples are added up. They
    are the same to the last bit on any number of workers, and if workers are lost on the way.

    Args:
        client: a `distributed.Client`.
        model: a module whose output for a sample depends on that sample alone.
        X: the samples: a dask array or frame, or what numpy makes a 2-D array of.
        y: their targets: a dask array, series or frame, or what numpy makes an array of.
        loss: as for `nn.fit`.
        optimizer: a name of `nn.OPTIMIZERS`, or an optimizer made with the model's parameters.
        learning_rate: for an optimizer given by name; by default the optimizer's own.
        epochs: as for `nn.fit`.
        batch_size: as for `nn.fit`, with the same batches for the same seed.
        sample_weight: a number for each sample, in any of the forms of y.
        l2: as for `nn.fit`.
        seed: as for `nn.fit`.

    Returns:
        The history of losses and learning rates.

    Raises:
        ValueError: if X, y and the weights differ in length, or are partitioned in different ways.
        TypeError: if the model or the loss cannot be compiled.
        FloatingPointError: if a loss or a gradient is nan or infinite; it names the node where that began.
    """
    given = {"epochs": epochs, "batch_size": 1 if batch_size is None else batch_size, "l2": l2}
    epochs, size, l2 = checked("fit", given).values()
    if isinstance(optimizer, str):
        optimizer = optimizer_by_name("fit", optimizer, model.parameters(), learning_rate)
    rng, history = random_source(seed), History()
    with in_mode(model, True):
        steps = OnCluster(client, model, loss, optimizer, X, y, sample_weight, l2)
        rows = list(range(steps.count))
        whole = batch_size is None or size >= steps.count
        for _ in range(epochs):
            if not whole:
                rng.shuffle(rows)
            batches = [None] if whole else [rows[i : i + size] for i in range(0, len(rows), size)]
            rate = optimizer.param_groups[0]["lr"]
            losses, weights = zip(*map(steps.step, batches), strict=True)
            mean = sum(map(mul, losses, weights)) / sum(weights)
            history.add({"loss": mean, "lr": rate})
    return history
