"""A graph as a table of its nodes, for people and for programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any

from autograd.differences import Check
from autograd.graph import local_derivatives, nodes_of, passes
from autograd.sweeps import adjoints
from autograd.value import Value
from autograd.words.names import names_of
from autograd.words.numerals import digits
from autograd.words.symbol import NO_DERIVATIVE, NOT_CHOSEN, applied

_HEADER = ("name", "operation", "value", "local derivatives", "gradient")
_NUMERIC = {"value", "gradient", "finite difference"}


def as_table(
    root: Value, variables: Sequence[Value] = (), checks: Mapping[Value, Check] | None = None
) -> str:
    """One line for every node that has a name: what it is, its number, and the gradient of the root by it.

    Args:
        root: the result.
        variables: leaves that have a line even without a label; other leaves are constants.
        checks: finite differences, to stand beside the gradients with their verdicts.

    >>> x = Value(1.0, label="x")
    >>> print(as_table((3 * x + 2) ** 2))
    name  operation  value  local derivatives  gradient
    x                    1                           30
    v1    3*x            3  x: 3                     10
    v2    v1 + 2         5  v1: 1                    10
    out   v2**2         25  v2: 10                    1
    """
    nodes = _with(variables, root)
    names = names_of(nodes, variables)
    gradients = dict.fromkeys(nodes, 0.0) | adjoints(root)
    header = _HEADER if checks is None else (*_HEADER, "finite difference", "verdict")
    rows: list[tuple[str, ...]] = [header]
    for node in nodes:
        if node._prev or node.label or node in variables or node is root:
            row = (
                names[node],
                _formula(node, names),
                digits(node.data),
                _locals(node, names),
                digits(gradients[node]),
            )
            rows.append(row if checks is None else (*row, *_checked(checks.get(node))))
    return _aligned(rows)


def as_record(root: Value, variables: Sequence[Value] = ()) -> dict[str, Any]:
    """A graph as lists and dicts of plain numbers and strings, which JSON can hold.

    Operands are given by the ids of their nodes. A number that is not finite is the string 'nan', 'inf' or
    '-inf', because JSON has no such numbers.

    >>> as_record(Value(float("inf"), label="x"))["nodes"][0]["value"]
    'inf'
    """
    nodes = _with(variables, root)
    names = names_of(nodes, variables)
    gradients = dict.fromkeys(nodes, 0.0) | adjoints(root)
    ids = {node: number for number, node in enumerate(nodes)}
    records = [
        {
            "id": ids[node],
            "name": names[node],
            "label": node.label,
            "operation": node._operation.name,
            "formula": _formula(node, names),
            "operands": [ids[operand] for operand in node._prev],
            "value": node.data,
            "local_derivatives": list(local_derivatives(node)),
            "gradient": gradients[node],
        }
        for node in nodes
    ]
    return {"value": json_number(root.data), "nodes": finite(records)}


def finite(part: Any) -> Any:
    """The same lists and dicts, with a string in place of every number that is not finite."""
    if isinstance(part, dict):
        return {key: finite(value) for key, value in part.items()}
    if isinstance(part, (list, tuple)):
        return [finite(entry) for entry in part]
    return json_number(part) if isinstance(part, float) else part


def json_number(number: float) -> float | str:
    """A number, or its name if JSON cannot hold it."""
    return number if isfinite(number) else str(number)


def _with(variables: Sequence[Value], root: Value) -> list[Value]:
    """The graph of the root, and before it the variables that the root does not depend on."""
    nodes = nodes_of(root)
    reached = set(nodes)
    return [*(variable for variable in variables if variable not in reached), *nodes]


def _formula(node: Value, names: Mapping[Value, str]) -> str:
    return applied(node._operation, [names[operand] for operand in node._prev]) if node._prev else ""


def _locals(node: Value, names: Mapping[Value, str]) -> str:
    return ", ".join(
        f"{names[operand]}: {_local(node, index)}"
        for index, operand in enumerate(node._prev)
        if operand._prev or names[operand] != digits(operand.data)
    )


def _local(node: Value, index: int) -> str:
    if node._operation.partials[index] is None:
        return NO_DERIVATIVE
    return digits(local_derivatives(node)[index]) if passes(node, index) else NOT_CHOSEN


def _checked(check: Check | None) -> tuple[str, str]:
    return (digits(check.difference), check.verdict) if check is not None else ("", "")


def _aligned(rows: Sequence[tuple[str, ...]]) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    right = [title in _NUMERIC for title in rows[0]]
    lines = []
    for row in rows:
        cells = zip(row, widths, right, strict=True)
        lines.append(
            "  ".join(cell.rjust(width) if r else cell.ljust(width) for cell, width, r in cells).rstrip()
        )
    return "\n".join(lines)
