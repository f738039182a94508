"""One call of a function that is being differentiated.

The function is called on fresh Values, so that the graph of the call is there to be read. Then it is decided
what comes back, floats or Values:

>>> from autograd import grad
>>> grad(lambda x: x * grad(lambda y: y**2)(3.0))(1.0)  # d/dx 6x: the inner call has nothing to do with x
6.0
>>> grad(lambda x: x * grad(lambda y: x * y**2)(3.0))(1.0)  # d/dx 6x*x: here it has, through the closure
12.0

A call that was given Values returns Values. One that was given plain numbers returns floats, unless its graph
reaches an input of another call that is under way: then the derivative of that one has to pass. The fresh
nodes of every call are its own, so that no call takes the variable of another for its own (Siskind and
Pearlmutter, "Perturbation confusion and referential transparency", 2005).
"""

from __future__ import annotations

from autograd import modes, tree
from autograd.annotations import TYPE_CHECKING
from autograd.arguments import Outside
from autograd.containers import is_cell, numbers_of, shape_of
from autograd.graph import dependents, nodes_of
from autograd.ops import pos
from autograd.places import Ways
from autograd.rows import as_leaves, values_of
from autograd.scopes import is_tracing
from autograd.sweeps import as_value, slopes
from autograd.value import Value, constant, unrecorded_node

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import Any, Final

    from autograd.arguments import Choice
    from autograd.vectors import Number

    Function = Callable[..., Any]

# The calls under way in all threads, because a function may hand its work to others. Those that have nothing
# to do with one another do no harm here: no graph leads from one to the other.
_UNDER_WAY: Final[list[Call]] = []
_NOBODY: Final[list[Call]] = []  # is never changed


