"""A function written down: called once with Values, and what it computed with them as a program."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from autograd import ops
from autograd.compiled.guards import decisions_refused, made_inside
from autograd.containers import block, is_array, known_branches, made_like
from autograd.programs.flatten import flatten
from autograd.programs.program import Program
from autograd.value import Value


class Slot(float):
    """Stands in a tree for an input or output of a program, by its position.

    It is a float, so that trees take it as a number.
    """

    __slots__ = ()


class Jitted:
    """What `jit` made of a function; compiled as part of another one, it is that function."""

    function: Callable[..., Any]


class Trace(NamedTuple):
    """What a function computes.

    Attributes:
        program: its inputs are the numbers of the arguments, then the parameters.
        args: the arguments by position, with the inputs' positions in place of their numbers.
        kwargs: the arguments by name, likewise.
        parameters: the Values that the function uses without being given them, read anew at each call.
        out: what it returns, with a `Slot` in place of every number that it computes.
    """

    program: Program
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    parameters: list[Value]
    out: Any


def trace(f: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]) -> Trace:
    """Call a function once with Values in place of its numbers.

    Args:
        f: a function that computes with autograd's operations.
        args: its arguments by position, with floats where its numbers will stand, whatever they are.
        kwargs: its arguments by name.

    Raises:
        TypeError: if the function decides by a number, or returns what is no tree of numbers.
    """
    inputs: list[Value] = []

    def fresh(number: float) -> Value:
        inputs.append(Value(number))
        return inputs[-1]

    with decisions_refused():
        positional = [replaced(arg, float, fresh) for arg in args]
        named = {name: replaced(arg, float, fresh) for name, arg in kwargs.items()}
        for place, node in enumerate(inputs, 1):
            node.label = f"x{place}"
        out = f(*positional, **named)
    nodes: list[Value] = []

    def noted(number: Any) -> Slot:
        nodes.append(number if isinstance(number, Value) else Value(number))
        return Slot(len(nodes) - 1)

    shape = replaced(out, (float, int, Value), noted, _beside_numbers)
    parameters = _parameters(nodes, inputs)
    program = flatten(nodes, [*inputs, *parameters])
    places = {node: place for place, node in enumerate(inputs)}

    def placed(node: Value) -> Any:
        return Slot(places[node]) if node in places else node

    return Trace(
        program,
        tuple(replaced(arg, Value, placed) for arg in positional),
        {name: replaced(arg, Value, placed) for name, arg in named.items()},
        parameters,
        shape,
    )


def replaced(
    thing: Any,
    kinds: Any,
    instead: Callable[[Any], Any],
    otherwise: Callable[[Any], Any] = lambda thing: thing,
) -> Any:
    """A tree with something else in place of the leaves of some kinds; all else stays what it is."""
    if isinstance(thing, kinds) and not isinstance(thing, bool):
        return instead(thing)
    if is_array(thing):
        return block(thing.shape, [instead(cell) for cell in thing.flat])
    branches = known_branches(thing)
    if branches is None:
        return otherwise(thing)
    return made_like(thing, [replaced(branch, kinds, instead, otherwise) for _, branch in branches])


def _beside_numbers(thing: Any) -> Any:
    """What may stand beside the numbers of a result: None, a boolean or a string; all else is refused."""
    if thing is None or isinstance(thing, (bool, str, bytes)):
        return thing
    raise TypeError(
        "jit: a function returns numbers in nested lists, tuples, dicts, dataclasses or arrays, and None, "
        f"booleans and strings beside them, got {type(thing).__name__}: {thing!r:.60}"
    )


def _parameters(roots: Sequence[Value], inputs: Sequence[Value]) -> list[Value]:
    """The Values from outside that the results were computed from, in the order in which they are met."""
    found: dict[Value, None] = {}
    seen = set(inputs)
    waiting = list(reversed(roots))
    while waiting:
        node = waiting.pop()
        if node in seen:
            continue
        seen.add(node)
        if not made_inside(node):
            found[node] = None
        elif node._operation is ops.RESULT:
            raise TypeError(
                "jit: the function computes inside no_grad(), which leaves the numbers of the first call in "
                "place of how they are computed; write x.detach() where no gradient is to pass"
            )
        else:
            waiting += [operand for operand in (node._right, node._left) if operand is not None]
    return list(found)
