"""Blocks around generators and coroutines: open while those run, closed while they wait."""

import asyncio
import functools
import gc
import inspect
from contextlib import suppress

import pytest

import autograd
from autograd import Value, current_scope, detect_anomaly, grad, modes, no_grad, scope, value_and_grad
from tests.autograd.test_modes import every_block_is_closed  # noqa: F401  (a fixture that every test uses)


def recorded():
    """Whether a graph is being built here."""
    return bool((Value(1.0) * 2)._prev)


def driven(coroutine):
    """What a coroutine driven by hand returns, and whether graphs were built between its steps."""
    outside = []
    while True:
        try:
            coroutine.send(None)
        except StopIteration as stop:
            return stop.value, outside
        outside.append(recorded())


class Pause:
    def __await__(self):
        yield


class TestDecoratedGenerators:
    def test_each_step_is_inside_and_the_caller_is_not(self):
        @no_grad()
        def numbers(n):
            """The docstring."""
            for _ in range(n):
                yield recorded()

        seen = [(inside, recorded()) for inside in numbers(3)]
        assert seen == [(False, True)] * 3
        assert (numbers.__name__, numbers.__doc__) == ("numbers", "The docstring.")
        assert inspect.isgeneratorfunction(numbers)

    @pytest.mark.parametrize(
        ("block", "found"),
        [
            (no_grad, (False, "", False)),
            (lambda: scope("s"), (True, "s", False)),
            (detect_anomaly, (True, "", True)),
            (modes.recording, (True, "", False)),
        ],
    )
    def test_every_kind_of_block(self, block, found):
        state = lambda: (recorded(), current_scope(), modes.watcher() is not None)  # noqa: E731

        @block()
        def steps():
            yield state()
            yield state()

        for inside in steps():
            assert inside == found
            assert state() == (True, "", False)

    def test_two_that_take_turns(self):
        @no_grad()
        def quiet():
            yield recorded(), current_scope()
            yield recorded(), current_scope()

        @scope("loud")
        def loud():
            yield recorded(), current_scope()
            yield recorded(), current_scope()

        assert list(zip(quiet(), loud(), strict=True)) == [((False, ""), (True, "loud"))] * 2

    def test_send_throw_close_and_return(self):
        log = []

        @no_grad()
        def echo():
            got = None
            try:
                while got != "end":
                    try:
                        got = yield got, recorded()
                    except KeyError as error:
                        got = error.args[0]
                return "result", recorded()
            finally:
                log.append(recorded())

        def around():
            log.append((yield from echo()))

        steps = around()
        assert [next(steps), steps.send("a"), steps.throw(KeyError("b"))] == [
            (None, False),
            ("a", False),
            ("b", False),
        ]
        assert recorded()
        with pytest.raises(StopIteration):
            steps.send("end")
        assert log == [False, ("result", False)]
        steps = echo()
        next(steps)
        steps.close()
        assert log[2:] == [False]
        steps = echo()
        next(steps)
        with pytest.raises(ValueError, match="mine"):
            steps.throw(ValueError("mine"))
        assert log[3:] == [False]
        assert recorded()

    def test_blocks_that_it_waits_in_stay_its_own(self):
        @no_grad()
        def steps():
            yield recorded(), current_scope()
            with scope("inner"), modes.recording():
                yield recorded(), current_scope()
                yield recorded(), current_scope()
            yield recorded(), current_scope()

        seen = []
        for inside in steps():
            seen.append(inside)
            assert (recorded(), current_scope()) == (True, "")
        assert seen == [(False, ""), (True, "inner"), (True, "inner"), (False, "")]

    def test_what_holds_around_a_step_holds_in_it(self):
        """A generator that starts under no_grad() and goes on outside must not go on without gradients."""

        @scope("s")
        def steps():
            while True:
                yield recorded(), current_scope()

        running = steps()
        with no_grad():
            assert next(running) == (False, "s")
        assert next(running) == (True, "s")
        with scope("outer"):
            assert next(running) == (True, "outer/s")

    def test_a_generator_that_is_dropped(self):
        @no_grad()
        def steps():
            with scope("inner"):
                yield 1

        running = steps()
        next(running)
        del running
        gc.collect()
        assert recorded()

    def test_partial_functions_and_methods(self):
        class Numbers:
            @no_grad()
            def steps(self, n):
                yield n, recorded()

        assert list(Numbers().steps(2)) == [(2, False)]
        assert list(no_grad()(functools.partial(Numbers().steps, 3))()) == [(3, False)]


