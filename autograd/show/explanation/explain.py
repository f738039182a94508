"""The chain rule of a graph, written out step by step as a person does it on paper.

Every number is the engine's own: the values and local derivatives that the forward pass stored, and the
gradients as `backward()` sums them, in the same order. No `grad` in the graph is read or changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import islice

from autograd import differences
from autograd.graph import local_derivatives, nodes_of
from autograd.show.explanation import latex
from autograd.show.explanation.excerpt import Excerpt
from autograd.show.explanation.explanation import Explanation, Paths
from autograd.show.explanation.parts import Path
from autograd.show.explanation.paths import Link, Ways, product
from autograd.value import Value
from autograd.words import tex
from autograd.words.names import names_of
from autograd.words.symbol import Symbol

MAX_STEPS = 200
MAX_PATHS = 10
MAX_BRANCHING = 5  # nodes whose several paths are listed

_UNLABELLED = "without a label, written as numbers; give wrt to explain their gradients too"
_STALE = "computed before an operand was changed; compute the graph again"


def explain(
    value: Value,
    wrt: Value | Iterable[Value] | None = None,
    *,
    check: bool = False,
    max_steps: int | None = MAX_STEPS,
    max_paths: int | None = MAX_PATHS,
) -> Explanation:
    """Explain the gradient of a Value: its computation, then the chain rule for every node on the way back.

    Args:
        value: the result, such as a loss.
        wrt: the node or nodes to explain the derivative by; only steps that lead there are listed. None
            stands for all leaves with a label, or all leaves if none has one. A leaf that is not asked for
            and has no label is written as its number.
        check: compare each gradient that is asked for with finite differences, as
            `autograd/differences.py` says; for each, the graph is computed forward some tens of times.
        max_steps: steps beyond this many, the farthest from the result, are left out with a note; None
            lists all.
        max_paths: how many paths are listed from a node that has several, those with the largest products
            first. They are listed for the first five such nodes and only counted for the others. None lists
            every path of every node, which may be exponentially many.

    Returns:
        An `Explanation`: `print` it, let Jupyter show it, take its `latex()`, or read its parts.

    Raises:
        TypeError: if `value` or `wrt` is not made of Values.
        ValueError: if `value` does not depend on a node of `wrt`; the derivative is 0.
        FloatingPointError: inside `detect_anomaly()`, at the first gradient that is not finite.

    >>> x = Value(1.0, label="x")
    >>> print(explain((3 * x + 2) ** 2, check=True))
    Forward
      x = 1
      v1 = 3*x = 3*1 = 3
      v2 = v1 + 2 = 3 + 2 = 5
      out = v2**2 = 5**2 = 25
    Backward: each operand receives upstream * local derivative
      d out/d out = 1
      out = v2**2
        v2 receives 1 * 10 = 10  (local derivative: 2*v2 = 2*5 = 10)
      v2 = v1 + 2
        v1 receives 10 * 1 = 10
      v1 = 3*x
        x receives 10 * 3 = 30
    Gradients
      d out/d x = 30  [finite difference 30: agrees]
    Note: 2 leaves without a label, written as numbers; give wrt to explain their gradients too.
    """
    _require(value, max_steps, max_paths)
    nodes = nodes_of(value)
    leaves = [node for node in nodes if not node._prev]
    labelled = [leaf for leaf in leaves if leaf.label]
    targets = _targets(wrt, value, set(nodes)) if wrt is not None else labelled or leaves
    excerpt = Excerpt(value, nodes, targets, max_steps)
    found = _found(excerpt, max_paths)
    names = names_of(nodes, variables=set(excerpt.asked))
    forward, steps, gradients = excerpt.lines({node: Symbol(names[node]) for node in excerpt.forward})
    if check:
        for node, verdict in differences.compare(value, excerpt.asked, excerpt.adjoints).items():
            gradients[node] = replace(gradients[node], check=verdict)
    return Explanation(
        root=names[value],
        value=value.data,
        forward=forward,
        steps=steps,
        gradients={gradient.name: gradient for gradient in gradients.values()},
        asked=tuple(names[node] for node in excerpt.asked),
        paths={names[node]: _paths(excerpt, node, *found[node], names) for node in excerpt.asked},
        notes=_notes(
            (len(excerpt.links) - len(steps), "step", "farther from the result left out (see max_steps)"),
            (len(nodes) - len(excerpt.forward), "node", "of the forward pass left out"),
            (len(targets) - len(excerpt.asked), "gradient", "asked for left out"),
            (len(leaves) - len(labelled) if wrt is None and labelled else 0, "leaf", _UNLABELLED),
            (len(excerpt.stale()), "node", _STALE),
        ),
        equations=_equations(excerpt, names),
    )


def _require(value: object, max_steps: object, max_paths: object) -> None:
    if not isinstance(value, Value):
        raise TypeError(f"explain takes the Value to differentiate, got {type(value).__name__}: {value!r}")
    for name, limit in (("max_steps", max_steps), ("max_paths", max_paths)):
        if limit is not None and (not isinstance(limit, int) or limit < 1):
            raise ValueError(f"{name} is an integer of at least 1, or None for all, got {limit!r}")


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


def _found(excerpt: Excerpt, limit: int | None) -> dict[Value, tuple[int, list[list[Link]]]]:
    """How many paths lead from each node that is asked for to the root, and the largest of them.

    They are listed for all nodes with one path, and for the first few of those with more.
    """
    ways = Ways(excerpt.root, excerpt.links, set(excerpt.asked))
    branching = [node for node in excerpt.asked if ways.counts[node] > 1]
    silent = set(() if limit is None else branching[MAX_BRANCHING:])
    return {
        node: (ways.counts[node], [] if node in silent else list(islice(ways.largest(node), limit)))
        for node in excerpt.asked
    }


def _paths(
    excerpt: Excerpt, node: Value, count: int, found: list[list[Link]], names: Mapping[Value, str]
) -> Paths:
    listed = tuple(
        Path(
            nodes=(names[node], *(names[use] for use, _ in path)),
            local_derivatives=tuple(local_derivatives(use)[index] for use, index in path),
            product=product(path),
        )
        for path in found
    )
    return Paths(names[excerpt.root], names[node], count, listed, excerpt.adjoints[node])


def _equations(excerpt: Excerpt, names: Mapping[Value, str]) -> str:
    """The explanation again, with the names in LaTeX, so that the same table writes LaTeX."""
    words = tex.symbols({node: names[node] for node in excerpt.forward})
    forward, steps, gradients = excerpt.lines(words)
    return latex.as_latex(words[excerpt.root].text, forward, steps, list(gradients.values()))


def _notes(*counted: tuple[int, str, str]) -> tuple[str, ...]:
    plural = {"leaf": "leaves"}
    return tuple(
        f"{count:,} {noun if count == 1 else plural.get(noun, f'{noun}s')} {what}"
        for count, noun, what in counted
        if count
    )
