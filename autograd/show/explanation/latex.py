"""An explanation as aligned equations of LaTeX."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import groupby

from autograd.show.explanation.parts import Equation, Gradient, Step
from autograd.words.numerals import digits
from autograd.words.symbol import NOTHING_PASSES, WITHOUT_FORMULA
from autograd.words.tex import TeX, bracketed

_INNERMOST = re.compile(r"\\left[(\[|]((?!\\left|\\right).)*\\right[)\]|]|\{[^{}]*\}")


def as_latex(root: str, forward: Sequence[Equation], steps: Sequence[Step], asked: Sequence[Gradient]) -> str:
    r"""Aligned equations: the forward pass, then the gradient by each node as the sum over its uses.

    Names and formulas are given in LaTeX. An equation stands where its sum is complete, so whatever it uses
    has been computed above it.
    """
    gradients = {gradient.name: gradient for gradient in asked}
    uses: dict[str, list[Step]] = {gradient.name: [] for gradient in asked}
    for step in steps:
        if step.local_formula not in NOTHING_PASSES and step.operand in uses:
            uses[step.operand].append(step)
    complete = {step.operand: i for i, step in enumerate(steps)}
    ordered = sorted(uses, key=lambda name: -1 if name == root else complete.get(name, len(steps)))
    lines = [_equal(line.name, line.formula, line.numbers, _number(line.value)) for line in forward]
    lines += [_gradient(root, gradients, gradients[name], uses[name]) for name in ordered]
    return "\\begin{aligned}\n" + " \\\\\n".join(lines) + "\n\\end{aligned}"


def _gradient(root: str, gradients: Mapping[str, Gradient], gradient: Gradient, uses: Sequence[Step]) -> str:
    """dL/dx = dL/da * ∂a/∂x + dL/db * ∂b/∂x = 2 * 3 + 1 * 4 = 10, with formulas for ∂a/∂x and ∂b/∂x."""
    total = _number(gradient.total)
    if not uses:
        return _equal(gradient.derivative, total)
    rest = [r"\cdots"] if len(uses) < len(gradient.contributions) else []
    return _equal(
        gradient.derivative,
        _sum([*(_chained(root, gradients[use.node], use) for use in uses), *rest]),
        _sum([*(_multiplied(root, use) for use in uses), *rest]),
        total,
    )


def _chained(root: str, above: Gradient, use: Step) -> str:
    """What a use passes back: dL/da times the local derivative, as a formula if it has one."""
    local = use.derivative if use.local_formula in WITHOUT_FORMULA else use.local_formula
    return local if use.node == root else _product(above.derivative, local)


def _multiplied(root: str, use: Step) -> str:
    if use.node == root:
        return _number(use.local) if use.local_formula in WITHOUT_FORMULA else use.local_numbers
    return _product(_number(use.upstream), _number(use.local))


def _product(left: str, right: str) -> str:
    return rf"{left} \cdot {bracketed(right) if _is_sum(right) else right}"


def _sum(terms: Sequence[str]) -> str:
    return " + ".join([terms[0], *(bracketed(term) if term.startswith("-") else term for term in terms[1:])])


def _is_sum(formula: str) -> bool:
    """Whether a formula needs brackets as a factor: a sum outside all brackets, or a sign in front."""
    while (inner := _INNERMOST.sub("", formula)) != formula:
        formula = inner
    return formula.startswith(("-", "+")) or " + " in formula or " - " in formula


def _equal(left: str, *sides: str) -> str:
    """left &= side = side; what is equal to the side before it and what is empty is left out."""
    return f"{left} &= " + " = ".join(side for side, _ in groupby(filter(None, sides)))


def _number(number: float) -> str:
    return TeX(digits(number)).text