class TestDecoratedCoroutines:
    def test_in_tasks(self):
        @no_grad()
        async def quiet():
            before = recorded()
            await asyncio.sleep(0)
            return before, recorded()

        async def loud():
            before = recorded()
            await asyncio.sleep(0)
            return before, recorded()

        async def main():
            return await asyncio.gather(quiet(), loud(), quiet())

        assert asyncio.run(main()) == [(False, False), (True, True), (False, False)]
        assert inspect.iscoroutinefunction(quiet)

    def test_driven_by_hand(self):
        """Without a task of its own it shares its driver's context."""

        @no_grad()
        async def quiet():
            before = recorded()
            await Pause()
            with scope("inner"):
                await Pause()
                return before, recorded(), current_scope()

        assert driven(quiet()) == ((False, False, "inner"), [True, True])

    def test_errors_and_cancelling_pass(self):
        seen = []

        @no_grad()
        async def waits():
            try:
                await asyncio.sleep(60)
            finally:
                seen.append(recorded())

        async def main():
            task = asyncio.ensure_future(waits())
            await asyncio.sleep(0)
            assert recorded()
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
            return recorded()

        assert asyncio.run(main())
        assert seen == [False]

    def test_asynchronous_generators(self):
        log = []

        @no_grad()
        async def numbers():
            got = None
            try:
                while got != "end":
                    await asyncio.sleep(0)
                    try:
                        got = yield got, recorded()
                    except KeyError as error:
                        got = error.args[0]
            finally:
                await asyncio.sleep(0)
                log.append(recorded())

        async def main():
            running = numbers()
            seen = [await running.__anext__(), await running.asend("a"), await running.athrow(KeyError("b"))]
            assert recorded()
            with pytest.raises(StopAsyncIteration):
                await running.asend("end")
            async for _ in (closed := numbers()):
                assert recorded()
                break
            await closed.aclose()
            assert recorded()
            return seen

        assert asyncio.run(main()) == [(None, False), ("a", False), ("b", False)]
        assert log == [False, False]
        assert inspect.isasyncgenfunction(numbers)


class TestBlocksLeftOpen:
    """A generator that yields inside a `with` block leaves it open for its caller."""

    def steps(self):
        with no_grad():
            yield recorded()
            yield recorded()

    def test_a_block_around_it_ends_where_it_ends_and_says_so(self):
        running = self.steps()
        with pytest.warns(RuntimeWarning, match=r"write @no_grad\(\) above the generator") as caught:  # noqa: SIM117
            with scope("around"):
                assert not next(running)
        assert (recorded(), current_scope()) == (True, "")
        assert autograd.native or caught[0].filename == __file__
        with scope("later"):
            assert next(running)  # its block is over
            running.close()
            assert current_scope() == "later"
        assert recorded()

    def test_a_function_that_is_differentiated_ends_them_too(self):
        """It opens no block of its own where graphs are recorded already."""
        running = []

        def f(x):
            running.append(self.steps())
            next(running[-1])
            return x * 2.0

        for _ in range(2):
            with pytest.warns(RuntimeWarning, match="still open"):
                assert grad(f)(3.0) == 0.0
            assert recorded()
            with pytest.warns(RuntimeWarning, match="still open"), scope("around"):
                assert value_and_grad(f)(3.0) == (6.0, 0.0)
            assert (recorded(), current_scope()) == (True, "")
        for steps in running:
            steps.close()
        assert recorded()

    def test_one_that_ends_inside_is_no_mistake(self):
        with scope("around"):
            assert [next(running := self.steps()), next(running), next(running, None)] == [False, False, None]
            assert (recorded(), current_scope()) == (True, "around")

    def test_errors_are_not_hidden(self):
        running = self.steps()
        with pytest.warns(RuntimeWarning, match="still open"), pytest.raises(KeyError), scope("around"):
            next(running)
            raise KeyError
        running.close()
