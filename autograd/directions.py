"""Derivatives along a direction, a Jacobian or a Hessian times a vector: jvp, vjp, hvp.

None of them forms the matrix. A direction has the structure of what it is a direction of: lists, tuples and
arrays of one shape pair by position, dicts by key, dataclasses by field; anything else is an error.
"""

from __future__ import annotations

from autograd import modes, sweeps, tree
from autograd.annotations import TYPE_CHECKING
from autograd.arguments import FIRST, Choice, chosen
from autograd.tracing import Call, gradient_at, released
from autograd.transformed import Transformed
from autograd.vectors import dot

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    Function = Callable[..., Any]


def jvp(f: Function, argnums: int | Sequence[int] = FIRST, argnames: str | Sequence[str] = ()) -> Function:
    """The function that computes `f` and its derivative along a direction: the Jacobian times a vector.

    The forward mode: one sweep, however many inputs and outputs there are.

    Args:
        f: a function that returns a number or a tree of numbers.
        argnums: the position of the argument that moves along the direction, a number or a tree of numbers;
            or a tuple of positions. The other arguments stay.
        argnames: the name of an argument that is given by name, or a tuple of names, as for `grad`.

    Returns:
        A function of the same arguments and, after them, a direction of the structure of that argument; for
        several arguments a tuple. It returns a pair, the value of `f` and its derivative, two trees of the
        structure of the output.

    Raises:
        TypeError: if `f` is no function, `argnums` no position or `argnames` no name; when called, if the
            point, the direction or the output is not made of numbers, or there is no such argument or no
            direction.
        ValueError: if an argument is asked for twice; when called, if the direction has another structure
            than the point.

    >>> jvp(lambda x: [x[0] * x[1], x[0]])([3.0, 4.0], [1.0, 0.0])
    ([12.0, 3.0], [4.0, 1.0])
    >>> jvp(lambda x, y: x * y, argnums=(0, 1))(3.0, 4.0, (1.0, 0.0))
    (12.0, 4.0)
    """
    return Transformed("jvp", _jvp, f, chosen(argnums, argnames))


def _jvp(
    name: str, f: Function, settings: tuple[Choice], args: Sequence[Any], kwargs: dict[str, Any]
) -> tuple[Any, Any]:
    (choice,) = settings
    if len(args) < 1 + (choice.positions is not None):
        raise TypeError(
            f"{name}(f) takes the arguments of f and after them a direction, as in "
            f"{name}(f)(x, direction), got {len(args)} argument(s) by position"
        )
    *point, direction = args
    with Call(name, f, choice, point, kwargs) as call:
        inputs = call.inputs[:]
        seeds = dict(zip(inputs, call.fresh(tree.paired(call.wrt, direction)), strict=True))
        try:
            out, _ = call.output()
        except TypeError as error:
            error.add_note(
                f"{name}(f) calls f with all arguments but the last, which is the direction; several "
                f"arguments move together as in {name}(f, argnums=(0, 1))(x, y, (dx, dy))"
            )
            raise
        nodes = call.follow(call.numbers(out))
        graphs = call.leads_on or modes.watcher() is not None
        derivatives = sweeps.tangents(nodes, seeds) if graphs else sweeps.tangent_numbers(nodes, seeds)
        return (
            tree.rebuild(out, map(call.result, nodes)),
            tree.rebuild(out, map(call.result, derivatives)),
        )


def hvp(f: Function, argnums: int | Sequence[int] = FIRST, argnames: str | Sequence[str] = ()) -> Function:
    """The function that computes the Hessian of `f` times a direction, without forming the Hessian.

    The forward mode through the reverse mode: it costs a few gradients, however many inputs there are
    (Pearlmutter, "Fast exact multiplication by the Hessian", 1994).

    Args:
        f: a function that returns one number.
        argnums: the position of the argument that moves along the direction, a number or a tree of numbers;
            or a tuple of positions. The other arguments stay.
        argnames: the name of an argument that is given by name, or a tuple of names, as for `grad`.

    Returns:
        A function of the same arguments and, after them, a direction of the structure of that argument; for
        several arguments a tuple. It returns a third such tree.

    Raises:
        TypeError: if `f` is no function, `argnums` no position or `argnames` no name; when called, if `f`
            does not return one number, the point or the direction is not made of numbers, or there is no such
            argument or no direction.
        ValueError: if an argument is asked for twice; when called, if the direction has another structure
            than the point.

    >>> hvp(lambda x: x[0] ** 2 * x[1])([3.0, 4.0], [1.0, 0.0])
    [8.0, 6.0]
    """
    return Transformed("hvp", _hvp, f, chosen(argnums, argnames))


def _hvp(name: str, f: Function, settings: tuple[Choice], args: Sequence[Any], kwargs: dict[str, Any]) -> Any:
    gradient = Transformed(name, gradient_at, f, *settings, False)
    return _jvp(name, gradient, settings, args, kwargs)[1]


def vjp(f: Function, argnums: int | Sequence[int] = FIRST, argnames: str | Sequence[str] = ()) -> Function:
    """The function that computes `f` and the way back: a vector times the Jacobian, for any vector.

    The reverse mode: one call of `f`, then one sweep for each vector.

    Args:
        f: a function that returns a number or a tree of numbers.
        argnums: the position of the argument to differentiate by, or a tuple of positions, as for `grad`.
        argnames: the name of an argument that is given by name, or a tuple of names, as for `grad`.

    Returns:
        A function of the same arguments. It returns a pair: the value of `f`, and a function `pull` that may
        be called any number of times. `pull(direction)` takes a tree of the structure of the output, a number
        for each output, and returns the gradient of their weighted sum, a tree of the structure of the
        argument.

    Raises:
        TypeError: if `f` is no function, `argnums` no position or `argnames` no name; when called, if the
            output or the argument is not made of numbers, or there is no argument at that position or of that
            name.
        ValueError: if an argument is asked for twice; by `pull`, if the direction has another structure than
            the output.

    >>> value, pull = vjp(lambda x: [x[0] * x[1], x[0]])([3.0, 4.0])
    >>> value, pull([1.0, 0.0]), pull([0.0, 1.0])
    ([12.0, 3.0], [4.0, 3.0], [1.0, 0.0])
    """
    return Transformed("vjp", _vjp, f, chosen(argnums, argnames))


def _vjp(
    name: str, f: Function, settings: tuple[Choice], args: Sequence[Any], kwargs: dict[str, Any]
) -> tuple[Any, Callable[[Any], Any]]:
    (choice,) = settings
    with Call(name, f, choice, args, kwargs) as call:
        out, _ = call.output()
        nodes = call.follow(call.numbers(out))

    def pull(direction: Any) -> Any:
        """The gradient of the outputs, weighted by the direction."""
        weights = tree.paired(out, direction, "output")
        nested = call.nested or bool(tree.values(weights))
        leads_on = nested and modes.current().recording
        with modes.recording():
            weighted = sweeps.as_value(dot(nodes, weights))
        slopes = sweeps.slopes(weighted, call.inputs, leads_on)
        return tree.rebuild(call.wrt, [released(slope, nested, leads_on) for slope in slopes])

    return tree.rebuild(out, map(call.result, nodes)), pull


def pulled(
    name: str, f: Function, settings: tuple[Choice], args: Sequence[Any], kwargs: dict[str, Any]
) -> Any:
    """What the way back of `vjp(f)` returns, for the arguments of `f` and, after them, a direction."""
    *point, direction = args
    return _vjp(name, f, settings, point, kwargs)[1](direction)
