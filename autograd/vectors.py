"""Sums and products of many numbers, built of binary nodes in one loop that is compiled with `Value`."""

from __future__ import annotations

from sys import float_info

from autograd import floats, modes, ops
from autograd.annotations import TYPE_CHECKING, overload
from autograd.primitive import Operation
from autograd.value import Value, affine, new_node, unrecorded_node

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any, Final, SupportsFloat, TypeGuard

    Number = Value | float

_ADD: Final = ops.add


@overload
def sum(values: Iterable[Value], start: Number | None = None) -> Value: ...
@overload
def sum(values: Iterable[float], start: float | None = None) -> float: ...
@overload
def sum(values: Iterable[Number], start: Number | None = None) -> Number: ...
def sum(values: Iterable[Any], start: Any = None) -> Any:
    """The sum from left to right, with one rounding at each step.

    Args:
        values: n numbers.
        start: a number to add them to; by default the first of them.

    Returns:
        A Value if there is one among the numbers; 0.0 if there is nothing to add.

    >>> sum([1.0, 2.0, 3.0])
    6.0
    """
    total = start
    for value in values:
        if isinstance(total, Value) and isinstance(value, Value):
            total = new_node(_ADD, total.data + value.data, total, 1.0, value, 1.0)
        else:
            total = value if total is None else total + value
    return 0.0 if total is None else total


@overload
def mean(values: Iterable[Value]) -> Value: ...
@overload
def mean(values: Iterable[float]) -> float: ...
@overload
def mean(values: Iterable[Number]) -> Number: ...
def mean(values: Iterable[Any]) -> Any:
    """The sum of numbers divided by how many there are.

    Args:
        values: n numbers, at least one.

    Raises:
        ValueError: if there are none.

    >>> mean([1.0, 2.0, 6.0])
    3.0
    """
    listed = list(values)
    if not listed:
        raise ValueError("mean needs at least one number, got none")
    return sum(listed) / len(listed)


@overload
def dot(
    x: Iterable[Value], y: Iterable[Value], start: Value | None = None, then: Operation | None = None
) -> Value: ...
@overload
def dot(
    x: Iterable[float], y: Iterable[float], start: float | None = None, then: Operation | None = None
) -> float: ...
@overload
def dot(
    x: Iterable[Number], y: Iterable[Number], start: Number | None = None, then: Operation | None = None
) -> Number: ...
def dot(x: Iterable[Any], y: Iterable[Any], start: Any = None, then: Any = None) -> Any:
    """start + x[0]*y[0] + x[1]*y[1] + ..., summed in this order, as a neuron adds its inputs to its bias.

    Args:
        x: n numbers.
        y: n numbers.
        start: a number to add the products to; by default the first product.
        then: an operation of one operand to apply to the sum, such as the activation of a neuron. Under
            `no_grad()` no node is made for the sum itself.

    Returns:
        A Value if there is one among the numbers; 0.0 if there is nothing to add.

    Raises:
        ValueError: if x and y differ in length.
        TypeError: if `then` is something else.

    >>> dot([1.0, 2.0], [3.0, 4.0])
    11.0
    >>> dot([1.0, 2.0], [3.0, 4.0], -21.0, then=ops.relu)
    0.0
    """
    left = x if type(x) is list else list(x)
    right = y if type(y) is list else list(y)
    if len(left) != len(right):
        raise ValueError(f"dot needs two sequences of the same length, got {len(left)} and {len(right)}")
    if then is not None and not (isinstance(then, Operation) and then.arity == 1):
        raise TypeError(f"dot ends with an operation of one operand, such as relu, got {then!r:.60}")
    mode = modes.here()
    unrecorded = not mode.recording and mode.watcher is None
    total: Any
    if isinstance(start, Value) and mode.watcher is None and _are_values(left) and _are_values(right):
        if unrecorded:
            return _result(_dot_of_numbers(left, right, start.data), then)
        total = affine(left, right, start, mode.tag)
    elif unrecorded and _has_values([*left, *right, start]):
        bias = None if start is None else _data(start)
        return _result(_data(_dot([_data(a) for a in left], [_data(b) for b in right], bias)), then)
    else:
        total = _dot(left, right, start)
    return total if then is None else then(total)


def _dot(x: list[Any], y: list[Any], total: Any) -> Any:
    for i, a in enumerate(x):
        total = a * y[i] if total is None else total + a * y[i]
    return 0.0 if total is None else total


def _dot_of_numbers(x: list[Value], y: list[Value], total: float) -> float:
    for i, a in enumerate(x):
        total += a.data * y[i].data
    return total


def _result(number: float, then: Operation | None) -> Value:
    """What is computed where nothing is recorded, without a node for the sum."""
    return unrecorded_node(number if then is None else then.compute(number, 0.0))


@overload
def norm(values: Iterable[Value]) -> Value: ...
@overload
def norm(values: Iterable[float]) -> float: ...
@overload
def norm(values: Iterable[Number]) -> Number: ...
def norm(values: Iterable[Any]) -> Any:
    """The Euclidean norm, sqrt(v[0]**2 + v[1]**2 + ...), whose squares neither overflow nor vanish.

    Its gradient is v / norm(v). At the origin there is none; the convention is 0.

    Args:
        values: n numbers.

    Returns:
        A Value if there is one among the numbers; 0.0 if there are none.

    >>> norm([3.0, 4.0]), norm([1e200, 1e200]) / 1e200, norm([])
    (5.0, 1.4142135623730951, 0.0)
    """
    listed = list(values)
    if not listed:
        return 0.0
    largest = ops.abs(listed[0])
    for value in listed[1:]:
        largest = ops.maximum(largest, ops.abs(value))
    # What is divided by cancels in exact arithmetic, so it needs no gradient; 0 and inf would give nan.
    scale = ops.stop_gradient(ops.minimum(ops.maximum(largest, float_info.min), float_info.max))
    ratios = [value / scale for value in listed]
    total = sum([ratio * ratio for ratio in ratios])
    return scale * ops.sqrt(
        ops.relu(total)
    )  # which passes nothing at 0, where the slope of the root is infinite


def as_values(numbers: Iterable[Value | SupportsFloat], name: str = "x") -> list[Value]:
    """Numbers as leaves labelled x1, x2, ...; Values stay what they are.

    Args:
        numbers: n numbers or Values.
        name: what the labels begin with.

    Returns:
        A list of n Values; the very list that was given, if it is a list of Values.

    Raises:
        TypeError: if one is not a number.

    >>> [(x.label, x.data) for x in as_values([0.5, 2.0])]
    [('x1', 0.5), ('x2', 2.0)]
    """
    if type(numbers) is list and _are_values(numbers):
        return numbers
    return [x if isinstance(x, Value) else Value(x, label=f"{name}{i}") for i, x in enumerate(numbers, 1)]


def _are_values(numbers: list[Any]) -> TypeGuard[list[Value]]:
    for number in numbers:  # noqa: SIM110 (compiled, a loop is quicker than all() over a generator)
        if not isinstance(number, Value):
            return False
    return True


def _has_values(numbers: list[Any]) -> bool:
    return any(isinstance(number, Value) for number in numbers)


def _data(number: Any) -> float:
    return number.data if isinstance(number, Value) else floats.as_float(number)
