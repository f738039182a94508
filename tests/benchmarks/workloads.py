"""What is measured: a table of workloads, and how one engine runs each, in a process of its own."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tests.benchmarks.compiled.tasks import COMPILED
from tests.benchmarks.engines import Engine, Unable
from tests.benchmarks.gpt import GPT, Adam
from tests.benchmarks.programs import FUNCTIONS, SECOND, chain
from tests.benchmarks.task import Numbers, Task, Workload, flat, repeated
from tests.benchmarks.training.tasks import FITS

LEAVES = (0.7, 0.5, 0.25)  # x, a, b of the chain
SHORT = 900  # nodes of a chain that Python's recursion can follow
WORD = "network"
MANY = 200  # short chains held at once, to weigh them


def chain_task(engine: Engine, nodes: int) -> Task:
    """Build a chain and run backward through it; freeing it is not in the time."""
    repeats = max(1, 20_000 // nodes)

    def run() -> Numbers:
        building = passing = 0.0
        for _ in range(repeats):
            start = time.perf_counter()
            out = chain(*engine.lift(LEAVES), nodes)
            built = time.perf_counter()
            engine.backward(out)
            passing += time.perf_counter() - built
            building += built - start
            del out
        return {"build": 1e9 * building / nodes / repeats, "backward": 1e9 * passing / nodes / repeats}

    return Task(run, chain_numbers(engine, SHORT))


def chain_numbers(engine: Engine, nodes: int) -> list[float]:
    """The value of a chain, and its gradient."""
    leaves = engine.lift(LEAVES)
    out = chain(*leaves, nodes)
    engine.backward(out)
    return [engine.value(out), *map(engine.gradient, leaves)]


def memory_task(engine: Engine, nodes: int) -> Task:
    """By how much the process grows, whatever the engine allocates with, when it holds many chains."""
    check = chain_numbers(engine, SHORT)

    def run() -> Numbers:
        gc.collect()
        before = resident_bytes()
        leaves = engine.lift(LEAVES)
        outs = [chain(*leaves, SHORT) for _ in range(nodes // SHORT)]
        for out in outs:
            engine.backward(out)
        return {"bytes": (resident_bytes() - before) / nodes}

    return Task(run, check)


def resident_bytes() -> int:
    """The memory of this process that is in use, as Linux counts it."""
    statistics = Path("/proc/self/statm")
    if not statistics.exists():
        raise Unable("memory is read from /proc, which only Linux has")
    return int(statistics.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def moons_task(engine: Engine, case: str) -> Task:
    """One full-batch training step."""
    return steps(engine.moons(), 1e3)


def gpt_task(engine: Engine, case: str) -> Task:
    """One training step of the GPT: the graph of a word, its gradient, the update."""
    model = GPT(engine.gpt_value())
    optimizer = Adam(model.parameters(), steps=1_000_000)

    def step() -> float:
        loss = model.loss(WORD)
        loss.backward()
        optimizer.step()
        return float(loss.data)

    return steps(step, 1e3)


def steps(step: Callable[[], float], scale: float) -> Task:
    """A training step; the losses before the first three are checked."""
    return Task(repeated(step, scale), [step() for _ in range(3)])


def calls_task(engine: Engine, case: str) -> Task:
    """The value and the gradient of a function, called from Python."""
    call = engine.call(*FUNCTIONS[case])
    return Task(repeated(call, 1e6), list(flat(call())))


def second_task(engine: Engine, case: str) -> Task:
    """The second derivatives of a function, called from Python."""
    hessian = engine.hessian(*SECOND[case])
    return Task(repeated(hessian, 1e6), list(flat(hessian())))


def start_task(engine: Engine, case: str) -> Task:
    """A whole process, from its start to its end. It finds its modules where this one does."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    command = [sys.executable, "-c", engine.first_gradient]

    def process() -> None:
        subprocess.run(command, env=environment, check=True)

    process()  # so that byte code is cached
    return Task(repeated(process, 1e3), [])


WORKLOADS: dict[str, Workload] = {
    "chain": Workload(
        "A chain of x*a, +b, **2, relu: build + backward",
        "ns a node",
        (SHORT, 100_000, 1_000_000),
        chain_task,
    ),
    "memory": Workload(
        f"Memory: growth of a fresh process that holds {MANY} chains and their gradients",
        "bytes a node",
        (MANY * SHORT,),
        memory_task,
        once=True,
    ),
    "moons": Workload(
        "A full-batch training step: 100 moons, MLP(2, [16, 16, 1]), max-margin loss + L2",
        "ms",
        ("step",),
        moons_task,
    ),
    "gpt": Workload(f"A training step of a GPT of 4,192 scalars on {WORD!r}", "ms", ("step",), gpt_task),
    "calls": Workload(
        "Value and gradient of a function, one call from Python", "us", tuple(FUNCTIONS), calls_task
    ),
    "second": Workload("Second derivatives, one call from Python", "us", tuple(SECOND), second_task),
    "start": Workload(
        "A fresh process, from its start past its first gradient", "ms", ("process",), start_task
    ),
    **COMPILED,
    **FITS,
}
