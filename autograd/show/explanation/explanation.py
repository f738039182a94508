"""An explanation: its parts, and how they are shown."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from autograd.show.explanation import html, text
from autograd.show.explanation.parts import Equation, Gradient, Path, Step
from autograd.words.notation import local_derivative, total_derivative


@dataclass(frozen=True, repr=False)  # Python refuses to print a count of thousands of digits
class Paths:
    """All ways from a node to the root; `print` it.

    Attributes:
        root: the name of the root.
        name: the name of the node.
        count: how many ways there are, exactly.
        listed: those with the largest products, the largest first; empty if they are only counted.
        total: the engine's gradient, which is the sum over all ways, but for rounding.
    """

    root: str
    name: str
    count: int
    listed: tuple[Path, ...]
    total: float

    def __str__(self) -> str:
        return "\n".join(text.paths(self))

    def __repr__(self) -> str:
        return str(self)


@dataclass(frozen=True, repr=False)
class Explanation:
    """A computation forward and the chain rule backward; `print` it, or read the parts.

    Attributes:
        root: the name of what was differentiated.
        value: its number.
        forward: the equations in which the numbers of the steps were computed.
        steps: the chain rule from the root to the leaves.
        gradients: what every node that is asked for or passed received, by its name.
        asked: the names of the leaves that the explanation leads to.
        paths: the ways from each of them to the root, by its name.
        notes: what is left out, in words.
        equations: the whole in LaTeX.
    """

    root: str
    value: float
    forward: tuple[Equation, ...]
    steps: tuple[Step, ...]
    gradients: dict[str, Gradient]
    asked: tuple[str, ...]
    paths: dict[str, Paths]
    notes: tuple[str, ...] = ()
    equations: str = field(default="", compare=False)

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Explanations of before derivatives stood in them are given these; their LaTeX is as it was."""
        self.__dict__.update(state)
        for name, gradient in self.gradients.items():
            vars(gradient).setdefault("derivative", total_derivative(self.root, name))
        for step in self.steps:
            vars(step).setdefault("derivative", local_derivative(step.node, step.operand))

    def latex(self) -> str:
        r"""The forward pass and the chain rule as an `aligned` environment of LaTeX, without dollar signs."""
        return self.equations

    def __str__(self) -> str:
        return text.as_text(self)

    def __repr__(self) -> str:
        return str(self)

    # Jupyter chooses among these. On a screen it shows the HTML, and that is meant: LaTeX needs MathJax,
    # which a page exported from a notebook loads from the network. Exports to LaTeX and PDF choose the LaTeX.

    def _repr_html_(self) -> str:
        return html.as_html(self)

    def _repr_latex_(self) -> str:
        return f"$${self.equations}$$"
