"""What takes the steps of a training run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from nn.eager import Eager
from nn.measured import Measured
from nn.metrics import Metric
from nn.refusals import NotCompiled, require_by_sample, require_llvm, require_own_code
from nn.samples import Sample

WORTH = 1_000_000
"""How many parameters times samples times epochs a training has at least, for compiling to pay."""


Note = Callable[[list[float]], None]
"""Is told the losses of epochs; Ctrl-C may bring it to be told them twice."""


class Engine(Protocol):
    """Takes the steps: `Eager` on a graph, `Compiled` by a program on arrays."""

    def begin_epoch(self) -> None:
        """Read what others may have changed."""

    def train(self, samples: list[Sample], size: int, measured: Measured) -> None:
        """Take one step for every batch of `size` samples."""

    def several(self, epochs: int, note: Note) -> None:
        """Train epochs of one step each, as many as can be at once, and note their losses."""

    def validate(self, samples: list[Sample], measured: Measured) -> None:
        """The loss and the outputs in evaluation mode."""

    def end_epoch(self) -> None:
        """Show parameters, gradients and state of the optimizer, if somebody may look."""

    def show(self) -> None:
        """Show them whoever looks."""


def compiled(
    eager: Eager,
    samples: list[Sample],
    held_out: list[Sample],
    metrics: Mapping[str, Metric],
    epochs: int | None,
) -> Engine:
    """The engine that takes compiled steps.

    Args:
        eager: the one that computes the same on a graph.
        samples: those to train on.
        held_out: those to validate on.
        metrics: by name.
        epochs: how many there may be; None compiles whether it pays or not.

    Raises:
        NotCompiled: if it cannot be, or does not pay.
    """
    count = len(eager.parameters)
    if epochs is not None and count * len(samples) * epochs < WORTH:
        raise NotCompiled(
            f"so little work, {epochs} epochs of {len(samples)} samples for {count} parameters, is done "
            "before it is compiled"
        )
    require_by_sample(eager.model)
    if epochs is not None:
        require_own_code(eager.model, eager.loss, eager.callbacks, eager.optimizer)
    require_llvm()
    from nn.compiled import Compiled  # needs numpy

    return Compiled(eager, samples, held_out, metrics)
