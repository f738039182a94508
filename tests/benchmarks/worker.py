"""A process for each engine, so that none disturbs the memory of another, and each may crash alone.

So it is with the sides of a comparison: what is measured, and its reference.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from multiprocessing.connection import Connection
from typing import Any

from tests.benchmarks.comparisons import COMPARISONS
from tests.benchmarks.engines import Unable
from tests.benchmarks.task import Task
from tests.benchmarks.workloads import WORKLOADS

TIMEOUT = 300  # seconds that one answer may take


class Worker:
    """An engine, or a side of a comparison, that prepares one case and runs it when told to.

    The new process imports the same modules as this one: it is given this one's `sys.path`.

    Raises:
        Unable: here or in `run`, with the reason, if the engine fails, crashes or takes too long.
    """

    def __init__(self, engine: str, workload: str, case: Any) -> None:
        context = multiprocessing.get_context("spawn")
        self.connection, theirs = context.Pipe()
        self.process = context.Process(target=serve, args=(theirs, engine, workload, case), daemon=True)
        self.process.start()
        theirs.close()
        self.check: list[float] = self._answer()

    def run(self) -> dict[str, float]:
        """Measure once; the parts of the result."""
        try:
            self.connection.send("run")
        except OSError:
            raise Unable(self._end()) from None
        return self._answer()

    def close(self) -> None:
        self.connection.close()
        self.process.join()

    def _answer(self) -> Any:
        try:
            if not self.connection.poll(TIMEOUT):
                self.process.kill()
                reason = f"no answer in {TIMEOUT} seconds"
            else:
                answer, reason = self.connection.recv()
                if not reason:
                    return answer
        except (EOFError, OSError):
            reason = self._end()
        self.close()
        raise Unable(reason)

    def _end(self) -> str:
        self.process.join()
        code = self.process.exitcode or 0
        return f"crashes ({signal.Signals(-code).name})" if code < 0 else f"ends with exit code {code}"


def task_of(engine: str, workload: str, case: Any) -> Task:
    """One case, ready to run: of a workload on an engine, or of a comparison on one of its sides."""
    if workload in COMPARISONS:
        return COMPARISONS[workload].task(case, engine)
    described = WORKLOADS[workload]
    return described.prepare(described.engines[engine](), case)


def stay_on_one_core() -> None:
    """Let this process have one core, and with it one thread of whatever computes; where the system can."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def serve(connection: Connection, engine: str, workload: str, case: Any) -> None:
    """What the process does: prepare, answer with the numbers to check, then run as often as asked."""
    try:
        if workload in WORKLOADS and WORKLOADS[workload].one_core:
            stay_on_one_core()
        task = task_of(engine, workload, case)
        connection.send((task.check, ""))
        while connection.recv() == "run":
            connection.send((task.run(), ""))
    except (EOFError, ConnectionError):
        pass  # no more is asked
    except Unable as reason:
        connection.send((None, str(reason)))
    except Exception as error:
        connection.send((None, f"{type(error).__name__}: {error}".splitlines()[0]))
    # Without the usual end, in which some engines crash, and which frees every node of the others.
    os._exit(0)
