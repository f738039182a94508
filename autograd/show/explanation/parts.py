"""What an explanation is made of, as plain data: equations, steps of the chain rule, gradients, paths."""

from __future__ import annotations

from dataclasses import dataclass

from autograd.differences import Check


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
        derivative: how the local derivative of the node by this operand is written, such as '∂y/∂x'.
        local: its number.
        local_formula: the same as a formula of names, such as '2*x'.
        local_numbers: the formula with numbers in place of the names.
        contribution: upstream * local.
    """

    node: str
    formula: str
    operation: str
    operand: str
    index: int
    upstream: float
    derivative: str
    local: float
    local_formula: str
    local_numbers: str
    contribution: float


@dataclass(frozen=True)
class Gradient:
    """The sum of what a node received; `total` is the derivative of the root by it.

    Attributes:
        name: what the node is called.
        derivative: how its gradient is written, such as 'd L/d x'.
        contributions: what it received, in order.
        total: their sum.
        check: what finite differences say of it; None if they were not asked.
    """

    name: str
    derivative: str
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
