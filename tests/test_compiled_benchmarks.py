"""Compiled functions are measured beside their peers, all of which compute the same numbers."""

from __future__ import annotations

import json
import math
import multiprocessing
from concurrent.futures import ProcessPoolExecutor

import pytest

from tests.benchmarks import task as timing
from tests.benchmarks.__main__ import main
from tests.benchmarks.compiled import PEERS, STRICT, works
from tests.benchmarks.compiled.batches_plot import draw, ratios
from tests.benchmarks.compiled.tasks import COMPILED
from tests.benchmarks.compiled.works import WORKS
from tests.benchmarks.engines import ENGINES, Unable
from tests.benchmarks.measure import Outcome, agree
from tests.benchmarks.report import table
from tests.benchmarks.task import Task

OURS = "autograd.jit"
EVERY_CASE = [(name, case) for name, workload in COMPILED.items() for case in workload.cases]


@pytest.fixture(autouse=True)
def tiny(monkeypatch):
    """Everything at its smallest, and a number of points that fills no vector."""
    pytest.importorskip("numpy")
    monkeypatch.setattr(works, "MOST", 7)
    monkeypatch.setattr(timing, "MOMENT", 1e-9)


@pytest.fixture(scope="module")
def elsewhere(request):
    """A peer, and a process of its own: several of them bring an LLVM, and these disturb one another."""
    if reason := PEERS[request.param].missing():
        pytest.skip(f"{request.param}: {reason}")
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as process:
        yield request.param, process


def prepared(name: str, case: str) -> Task:
    """One case on this project."""
    if reason := PEERS[OURS].missing():
        pytest.skip(f"{OURS}: {reason}")
    return COMPILED[name].prepare(PEERS[OURS](), case)


def computed(peer: str, name: str, case: str) -> list[float]:
    """What a peer computed, after it was measured; in its process, where everything is made small anew."""
    works.MOST, timing.MOMENT = 7, 1e-9
    task = COMPILED[name].prepare(PEERS[peer](), case)
    assert all(map(math.isfinite, task.run().values()))
    return task.check


# the same work


@pytest.mark.parametrize(("name", "case"), EVERY_CASE)
def test_it_is_measured_here(name, case):
    numbers = prepared(name, case).run()
    assert numbers.keys() == {"call"}
    assert all(map(math.isfinite, numbers.values()))


@pytest.mark.parametrize("elsewhere", [peer for peer in PEERS if peer != OURS], indirect=True)
@pytest.mark.parametrize(("name", "case"), EVERY_CASE)
def test_a_peer_computes_the_same(name, case, elsewhere):
    peer, process = elsewhere
    if peer not in COMPILED[name].able(name):
        pytest.skip(f"{peer} does not take part")
    try:
        theirs = process.submit(computed, peer, name, case).result()
    except Unable as reason:
        pytest.skip(f"{peer}: {reason}")
    agree(name, case, {OURS: prepared(name, case).check, peer: theirs})


@pytest.mark.parametrize("case", WORKS)
def test_the_numbers_are_those_of_the_function_and_of_backward(case):
    work = WORKS[case]
    value, gradient = ENGINES["autograd, value_and_grad"]().call(work.program, work.point())()
    check = prepared("batch", case).check
    assert [check[0], *check[7 : 7 + len(gradient)]] == pytest.approx([value, *gradient], rel=1e-13)


def test_thirty_operations_are_thirty():
    autograd = pytest.importorskip("autograd")
    x = [autograd.Value(number) for number in WORKS["30 operations, 6 tanh"].point()]
    assert len(autograd.trace(WORKS["30 operations, 6 tanh"].program(x, autograd))[0]) == 30 + len(x)


def test_batches_have_as_many_points_as_their_names_say(monkeypatch):
    monkeypatch.setattr(works, "MOST", 100_000)
    megabytes = {case: 2 * work.points().nbytes / 1e6 for case, work in WORKS.items()}  # with the gradients
    assert megabytes["Rosenbrock-100, 0.8 MB"] == 0.8
    assert megabytes["Rosenbrock-100, 16 MB"] == 16


# what is reported


def test_what_is_not_installed_is_said_to_be_missing(tmp_path, capsys, monkeypatch):
    for name, peer in PEERS.items():
        if name not in (STRICT, OURS):
            monkeypatch.setattr(peer, "missing", classmethod(lambda peer: "not installed"))
    monkeypatch.setattr(PEERS[STRICT], "missing", classmethod(lambda peer: "no gcc"))
    file = tmp_path / "results.json"
    main(["--rounds", "1", "--only", "moons_gradient", "--json", str(file)])
    assert "symengine, casadi, casadi, C, jax" in capsys.readouterr().out
    step = json.loads(file.read_text(encoding="utf-8"))["results"]["moons_gradient"]["step"]
    assert step[STRICT]["unable"] == "no gcc"
    assert step["drjit"]["unable"] == "not installed"
    assert step[OURS]["numbers"]["call"] > 0


def test_ratios_are_to_c():
    outcomes = {STRICT: Outcome({"call": 50.0}, 3), OURS: Outcome({"call": 25.0}, 3)}
    lines = table("batch", {"Black-Scholes": outcomes}).splitlines()
    assert [line.split() for line in lines[1:]] == [
        ["kind", "Black-Scholes", "x", "C"],
        ["C", "by", "hand", "50.0", "1.00"],
        ["autograd.jit", "traced", "25.0", "0.500"],
    ]


def test_a_figure_of_batches_is_drawn(tmp_path):
    pytest.importorskip("matplotlib")
    outcomes = {STRICT: Outcome({"call": 50.0}, 3), OURS: Outcome({"call": 25.0}, 3)}
    found = ratios({"Black-Scholes": {**outcomes, "jax": Outcome(unable="no")}})
    assert found == {"Black-Scholes": {STRICT: 1.0, OURS: 0.5}}
    draw(found, tmp_path / "figure.svg")
    assert "<svg" in (tmp_path / "figure.svg").read_text(encoding="utf-8")
