"""Functions from functions to their derivatives: grad, value_and_grad, jacobian, hessian, elementwise_grad.

Numbers may stand in trees: nested lists, tuples, dicts, dataclasses and arrays. A derivative has the
structure of what it is a derivative by; arrays come back as float64. Called with floats a transform returns
floats. Called with Values, or where the function uses a variable of a differentiation around it, it returns
Values whose graphs lead on: so transforms nest to any order.

>>> grad(grad(lambda x: x**3))(2.0)
12.0

`gradient` is for a graph that is there already.

What they return can be sent to another process, as `multiprocessing` does, if the function can: one that is
defined at the top level of a module, no lambda.
"""

from __future__ import annotations

from autograd import tree
from autograd.annotations import TYPE_CHECKING
from autograd.arguments import FIRST, Choice, chosen
from autograd.rows import without_values
from autograd.scopes import is_tracing
from autograd.sweeps import as_value, slopes
from autograd.tracing import Call, gradient_at, value_and_gradient_at
from autograd.transformed import Transformed
from autograd.value import Value
from autograd.vectors import sum

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    Function = Callable[..., Any]


def grad(
    f: Function,
    argnums: int | Sequence[int] = FIRST,
    argnames: str | Sequence[str] = (),
    has_aux: bool = False,
    wrt: Any = None,
) -> Function:
    """The function that computes the gradient of `f`.

    Args:
        f: a function that returns one number.
        argnums: the position of the argument to differentiate by, a number or a tree of numbers: 0 is the
            first, -1 the last; or a tuple of positions. Other arguments may be anything.
        argnames: the name of an argument that is given by name, or a tuple of names. Without `argnums` the
            derivatives are by these alone.
        has_aux: whether `f` returns a pair, the number and anything else, which is passed on.
        wrt: in place of an argument: a Value that `f` uses without being given it, or a tree of them, such as
            the list of a model's parameters.

    Returns:
        A function of the same arguments. It returns a tree of the structure of that argument, for a tuple of
        positions or names a tuple of trees, by position and by name a pair of both; with `has_aux` a pair of
        that and what `f` returned beside the number, with floats in place of the Values of the call.

    Raises:
        TypeError: if `f` is no function, `argnums` no position, `argnames` no name, or `wrt` no tree of
            Values; when called, if `f` does not return one number, the argument is not made of numbers, or
            there is none at that position or of that name.
        ValueError: if an argument is asked for twice.

    >>> grad(lambda w: w["a"] * w["b"] ** 2)({"a": 2.0, "b": 3.0})
    {'a': 9.0, 'b': 12.0}
    >>> grad(lambda x, w: w * x, argnames="w")(3.0, w=2.0)
    3.0
    >>> grad(lambda x: (x**2, {"twice": 2 * x}), has_aux=True)(3.0)
    (6.0, {'twice': 6.0})
    """
    return Transformed("grad", gradient_at, f, chosen(argnums, argnames, wrt), has_aux)


def value_and_grad(
    f: Function,
    argnums: int | Sequence[int] = FIRST,
    argnames: str | Sequence[str] = (),
    has_aux: bool = False,
    wrt: Any = None,
) -> Function:
    """The function that computes `f` and its gradient together, which costs no more than the gradient.

    Args:
        f: a function that returns one number.
        argnums: the position of the argument to differentiate by, or a tuple of positions, as for `grad`.
        argnames: the name of an argument that is given by name, or a tuple of names, as for `grad`.
        has_aux: whether `f` returns a pair, the number and anything else, which is passed on.
        wrt: in place of an argument, Values that `f` uses without being given them, as for `grad`.

    Returns:
        A function of the same arguments. It returns a pair: the number, and what `grad` returns. With
        `has_aux` the first is itself a pair, the number and the other.

    Raises:
        TypeError: if `f` is no function, `argnums` no position or `argnames` no name; when called, if `f`
            does not return one number, the argument is not made of numbers, or there is none at that position
            or of that name.
        ValueError: if an argument is asked for twice.

    >>> value_and_grad(lambda x, y: x * y, argnums=(0, 1))(3.0, 4.0)
    (12.0, (4.0, 3.0))
    >>> value_and_grad(lambda x: (x**2, "note"), has_aux=True)(3.0)
    ((9.0, 'note'), 6.0)
    >>> w = Value(4.0)
    >>> value_and_grad(lambda x: w * x, wrt=[w])(3.0)
    (12.0, [3.0])
    """
    return Transformed("value_and_grad", value_and_gradient_at, f, chosen(argnums, argnames, wrt), has_aux)


def jacobian(
    f: Function,
    argnums: int | Sequence[int] = FIRST,
    argnames: str | Sequence[str] = (),
    has_aux: bool = False,
) -> Function:
    """The function that computes the derivatives of every output of `f` by every input.

    The reverse mode: one call of `f`, then one sweep for each output.

    Args:
        f: a function that returns a number or a tree of numbers.
        argnums: the position of the argument to differentiate by, or a tuple of positions, as for `grad`.
        argnames: the name of an argument that is given by name, or a tuple of names, as for `grad`.
        has_aux: whether `f` returns a pair, the output and anything else, which is passed on.

    Returns:
        A function of the same arguments. It returns the tree of the output, with the tree of the argument in
        place of every number: of m outputs by n inputs in lists, m lists of n. An array of shape T by an
        array of shape S gives an array of shape T + S. With `has_aux` a pair of that and the other.

    Raises:
        TypeError: if `f` is no function, `argnums` no position or `argnames` no name; when called, if the
            output or the argument is not made of numbers, or there is no argument at that position or of that
            name.
        ValueError: if an argument is asked for twice.

    >>> jacobian(lambda x: [x[0] * x[1], x[0] + x[1]])([3.0, 4.0])
    [[4.0, 3.0], [1.0, 1.0]]
    >>> jacobian(lambda x: {"area": x["a"] * x["b"]})({"a": 3.0, "b": 4.0})
    {'area': {'a': 4.0, 'b': 3.0}}
    """
    return Transformed("jacobian", _jacobian, f, chosen(argnums, argnames), has_aux)


