"""Operations of a user: what they raise is raised, as eager code raises it, and in the thread that called."""

import math
import sys
from threading import Thread

import numpy
import pytest

import autograd
from autograd import Value, grad, jit

pytestmark = pytest.mark.usefixtures("backend")


@autograd.operation(lambda x, out: 1.0 / x)
def log(x):
    return math.log(x)


class TestWhatItRaises:
    def test_comes_from_a_single_call(self):
        f = jit(lambda x: log(x) * 1.0)
        assert f(1.0) == 0.0
        for call in (f, lambda x: log(Value(x))):
            with pytest.raises(ValueError, match="math domain error"):
                call(-1.0)
        assert f(1.0) == 0.0  # and nothing is left behind

    @pytest.mark.parametrize("threads", [1, 4])
    def test_comes_from_a_batch(self, threads, monkeypatch):
        if autograd.jit.backend == "llvm":
            monkeypatch.setattr("autograd.programs.llvm.batches.WORTH", 1)
            monkeypatch.setattr("autograd.programs.llvm.batches.TILE", 8)
        f = jit(lambda x: log(x) * 1.0)
        samples = numpy.ones(100)
        assert not f.batch(samples, threads=threads).any()
        samples[[60, 90]] = -1.0
        with pytest.raises(ValueError, match="math domain error"):
            f.batch(samples, threads=threads)
        assert f(1.0) == 0.0

    @pytest.mark.parametrize("threads", [1, 3])
    def test_comes_from_a_long_program(self, threads, monkeypatch):
        if autograd.jit.backend == "llvm":
            monkeypatch.setattr("autograd.programs.llvm.long.STRAIGHT_IN_BATCHES", 10)
            monkeypatch.setattr("autograd.compiled.backend.STRAIGHT", 10)
        f = jit(lambda x: autograd.sum([log(x) * float(k) for k in range(20)]))
        assert f(1.0) == 0.0
        samples = numpy.ones(5000)
        assert not f.batch(samples, threads=threads).any()
        samples[4000] = -1.0
        with pytest.raises(ValueError, match="math domain error"):
            f.batch(samples, threads=threads)
        with pytest.raises(ValueError, match="math domain error"):
            f(-1.0)

    def test_comes_from_buffers(self):
        f = jit(lambda x: log(x) * 1.0).bind(1.0)
        f.inputs[0][...] = -1.0
        with pytest.raises(ValueError, match="math domain error"):
            f()


def test_no_other_thread_hears_of_it():
    # Broken if what one thread's call raises is raised in the call of another, or lost.
    @autograd.operation(lambda x, out: x)
    def small(x):
        if x > 1e5:
            raise KeyError(x)  # which says whose it is
        return x

    f = jit(lambda x: small(x) * 1.0)
    f(1.0)
    wrong = []

    def call(number):
        for _ in range(300):
            try:
                found = f(number)
            except KeyError as error:
                found = error.args[0]
            if found != number:
                wrong.append((found, number))

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        threads = [Thread(target=call, args=(number,)) for number in (1.0, 2.0, 2e5, 3e5)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    assert not wrong


def test_a_derivative_in_python_has_the_answers_of_ieee():
    # Broken if 1 / 0.0 in a derivative that Python computes is an exception: eager code has inf there.
    @autograd.operation(lambda x, out: math.copysign(1.0, x) / x)
    def odd(x):
        return x

    f = grad(lambda x: odd(x) * 1.0)
    assert [jit(f)(x) for x in (2.0, 0.0)] == [f(x) for x in (2.0, 0.0)] == [0.5, math.inf]
