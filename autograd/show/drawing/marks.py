"""Nodes that stop a gradient or let almost nothing of it through, and nodes that it did not reach.

Which operations can be dead or saturated is read from the table: a line with a kink whose local derivative
is 0 is dead, as a ReLU is below 0; a line whose local derivative is bounded and almost 0 at this node, as
that of a sigmoid far from 0, is saturated (Glorot and Bengio, "Understanding the difficulty of training deep
feedforward neural networks", 2010).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from math import copysign, inf, isfinite

from autograd import ops
from autograd.primitive import Operation
from autograd.show.drawing.colors import largest
from autograd.value import Value
from autograd.walk import topological_order

DEAD, SATURATED, VANISHED, NOT_FINITE = "dead", "saturated", "vanished", "not finite"
SATURATION = 0.01  # of the largest local derivative that the operation has: |x| > 3 for tanh, 6 for sigmoid
VANISHING = 1e-4  # of the largest gradient in the graph

# Told apart by their outlines too, not by a colour.
OUTLINES = {
    NOT_FINITE: {"penwidth": "4.5"},
    DEAD: {"style": "dashed", "penwidth": "2"},
    SATURATED: {"penwidth": "2.5"},
    VANISHED: {"style": "dotted", "penwidth": "2"},
}
_MEANINGS = {
    NOT_FINITE: "(heaviest outline): nan or infinite",
    DEAD: "(dashed outline): local derivative 0, no gradient passes",
    SATURATED: f"(heavy outline): local derivative under {SATURATION:.0%} of its largest",
    VANISHED: f"(dotted outline): gradient 0 or under 1/{1 / VANISHING:,.0f} of the largest",
}

_FAR = 1e300  # far enough for any curve to level off; at infinity some derivatives are 0 * inf
_STEPS = [step / 8 for step in range(-64, 65)]


def marks_of(nodes: Sequence[Value], ran: bool) -> dict[Value, tuple[str, ...]]:
    """The marks of every node that has any.

    Args:
        nodes: the graph, operands first, the root last.
        ran: whether `backward()` has run; before it, no gradient can be said to have vanished.

    >>> x = Value(-1.0)
    >>> marks_of([x, x.relu()], ran=False)
    {Value(data=0.0, grad=0.0): ('dead',)}
    """
    reached = _reached(nodes[-1]) if ran else set()
    least = VANISHING * largest(node.grad for node in nodes)
    marks = {}
    for node in nodes:
        tests = {
            NOT_FINITE: not (isfinite(node.data) and isfinite(node.grad)),
            DEAD: _dead(node),
            SATURATED: _saturated(node),
            VANISHED: abs(node.grad) < least and node in reached and node is not nodes[-1],
        }
        found = tuple(word for word, true in tests.items() if true)
        if found:
            marks[node] = found
    return marks


def counted(words: Iterable[tuple[str, ...]]) -> list[str]:
    """How many nodes of a box are marked, such as ['3 dead', '1 saturated']."""
    counts = Counter(word for several in words for word in several)
    return [f"{counts[word]:,} {word}" for word in OUTLINES if counts[word]]


def legend(marks: Mapping[Value, tuple[str, ...]], ran: bool) -> list[str]:
    """A line for every kind of mark, with how many there are; or that there are none."""
    if not marks:
        return [f"no node is dead, saturated{', vanished' if ran else ''} or not finite"]
    counts = Counter(word for words in marks.values() for word in words)
    dead = Counter(node._op for node, words in marks.items() if DEAD in words)
    lines = []
    for word, meaning in _MEANINGS.items():
        if word == DEAD:
            lines += [
                f"{count:,} {word} {_plural(symbol, count)} {meaning}" for symbol, count in dead.items()
            ]
        elif counts[word]:
            lines.append(f"{counts[word]:,} {word} {meaning}")
    return lines


def _plural(name: str, count: int) -> str:
    return name if count == 1 or not name[-1].isalpha() else f"{name}s"


def _dead(node: Value) -> bool:
    """Whether the one operand is on the flat side of a kink."""
    operation = node._operation
    return (
        operation.arity == 1 and operation.kink is not None and operation.differentiable and node._dleft == 0
    )


def _saturated(node: Value) -> bool:
    """Whether the local derivative is almost 0, here and farther out.

    It is 0 here but not farther out where a curve passes its lowest point, as silu does at -1.28.
    """
    limit = SATURATION * steepest(node._operation) if node._operation.arity == 1 else 0.0
    if node._left is None or not abs(node._dleft) < limit or _dead(node):
        return False
    x = node._left.data
    return abs(_local(node._operation, x + copysign(1.0, x))) < limit


@lru_cache(maxsize=256)
def steepest(operation: Operation) -> float:
    """The largest local derivative that an operation of the table has; 0.0 if it has no bound, or none.

    >>> steepest(ops.sigmoid), steepest(ops.tanh), steepest(ops.exp)
    (0.25, 1.0, 0.0)
    """
    base = operation.bound[0] if operation.bound else operation
    known = ops.TABLE.get(base.name) is base  # a user's function is not called where the user did not
    if not known or not operation.differentiable or operation.domain != (ops.REAL,):
        return 0.0
    sizes = [abs(_local(operation, x)) for x in (-_FAR, *_STEPS, _FAR)]
    return max(sizes) if max(sizes) < inf else 0.0


def _local(operation: Operation, x: float) -> float:
    return operation.local_number(0, x, 0.0, operation.value(x))


def _reached(root: Value) -> set[Value]:
    """The nodes that a gradient could reach, past dead ones too, except constants: leaves without a label."""
    reached = {root}
    for node in topological_order(root):
        for operand, partial in zip(node._prev, node._operation.partials, strict=True):
            if partial is not None and (operand._prev or operand.label):
                reached.add(operand)
    return reached
