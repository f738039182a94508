"""Gradient clipping: keeping one bad sample from throwing the parameters far away.

It is done between `backward()` and `step()`. As in torch, a name that ends in an underscore changes in place.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import hypot, isfinite, sqrt
from typing import Any, Final

from autograd import Value
from nn.arguments import listed_parameters
from nn.settings import checked

_LANES: Final = 8


def clip_grad_norm_(parameters: Iterable[Value], max_norm: float, error_if_nonfinite: bool = False) -> float:
    """Shorten the gradient to at most a length, keeping its direction.

    All gradients are multiplied by max_norm / (norm + 1e-6) where that is below 1, norm being the length of
    the vector of them all (Pascanu, Mikolov and Bengio, "On the difficulty of training recurrent neural
    networks", 2013, algorithm 1; the 1e-6 is torch's).

    Args:
        parameters: Values whose `grad` is set.
        max_norm: the largest length, zero or more; with infinity nothing is clipped, only measured.
        error_if_nonfinite: raise an error where the length is nan or infinite; by default the gradients
            become what the arithmetic gives, 0.0 or nan.

    Returns:
        The length before clipping, 0.0 if there are no parameters. It is infinite only where it cannot be
        written as a float: squares that overflow do no harm.

    Raises:
        ValueError: if max_norm is negative, nan or no number.
        TypeError: if the parameters are no list of Values.
        FloatingPointError: if the length is not finite and `error_if_nonfinite` is true; then no gradient has
            changed.

    >>> w = [Value(0.0), Value(0.0)]
    >>> w[0].grad, w[1].grad = 30.0, 40.0
    >>> clip_grad_norm_(w, max_norm=5.0)
    50.0
    >>> [round(p.grad, 6) for p in w]
    [3.0, 4.0]
    """
    limit: float = checked("clip_grad_norm_", {"max_norm": max_norm})["max_norm"]
    parameters = listed_parameters("clip_grad_norm_", parameters)
    norm = hypot(*[p.grad for p in parameters])
    if error_if_nonfinite and not isfinite(norm):
        # Finite gradients, too, can be longer than the largest float; then none of them is to blame.
        culprits = [i for i, p in enumerate(parameters) if not isfinite(p.grad)]
        blame = [f"parameter {i} has the gradient {parameters[i].grad}; " for i in culprits[:1]]
        raise FloatingPointError(
            f"the gradient's length is {norm}; {''.join(blame)}"
            "autograd.detect_anomaly() names the operation that made it"
        )
    factor = _factor(limit, norm)
    if factor != 1.0:
        for p in parameters:
            p.grad *= factor
    return norm


def clip_norm(grads: Any, max_norm: float) -> None:
    """The same in place for gradients in an array, with a limit that has been checked."""
    norm = sqrt(sum_of_squares(grads))
    if not 1e-100 < norm < 1e100:  # squares overflow or vanish
        norm = hypot(*grads.tolist())
    factor = _factor(max_norm, norm)
    if factor != 1.0:
        grads *= factor


def sum_of_squares(numbers: Any) -> float:
    """The sum of the squares of an array, in the order in which `Steps` adds it up: in eight lanes.

    So a training goes the same way whether a step is taken in machine code or by Python.
    """
    squares = numbers * numbers
    whole = len(squares) - len(squares) % _LANES
    lanes = squares[:whole].reshape(-1, _LANES).sum(axis=0)
    rest = squares[whole:]
    place = _LANES - len(rest) if whole else 0  # the last eight are read together
    lanes[place : place + len(rest)] += rest
    return float(sum(lanes.tolist()))


def _factor(limit: float, norm: float) -> float:
    factor = limit / (norm + 1e-6)
    return 1.0 if factor >= 1.0 else factor  # nan too: a gradient of unknown length has no direction to keep


def clip_grad_value_(parameters: Iterable[Value], clip_value: float) -> None:
    """Hold each gradient between -clip_value and clip_value; nan stays nan.

    Args:
        parameters: Values whose `grad` is set.
        clip_value: the largest size, zero or more.

    Raises:
        ValueError: if clip_value is negative, nan or no number.
        TypeError: if the parameters are no list of Values.

    >>> w = [Value(0.0), Value(0.0)]
    >>> w[0].grad, w[1].grad = 30.0, -0.25
    >>> clip_grad_value_(w, 5.0)
    >>> [p.grad for p in w]
    [5.0, -0.25]
    """
    limit: float = checked("clip_grad_value_", {"clip_value": clip_value})["clip_value"]
    for p in listed_parameters("clip_grad_value_", parameters):
        if p.grad > limit:
            p.grad = limit
        elif p.grad < -limit:
            p.grad = -limit


def clip_value(grads: Any, limit: float) -> None:
    """The same in place for gradients in an array, with a limit that has been checked."""
    grads.clip(-limit, limit, out=grads)
