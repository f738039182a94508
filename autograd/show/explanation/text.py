"""An explanation as text."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from autograd.words.notation import total_derivative
from autograd.words.numerals import digits, factor
from autograd.words.symbol import NOTHING_PASSES, WITHOUT_FORMULA, bare_comparison

if TYPE_CHECKING:
    from autograd.show.explanation.explanation import Explanation, Paths
    from autograd.show.explanation.parts import Equation, Gradient, Path, Step

_MAX_TERMS = 12  # of a sum, a product or a path that is written out
_EXACT = 10**15  # larger counts are rounded


def as_text(explanation: Explanation) -> str:
    """The lines of `print(explanation)`."""
    lines = ["Forward", *(f"  {_equation(line)}" for line in explanation.forward)]
    lines.append("Backward: each operand receives upstream * local derivative")
    lines.append(f"  {total_derivative(explanation.root, explanation.root)} = 1")
    for node, steps in groupby(explanation.steps, key=lambda step: step.node):
        lines += _block(explanation, node, list(steps))
    branching = branching_paths(explanation)
    if branching:
        lines.append("Paths: the sum of their products is the gradient")
        lines += (f"  {line}" for ways in branching if ways.listed for line in paths(ways))
        lines += (f"  {line}" for line in unlisted(branching))
    lines.append("Gradients")
    lines += (f"  {_total(explanation, explanation.gradients[name])}" for name in explanation.asked)
    lines += (f"Note: {note}." for note in explanation.notes)
    return "\n".join(lines)


def branching_paths(explanation: Explanation) -> list[Paths]:
    """The paths from leaves that have more than one; the only path of another is the steps themselves."""
    return [explanation.paths[name] for name in explanation.asked if explanation.paths[name].count > 1]


def unlisted(branching: Sequence[Paths]) -> list[str]:
    """How many nodes have paths that are not listed, in a line or in none."""
    count = sum(not ways.listed for ways in branching)
    return [f"{count:,} more have several paths; name them in wrt to see theirs"] if count else []


def paths(ways: Paths) -> Iterator[str]:
    """The lines of `print(explanation.paths[name])`."""
    many = "1 path" if ways.count == 1 else f"{counted(ways.count)} paths"
    cut = 0 < len(ways.listed) < ways.count
    largest = f"the {len(ways.listed):,} largest" if len(ways.listed) > 1 else "the largest"
    yield f"{total_derivative(ways.root, ways.name)}: {many}" + (f", {largest}:" if cut else "")
    for path in ways.listed:
        yield f"  {path_way(path)}: {chain(path_factors(path), digits(path.product))}"
    yield f"  sum{' of all' if cut else ''}: {digits(ways.total)}"


def path_way(path: Path) -> str:
    """The nodes on a path; a long one is shortened in its middle."""
    return " -> ".join(_shortened(path.nodes))


def path_factors(path: Path) -> str:
    """The local derivatives along a path as a product; a long one is shortened in its middle."""
    factors = [factor(local) if i else digits(local) for i, local in enumerate(path.local_derivatives)]
    return " * ".join(_shortened(factors))


def counted(count: int) -> str:
    """A number of things, rounded where nobody reads all its digits.

    >>> counted(1024), counted(2**64), counted(2**100_000)
    ('1,024', 'about 1.84e+19', 'about 9.99e+30102')
    """
    if count < _EXACT:
        return f"{count:,}"
    exponent = math.log10(count)
    return f"about {10 ** (exponent % 1):.2f}e+{int(exponent)}"


def _shortened(parts: Sequence[str]) -> Sequence[str]:
    if len(parts) <= _MAX_TERMS:
        return parts
    return [*parts[: _MAX_TERMS // 2], "...", *parts[-_MAX_TERMS // 2 :]]


def _block(explanation: Explanation, node: str, steps: Sequence[Step]) -> Iterator[str]:
    gradient = explanation.gradients[node]
    if len(gradient.contributions) > 1:
        yield f"  {_total(explanation, gradient)}"
    yield f"  {node} = {steps[0].formula}"
    for step in steps:
        yield f"    {_received(step)}"


def _received(step: Step) -> str:
    if step.local_formula in NOTHING_PASSES:
        return f"{step.operand} receives nothing: {step.local_formula}"
    product = f"{digits(step.upstream)} * {factor(step.local)} = {digits(step.contribution)}"
    known = step.local_formula == digits(step.local)
    return f"{step.operand} receives {product}" + ("" if known else f"  (local derivative: {local(step)})")


def local(step: Step) -> str:
    """A local derivative as a formula, with numbers, and its number: '2*x = 2*5 = 10'."""
    if step.local_formula in WITHOUT_FORMULA:
        return step.local_formula
    return chain(step.local_formula, step.local_numbers, digits(step.local))


def _total(explanation: Explanation, gradient: Gradient) -> str:
    """A gradient as the sum that it is, with its check: 'd y/d x = 1 + 3 = 4  (2 uses)'."""
    derivative = gradient.derivative
    if gradient.name == explanation.root:
        return f"{derivative} = 1{_checked(gradient)}"
    if not gradient.contributions:
        return f"{derivative} = 0, because nothing flows back to it{_checked(gradient)}"
    if len(gradient.contributions) == 1:
        return f"{derivative} = {digits(gradient.total)}{_checked(gradient)}"
    uses = f"{len(gradient.contributions):,} uses"
    return f"{derivative} = {sum_of(gradient)} = {digits(gradient.total)}  ({uses}){_checked(gradient)}"


def _checked(gradient: Gradient) -> str:
    """What the finite difference says of a gradient; nothing if none was taken."""
    if gradient.check is None:
        return ""
    return f"  [finite difference {digits(gradient.check.difference)}: {gradient.check.verdict}]"


def sum_of(gradient: Gradient) -> str:
    """What a node received as a sum that is written out."""
    parts = [digits(part) for part in gradient.contributions[:_MAX_TERMS]]
    text = parts[0] + "".join(f" - {part[1:]}" if part[0] == "-" else f" + {part}" for part in parts[1:])
    return text if len(gradient.contributions) <= _MAX_TERMS else f"{text} + ..."


def _equation(line: Equation) -> str:
    """A line of the forward pass: 'v1 = 3*x = 3*1 = 3'."""
    return f"{line.name} = {chain(line.formula, line.numbers, digits(line.value))}"


def chain(*sides: str) -> str:
    """Sides of an equation; an empty one, and one that repeats the one before it, is left out."""
    distinct = [side for side, _ in groupby(filter(None, sides))]
    if len(distinct) == 1:
        return distinct[0]
    return " = ".join(f"({side})" if bare_comparison(side) else side for side in distinct)
