"""Functions from functions to their derivatives: grad, value_and_grad, jacobian, hessian, hvp, jvp.

A transform calls the function on fresh Values, so that the graph of the call is there to be read, and
computes gradients in a table beside it. Called with floats it returns floats. Called with Values, or within a
function that is itself being differentiated, it returns Values whose graphs lead on: so transforms nest to
any order.

>>> grad(grad(lambda x: x**3))(2.0)
12.0
"""

from __future__ import annotations

from contextvars import ContextVar
from functools import wraps

from autograd import modes, sweeps, tree
from autograd.annotations import TYPE_CHECKING
from autograd.ops import pos
from autograd.value import Value

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextvars import Token
    from typing import Any

    from autograd.vectors import Number

    Function = Callable[..., Any]

_DEPTH: ContextVar[int] = ContextVar("autograd transforms under way", default=0)


def gradient(out: Value, wrt: Any, differentiable: bool = False) -> Any:
    """The gradient of one node of an existing graph with respect to others; no `grad` attribute changes.

    Args:
        out: the node to differentiate.
        wrt: a Value, or a tree (nested lists, tuples, dicts) of Values.
        differentiable: return Values, whose graphs can be differentiated again, in place of floats.

    Returns:
        A tree of the shape of `wrt`; 0.0 for what `out` does not depend on.

    >>> x = Value(3.0)
    >>> dx = gradient(x**3, x, differentiable=True)
    >>> dx.data, gradient(dx, x)
    (27.0, 18.0)
    """
    if not isinstance(out, Value):
        raise TypeError(f"gradient needs the Value to differentiate, got {type(out).__name__}: {out!r:.60}")
    nodes = tree.leaves(wrt)
    for node in nodes:
        if not isinstance(node, Value):
            raise TypeError(f"gradient is taken with respect to Values, got {type(node).__name__}: {node!r}")
    return tree.rebuild(wrt, _slopes(out, nodes, differentiable))


def _slopes(out: Value, nodes: list[Value], differentiable: bool) -> list[Any]:
    if differentiable:
        with modes.recording():
            graphs = sweeps.adjoint_graphs(out, nodes)
        return [_as_value(graphs.get(node, 0.0)) for node in nodes]
    numbers = sweeps.adjoints(out)
    return [numbers.get(node, 0.0) for node in nodes]


def grad(f: Function, argnums: int | tuple[int, ...] = 0) -> Function:
    """The function that computes the gradient of `f`, shaped as the argument it is taken by.

    Args:
        f: a function that returns one number; its arguments are numbers or trees of numbers.
        argnums: the position of the argument to differentiate by, or a tuple of positions.

    Raises:
        TypeError: when called, if `f` does not return one number or the argument is not made of numbers.

    >>> grad(lambda w: w["a"] * w["b"] ** 2)({"a": 2.0, "b": 3.0})
    {'a': 9.0, 'b': 12.0}
    """
    value_and_gradient = value_and_grad(f, argnums)

    @wraps(f)
    def gradient_of(*args: Any, **kwargs: Any) -> Any:
        return value_and_gradient(*args, **kwargs)[1]

    return gradient_of


def value_and_grad(f: Function, argnums: int | tuple[int, ...] = 0) -> Function:
    """The function that computes `f` and its gradient together, as a pair.

    >>> value_and_grad(lambda x, y: x * y, argnums=(0, 1))(3.0, 4.0)
    (12.0, (4.0, 3.0))
    """

    @wraps(f)
    def value_and_gradient_of(*args: Any, **kwargs: Any) -> tuple[Any, Any]:
        with _Call(args, argnums, kwargs) as call:
            out = _one_number(f, f(*call.args, **kwargs))
            return call.result(out), call.shape(_slopes(out, call.inputs, call.leads_on))

    return value_and_gradient_of


def jacobian(f: Function, argnums: int = 0) -> Function:
    """The derivatives of every output of `f` by every input: a tree of outputs, each a tree of inputs.

    >>> jacobian(lambda x: [x[0] * x[1], x[0] + x[1]])([3.0, 4.0])
    [[4.0, 3.0], [1.0, 1.0]]
    """

    @wraps(f)
    def jacobian_of(*args: Any, **kwargs: Any) -> Any:
        with _Call(args, argnums, kwargs) as call:
            out = f(*call.args, **kwargs)
            rows = [
                call.shape(_slopes(_as_value(leaf), call.inputs, call.leads_on)) for leaf in tree.leaves(out)
            ]
            return tree.rebuild(out, rows)

    return jacobian_of


