"""Derivatives of a function held against finite differences of the function itself."""

from __future__ import annotations

from math import nan

from autograd import tree
from autograd.annotations import TYPE_CHECKING
from autograd.differences import AT_A_KINK, DIFFERS, NOT_FINITE, Check, differences, judged
from autograd.directions import jvp
from autograd.modes import no_grad, recording
from autograd.programs.perturbed import Perturbed
from autograd.programs.slices import Slices
from autograd.section import Section
from autograd.sweeps import adjoints, as_value
from autograd.transforms import jacobian
from autograd.value import Value

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    Outputs = Callable[[Any], list[Any]]  # a tree of numbers to a list of numbers


def check_grads(f: Callable[[Any], Any], at: Any, order: int = 1, tolerance: float = 1e-6) -> None:
    """Hold the derivatives of a function against finite differences, up to the given order.

    Both modes are checked: the reverse mode, by which `grad` and `jacobian` differentiate, and the forward
    mode of `jvp`. The steps of the differences suit the function and the point, and how far they may be off
    is estimated (`autograd/differences.py` says how). So a right derivative is not accused where the function
    bends sharply, and a wrong one does not pass because it is small.

    A derivative that is smaller than the rounding of the differences cannot be told from 0; it passes.

    At order 1 derivatives are numbers. A partial derivative of your own that cannot be computed on Values, as
    one written with `math.exp` cannot, is only noticed at order 2. In the forward mode a node that passes
    nothing, such as `stop_gradient`, gives 0.0.

    Args:
        f: a function of one argument that returns a number or a tree of numbers, smooth near `at`.
        at: a number or a tree of numbers.
        order: 1 checks the first derivatives, 2 the derivatives of those too, and so on.
        tolerance: how much more than the estimated error is allowed, relative to the derivative.

    Raises:
        AssertionError: at the first derivative that is wrong, or that cannot be checked because it is not
            finite or the function has a kink there; it says which output, which input, which mode and order,
            what the derivative is and what the differences say.
        ValueError: if order is below 1.

    >>> check_grads(lambda x: x[0] * x[1].sin(), [2.0, 0.5], order=2)
    >>> check_grads(lambda x: x.detach() * x, 3.0)
    Traceback (most recent call last):
        ...
    AssertionError: order 1, reverse mode: d output/d input is 3, but finite differences give 6,
    right to about 5e-14
    """
    if order < 1:
        raise ValueError(f"order is at least 1, got {order}")
    paths, outputs = tree.paths(at), tree.paths(f(tree.rebuild(at, _leaves(at))))
    names = [f"output{path}" for path in outputs]
    function: Outputs = lambda x: tree.leaves(f(x))  # noqa: E731
    for nth in range(1, order + 1):
        _check(function, names, at, nth, tolerance)
        names = [f"(d {name}/d input{path})" for name in names for path in paths]
        function = _derivatives(function)


def _leaves(at: Any) -> list[Value]:
    """The numbers of a tree as leaves of a graph, which the caller's own Values are not part of."""
    return [Value(leaf.data if isinstance(leaf, Value) else leaf) for leaf in tree.leaves(at)]


def _derivatives(function: Outputs) -> Outputs:
    """The function that lists the derivatives of every output by every input."""
    return lambda x: [entry for row in jacobian(function)(x) for entry in tree.leaves(row)]


def _check(function: Outputs, names: list[str], at: Any, nth: int, tolerance: float) -> None:
    """Hold the derivatives of all outputs by all inputs against differences, in both modes."""
    inputs = _leaves(at)
    point = [leaf.data for leaf in inputs]
    reverse = [tree.leaves(row) for row in jacobian(function)(tree.rebuild(at, point))]
    with recording():
        results = [as_value(result) for result in function(tree.rebuild(at, inputs))]
    slices = [Slices(result, inputs, adjoints(result)) for result in results]
    for i, path in enumerate(tree.paths(at)):
        along = [float(i == j) for j in range(len(point))]
        forward = jvp(function)(tree.rebuild(at, point), tree.rebuild(at, along))[1]
        along_one = _AlongOneInput(function, len(names), at, point, i)
        for k, name in enumerate(names):
            section = Section(Perturbed(slices[k], i), along_one.output(k))
            (found,) = differences([section])
            for mode, result in (("reverse", reverse[k][i]), ("forward", forward[k])):
                derivative = as_value(result).data
                check = judged(section, found, derivative, tolerance)
                _require(check, f"order {nth}, {mode} mode: d {name}/d input{path}", derivative)


class _AlongOneInput:
    """The outputs of a function where one of its inputs has another number; each is computed once.

    Where the function raises because it has no value there, they are nan.
    """

    def __init__(self, function: Outputs, count: int, at: Any, point: list[float], index: int) -> None:
        self._function, self._count = function, count
        self._at, self._point, self._index = at, point, index
        self._known: dict[float, list[float]] = {}

    def __call__(self, number: float) -> list[float]:
        if number not in self._known:
            numbers = [*self._point[: self._index], number, *self._point[self._index + 1 :]]
            try:
                with no_grad():
                    results = self._function(tree.rebuild(self._at, [Value(x) for x in numbers]))
                self._known[number] = [as_value(result).data for result in results]
            except (ArithmeticError, ValueError):
                self._known[number] = [nan] * self._count
        return self._known[number]

    def output(self, k: int) -> Callable[[float], float]:
        return lambda number: self(number)[k]


def _require(check: Check, what: str, derivative: float) -> None:
    """Raise AssertionError unless the verdict lets the derivative pass."""
    if check.verdict == DIFFERS:
        raise AssertionError(
            f"{what} is {derivative:.10g}, but finite differences give {check.difference:.10g}, "
            f"right to about {check.error:.0e}"
        )
    if check.verdict == AT_A_KINK:
        raise AssertionError(
            f"{what} is {derivative:.10g}, which cannot be checked: the function has a kink here, where "
            "differences say nothing; check it at another point"
        )
    if check.verdict == NOT_FINITE:
        raise AssertionError(
            f"{what} is {derivative:.10g} and finite differences give {check.difference:.10g}, "
            "which cannot be compared: check it at a point inside the domain"
        )
