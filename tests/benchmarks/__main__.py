"""Measure this engine beside others, and what it does beside references: `python -m tests.benchmarks`.

Every engine runs in a process of its own, which it may crash. A round runs each of them once, in turns; the
numbers are medians over the rounds. An engine that is not installed is said to be missing:

    pip install micrograd==0.1.0 minigrad xad torch casadi jax symengine numba drjit scipy scikit-learn

`batch`, `one_call`, `bound` and `moons_gradient` are functions that were compiled: `autograd.jit` and its
peers beside C that gcc compiles. `moons_fit`, `digits_epoch`, `digits_first_epoch` and `digits_right` are
whole trainings by `nn.fit`, beside those of torch, jax, scikit-learn and by hand.

What no other engine does is held against this one itself, in comparisons such as `operations`: a row for
each thing measured, its time, that of its reference, and the ratio.

From the root of the repository the engine measured is the one in the tree. To measure the one that is
installed, such as a wheel with a compiled `Value`, start in a folder that holds nothing but `tests/`.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tests.benchmarks import plot
from tests.benchmarks.comparison import SIDES
from tests.benchmarks.comparisons import COMPARISONS
from tests.benchmarks.compiled import batches_plot
from tests.benchmarks.measure import Outcome, Results, measure
from tests.benchmarks.report import as_json, heading, table
from tests.benchmarks.workloads import WORKLOADS

NAMES = (*WORKLOADS, *COMPARISONS)


def main(arguments: list[str] | None = None) -> None:
    """Run the workloads and print a table of each."""
    options = parser().parse_args(arguments)
    print(f"{heading()}\n")
    results: Results = {}
    for name in options.only:
        results[name] = outcomes(name, options.rounds)
        print(table(name, results[name]), flush=True, end="\n\n")
    if options.json:
        options.json.write_text(json.dumps(as_json(results), indent=2) + "\n", encoding="utf-8")
    if options.plot:
        plot.draw(plot.curves(options.rounds), options.plot)
    if options.plot_batches:
        batches = results.get("batch") or outcomes("batch", options.rounds)
        batches_plot.draw(batches_plot.ratios(batches), options.plot_batches)


def outcomes(name: str, rounds: int) -> dict[str, dict[str, Outcome]]:
    """All cases of a workload, or all rows of a comparison."""
    return {label(case): measure(name, case, rounds, sides) for case, sides in cases_of(name)}


def cases_of(name: str) -> Iterator[tuple[Any, Sequence[str]]]:
    """The cases of a workload, each with the engines to measure; the rows of a comparison, with its sides."""
    if name in COMPARISONS:
        yield from ((row, SIDES) for row in COMPARISONS[name].rows)
    else:
        workload = WORKLOADS[name]
        yield from ((case, workload.able(name)) for case in workload.cases)


def parser() -> argparse.ArgumentParser:
    """The options of the command line."""
    described = argparse.ArgumentParser(
        prog="python -m tests.benchmarks",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    described.add_argument(
        "--rounds", type=positive, default=7, help="rounds of each measurement (default: 7)"
    )
    described.add_argument(
        "--only",
        type=workloads,
        default=list(NAMES),
        help=f"workloads and comparisons, separated by commas (default: {','.join(NAMES)})",
    )
    described.add_argument("--json", type=Path, metavar="FILE", help="write the numbers to this file")
    described.add_argument(
        "--plot", type=Path, metavar="FILE.svg", help="draw the cost of a node against the size of the graph"
    )
    described.add_argument(
        "--plot-batches", type=Path, metavar="FILE.svg", help="draw compiled functions beside C and others"
    )
    return described


def positive(text: str) -> int:
    if int(text) < 1:
        raise ValueError(text)
    return int(text)


def workloads(text: str) -> list[str]:
    names = text.split(",")
    for name in names:
        if name not in NAMES:
            raise argparse.ArgumentTypeError(f"{name!r} is none of {', '.join(NAMES)}")
    return names


def label(case: object) -> str:
    """A case as the head of a column."""
    return f"{case:,} nodes" if isinstance(case, int) else str(case)


if __name__ == "__main__":
    main()
