"""A thing that this project does, beside a reference: the same by hand, or a thing whose price is known.

Other engines say how fast a graph is. What has no counterpart there is held against this project itself: a
row is slow if its ratio is large, whatever the machine.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.benchmarks.task import Task, flat, repeated

SIDES = MEASURED, REFERENCE = "measured", "reference"
MILLISECONDS, MICROSECONDS = 1e3, 1e6  # of a second

Step = Callable[[], Any]  # done once at each call; the numbers that it returns are checked


@dataclass(frozen=True)
class Row:
    """Two ways to do something. Each is prepared and run in a process of its own."""

    measured: Callable[[], Task]
    reference: Callable[[], Task]


@dataclass(frozen=True)
class Comparison:
    """One table of results, with a line for each row.

    Attributes:
        title: what the rows are.
        unit: of the times.
        reference: what the rows are held against, as the head of a column.
        rows: by what is measured.
    """

    title: str
    unit: str
    reference: str
    rows: Mapping[str, Row]

    def task(self, row: str, side: str) -> Task:
        """One side of a row, ready to run."""
        prepare: Callable[[], Task] = getattr(self.rows[row], side)
        return prepare()


def beside(
    measured: Callable[[], Step], reference: Callable[[], Step], scale: float, alike: bool = True
) -> Row:
    """A row of two things that are called again and again.

    Args:
        measured: prepares what is measured.
        reference: prepares what it is held against.
        scale: units of time in a second.
        alike: whether both return the same numbers, at their first call.
    """
    return Row(lambda: task(measured(), scale, alike), lambda: task(reference(), scale, alike))


def task(step: Step, scale: float, checked: bool) -> Task:
    """Time the mean of as many calls as a moment holds."""
    first = step()
    return Task(repeated(step, scale, processor_seconds), list(flat(first)) if checked else [])


def processor_seconds() -> float:
    """The time that the processor gave to this process, and to those that it started and that have ended.

    Two sides that take turns do not wait alike for a machine that is busy with other things.
    """
    times = os.times()
    return time.process_time() + times.children_user + times.children_system
