"""Rounds in which every engine runs once, so that a slow moment of the machine meets all of them; medians."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from tests.benchmarks.engines import ENGINES, Unable
from tests.benchmarks.worker import Worker
from tests.benchmarks.workloads import WORKLOADS

PATIENCE = 60.0  # seconds an engine may take for all rounds of a case; then it has had enough of them


@dataclass
class Outcome:
    """What came of one engine in one case: its parts, in the unit of the workload, or why there are none."""

    numbers: dict[str, float] = field(default_factory=dict)
    rounds: int = 0
    unable: str = ""

    @property
    def total(self) -> float:
        return sum(self.numbers.values()) if self.numbers else math.nan


Results = dict[str, dict[str, dict[str, Outcome]]]  # workload -> case -> engine, or comparison -> row -> side


def measure(workload: str, case: Any, rounds: int, engines: Iterable[str] = ENGINES) -> dict[str, Outcome]:
    """One case of a workload on all engines that can, or one row of a comparison on both of its sides.

    Raises:
        SystemExit: if two engines do not compute the same numbers.
    """
    outcomes: dict[str, Outcome] = {}
    workers: dict[str, Worker] = {}
    for name in engines:
        try:
            workers[name] = start(name, workload, case)
        except Unable as reason:
            outcomes[name] = Outcome(unable=str(reason))
    try:
        agree(workload, case, {name: worker.check for name, worker in workers.items()})
        outcomes |= in_turns(workers, rounds_of(workload, rounds))
    finally:
        for worker in workers.values():
            worker.close()
    return {name: outcomes[name] for name in engines}


def start(name: str, workload: str, case: Any) -> Worker:
    """A worker, or Unable with what is known before one is tried."""
    if workload in WORKLOADS:
        engine = WORKLOADS[workload].engines[name]
        reason = engine.missing() or engine.cannot.get(workload)
        if reason:
            raise Unable(reason)
    return Worker(name, workload, case)


def rounds_of(workload: str, rounds: int) -> int:
    """As many as are asked for, or one where a process can be measured only once."""
    return 1 if workload in WORKLOADS and WORKLOADS[workload].once else rounds


def in_turns(workers: dict[str, Worker], rounds: int) -> dict[str, Outcome]:
    """Every worker once in every round, until it fails or has taken too long."""
    series: dict[str, list[dict[str, float]]] = {name: [] for name in workers}
    unable: dict[str, str] = {}
    spent = dict.fromkeys(workers, 0.0)
    for _ in range(rounds):
        for name, worker in workers.items():
            if name in unable or spent[name] > PATIENCE:
                continue
            begin = time.perf_counter()
            try:
                series[name].append(worker.run())
            except Unable as reason:
                unable[name] = str(reason)
            spent[name] += time.perf_counter() - begin
    return {
        name: Outcome(unable=unable[name]) if name in unable else median(series[name]) for name in workers
    }


def median(series: list[dict[str, float]]) -> Outcome:
    """The median of every part."""
    numbers = {part: statistics.median(run[part] for run in series) for part in series[0]}
    return Outcome(numbers, len(series))


def agree(workload: str, case: Any, checks: dict[str, list[float]]) -> None:
    """Compare what the engines computed; another order of summation may cost some last digits."""
    given = {name: numbers for name, numbers in checks.items() if numbers}
    for name, numbers in given.items():
        first, expected = next(iter(given.items()))
        same = len(numbers) == len(expected) and all(
            math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-12) for a, b in zip(numbers, expected, strict=True)
        )
        if not same:
            raise SystemExit(
                f"{workload}, {case}: {name} and {first} disagree: {numbers[:4]} and {expected[:4]}"
            )
