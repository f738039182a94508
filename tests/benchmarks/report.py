"""Results as tables to read and as JSON to keep, with the machine they hold for."""

from __future__ import annotations

import dataclasses
import os
import platform
from pathlib import Path
from typing import Any

import autograd
from tests.benchmarks.comparison import SIDES
from tests.benchmarks.comparisons import COMPARISONS
from tests.benchmarks.measure import Outcome, Results
from tests.benchmarks.task import Workload
from tests.benchmarks.workloads import WORKLOADS

Row = list[str]


def heading() -> str:
    """Where and of what the numbers were measured."""
    return (
        f"{processor()}, {os.cpu_count()} cores, Python {platform.python_version()}, "
        f"cyclic garbage collector on, autograd.native is {autograd.native}"
    )


def processor() -> str:
    """The name of the processor, as Linux gives it."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def table(name: str, cases: dict[str, dict[str, Outcome]]) -> str:
    """The table of a workload or of a comparison."""
    return compared(name, cases) if name in COMPARISONS else raced(name, cases)


def compared(comparison: str, rows: dict[str, dict[str, Outcome]]) -> str:
    """One comparison: a line for each row, with its time, that of its reference, and the ratio."""
    described = COMPARISONS[comparison]
    lines = [["", "time", described.reference, "ratio"]]
    for name, outcomes in rows.items():
        sides = [outcomes[side] for side in SIDES]
        lines.append([name, *map(cell, sides), ratio(*sides)])
    return "\n".join([f"{described.title}; {described.unit}", *aligned(lines, words=1), *notes(rows)])


def raced(workload: str, cases: dict[str, dict[str, Outcome]]) -> str:
    """One workload: a row for each engine, two columns for each case, and below them why cells are empty.

    The second column is the time (or the memory) divided by that of the reference: this project, or C.
    """
    described = WORKLOADS[workload]
    head = ["", "kind"]
    for case in cases:
        head += [case, f"x {described.reference}"]
    names = dict.fromkeys(name for outcomes in cases.values() for name in outcomes)
    measured = [name for name in names if any(outcomes[name].numbers for outcomes in cases.values())]
    rows = [row(described, name, cases) for name in measured]
    lines = [f"{described.title}; {described.unit}", *aligned([head, *rows], words=2), *notes(cases)]
    return "\n".join(lines)


def row(described: Workload, name: str, cases: dict[str, dict[str, Outcome]]) -> Row:
    """The numbers of one engine."""
    cells = [name, described.engines[name].kind]
    for outcomes in cases.values():
        outcome, reference = outcomes[name], outcomes.get(described.reference, Outcome())
        cells += [cell(outcome), ratio(outcome, reference)]
    return cells


def cell(outcome: Outcome) -> str:
    """What was measured, part by part."""
    return " + ".join(map(short, outcome.numbers.values())) or "unable"


def ratio(outcome: Outcome, reference: Outcome) -> str:
    """How many times the reference, where both could be measured."""
    times = outcome.total / reference.total
    return short(times) if times == times else "-"


def short(number: float) -> str:
    """Three digits, or all of a large one: 0.0123, 4.56, 78.9, 12,345."""
    return f"{number:,.0f}" if abs(number) >= 99.95 else f"{number:#.3g}"


def aligned(rows: list[Row], words: int) -> list[str]:
    """Columns as wide as their widest cell: the first, of words, to the left, numbers to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            text.ljust(width) if i < words else text.rjust(width)
            for i, (text, width) in enumerate(zip(cells, widths, strict=True))
        ).rstrip()
        for cells in rows
    ]


def notes(cases: dict[str, dict[str, Outcome]]) -> list[str]:
    """Why engines have no numbers, the ones with the same reason together."""
    reasons: dict[str, dict[str, list[str]]] = {}
    for case, outcomes in cases.items():
        for name, outcome in outcomes.items():
            if outcome.unable:
                reasons.setdefault(outcome.unable, {}).setdefault(name, []).append(case)
    lines = []
    for reason, failed in reasons.items():
        names = [
            name if len(where) == len(cases) else f"{name} at {' and '.join(where)}"
            for name, where in failed.items()
        ]
        lines.append(f"  {', '.join(names)}: {reason}")
    return lines


def as_json(results: Results) -> dict[str, Any]:
    """Everything that was measured, as dicts, strings and numbers."""
    return {
        "processor": processor(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "native": autograd.native,
        "units": {name: (WORKLOADS | COMPARISONS)[name].unit for name in results},
        "results": {
            workload: {
                case: {name: dataclasses.asdict(outcome) for name, outcome in outcomes.items()}
                for case, outcomes in cases.items()
            }
            for workload, cases in results.items()
        },
    }
