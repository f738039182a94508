"""The transforms on traces: what `grad`, `jacobian` and the others return, as a program.

A function that a transform made is not called to be traced. What it was made of is, and the transform is
carried out on the program; so no number decides anything, and a choice stays a choice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from autograd import tree
from autograd.arguments import EVERY, Choice, Outside
from autograd.compiled.trace import Constant, Jitted, Slot, Trace, replaced, trace
from autograd.directions import _hvp, _jvp, pulled
from autograd.programs.as_graph import as_graph
from autograd.programs.derivative import with_gradient
from autograd.programs.entries import Entries, jacobian_entries
from autograd.programs.forward import with_tangents
from autograd.programs.join import with_inputs_in_order, with_more_inputs, with_outputs, with_weighted_sum
from autograd.programs.program import Program
from autograd.tracing import gradient_at, value_and_gradient_at
from autograd.transformed import Transformed
from autograd.transforms import _elementwise_grad, _hessian, _jacobian, require_as_many

Rule: TypeAlias = Callable[..., Trace]


def traced(
    f: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any], again: bool = False
) -> Trace:
    """What a function computes, be it made by transforms or not.

    Args:
        f: as for `trace`.
        args: as for `trace`.
        kwargs: as for `trace`.
        again: whether the trace is to be differentiated.

    Raises:
        TypeError: as for `trace`; or if the transform has no program.
    """
    if isinstance(f, Jitted):
        return traced(f.function, args, kwargs, again)
    if not isinstance(f, Transformed):
        return trace(f, args, kwargs)
    rule = RULES.get(f._run)
    if rule is None:
        raise TypeError(f"{f._name} returns a function, which no program does; call jit({f._name}(f)) itself")
    *rest, direction = args if rule in (_along, _hessian_along, _pulled_back) else (*args, None)
    inner = traced(f._f, rest, kwargs, True)
    settings = f._settings
    if settings and isinstance(settings[0], Outside):
        inner, within = _among_inputs(inner, settings[0].values)
        settings = (within, *settings[1:])
    directed = () if direction is None else (direction,)
    made = rule(f._name, inner, *settings, *directed)
    return _again(inner, made) if again else made


def _among_inputs(inner: Trace, values: Any) -> tuple[Trace, Outside]:
    """Values that a function uses without being given them, as inputs of its program.

    One that it does not use becomes an input too, so that its derivative is 0.0.
    """
    values = inner.parameters if values is EVERY else values
    found = {id(value): value for value in tree.leaves(values)}
    known = {id(value): place for place, value in enumerate(inner.parameters)}
    more = [value for value in found.values() if id(value) not in known]
    inputs = inner.program.inputs
    program = with_more_inputs(inner.program, len(inputs), [f"w{i}" for i in range(1, 1 + len(more))])
    known |= {id(value): place for place, value in enumerate(more, len(inner.parameters))}
    # in the order of the gradient, then those that it is not taken by
    parameters = [*found.values(), *(value for value in inner.parameters if id(value) not in found)]
    given = len(inputs) - len(inner.parameters)
    order = [*range(given), *(given + known[id(value)] for value in parameters)]
    places = {id(value): Slot(given + place) for place, value in enumerate(parameters)}
    slots = tree.rebuild(values, [places[id(value)] for value in tree.leaves(values)])
    program = with_inputs_in_order(program, order)
    return inner._replace(program=program, parameters=parameters), Outside(slots)


def _again(inner: Trace, made: Trace) -> Trace:
    """The derivative of a trace, to be differentiated again."""
    return made._replace(program=as_graph(made.program, len(inner.program)))


def _gradient(name: str, inner: Trace, choice: Choice, has_aux: bool) -> Trace:
    number, aux = _split(name, inner.out, has_aux)
    program, out = _with_gradient(inner, choice, number)
    return _chosen(inner, program, (out, aux) if has_aux else out)


def _value_and_gradient(name: str, inner: Trace, choice: Choice, has_aux: bool) -> Trace:
    number, _ = _split(name, inner.out, has_aux)
    program, out = _with_gradient(inner, choice, number)
    return _chosen(inner, program, (inner.out, out))


def _jacobian_of(name: str, inner: Trace, choice: Choice, has_aux: bool) -> Trace:
    out, aux = _split(name, inner.out, has_aux, several=True)
    wrt = choice.of(inner.args, inner.kwargs)
    rows, columns = _places(out), _places(wrt)
    found = jacobian_entries(inner.program, rows, columns)
    zero = len(inner.program.outputs)
    matrix = [[Slot(zero)] * len(columns) for _ in rows]
    for entry, (row, column) in enumerate(zip(found.rows, found.columns, strict=True), zero + 1):
        matrix[row][column] = Slot(entry)
    made = tree.product(out, wrt, matrix)
    return _chosen(inner, found.program, (made, aux) if has_aux else made)


def _hessian_of(name: str, inner: Trace, choice: Choice, has_aux: bool) -> Trace:
    return _jacobian_of(name, _again(inner, _gradient(name, inner, choice, has_aux)), choice, has_aux)


def entries_of(
    f: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]
) -> tuple[Trace, Entries, tuple[int, int]]:
    """The entries of a Jacobian or Hessian without its zeros, and how many rows and columns it has.

    Args:
        f: what `jacobian` or `hessian` returned.
        args: as for `trace`.
        kwargs: as for `trace`.

    Returns:
        The trace of what is differentiated once more, the entries, which come last in their program, and the
        shape of the matrix.

    Raises:
        TypeError: if `f` is something else.
    """
    while isinstance(f, Jitted):
        f = f.function
    if not isinstance(f, Transformed) or f._run not in (_jacobian, _hessian):
        raise TypeError(f"a sparse matrix comes from jit(jacobian(f)) or jit(hessian(f)), got a jit of {f!r}")
    choice, has_aux = f._settings
    inner = traced(f._f, args, kwargs, True)
    if f._run is _hessian:
        inner = _again(inner, _gradient(f._name, inner, choice, has_aux))
    out, _ = _split(f._name, inner.out, has_aux, several=True)
    rows, columns = _places(out), _places(choice.of(inner.args, inner.kwargs))
    return inner, jacobian_entries(inner.program, rows, columns), (len(rows), len(columns))


def _along(name: str, inner: Trace, choice: Choice, direction: Any) -> Trace:
    point = choice.of(inner.args, inner.kwargs)
    places = _places(point)
    moved, speeds = _with_direction(inner, point, direction, "point", "d")
    program = with_tangents(moved.program, dict(zip(places, speeds, strict=True)))
    outputs = len(inner.program.outputs)
    derivative = replaced(inner.out, float, lambda slot: Slot(int(slot) + outputs))
    return _chosen(moved, program, (inner.out, derivative))


def _hessian_along(name: str, inner: Trace, choice: Choice, direction: Any) -> Trace:
    found = _along(name, _again(inner, _gradient(name, inner, choice, False)), choice, direction)
    return _chosen(found, found.program, found.out[1])


def _elementwise(name: str, inner: Trace, choice: Choice) -> Trace:
    outputs = _places(inner.out)
    for argument in choice.each(choice.of(inner.args, inner.kwargs)):
        require_as_many(name, len(tree.leaves(argument)), len(outputs))
    if not outputs:
        return _chosen(inner, inner.program, choice.of(inner.args, inner.kwargs))
    total = with_weighted_sum(with_outputs(inner.program, outputs))
    program, out = _with_gradient(inner._replace(program=total), choice, Slot(0))
    return _chosen(inner, program, out)


def _pulled_back(name: str, inner: Trace, choice: Choice, direction: Any) -> Trace:
    outputs = _places(inner.out)
    weighted, weights = _with_direction(inner, inner.out, direction, "output", "upstream")
    total = with_weighted_sum(with_outputs(weighted.program, outputs), weights)
    program, out = _with_gradient(weighted._replace(program=total), choice, Slot(0))
    return _chosen(weighted, program, out)


def _with_direction(
    inner: Trace, like: Any, direction: Any, name: str, prefix: str
) -> tuple[Trace, list[int]]:
    """The trace with one more argument, a direction, and the inputs that hold it in the order of `like`."""
    given = len(inner.program.inputs) - len(inner.parameters)
    slots = tree.rebuild(direction, [Slot(given + i) for i in range(len(tree.leaves(direction)))])
    new = [int(slot) for slot in tree.paired(like, slots, name)]
    names = [f"{prefix}{i}" for i in range(1, 1 + len(new))]
    program = with_more_inputs(inner.program, given, names)
    return inner._replace(program=program, args=(*inner.args, slots)), new


RULES: Mapping[Callable[..., Any], Rule] = {
    gradient_at: _gradient,
    value_and_gradient_at: _value_and_gradient,
    _jacobian: _jacobian_of,
    _hessian: _hessian_of,
    _jvp: _along,
    _hvp: _hessian_along,
    _elementwise_grad: _elementwise,
    pulled: _pulled_back,
}


def _split(name: str, out: Any, has_aux: bool, several: bool = False) -> tuple[Any, Any]:
    """What is differentiated, and what the function returns beside it."""
    aux = None
    if has_aux:
        if not isinstance(out, (tuple, list)) or len(out) != 2:
            raise TypeError(f"with has_aux=True the function that {name} differentiates returns a pair")
        out, aux = out
    if not several and not isinstance(out, Slot):
        raise TypeError(
            f"{name} needs a function that returns one number, got one that returns {type(out).__name__}; "
            "for several outputs use jacobian"
        )
    return out, aux


def _with_gradient(inner: Trace, choice: Choice, number: Slot) -> tuple[Program, Any]:
    """A program that computes a gradient too, and the tree of its outputs."""
    wrt = choice.of(inner.args, inner.kwargs)
    places = _places(wrt)
    start = len(inner.program.outputs)
    program = with_gradient(inner.program, places, int(number))
    return program, tree.rebuild(wrt, [Slot(start + i) for i in range(len(places))])


def _places(thing: Any) -> list[int]:
    """The positions that the slots of a tree say."""
    return [int(slot) for slot in tree.leaves(thing)]


def _chosen(inner: Trace, program: Program, out: Any) -> Trace:
    """The trace of what stands in a tree of a program's outputs, and of nothing else."""
    kept: list[int] = []

    def noted(slot: float) -> Slot:
        kept.append(int(slot))
        place = len(kept) - 1
        return Constant(place, slot.number) if isinstance(slot, Constant) else Slot(place)

    shape = replaced(out, float, noted)
    return inner._replace(program=with_outputs(program, kept), out=shape)
