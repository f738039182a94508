"""Interpreters that may crash, and what they are asked.

A test that could crash the interpreter is run `alone`, in an interpreter of its own: there a crash is a
failed test and not the end of the run, and nothing may be printed to stderr.
"""

import functools
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

import autograd
from autograd import Value, no_grad

ROOT = Path(autograd.__file__).parents[1]
TESTS = Path(__file__).parents[2]  # may stand elsewhere, where autograd is an installed wheel

compiled_only = pytest.mark.skipif(not autograd.native, reason="interpreted attributes are not checked")
needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork()")
needs_proc = pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="there is no /proc here")
needs_timer = pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="this system has no setitimer()")


def python(code, timeout=120):
    """What code prints in a new interpreter, which must end well and leave stderr empty."""
    command = [sys.executable, "-X", "dev", "-W", "error", "-c", code]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=timeout)
    assert (result.returncode, result.stderr) == (0, ""), (
        result.stderr[-3000:] or result.stdout[-3000:] or result.returncode
    )
    return result.stdout


def alone(test):
    """Run a test in an interpreter of its own, with the autograd of this one."""

    @functools.wraps(test)
    def in_a_new_interpreter(**arguments):
        python(
            f"import autograd, sys; assert autograd.__file__ == {autograd.__file__!r}; "
            f"sys.path.insert(0, {str(TESTS.parent)!r}); import {test.__module__} as tests; "
            f"tests.{test.__name__}.__wrapped__(**{arguments!r})"
        )

    return in_a_new_interpreter


def attempt(action, *arguments):
    """Call something that may refuse; a crash is what is looked for, or an exception that is no Exception."""
    try:
        return action(*arguments)
    except Exception as error:
        return error


def assert_sound():
    """Graphs can still be built, differentiated by any thread, drawn from and freed."""
    x = Value(3.0, label="x")
    y = (x * x + 2 * x) ** 2 - x / 2
    with no_grad():
        assert (x * x)._prev == ()
    assert y._prev
    thread = threading.Thread(target=y.backward, daemon=True)
    thread.start()
    thread.join(20)
    assert not thread.is_alive(), "backward() waits for a lock that nobody will release"
    assert (y.data, x.grad) == (223.5, 239.5)


def resident():
    """Bytes of this process that are in memory; None where there is no /proc. Programs contain its source."""
    try:
        with open("/proc/self/statm") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return None
