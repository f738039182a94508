"""Graphs that are deep, wide or larger than the memory."""

import gc
import inspect
import json
import math
import operator
import os
import sys
from pathlib import Path

import pytest

import autograd
from autograd import Value
from tests.autograd.robustness.interpreters import (
    alone,
    assert_sound,
    compiled_only,
    needs_proc,
    python,
    resident,
)

NODES = 10_000_000 if autograd.native else 200_000

CHAIN = f"""
import json, os, sys
from autograd import Value
{inspect.getsource(resident)}
x, factor = Value(3.0), Value(-1.0)
y = x
for _ in range(100_000):
    y = y * factor
del y  # Python frees it with up to 8 MB of stack, which stay
seen = {{"size": sys.getsizeof(x), "before": resident()}}
y = x
for _ in range({NODES}):
    y = y * factor
seen["built"] = resident()
y.backward()
seen.update(y=y.data, x=x.grad, factor=factor.grad)
del y
seen["freed"] = resident()
print(json.dumps(seen))
"""


@pytest.fixture(scope="module")
def chain():
    """What a new interpreter sees of a deep chain."""
    if autograd.native and available_memory() < 4 << 30:
        pytest.skip("a chain of 10 million nodes needs 4 GB of memory")
    return json.loads(python(CHAIN))


def available_memory():
    """Bytes that new programs can have; a lot where nobody says."""
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
    except OSError:
        return math.inf
    return next((int(line.split()[1]) << 10 for line in lines if line.startswith("MemAvailable")), math.inf)


def test_a_deep_chain_is_built_differentiated_and_freed(chain):
    """Broken if anything descends into a graph by calls inside calls."""
    assert (chain["y"], chain["x"], chain["factor"]) == (3.0, 1.0, -3.0 * NODES)


@needs_proc
def test_the_memory_of_a_freed_graph_goes_back_to_the_system(chain):
    """Broken if a program that once built a large graph stays large."""
    grown = chain["built"] - chain["before"]
    assert grown > 90 * NODES
    assert chain["freed"] - chain["before"] < grown / 4


@needs_proc
def test_a_node_takes_few_bytes(chain):
    """Broken if an attribute too many, or the header of the garbage collector, makes graphs larger."""
    assert (chain["built"] - chain["before"]) / NODES < (110 if autograd.native else 300)


@compiled_only
def test_a_compiled_node_is_small():
    assert sys.getsizeof(Value(1.0)) <= 110
    assert sys.getsizeof(Value(1.0, label="x") * 2) <= 110


LOOP = f"""
import json, os
from autograd import Value
{inspect.getsource(resident)}
x, seen = Value(0.5), [resident()]
for _ in range(3):
    y = x
    for _ in range(3_000_000):
        y = y * x
    del y
    seen.append(resident())
print(json.dumps(seen))
"""


@compiled_only
@needs_proc
def test_the_memory_of_one_large_graph_is_given_back_and_that_of_many_is_kept():
    """A training loop asks the system for its pages once or twice, not at every step."""
    before, first, second, third = json.loads(python(LOOP))
    assert first - before < 160 << 20, "64 chunks of 2 MiB are kept; the graph takes 288 MB"
    assert 280e6 < second - before < 330e6
    assert abs(third - second) < 10 << 20


def test_one_node_used_a_hundred_thousand_times():
    """Broken if the walk visits a node once for each use, or loses one."""
    x, total = Value(0.5), Value(0.0)
    for _ in range(100_000):
        total = total + x
    total.backward()
    assert (total.data, x.grad) == (50_000.0, 100_000.0)


@pytest.fixture
def rare_collections():
    """Full collections come late: interpreted, they would go through the same million nodes many times."""
    thresholds = gc.get_threshold()
    gc.set_threshold(100_000)
    yield
    gc.set_threshold(*thresholds)


@pytest.mark.usefixtures("rare_collections")
def test_the_sum_of_a_million_leaves():
    leaves = [Value(1.0) for _ in range(1_000_000)]
    total = autograd.sum(leaves)
    total.backward()
    assert total.data == 1_000_000.0
    assert {leaf.grad for leaf in leaves} == {1.0}


@pytest.mark.parametrize(
    "function, slope",
    [
        (operator.add, 2.0),
        (operator.sub, 0.0),
        (operator.mul, 6.0),
        (operator.truediv, 0.0),
        (operator.pow, 27.0 * (math.log(3.0) + 1.0)),
        (autograd.maximum, 1.0),
        (lambda x, y: autograd.dot([x, y], [y, x], x), 13.0),
    ],
)
def test_a_node_as_both_operands(function, slope):
    """Broken if operands are a set, or if what the second receives replaces what the first did."""
    x = Value(3.0)
    function(x, x).backward()
    assert x.grad == pytest.approx(slope, rel=1e-15)


@needs_proc
@alone
def test_a_graph_that_does_not_fit_into_memory():
    """MemoryError, after which the program goes on with what it had."""
    import resource

    y = Value(3.0)
    for _ in range(100_000):
        y = y * 1.0
    del y  # Python frees it with up to 8 MB of stack, which could not grow below

    used = int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    resource.setrlimit(resource.RLIMIT_AS, (used + (64 << 20), used + (64 << 20)))
    x = Value(3.0)
    kept = x * x
    for _ in range(2):
        y = x
        try:
            while True:
                y = y * x
        except MemoryError:
            pass
        del y
    kept.backward()
    assert x.grad == 6.0
    assert_sound()
