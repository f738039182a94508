"""What is written in a drawing: in its boxes, in its edges, and under the pointer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from autograd.graph import contribution, local_derivatives, passes
from autograd.show.drawing import look, marks
from autograd.show.drawing.box import Box
from autograd.show.drawing.escapes import wrapped
from autograd.value import Value
from autograd.words.names import one_line
from autograd.words.numerals import decimals, digits, short
from autograd.words.symbol import NOTHING_PASSES, applied, derivative_at

_LONGEST = 15  # letters of a line
_LONGEST_TITLE = 26  # of a box


@dataclass
class Texts:
    """The words for the nodes and boxes of one graph.

    Args:
        names: what the nodes are called.
        marks: the marks of those that have any.
        reached: the nodes at which a gradient arrives.
        ran: whether `backward()` has run.
        micrograd: whether numbers have four decimals, as there.
        named: the nodes whose names are shown even though they have no label.
    """

    names: Mapping[Value, str]
    marks: Mapping[Value, tuple[str, ...]]
    reached: set[Value]
    ran: bool
    micrograd: bool = False
    named: set[Value] = field(default_factory=set)

    def lines(self, place: Value | Box, frame: str = "") -> list[str]:
        """What stands in a box, one below the other.

        Args:
            place: the node or the box.
            frame: the path of the scope that it is framed by, which its name does not repeat.
        """
        if isinstance(place, Box):
            return self._box(place, frame)
        number = decimals if self.micrograd else short
        lines = [f"data {number(place.data)}", f"grad {number(place.grad)}", *self.marks.get(place, ())]
        return [self.name(place, frame), *lines] if place.label or place in self.named else lines

    def _box(self, box: Box, frame: str) -> list[str]:
        title = [wrapped(_inside(box.title, frame), _LONGEST_TITLE)] if box.title else []
        parameters = (
            [f"{box.parameters:,} parameter{'s' if box.parameters > 1 else ''}"] if box.parameters else []
        )
        count = (
            f"{len(box.nodes):,} {'' if box.title is not None else 'more '}node{'s' * (len(box.nodes) > 1)}"
        )
        marked = marks.counted([self.marks[node] for node in box.nodes if node in self.marks])
        return [*title, *parameters, count, *marked]

    def name(self, node: Value, frame: str = "") -> str:
        """The name of a node as it stands in its box; a label keeps its lines and its spaces."""
        name = self.names[node]
        is_label = name == one_line(node.label)
        return wrapped(node.label if is_label else _inside(name, frame), _LONGEST)

    def width(self, place: Value | Box) -> float:
        """About how many points its box is wide."""
        return look.width([part for line in self.lines(place) for part in line.split("\n")])

    def sentence(self, node: Value) -> str:
        """A node as an equation, such as 'y = w*x = 6'."""
        name, number = self.names[node], digits(node.data)
        if not node._prev:
            return number if name == number else f"{name} = {number}"
        return f"{name} = {applied(node._operation, [self.names[x] for x in node._prev])} = {number}"

    def factor(self, node: Value, index: int) -> str:
        """What the gradient is multiplied by on its way to an operand, or why none passes."""
        if node._operation.by_hand is not None or not passes(node, index):
            return self._formula(node, index)
        number = decimals if self.micrograd else short
        return f"× {number(local_derivatives(node)[index])}"

    def chain_rule(self, node: Value, index: int) -> str:
        """What one operand receives, in a sentence."""
        name, formula = self.names[node._prev[index]], self._formula(node, index)
        by_hand = node._operation.by_hand is not None
        local = formula if by_hand else digits(local_derivatives(node)[index])
        if not self.ran:
            known = formula in (*NOTHING_PASSES, local)
            return f"{name}: local derivative {formula}" + ("" if known else f" = {local}")
        if node not in self.reached:
            return f"{name} receives nothing: no gradient arrives at {self.names[node]}"
        received = digits(contribution(node, index, node.grad))
        upstream = digits(node.grad)
        return (
            f"{name} receives upstream {upstream} * local {local} = {received} (local derivative: {formula})"
        )

    def _formula(self, node: Value, index: int) -> str:
        return derivative_at(node, index, [self.names[x] for x in node._prev], self.names[node])


def _inside(name: str, frame: str) -> str:
    """A name without the scopes that the frames around it say already.

    >>> _inside("neuron 2/w1", "layer 1/neuron 2"), _inside("layer 2/w1", "layer 2"), _inside("w1", "layer 1")
    ('w1', 'w1', 'w1')
    """
    parts, around = name.split("/"), frame.split("/")
    for length in range(min(len(parts) - 1, len(around)), 0, -1):
        if parts[:length] == around[-length:]:
            return "/".join(parts[length:])
    return name
