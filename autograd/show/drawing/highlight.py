"""The paths from a node to the root of a graph, or one of them, to be drawn strong while the rest is grey."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from autograd.graph import dependents
from autograd.value import Value

_NAMED = 5  # nodes in a caption or an error


@dataclass(frozen=True)
class Highlight:
    """What is drawn strong.

    Attributes:
        starts: where the paths begin; of a single path, all its nodes.
        is_path: whether it is a single path.
        nodes: the nodes on the paths.
        edges: the edges on the paths, each an operand and the node it enters.
    """

    starts: tuple[Value, ...]
    is_path: bool
    nodes: frozenset[Value]
    edges: frozenset[tuple[Value, Value]]


def highlighted(nodes: Sequence[Value], highlight: Value | Iterable[Value]) -> Highlight:
    """All paths to the root from one node or several; or the one path that a list of nodes describes.

    Args:
        nodes: the graph, operands first, the root last.
        highlight: a node, or several. They describe one path if each is an operand of the next and the last
            one is the root.

    Raises:
        TypeError: for what is not a Value.
        ValueError: if a node is not in the graph, or there is none.

    >>> x = Value(3.0)
    >>> y = x * x
    >>> z = y + x
    >>> len(highlighted([x, y, z], x).edges), len(highlighted([x, y, z], [x, z]).edges)
    (3, 1)
    """
    starts = _checked(nodes, highlight)
    steps = list(pairwise(starts))
    if steps and starts[-1] is nodes[-1] and all(operand in node._prev for operand, node in steps):
        return Highlight(starts, True, frozenset(starts), frozenset(steps))
    on_a_path = dependents(nodes, starts)
    edges = {(operand, node) for node in nodes for operand in node._prev if operand in on_a_path}
    return Highlight(starts, False, frozenset(on_a_path), frozenset(edges))


def in_words(highlight: Highlight, names: Sequence[str], root: str) -> str:
    """A line that says what is drawn strong.

    Args:
        highlight: what is drawn strong.
        names: those of `highlight.starts`.
        root: the name of the root.
    """
    if highlight.is_path:
        shown = [*names[:_NAMED], "...", names[-1]] if len(names) > _NAMED + 1 else names
        return f"strong: the path {' -> '.join(shown)}"
    return f"strong: every path from {listed(names)} to {root}"


def listed(names: Sequence[str]) -> str:
    """A few names, or how many there are."""
    return ", ".join(names) if len(names) <= _NAMED else f"{len(names):,} nodes"


def _checked(nodes: Sequence[Value], highlight: object) -> tuple[Value, ...]:
    starts = tuple(highlight) if isinstance(highlight, Iterable) else (highlight,)
    if not starts:
        raise ValueError("highlight is a node or several, got an empty collection; None highlights nothing")
    present = set(nodes)
    for start in starts:
        if not isinstance(start, Value):
            raise TypeError(
                "highlight is a Value or several, such as a leaf or the nodes of a path, got "
                f"{type(start).__name__}"
            )
        if start not in present:
            labels = list(dict.fromkeys(node.label for node in nodes if node.label))
            known = f"; its labels are {', '.join(map(repr, labels[:_NAMED]))}" if labels else ""
            more = ", ..." if len(labels) > _NAMED else ""
            raise ValueError(
                f"cannot highlight {start.label or repr(start)}: the root was not computed from this node"
                f"{known}{more}"
            )
    return starts
