"""What `detect_anomaly()` does: find the node at which a nan or an infinity first appears."""

from __future__ import annotations

import sys
from math import isfinite, isnan
from os.path import dirname, join

from autograd.annotations import TYPE_CHECKING
from autograd.modes import Switch
from autograd.tag import Tag

if TYPE_CHECKING:
    from collections.abc import Sequence

    from autograd.primitive import Operation
    from autograd.value import Value

_PACKAGE = join(dirname(__file__), "")  # with the separator: autograd_examples/ beside it is not this package


def detect_anomaly(*, inf: bool = True) -> Switch:
    """Raise at the node that first makes a nan or an infinity, in the forward or the backward pass.

    The error is a FloatingPointError. It names the operation, its operands and the line that built the node.
    Nodes remember that line only when they are built inside the block, which costs time.

    Args:
        inf: False looks for nan only, where infinities are meant, such as scores of -inf that a softmax is to
            leave out.

    Raises:
        TypeError: if `inf` is not True or False.

    >>> from autograd import Value
    >>> x = Value(0.0, label="x")
    >>> with detect_anomaly():
    ...     y = x.log()  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    FloatingPointError: log made -inf from x=0.0, at ...
    >>> with detect_anomaly(inf=False):
    ...     x.log().exp()
    Value(data=0.0, grad=0.0)
    """
    if not isinstance(inf, bool):
        raise TypeError(f"inf is True or False, got {inf!r:.60}")
    return Switch(watcher=Watcher(inf))


class Watcher:
    """Looks at every node and every gradient; raises FloatingPointError at the first nan or infinity.

    Args:
        inf: whether infinities count.
    """

    def __init__(self, inf: bool = True) -> None:
        self._inf = inf

    def _wrong(self, number: float) -> bool:
        return not isfinite(number) if self._inf else isnan(number)

    def forward(self, out: Value, operation: Operation, left: Value, right: Value | None) -> None:
        """Note the line that builds `out`, and look at its number."""
        line = _line_of_the_caller()
        if self._wrong(out.data):
            operands = [describe(operand) for operand in (left, right) if operand is not None]
            inside = f" in {out.scope}" if out.scope else ""
            raise FloatingPointError(
                f"{operation.name} made {out.data} from {' and '.join(operands)}{inside}, at {line}"
            )
        out._tag = Tag("", out.scope, line)

    def backward(self, order: Sequence[Value]) -> None:
        """The backward pass, watched; if it raises, leaves keep the gradients they had."""
        before = [
            (leaf, leaf.grad) for node in order for leaf in node._prev if not leaf._operation.differentiable
        ]
        try:
            for node in reversed(order):
                if node._mark != order[-1]._mark:
                    continue  # no gradient has arrived
                node._pass_on()
                self.passed(node, node.grad, [operand.grad for operand in node._prev])
        except BaseException:  # what a function by hand raises, too
            for leaf, grad in before:
                leaf.grad = grad
            raise

    def passed(self, node: Value, upstream: float, received: Sequence[float]) -> None:
        """Look at the gradients of a node's operands, when it has passed its own on to them."""
        for index, operand in enumerate(node._prev):
            self.gradient(operand, received[index], node, index, upstream)

    def gradient(self, operand: Value, received: float, node: Value, index: int, upstream: float) -> None:
        """Look at what an operand has received from a node so far."""
        if self._wrong(received):
            local = f"local {node._dright if index else node._dleft}"
            if node._operation.by_hand is not None:
                local = "a derivative given by hand"
            raise FloatingPointError(
                f"the gradient of {describe(operand)} became {received} in the backward pass of "
                f"{node._operation.name}: upstream {upstream} * {local}, at {_origin(node)}"
            )


def describe(node: Value) -> str:
    """A node in a message: its label, if it has one, and its number."""
    return f"{node.label}={node.data}" if node.label else repr(node.data)


def _origin(node: Value) -> str:
    line = node._tag.line if node._tag is not None else ""
    inside = f" in {node.scope}" if node.scope else ""
    return (line or "an unknown line, for the node was built outside detect_anomaly()") + inside


def _line_of_the_caller() -> str:
    """The innermost line outside this package, as 'file.py:12 in function'."""
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_code.co_filename.startswith(_PACKAGE):
        frame = frame.f_back
    return f"{frame.f_code.co_filename}:{frame.f_lineno} in {frame.f_code.co_name}"
