"""Reverse and forward sweeps: the gradients of a graph in a table beside it.

=================  =======  =========================  =========================================
sweep              mode     by                         gives
=================  =======  =========================  =========================================
`adjoints`         reverse  every node below the root  floats
`slopes`           reverse  some nodes                 floats; Values to be differentiated again
`adjoint_graphs`   reverse  some nodes                 graphs
`tangents`         forward  along a direction          graphs
`tangent_numbers`  forward  along a direction          floats
=================  =======  =========================  =========================================

When they return, nothing in the graph has changed, so a picture or an explanation can be made at any time.
"""

from __future__ import annotations

from autograd import modes
from autograd.annotations import TYPE_CHECKING
from autograd.graph import contributions_by_hand, passes
from autograd.places import Places, Ways
from autograd.scopes import is_tracing
from autograd.value import Value
from autograd.walk import LOCK, topological_order, under_way

if TYPE_CHECKING:
    from typing import Any

    from autograd.annotations import i64
    from autograd.vectors import Number


def slopes(out: Value, nodes: list[Value], differentiable: bool) -> list[Any]:
    """The gradient of `out` with respect to each of the nodes: floats, or Values whose graphs lead on."""
    if differentiable:
        if modes.unrecorded():
            with modes.recording():
                return slopes(out, nodes, True)
        return [as_value(number) for number in adjoint_graphs(out, nodes)]
    if modes.watcher() is not None:
        watched = adjoints(out)
        return [watched.get(node, 0.0) for node in nodes]
    aside = under_way()
    with LOCK:
        return _passed_back(out, nodes, Places([out], nodes, aside))


def adjoints(root: Value) -> dict[Value, float]:
    """The gradient of `root` with respect to every node it reaches, as `backward()` leaves it."""
    table = {root: 1.0}
    watcher = modes.watcher()
    for node in reversed(topological_order(root)):
        if node not in table:
            continue  # no gradient has arrived
        upstream = table[node]
        if node._operation.by_hand is not None:
            for operand, received in zip(node._prev, contributions_by_hand(node, upstream), strict=True):
                table[operand] = table.get(operand, 0.0) + received
        else:
            left, right = node._left, node._right
            if left is not None and passes(node, 0):
                table[left] = table.get(left, 0.0) + node._dleft * upstream
            if right is not None and passes(node, 1):
                table[right] = table.get(right, 0.0) + node._dright * upstream
        if watcher is not None:
            watcher.passed(node, upstream, [table.get(operand, 0.0) for operand in node._prev])
    return table


def _passed_back(root: Value, wrt: list[Value], places: Places) -> list[float]:
    """The gradient of `root` with respect to some nodes only, as floats, for who holds the lock."""
    table: list[float | None] = [None] * places.count  # None where no gradient has arrived
    _receive(table, places.of(root), 1.0)
    order = places.order
    here: i64 = -1
    while order:
        node = order.pop()
        here += 1
        upstream = table[here]
        if upstream is None:
            continue
        if not places.inner:
            table[here] = None  # for the next number, which is then sooner at hand than new memory
        operation = node._operation
        if operation.by_hand is not None:
            for operand, received in zip(node._prev, contributions_by_hand(node, upstream), strict=True):
                _receive(table, places.of(operand), received)
            continue
        left, right = node._left, node._right
        if left is not None and (node._dleft != 0.0 or not operation.choice[0]):
            _receive(table, places.of(left), node._dleft * upstream)
        if right is not None and (node._dright != 0.0 or not operation.choice[1]):
            _receive(table, places.of(right), node._dright * upstream)
    return _found(table, wrt, places)


def _receive(table: list[float | None], place: i64, received: float) -> None:
    if place >= 0:
        before = table[place]
        table[place] = (0.0 if before is None else before) + received


def _found(table: list[float | None], nodes: list[Value], places: Places) -> list[float]:
    numbers: list[float] = []
    for node in nodes:
        place = places.of(node)
        number = table[place] if place >= 0 else None
        numbers.append(0.0 if number is None else number)
    return numbers


def adjoint_graphs(root: Value, wrt: list[Value]) -> list[Number]:
    """The gradient of `root` with respect to some nodes as graphs, to be differentiated again.

    Only nodes on a way from `wrt` to `root` are visited.
    """
    ways = Ways([root], wrt)
    if is_tracing():
        _refuse_choices(ways.order)
    table: list[Any] = [None] * ways.count
    for place in ways.roots:
        _receive_graph(table, place, 1.0)
    here: i64 = 0
    last: i64 = len(ways.order) - 1
    for node in reversed(ways.order):
        upstream = table[here]
        left, right = ways.lefts[last - here], ways.rights[last - here]
        here += 1
        if upstream is None:
            continue
        if left is not None and passes(node, 0):
            _receive_graph(table, left, _times(upstream, _local_graph(node, 0)))
        if right is not None and passes(node, 1):
            _receive_graph(table, right, _times(upstream, _local_graph(node, 1)))
    return _found_graphs(table, ways.ends)