class Call:
    """A function, its arguments as fresh nodes, and the way back to what it was called with."""

    def __init__(
        self, name: str, f: Function, choice: Choice, args: Sequence[Any], kwargs: dict[str, Any]
    ) -> None:
        self._name = name  # of the transform, for errors
        self._f: Any = f
        self.inputs: list[Value] = []
        # whether Values come back; asking for the arguments by name takes long, and mostly there are none
        self.nested = _have_values(args) or (bool(kwargs) and _have_values(kwargs.values()))
        self.leads_on = False  # and whether their graphs lead on
        self._outside = modes.current_place()
        self._recording: modes.Switch | None = None
        self._outer = _NOBODY
        self._args: list[Any] = list(args)
        self._kwargs = kwargs
        if choice.is_first and self._args and type(self._args[0]) is float:
            self.wrt: Any = args[0]
            self.inputs.append(constant(args[0]))
            self._args[0] = self.inputs[0]
        elif isinstance(choice, Outside):
            self.wrt = choice.values
            self.inputs += tree.leaves(self.wrt)
        else:
            self.wrt = choice.of(args, kwargs)
            new = tree.rebuild(self.wrt, self.fresh(tree.leaves(self.wrt)))
            self._args, self._kwargs = choice.put(new, args, kwargs)

    def fresh(self, numbers: list[Any]) -> list[Value]:
        """A new input for each number.

        A Value is passed on as a new node: what the function does with it must not be confused with what it
        does with the same Value taken from outside, as in lambda y: x + y at y = x.
        """
        if values_of(numbers):
            self.nested = True
            with modes.recording():
                nodes = [pos(number) if isinstance(number, Value) else Value(number) for number in numbers]
        else:
            nodes = as_leaves(numbers)
        self.inputs += nodes
        return nodes

    def __enter__(self) -> Call:
        if not self._outside.mode.recording:
            self._recording = modes.recording()
            self._recording.__enter__()
        if _UNDER_WAY:
            self._outer = _UNDER_WAY[:]
        _UNDER_WAY.append(self)
        return self

    def __exit__(self, *exception: object) -> None:
        _UNDER_WAY.remove(self)
        self._outer = _NOBODY
        if self._recording is None:
            modes.here_again(self._outside)
        else:
            self._recording.__exit__(*exception)

    def output(self, has_aux: bool = False) -> tuple[Any, Any]:
        """What the function returns, and what it returns beside that; None unless it has such a thing."""
        out = self._f(*self._args, **self._kwargs) if self._kwargs else self._f(*self._args)
        if not has_aux:
            return out, None
        if isinstance(out, (tuple, list)) and len(out) == 2:
            return out[0], out[1]
        raise TypeError(
            "with has_aux=True the function returns a pair, what is differentiated and anything beside it, "
            f"but {_name(self._f)} returned {_counted(out)}"
        )

    def number(self, out: Any) -> Value:
        """The output of a function that returns one number."""
        if isinstance(out, Value):
            return out
        if is_cell(out) and shape_of(out) == ():
            return as_value(numbers_of(out)[0])
        several = "a pair of a number and anything else needs has_aux=True, " if type(out) is tuple else ""
        raise TypeError(
            f"{self._name} needs a function that returns one number, but {_name(self._f)} returned "
            f"{type(out).__name__}; {several}for several outputs use jacobian"
        )

    def numbers(self, out: Any) -> list[Number]:
        """The output of a function that may return a tree."""
        try:
            return tree.leaves(out)
        except TypeError as error:
            error.add_note(f"in what {_name(self._f)} returned")
            raise

    def follow(self, outputs: Iterable[Number], aux: Any = None) -> list[Value]:
        """The outputs as Values, when it has been decided whether their derivatives lead on."""
        nodes = [as_value(output) for output in outputs]
        if self._outer and not self.nested:
            variables = [node for call in self._outer for node in call.inputs]
            self.nested = Ways([*nodes, *tree.values(aux)], variables).open
        if not self.nested:  # a float would be the same at every call of what is being written down
            self.nested = is_tracing()
        self.leads_on = self.nested and self._outside.mode.recording
        return nodes

    def slopes(self, out: Value) -> list[Any]:
        """The gradient of an output: a row of a number for each input."""
        return self.results(slopes(out, self.inputs, self.leads_on))

    def gradient(self, out: Value) -> Any:
        """The same as a tree of the structure of what it is a gradient by."""
        found = self.slopes(out)
        return found[0] if type(self.wrt) is float else tree.rebuild(self.wrt, found)

    def results(self, numbers: list[Any]) -> list[Any]:
        """Floats where the call was given floats, else Values; inside `no_grad()` without their graphs."""
        if not self.nested:
            return numbers
        return [released(number, self.nested, self.leads_on) for number in numbers]

    def result(self, number: Number) -> Number:
        """The same of one number."""
        return released(number, self.nested, self.leads_on)

    def beside(self, aux: Any) -> Any:
        """What the function returned beside its output, with results in place of the Values of this call."""
        found = tree.values(aux)
        own = dependents(nodes_of(*found), self.inputs)
        return tree.replaced(aux, {value: self.result(value) for value in found if value in own})


def gradient_at(
    name: str, f: Function, settings: tuple[Choice, bool], args: Sequence[Any], kwargs: dict[str, Any]
) -> Any:
    """What `grad(f)` returns for some arguments; `name` is the transform that asks."""
    value, gradient = value_and_gradient_at(name, f, settings, args, kwargs)
    return (gradient, value[1]) if settings[1] else gradient


def value_and_gradient_at(
    name: str, f: Function, settings: tuple[Choice, bool], args: Sequence[Any], kwargs: dict[str, Any]
) -> tuple[Any, Any]:
    """What `value_and_grad(f)` returns for some arguments."""
    choice, has_aux = settings
    with Call(name, f, choice, args, kwargs) as call:
        out, aux = call.output(has_aux)
        [node] = call.follow([call.number(out)], aux)
        value, gradient = call.result(node), call.gradient(node)
        return ((value, call.beside(aux)) if has_aux else value), gradient


def released(number: Number, nested: bool, leads_on: bool) -> Number:
    """A number of a call's graph as it is handed out."""
    if leads_on:
        return as_value(number)
    data = number.data if isinstance(number, Value) else number
    return unrecorded_node(data) if nested else data


def _have_values(arguments: Iterable[Any]) -> bool:
    for argument in arguments:  # noqa: SIM110 (compiled, a loop is quicker than any() over a generator)
        if type(argument) is not float and tree.values(argument):
            return True
    return False


def _name(f: Function) -> str:
    return getattr(f, "__name__", None) or repr(f)


def _counted(out: Any) -> str:
    return f"a {type(out).__name__} of {len(out)}" if isinstance(out, (tuple, list)) else type(out).__name__
