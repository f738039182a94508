"""Measure ours and micrograd in turns, in one process, with the cyclic garbage collector on."""

from __future__ import annotations

import argparse
import gc
import importlib
import json
import os
import platform
import statistics
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from nn.data import moons
from tests.benchmarks.workloads import CHAIN_LENGTHS, Moons, chain

ENGINES = {"autograd": ("autograd", "nn"), "micrograd": ("micrograd.engine", "micrograd.nn")}
START_UP = {
    "bare python": "pass",
    "import autograd": "import autograd",
    "first gradient": "from autograd import Value; x = Value(2.0); (x * x).backward()",
}


def main() -> None:
    """Run every benchmark and print a table each; with --json also write the numbers to a file."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=9, help="rounds of each measurement (default: 9)")
    parser.add_argument("--json", type=Path, help="write the numbers to this file")
    options = parser.parse_args()
    print(f"{machine()}, Python {platform.python_version()}, cyclic collector on; medians\n")
    results = {
        "moons step, ms": moons_step(options.rounds),
        "chain, ns a node": chains(options.rounds),
        "memory, bytes a node": memory(),
        "start-up, ms": start_up(4 * options.rounds),
    }
    for title, rows in results.items():
        print(title)
        for name, numbers in rows.items():
            print(
                f"  {name:<24}" + "".join(f"{label} {number:>10,.1f}   " for label, number in numbers.items())
            )
        print()
    if options.json:
        options.json.write_text(json.dumps({"machine": machine(), **results}, indent=2))


def interleaved(rounds: int, tasks: dict[str, Callable[[], dict[str, float]]]) -> dict[str, dict[str, float]]:
    """Run the tasks in turns, so that a slow moment of the machine meets all of them; medians."""
    runs: dict[str, list[dict[str, float]]] = {name: [] for name in tasks}
    for _ in range(rounds):
        for name, task in tasks.items():
            runs[name].append(task())
    return {
        name: {key: statistics.median(run[key] for run in series) for key in series[0]}
        for name, series in runs.items()
    }


def seconds(task: Callable[[], Any]) -> float:
    """How long a call takes, its result freed outside the time."""
    start = time.perf_counter()
    result = task()
    elapsed = time.perf_counter() - start
    del result
    return elapsed


def moons_step(rounds: int) -> dict[str, dict[str, float]]:
    """One training step; both engines must reach the same losses."""
    X, classes = moons(100, noise=0.1, seed=1337)
    y = [2 * c - 1 for c in classes]
    runs = {}
    for name, (engine, nn) in ENGINES.items():
        runs[name] = Moons(importlib.import_module(engine).Value, importlib.import_module(nn), X, y)
    losses = {name: [run.step() for _ in range(2)] for name, run in runs.items()}
    if any(abs(a - b) > 1e-9 for a, b in zip(*losses.values(), strict=True)):
        raise SystemExit(f"the engines disagree: {losses}")
    medians = interleaved(
        rounds, {n: lambda run=run: {"step": 1e3 * seconds(run.step)} for n, run in runs.items()}
    )
    medians["ratio"] = {"micrograd / autograd": medians["micrograd"]["step"] / medians["autograd"]["step"]}
    return medians


def chains(rounds: int) -> dict[str, dict[str, float]]:
    """Build and differentiate a chain; micrograd's recursion ends before the longer ones."""

    def task(engine: str, nodes: int) -> dict[str, float]:
        value_class = importlib.import_module(ENGINES[engine][0]).Value
        start = time.perf_counter()
        out = chain(value_class, nodes)
        built = time.perf_counter()
        out.backward()
        done = time.perf_counter()
        return {"build": 1e9 * (built - start) / nodes, "backward": 1e9 * (done - built) / nodes}

    tasks = {
        f"{engine}, {nodes:,} nodes": lambda engine=engine, nodes=nodes: task(engine, nodes)
        for nodes in (900, *CHAIN_LENGTHS)
        for engine in ENGINES
        if engine == "autograd" or nodes < 1_000
    }
    return interleaved(rounds, tasks)


def memory() -> dict[str, dict[str, float]]:
    """Bytes of the objects of a graph, as tracemalloc counts them, gradients included."""
    rows = {}
    for engine, (module, _) in ENGINES.items():
        nodes = 900 if engine == "micrograd" else 100_000
        value_class = importlib.import_module(module).Value
        gc.collect()
        tracemalloc.start()
        out = chain(value_class, nodes)
        out.backward()
        rows[f"{engine}, {nodes:,} nodes"] = {"bytes": tracemalloc.get_traced_memory()[0] / nodes}
        tracemalloc.stop()
    return rows


def start_up(rounds: int) -> dict[str, dict[str, float]]:
    """Whole processes, from start to end, with byte code cached."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}

    def run(program: str) -> dict[str, float]:
        command = [sys.executable, "-c", program]
        return {"process": 1e3 * seconds(lambda: subprocess.run(command, env=environment, check=True))}

    return interleaved(rounds, {name: partial(run, program) for name, program in START_UP.items()})


def machine() -> str:
    """The processor, as Linux names it, and the number of cores."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f"{os.cpu_count()} cores of {names[0] if names else platform.machine()}"


if __name__ == "__main__":
    main()
