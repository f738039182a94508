"""Threads that give way to one another as often as Python lets them."""

import sys
import threading
from collections.abc import Callable, Iterable


def run_at_once(works: Iterable[Callable[[], None]], interval: float = 1e-6) -> list[BaseException]:
    """Run each in a thread of its own, switching after `interval` seconds; what they raised."""
    raised: list[BaseException] = []

    def attempt(work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException as error:
            raised.append(error)

    before = sys.getswitchinterval()
    sys.setswitchinterval(interval)
    try:
        threads = [threading.Thread(target=attempt, args=(work,)) for work in works]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(before)
    return raised
