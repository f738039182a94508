"""What begins in the middle of a backward pass of the same thread, in a signal handler or a finalizer."""

import gc
import math
import os
import signal

import pytest

import autograd
from autograd import Value, backward_steps, gradient
from autograd.walk import LOCK, order_aside, topological_order
from tests.autograd.robustness.interpreters import needs_fork, needs_timer


@pytest.fixture(autouse=True)
def the_lock_is_free_afterwards():
    yield
    assert not LOCK._is_owned()


def chain(x, length):
    out = x
    for _ in range(length):
        out = out * 1.0 + 0.0
    return out


@pytest.mark.parametrize("begin", [Value.backward, backward_steps])
def test_a_backward_pass_is_refused(begin):
    """It would mix up the gradients of both."""
    x = Value(3.0)
    out = Value(x.data, (x,), "f")
    refused = []

    def _backward():
        with pytest.raises(RuntimeError, match="inside another one of the same thread") as error:
            begin(x * x)
        refused.append(error)
        x.grad += out.grad

    out._backward = _backward
    (5 * out).backward()
    assert (x.grad, len(refused)) == (5.0, 1)
    (x * x).backward()
    assert x.grad == 11.0


def test_gradients_beside_the_graph_are_right():
    """They mark no node, so that the pass around them finds its own marks."""
    x = Value(0.5)
    inner = x * x
    out = Value(math.sin(inner.data), (inner,), "sine")
    met = []

    def _backward():
        met.append(gradient(inner * x + inner, x))
        met.append(autograd.hessian(lambda p: (p[0] * p[1]) ** 2)([1.0, 2.0]))
        inner.grad += autograd.grad(autograd.sin)(inner.data) * out.grad

    out._backward = _backward
    (out * inner).backward()
    assert met == [3 * 0.25 + 1.0, [[8.0, 8.0], [8.0, 2.0]]]
    assert x.grad == pytest.approx(math.cos(0.25) * 0.25 + math.sin(0.25), rel=1e-15)


def test_the_order_beside_is_the_same():
    x, y = Value(0.5), Value(-2.0)
    a = (x * y).tanh()
    out = (a + x) * a.relu() + autograd.greater(a, y) * x + a * a
    assert list(map(id, order_aside(out))) == list(map(id, topological_order(out)))
    for root in (x, autograd.floor(out), out.detach()):
        assert order_aside(root) == topological_order(root) == []


@needs_timer
def test_a_signal_handler_cannot_lose_gradients():
    """15 for 33: the marks of the one walk were taken for those of the other."""
    x = Value(1.0)
    out = chain(x, 300_000)
    met = []

    def handler(*_):
        try:
            (x * 7.0).backward()
        except RuntimeError as error:
            met.append(str(error))
        else:
            met.append(7.0)

    before = signal.signal(signal.SIGALRM, handler)
    signal.setitimer(signal.ITIMER_REAL, 0.002, 0.002)
    try:
        for _ in range(5):
            out.backward()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert met
    assert x.grad == 5.0 + sum(gradient for gradient in met if gradient == 7.0)


def test_a_finalizer_in_the_middle():
    """The cyclic collector may run at any allocation, and a finalizer may do anything."""
    x = Value(1.0)
    errors = []

    class Trap:
        def __init__(self):
            self.me = self

        def __del__(self):
            try:
                out.backward()
            except RuntimeError as error:
                errors.append(error)

    out = Value(1.0, (x,), "f")

    def _backward():
        Trap()
        gc.collect()
        x.grad += out.grad

    out._backward = _backward
    (3 * out).backward()
    assert x.grad == 3.0
    assert len(errors) == 1


def test_an_interrupt_leaves_the_lock_free():
    x = Value(1.0)
    out = Value(1.0, (x,), "f")

    def _backward():
        raise KeyboardInterrupt

    out._backward = _backward
    for pass_on in (out.backward, lambda: gradient(out, x), out._backward):
        with pytest.raises(KeyboardInterrupt):
            pass_on()


@needs_fork
def test_a_fork_inside_a_pass():
    """The child goes on with the pass that it was born in."""
    x = Value(1.0)
    out = Value(1.0, (x,), "f")

    def _backward():
        x.grad += out.grad
        child = os.fork()
        if child == 0:
            (x * x).detach()
            os._exit(7)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7

    out._backward = _backward
    out.backward()
    assert x.grad == 1.0
