"""An explanation as tables, for Jupyter and for pages that have no network.

The text has the page's own colour and the lines are half transparent, so the tables are light where the page
is light and dark where it is dark, also in a notebook whose theme is not that of the system.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from itertools import groupby
from typing import TYPE_CHECKING

from autograd.show.explanation.text import (
    branching_paths,
    counted,
    local,
    path_factors,
    path_way,
    sum_of,
    unlisted,
)
from autograd.words.notation import total_derivative
from autograd.words.numerals import digits
from autograd.words.symbol import NOTHING_PASSES

if TYPE_CHECKING:
    from autograd.show.explanation.explanation import Explanation
    from autograd.show.explanation.parts import Gradient, Step

# `:nth-child(n)` is every child; it outweighs the rules that JupyterLab has for all tables.
_STYLE = """
.autograd-explanation { font-size: 0.95em; line-height: 1.45; font-variant-numeric: tabular-nums; }
.autograd-explanation section { margin: 0 0 1.1em; overflow-x: auto; }
.autograd-explanation h4 { margin: 0 0 0.3em; font-size: 1em; font-weight: 600; }
.autograd-explanation table {
  border: 0; border-collapse: collapse; color: inherit; font-size: 1em; margin: 0; }
.autograd-explanation table tbody tr:nth-child(n) { background: none; }
.autograd-explanation th:nth-child(n), .autograd-explanation td:nth-child(n) {
  border: 0; border-top: 1px solid rgba(128, 128, 128, 0.3); max-width: none;
  padding: 0.2em 1.4em 0.2em 0; text-align: left; vertical-align: baseline; white-space: nowrap; }
.autograd-explanation thead th:nth-child(n) {
  border-top: 0; border-bottom: 1px solid rgba(128, 128, 128, 0.8); font-weight: 400; }
.autograd-explanation tr.more td:nth-child(n) { border-top: 0; }
.autograd-explanation .number:nth-child(n), .autograd-explanation .result:nth-child(n) { text-align: right; }
.autograd-explanation td.result { font-weight: 600; }
.autograd-explanation p { margin: 0; opacity: 0.75; }
""".strip()


def as_html(explanation: Explanation) -> str:
    """Tables of the forward pass, the chain rule, the paths and the gradients."""
    sections = [
        _section("Forward", ("node", "formula", "with numbers", "value"), _forward(explanation)),
        _section(
            "Backward: each operand receives upstream × local derivative",
            ("node", "operand", "upstream", "local derivative", "contribution"),
            _backward(explanation.steps),
        ),
        _section("Paths: the sum of their products is the gradient", _PATHS, _paths(explanation)),
        _gradients(explanation),
    ]
    notes = "".join(f"<p>{escape(f'Note: {note}.')}</p>" for note in explanation.notes)
    style = f"<style>\n{_STYLE}\n</style>"
    return f'<div class="autograd-explanation">{style}{"".join(sections)}{notes}</div>'


_PATHS = ("gradient", "path", "local derivatives", "product")
_NUMBERS = {"value", "upstream", "contribution", "product", "total", "finite difference"}
_Row = tuple[tuple[str, str], ...]  # the cells, each with its class; the first one's is the row's too


def _forward(explanation: Explanation) -> Iterable[_Row]:
    for line in explanation.forward:
        numbers = "" if line.numbers == digits(line.value) else line.numbers
        yield ("", line.name), ("", line.formula), ("", numbers), ("result", digits(line.value))


def _backward(steps: Sequence[Step]) -> Iterable[_Row]:
    for _, uses in groupby(steps, key=lambda step: step.node):
        for i, step in enumerate(uses):
            flows = step.local_formula not in NOTHING_PASSES
            yield (
                ("more", "") if i else ("", f"{step.node} = {step.formula}"),
                ("", step.operand),
                ("number", digits(step.upstream) if flows else ""),
                ("", local(step)),
                ("result", digits(step.contribution) if flows else "nothing"),
            )


def _paths(explanation: Explanation) -> Iterable[_Row]:
    branching = branching_paths(explanation)
    for ways in (ways for ways in branching if ways.listed):
        title = f"{total_derivative(ways.root, ways.name)}: {counted(ways.count)} paths"
        for i, path in enumerate(ways.listed):
            first = ("more", "") if i else ("", title)
            yield first, ("", path_way(path)), ("", path_factors(path)), ("number", digits(path.product))
        rest = ways.count - len(ways.listed)
        left_out = f"and {counted(rest)} smaller" if rest else ""
        yield (
            ("more", ""),
            ("", left_out),
            ("", "sum of all" if rest else "sum"),
            ("result", digits(ways.total)),
        )
    for line in unlisted(branching):
        yield ("", line), ("", ""), ("", ""), ("", "")


def _gradients(explanation: Explanation) -> str:
    parts = [explanation.gradients[name] for name in explanation.asked]
    checked = any(part.check for part in parts)
    beside = ("finite difference", "verdict") if checked else ()
    header = ("gradient", "sum over the uses", "total", *beside)
    return _section("Gradients", header, (_gradient(explanation, part) for part in parts))


def _gradient(explanation: Explanation, part: Gradient) -> _Row:
    if len(part.contributions) > 1:
        terms = sum_of(part)
    else:
        terms = "" if part.contributions or part.name == explanation.root else "nothing flows back to it"
    cells = [("", part.derivative), ("", terms), ("result", digits(part.total))]
    if part.check is not None:
        cells += [("number", digits(part.check.difference)), ("", part.check.verdict)]
    return tuple(cells)


def _section(title: str, header: Sequence[str], rows: Iterable[_Row]) -> str:
    body = "".join(map(_row, rows))
    if not body:
        return ""
    head = "".join(
        f'<th scope="col"{_class(cell in _NUMBERS and "number")}>{escape(cell)}</th>' for cell in header
    )
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    return f"<section><h4>{escape(title)}</h4>{table}</section>"


def _row(cells: _Row) -> str:
    written = "".join(f"<td{_class(kind)}>{escape(text)}</td>" for kind, text in cells)
    return f"<tr{_class(cells[0][0])}>{written}</tr>"


def _class(kind: str | bool) -> str:
    return f' class="{kind}"' if kind else ""
