"""Functions from functions to their derivatives: grad, value_and_grad, jacobian, hessian, hvp, jvp.

A transform calls the function on fresh Values, so that the graph of the call is there to be read, and
computes gradients in a table beside it. Called with floats it returns floats. Called with Values, or within a
function that is itself being differentiated, it returns Values whose graphs lead on: so transforms nest to
any order. Numbers may stand in trees: nested lists, tuples, dicts and arrays.

>>> grad(grad(lambda x: x**3))(2.0)
12.0
"""

from __future__ import annotations

from contextvars import ContextVar
from functools import WRAPPER_ASSIGNMENTS, wraps

from autograd import modes, sweeps, tree
from autograd.annotations import TYPE_CHECKING
from autograd.ops import pos
from autograd.primitive import Operation
from autograd.sweeps import as_value
from autograd.value import Value, unrecorded_node

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextvars import Token
    from typing import Any

    from autograd.vectors import Number

    Function = Callable[..., Any]

_DEPTH: ContextVar[int] = ContextVar("autograd transforms under way", default=0)


def grad(f: Function, argnums: int | tuple[int, ...] = 0) -> Function:
    """The function that computes the gradient of `f`.

    Args:
        f: a function that returns one number.
        argnums: the position of the argument to differentiate by, which is a number or a tree of numbers,
            or a tuple of positions. Other arguments may be anything.

    Returns:
        A function of the same arguments. It returns a tree of the shape of that argument; for a tuple of
        positions a tuple of trees.

    Raises:
        TypeError: when called, if `f` does not return one number, the argument is not made of numbers, or
            there is none at that position.

    >>> grad(lambda w: w["a"] * w["b"] ** 2)({"a": 2.0, "b": 3.0})
    {'a': 9.0, 'b': 12.0}
    """
    value_and_gradient = value_and_grad(f, argnums)

    @_called_like(f)
    def gradient_of(*args: Any, **kwargs: Any) -> Any:
        return value_and_gradient(*args, **kwargs)[1]

    return gradient_of


def value_and_grad(f: Function, argnums: int | tuple[int, ...] = 0) -> Function:
    """The function that computes `f` and its gradient together, which costs no more than the gradient.

    Args:
        f: a function that returns one number.
        argnums: the position of the argument to differentiate by, which is a number or a tree of numbers,
            or a tuple of positions. Other arguments may be anything.

    Returns:
        A function of the same arguments. It returns a pair: the number, and a tree of the shape of that
        argument; for a tuple of positions a tuple of trees.

    Raises:
        TypeError: when called, if `f` does not return one number, the argument is not made of numbers, or
            there is none at that position.

    >>> value_and_grad(lambda x, y: x * y, argnums=(0, 1))(3.0, 4.0)
    (12.0, (4.0, 3.0))
    """

    @_called_like(f)
    def value_and_gradient_of(*args: Any, **kwargs: Any) -> tuple[Any, Any]:
        with _Call(args, argnums, kwargs) as call:
            out = _one_number(f, f(*call.args, **kwargs))
            return call.result(out), call.shape(sweeps.slopes(out, call.inputs, call.leads_on))

    return value_and_gradient_of


def jacobian(f: Function, argnums: int = 0) -> Function:
    """The function that computes the derivatives of every output of `f` by every input.

    The reverse mode: one call of `f`, then one sweep for each output.

    Args:
        f: a function that returns a number or a tree of numbers.
        argnums: the position of the argument to differentiate by, which is a number or a tree of numbers.

    Returns:
        A function of the same arguments. It returns a tree of the shape of the output, with a tree of the
        shape of the argument in place of every number: of m outputs by n inputs in lists, m lists of n.

    Raises:
        TypeError: when called, if the output or the argument is not made of numbers, or there is no argument
            at that position.

    >>> jacobian(lambda x: [x[0] * x[1], x[0] + x[1]])([3.0, 4.0])
    [[4.0, 3.0], [1.0, 1.0]]
    >>> jacobian(lambda x: {"area": x["a"] * x["b"]})({"a": 3.0, "b": 4.0})
    {'area': {'a': 4.0, 'b': 3.0}}
    """

    @_called_like(f)
    def jacobian_of(*args: Any, **kwargs: Any) -> Any:
        with _Call(args, argnums, kwargs) as call:
            out = f(*call.args, **kwargs)
            rows = [
                call.shape(sweeps.slopes(as_value(leaf), call.inputs, call.leads_on))
                for leaf in tree.leaves(out)
            ]
            return tree.rebuild(out, rows)

    return jacobian_of


