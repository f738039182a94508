"""What speaks against compiling the steps of a training run."""

from __future__ import annotations

from typing import Any

from nn.containers import Residual, Sequential
from nn.dropout import Dropout
from nn.module import Module
from nn.normalization import BatchNorm

# Their batches are computed sample by sample, if those of the modules inside are.
_BY_SAMPLE = (Module.batch, Sequential.batch, Residual.batch)


class NotCompiled(Exception):
    """Why steps are not compiled.

    Attributes:
        error: what refused it, or None.
    """

    def __init__(self, reason: str, error: Any = None) -> None:
        super().__init__(reason)
        self.error = error


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
