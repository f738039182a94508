"""Roughly where everything in a drawing will stand, before it is laid out.

A place is a node or a box. Its rank is the longest way from it to the root, which is where Graphviz puts it:
the root has rank 0, its operands rank 1. From the ranks follows the size of a drawing in either direction,
and so the direction in which it fits a page. They also tell which edges would run across everything else. A
node with such edges is drawn again beside each of its uses, as a small copy with its name.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cached_property

from autograd.show.drawing.box import Box, edges_between
from autograd.show.drawing.look import Look, width
from autograd.show.drawing.ranks import longest_ways
from autograd.show.drawing.texts import Texts
from autograd.value import Value

Place = Value | Box

PAGE = 624.0  # points; shrunk to the 468 of a printed page, letters of 10 points are 10 pixels high
_CROSSINGS = 24, 1.0  # ranks that edges may pass in all, besides this many for every place
STRAIGHT, _BENT = "8", "4"  # weights of edges; that of an edge from a leaf is 1
_TWIG = 2  # operations one behind the other that may hang on a trunk
_SLACK = 1.15  # by which the layout is wider than its widest rank, more or less
_FRAMED = 1.6  # the same for frames, which cannot reach into each other
_PASSING = 9.0  # points of width that an edge takes in a rank that it passes


class Plan:
    """The ranks of a drawing, its size, and what is drawn again.

    Args:
        nodes: the graph, operands first, the root last.
        box_of: the box of every node that is not drawn itself.
        texts: what is written in the boxes.
        look: what is asked for beside the plain picture.

    Attributes:
        places: the nodes and boxes, the boxes at their first node.
        rank: the longest way from each place to the root.
        again: the nodes that are drawn again beside each use but the farthest from the root.
        trunk: the nodes of a chain on which everything else hangs, along which the drawing goes straight.
    """

    def __init__(self, nodes: Sequence[Value], box_of: Mapping[Value, Box], texts: Texts, look: Look) -> None:
        self._texts = texts
        self._look = look
        self.places: list[Place] = list(dict.fromkeys(box_of.get(node, node) for node in nodes))
        edges = edges_between(nodes, box_of)
        self._edges = [(source, target) for source, target in edges if source is not target]
        self.rank, self._in_circles = longest_ways(self.places, self._edges)
        self._height: dict[Place, int] = dict.fromkeys(self.places, 0)
        for source, target in self._edges:
            self._height[target] = max(self._height[target], self._height[source] + 1)
        self.again = self._again()
        self.trunk = self._trunk(nodes[-1])

    def _again(self) -> set[Value]:
        """The nodes with the longest edges, as many as it takes to bound the length of the others."""
        lengths: defaultdict[Place, int] = defaultdict(int)
        for source, target in self._edges:
            lengths[source] += max(0, self.rank[source] - self.rank[target] - 1)
        fixed, for_each = _CROSSINGS
        excess = sum(lengths.values()) - fixed - for_each * len(self.places)
        again: set[Value] = set()
        for place in sorted(lengths, key=lambda place: -lengths[place]):
            if excess <= 0 or lengths[place] == 0:
                break
            if isinstance(place, Value):
                again.add(place)
                excess -= lengths[place]
        return again

    def _trunk(self, root: Value) -> set[Value]:
        """The nodes on a longest way to the root; none if another long way joins it."""
        trunk: list[Value] = [root]
        while True:
            below = self._height[trunk[-1]] - 1
            longest = [x for x in trunk[-1]._prev if self._height.get(x) == below]
            if any(below > self._height[x] > _TWIG for x in trunk[-1]._prev if x in self._height):
                return set()
            if not longest:
                return set(trunk)
            trunk.append(longest[0])

    def copied(self, operand: Place, target: Place) -> bool:
        """Whether a use of an operand has a copy of it, instead of an edge across the drawing."""
        return operand in self.again and self.rank[operand] > self.rank[target] + 1

    def weight(self, operand: Value, node: Value) -> dict[str, str]:
        """How much an edge resists a bend: most along the trunk, or from the operand of the longest way."""
        if not operand._prev:
            return {}
        longest = self._height[operand] == self._height[node] - 1 and node._prev.count(operand) == 1
        straight = operand in self.trunk and node in self.trunk if self.trunk else longest
        return {"weight": STRAIGHT if straight else _BENT}

    @cached_property
    def length(self) -> float:
        """Points from the leaves to the root, if the arrows point to the side."""
        if self._in_circles:
            return sum(map(self._texts.width, self.places))
        widths: defaultdict[int, float] = defaultdict(float)
        for place in self.places:
            widths[self.rank[place]] = max(widths[self.rank[place]], self._texts.width(place))
        return sum(widths.values()) + self._look.between * (len(widths) - 1)

    @cached_property
    def width(self) -> float:
        """Points across, if the arrows point up or down: the widest rank, with the edges that pass it."""
        if self._in_circles:
            return self.length
        across: defaultdict[int, float] = defaultdict(float)
        for place in self.places:
            across[self.rank[place]] += self._texts.width(place) + self._look.beside
        passing: defaultdict[int, float] = defaultdict(float)  # where it changes
        for source, target in self._edges:
            high, low = self.rank[source], self.rank[target]
            if isinstance(source, Value) and self.copied(source, target):
                copy = width(self._texts.name(source).split("\n"))
                across[low + 1] += copy + self._look.beside
            elif high > low + 1:
                passing[low + 1] += _PASSING
                passing[high] -= _PASSING
        widest = beside = 0.0
        for rank in range(max(across) + 1):
            beside += passing[rank]
            widest = max(widest, across[rank] + beside)
        return widest * (_FRAMED if self._look.clusters else _SLACK)

    @property
    def direction(self) -> str:
        """The rankdir in which the drawing fits a page: to the side if it does, as micrograd draws."""
        sideways = self._look.micrograd or self.length <= max(PAGE, self.width)
        return "LR" if sideways else "TB"

    def fits(self, page: float) -> bool:
        """Whether the drawing is no wider than a page, in one direction or the other."""
        return min(self.length, self.width) <= page
