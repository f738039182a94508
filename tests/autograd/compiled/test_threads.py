"""Functions that are compiled by several threads, or use some themselves."""

import random
import secrets
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier, Event, Thread

import numpy
import pytest

import autograd
from autograd import Value, jit

TIMEOUT = 20.0


@contextmanager
def in_another_thread(function):
    """Call a function over and over in another thread."""
    end = Event()

    def repeat():
        while not end.is_set():
            function()

    thread = Thread(target=repeat)
    thread.start()
    try:
        yield
    finally:
        end.set()
        thread.join()


def slowly(x):
    return autograd.sum(x * float(k) for k in range(2000))


class TestThreadsOfTheFunction:
    def test_one_that_it_starts_is_an_error(self):
        def f(x):
            with ThreadPoolExecutor(1) as pool:
                return pool.submit(lambda: x * 2.0).result()

        with pytest.raises(TypeError, match=r"test_threads.py:\d+, in f, starts a thread"):
            jit(f)(1.0)

    def test_one_that_was_there_cannot_compute(self):
        # Broken if what another thread computes is taken for a parameter, with the number of the first call.
        with ThreadPoolExecutor(1) as pool:
            pool.submit(int).result()
            with pytest.raises(TypeError, match="computes in another thread"):
                jit(lambda x: pool.submit(lambda: x * 2.0).result())(1.0)

    def test_nor_decide(self):
        with ThreadPoolExecutor(1) as pool:
            pool.submit(int).result()
            with pytest.raises(TypeError, match="uses in another thread a number of a function"):
                jit(lambda x: x * pool.submit(lambda: x > 0.0).result())(1.0)

    def test_threads_start_again_afterwards(self):
        jit(slowly)(1.0)
        with ThreadPoolExecutor(1) as pool:
            assert pool.submit(lambda: 3).result() == 3


class TestOtherThreads:
    def test_read_numbers_while_one_traces(self):
        w = Value(2.0)
        with in_another_thread(lambda: w.data if w > 1.0 else None):
            assert jit(slowly)(1.0) == 1999000.0

    @pytest.mark.parametrize("draw", [random.random, numpy.random.rand, lambda: random.gauss(0.0, 1.0)])
    def test_draw_random_numbers_while_one_traces(self, draw):
        with in_another_thread(draw):
            assert jit(slowly)(1.0) == 1999000.0

    def test_compile_each_others_functions(self):
        # Broken if one lock is held while a function is traced: each waits for what the other holds.
        both = Barrier(2)

        def meeting(x):
            both.wait(TIMEOUT)
            return x * 2.0

        found = []
        threads = [Thread(target=lambda: found.append(jit(meeting)(3.0)), daemon=True) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(TIMEOUT)
        assert found == [6.0, 6.0]
        assert Value(2.0) > 1.0 and Value(2.0).data == 2.0  # and nothing is left behind

    def test_guards_stay_until_the_last_one_is_done(self):
        inside, other_is_done = Event(), Event()

        def branching(x):
            inside.set()
            assert other_is_done.wait(TIMEOUT)
            return x if x > 0.0 else -x

        raised = []

        def compile_it():
            try:
                jit(branching)(1.0)
            except TypeError as error:
                raised.append(str(error))

        thread = Thread(target=compile_it)
        thread.start()
        assert inside.wait(TIMEOUT)
        jit(slowly)(1.0)
        other_is_done.set()
        thread.join(TIMEOUT)
        assert len(raised) == 1 and "compares a number" in raised[0]


class TestRandomNumbers:
    own, picked, by_name = random.Random(0), numpy.random.uniform, random.random

    @pytest.mark.parametrize(
        "draw",
        [
            random.random,
            by_name,
            lambda: TestRandomNumbers.own.random(),
            lambda: random.uniform(0.0, 1.0),
            lambda: TestRandomNumbers.own.gauss(0.0, 1.0),
            lambda: random.choice([1.0, 2.0]),
            lambda: secrets.randbelow(1000),
            lambda: random.SystemRandom().random(),
            lambda: numpy.random.normal(),
            picked,
        ],
    )
    def test_are_an_error(self, draw, monkeypatch):
        # Threads that live on from other tests draw nothing, but that is not known of them.
        monkeypatch.setattr("autograd.compiled.draws.active_count", lambda: 1)
        with pytest.raises(TypeError, match=r"jit: .*draws random numbers"):
            jit(lambda x: x * draw())(1.0)

    def test_the_error_names_the_line(self):
        def noisy(x):
            return x * random.uniform(0.0, 1.0)

        line = noisy.__code__.co_firstlineno + 1
        with pytest.raises(TypeError, match=rf"test_threads.py:{line}, in noisy, draws random numbers"):
            jit(noisy)(1.0)

    def test_can_be_drawn_afterwards(self):
        jit(slowly)(1.0)
        assert 0.0 <= random.random() < 1.0 and 0.0 <= random.Random(0).random() < 1.0
        assert "random" not in vars(random.Random)
        assert 0.0 <= numpy.random.rand() < 1.0
