"""A graph as columns of numbers, one entry for each node, and back.

A node is known by its place: first come the nodes that have operands, then the leaves. A place below 0 is
something else: `NO_OPERAND`, and from -2 on downwards what lies outside, nodes that are written elsewhere.

The columns of many nodes are arrays. Those of a few stand one after the other in a single tuple, because
there may be thousands of small graphs, and then every object counts.
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

    def may_lead_back(self) -> bool:
        """Whether what lies outside may refer to these nodes: all may but a leaf without attributes."""
        for node in self.outside:  # noqa: SIM110 (compiled, a loop is quicker than any() over a generator)
            if node._left is not None or attributes_of(node):
                return True
        return False


def columns_of_nodes(places: Numbering) -> tuple[Any, ...]:
    """The nodes that have operands; operations and tags as places in two tables, which come first."""
    nodes, of = places.nodes, places.of
    operations, codes = _table([node._operation for node in nodes])
    tags, tag_codes = _table([node._tag for node in nodes])
    columns: list[list[Any]] = [
        codes,
        tag_codes,
        [NO_OPERAND if node._left is None else of[id(node._left)] for node in nodes],
        [NO_OPERAND if node._right is None else of[id(node._right)] for node in nodes],
        [node.data for node in nodes],
        [node._grad for node in nodes],
        [node._dleft for node in nodes],
        [node._dright for node in nodes],
    ]
    kinds = _kind(operations) + _kind(tags) + "iidddd"
    return tuple([each for each in operations if each is not OPERANDS]), tags, *_packed(kinds, columns)


def nodes_of(count: int, leaves: list[Value], outside: list[Value], columns: tuple[Any, ...]) -> list[Value]:
    """The nodes of the columns, so many."""
    nodes = blank_nodes(count)
    fill(nodes, leaves, outside, columns)
    return nodes


def fill(nodes: list[Value], leaves: list[Value], outside: list[Value], columns: tuple[Any, ...]) -> None:
    """Make of blank nodes those of the columns."""
    operations, tags, *packed = columns
    numbers = _unpacked(packed, 8)
    at: list[Value | None] = [*nodes, *leaves, *reversed(outside), None]  # at NO_OPERAND stands None
    for node, code, tag, left, right, data, grad, dleft, dright in zip(nodes, *numbers, strict=True):
        operation: Operation = operations[code]
        node._operation, node._tag = operation, tags[tag]
        node._left, node._right = at[left], at[right]
        node.data, node._grad, node._dleft, node._dright = data, grad, dleft, dright
        node._mark = 0 if operation.differentiable else NEVER


def columns_of_leaves(leaves: list[Value]) -> tuple[Any, ...]:
    """The leaves; their symbols and tags as places in two tables, which come first."""
    operations, codes = _table([leaf._operation for leaf in leaves])
    tags, tag_codes = _table([leaf._tag for leaf in leaves])
    symbols = tuple([None if operation is RESULT else operation.symbol for operation in operations])
    columns: list[list[Any]] = [
        codes,
        tag_codes,
        [leaf.data for leaf in leaves],
        [leaf._grad for leaf in leaves],
    ]
    return symbols, tags, *_packed(_kind(operations) + _kind(tags) + "dd", columns)


def leaves_of(columns: tuple[Any, ...]) -> list[Value]:
    """The leaves of the columns."""
    symbols, tags, *packed = columns
    numbers = _unpacked(packed, 4)
    operations = [RESULT if s is None else named(s, 0) if s else LEAF for s in symbols]
    leaves = []
    for code, tag, data, grad in zip(*numbers, strict=True):
        leaf = recorded_node(tags[tag], operations[code], data, None, 0.0, None, 0.0)
        leaf._grad = grad
        leaves.append(leaf)
    return leaves


def blank_nodes(count: int) -> list[Value]:
    """Nodes to be filled in; the first, a root, is made last, so that walks go straight through memory."""
    nodes = [recorded_node(None, LEAF, 0.0, None, 0.0, None, 0.0) for _ in range(count)]
    nodes.reverse()
    return nodes


def _table(column: list[Any]) -> tuple[tuple[Any, ...], list[Any]]:
    """The different objects of a column, and for each entry the place of its object among them.

    The last come first: an error names the operation that was used first of those that cannot be pickled.
    """
    different = {id(entry): entry for entry in column[::-1]}
    codes = {address: code for code, address in enumerate(different)}
    return tuple(different.values()), [codes[id(entry)] for entry in column]


def _kind(table: tuple[Any, ...]) -> str:
    """What an array of places in a table is made of."""
    return "B" if len(table) <= 256 else "i"


def _packed(kinds: str, columns: list[list[Any]]) -> tuple[Any, ...]:
    """Columns as arrays, or in one tuple if they are short."""
    if len(columns[0]) >= MANY:
        return tuple([array(kind, column) for kind, column in zip(kinds, columns, strict=True)])
    numbers: list[Any] = []
    for column in columns:
        numbers += column
    return (tuple(numbers),)


def _unpacked(packed: list[Any], count: int) -> list[Any]:
    """So many columns; they came apart before short ones were written in one tuple."""
    if len(packed) == count:
        return packed
    [numbers] = packed
    height = len(numbers) // count
    return [numbers[i * height : (i + 1) * height] for i in range(count)]
