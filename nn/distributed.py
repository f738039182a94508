"""Training on the workers of a Dask cluster: each has some of the rows, and the sums of all make a step."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite
from typing import Any

from autograd import extra, jit, value_and_grad
from nn.callbacks import ClipGradients, EarlyStopping, Scheduled
from nn.eager import Eager
from nn.held import Held
from nn.measured import Measured
from nn.module import in_mode
from nn.outputs import kind_of
from nn.penalties import l2_penalty
from nn.refusals import NotCompiled, require_by_sample, require_same_loss
from nn.samples import Sample, that_count, weighed
from nn.tables import single
from nn.trials import spread

with extra("dask", "training on a cluster"):
    from nn.partitions import Partitions, Program

_LOOK_AWAY = (ClipGradients, EarlyStopping, Scheduled)  # callbacks that change no settings of the model


class OnCluster:
    """Takes the steps of a training run; the rows stand on the workers, and the parameters here.

    A step sends the numbers of all Values that the loss uses to every partition of the rows, and gets the sum
    of the gradients over its rows from each. They are added in the order of the partitions: the numbers do
    not depend on the workers.

    Args:
        eager: computes what is not finite again, so that the error names the node; and validates.
        data: the samples, their targets and maybe their weights.

    Raises:
        TypeError, ValueError: if X is flat, or the loss of a sample cannot be compiled; it says why.
    """

    def __init__(self, eager: Eager, data: Partitions) -> None:
        self.eager = eager
        self.data = data
        self.callbacks_look = not all(type(callback) in _LOOK_AWAY for callback in eager.callbacks)
        self.compile()

    def compile(self) -> None:
        """Write down the loss of a sample with its gradient, and send that to the workers."""
        eager = self.eager
        try:
            with in_mode(eager.model, True):
                self.data.use(self.program())
        except (NotCompiled, TypeError, ValueError) as error:
            raise kind_of(error)(f"client= cannot train this: {error}") from error

    def program(self) -> Program:
        """The loss of a sample with its gradient, tried on some samples.

        Raises:
            NotCompiled, TypeError, ValueError: if it cannot be written down, or is not that of the model.
        """
        model, loss, parameters = self.eager.model, self.eager.loss, self.eager.parameters

        def weighed_loss(x: Any, target: Any, weight: float = 1.0) -> tuple[Any, float]:
            return loss(model(x.tolist()), single(target)) * weight, weight

        require_by_sample(model)
        if not {p for group in self.eager.optimizer.param_groups for p in group["params"]} <= {*parameters}:
            raise NotCompiled("the optimizer moves Values that are no parameters of the model")
        places = sorted(spread(self.data.count))
        tried = self.data.rows(places)
        if tried[0].ndim != 2:
            raise NotCompiled("X needs a row for each sample; for a model of one input make it a column")
        self._held = Held(model, loss)
        function = jit(value_and_grad(weighed_loss, wrt=parameters, has_aux=True))
        try:
            bound = function.bind_batch(*tried)
            bound()
            (losses, _), _ = bound.outputs
            for place, found, row in zip(places, losses.tolist(), zip(*tried, strict=True), strict=True):
                require_same_loss(place, found, weighed_loss(*row)[0].data)
        finally:
            changed = self._held.changed()
            self._held.restore()
        if changed:
            raise NotCompiled("the model or the loss changes what it holds whenever it computes")
        self.values = list(dict.fromkeys([*parameters, *bound.values]))
        return Program(function, self.values, len(parameters))

    def begin_epoch(self) -> None:
        """Compile anew if the model or the loss has changed."""
        if self._held.changed():
            self.compile()

    def end_epoch(self) -> None:
        """Values are where everybody looks: there is nothing to show."""

    show = end_epoch

    def several(self, epochs: int, note: object) -> None:
        """Every epoch is trained by itself."""

    def train(self, samples: list[Sample], size: int, measured: Measured) -> None:
        """Take one step for every batch of `size` samples."""
        for start in range(0, len(samples), size):
            self.step([sample.row for sample in samples[start : start + size]], measured)

    def step(self, rows: Sequence[int], measured: Measured) -> None:
        """Forward, backward and update on some rows, or on all."""
        eager = self.eager
        numbers = [parameter.data for parameter in eager.parameters]
        some = rows if len(rows) < self.data.count else None
        total, weight, gradient = self.data.sums([value.data for value in self.values], some)
        loss = total / weight + (l2_penalty(numbers, eager.l2) if eager.l2 else 0.0)
        slopes = (gradient / weight).tolist()
        if not (isfinite(loss) and all(map(isfinite, slopes))):
            eager.step(self.samples(rows), measured)
            return
        eager.model.zero_grad()
        eager.optimizer.zero_grad()
        for parameter, slope, number in zip(eager.parameters, slopes, numbers, strict=True):
            parameter.grad = slope + 2.0 * eager.l2 * number
        measured.add(loss, weight)
        try:
            for callback in eager.callbacks:
                callback.on_gradients(eager.training)
        except BaseException:  # Ctrl-C too
            eager.model.zero_grad()
            raise
        eager.optimizer.step()
        if self.callbacks_look:
            self.begin_epoch()

    def validate(self, samples: list[Sample], measured: Measured) -> None:
        """The loss in evaluation mode, of samples that are here."""
        self.eager.validate(samples, measured)

    def samples(self, rows: Sequence[int]) -> list[Sample]:
        """Rows brought here."""
        x, targets, *weights = (column.tolist() for column in self.data.rows(rows))
        each = weights[0] if weights else [1.0] * len(rows)
        return [Sample(*row) for row in zip(x, map(single, targets), each, rows, strict=True)]


def on_cluster(
    client: Any, X: Any, y: Any, sample_weight: Any, validation: Any
) -> tuple[Partitions, list[Sample], list[Sample]]:
    """The samples to train on, on the workers and as a list without their numbers, and those to validate on.

    Args:
        client: a `distributed.Client`.
        X: the samples: a dask array or frame, or what numpy makes a 2-D array of.
        y: their targets: a dask array, series or frame, or what numpy makes an array of.
        sample_weight: None, or a number for each sample, in any of these forms.
        validation: None, (X, y) or (X, y, sample_weight), which stay here.

    Raises:
        ValueError: if X, y and the weights differ in length, or are partitioned in different ways; if the
            validation is something else.
    """
    columns = (X, y) if sample_weight is None else (X, y, sample_weight)
    if not isinstance(validation, (tuple, list, type(None))):
        raise ValueError(f"with client= the samples to validate on are given: (X, y), got {validation!r:.60}")
    held_out = [] if validation is None else that_count(weighed(*validation), "validation")
    data = Partitions(client, *columns)
    weights = [1.0] * data.count if sample_weight is None else data.column(2).tolist()
    if min(weights) < 0.0:
        raise ValueError(f"a weight in sample_weight is a finite number, zero or more, got {min(weights)}")
    samples = [Sample(None, None, weight, row) for row, weight in enumerate(weights)]
    return data, that_count(samples, "training"), held_out
