"""Threads that share nodes, locks and scopes; children forked in the middle of it."""

import gc
import sys
import threading
import time

import autograd
from autograd import Value, no_grad, operation, scope
from tests.autograd.robustness.interpreters import alone, assert_sound, needs_fork, python


def together(*functions):
    """Run functions in threads that start at the same time; errors in them are raised here."""
    start = threading.Barrier(len(functions))
    errors = []

    def run(function):
        try:
            start.wait(20)
            function()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=(function,), daemon=True) for function in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive(), "threads wait for one another for ever"
    if errors:
        raise errors[0]


@alone
def test_threads_share_parameters():
    """Broken if two passes add to one gradient at once and one of the sums is lost."""
    sys.setswitchinterval(1e-6)
    parameters = [Value(float(i)) for i in range(5)]
    shared = [parameter * 2.0 for parameter in parameters]

    def work():
        for _ in range(200):
            loss = autograd.sum([parameter * 3.0 for parameter in parameters]) + autograd.sum(shared)
            loss.backward()

    together(*[work] * 4)
    assert [parameter.grad for parameter in parameters] == [4 * 200 * 5.0] * 5
    assert_sound()


@alone
def test_threads_free_graphs_at_the_same_time():
    sys.setswitchinterval(1e-6)
    x = Value(1.0)
    references = sys.getrefcount(x)

    class Last:
        def __del__(self):
            time.sleep(0)  # lets the other threads go on in the middle of it

    def held_by_an_operation():
        last = Last()
        return operation(lambda x, out: 1.0)(lambda x: x if last else 0.0)

    def work():
        for _ in range(20):
            y = x
            for i in range(500):
                y = y * 1.0 + x
                if i % 100 == 0:
                    y = held_by_an_operation()(y)
            y.backward()

    together(*[work] * 4)
    gc.collect()
    assert x.grad == 4 * 20 * 501.0
    assert sys.getrefcount(x) == references, "nodes that were never freed still hold x"


@alone
def test_threads_open_scopes_that_never_come_back():
    """Broken if one thread tidies the scopes up while another one goes through them."""
    sys.setswitchinterval(1e-6)

    def work():
        mine = threading.get_ident()
        for i in range(6000):
            with scope(f"{mine} {i}"):
                assert (Value(2.0) * 3).scope == f"{mine} {i}"

    together(*[work] * 4)
    assert_sound()


FINALIZER_THAT_WAITS = """
import os, sys, threading, warnings
warnings.simplefilter("ignore", DeprecationWarning)  # of fork() where there are threads
from autograd import Value, operation

inside, gate = threading.Event(), threading.Event()

class Last:
    def __del__(self):
        inside.set()
        gate.wait(30)

def held_by_an_operation():
    last = Last()
    return operation(lambda x, out: 1.0)(lambda x: x if last else 0.0)

def work():
    held_by_an_operation()(Value(1.0))

def references_left():
    x = Value(1.0)
    before = sys.getrefcount(x)
    for _ in range(10):
        x * 2.0
    return sys.getrefcount(x) - before

waiting = threading.Thread(target=work, daemon=True)
waiting.start()
assert inside.wait(20)
"""


def test_a_finalizer_that_waits_does_not_hold_up_other_threads():
    """Broken if nodes pile up in every thread while one of them writes to a slow disk as it frees a node."""
    python(FINALIZER_THAT_WAITS + "assert references_left() == 0; gate.set(); waiting.join()")


@needs_fork
def test_a_child_frees_its_nodes_whatever_the_parent_was_doing():
    """Broken if a child that was forked while another thread freed nodes never frees any of its own."""
    code = """
child = os.fork()
if child == 0:
    os._exit(references_left() != 0)
assert os.waitpid(child, 0)[1] == 0, "the child keeps its nodes for ever"
gate.set()
waiting.join()
"""
    python(FINALIZER_THAT_WAITS + code)


@needs_fork
def test_a_child_differentiates_whatever_the_parent_was_doing():
    """Broken if the lock of a backward pass in another thread is copied into the child, locked for ever."""
    code = """
import os, signal, threading, time, warnings
warnings.simplefilter("ignore", DeprecationWarning)  # of fork() where there are threads
from autograd import Value, detect_anomaly
with detect_anomaly():
    y = Value(1.0)
    for _ in range(20_000):
        y = y * 1.0
def work():
    while not done:
        with detect_anomaly():
            y.backward()
done = []
thread = threading.Thread(target=work, daemon=True)
thread.start()
children = []
for _ in range(5):
    time.sleep(0.02)
    child = os.fork()
    if child == 0:
        signal.alarm(1)
        x = Value(3.0)
        (x * x).backward()
        os._exit(x.grad != 6.0)
    children.append(child)
statuses = [os.waitpid(child, 0)[1] for child in children]
done.append(True)
thread.join()
assert statuses == [0] * 5, f"children were stopped by the alarm: {statuses}"
"""
    python(code)


def test_a_thread_in_no_grad_does_not_affect_others():
    inside, done = threading.Event(), threading.Event()
    without = []

    def work():
        with no_grad(), scope("thread"):
            inside.set()
            assert done.wait(20)
            without.append(Value(2.0) * 3)

    def other():
        assert inside.wait(20)
        x = Value(2.0)
        y = x * 3
        y.backward()
        done.set()
        assert (y._prev[0], y.scope, x.grad) == (x, "", 3.0)

    together(work, other)
    assert without[0]._prev == ()
    assert without[0].scope == "thread"
