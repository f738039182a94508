"""A function written down: called once with Values, and what it computed with them as a program."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from autograd import floats
from autograd.compiled.draws import draws_refused
from autograd.compiled.guards import decisions_refused, lookups_refused
from autograd.compiled.kept import kept, reached, released, require_no_state
from autograd.compiled.required import Required, required
from autograd.containers import block, is_array, known_branches, made_like
from autograd.modes import recording
from autograd.programs.flatten import flatten
from autograd.programs.program import Program
from autograd.requirements import Noted
from autograd.value import Value


class Slot(float):
    """Stands in a tree for an input or output of a program, by its position.

    It is a float, so that trees take it as a number.
    """

    __slots__ = ()


class Constant(Slot):
    """The slot of a number that is no float and does not change, such as a count; it is returned as it is."""

    __slots__ = ("number",)
    number: Any

    def __new__(cls, place: int, number: Any) -> Constant:
        made = super().__new__(cls, place)
        made.number = number
        return made

    def __getnewargs__(self) -> tuple[int, Any]:  # type: ignore[override]
        return int(self), self.number


class Whole(float):
    """A whole number among the arguments that is an input."""

    __slots__ = ()


class _IsNumber(type):
    def __instancecheck__(cls, thing: Any) -> bool:
        return not isinstance(thing, (bool, Value)) and floats.is_number(thing)


class Number(metaclass=_IsNumber):
    """What counts as a number: a float, an int, one of numpy; True and a Value do not."""


class Jitted:
    """What `jit` made of a function; compiled as part of another one, it is that function.

    Attributes:
        function: the function.
    """

    function: Callable[..., Any]

    @property
    def home(self) -> str:
        """The name by which any process finds it in a module; empty if there is none."""
        name = getattr(self.function, "__qualname__", "")
        module = getattr(self.function, "__module__", "")
        # A script is another one in another process.
        found = None if module == "__main__" else getattr(sys.modules.get(module), name, None)
        return name if found is self else ""


class Trace(NamedTuple):
    """What a function computes.

    Attributes:
        program: its inputs are the numbers of the arguments, then the parameters.
        args: the arguments by position, with the inputs' positions in place of their numbers.
        kwargs: the arguments by name, likewise.
        parameters: the Values that the function uses without being given them, read anew at each call.
        out: what it returns, with a `Slot` in place of every number that it computes.
        required: what its inputs are held to before the program runs.
    """

    program: Program
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    parameters: list[Value]
    out: Any
    required: Sequence[Required]


def trace(f: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]) -> Trace:
    """Call a function with Values in place of its numbers.

    It is called once; or twice, if it keeps a Value that it makes, such as a parameter of a layer that is
    built at its first call. Then the second call shows how all later ones go on.

    Args:
        f: a function that computes with autograd's operations.
        args: its arguments by position, with floats where its numbers will stand, whatever they are.
        kwargs: its arguments by name.

    Raises:
        TypeError: if the function decides by a number, uses a number of the call before, or returns what is
            no tree of numbers.
    """
    made, nodes = _called(f, args, kwargs)
    earlier = kept(nodes)
    if earlier:
        released(earlier)
        given = nodes[: len(made.program.inputs) - len(made.parameters)]
        made, nodes = _called(f, args, kwargs)
        require_no_state(made.parameters, earlier, given)
        released(kept(nodes))
    return made


def _called(
    f: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]
) -> tuple[Trace, list[Value]]:
    """What one call computes, and the nodes that it was given and has made."""
    inputs: list[Value] = []
    whole: list[Value] = []

    def fresh(number: float) -> Value:
        inputs.append(Value(number, label=f"x{len(inputs) + 1}"))
        if isinstance(number, Whole):
            whole.append(inputs[-1])
        return inputs[-1]

    roots: list[Value] = []

    def noted(number: Any) -> Slot:
        place = len(roots)
        roots.append(number if isinstance(number, Value) else Value(number))
        return Slot(place) if isinstance(number, Value) or type(number) is float else Constant(place, number)

    with recording(), decisions_refused(), Noted() as rules:
        positional = [replaced(arg, float, fresh) for arg in args]
        named = {name: replaced(arg, float, fresh) for name, arg in kwargs.items()}
        with draws_refused(), lookups_refused(whole):
            out = f(*positional, **named)
        shape = replaced(out, (Number, Value), noted, _beside_numbers)
    inside, parameters = reached(roots, inputs)
    places = {node: place for place, node in enumerate(inputs)}

    def placed(node: Value) -> Any:
        return Slot(places[node]) if node in places else node

    made = Trace(
        flatten(roots, [*inputs, *parameters]),
        tuple(replaced(arg, Value, placed) for arg in positional),
        {name: replaced(arg, Value, placed) for name, arg in named.items()},
        parameters,
        shape,
        required(rules, places),
    )
    return made, inside


def replaced(
    thing: Any,
    kinds: Any,
    instead: Callable[[Any], Any],
    otherwise: Callable[[Any], Any] = lambda thing: thing,
) -> Any:
    """A tree with something else in place of the leaves of some kinds; all else stays what it is."""
    if isinstance(thing, kinds):
        return instead(thing)
    if is_array(thing) and thing.dtype.kind in "biuf":
        return block(thing.shape, [instead(cell) for cell in thing.flat])
    if is_array(thing) and thing.dtype.kind == "O":
        return _of_objects(thing, [replaced(cell, kinds, instead, otherwise) for cell in thing.flat])
    branches = known_branches(thing)
    if branches is None:
        return otherwise(thing)
    return made_like(thing, [replaced(branch, kinds, instead, otherwise) for _, branch in branches])


def _of_objects(like: Any, cells: list[Any]) -> Any:
    """An array of a shape: of floats if there are only such, but True stays what it is."""
    if not any(isinstance(cell, bool) for cell in cells):
        return block(like.shape, cells)
    made = like.copy()
    made.flat = cells
    return made


def _beside_numbers(thing: Any) -> Any:
    """What may stand beside the numbers of a result: None, a boolean or a string; all else is refused."""
    if thing is None or isinstance(thing, (bool, str, bytes)):
        return thing
    raise TypeError(
        "jit: a function returns numbers in nested lists, tuples, dicts, dataclasses or arrays, and None, "
        f"booleans and strings beside them, got {type(thing).__name__}: {thing!r:.60}"
    )
