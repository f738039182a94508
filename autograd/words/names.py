"""What the nodes of a graph are called in an explanation or a table."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from itertools import count

from autograd.value import Value
from autograd.words.numerals import digits


def names_of(
    nodes: Sequence[Value], shown: Iterable[Value], variables: Collection[Value] = ()
) -> dict[Value, str]:
    """A name for every node that is shown; the same graph gets the same names.

    Args:
        nodes: the whole graph, operands first and the root last; no generated name repeats one of its labels.
        shown: the nodes to be named, in the order in which generated names are counted.
        variables: leaves that get a name even without a label; any other is a constant and its name is its
            number.

    A label is the name; the second node labelled x is x_2. The root without a label is out, any other node
    v1, v2, ... Only constants can have one name in common.

    >>> from autograd.graph import nodes_of
    >>> nodes = nodes_of(2 * Value(3.0, label="x") + 1)
    >>> list(names_of(nodes, nodes).values())
    ['2', 'x', 'v1', '1', 'out']
    """
    taken = {one_line(node.label) for node in nodes}
    root = nodes[-1] if "out" not in taken else None
    generated = (name for name in map("v{}".format, count(1)) if name not in taken)
    repeats: dict[str, int] = {}
    names: dict[Value, str] = {}
    for node in shown:
        label = one_line(node.label)
        if label:
            names[node] = _told_apart(label, repeats, taken)
        elif node is root:
            names[node] = "out"
        elif not node._prev and node not in variables:
            names[node] = digits(node.data)
        else:
            names[node] = next(generated)
    return names


def one_line(label: str) -> str:
    """A label as it can stand in a line of text: what does not print is a space."""
    return "".join(char if char.isprintable() else " " for char in label).strip()


def _told_apart(label: str, repeats: dict[str, int], taken: set[str]) -> str:
    name = label
    while repeats.setdefault(label, 0) and name in taken:
        repeats[label] += 1
        name = f"{label}_{repeats[label]}"
    repeats[label] = repeats[label] or 1
    taken.add(name)
    return name
