"""A scalar autograd engine: numbers that remember how they were computed, and their gradients.

>>> from autograd import Value
>>> x = Value(1.0)
>>> y = (3 * x + 2) ** 2
>>> y.backward()
>>> x.grad
30.0
"""

from __future__ import annotations

from autograd import value
from autograd.annotations import TYPE_CHECKING
from autograd.functions import abs as abs
from autograd.functions import (
    acos,
    asin,
    atan,
    atan2,
    clip,
    cos,
    cosh,
    elu,
    equal,
    erf,
    erfc,
    exp,
    expm1,
    gelu,
    greater,
    greater_equal,
    leaky_relu,
    less,
    less_equal,
    log,
    log1p,
    log_softmax,
    logsumexp,
    maximum,
    minimum,
    not_equal,
    relu,
    sigmoid,
    sign,
    silu,
    sin,
    sinh,
    softmax,
    softplus,
    sqrt,
    stop_gradient,
    tan,
    tanh,
    where,
)
from autograd.functions import pow as pow
from autograd.modes import detect_anomaly, each_in_scope, no_grad, scope
from autograd.primitive import Operation, operation
from autograd.value import Value
from autograd.vectors import as_values, dot, mean
from autograd.vectors import sum as sum

if TYPE_CHECKING:
    from typing import Any

    from autograd.check import check_grads
    from autograd.graph import trace
    from autograd.show.dot import draw_dot
    from autograd.show.explain import Explanation, explain
    from autograd.show.player import Player, player
    from autograd.show.steps import BackwardStep, BackwardSteps, backward_steps
    from autograd.transforms import grad, gradient, hessian, hvp, jacobian, jvp, value_and_grad

__version__ = "0.1.0"

native = not value.__file__.endswith(".py")
"""Whether `Value` runs compiled; the same file runs interpreted where there was no C compiler."""

# abs, pow and sum are here too, but a star import must not replace the builtins of the same name.
__all__ = [
    "BackwardStep", "BackwardSteps", "Explanation", "Operation", "Player", "Value", "acos", "as_values",
    "asin", "atan", "atan2", "backward_steps", "check_grads", "clip", "cos", "cosh", "detect_anomaly",
    "dot", "draw_dot", "each_in_scope", "elu",
    "equal", "erf", "erfc", "exp", "explain", "expm1", "gelu", "grad", "gradient", "greater",
    "greater_equal", "hessian", "hvp", "jacobian", "jvp", "leaky_relu", "less", "less_equal", "log",
    "log1p", "log_softmax", "logsumexp", "maximum", "mean", "minimum", "no_grad", "not_equal",
    "operation", "player", "relu", "scope", "sigmoid", "sign", "silu", "sin", "sinh", "softmax",
    "softplus", "sqrt", "stop_gradient", "tan", "tanh", "trace", "value_and_grad", "where",
]  # fmt: skip

# Loaded when they are first used: most programs differentiate by backward() and never draw.
_LATER = {
    "autograd.check": ("check_grads",),
    "autograd.show": (
        "BackwardStep",
        "BackwardSteps",
        "Explanation",
        "Player",
        "backward_steps",
        "draw_dot",
        "explain",
        "player",
        "trace",
    ),
    "autograd.transforms": ("grad", "gradient", "hessian", "hvp", "jacobian", "jvp", "value_and_grad"),
}


def __getattr__(name: str) -> Any:
    for module, names in _LATER.items():
        if name in names:
            from importlib import import_module

            globals()[name] = getattr(import_module(module), name)
            return globals()[name]
    raise AttributeError(f"module 'autograd' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def _warn_if_the_folder_is_shared() -> None:
    """Warn where the PyPI distribution `autograd` or `nn` has written into the same folders."""
    import os

    site = os.path.dirname(os.path.dirname(__file__))
    if not any(os.path.exists(os.path.join(site, package, "core.py")) for package in ("autograd", "nn")):
        return  # both of them have a file of this name
    others = [name for name in os.listdir(site) if name.startswith(("autograd-", "nn-")) and "-info" in name]
    if others:
        import warnings

        warnings.warn(
            f"{' and '.join(others)} in {site} wrote into the same folders as scalar-autograd: "
            "their files are mixed; uninstall both and install one of them again",
            stacklevel=3,
        )


_warn_if_the_folder_is_shared()
