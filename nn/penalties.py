"""What is added to a loss for the size of the parameters."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any, TypeVar

from autograd import Value, abs, require, sum
from nn.settings import checked

N = TypeVar("N", Value, float)


def l2_penalty(parameters: Iterable[N], strength: float) -> N:
    """Strength times the sum of the squared parameters, which keeps weights small (weight decay, ridge).

    Args:
        parameters: Values or floats, such as `model.parameters()`.
        strength: the factor, zero or more.

    Raises:
        ValueError: if the strength is negative or not a finite number.

    >>> l2_penalty([3.0, 4.0], 0.5)
    12.5
    """
    penalty: N = _strength("l2_penalty", strength) * sum([p * p for p in parameters])
    return penalty


def l1_penalty(parameters: Iterable[N], strength: float) -> N:
    """Strength times the sum of the sizes of the parameters, which makes some of them zero (the lasso).

    Args:
        parameters: Values or floats, such as `model.parameters()`.
        strength: the factor, zero or more.

    Raises:
        ValueError: if the strength is negative or not a finite number.

    >>> l1_penalty([3.0, -4.0], 0.5)
    3.5
    """
    penalty: N = _strength("l1_penalty", strength) * sum([abs(p) for p in parameters])
    return penalty


def _strength(name: str, strength: Any) -> Any:
    """The strength, held to its rule; a Value stays part of the graph."""
    if isinstance(strength, Value):
        require(strength, partial(_require_strength, name))
        return strength
    return checked(name, {"strength": strength})["strength"]


def _require_strength(name: str, strength: float) -> None:
    checked(name, {"strength": strength})
