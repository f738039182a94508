"""Rules for inputs while several threads trace."""

import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from autograd import jit, take


def test_every_thread_notes_its_own_rules():
    """Broken if what one thread notes is taken for the rules of another."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        with ThreadPoolExecutor(6) as pool:
            made = list(pool.map(checked, range(24)))
    finally:
        sys.setswitchinterval(interval)
    assert made == [True] * 24


def checked(_):
    f = jit(lambda x, t: take(x, t))
    right = f([1.0, 2.0, 3.0], 1.0) == 2.0
    with pytest.raises(IndexError):
        f([1.0, 2.0, 3.0], 7.0)
    return right
