"""Exponentials that are summed: logsumexp, softmax and its logarithm.

Each is shifted by the largest number first, so that no exponential overflows.
"""

from __future__ import annotations

from sys import float_info

from autograd import ops
from autograd.annotations import TYPE_CHECKING, overload
from autograd.choosing import take
from autograd.value import Value
from autograd.vectors import sum

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any, Final

    from autograd.vectors import Number

_LARGEST: Final = float_info.max


@overload
def logsumexp(values: Iterable[Value]) -> Value: ...
@overload
def logsumexp(values: Iterable[float]) -> float: ...
def logsumexp(values: Iterable[Number]) -> Number:
    """log(exp(v[0]) + exp(v[1]) + ...), shifted by the largest so that no exponential overflows.

    Args:
        values: n numbers, at least one.

    Raises:
        ValueError: if there are none.

    >>> logsumexp([1000.0, 1000.0])
    1000.6931471805599
    """
    listed = _not_empty("logsumexp", values)
    shift = _shift(listed)
    total: Number = ops.add(shift, ops.log(sum([ops.exp(ops.sub(value, shift)) for value in listed])))
    return total


@overload
def softmax(values: Iterable[Value]) -> list[Value]: ...
@overload
def softmax(values: Iterable[float]) -> list[float]: ...
def softmax(values: Iterable[Number]) -> list[Any]:
    """Each exponential divided by the sum of all: positive numbers that add up to one.

    Args:
        values: n numbers, at least one.

    Returns:
        A list of n numbers.

    Raises:
        ValueError: if there are none.

    >>> softmax([0.0, 1000.0])
    [0.0, 1.0]
    """
    listed = _not_empty("softmax", values)
    shift = _shift(listed)
    exponentials = [ops.exp(ops.sub(value, shift)) for value in listed]
    total = sum(exponentials)
    return [ops.div(exponential, total) for exponential in exponentials]


@overload
def log_softmax(values: Iterable[Value]) -> list[Value]: ...
@overload
def log_softmax(values: Iterable[float]) -> list[float]: ...
@overload
def log_softmax(values: Iterable[Any], index: Number) -> Any: ...
def log_softmax(values: Iterable[Number], index: Number | None = None) -> Any:
    """The logarithm of softmax, exact where softmax itself would round to zero.

    Args:
        values: n numbers, at least one.
        index: which of the n logarithms to compute, as `take` has it; by default all of them.

    Returns:
        A list of n numbers, or the one that was asked for.

    Raises:
        ValueError: if there are none.
        IndexError: if there is none of that index.
        TypeError: if the index is not a whole number.

    >>> log_softmax([0.0, 1000.0]), log_softmax([0.0, 1000.0], 0)
    ([-1000.0, 0.0], -1000.0)
    """
    listed = _not_empty("log_softmax", values)
    shift = _shift(listed)
    shifted = [ops.sub(value, shift) for value in listed]
    total = ops.log(sum([ops.exp(value) for value in shifted]))
    if index is not None:
        return ops.sub(take(shifted, index), total)
    return [ops.sub(value, total) for value in shifted]


def _shift(values: list[Any]) -> Any:
    """The largest of the values as a constant, and finite, because inf - inf would be nan.

    Whatever is subtracted cancels in exact arithmetic, so it needs no gradient.
    """
    largest = values[0]
    for value in values[1:]:
        largest = ops.maximum(largest, value)
    return ops.stop_gradient(ops.minimum(ops.maximum(largest, -_LARGEST), _LARGEST))


def _not_empty(name: str, values: Iterable[Any]) -> list[Any]:
    listed = list(values)
    if not listed:
        raise ValueError(f"{name} needs at least one number, got none")
    return listed
