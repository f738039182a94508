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
from autograd.check import check_grads
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
from autograd.transforms import grad, gradient, hessian, hvp, jacobian, jvp, value_and_grad
from autograd.value import Value
from autograd.vectors import as_values, dot, mean
from autograd.vectors import sum as sum

if TYPE_CHECKING:
    from typing import Any

    from autograd.show import Explanation, draw_dot, explain, trace

__version__ = "0.1.0"

native = not value.__file__.endswith(".py")
"""Whether `Value` runs compiled; the same file runs interpreted where there was no C compiler."""

# abs, pow and sum are here too, but a star import must not replace the builtins of the same name.
__all__ = [
    "Explanation", "Operation", "Value", "acos", "as_values", "asin", "atan", "atan2", "check_grads",
    "clip", "cos", "cosh", "detect_anomaly", "dot", "draw_dot", "each_in_scope", "elu", "equal", "erf",
    "erfc", "exp", "explain", "expm1", "gelu", "grad", "gradient", "greater", "greater_equal", "hessian",
    "hvp", "jacobian", "jvp", "leaky_relu", "less", "less_equal", "log", "log1p", "log_softmax",
    "logsumexp", "maximum", "mean", "minimum", "no_grad", "not_equal", "operation", "relu", "scope",
    "sigmoid", "sign", "silu", "sin", "sinh", "softmax", "softplus", "sqrt", "stop_gradient", "tan",
    "tanh", "trace", "value_and_grad", "where",
]  # fmt: skip

_SHOWN = ("Explanation", "draw_dot", "explain", "trace")


def __getattr__(name: str) -> Any:
    # Drawing is loaded when it is first used: most programs that import the engine never draw.
    if name in _SHOWN:
        from autograd import show

        return getattr(show, name)
    raise AttributeError(f"module 'autograd' has no attribute {name!r}")


def _warn_if_the_folder_is_shared() -> None:
    """Warn where the PyPI distribution `autograd` or `nn` has written into the same folders."""
    import os

    site = os.path.dirname(os.path.dirname(__file__))
    if not os.path.isdir(site):  # imported from a zip file
        return
    others = [name for name in os.listdir(site) if name.startswith(("autograd-", "nn-")) and "-info" in name]
    if others:
        import warnings

        warnings.warn(
            f"{' and '.join(others)} in {site} wrote into the same folders as scalar-autograd: "
            "their files are mixed; uninstall both and install one of them again",
            stacklevel=3,
        )


_warn_if_the_folder_is_shared()
