"""What a player shows: a scene for every operation forward and every application of the chain rule backward.

A scene has words, the parts of the drawing that it lights, and the numbers that appear there. What can be
seen at a scene is what all scenes up to it have made appear, so a player can jump to any of them.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape

from autograd.graph import local_derivatives
from autograd.show.playing.steps import BackwardStep
from autograd.value import Value
from autograd.words.notation import local_derivative, total_derivative
from autograd.words.numerals import digits, factor, short
from autograd.words.symbol import BY_HAND, WITHOUT_FORMULA, applied, bare_comparison, derivative_at

_MAX_LISTED = 12  # leaves, in the first and in the last scene


@dataclass(frozen=True)
class Scene:
    """One step.

    Attributes:
        phase: 'forward' or 'backward'.
        title: which step it is.
        words: HTML; the equation, then remarks on it.
        source: ids of the nodes that numbers are taken from.
        edges: what they pass, each as the title that Graphviz gives it and which of several of that title.
        target: ids of the nodes that get a number.
        numbers: the numbers that appear, each as the id of a node, 'data' or 'grad', and its digits.
    """

    phase: str
    title: str
    words: tuple[str, ...]
    source: tuple[str, ...] = ()
    edges: tuple[tuple[str, int], ...] = ()
    target: tuple[str, ...] = ()
    numbers: tuple[tuple[str, str, str], ...] = ()


class Script:
    """The scenes of a graph.

    Args:
        nodes: the graph, operands first and the root last; the ids are n0, n1, ... as in a drawing.
        names: what the nodes are called.
        steps: all steps of its backward pass, taken from gradients of 0.
        tail: the id of what the edge from an operand to a node begins at, which may be a copy of the operand.
    """

    def __init__(
        self,
        nodes: Sequence[Value],
        names: dict[Value, str],
        steps: Sequence[BackwardStep],
        tail: Callable[[Value, Value], str],
    ) -> None:
        self.tail = tail
        self.nodes = nodes
        self.names = names
        self.steps = steps
        self.root = nodes[-1]
        self.ids = {node: f"n{i}" for i, node in enumerate(nodes)}
        self.leaves = [node for node in nodes if not node._prev]
        self.copies: defaultdict[Value, list[str]] = defaultdict(list)
        for node in nodes:
            for operand in dict.fromkeys(node._prev):
                if tail(operand, node) != self.ids[operand]:
                    self.copies[operand].append(tail(operand, node))

    def scenes(self) -> Iterator[Scene]:
        """The leaves, the forward pass, the backward pass in the order of `backward()`, and the gradients."""
        yield self._given()
        computed = [node for node in self.nodes if node._prev]
        for count, node in enumerate(computed, 1):
            yield self._operation(node, f"Forward pass, {count} of {len(computed)}")
        yield self._seed()
        yield from self._chain_rule()
        yield self._gradients()

    def _given(self) -> Scene:
        leaves = [(self.names[leaf], digits(leaf.data)) for leaf in self._named(self.leaves)]
        listed = _list(number if name == number else f"{name} = {number}" for name, number in leaves)
        return Scene(
            "forward",
            "Given",
            (listed, "The leaves: numbers that everything else is computed from."),
            target=self._everywhere(self.leaves),
            numbers=tuple(self._number(leaf, "data", leaf.data) for leaf in self.leaves),
        )

    def _operation(self, node: Value, title: str) -> Scene:
        name, number = self.names[node], digits(node.data)
        formula = applied(node._operation, [self.names[x] for x in node._prev])
        numbers = applied(node._operation, [digits(x.data) for x in node._prev])
        return Scene(
            "forward",
            title,
            (
                _equation(_span("target", name), *_sides(formula, numbers, number), _span("target", number)),
                *self._kept(node),
            ),
            source=tuple(place for x in node._prev for place in self._places(x, node)),
            edges=(*(self._edge(node, i) for i in range(len(node._prev))), self._result_edge(node)),
            target=(self.ids[node] + "_op", *self._everywhere([node])),
            numbers=(self._number(node, "data", node.data),),
        )

    def _kept(self, node: Value) -> Iterator[str]:
        """The local derivatives, which are computed on the way forward and used on the way back."""
        for index, formula in enumerate(self._local_formulas(node)):
            yield _row("local derivative", _equation(_span("edge", self._local(node, index)), *formula))

    def _seed(self) -> Scene:
        return Scene(
            "backward",
            "Backward pass, start",
            (
                _equation(_span("target", self._d(self.root)), _span("target", digits(self.root.grad))),
                "The backward pass starts at the result, with 1; every other gradient starts at 0.",
            ),
            target=(self.ids[self.root],),
            numbers=(self._number(self.root, "grad", self.root.grad),),
        )

    def _chain_rule(self) -> Iterator[Scene]:
        uses = Counter(step.operand for step in self.steps)
        used: Counter[Value] = Counter()
        for count, step in enumerate(self.steps, 1):
            operand = step.operand
            used[operand] += 1
            which = f" ({used[operand]} of {uses[operand]} uses)" if uses[operand] > 1 else ""
            total = _equation(
                _span("target", self._d(operand)),
                f"{digits(step.before)} + {factor(step.contribution)}",
                _span("target", digits(step.after)) + which,
            )
            yield Scene(
                "backward",
                f"Backward pass, {count} of {len(self.steps)}",
                (*self._product(step), _row("sum so far", total)),
                source=(self.ids[step.node],),
                edges=(self._edge(step.node, step.index), self._result_edge(step.node)),
                target=self._places(operand, step.node),
                numbers=(self._number(operand, "grad", step.after),),
            )

    def _product(self, step: BackwardStep) -> tuple[str, str, str]:
        """Upstream times local derivative, and where these two come from."""
        by = _span("edge", self._local(step.node, step.index))
        above = _span("source", self._d(step.node))
        return (
            _equation(
                f"{_span('target', self._d(step.operand))} += {above} · {by}",
                f"{_span('source', digits(step.upstream))} × {_span('edge', factor(step.local))}",
                _span("target", digits(step.contribution)),
            ),
            _row("upstream", _equation(above, _span("source", digits(step.upstream)))),
            _row("local derivative", _equation(by, *self._local_formulas(step.node)[step.index])),
        )

    def _local_formulas(self, node: Value) -> list[list[str]]:
        """For every operand the local derivative: its formula, that with numbers put in, and its number."""
        names, out = [self.names[x] for x in node._prev], self.names[node]
        numbers, result = [digits(x.data) for x in node._prev], digits(node.data)
        formulas = []
        if node._operation.by_hand is not None:
            return [[BY_HAND] for _ in node._prev]
        for index, local in enumerate(local_derivatives(node)):
            formula = derivative_at(node, index, names, out)
            with_numbers = derivative_at(node, index, numbers, result)
            number = _span("edge", digits(local))
            if formula in WITHOUT_FORMULA:
                formulas.append([f"{number} ({escape(formula)})"])
            else:
                formulas.append([*_sides(formula, with_numbers, digits(local)), number])
            if len(set(node._prev)) < len(node._prev):
                formulas[index][-1] += f" (by operand {index + 1})"
        return formulas

    def _gradients(self) -> Scene:
        listed = _list(f"{self._d(leaf)} = {digits(leaf.grad)}" for leaf in self._named(self.leaves))
        return Scene(
            "backward",
            "Gradients",
            (
                listed,
                f"{escape(self.names[self.root])} changes this many times as much as each of these does.",
            ),
            target=self._everywhere(self._named(self.leaves)),
            numbers=tuple(self._number(node, "grad", node.grad) for node in self.nodes),
        )

    def _named(self, leaves: Sequence[Value]) -> Sequence[Value]:
        """The leaves with a label, or all if none has one."""
        return [leaf for leaf in leaves if leaf.label] or leaves

    def _number(self, node: Value, field: str, number: float) -> tuple[str, str, str]:
        return self.ids[node], field, short(number)

    def _edge(self, node: Value, index: int) -> tuple[str, int]:
        operand = node._prev[index]
        return f"{self.tail(operand, node)}->{self.ids[node]}_op", node._prev[:index].count(operand)

    def _everywhere(self, nodes: Iterable[Value]) -> tuple[str, ...]:
        """Where nodes stand, and all their copies."""
        return tuple(place for node in nodes for place in (self.ids[node], *self.copies[node]))

    def _places(self, operand: Value, node: Value) -> tuple[str, ...]:
        """Where an operand stands, and its copy beside the node if there is one."""
        return tuple(dict.fromkeys((self.ids[operand], self.tail(operand, node))))

    def _result_edge(self, node: Value) -> tuple[str, int]:
        return f"{self.ids[node]}_op->{self.ids[node]}", 0

    def _local(self, node: Value, index: int) -> str:
        return local_derivative(self.names[node], self.names[node._prev[index]])

    def _d(self, node: Value) -> str:
        return total_derivative(self.names[self.root], self.names[node])


def _span(role: str, text: str) -> str:
    return f'<span class="{role}">{escape(text)}</span>'


def _equation(left: str, *parts: str) -> str:
    """An equation that breaks into lines before its equality signs only."""
    return " ".join([f"<span>{left}</span>", *(f"<span>= {part}</span>" for part in parts)])


def _list(equations: Iterable[str]) -> str:
    listed = list(equations)
    more = [f"and {len(listed) - _MAX_LISTED:,} more"] if len(listed) > _MAX_LISTED else []
    *others, last = [escape(text) for text in [*listed[:_MAX_LISTED], *more]]
    items = [*(f"{text}," for text in others), last]  # a line must not begin with a comma
    return " ".join(f'<span class="item">{item}</span>' for item in items)


def _sides(formula: str, with_numbers: str, number: str) -> list[str]:
    """What stands between a name and its number, without repetitions."""
    sides = [side for side in dict.fromkeys((formula, with_numbers)) if side != number]
    return [escape(f"({side})" if bare_comparison(side) else side) for side in sides]


def _row(what: str, equation: str) -> str:
    return f"<b>{what}</b> {equation}"