def _receive_graph(table: list[Any], place: int, term: Any) -> None:
    if place >= 0:
        before = table[place]
        table[place] = term if before is None else _plus(before, term)


def _found_graphs(table: list[Any], places: list[int]) -> list[Any]:
    return [0.0 if place < 0 or table[place] is None else table[place] for place in places]


def _refuse_choices(order: list[Value]) -> None:
    """Raise TypeError if a sweep over numbers would decide what a program has to decide anew."""
    for node in order:
        if node._operation.chooses:
            raise TypeError(
                f"jit: a derivative is taken within the function, through a choice ({node._operation.name}) "
                "that would be the one of the first call; write jit(grad(f)), jit(hessian(f)) and the like"
            )


def tangents(roots: list[Value], seeds: dict[Value, Value]) -> list[Number]:
    """The derivative of each root in the direction in which the seeded nodes move, as graphs.

    This is the forward mode: one sweep from the leaves to the roots, whatever the number of leaves.
    """
    ways = Ways(roots, list(seeds))
    if is_tracing():
        _refuse_choices(ways.order)
    table: list[Any] = [None] * ways.count
    for place, seed in zip(ways.ends, seeds.values(), strict=True):
        if place >= 0:
            table[place] = seed
    here: i64 = len(ways.order)
    for node, left, right in zip(ways.order, ways.lefts, ways.rights, strict=True):
        here -= 1
        if table[here] is not None:
            continue  # a seed
        if left is not None and table[left] is not None and passes(node, 0):
            table[here] = _times(table[left], _local_graph(node, 0))
        if right is not None and table[right] is not None and passes(node, 1):
            _receive_graph(table, here, _times(table[right], _local_graph(node, 1)))
    return _found_graphs(table, ways.roots)


def tangent_numbers(roots: list[Value], seeds: dict[Value, Value]) -> list[float]:
    """The derivative of each root in the direction of the seeds, from the local derivatives in the nodes."""
    aside = under_way()
    with LOCK:
        return _passed_forward(roots, seeds, Places(roots, list(seeds), aside))


def _passed_forward(roots: list[Value], seeds: dict[Value, Value], places: Places) -> list[float]:
    table: list[float | None] = [None] * places.count  # None where nothing moves
    for node, seed in seeds.items():
        place = places.of(node)
        if place >= 0:
            table[place] = seed.data
    here: i64 = len(places.order)
    for node in places.order:
        here -= 1
        if table[here] is not None:
            continue  # a seed
        if node._operation.by_hand is not None:
            _refuse_by_hand(node, table, places)
            continue
        left, right = node._left, node._right
        if left is not None and (node._dleft != 0.0 or not node._operation.choice[0]):
            moved = _at(table, places.of(left))
            if moved is not None:
                table[here] = _left_local(node) * moved
        if right is not None and (node._dright != 0.0 or not node._operation.choice[1]):
            moved = _at(table, places.of(right))
            if moved is not None:
                term, before = node._dright * moved, table[here]
                table[here] = term if before is None else before + term
    return _found(table, roots, places)


def _left_local(node: Value) -> float:
    """By the left operand; for x**0 it is stored as -0.0 where x is negative, and its graph is 0.0."""
    if node._dleft == 0.0 and node._operation.bound is not None:
        return as_value(_local_graph(node, 0)).data
    return node._dleft


def _at(table: list[float | None], place: i64) -> float | None:
    return table[place] if place >= 0 else None


def _refuse_by_hand(node: Value, table: list[float | None], places: Places) -> None:
    """Raise TypeError if the node moves: only the way back is known from it."""
    for operand in node._prev:
        if _at(table, places.of(operand)) is not None:
            _local_graph(node, 0)  # raises


def _local_graph(node: Value, index: int) -> Number:
    left = node._left
    assert left is not None
    return node._operation.local_graph(index, left, node._right, node)


# Compiled, an operator between two Values is a call; between things of any type, a search for what to call.


def _times(gradient: Any, local: Any) -> Any:
    if isinstance(local, Value) and isinstance(gradient, Value):
        return local * gradient
    if isinstance(local, float) and local == 1.0:
        return gradient
    return local if isinstance(gradient, float) and gradient == 1.0 else local * gradient


def _plus(x: Any, y: Any) -> Any:
    if isinstance(x, Value) and isinstance(y, Value):  # not the same as below, when it is compiled
        return x + y
    return x + y


def as_value(number: Number) -> Value:
    """A Value as it is, a number as a leaf."""
    return number if isinstance(number, Value) else Value(number)
