"""Derivatives given by hand, in the way of micrograd: a node, and a function that passes its gradient on.

    out = Value(math.tan(x.data), (x,), "tan")

    def _backward():
        x.grad += (1 + out.data**2) * out.grad

    out._backward = _backward

Such a function refers to its own node. Kept by the node, it would make a cycle that counting references never
frees, so it is kept without the reference, which is lent to it while it runs. What it reaches through a list,
an object or another function is not lent: compiled, such a node is never freed.

It works on numbers: nothing can be differentiated again, written as a formula or computed anew from it.
`autograd.operation` makes an operation that can.
"""

from __future__ import annotations

from autograd.annotations import TYPE_CHECKING
from autograd.primitive import Operation

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import CellType
    from typing import Any, NoReturn


def unknown(symbol: str, arity: int) -> Operation:
    """The operation of a node whose symbol the table does not have, until its `_backward` is assigned."""

    def missing(node: object) -> None:
        raise RuntimeError(
            f"no gradient can pass the node {node!r}: it was built by hand, and {symbol!r} with {arity} "
            "operand(s) is not an operation of the table; assign a function to its _backward, or define the "
            "operation with @autograd.operation and call it"
        )

    return _by_hand(symbol, arity, missing)


def given(node: Any, function: Callable[[], None]) -> Operation:
    """The operation of a node whose `_backward` is assigned.

    Raises:
        TypeError: if it is not a function.
        ValueError: if it keeps hold of the node in a way that cannot be lent.
    """
    if not callable(function):
        raise TypeError(
            f"_backward is a function without arguments, got {type(function).__name__}: {function!r}"
        )
    arguments = (*getattr(function, "args", ()), *getattr(function, "keywords", {}).values())
    if any(part is node for part in (getattr(function, "__self__", None), *arguments)):
        raise ValueError(
            f"{function!r} holds the node that it belongs to, which would never be freed; write a function "
            "without arguments that finds the node in the lines around it"
        )
    operation = node._operation
    return _by_hand(operation.symbol, len(node._prev), _lending(function, node))


def _by_hand(symbol: str, arity: int, function: Callable[[Any], None]) -> Operation:
    def formula(*numbers: object) -> NoReturn:
        raise TypeError(
            f"{symbol!r} was given by hand, as a number and a function that passes gradients on: there is no "
            "formula to compute it anew or to differentiate it again; define it with @autograd.operation"
        )

    return Operation(
        symbol or "by hand",
        symbol,
        formula,
        [formula] * arity,
        choice=[True] * arity,  # its local derivatives, which are not known, are held as 0.0
        by_hand=function,
    )


def _lending(function: Callable[[], None], own: Any) -> Callable[[Any], None]:
    """The function as a function of its node, to which it does not refer between two calls."""
    from types import FunctionType  # seldom needed, and a fifth of a millisecond of every start

    if not isinstance(function, FunctionType):
        return lambda node: function()
    lent: list[CellType] = []
    running: list[None] = []
    cells = tuple(_copy_of(cell, own, lent) for cell in function.__closure__ or ())
    defaults, keywords = function.__defaults__ or (), function.__kwdefaults__ or {}
    places = [i for i, default in enumerate(defaults) if default is own]
    names = [name for name, default in keywords.items() if default is own]
    copy = FunctionType(function.__code__, function.__globals__, function.__name__, None, cells)

    def lend(node: Any) -> None:
        copy.__defaults__ = tuple(node if i in places else part for i, part in enumerate(defaults))
        copy.__kwdefaults__ = keywords | dict.fromkeys(names, node)

    def pass_on(node: Any) -> None:
        if running:
            raise RuntimeError(
                "a derivative given by hand called the _backward of its own node, which is now itself; take "
                "what that did before into the function"
            )
        running.append(None)
        for cell in lent:
            cell.cell_contents = node
        lend(node)
        try:
            copy()
        finally:
            lend(None)
            for cell in lent:
                del cell.cell_contents
            running.clear()

    defaults = tuple(None if default is own else default for default in defaults)
    keywords = keywords | dict.fromkeys(names)
    return pass_on


def _copy_of(cell: CellType, own: Any, lent: list[CellType]) -> CellType:
    """The cell itself, or an empty one for a cell that holds the node."""
    try:
        holds = cell.cell_contents is own
    except ValueError:  # a variable that is not assigned yet
        holds = False
    if holds:
        lent.append(type(cell)())
        return lent[-1]
    return cell


OPERANDS = unknown("operands", 2)
"""What holds the operands of a node beyond the first, in pairs; no gradient passes it, nothing shows it."""
