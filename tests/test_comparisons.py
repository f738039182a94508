"""The benchmarks that hold this project against itself: each row does what it says, and is reported."""

from __future__ import annotations

import dataclasses
import json
import math

import pytest

from autograd import Value
from autograd.ops import TABLE
from tests.benchmarks import graphs, habits, inspection, networks, operations, transforms, upkeep
from tests.benchmarks import task as timing
from tests.benchmarks.__main__ import main
from tests.benchmarks.comparison import MICROSECONDS, SIDES, Comparison, beside
from tests.benchmarks.comparisons import COMPARISONS
from tests.benchmarks.measure import Outcome, agree, measure
from tests.benchmarks.operations import domains, made_by, node_task, points
from tests.benchmarks.report import table
from tests.benchmarks.workloads import WORKLOADS

EVERY_ROW = [(name, row) for name, comparison in COMPARISONS.items() for row in comparison.rows]


@pytest.fixture(autouse=True)
def tiny(monkeypatch):
    """Everything at its smallest: the rows run once."""
    X, y = networks.moons_data()
    for module, name, size in [
        (timing, "MOMENT", 1e-9),
        (operations, "POINTS", 5),
        (operations, "TURNS", 1),
        (networks, "moons_data", lambda: (X[:4], y[:4])),
        (networks, "IMAGES", 3),
        (transforms, "NODES", 24),
        (upkeep, "NODES", 24),
        (upkeep, "SIZES", [3, 2]),
        (inspection, "NODES", {"small": 8, "middle": 12, "large": 24}),
        (inspection, "INPUTS", {1: 3, 2: 2}),
        (habits, "MANY", 8),
        (habits, "ROWS", 3),
    ]:
        monkeypatch.setattr(module, name, size)


# the rows


@pytest.mark.parametrize(("name", "row"), EVERY_ROW, ids=[f"{name}-{row}" for name, row in EVERY_ROW])
def test_a_row_runs_on_both_sides_and_they_agree(name, row):
    tasks = {side: COMPARISONS[name].task(row, side) for side in SIDES}
    agree(name, row, {side: task.check for side, task in tasks.items()})
    for task in tasks.values():
        numbers = task.run()
        assert numbers
        assert all(map(math.isfinite, numbers.values()))


def test_no_comparison_has_the_name_of_a_workload():
    assert not COMPARISONS.keys() & WORKLOADS.keys()


def test_every_operation_of_the_table_is_measured():
    # Broken if an operation is new and has no row, or the row of one makes nodes of another.
    made = set()
    for expression, domain in domains().items():
        made |= {node._operation.name for node in made_by(expression)(points(domain))}
    assert TABLE.keys() - made == set()


def test_a_table_operation_is_measured_alone_where_it_has_one_operand():
    (node, *_) = made_by("tanh(x)")(points(domains()["tanh(x)"]))
    assert (node._op, len(node._prev)) == ("tanh", 1)


@pytest.mark.parametrize(
    "expression", [expression for expression in domains() if "numbers" not in expression]
)
def test_operands_are_inside_the_domain(expression):
    for node in made_by(expression)(points(domains()[expression])):
        assert math.isfinite(node.data)


def test_what_is_made_of_several_nodes_is_measured_a_node(monkeypatch):
    """Broken if the time of `clip` is that of its two nodes together, or that of the bare sum stays in it."""
    times = iter([(9.0, 5.0), (3.0, 1.0)])
    monkeypatch.setattr(operations, "seconds", lambda make, operands: next(times))
    task = node_task("clip(x, -1.0, 1.0)", domains()["clip(x, -1.0, 1.0)"])
    assert task.run() == {"build": pytest.approx(1e9 * 6 / 10), "backward": pytest.approx(1e9 * 4 / 10)}


@pytest.mark.parametrize("name", graphs.GRAPHS)
def test_a_graph_has_about_as_many_nodes_as_it_says(name):
    root, leaves = graphs.built(graphs.GRAPHS[name](4_000))
    assert inner_nodes(root) == pytest.approx(4_000, rel=0.01)
    assert all(not leaf._prev for leaf in leaves)


def inner_nodes(root: Value) -> int:
    return operations.inner_nodes([root])


def test_numbers_are_compared_only_where_both_sides_give_the_same():
    different = (lambda: lambda: 1.0), (lambda: lambda: 2.0)
    row = beside(*different, MICROSECONDS)
    with pytest.raises(SystemExit, match="measured and reference disagree"):
        agree("this", "that", {"reference": row.reference().check, "measured": row.measured().check})
    row = beside(*different, MICROSECONDS, alike=False)
    assert row.measured().check == row.reference().check == []


# what is reported


def test_a_table_has_a_line_for_each_row():
    rows = {
        "tanh(x)": {
            "measured": Outcome({"build": 300.0, "backward": 20.0}, 3),
            "reference": Outcome({"build": 80.0}, 3),
        },
        "slow": {"measured": Outcome(unable="ImportError: no"), "reference": Outcome({"build": 80.0}, 3)},
    }
    assert table("operations", rows).splitlines() == [
        "A node of each operation: build + backward; ns a node",
        "               time  x + y  ratio",
        "tanh(x)  300 + 20.0   80.0   4.00",
        "slow         unable   80.0      -",
        "  measured at slow: ImportError: no",
    ]


def test_a_row_is_measured_in_two_processes():
    outcomes = measure("small", "gradient", 1, SIDES)
    assert list(outcomes) == ["measured", "reference"]
    assert all(outcome.rounds == 1 and outcome.total > 0 for outcome in outcomes.values())


def test_the_command_line_takes_comparisons(tmp_path, capsys, monkeypatch):
    small = COMPARISONS["small"]
    only = dataclasses.replace(small, rows={"grad": small.rows["grad"]})
    monkeypatch.setitem(COMPARISONS, "small", only)
    file = tmp_path / "results.json"
    main(["--rounds", "1", "--only", "small", "--json", str(file)])
    printed = capsys.readouterr().out
    assert only.title in printed
    assert "ratio" in printed
    kept = json.loads(file.read_text(encoding="utf-8"))
    assert kept["units"] == {"small": "us"}
    assert kept["results"]["small"]["grad"].keys() == {"measured", "reference"}


def test_what_is_no_comparison_is_refused(capsys):
    with pytest.raises(SystemExit):
        main(["--only", "smal"])
    assert "'smal' is none of chain, " in capsys.readouterr().err


def test_a_comparison_runs_the_side_that_is_asked_for():
    comparison = Comparison("t", "us", "r", {"row": beside(lambda: lambda: 1.0, lambda: lambda: 2.0, 1.0)})
    assert [comparison.task("row", side).check for side in SIDES] == [[1.0], [2.0]]
