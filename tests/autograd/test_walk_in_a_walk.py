"""A backward pass that begins inside another one of the same thread, which would mix up their gradients."""

import gc
import signal

import pytest

from autograd import Value, gradient
from autograd.value import _BACKWARD
from tests.autograd.robustness.interpreters import needs_timer


def chain(x, length):
    out = x
    for _ in range(length):
        out = out * 1.0 + 0.0
    return out


def test_it_is_refused():
    x = Value(3.0)
    out = Value(x.data, (x,), "f")
    refused = []

    def _backward():
        for walk in ((x * x).backward, lambda: gradient(x * x, x)):
            with pytest.raises(RuntimeError, match="began inside another of the same thread") as error:
                walk()
            refused.append(error)
        x.grad += out.grad

    out._backward = _backward
    (5 * out).backward()
    assert (x.grad, len(refused)) == (5.0, 2)
    (x * x).backward()
    assert x.grad == 11.0


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


def test_the_lock_is_free_afterwards():
    assert not _BACKWARD._is_owned()
