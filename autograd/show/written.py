"""An explanation as text and as a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from itertools import groupby
from typing import TYPE_CHECKING

from autograd.show.formula import NO_DERIVATIVE
from autograd.show.text import digits

if TYPE_CHECKING:
    from autograd.show.explain import Equation, Explanation, Gradient, Step

_MAX_TERMS = 12  # of a sum that is written out


def as_text(explanation: Explanation) -> str:
    """The lines of `print(explanation)`."""
    lines = ["Forward", *(f"  {_equation(line)}" for line in explanation.forward)]
    lines.append("Backward: each operand receives upstream * local derivative")
    lines.append(f"  d {explanation.root}/d {explanation.root} = 1")
    for node, steps in groupby(explanation.steps, key=lambda step: step.node):
        lines += _block(explanation, node, list(steps))
    lines.append("Gradients")
    lines += (f"  {_total(explanation, explanation.gradients[name])}" for name in explanation.asked)
    lines += (f"Note: {note}." for note in explanation.notes)
    return "\n".join(lines)


def _block(explanation: Explanation, node: str, steps: Sequence[Step]) -> Iterator[str]:
    gradient = explanation.gradients[node]
    if len(gradient.contributions) > 1:
        yield f"  {_total(explanation, gradient)}"
    yield f"  {node} = {steps[0].formula}"
    for step in steps:
        yield f"    {_received(step)}"


def _received(step: Step) -> str:
    if step.local_formula == NO_DERIVATIVE:
        return f"{step.operand} receives nothing: {NO_DERIVATIVE}"
    product = f"{digits(step.upstream)} * {_factor(step.local)} = {digits(step.contribution)}"
    known = step.local_formula == digits(step.local)
    return f"{step.operand} receives {product}" + (
        "" if known else f"  (local derivative: {step.local_formula})"
    )


def _total(explanation: Explanation, gradient: Gradient) -> str:
    derivative = f"d {explanation.root}/d {gradient.name}"
    if gradient.name == explanation.root:
        return f"{derivative} = 1"
    if not gradient.contributions:
        return f"{derivative} = 0, because nothing flows back to it"
    if len(gradient.contributions) == 1:
        return f"{derivative} = {digits(gradient.total)}"
    uses = f"{len(gradient.contributions):,} uses"
    return f"{derivative} = {_sum(gradient.contributions)} = {digits(gradient.total)}  ({uses})"


def _sum(terms: Sequence[float]) -> str:
    written = [digits(term) for term in terms[:_MAX_TERMS]]
    text = written[0] + "".join(f" - {term[1:]}" if term[0] == "-" else f" + {term}" for term in written[1:])
    return text if len(terms) <= _MAX_TERMS else f"{text} + ..."


def _factor(number: float) -> str:
    return f"({digits(number)})" if digits(number).startswith("-") else digits(number)


def _equation(line: Equation) -> str:
    return " = ".join(part for part in (line.name, line.formula, digits(line.value)) if part)


_COLUMNS = ("node", "operand", "upstream", "local derivative", "contribution")


def as_html(explanation: Explanation) -> str:
    """A table of the steps, then the gradients."""
    rows = "".join(_row("td", _cells(step)) for step in explanation.steps)
    totals = (_total(explanation, explanation.gradients[name]) for name in explanation.asked)
    lines = [*totals, *(f"Note: {note}." for note in explanation.notes)]
    return (
        f"<table><thead>{_row('th', _COLUMNS)}</thead><tbody>{rows}</tbody></table>"
        f"<p>{'<br>'.join(map(escape, lines))}</p>"
    )


def _cells(step: Step) -> tuple[str, ...]:
    local = f"{step.local_formula} = {digits(step.local)}"
    return (
        f"{step.node} = {step.formula}",
        step.operand,
        digits(step.upstream),
        step.local_formula if step.local_formula in (NO_DERIVATIVE, digits(step.local)) else local,
        digits(step.contribution),
    )


def _row(tag: str, cells: Sequence[str]) -> str:
    return "<tr>" + "".join(f"<{tag}>{escape(cell)}</{tag}>" for cell in cells) + "</tr>"
