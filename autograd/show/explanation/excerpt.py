"""What an explanation shows of a graph: the way back to what is asked for, and the lines about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from autograd.graph import contribution, dependents, local_derivatives
from autograd.programs.program import function_on_floats
from autograd.show.explanation.parts import Equation, Gradient, Step
from autograd.show.explanation.paths import Link
from autograd.sweeps import adjoints
from autograd.value import Value
from autograd.walk import topological_order
from autograd.words.notation import local_derivative, total_derivative
from autograd.words.numerals import digits
from autograd.words.symbol import Symbol, applied, derivative_at


class Excerpt:
    """The part of a graph that leads to some of its nodes.

    Args:
        root: the result.
        nodes: its graph, operands first.
        targets: the nodes that are asked for.
        max_steps: how many edges, and how many targets, are shown; None for all.

    Attributes:
        order: the nodes that gradients pass, operands first.
        adjoints: the gradient of the root by every node, as `backward()` computes it.
        reached: the nodes at which a gradient arrives; no other node passes anything on.
        links: all edges from those on the way from the root to a target, the last node first.
        shown: those that have a line.
        asked: the targets that have a line.
        received: the contributions of all its uses to each node that is asked for or passed.
        forward: the nodes whose numbers are shown, operands first.
    """

    def __init__(
        self, root: Value, nodes: Sequence[Value], targets: Sequence[Value], max_steps: int | None
    ) -> None:
        self.root = root
        self.nodes = nodes
        self.order = topological_order(root)
        found = adjoints(root)
        self.reached = set(found)
        self.adjoints = dict.fromkeys(nodes, 0.0) | found
        self.links = self._links(targets)
        self.shown = self.links[:max_steps]
        self.asked = targets[:max_steps]
        self.received = self._received()
        mentioned = {root, *self.asked}
        for node, _ in self.shown:
            mentioned |= {node, *node._prev}
        if max_steps is None or len(nodes) <= max_steps:
            mentioned.update(nodes)
        self.forward = [node for node in nodes if node in mentioned]

    def _links(self, targets: Sequence[Value]) -> list[Link]:
        leading = dependents(self.nodes, targets)
        return [
            (node, index)
            for node in reversed(self.order)
            if node in self.reached
            for index, operand in enumerate(node._prev)
            if operand in leading
        ]

    def _received(self) -> dict[Value, list[float]]:
        received: dict[Value, list[float]] = {node: [] for node, _ in self.shown}
        received |= {node: [] for node in self.asked}
        for node, index in self.links:
            parts = received.get(node._prev[index])
            if parts is not None:
                parts.append(contribution(node, index, self.adjoints[node]))
        return received

    def stale(self) -> list[Value]:
        """The shown nodes with an operand, a leaf, whose number was changed after they were computed."""
        return [
            node
            for node in self.forward
            if node._operation.by_hand is None
            and any(not operand._prev for operand in node._prev)
            and repr(_recomputed(node)) != repr(node.data)  # by repr, nan is nan
        ]

    def lines(
        self, words: Mapping[Value, Symbol]
    ) -> tuple[tuple[Equation, ...], tuple[Step, ...], dict[Value, Gradient]]:
        """The forward pass, the chain rule and its sums, in the notation of the words for the nodes."""
        gradients = {
            node: Gradient(
                name=words[node].text,
                derivative=total_derivative(words[self.root], words[node]),
                contributions=tuple(parts),
                total=self.adjoints[node],
            )
            for node, parts in self.received.items()
        }
        given = [node for node in self.forward if not node._prev and (node.label or node in self.received)]
        computed = [node for node in self.forward if node._prev]
        forward = tuple(_equation(node, words) for node in given + computed)
        return forward, tuple(self._step(node, index, words) for node, index in self.shown), gradients

    def _step(self, node: Value, index: int, words: Mapping[Value, Symbol]) -> Step:
        operation, out, operands = node._operation, words[node], [words[operand] for operand in node._prev]
        numbers = [_number(operand, words) for operand in node._prev]
        upstream, local = self.adjoints[node], local_derivatives(node)[index]
        return Step(
            node=out.text,
            formula=applied(operation, operands),
            operation=operation.name,
            operand=operands[index].text,
            index=index,
            upstream=upstream,
            derivative=local_derivative(out, operands[index]),
            local=local,
            local_formula=derivative_at(node, index, operands, out),
            local_numbers=derivative_at(node, index, numbers, _number(node, words)),
            contribution=contribution(node, index, upstream),
        )


def _recomputed(node: Value) -> float:
    """The number of a node from the numbers that its operands have now."""
    return function_on_floats(node._operation, or_nan=True)(*(operand.data for operand in node._prev))


def _equation(node: Value, words: Mapping[Value, Symbol]) -> Equation:
    formula = numbers = ""
    if node._prev and all(operand in words for operand in node._prev):
        formula = applied(node._operation, [words[operand] for operand in node._prev])
        numbers = applied(node._operation, [_number(operand, words) for operand in node._prev])
    return Equation(words[node].text, formula, numbers, node.data)


def _number(node: Value, words: Mapping[Value, Symbol]) -> Symbol:
    """The number of a node in the notation of its word."""
    return type(words[node])(digits(node.data))
