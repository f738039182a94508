"""What the nodes of a graph are called, in drawings, explanations, players, tables and captions alike.

A label is a name. Where several nodes have the same label, as every neuron has a w1, the scopes tell them
apart: neuron 2/w1, or layer 1/neuron 2/w1, whichever is the shortest that will do. Where they do not, a
number does: x and x_2.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import count

from autograd.value import Value
from autograd.words.numerals import digits


def names_of(nodes: Sequence[Value], variables: Iterable[Value] = ()) -> dict[Value, str]:
    """A name for every node of a graph; the same graph gets the same names, however little of it is shown.

    Args:
        nodes: the whole graph, operands first and the root last.
        variables: leaves that get a name even without a label; any other is a constant and its name is its
            number.

    The root without a label is out; any other computed node is v1, v2, ..., and the variables go on from
    there. Only constants can have one name in common.

    >>> from autograd.graph import nodes_of
    >>> list(names_of(nodes_of(2 * Value(3.0, label="x") + 1)).values())
    ['2', 'x', 'v1', '1', 'out']
    """
    names = _labelled(nodes)
    taken = set(names.values())
    if "out" not in taken:
        names.setdefault(nodes[-1], "out")
    generated = (name for name in map("v{}".format, count(1)) if name not in taken)
    asked = set(variables)
    for node in [node for node in nodes if node._prev] + [leaf for leaf in nodes if leaf in asked]:
        if node not in names:
            names[node] = next(generated)
    return {node: names[node] if node in names else digits(node.data) for node in nodes}


def _labelled(nodes: Sequence[Value]) -> dict[Value, str]:
    """The names of the nodes with a label, no two alike."""
    alike: dict[str, list[Value]] = {}
    for node in nodes:
        if label := one_line(node.label):
            alike.setdefault(label, []).append(node)
    names: dict[Value, str] = {}
    taken: set[str] = set()
    for label, group in alike.items():
        candidates: dict[str, Iterator[str]] = {}
        for node, name in zip(group, _scoped(label, group), strict=True):
            numbered = candidates.setdefault(name, _numbered(name))
            free = (x for x in numbered if x not in taken and (x == label or x not in alike))
            names[node] = next(free)
            taken.add(names[node])
    return names


def _numbered(name: str) -> Iterator[str]:
    """A name, then name_2, name_3, ..."""
    yield name
    for number in count(2):
        yield f"{name}_{number}"


def _scoped(label: str, group: Sequence[Value]) -> list[str]:
    """One label behind as many of the last names of each scope as tell the most nodes apart."""
    paths = [one_line(node.scope).split("/") if node.scope else [] for node in group]
    deepest = max(map(len, paths))
    told_apart = len({tuple(path) for path in paths})
    for depth in range(deepest + 1):
        ends = [tuple(path[max(0, len(path) - depth) :]) for path in paths]
        if len(set(ends)) == told_apart:
            break
    return ["/".join([*end, label]) for end in ends]


def one_line(label: str) -> str:
    """A label as it can stand in a line of text: what does not print is a space."""
    return "".join(char if char.isprintable() else " " for char in label).strip()
