"""The package's own elementary functions, by name, with how far off they may be.

Each is written for any number of lanes, so that a single call and a batch agree bit for bit; each has, for
every double, the answer of `floats.py`: subnormal numbers, signed zeros, infinities and nan included. Bounds
are what some 100,000 samples of each function's range need, against mpmath, and a little more. That of
`logaddexp` counts where it crosses zero in units of the larger operand.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from autograd.programs.llvm import error_function, exponentials, logarithms, powers, trigonometry


class Elementary(NamedTuple):
    """A function that writes its lines and gives back the name of the result."""

    write: Callable[..., str]
    bound: float  # the largest error, in units in the last place of the exact result
    arity: int = 1


OWN: Mapping[str, Elementary] = {
    "exp": Elementary(exponentials.exp, 0.8),
    "exp2": Elementary(exponentials.exp2, 0.8),
    "expm1": Elementary(exponentials.expm1, 1.0),
    "sinh": Elementary(exponentials.sinh, 1.0),
    "cosh": Elementary(exponentials.cosh, 0.8),
    "tanh": Elementary(exponentials.tanh, 0.8),
    "sigmoid": Elementary(exponentials.sigmoid, 0.8),
    "silu": Elementary(exponentials.silu, 0.8),
    "logaddexp": Elementary(exponentials.logaddexp, 0.7, arity=2),
    "softplus": Elementary(exponentials.softplus, 0.8),
    "log": Elementary(logarithms.log, 0.6),
    "log2": Elementary(logarithms.log2, 0.7),
    "log10": Elementary(logarithms.log10, 0.7),
    "log1p": Elementary(logarithms.log1p, 0.6),
    "asinh": Elementary(logarithms.asinh, 0.6),
    "acosh": Elementary(logarithms.acosh, 0.6),
    "atanh": Elementary(logarithms.atanh, 0.6),
    "pow": Elementary(powers.pow, 0.8, arity=2),
    "cbrt": Elementary(powers.cbrt, 0.7),
    "hypot": Elementary(powers.hypot, 0.8, arity=2),
    "sin": Elementary(trigonometry.sin, 0.8),
    "cos": Elementary(trigonometry.cos, 0.8),
    "tan": Elementary(trigonometry.tan, 1.0),
    "asin": Elementary(trigonometry.asin, 0.7),
    "acos": Elementary(trigonometry.acos, 0.7),
    "atan": Elementary(trigonometry.atan, 0.9),
    "atan2": Elementary(trigonometry.atan2, 0.9, arity=2),
    "erf": Elementary(error_function.erf, 0.9),
    "erfc": Elementary(error_function.erfc, 0.9),
    "normal_pdf": Elementary(error_function.normal_pdf, 0.8),
    "normal_cdf": Elementary(error_function.normal_cdf, 0.9),
    "gelu": Elementary(error_function.gelu, 1.0),
}
