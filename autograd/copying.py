"""What deepcopy makes of a Value: a graph of its own, the same in every number and attribute."""

from __future__ import annotations

from copy import deepcopy as copied

from autograd.annotations import TYPE_CHECKING
from autograd.columns import Numbering
from autograd.value import Value, recorded_node
from autograd.walk import OPERANDS

if TYPE_CHECKING:
    from typing import Any


def deepcopy(root: Value, memo: dict[int, Any]) -> Value:
    """A copy of a node and of all that it depends on; nodes that have a copy in the memo keep that one.

    Args:
        root: what is copied.
        memo: the copies that there are, by the address of what was copied, as the module `copy` keeps them.

    Raises:
        ValueError: if the derivative of a node was given by hand.
    """
    places = Numbering(root, memo, set())
    nodes = [*places.nodes, *places.leaves]
    for node in nodes:
        if node._operation.by_hand is not None and node._operation is not OPERANDS:
            copied(node._operation)  # raises an error that says what to do
    for node in reversed(nodes):  # operands first, so that walks go straight through memory
        copy = recorded_node(node._tag, node._operation, node.data, None, node._dleft, None, node._dright)
        copy._grad = node._grad
        memo[id(node)] = copy
    for node in places.nodes:
        _link(memo[id(node)], node, memo)
    for place, own in places.attributes():  # which may lead back to all of them
        for name, attribute in own.items():
            setattr(memo[id(nodes[place])], name, copied(attribute, memo))
    found: Value = memo[id(root)]
    return found


def _link(copy: Value, node: Value, memo: dict[int, Any]) -> None:
    if node._left is not None:
        copy._left = memo[id(node._left)]
    if node._right is not None:
        copy._right = memo[id(node._right)]
