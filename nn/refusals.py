"""What speaks against compiling the steps of a training run."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache, partial
from importlib.util import find_spec
from math import isfinite
from types import FunctionType, MethodType
from typing import Any

from nn.callbacks import ClipGradients, EarlyStopping, Scheduled
from nn.containers import Residual, Sequential
from nn.dropout import Dropout
from nn.module import Module
from nn.normalization import BatchNorm
from nn.schedules import LambdaLR, SequentialLR

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


def reason_of(error: Exception) -> str:
    """What an error says, in one line; of which kind it is, unless it explains itself.

    >>> reason_of(TypeError("jit: f compares a number")), reason_of(KeyError("w")), reason_of(ValueError())
    ('f compares a number', "KeyError: 'w'", 'ValueError')
    """
    said, kind = str(error).partition("\n")[0].removeprefix("jit: "), type(error).__name__
    if not said:
        return kind
    return said if isinstance(error, (TypeError, ValueError)) else f"{kind}: {said}"


def require_by_sample(model: Any, drops: bool = False) -> None:
    """Raise NotCompiled unless the output for a sample depends on it alone.

    Args:
        model: a module.
        drops: whether it may be a matter of chance too, by dropout.
    """
    if not isinstance(model, Module):
        raise NotCompiled(f"{type(model).__name__} is no nn.Module, whose contents are known")
    for module in model.modules():
        if isinstance(module, Dropout) and module.training and not (drops and type(module) is Dropout):
            raise NotCompiled(f"{module.describe()} draws random numbers in every step")
        if not by_sample(module):
            raise NotCompiled(f"{module.describe()} looks at all samples of a batch together")


def by_sample(module: Module) -> bool:
    """Whether a module, in the mode that it is in, computes each sample of a batch by itself.

    One with a `batch` of its own is taken to look at all samples together.
    """
    if "batch" in vars(module):
        return False
    return type(module).batch in _BY_SAMPLE or (type(module) is BatchNorm and not module.training)


_SAME = 1e-9  # how far a loss may be from that of the model, which rounds elsewhere


def require_same_loss(row: int, found: float, expected: float) -> None:
    """Raise TypeError unless a program has the loss of the model for a sample.

    It has not if the model or the loss asks of what kind a number is, or how it is written: in a program a
    number is no float.
    """
    if isfinite(expected) and not abs(found - expected) <= _SAME * (1.0 + abs(expected)):
        raise TypeError(
            f"the program has the loss {found:g} for sample {row}, where the model has {expected:g}: it asks "
            "more of a number than to compute with it"
        )


def require_own_code(model: Any, loss: Any, callbacks: Iterable[Any], optimizer: Any) -> None:
    """Raise NotCompiled unless all that takes part in training is the package's own.

    What code of the user's reads from elsewhere, such as a closure or a global, or does to a model between
    two steps, would be what it was when the loss was compiled.
    """
    advice = "may read or change what is compiled; engine='jit' compiles it as it is now"
    if not _of_the_package(loss):
        raise NotCompiled(f"the loss {_name(loss)} {advice}")
    for module in model.modules():
        if not _of_the_package(type(module)):
            raise NotCompiled(f"the module {type(module).__name__} {advice}")
        for attribute in vars(module).values():
            if isinstance(attribute, (FunctionType, MethodType, partial)) and not _of_the_package(attribute):
                raise NotCompiled(f"the function {_name(attribute)} {advice}")
    if not _of_the_package(type(optimizer)):
        raise NotCompiled(f"the optimizer {type(optimizer).__name__} {advice}")
    for callback in callbacks:
        if type(callback) is Scheduled and follows_a_formula(callback.schedule):
            continue
        if type(callback) not in (ClipGradients, EarlyStopping):
            raise NotCompiled(f"a callback of your own {advice}")


def follows_a_formula(schedule: Any) -> bool:
    """Whether a schedule is the package's own, and calls no function of the user's."""
    if isinstance(schedule, SequentialLR):
        return all(map(follows_a_formula, schedule.schedulers))
    return _of_the_package(type(schedule)) and not isinstance(schedule, LambdaLR)


def _of_the_package(thing: Any) -> bool:
    return str(getattr(thing, "__module__", "")).partition(".")[0] in ("nn", "autograd")


def _name(thing: Any) -> str:
    return str(getattr(thing, "__name__", type(thing).__name__))


def require_llvm() -> None:
    """Raise NotCompiled unless programs become machine code here."""
    if not has_compiler():
        raise NotCompiled("machine code needs numpy and llvmlite: pip install 'scalar-autograd[jit]'")
    from autograd import jit

    if jit.backend != "llvm":  # type: ignore[attr-defined]
        raise NotCompiled("machine code needs llvmlite, which is installed but cannot be loaded")


@cache
def has_compiler() -> bool:
    """Whether the libraries are installed that make machine code of programs; loads none of them."""
    return all(find_spec(library) is not None for library in ("numpy", "llvmlite"))
