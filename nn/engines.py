"""What takes the steps of a training run, and what speaks against compiling them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from nn.containers import Residual, Sequential
from nn.dropout import Dropout
from nn.eager import Eager
from nn.measured import Measured
from nn.metrics import Metric
from nn.module import Module
from nn.normalization import BatchNorm
from nn.samples import Sample

WORTH = 1_000_000
"""How many parameters times samples times epochs a training has at least, for compiling to pay."""

# Their batches are computed sample by sample, if those of the modules inside are.
_BY_SAMPLE = (Module.batch, Sequential.batch, Residual.batch)


class Engine(Protocol):
    """Takes the steps: `Eager` on a graph, `Compiled` by a program on arrays."""

    def begin_epoch(self) -> None:
        """Read what others may have changed."""

    def train(self, samples: list[Sample], size: int, measured: Measured) -> None:
        """Take one step for every batch of `size` samples."""

    def validate(self, samples: list[Sample], measured: Measured) -> None:
        """The loss and the outputs in evaluation mode."""

    def end_epoch(self) -> None:
        """Show parameters, gradients and state of the optimizer, if somebody may look."""

    def show(self) -> None:
        """Show them whoever looks."""


class NotCompiled(Exception):
    """Why steps are not compiled.

    Attributes:
        error: what refused it, or None.
    """

    def __init__(self, reason: str, error: Any = None) -> None:
        super().__init__(reason)
        self.error = error


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
    require_llvm()
    from nn.compiled import Compiled  # needs numpy

    return Compiled(eager, samples, held_out, metrics)


def require_by_sample(model: Any) -> None:
    """Raise NotCompiled unless the output for a sample depends on it alone, and is no matter of chance."""
    if not isinstance(model, Module):
        raise NotCompiled(f"{type(model).__name__} is no nn.Module, whose contents are known")
    for module in model.modules():
        if isinstance(module, Dropout) and module.training:
            raise NotCompiled(f"{module.describe()} draws random numbers in every step")
        alone = type(module).batch in _BY_SAMPLE and "batch" not in vars(module)
        if not alone and not (type(module) is BatchNorm and not module.training):
            raise NotCompiled(f"{module.describe()} looks at all samples of a batch together")


def require_llvm() -> None:
    """Raise NotCompiled unless programs become machine code here."""
    try:
        from autograd import jit
    except ImportError as error:
        raise NotCompiled(str(error), error) from error
    if jit(abs).backend != "llvm":
        raise NotCompiled("machine code needs llvmlite: pip install 'scalar-autograd[jit]'")
