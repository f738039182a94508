"""The chain rule of a graph, written out step by step as a person does it on paper.

Every number is the engine's own: the values and local derivatives that the forward pass stored, and the
gradients as `backward()` sums them, in the same order. No `grad` in the graph is read or changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from autograd.graph import adjoints, local_derivatives, nodes_of
from autograd.show import written
from autograd.show.formula import applied, derivative
from autograd.show.names import names_of
from autograd.value import Value, topological_order

MAX_STEPS = 200


@dataclass(frozen=True)
class Equation:
    """One line of the forward pass: `name = formula = value`; the formula of a leaf is ''."""

    name: str
    formula: str
    value: float


@dataclass(frozen=True)
class Step:
    """One application of the chain rule: what an operand receives from a node that it was used in.

    Attributes:
        node: the name of the node that the gradient comes from.
        formula: how the node was computed, such as 'w*x'.
        operation: the name of its operation, such as 'mul'.
        operand: the name of the operand that receives.
        index: which operand of the node it is, counted from 0.
        upstream: the gradient of the root by the node.
        local: the local derivative of the node by this operand.
        local_formula: the same as a formula of names.
        contribution: upstream * local.
    """

    node: str
    formula: str
    operation: str
    operand: str
    index: int
    upstream: float
    local: float
    local_formula: str
    contribution: float


@dataclass(frozen=True)
class Gradient:
    """The sum of what a node received; `total` is the derivative of the root by it."""

    name: str
    contributions: tuple[float, ...]
    total: float


@dataclass(frozen=True)
class Explanation:
    """A computation forward and the chain rule backward; `print` it, or read the parts.

    Attributes:
        root: the name of what was differentiated.
        value: its number.
        forward: the equations in which the numbers of the steps were computed.
        steps: the chain rule from the root to the leaves.
        gradients: what every node that is asked for or passed received, by its name.
        asked: the names of the leaves that the explanation leads to.
        notes: what is left out, in words.
    """

    root: str
    value: float
    forward: tuple[Equation, ...]
    steps: tuple[Step, ...]
    gradients: dict[str, Gradient]
    asked: tuple[str, ...]
    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        return written.as_text(self)

    def _repr_html_(self) -> str:
        return written.as_html(self)


def explain(
    value: Value, wrt: Value | Iterable[Value] | None = None, *, max_steps: int | None = MAX_STEPS
) -> Explanation:
    """Explain the gradient of a Value: its computation, then the chain rule for every node on the way back.

    Args:
        value: the result, such as a loss.
        wrt: the node or nodes to explain the derivative by; only steps that lead there are listed. None
            stands for all leaves with a label, or all leaves if none has one. A leaf that is not asked for
            and has no label is written as its number.
        max_steps: steps beyond this many, the farthest from the result, are left out with a note; None
            lists all.

    Raises:
        TypeError: if `value` or `wrt` is not made of Values.
        ValueError: if `value` does not depend on a node of `wrt`; the derivative is 0.

    >>> x = Value(1.0, label="x")
    >>> print(explain((3 * x + 2) ** 2))
    Forward
      x = 1
      v1 = 3*x = 3
      v2 = v1 + 2 = 5
      out = v2**2 = 25
    Backward: each operand receives upstream * local derivative
      d out/d out = 1
      out = v2**2
        v2 receives 1 * 10 = 10  (local derivative: 2*v2)
      v2 = v1 + 2
        v1 receives 10 * 1 = 10
      v1 = 3*x
        x receives 10 * 3 = 30
    Gradients
      d out/d x = 30
    Note: 2 leaves without a label, written as numbers; give wrt to explain their gradients too.
    """
    if not isinstance(value, Value):
        raise TypeError(f"explain takes the Value to differentiate, got {type(value).__name__}: {value!r}")
    if max_steps is not None and (not isinstance(max_steps, int) or max_steps < 1):
        raise ValueError(f"max_steps is an integer of at least 1, or None for all, got {max_steps!r}")
    nodes = nodes_of(value)
    leaves = [node for node in nodes if not node._prev]
    labelled = [leaf for leaf in leaves if leaf.label]
    targets = _targets(wrt, value, set(nodes)) if wrt is not None else labelled or leaves
    links = list(_links(value, nodes, targets))
    shown = links[:max_steps]
    asked = targets[:max_steps]
    mentioned = {value, *asked, *(node for node, _ in shown), *(x for node, _ in shown for x in node._prev)}
    if max_steps is None or len(nodes) <= max_steps:
        mentioned.update(nodes)
    forward = [node for node in nodes if node in mentioned]
    names = names_of(nodes, forward, variables=set(asked))
    table = dict.fromkeys(nodes, 0.0) | adjoints(value)
    notes = _notes(
        (len(links) - len(shown), "steps farther from the result left out (see max_steps)"),
        (len(nodes) - len(forward), "nodes of the forward pass left out"),
        (len(targets) - len(asked), "gradients that were asked for left out"),
        (len(leaves) - len(labelled) if wrt is None and labelled else 0, _UNLABELLED),
    )
    return Explanation(
        root=names[value],
        value=value.data,
        forward=tuple(_equation(node, names) for node in _given_first(forward, set(asked))),
        steps=tuple(_step(node, index, names, table) for node, index in shown),
        gradients=_gradients(links, {*asked, *(node for node, _ in shown)}, names, table),
        asked=tuple(names[node] for node in asked),
        notes=notes,
    )


_UNLABELLED = "leaves without a label, written as numbers; give wrt to explain their gradients too"


def _targets(wrt: object, value: Value, nodes: set[Value]) -> list[Value]:
    """The nodes asked for, each once."""
    if isinstance(wrt, Value):
        wrt = [wrt]
    if not isinstance(wrt, Iterable) or isinstance(wrt, (str, bytes)):
        raise TypeError(f"wrt is a Value, several Values or None, got {type(wrt).__name__}: {wrt!r}")
    targets = list(wrt)
    if not targets:
        raise ValueError("wrt names no Value; leave it out to explain the gradients of all leaves")
    for target in targets:
        if not isinstance(target, Value):
            raise TypeError(f"wrt is made of Values, got {type(target).__name__}: {target!r}")
        if target not in nodes:
            what = f"{target.label or 'one of wrt'} ({target!r})"
            raise ValueError(f"{value!r} does not depend on {what}: the derivative is 0, nothing to explain")
    return list(dict.fromkeys(targets))


def _links(value: Value, nodes: Sequence[Value], targets: Iterable[Value]) -> Iterator[tuple[Value, int]]:
    """Every (node, operand index) on the way from `value` back to a target, the last node first."""
    leading = set(targets)
    for node in nodes:
        if any(operand in leading for operand in node._prev):
            leading.add(node)
    for node in reversed(topological_order(value)):
        for index, operand in enumerate(node._prev):
            if operand in leading:
                yield node, index


def _given_first(forward: Sequence[Value], asked: set[Value]) -> list[Value]:
    """The leaves that have a name, then everything that is computed from them."""
    given = [node for node in forward if not node._prev and (node.label or node in asked)]
    return given + [node for node in forward if node._prev]


def _equation(node: Value, names: dict[Value, str]) -> Equation:
    known = bool(node._prev) and all(operand in names for operand in node._prev)
    formula = applied(node._operation, [names[operand] for operand in node._prev]) if known else ""
    return Equation(names[node], formula, node.data)


def _step(node: Value, index: int, names: dict[Value, str], table: dict[Value, float]) -> Step:
    operands = [names[operand] for operand in node._prev]
    local = local_derivatives(node)[index]
    return Step(
        node=names[node],
        formula=applied(node._operation, operands),
        operation=node._operation.name,
        operand=operands[index],
        index=index,
        upstream=table[node],
        local=local,
        local_formula=derivative(node._operation, index, operands, names[node]),
        contribution=local * table[node],
    )


def _gradients(
    links: Iterable[tuple[Value, int]], wanted: set[Value], names: dict[Value, str], table: dict[Value, float]
) -> dict[str, Gradient]:
    """What each wanted node receives from all its uses, also from steps that are not shown."""
    received: dict[Value, list[float]] = {node: [] for node in names if node in wanted}
    for node, index in links:
        if node._prev[index] in received:
            received[node._prev[index]].append(local_derivatives(node)[index] * table[node])
    return {names[node]: Gradient(names[node], tuple(parts), table[node]) for node, parts in received.items()}


def _notes(*counted: tuple[int, str]) -> tuple[str, ...]:
    return tuple(f"{count:,} {what}" for count, what in counted if count)
