"""A graph as columns of numbers, one entry for each node, and back.

A node is known by its place: first come the nodes that have operands, then the leaves. A place below 0 is
something else: `NO_OPERAND`, and from -2 on downwards what lies outside, nodes that are written elsewhere.
"""

from __future__ import annotations

from array import array

from autograd.annotations import TYPE_CHECKING
from autograd.ops import LEAF, RESULT, named
from autograd.value import Value, attributes_of, recorded_node
from autograd.walk import NEVER, OPERANDS

if TYPE_CHECKING:
    from typing import Any, Final

    from autograd.primitive import Operation

NO_OPERAND: Final = -1
MANY: Final = 16


class Numbering:
    """The graph of a root, the root first, down to nodes that are written elsewhere.

    Args:
        root: where to start; it counts among the nodes with operands.
        elsewhere: the addresses of nodes that are written elsewhere.
        alone: those of leaves that are; where an address is no longer that of a leaf, it is no matter.

    Attributes:
        nodes: the nodes that have operands.
        leaves: the nodes that have none.
        outside: the nodes below them that are written elsewhere.
        of: the place of each by its address.
    """

    def __init__(self, root: Value, elsewhere: dict[int, Any], alone: set[int]) -> None:
        self.nodes: list[Value] = [root]
        self.leaves: list[Value] = []
        self.outside: list[Value] = []
        self.of: dict[int, int] = {id(root): 0}
        for node in self.nodes:  # which grows on the way
            for operand in (node._left, node._right):
                if operand is not None and id(operand) not in self.of:
                    self._add(operand, elsewhere, alone)
        for place, leaf in enumerate(self.leaves, len(self.nodes)):
            self.of[id(leaf)] = place

    def _add(self, node: Value, elsewhere: dict[int, Any], alone: set[int]) -> None:
        address = id(node)
        if address in elsewhere or (node._left is None and address in alone):
            self.outside.append(node)
            self.of[address] = NO_OPERAND - len(self.outside)
        elif node._left is None:
            self.of[address] = NO_OPERAND  # until it is known how many nodes there are
            self.leaves.append(node)
        else:
            self.of[address] = len(self.nodes)
            self.nodes.append(node)

    def attributes(self) -> list[tuple[int, dict[str, Any]]]:
        """The attributes that a user has set, each with the place of its node."""
        found = []
        for place, node in enumerate([*self.nodes, *self.leaves]):
            own = attributes_of(node)
            if own:
                found.append((place, own))
        return found


def columns_of_nodes(places: Numbering) -> tuple[Any, ...]:
    """The nodes that have operands; operations and tags as places in two short lists, which come first."""
    nodes, of = places.nodes, places.of
    operations, codes = _table([node._operation for node in nodes])
    tags, tag_codes = _table([node._tag for node in nodes])
    return (
        [operation for operation in operations if operation is not OPERANDS],
        tags,
        codes,
        tag_codes,
        _column("i", [NO_OPERAND if node._left is None else of[id(node._left)] for node in nodes]),
        _column("i", [NO_OPERAND if node._right is None else of[id(node._right)] for node in nodes]),
        _column("d", [node.data for node in nodes]),
        _column("d", [node._grad for node in nodes]),
        _column("d", [node._dleft for node in nodes]),
        _column("d", [node._dright for node in nodes]),
    )


def fill(nodes: list[Value], leaves: list[Value], outside: list[Value], columns: tuple[Any, ...]) -> None:
    """Make of blank nodes those of the columns."""
    operations, tags, *numbers = columns
    at: list[Value | None] = [*nodes, *leaves, *reversed(outside), None]  # at NO_OPERAND stands None
    for node, code, tag, left, right, data, grad, dleft, dright in zip(nodes, *numbers, strict=True):
        operation: Operation = operations[code]
        node._operation, node._tag = operation, tags[tag]
        node._left, node._right = at[left], at[right]
        node.data, node._grad, node._dleft, node._dright = data, grad, dleft, dright
        node._mark = 0 if operation.differentiable else NEVER


def columns_of_leaves(leaves: list[Value]) -> tuple[Any, ...]:
    """The leaves; their symbols and tags as places in two short lists, which come first."""
    operations, codes = _table([leaf._operation for leaf in leaves])
    tags, tag_codes = _table([leaf._tag for leaf in leaves])
    return (
        [None if operation is RESULT else operation.symbol for operation in operations],
        tags,
        codes,
        tag_codes,
        _column("d", [leaf.data for leaf in leaves]),
        _column("d", [leaf._grad for leaf in leaves]),
    )


def leaves_of(columns: tuple[Any, ...]) -> list[Value]:
    """The leaves of the columns."""
    symbols, tags, *numbers = columns
    operations = [RESULT if s is None else named(s, 0) if s else LEAF for s in symbols]
    leaves = []
    for code, tag, data, grad in zip(*numbers, strict=True):
        leaf = recorded_node(tags[tag], operations[code], data, None, 0.0, None, 0.0)
        leaf._grad = grad
        leaves.append(leaf)
    return leaves


def _table(column: list[Any]) -> tuple[list[Any], Any]:
    """The different objects of a column, and for each entry the place of its object among them.

    The last come first: an error names the operation that was used first of those that cannot be pickled.
    """
    different = {id(entry): entry for entry in column[::-1]}
    codes = {address: code for code, address in enumerate(different)}
    kind = "B" if len(codes) <= 256 else "i"
    return list(different.values()), _column(kind, [codes[id(entry)] for entry in column])


def _column(kind: str, numbers: list[Any]) -> Any:
    """Numbers as an array; as a list if they are few, for which an array takes longer and more."""
    return array(kind, numbers) if len(numbers) >= MANY else numbers
