"""A function in a block: a plain one runs there as a whole, a generator or a coroutine step by step.

While a generator waits at a `yield`, or a coroutine at an `await`, others run, and they must not find
themselves in its block. So each step of it is taken inside, and between the steps the block is closed.
"""

from __future__ import annotations

import inspect
from functools import wraps

from autograd.annotations import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Generator
    from contextlib import AbstractContextManager
    from typing import Any

    Block = AbstractContextManager[object]


def in_block(function: Callable[..., Any], block: Block, steps: Callable[[], Block]) -> Callable[..., Any]:
    """A function of the same kind that runs in a block.

    Args:
        function: a function; or one that makes generators, coroutines or asynchronous generators.
        block: what a plain function runs in.
        steps: makes what each step of one generator or coroutine runs in.
    """
    for is_kind, decorated in _KINDS:
        if is_kind(function):
            return wraps(function)(decorated(function, steps))

    @wraps(function)
    def plain(*args: Any, **kwargs: Any) -> Any:
        with block:
            return function(*args, **kwargs)

    return plain


def _generator(function: Callable[..., Any], steps: Callable[[], Block]) -> Callable[..., Any]:
    def generator(*args: Any, **kwargs: Any) -> Generator[Any, Any, Any]:
        return (yield from _stepped(function(*args, **kwargs), steps()))

    return generator


def _coroutine(function: Callable[..., Any], steps: Callable[[], Block]) -> Callable[..., Any]:
    async def coroutine(*args: Any, **kwargs: Any) -> Any:
        return await _Awaited(function(*args, **kwargs), steps())

    return coroutine


def _async_generator(function: Callable[..., Any], steps: Callable[[], Block]) -> Callable[..., Any]:
    async def generator(*args: Any, **kwargs: Any) -> AsyncIterator[Any]:
        running, step = function(*args, **kwargs), steps()
        try:
            item = await _Awaited(running.__anext__(), step)
            while True:
                try:
                    sent = yield item
                except GeneratorExit:
                    await _Awaited(running.aclose(), step)
                    raise
                except BaseException as error:
                    item = await _Awaited(running.athrow(error), step)
                else:
                    item = await _Awaited(running.asend(sent), step)
        except StopAsyncIteration:
            return

    return generator


_KINDS = (
    (inspect.isasyncgenfunction, _async_generator),
    (inspect.iscoroutinefunction, _coroutine),
    (inspect.isgeneratorfunction, _generator),
)


def _stepped(running: Any, step: Block) -> Generator[Any, Any, Any]:
    """`yield from running` with each step of a generator or coroutine in a block (PEP 380 spells it out)."""
    try:
        with step:
            item = running.send(None)
        while True:
            try:
                sent = yield item
            except GeneratorExit:
                with step:
                    running.close()
                raise
            except BaseException as error:
                with step:
                    item = running.throw(error)
            else:
                with step:
                    item = running.send(sent)
    except StopIteration as stop:
        return stop.value


class _Awaited:
    """What awaits a coroutine step by step."""

    def __init__(self, running: Any, step: Block) -> None:
        self._running = running
        self._step = step

    def __await__(self) -> Generator[Any, Any, Any]:
        return _stepped(self._running, self._step)
