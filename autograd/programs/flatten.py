"""From a graph of Values to a program: what was computed once, written down to be computed again."""

from __future__ import annotations

from autograd.annotations import TYPE_CHECKING
from autograd.primitive import Bound
from autograd.programs.builder import Builder
from autograd.programs.program import UNUSED
from autograd.value import Value
from autograd.walk import OPERANDS
from autograd.words.names import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any, Final

    from autograd.programs.program import Program

_STILL: Final = -1  # in place of a slot: this node does not depend on an input


def flatten(roots: Value | Iterable[Value], inputs: Value | Iterable[Value], hold: bool = False) -> Program:
    """The program that computes the roots from the inputs, as the graph computed them.

    What does not depend on an input is a constant: the number that it has now.

    Args:
        roots: a Value, or several of them that share parts of their graphs.
        inputs: the Values whose numbers will be given anew, mostly leaves. One that was computed from others
            may be an input too; what it was computed from does not matter then.
        hold: let operands that no gradient passes, such as the condition of `where`, keep the number that
            they have now. So the outputs move with the inputs as the derivatives say.

    Returns:
        A Program with the inputs in the order given, named by their labels, and an output for each root.

    Raises:
        TypeError: if a root or an input is not a Value.
        ValueError: if an input is given twice.

    >>> x, w = Value(2.0, label="x"), Value(-3.0, label="w")
    >>> program = flatten((w * x + 1).tanh(), [x, w])
    >>> print(program)
    inputs: x, w
    v1 = w*x
    v2 = v1 + 1
    v3 = tanh(v2)
    outputs: v3
    >>> program.run([2.0, -3.0]) == [(w * x + 1).tanh().data]
    True
    """
    return Flattening(roots, inputs, hold).program


class Flattening:
    """A program, and where in a graph it comes from.

    Args:
        roots: as for `flatten`.
        inputs: as for `flatten`.
        hold: as for `flatten`.
        moving: the nodes that depend on an input, and maybe others, if that is known; so the walk need not
            look at the rest of the graph.

    Attributes:
        program: as `flatten` returns it.
        nodes: for each instruction the node that it computes.
    """

    def __init__(
        self,
        roots: Value | Iterable[Value],
        inputs: Value | Iterable[Value],
        hold: bool = False,
        moving: set[Value] | None = None,
    ) -> None:
        given = _values(inputs)
        results = _values(roots)
        if len(set(given)) < len(given):
            raise ValueError("an input is given twice: it would need two numbers at once")
        self.nodes: list[Value] = []
        self._hold = hold
        self._moving = moving
        self._slots: dict[Value, int] = {node: slot for slot, node in enumerate(given)}
        self._builder = builder = Builder(_names(given))
        for root in results:
            self._walk(root)
        self.program = builder.program(
            builder.constant(root.data) if self._slots[root] == _STILL else self._slots[root]
            for root in results
        )

    def _walk(self, root: Value) -> None:
        """Write down what the root needs; iterative, and in the order in which `backward()` walks."""
        slots = self._slots
        if root in slots:
            return
        node = root
        above: list[Value] = []  # the nodes on the way to where we are
        while True:
            right, left = node._right, node._left
            if right is not None and right not in slots and self._may_move(node, 1, right):
                above.append(node)
                node = right
            elif left is not None and left not in slots and self._may_move(node, 0, left):
                above.append(node)
                node = left
            else:
                slots[node] = self._written(node)
                if not above:
                    return
                node = above.pop()

    def _may_move(self, node: Value, index: int, operand: Value) -> bool:
        """Whether an operand may depend on an input, and a gradient passes: else it keeps its number."""
        if self._moving is not None and operand not in self._moving and operand._operation is not OPERANDS:
            return False
        return not self._hold or node._operation.partials[index] is not None

    def _written(self, node: Value) -> int:
        """The slot of a node whose operands have theirs, with an instruction for it unless it stays still."""
        left, right, operation = node._left, node._right, node._operation
        if left is None:
            return _STILL
        x = self._slot(node, 0, left)
        y = _STILL if right is None else self._slot(node, 1, right)
        if x == _STILL and y == _STILL:
            return _STILL
        if operation.by_hand is not None:
            raise TypeError(
                f"flatten cannot compute {operation.symbol!r} anew: it was given by hand, as a number and a "
                "function that passes gradients on; define it with @autograd.operation"
            )
        if x == _STILL:
            x = self._builder.constant(left.data)
        if right is None:
            y = self._builder.constant(operation.second) if isinstance(operation, Bound) else UNUSED
        elif y == _STILL:
            y = self._builder.constant(right.data)
        base = operation.base if isinstance(operation, Bound) else operation
        self.nodes.append(node)
        return self._builder.instruction(base, x, y)

    def _slot(self, node: Value, index: int, operand: Value) -> int:
        return self._slots[operand] if self._may_move(node, index, operand) else _STILL


def _values(given: Any) -> list[Value]:
    """One Value or several as a list."""
    if isinstance(given, Value):
        return [given]
    listed = list(given) if hasattr(given, "__iter__") else [given]
    for node in listed:
        if not isinstance(node, Value):
            raise TypeError(f"flatten takes Values, got {type(node).__name__}: {node!r:.60}")
    return listed


def _names(inputs: list[Value]) -> list[str]:
    """The labels of the inputs, or x1, x2, ... by their places; a name that is taken gets a number."""
    repeats: dict[str, int] = {}
    names: dict[str, None] = {}  # in order, and quickly looked up
    for place, node in enumerate(inputs, 1):
        stem = name = one_line(node.label) or f"x{place}"
        while name in names:
            repeats[stem] = repeats.get(stem, 1) + 1
            name = f"{stem}_{repeats[stem]}"
        names[name] = None
    return list(names)
