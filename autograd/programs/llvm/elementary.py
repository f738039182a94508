"""The package's own elementary functions, by name, with how far off they may be.

Each is written for any number of lanes, so that a single call and a batch agree bit for bit; each has, for
every double, the answer of `floats.py`: subnormal numbers, signed zeros, infinities and nan included.
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
    "exp": Elementary(exponentials.exp, 1.0),
    "exp2": Elementary(exponentials.exp2, 1.0),
    "expm1": Elementary(exponentials.expm1, 1.0),
    "sinh": Elementary(exponentials.sinh, 1.0),
    "cosh": Elementary(exponentials.cosh, 1.0),
    "tanh": Elementary(exponentials.tanh, 1.0),
    "sigmoid": Elementary(exponentials.sigmoid, 1.0),
    "silu": Elementary(exponentials.silu, 1.0),
    "logaddexp": Elementary(exponentials.logaddexp, 1.0, arity=2),
    "softplus": Elementary(exponentials.softplus, 1.0),
    "log": Elementary(logarithms.log, 1.0),
    "log2": Elementary(logarithms.log2, 1.0),
    "log10": Elementary(logarithms.log10, 1.0),
    "log1p": Elementary(logarithms.log1p, 1.0),
    "asinh": Elementary(logarithms.asinh, 1.0),
    "acosh": Elementary(logarithms.acosh, 1.0),
    "atanh": Elementary(logarithms.atanh, 1.0),
    "pow": Elementary(powers.pow, 1.0, arity=2),
    "cbrt": Elementary(powers.cbrt, 1.0),
    "hypot": Elementary(powers.hypot, 1.0, arity=2),
    "sin": Elementary(trigonometry.sin, 1.0),
    "cos": Elementary(trigonometry.cos, 1.0),
    "tan": Elementary(trigonometry.tan, 1.0),
    "asin": Elementary(trigonometry.asin, 1.0),
    "acos": Elementary(trigonometry.acos, 1.0),
    "atan": Elementary(trigonometry.atan, 1.0),
    "atan2": Elementary(trigonometry.atan2, 1.0, arity=2),
    "erf": Elementary(error_function.erf, 1.0),
    "erfc": Elementary(error_function.erfc, 1.0),
    "normal_pdf": Elementary(error_function.normal_pdf, 1.0),
    "normal_cdf": Elementary(error_function.normal_cdf, 1.0),
    "gelu": Elementary(error_function.gelu, 1.0),
}
