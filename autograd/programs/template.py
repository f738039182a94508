"""The table of operations read as programs: what each operand receives, as a short program of its own.

A partial derivative called with `Written` symbols writes down its instructions. That happens once for each
operation and operand; the program that comes out, the template, is laid out wherever the operation occurs.
"""

from __future__ import annotations

from functools import cache, partial
from math import copysign, isfinite, nan
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from autograd import ops
from autograd.primitive import Operation
from autograd.programs.builder import Builder, Written
from autograd.programs.program import Program

if TYPE_CHECKING:
    from autograd.primitive import Partial

X, Y, OUT, UPSTREAM = range(4)
"""The inputs of a template: the operands, the result, and the gradient that arrives from above."""

NAMES: Final = ("x", "y", "out", "upstream")


SEES_ITS_EXPONENT: Final = ops.pow
"""The operation whose second operand, where it does not move, decides what its derivative is."""

MASK: Final = Operation(
    "when", "when", ops.when.value, (None, lambda x, y, out: ops.when(x, 1.0)), choice=(False, True)
)
"""`when`, where a sweep has put it so that nothing passes below what was not chosen.

A graph has no such node, it is decided there when the sweep comes by. So what is differentiated again must
not take it for a choice whose result may be nan; `simplified` makes a plain `when` of it.
"""


class Template(NamedTuple):
    """What an operand receives, as a program of x, y, out and upstream.

    Attributes:
        program: its output is the term, local derivative times upstream. Where the operand may be chosen or
            not, a second output is 1.0 if it is and 0.0 if nothing passes to it.
        chooses: whether there is that second output.
        finite: whether the term is zero where upstream is, whatever the other numbers are.
    """

    program: Program
    chooses: bool
    finite: bool


def template(operation: Operation, index: int, second: float | None = None) -> Template | None:
    """What an operand receives: local derivative times upstream.

    Args:
        operation: one of the table, or one made by `autograd.operation`.
        index: which operand, counted from 0.
        second: the second operand, where it is a number that does not move and the derivative depends on
            that: a power decides by its exponent what its derivative is.

    Returns:
        The template; None if nothing passes to that operand.

    >>> print(template(ops.tanh, 0).program)
    inputs: x, y, out, upstream
    v1 = out*out
    v2 = 1 - v1
    v3 = v2*upstream
    outputs: v3
    >>> template(ops.abs, 0).chooses
    True
    >>> template(ops.less, 0) is None
    True
    """
    sign = 1.0 if second is None else copysign(1.0, second)  # 0.0 is found in place of -0.0
    return _kept(operation, index, second, sign)


@cache
def _kept(operation: Operation, index: int, second: float | None, sign: float) -> Template | None:
    rule = operation.partials[index]
    if rule is None:
        return None
    try:
        return _written(rule, operation, index, second)
    except Exception:  # a user's function may fail in any way on what is not a number
        return _written(_called_back(operation, index), operation, index, None)


def _written(rule: Partial, operation: Operation, index: int, second: float | None) -> Template:
    builder = Builder(NAMES)
    x, y, out, upstream = (Written(builder, place) for place in (X, Y, OUT, UPSTREAM))
    local = rule(x, out) if operation.arity == 1 else rule(x, y if second is None else second, out)
    if not isinstance(local, Written):
        return Template(builder.program([upstream.read(_times(local, upstream))]), False, isfinite(local))
    if operation.chooses and operation is not MASK:  # comparisons are false for nan, which is not to get lost
        # in this order a walk meets the nodes as in a graph, which has only the first or only the second
        local = MASK(ops.not_equal(out, out), nan) + MASK(ops.equal(out, out), local)
    outputs = [local * upstream]
    if operation.choice[index]:
        outputs.append(ops.not_equal(local, 0.0))
    return Template(builder.program([output.place for output in outputs]), operation.choice[index], False)


def _times(local: Any, upstream: Written) -> Any:
    """The term that a sweep over a graph makes: nothing is multiplied by 1."""
    return upstream if not isinstance(local, Written) and local == 1.0 else local * upstream


def _called_back(operation: Operation, index: int) -> Partial:
    """A local derivative that is not written with the table's operations, as one that Python computes."""

    def local(x: float, y: float = 0.0) -> float:
        out = operation.compute(x, y)
        return operation.local_number(index, x, y, out)

    name = f"{operation.name}_by_{NAMES[index]}"
    computed = Operation(name, name, local, (partial(_refuse, operation, index),) * operation.arity)
    return lambda *operands: computed(*operands[:-1])


def _refuse(operation: Operation, index: int, *operands: Any) -> float:
    raise TypeError(
        f"the derivative of {operation.name} by {NAMES[index]} is computed by Python alone, so it has no "
        "derivative itself; write it with autograd's functions"
    )
