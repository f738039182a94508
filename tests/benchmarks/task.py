"""What is measured: a workload, its cases, and one of them ready to run on one engine."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.benchmarks.engines import ENGINES, OURS
from tests.benchmarks.engines.engine import Contestant

MOMENT = 0.1  # seconds: quick things are repeated for so long

Numbers = dict[str, float]  # the parts of a result, in the unit of the workload


@dataclass(frozen=True)
class Task:
    """A workload that one engine is ready to run.

    Attributes:
        run: measures once.
        check: numbers that must be those of every other engine; none where they need not be.
        keeps: what must live as long as the task.
    """

    run: Callable[[], Numbers]
    check: list[float]
    keeps: Any = None


@dataclass(frozen=True)
class Workload:
    """One table of results, with a column for each case.

    Attributes:
        title: what is done.
        unit: of the numbers.
        cases: what each column is about.
        prepare: makes one case ready to run on one engine.
        once: whether a process can be measured only once.
        engines: all that may take part, by name.
        reference: the engine that the others are held against.
        one_core: whether every process stays on one core, the same for all.
    """

    title: str
    unit: str
    cases: tuple[Any, ...]
    prepare: Callable[[Any, Any], Task]
    once: bool = False
    engines: Mapping[str, type[Contestant]] = field(default_factory=lambda: ENGINES)
    reference: str = OURS
    one_core: bool = False

    def able(self, name: str) -> list[str]:
        """The engines that take part in the workload of this name."""
        return [engine for engine, kind in self.engines.items() if not kind.only or name in kind.only]


def repeated(
    call: Callable[[], Any], scale: float, clock: Callable[[], float] = time.perf_counter
) -> Callable[[], Numbers]:
    """Measures the mean of as many calls as a moment holds."""

    def run() -> Numbers:
        count, start = 0, clock()
        elapsed = 0.0
        while elapsed < MOMENT:
            for _ in range(1 + count):  # twice as many as before, so that the clock is seldom asked
                call()
            count += 1 + count
            elapsed = clock() - start
        return {"call": scale * elapsed / count}

    return run


def flat(numbers: Any) -> Iterable[float]:
    """All numbers in nested lists, tuples and arrays."""
    try:
        inside = iter(numbers)
    except TypeError:
        yield float(numbers)
    else:
        for number in inside:
            yield from flat(number)
