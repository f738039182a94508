"""`backward()` one step at a time, for looking at the gradients on the way."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Self

from autograd import modes
from autograd.graph import contribution, local_derivatives, nodes_of, passes, reached
from autograd.value import Value
from autograd.walk import topological_order
from autograd.words.names import names_of
from autograd.words.numerals import digits, factor
from autograd.words.symbol import applied


def backward_steps(value: Value) -> BackwardSteps:
    """Backpropagate from a Value step by step: an iterator of single applications of the chain rule.

    Every `next()` adds one contribution, in the order in which `backward()` does, and returns what it did.
    When all steps are taken, every `grad` in the graph is what `backward()` makes it, to the last bit.

    Args:
        value: the result to differentiate.

    Returns:
        A `BackwardSteps`, which has begun: interior nodes start from zero, and `value.grad` is 1.

    Raises:
        TypeError: if `value` is not a Value.
        FloatingPointError: inside `detect_anomaly()`, from a step that would make a gradient nan or infinite;
            it is not taken.

    >>> x = Value(1.0, label="x")
    >>> steps = backward_steps((3 * x + 2) ** 2)
    >>> next(steps)
    v2 receives 1 * 10 = 10 from out = v2**2; its gradient was 0 and is 10
    >>> for step in steps:
    ...     if step.operand is x:
    ...         print(step)
    x receives 10 * 3 = 30 from v1 = 3*x; its gradient was 0 and is 30
    >>> x.grad
    30.0
    """
    if not isinstance(value, Value):
        raise TypeError(
            f"backward_steps takes the Value to differentiate, got {type(value).__name__}: {value!r}"
        )
    return BackwardSteps(value)


@dataclass(frozen=True, repr=False, eq=False)
class BackwardStep:
    """One application of the chain rule; its repr is a sentence.

    Attributes:
        node: the Value that the gradient comes from.
        operand: the Value that receives.
        index: which operand of the node it is, counted from 0.
        upstream: the gradient of the root by the node.
        local: the local derivative of the node by the operand.
        contribution: upstream * local, or what a derivative given by hand added.
        before: `operand.grad` before the step.
        after: `operand.grad` after it, which is before + contribution.
    """

    node: Value
    operand: Value
    index: int
    upstream: float
    local: float
    contribution: float
    before: float
    after: float
    _steps: BackwardSteps = field(kw_only=True)

    def __repr__(self) -> str:
        names = self._steps.names
        formula = applied(self.node._operation, [names[operand] for operand in self.node._prev])
        return (
            f"{names[self.operand]} receives {digits(self.upstream)} * {factor(self.local)} = "
            f"{digits(self.contribution)} from {names[self.node]} = {formula}; "
            f"its gradient was {digits(self.before)} and is {digits(self.after)}"
        )


class BackwardSteps:
    """The backward pass of one Value, taken step by step.

    The pass keeps the gradients of interior nodes for itself and writes copies into the graph. So another
    `backward()` through shared nodes may run between two steps: the leaves receive the sum of both, and an
    interior node shows what was written last. If a pass is given up half-way, the leaves keep what they have
    received so far; set their `grad` to 0, as before any other `backward()`.

    Attributes:
        remaining: how many steps are not taken yet.
    """

    def __init__(self, value: Value) -> None:
        self._root = value
        order = topological_order(value, zero_grad=True)
        self._gradients = dict.fromkeys(order, 0.0)  # of interior nodes
        if value in self._gradients:
            self._gradients[value] = 1.0
        value.grad += 1.0
        self._links = deque(_links(order))

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> BackwardStep:
        if not self._links:
            raise StopIteration
        node, index = self._links[0]
        operand, local, upstream = node._prev[index], local_derivatives(node)[index], self._gradients[node]
        before = self._gradients.get(operand, operand.grad)
        received = contribution(node, index, upstream)
        after = before + received
        watcher = modes.watcher()
        if watcher is not None:
            watcher.gradient(operand, after, node, index, upstream)
        if operand in self._gradients:
            self._gradients[operand] = after
        operand.grad = after
        self._links.popleft()
        return BackwardStep(node, operand, index, upstream, local, received, before, after, _steps=self)

    @property
    def remaining(self) -> int:
        return len(self._links)

    def finish(self) -> None:
        """Take all remaining steps."""
        for _ in self:
            pass

    @cached_property
    def names(self) -> dict[Value, str]:
        """What the nodes are called, by label or by a number counted from the leaves on."""
        nodes = nodes_of(self._root)
        return names_of(nodes)

    def __repr__(self) -> str:
        return f"<backward pass of {self._root!r}: {self.remaining:,} steps remain>"


def _links(order: Sequence[Value]) -> list[tuple[Value, int]]:
    """The edges that a gradient passes, each as a node and which of its operands, in the order it does."""
    arrived = reached(order[-1], order) if order else set()
    return [
        (node, index)
        for node in reversed(order)
        if node in arrived
        for index in range(len(node._prev))
        if passes(node, index)
    ]
