"""The arithmetic of the update rules; compiled with the engine.

A quantity is a list of floats, one for each parameter, or a numpy array of them; or it is a Value, which
stands for any one of them in a program. The result is the same to the last bit: each operation is rounded by
itself.
"""

from __future__ import annotations

from math import sqrt
from typing import Any, cast

from autograd import Value, maximum
from autograd import sqrt as root_of


def weights_of(params: list[Value]) -> list[float]:
    """The number in every parameter."""
    return [p.data for p in params]


def grads_of(params: list[Value]) -> list[float]:
    """The gradient of every parameter."""
    return [p.grad for p in params]


def assign(params: list[Value], weights: list[float]) -> None:
    """Put a number into every parameter."""
    for i, p in enumerate(params):
        p.data = weights[i]


def assign_grads(params: list[Value], grads: list[float]) -> None:
    """Set the gradient of every parameter."""
    for i, p in enumerate(params):
        p.grad = grads[i]


def zero(params: list[Value]) -> None:
    """Set the gradient of every parameter to zero."""
    for p in params:
        p.grad = 0.0


def zeros(like: Any) -> Any:
    """0.0 for every number of a quantity."""
    if isinstance(like, list):
        return [0.0] * len(like)
    fresh = like.copy()
    fresh.fill(0.0)
    return fresh


def times(a: Any, x: Any) -> Any:
    """a * x."""
    if not isinstance(x, list):
        return a * x
    factor = cast("float", a)
    return [factor * number for number in cast("list[float]", x)]


def stepped(weights: Any, lr: Any, steps: Any) -> Any:
    """w - lr * s."""
    if not isinstance(weights, list):
        return weights - lr * steps
    numbers, moves, rate = cast("list[float]", weights), cast("list[float]", steps), cast("float", lr)
    return [w - rate * moves[i] for i, w in enumerate(numbers)]


def mixed(a: float, x: Any, b: float, y: Any) -> Any:
    """a * x + b * y."""
    if not isinstance(x, list):
        return a * x + b * y
    first, second = cast("list[float]", x), cast("list[float]", y)
    return [a * number + b * second[i] for i, number in enumerate(first)]


def mixed_squares(a: float, x: Any, b: float, y: Any) -> Any:
    """a * x + b * y**2."""
    if not isinstance(x, list):
        return a * x + b * (y * y)
    first, second = cast("list[float]", x), cast("list[float]", y)
    return [a * number + b * (second[i] * second[i]) for i, number in enumerate(first)]


def scaled(grads: Any, squares: Any, root: Any, eps: float) -> Any:
    """g / (sqrt(v) / root + eps)."""
    if not isinstance(grads, list):
        roots = root_of(squares) if isinstance(squares, Value) else squares**0.5
        return grads / (roots / root + eps)
    slopes, spread, divisor = cast("list[float]", grads), cast("list[float]", squares), cast("float", root)
    return [g / (sqrt(spread[i]) / divisor + eps) for i, g in enumerate(slopes)]


def variances(squares: Any, means: Any) -> Any:
    """The mean squares minus the squared means, or 0.0 where rounding has made that negative."""
    if not isinstance(squares, list):
        found = squares - means * means
        if isinstance(found, Value):
            return maximum(found, 0.0)
        found[found < 0.0] = 0.0
        return found
    second, first = cast("list[float]", squares), cast("list[float]", means)
    differences = [square - first[i] * first[i] for i, square in enumerate(second)]
    return [0.0 if variance < 0.0 else variance for variance in differences]
