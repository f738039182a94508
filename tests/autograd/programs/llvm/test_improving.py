"""Code that is ready soon and gets better."""

import gc
import os
import threading
import weakref

import numpy as np
import pytest

from autograd import ops
from autograd.programs.llvm import cache, improving, runner
from autograd.programs.llvm.builtin import available
from autograd.programs.llvm.improving import Code
from autograd.programs.llvm.runner import Runner
from tests.autograd.programs.llvm.programs import a_program, bits, some_samples

OPERATIONS = [ops.add, ops.mul, ops.sub, ops.tanh]
ONE = "define double @one() {\n ret double 1.0\n}\n"


class Caller:
    function = 0


@pytest.fixture(autouse=True)
def _no_cache(monkeypatch):
    monkeypatch.setenv(cache.VARIABLE, "off")


@pytest.fixture
def held(monkeypatch):
    """The background does not compile until this is released."""
    with improving._busy:
        yield improving._busy


def test_callers_get_the_better_code(held):
    code = Code(ONE, {}, level=2, soon=True)
    early = Caller()
    code.called_by(early, "one")
    assert [loaded.level for loaded in code.versions] == [0]
    assert early.function == code.loaded.address("one")
    held.release()
    code.wait()
    held.acquire()
    late = Caller()
    code.called_by(late, "one")
    assert [loaded.level for loaded in code.versions] == [0, 2]
    assert (
        early.function == late.function == code.versions[1].address("one") != code.versions[0].address("one")
    )


def test_a_caller_that_is_gone_is_not_missed(held):
    code = Code(ONE, {}, level=2, soon=True)
    code.called_by(Caller(), "one")
    held.release()
    code.wait()
    held.acquire()
    assert len(code.versions) == 2


def test_code_that_nobody_holds_is_not_compiled_again(held, monkeypatch):
    compiled = []
    monkeypatch.setattr(improving, "compiled", lambda ir, level, symbols: compiled.append(level))
    gone = weakref.ref(Code(ONE, {}, level=2, soon=True))
    gc.collect()
    assert gone() is None
    wait_for_the_background(held)
    assert compiled == [0]


def wait_for_the_background(held):
    held.release()
    for thread in threading.enumerate():
        if thread.name == "autograd compiles":
            thread.join()
    held.acquire()


def test_what_fails_in_the_background_leaves_the_code_as_it_is(held, monkeypatch):
    """Broken if nothing would be compiled after a failure, or a wait for it would never end."""
    code = Code(ONE, {}, level=2, soon=True)
    seen = []
    monkeypatch.setattr(threading, "excepthook", lambda failure: seen.append(failure.exc_type))
    with monkeypatch.context() as patched:
        patched.setattr(improving, "compiled", lambda *_: 1 / 0)
        wait_for_the_background(held)
    code.wait()
    assert seen == [ZeroDivisionError]
    assert len(code.versions) == 1
    again = Code(ONE, {}, level=2, soon=True)
    held.release()
    again.wait()
    held.acquire()
    assert len(again.versions) == 2


@pytest.mark.skipif(not available(), reason="this Python has no such functions")
def test_functions_give_the_same_before_and_after(held):
    """Broken if the code is exchanged for other code, or its results differ."""
    program = a_program(5, 150, 4, OPERATIONS)
    made = Runner(program)
    inputs, outputs = np.empty(5), np.empty(4)
    function = made.function([list(range(5))], list(range(4)), None)
    bound = made.bind(inputs, outputs)
    samples = some_samples(10, 5)

    def all_results(run):
        for sample in samples:
            inputs[:] = sample
            bound()
            alone = bits(function(sample))
            assert alone == bits(outputs.tolist()) == bits(run(sample))
            yield alone

    first = list(all_results(made.run))
    assert made.codes["call"].loaded.level == 0
    held.release()
    made.wait()
    held.acquire()
    assert made.codes["call"].loaded.level == 2
    assert list(all_results(made.run)) == first
    del made
    gc.collect()
    inputs[:] = samples[0]
    bound()
    assert bits(function(samples[0])) == bits(outputs.tolist()) == first[0]


def test_short_programs_and_those_on_disk_are_compiled_well_at_once(monkeypatch, tmp_path):
    short, long = a_program(5, runner.LONG - 1, 4, OPERATIONS), a_program(5, runner.LONG, 4, OPERATIONS)
    monkeypatch.setenv(cache.VARIABLE, str(tmp_path))
    for program, soon, levels in ((short, True, [2]), (long, False, [2]), (long, True, [2])):
        made = Runner(program, soon=soon)
        made([1.0] * 5)
        assert [loaded.level for loaded in next(iter(made.codes.values())).versions] == levels


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no process is forked here")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_forked_process_compiles_too():
    """Broken if the copy of a process waits for a thread that it does not have."""
    codes = [Code(ONE.replace("one", f"f{i}"), {}, level=2, soon=True) for i in range(5)]
    child = os.fork()
    if child == 0:
        code = Code(ONE, {}, level=2, soon=True)
        os._exit(0 if code._finished.wait(60) and len(code.versions) == 2 else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    for code in codes:
        code.wait()