def hessian(f: Function, argnums: int = 0) -> Function:
    """The function that computes the second derivatives of `f`, by every two of its inputs.

    Args:
        f: a function that returns one number.
        argnums: the position of the argument to differentiate by, which is a number or a tree of numbers.

    Returns:
        A function of the same arguments. It returns a tree of the shape of the argument, with another such
        tree in place of every number: of n inputs in a list, n lists of n.

    Raises:
        TypeError: when called, if `f` does not return one number, the argument is not made of numbers, or
            there is none at that position.

    >>> hessian(lambda x: x[0] ** 2 * x[1])([3.0, 4.0])
    [[8.0, 6.0], [6.0, 0.0]]
    """
    return jacobian(grad(f, argnums), argnums)


def jvp(f: Function) -> Function:
    """The function that computes `f` and its derivative along a direction: the Jacobian times a vector.

    The forward mode: one sweep, however many inputs and outputs there are.

    Args:
        f: a function of one argument; it takes and returns a number or a tree of numbers.

    Returns:
        A function of a point and a direction, two trees of the shape of the argument. It returns a pair, the
        value of `f` and its derivative, two trees of the shape of the output.

    Raises:
        TypeError: when called, if the point, the direction or the output is not made of numbers.
        ValueError: when called, if the direction has more or fewer numbers than the point.

    >>> jvp(lambda x: [x[0] * x[1], x[0]])([3.0, 4.0], [1.0, 0.0])
    ([12.0, 3.0], [4.0, 1.0])
    """

    @_called_like(f)
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
            leaves = [as_value(leaf) for leaf in tree.leaves(out)]
            derivatives = sweeps.tangents(leaves, dict(zip(inputs, seeds, strict=True)))
            return (
                tree.rebuild(out, [call.result(leaf) for leaf in leaves]),
                tree.rebuild(out, [call.result(derivative) for derivative in derivatives]),
            )

    return jvp_of


def hvp(f: Function) -> Function:
    """The function that computes the Hessian of `f` times a direction, without forming the Hessian.

    The forward mode through the reverse mode: it costs a few gradients, however many inputs there are
    (Pearlmutter, "Fast exact multiplication by the Hessian", 1994).

    Args:
        f: a function of one argument, a number or a tree of numbers, that returns one number.

    Returns:
        A function of a point and a direction, two trees of the shape of the argument. It returns a third.

    Raises:
        TypeError: when called, if `f` does not return one number, or the point or the direction is not made
            of numbers.
        ValueError: when called, if the direction has more or fewer numbers than the point.

    >>> hvp(lambda x: x[0] ** 2 * x[1])([3.0, 4.0], [1.0, 0.0])
    [8.0, 6.0]
    """

    @_called_like(f)
    def hvp_of(at: Any, direction: Any) -> Any:
        return jvp(grad(f))(at, direction)[1]

    return hvp_of


def _called_like(f: Function) -> Callable[[Function], Function]:
    """`functools.wraps`, but for the docstring of an operation, which is written only when somebody asks."""
    kept = [name for name in WRAPPER_ASSIGNMENTS if not (name == "__doc__" and isinstance(f, Operation))]
    return wraps(f, assigned=kept)


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
            return as_value(out)
        data = out.data if isinstance(out, Value) else out
        return unrecorded_node(data) if self.nested else data

    def shape(self, gradients: list[Any]) -> Any:
        return tree.rebuild(self.wrt, [self.result(gradient) for gradient in gradients])


def _holds_value(arg: Any) -> bool:
    try:
        return any(isinstance(leaf, Value) for leaf in tree.leaves(arg))
    except TypeError:  # an argument that is not differentiated may be anything
        return False


def _one_number(f: Function, out: Any) -> Value:
    try:
        return as_value(out)
    except TypeError as error:
        name = getattr(f, "__name__", repr(f))
        raise TypeError(
            f"grad needs a function that returns one number, but {name} returned {type(out).__name__}; "
            "for several outputs use jacobian"
        ) from error