def hessian(f: Function, argnums: int = 0) -> Function:
    """The second derivatives of `f`, a tree of inputs of trees of inputs.

    >>> hessian(lambda x: x[0] ** 2 * x[1])([3.0, 4.0])
    [[8.0, 6.0], [6.0, 0.0]]
    """
    return jacobian(grad(f, argnums), argnums)


def jvp(f: Function) -> Function:
    """`jvp(f)(at, direction)`: the value of `f` and its derivative along a direction, by the forward mode.

    >>> jvp(lambda x: [x[0] * x[1], x[0]])([3.0, 4.0], [1.0, 0.0])
    ([12.0, 3.0], [4.0, 1.0])
    """

    @wraps(f)
    def jvp_of(at: Any, direction: Any) -> tuple[Any, Any]:
        with _Call((at, direction), (0, 1), {}) as call:
            point, along = call.args
            inputs = tree.leaves(point)
            seeds = tree.leaves(along)
            if len(inputs) != len(seeds):
                raise ValueError(
                    f"the direction needs one number for each of the point's {len(inputs)}, got {len(seeds)}"
                )
            out = f(point)
            leaves = [_as_value(leaf) for leaf in tree.leaves(out)]
            slopes = sweeps.tangents(leaves, dict(zip(inputs, seeds, strict=True)))
            return (
                tree.rebuild(out, [call.result(leaf) for leaf in leaves]),
                tree.rebuild(out, [call.result(slope) for slope in slopes]),
            )

    return jvp_of


def hvp(f: Function) -> Function:
    """`hvp(f)(at, direction)`: the Hessian of `f` times a direction, without forming the Hessian.

    >>> hvp(lambda x: x[0] ** 2 * x[1])([3.0, 4.0], [1.0, 0.0])
    [8.0, 6.0]
    """

    @wraps(f)
    def hvp_of(at: Any, direction: Any) -> Any:
        return jvp(grad(f))(at, direction)[1]

    return hvp_of


class _Call:
    """One call of a function under differentiation: its arguments as fresh nodes, and the way back."""

    def __init__(self, args: tuple[Any, ...], argnums: int | tuple[int, ...], kwargs: dict[str, Any]) -> None:
        self.positions = (argnums,) if isinstance(argnums, int) else tuple(argnums)
        for position in self.positions:
            if not 0 <= position < len(args):
                raise TypeError(
                    f"argnums={argnums} needs an argument at position {position}, got {len(args)} argument(s)"
                )
        self.wrt = args[argnums] if isinstance(argnums, int) else tuple(args[i] for i in argnums)
        self.args = list(args)
        numbers = tree.leaves(self.wrt)
        others = [arg for i, arg in enumerate(args) if i not in self.positions]
        self.nested = (
            _DEPTH.get() > 0
            or any(isinstance(number, Value) for number in numbers)
            or any(_holds_value(arg) for arg in (*others, *kwargs.values()))
        )
        self.leads_on = self.nested and modes.current().recording
        self._recording = modes.recording()
        self._depth: Token[int] | None = None
        if not self.nested:
            self.inputs = [Value(number) for number in numbers]
        else:
            # A Value is passed on as a new node: what f does with it must not be confused with
            # what f does with the same Value taken from outside, as in lambda y: x + y at y = x.
            with modes.recording():
                self.inputs = [pos(x) if isinstance(x, Value) else Value(x) for x in numbers]
        fresh = iter(self.inputs)
        for i in self.positions:
            self.args[i] = tree.rebuild_from(self.args[i], fresh)

    def __enter__(self) -> _Call:
        self._recording.__enter__()
        self._depth = _DEPTH.set(_DEPTH.get() + 1)
        return self

    def __exit__(self, *exception: object) -> None:
        if self._depth is not None:
            _DEPTH.reset(self._depth)
        self._recording.__exit__(*exception)

    def result(self, out: Number) -> Number:
        """A float where the call was given floats, else a Value; inside `no_grad()` without its graph."""
        if self.leads_on:
            return _as_value(out)
        data = out.data if isinstance(out, Value) else out
        return Value(data) if self.nested else data

    def shape(self, slopes: list[Any]) -> Any:
        return tree.rebuild(self.wrt, [self.result(slope) for slope in slopes])


def _holds_value(arg: Any) -> bool:
    try:
        return any(isinstance(leaf, Value) for leaf in tree.leaves(arg))
    except TypeError:  # an argument that is not differentiated may be anything
        return False


def _one_number(f: Function, out: Any) -> Value:
    try:
        return _as_value(out)
    except TypeError as error:
        name = getattr(f, "__name__", repr(f))
        raise TypeError(
            f"grad needs a function that returns one number, but {name} returned {type(out).__name__}; "
            "for several outputs use jacobian"
        ) from error


def _as_value(number: Number) -> Value:
    return number if isinstance(number, Value) else Value(number)