def _jacobian(
    name: str, f: Function, settings: tuple[Choice, bool], args: Sequence[Any], kwargs: dict[str, Any]
) -> Any:
    choice, has_aux = settings
    with Call(name, f, choice, args, kwargs) as call:
        out, aux = call.output(has_aux)
        nodes = call.follow(call.numbers(out), aux)
        matrix = tree.product(out, call.wrt, map(call.slopes, nodes))
        return (matrix, call.beside(aux)) if has_aux else matrix


def hessian(
    f: Function,
    argnums: int | Sequence[int] = FIRST,
    argnames: str | Sequence[str] = (),
    has_aux: bool = False,
) -> Function:
    """The function that computes the second derivatives of `f`, by every two of its inputs.

    Args:
        f: a function that returns one number.
        argnums: the position of the argument to differentiate by, or a tuple of positions, as for `grad`.
        argnames: the name of an argument that is given by name, or a tuple of names, as for `grad`.
        has_aux: whether `f` returns a pair, the number and anything else, which is passed on.

    Returns:
        A function of the same arguments. It returns a tree of the structure of the argument, with another
        such tree in place of every number: of n inputs in a list, n lists of n. An array of shape S gives an
        array of shape S + S. With `has_aux` a pair of that and the other.

    Raises:
        TypeError: if `f` is no function, `argnums` no position or `argnames` no name; when called, if `f`
            does not return one number, the argument is not made of numbers, or there is none at that position
            or of that name.
        ValueError: if an argument is asked for twice.

    >>> hessian(lambda x: x[0] ** 2 * x[1])([3.0, 4.0])
    [[8.0, 6.0], [6.0, 0.0]]
    """
    return Transformed("hessian", _hessian, f, chosen(argnums, argnames), has_aux)


def _hessian(
    name: str, f: Function, settings: tuple[Choice, bool], args: Sequence[Any], kwargs: dict[str, Any]
) -> Any:
    gradient = Transformed(name, gradient_at, f, *settings)
    return _jacobian(name, gradient, settings, args, kwargs)


def elementwise_grad(
    f: Function, argnums: int | Sequence[int] = FIRST, argnames: str | Sequence[str] = ()
) -> Function:
    """The function that computes the derivative of each output of `f` by the input in the same place.

    It is the gradient of the sum of all outputs, so it is right only where no output depends on an input in
    another place; `jacobian` computes all derivatives. Of a function of one number it is `grad`.

    Args:
        f: a function of n numbers that returns n numbers, each in an array or another tree.
        argnums: the position of the argument to differentiate by, or a tuple of positions, as for `grad`.
        argnames: the name of an argument that is given by name, or a tuple of names, as for `grad`.

    Returns:
        A function of the same arguments. It returns a tree of the structure of the argument.

    Raises:
        TypeError: if `f` is no function, `argnums` no position or `argnames` no name; when called, if the
            output or the argument is not made of numbers, or there is no argument at that position or of that
            name.
        ValueError: if an argument is asked for twice; when called, if `f` returns more or fewer numbers than
            the argument has.

    >>> elementwise_grad(lambda x: [x[0] ** 2, x[1] ** 3])([3.0, 2.0])
    [6.0, 12.0]
    """
    return Transformed("elementwise_grad", _elementwise_grad, f, chosen(argnums, argnames))


def _elementwise_grad(
    name: str, f: Function, settings: tuple[Choice], args: Sequence[Any], kwargs: dict[str, Any]
) -> Any:
    (choice,) = settings
    with Call(name, f, choice, args, kwargs) as call:
        nodes = call.follow(call.numbers(call.output()[0]))
        for argument in choice.each(call.wrt):
            require_as_many(name, len(tree.leaves(argument)), len(nodes))
        return call.gradient(as_value(sum(nodes)))


def require_as_many(name: str, inputs: int, outputs: int) -> None:
    """Raise ValueError if outputs cannot be differentiated each by the input in its place."""
    if inputs != outputs:
        raise ValueError(
            f"{name} needs a function that returns as many numbers as its argument has, "
            f"{inputs}, got {outputs}; jacobian is for any number of outputs"
        )


def gradient(out: Value, wrt: Any, differentiable: bool = False) -> Any:
    """The gradient of one node of an existing graph with respect to others; no `grad` attribute changes.

    Args:
        out: the node to differentiate.
        wrt: a Value, or a tree (nested lists, tuples, dicts) of Values.
        differentiable: return Values, whose graphs can be differentiated again, in place of floats.

    Returns:
        A tree of the shape of `wrt`; 0.0 for what `out` does not depend on.

    Raises:
        TypeError: if `out` is not a Value or `wrt` is not made of Values.

    >>> x = Value(3.0)
    >>> dx = gradient(x**3, x, differentiable=True)
    >>> dx.data, gradient(dx, x)
    (27.0, 18.0)
    """
    if not isinstance(out, Value):
        raise TypeError(f"gradient needs the Value to differentiate, got {type(out).__name__}: {out!r:.60}")
    if not differentiable and is_tracing():
        raise TypeError(
            "jit: gradient(...) would keep the numbers of the first call; give differentiable=True"
        )
    nodes = tree.leaves(wrt)
    for number in without_values(nodes):
        raise TypeError(f"gradient is taken with respect to Values, got {type(number).__name__}: {number!r}")
    return tree.rebuild(wrt, slopes(out, nodes, differentiable))
