"""The order of backpropagation: every operand before its results, and the chain rule along it.

A walk marks the nodes that it passes, with a number that is its own, so that it needs no set of them. Marks
and gradients belong to one walk at a time. One that begins inside another of its thread, in a signal handler
or a finalizer, marks nothing: it finds the same order, but another backward pass is refused.
"""

from __future__ import annotations

import _thread
import os

from autograd import by_hand
from autograd.annotations import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Final

    from autograd.annotations import i64
    from autograd.primitive import Operation
    from autograd.value import Value


class Clock:
    """Counts the walks by twos, so that each can tell the nodes it has passed by their mark."""

    __slots__ = ("now", "pairs")

    def __init__(self) -> None:
        self.now: i64 = 0
        self.pairs = False  # whether any node has more operands than two


CLOCK: Final = Clock()
NEVER: Final[i64] = 1 << 60  # marks from here on are of nodes that no gradient passes: no walk goes there
OPERANDS: Final[Operation] = by_hand.OPERANDS  # readers of a graph do not see them
LOCK: Final = _thread.RLock()  # marks and gradients belong to one walk at a time
if hasattr(os, "register_at_fork"):  # the thread that held it does not live on in a forked child
    os.register_at_fork(after_in_child=LOCK._at_fork_reinit)  # type: ignore[attr-defined]


def pass_back(order: list[Value], arrived: i64) -> None:
    """The chain rule at every node at which a gradient has arrived, the last first.

    A function of its own, because an interrupt at the end of a loop in a `with` block can leave the block
    without its `__exit__`, and the lock locked (Python 3.13; github.com/python/cpython/issues/130279).
    """
    for _i in range(len(order)):
        node = order.pop()  # emptied on the way, which saves the walk through memory that frees it afterwards
        if node._mark == arrived:
            node._pass_on()


def topological_order(root: Value, zero_grad: bool = False) -> list[Value]:
    """The nodes that gradients may pass on their way from `root`, every operand before its results.

    Leaves are not among them: nothing passes a leaf. Every reading of a graph sums in this order, so their
    results agree to the last bit. The walk is iterative, because a chain of a million nodes would overflow
    the stack. It takes the right operand first, mostly the younger one, and so goes straight through memory.
    """
    if under_way() and not zero_grad:
        return order_aside(root)
    refuse_another()
    with LOCK:
        order = marked_order(root, zero_grad)
        return [node for node in order if node._operation is not OPERANDS] if CLOCK.pairs else order


def marked_order(root: Value, zero_grad: bool) -> list[Value]:
    """The walk itself, for who holds the lock."""
    CLOCK.now += 2
    order: list[Value] = []
    extend(order, root, CLOCK.now, zero_grad)
    return order


def extend(order: list[Value], root: Value, walk: i64, zero_grad: bool) -> None:
    """Go on with a walk from another root."""
    if root._mark >= walk:
        return
    root._mark = walk
    node, above = root, []  # where we are, and the nodes on the way to it
    while True:
        if node._right is not None and node._right._mark < walk:
            above.append(node)
            node = node._right
            node._mark = walk
        elif node._left is not None and node._left._mark < walk:
            above.append(node)
            node = node._left
            node._mark = walk
        else:
            if zero_grad:
                node._grad = 0.0
            order.append(node)
            if not above:
                return
            node = above.pop()


def order_aside(*roots: Value) -> list[Value]:
    """The same order without a mark on any node, for a walk in the middle of another."""
    order: list[Value] = []
    passed: set[Value] = set()
    for root in roots:
        if root._mark < NEVER and root not in passed:
            _extend_aside(order, root, passed)
    return order


def _extend_aside(order: list[Value], root: Value, passed: set[Value]) -> None:
    above = [root]
    while above:
        node = above[-1]
        passed.add(node)
        for operand in (node._right, node._left):
            if operand is not None and operand._mark < NEVER and operand not in passed:
                above.append(operand)
                break
        else:
            above.pop()
            if node._operation is not OPERANDS:
                order.append(node)


def under_way() -> bool:
    """Whether this thread is in the middle of a walk, and now in a signal handler, say, or a finalizer."""
    owned: bool = LOCK._is_owned()  # type: ignore[attr-defined]
    return owned


def refuse_another() -> None:
    """Raise RuntimeError in the middle of a walk."""
    if under_way():
        raise RuntimeError(
            "a backward pass began inside another one of the same thread, in a signal handler, say, and "
            "would mix up the gradients of both; begin it when the other has ended, or use autograd.grad"
        )
