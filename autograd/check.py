"""Derivatives held against finite differences of the function itself."""

from __future__ import annotations

from autograd import tree
from autograd.annotations import TYPE_CHECKING
from autograd.modes import no_grad
from autograd.transforms import grad
from autograd.value import Value

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


def check_grads(f: Callable[[Any], Any], at: Any, order: int = 1, tolerance: float = 1e-6) -> None:
    """Compare the derivatives of `f` with central differences, up to the given order.

    Args:
        f: a function of one argument that returns one number, smooth near `at`.
        at: a number or a tree of numbers.
        order: 1 checks the gradient, 2 the derivative of every entry of the gradient too, and so on.
        tolerance: the difference that is let pass, relative to the larger of 1 and the derivative.

    Raises:
        AssertionError: naming the input, both numbers and the order, where they differ.

    The differences are extrapolated once (Richardson, 1911), so that their error falls with the fourth power
    of the step.

    >>> check_grads(lambda x: x[0] * x[1].sin(), [2.0, 0.5], order=2)
    >>> check_grads(lambda x: x.detach() * x, 3.0)
    Traceback (most recent call last):
        ...
    AssertionError: derivative 1 by the input is 3.0, but central differences give 6.0
    """
    if order < 1:
        raise ValueError(f"order is at least 1, got {order}")
    _check(f, at, order, tolerance, 1)


def central_difference(f: Callable[[list[float]], Any], point: list[float], index: int) -> float:
    """The derivative of `f` by one entry of the point, from function values alone.

    >>> round(central_difference(lambda x: x[0] ** 3, [2.0], 0), 9)
    12.0
    """
    step = 1e-3 * max(1.0, abs(point[index]))

    def difference(step: float) -> float:
        above, below = list(point), list(point)
        above[index] += step
        below[index] -= step
        with no_grad():
            return (_number(f(above)) - _number(f(below))) / (above[index] - below[index])

    return (4 * difference(step / 2) - difference(step)) / 3


def _check(f: Callable[[Any], Any], at: Any, order: int, tolerance: float, nth: int) -> None:
    point = [_number(leaf) for leaf in tree.leaves(at)]
    slopes = tree.leaves(grad(f)(tree.rebuild(at, point)))
    for i, path in enumerate(tree.paths(at)):
        expected = central_difference(lambda x: f(tree.rebuild(at, [Value(entry) for entry in x])), point, i)
        if not abs(slopes[i] - expected) <= tolerance * max(1.0, abs(expected)):
            raise AssertionError(
                f"derivative {nth} by the input{path} is {slopes[i]}, but central differences give {expected}"
            )
        if order > 1:
            _check(lambda x, i=i: tree.leaves(grad(f)(x))[i], at, order - 1, tolerance, nth + 1)  # type: ignore[misc]


def _number(number: Value | float) -> float:
    return number.data if isinstance(number, Value) else float(number)
