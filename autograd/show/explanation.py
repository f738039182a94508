"""What an explanation is made of: equations, steps of the chain rule, paths, gradients and their checks."""

from __future__ import annotations

from dataclasses import dataclass, field

from autograd.show import html, written


@dataclass(frozen=True)
class Equation:
    """One line of the forward pass: `name = formula = numbers = value`.

    Attributes:
        name: what the node is called.
        formula: how it was computed, such as 'w*x'; of a leaf ''.
        numbers: the formula with the operands' numbers in place of their names, such as '2*3'.
        value: its number.
    """

    name: str
    formula: str
    numbers: str
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
        local_numbers: the formula with numbers in place of the names.
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
    local_numbers: str
    contribution: float


@dataclass(frozen=True)
class Check:
    """A gradient beside a derivative from function values alone.

    Attributes:
        difference: the extrapolated central difference; nan where there is none.
        error: how far it may be from the derivative, by its own estimate.
        verdict: 'agrees', 'differs', 'at a kink', 'too small to tell' or 'not finite'.
    """

    difference: float
    error: float
    verdict: str


@dataclass(frozen=True)
class Gradient:
    """The sum of what a node received; `total` is the derivative of the root by it."""

    name: str
    contributions: tuple[float, ...]
    total: float
    check: Check | None = None


@dataclass(frozen=True)
class Path:
    """One way from a node to the root.

    Attributes:
        nodes: the names on the way, the node first and the root last.
        local_derivatives: one for each edge between them.
        product: their product, multiplied from the root on as `backward()` does.
    """

    nodes: tuple[str, ...]
    local_derivatives: tuple[float, ...]
    product: float


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
        return "\n".join(written.paths(self))

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

    def latex(self) -> str:
        r"""The forward pass and the chain rule as an `aligned` environment of LaTeX, without dollar signs."""
        return self.equations

    def __str__(self) -> str:
        return written.as_text(self)

    def __repr__(self) -> str:
        return str(self)

    # Jupyter chooses among these. On a screen it shows the HTML, and that is meant: LaTeX needs MathJax,
    # which a page exported from a notebook loads from the network. Exports to LaTeX and PDF choose the LaTeX.

    def _repr_html_(self) -> str:
        return html.as_html(self)

    def _repr_latex_(self) -> str:
        return f"$${self.equations}$$"
