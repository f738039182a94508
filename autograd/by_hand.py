"""Nodes that are built by hand, as `Value(a.data * b.data, (a, b), '*')` in a walkthrough."""

from __future__ import annotations

from autograd import floats, modes, ops
from autograd.primitive import Operation
from autograd.value import Value


def build(node: Value, children: tuple[Value, ...], symbol: str) -> None:
    """Link a node to its operands, with the local derivatives of the operation that its symbol names.

    Raises:
        TypeError: if an operand is not a Value.
        ValueError: if the table has no such operation of that many operands.
    """
    if not isinstance(symbol, str):
        raise TypeError(f"the operation of a node is named by its symbol, a string, got {symbol!r}")
    if not children:
        node._operation = Operation(symbol, symbol, floats.as_float, ())
        return
    for child in children:
        if not isinstance(child, Value):
            raise TypeError(f"the operands of a node are Values, got {type(child).__name__}: {child!r}")
    if modes.unrecorded():
        return
    operation = _operation_of(symbol, len(children))
    left, right = children[0], children[1] if len(children) == 2 else None
    x, y = left.data, right.data if right is not None else 0.0
    dleft = operation.local_number(0, x, y, node.data)
    dright = operation.local_number(1, x, y, node.data) if right is not None else 0.0
    node._fill(node._tag, operation, node.data, left, dleft, right, dright)


def _operation_of(symbol: str, arity: int) -> Operation:
    """The operation that a hand-built node names by its symbol, such as '+', 'tanh' or '**2'."""
    if arity == 1 and symbol.startswith("**"):
        try:
            return ops.pow.bind(float(symbol[2:]))
        except ValueError:
            pass
    if (symbol, arity) not in ops.BY_SYMBOL:
        raise ValueError(
            f"no operation of {arity} operand(s) has the symbol {symbol!r}, so this node could not pass "
            "gradients; define one with @autograd.operation and call it"
        )
    return ops.BY_SYMBOL[symbol, arity]
