"""Errors, interrupts and other graphs in the middle of an operation, a backward pass or the freeing."""

import gc
import math
import signal
import sys

import pytest

from autograd import Value, detect_anomaly, no_grad, operation, scope
from tests.autograd.robustness.interpreters import alone, assert_sound, attempt, needs_timer
from tests.autograd.robustness.operands import assert_refused


def test_an_anomaly_in_the_backward_pass():
    """Broken if leaves keep half a gradient, the lock stays taken or the mode stays on."""
    x, y = Value(1e-200, label="x"), Value(2.0, label="y")
    with detect_anomaly():
        z = (1.0 / x) * y + y
    y.grad = 7.0
    with pytest.raises(FloatingPointError, match="gradient of x"), detect_anomaly():
        z.backward()
    assert (x.grad, y.grad) == (0.0, 7.0)
    z.backward()
    assert (x.grad, y.grad) == (-math.inf, 7.0 + 1e200)
    assert_sound()


@pytest.mark.parametrize("place", ["value", "derivative"])
@pytest.mark.parametrize("error", [ValueError, ZeroDivisionError, KeyboardInterrupt, MemoryError, SystemExit])
@pytest.mark.parametrize("mode", [lambda: scope("layer"), no_grad, detect_anomaly])
def test_an_operation_that_raises(place, error, mode):
    """Broken if the error is replaced or swallowed, or if it leaves a mode on or an operand changed."""
    if place == "derivative" and mode is no_grad:
        pytest.skip("nothing is differentiated there")

    def fail(*args):
        raise error("mine")

    def harmless(x, *out):
        return x

    value, partial = (fail, harmless) if place == "value" else (harmless, fail)
    fragile = operation(partial)(value)
    x = Value(2.0)
    y = x * 3
    with pytest.raises(error, match="mine"), mode():
        fragile(y)
    y.backward()
    assert (x.grad, y.grad, y._prev[0]) == (3.0, 1.0, x)
    assert_sound()


NONSENSE = ["x", None, 2j, [], Value(2.0), object()]


@pytest.mark.parametrize("thing", NONSENSE, ids=lambda thing: type(thing).__name__)
@pytest.mark.parametrize("arity", [1, 2])
def test_an_operation_whose_value_is_no_number(thing, arity):
    """Broken if the node holds what is no float: nothing after it can be trusted."""
    nonsense = operation(*[lambda *args: 1.0] * arity)(lambda *args: thing)
    assert_refused(nonsense, *[Value(1.0)] * arity)


@pytest.mark.parametrize("thing", NONSENSE, ids=lambda thing: type(thing).__name__)
@pytest.mark.parametrize("arity", [1, 2])
def test_an_operation_whose_derivative_is_no_number(thing, arity):
    nonsense = operation(*[lambda *args: thing] * arity)(lambda *args: 1.0)
    assert_refused(nonsense, *[Value(1.0)] * arity)


def test_an_operation_that_differentiates_graphs_of_its_own():
    """Broken if a walk inside another one, or a graph built while a node is built, disturbs the outer one."""

    def slope(x):
        inner = Value(x)
        (inner * inner * inner).backward()
        return inner.grad

    @operation(lambda x, out: 2.0 * slope(x) / x)
    def nested(x):
        return slope(x)

    x = Value(2.0)
    y = nested(x * 1.0) * nested(x)
    y.backward()
    assert y.data == 144.0
    assert x.grad == 2 * 12.0 * 12.0


@alone
def test_an_operation_that_frees_the_graph_it_extends():
    """Broken if something is used after the only reference that was counted on has gone."""
    held = {}

    def free():
        held.clear()
        gc.collect()
        return [Value(float(i)) * 2 for i in range(100)]  # where the freed nodes were

    @operation(lambda x, out: 2.0 if free() else 0.0)
    def one(x):
        free()
        return x

    @operation(lambda x, y, out: 2.0 if free() else 0.0, lambda x, y, out: 3.0 if free() else 0.0)
    def two(x, y):
        free()
        return x + y

    for mode in (lambda: scope("layer"), detect_anomaly):
        with mode():
            x = Value(3.0)
            held["x"] = x * 2.0
            one(held["x"]).backward()
            held["x"], held["y"] = x * 1.0, x * 2.0
            two(held["x"], held["y"]).backward()
            held["x"] = one
            held["x"](x * 1.0).backward()
            assert x.grad == 4.0 + 2.0 + 6.0 + 2.0
    assert_sound()


@alone
def test_an_operation_that_goes_away_while_it_runs():
    def fragile():
        def forget(x, *out):
            held.clear()
            mine.partials, mine.value = (None,), float
            gc.collect()
            return x

        mine = operation(forget)(forget)
        return mine

    for _ in range(10):
        held = {"operation": fragile()}
        attempt(held["operation"], Value(2.0))
    assert_sound()


@alone
def test_finalizers_that_differentiate_while_nodes_are_freed():
    """Objects that only an operation of a node holds, and whose end builds and frees graphs again."""
    seen = []

    class Last:
        def __init__(self, depth):
            self.depth = depth

        def __del__(self):
            x = Value(3.0)
            y = x
            for _ in range(50):
                y = y * 1.0 + x
            y.backward()
            seen.append(x.grad)
            if self.depth:
                held_by_an_operation(self.depth - 1)(x)

    def held_by_an_operation(depth):
        last = Last(depth)
        return operation(lambda x, out: 1.0)(lambda x: x if last else 0.0)

    x = Value(1.0)
    y = x
    for _ in range(1000):
        y = held_by_an_operation(2)(y) * 1.0
    y.backward()
    assert x.grad == 1.0
    del y
    gc.collect()
    assert len(seen) == 3000
    assert set(seen) == {51.0}
    assert_sound()


@alone
def test_an_error_in_a_finalizer_does_not_stop_the_freeing():
    errors = []
    sys.unraisablehook = lambda unraisable: errors.append(unraisable.exc_type)

    class Last:
        def __del__(self):
            raise KeyboardInterrupt

    def held_by_an_operation():
        last = Last()
        return operation(lambda x, out: 1.0)(lambda x: x if last else 0.0)

    x = Value(1.0)
    references = sys.getrefcount(x)
    y = x
    for _ in range(1000):
        y = held_by_an_operation()(y) + x
    del y
    gc.collect()
    assert errors == [KeyboardInterrupt] * 1000
    assert sys.getrefcount(x) == references
    assert_sound()


@needs_timer
@alone
def test_an_interrupt_in_a_long_backward_pass():
    """Ctrl-C in a notebook: the lock is free again, and once gradients are zeroed the next pass is right."""

    def interrupt(*args):
        raise KeyboardInterrupt

    signal.signal(signal.SIGALRM, interrupt)
    x = Value(2.0)
    y = x
    for _ in range(20_000):
        y = y + x
    stopped = 0
    for milliseconds in range(1, 31, 2):
        signal.setitimer(signal.ITIMER_REAL, milliseconds / 1000)
        try:
            while True:
                y.backward()
        except KeyboardInterrupt:
            stopped += 1
        x.grad = 0.0
        y.backward()
        assert x.grad == 20_001.0
    assert stopped == 15
    assert_sound()
