"""Where memory ends, every call ends in MemoryError, never the process."""

import os
from contextlib import suppress
from pathlib import Path

import pytest

import autograd
from autograd import Value
from autograd.graph import local_derivatives, nodes_of
from nn.optim.arithmetic import mixed, weights_of
from tests.autograd.robustness.interpreters import alone, assert_sound, needs_proc

X = Value(0.5, label="x")
Y = X * 0.25 + X
PARAMETERS = [Value(float(i)) for i in range(50)]

# Calls that make small objects: floats, tuples, lists, nodes.
CALLS = {
    "operands": lambda: Y._prev,
    "local derivatives": lambda: local_derivatives(Y),
    "numbers": lambda: (Y.data, Y.grad),
    "trace": lambda: autograd.trace(Y),
    "nodes": lambda: nodes_of(Y),
    "copies": lambda: Y.__copy__(),
    "operations": lambda: (Y.tanh(), Y**2.5, Y.arctan2(X)),
    "functions": lambda: [autograd.tanh(0.1 * i) for i in range(9)],
    "dot": lambda: autograd.dot(PARAMETERS, PARAMETERS),
    "weights": lambda: weights_of(PARAMETERS),
    "updates": lambda: mixed(0.5, [0.25] * 50, 0.5, [0.75] * 50),
    "programs": lambda: autograd.flatten([Y], [X]),
    "explanations": lambda: autograd.explain(Y),
}


def used():
    """Bytes of address space."""
    return int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")


def limit(more):
    """Let the address space grow by so many bytes at most; None for no limit."""
    import resource

    _, most = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (most if more is None else used() + more, most))


@needs_proc
@pytest.mark.parametrize("name", CALLS)
@alone
def test_small_objects_that_do_not_fit(name):
    """Broken if compiled code ends the process, or goes on without the object."""
    kept = [None] * 600_000  # nothing but small objects is asked for below
    CALLS[name]()
    limit(4 << 20)
    try:
        for i in range(len(kept)):
            kept[i] = CALLS[name]()
    except MemoryError:
        kept.clear()  # first of all, for not even what follows would fit
    limit(None)
    assert not kept, "the memory was enough"
    assert_sound()


def doubling():
    node = X
    for _ in range(5000):  # 2**5000 paths
        node = node + node
    return node


def chain():
    node = X
    for _ in range(10_000):
        node = node * 1.0 + X
    return node


@needs_proc
@pytest.mark.parametrize("megabytes", [0, 1, 2, 4, 8, 16])
@pytest.mark.parametrize("shape", ["doubling", "chain"])
@alone
def test_an_explanation_that_does_not_fit(shape, megabytes):
    """Broken if the paths of a big graph end the process where there is no memory for them."""
    graph = {"doubling": doubling, "chain": chain}[shape]()
    str(autograd.explain(Y))  # imports what is needed
    limit(megabytes << 20)
    with suppress(MemoryError):
        str(autograd.explain(graph, max_paths=50))
    limit(None)
    assert_sound()
