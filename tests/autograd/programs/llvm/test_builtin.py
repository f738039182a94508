"""Builtin functions emitted by LLVM: what they read, what they make, and what they hand on."""

import ctypes
import gc
import sys

import numpy as np
import pytest

from autograd import Program, Value, flatten, ops
from autograd.programs.llvm import builtin, cache, callers
from autograd.programs.llvm.callers import consecutive, leaves
from autograd.programs.llvm.runner import Runner

pytestmark = pytest.mark.skipif(not builtin.available(), reason="this Python has no such functions")


@pytest.fixture(autouse=True)
def _no_cache(monkeypatch):
    monkeypatch.setenv(cache.VARIABLE, "off")


def copying(count):
    """A program whose outputs are its inputs."""
    return Program([f"x{i}" for i in range(count)], [], [], [], [], [], range(count))


def slow(*arguments, **keywords):
    return "slow", arguments, keywords


def with_numbers(tree, numbers):
    if isinstance(tree, int):
        return numbers[tree]
    return type(tree)(with_numbers(inner, numbers) for inner in tree)


TREES = [
    [0],
    [[0]],
    [[0, 1, 2]],
    [(0, 1, 2)],
    [[]],
    [0, 1],
    [[0, 1], (2, 3), 4],
    [[[0, 1], [2]], (3, [4, (5, 6, 7)]), [], ()],
    [[1, 0], 2],
    [[[0, 1], [2, 3]], [4, 5]],
]


@pytest.mark.parametrize("tree", TREES, ids=repr)
def test_every_structure_is_read_and_made(tree):
    count = len(leaves(tree))
    numbers = [1.5 + i for i in range(count)]
    runner = Runner(copying(count))
    for results in (tree, tuple(tree)):
        function = runner.function(tree, results, slow)
        found = function(*with_numbers(tree, numbers))
        assert found == with_numbers(results, numbers)
        assert [type(part) for part in found] == [type(part) for part in with_numbers(results, numbers)]
    if count:
        assert runner.function(tree, count - 1, slow)(*with_numbers(tree, numbers)) == numbers[-1]


def test_outputs_may_be_used_twice_or_not_at_all():
    function = Runner(copying(3)).function([[0, 1, 2]], [2, (2, [0, 0])], slow)
    assert function([1.0, 2.0, 3.0]) == [3.0, (3.0, [1.0, 1.0])]


class Float(float):
    """Not exactly a float."""


class List(list):
    """Not exactly a list."""


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        (1.0,),
        (1.0, [2.0, 3.0], 4.0),
        (1, [2.0, 3.0]),
        (True, [2.0, 3.0]),
        (Float(1.0), [2.0, 3.0]),
        (np.float64(1.0), [2.0, 3.0]),
        (None, [2.0, 3.0]),
        (1.0, (2.0, 3.0)),
        (1.0, [2.0]),
        (1.0, [2.0, 3.0, 4.0]),
        (1.0, []),
        (1.0, List([2.0, 3.0])),
        (1.0, np.array([2.0, 3.0])),
        (1.0, [2.0, 3]),
        (1.0, [2.0, "3"]),
        (1.0, 2.0),
        (1.0, None),
    ],
    ids=repr,
)
def test_everything_else_is_handed_on_as_it_is(arguments):
    """Broken if memory is read that is no float: the one mistake that would crash."""
    function = Runner(copying(3)).function([0, [1, 2]], [0, 1, 2], slow)
    assert function(1.0, [2.0, 3.0]) == [1.0, 2.0, 3.0]
    name, given, keywords = function(*arguments)
    assert name == "slow" and keywords == {}
    assert len(given) == len(arguments) and all(map(lambda a, b: a is b, given, arguments))


def test_keywords_are_handed_on():
    function = Runner(copying(1)).function([0], 0, slow)
    assert function(1.0, key=2.0) == ("slow", (1.0,), {"key": 2.0})
    assert function(key=2.0) == ("slow", (), {"key": 2.0})


def test_an_exception_of_the_slow_function_is_raised():
    def fails(*_):
        raise KeyError("slow")

    with pytest.raises(KeyError, match="slow"):
        Runner(copying(1)).function([0], 0, fails)("no float")


def test_the_function_has_a_name():
    function = Runner(copying(1)).function([0], 0, slow, name="cosine")
    assert function.__name__ == "cosine"
    assert "built-in" in repr(function)


def test_code_and_name_live_as_long_as_the_function():
    """Broken if something that the function needs is freed when its maker goes."""
    functions = []
    for number in range(20):
        x = Value(1.0)
        runner = Runner(flatten(x + number, [x]))
        functions.append(
            (runner.function([0], [0], slow, name=f"plus_{number}"), runner.bind(np.ones(1), np.ones(1)))
        )
    del runner
    gc.collect()
    for number, (function, bound) in enumerate(functions):
        assert function(1.0) == [1.0 + number]
        assert function.__name__ == f"plus_{number}"
        assert bound() is None


def test_a_function_that_nobody_holds_is_freed():
    function = Runner(copying(1)).function([0], 0, own := lambda x: x)
    before = sys.getrefcount(own)
    del function
    gc.collect()
    assert sys.getrefcount(own) == before - 1


def test_no_object_is_lost_or_freed_too_often():
    """Broken if a count of references is wrong; 2,000 lost objects would be seen."""
    runner = Runner(copying(5))
    function = runner.function([0, [1, 2], (3, 4)], ([0, 1], (2, [3, 4])), slow)
    bound = runner.bind(np.ones(5), np.ones(5))
    arguments = (1.5, [2.5, 3.5], (4.5, 5.5))

    def use():
        for _ in range(2000):
            function(*arguments)
            function(1)
            bound()

    use()
    gc.collect()
    blocks, none = sys.getallocatedblocks(), sys.getrefcount(None)
    counts = [sys.getrefcount(part) for part in (*arguments, *arguments[1])]
    use()
    gc.collect()
    assert abs(sys.getallocatedblocks() - blocks) < 200
    assert abs(sys.getrefcount(None) - none) < 200
    assert [sys.getrefcount(part) for part in (*arguments, *arguments[1])] == counts


def test_no_memory_is_an_error_and_loses_nothing():
    """Broken if a result is used that could not be made."""
    memory = pytest.importorskip("_testcapi")
    count = 300  # more floats than the interpreter keeps in stock
    tree = [list(range(100)), (100, [101, tuple(range(102, count))])]
    function = Runner(copying(count)).function(tree, tree, slow)
    arguments = with_numbers(tree, [float(i) for i in range(count)])
    raised = 0
    for start in range(0, 600, 3):
        made = None
        try:
            memory.set_nomemory(start, start + 1)
            made = function(*arguments)
        except MemoryError:
            raised += 1
        finally:
            memory.remove_mem_hooks()
        assert made is None or made == arguments
    assert raised > 50


def test_a_long_list_is_read_by_a_loop():
    """Broken if the time to compile grows with the number of arguments."""
    tree = [list(range(4000))]
    short, long = (callers.call_ir([list(range(size))], list(range(size))) for size in (10, 1000))
    assert len(long) - len(short) < 20
    assert Runner(copying(2000)).function([list(range(2000))], 1999, slow)([1.0] * 1999 + [2.0]) == 2.0
    assert Runner(copying(4000)).function(tree, tree, slow) is slow, "the stack has no place"


def test_where_objects_may_be_laid_out_differently_python_does_it_all(monkeypatch):
    monkeypatch.setattr(builtin, "available", lambda: False)
    x = Value(3.0)
    runner = Runner(flatten(ops.mul(x, x), [x]))
    assert runner.function([0], 0, slow) is slow
    assert runner([4.0]) == [16.0]
    inputs, outputs = np.array([5.0]), np.zeros(1)
    assert runner.bind(inputs, outputs)() is None
    assert outputs.tolist() == [25.0]


@pytest.mark.parametrize("name", ["TYPE", "FLOAT", "ITEMS", "BYTES"])
def test_another_layout_is_noticed(monkeypatch, name):
    """Broken if the check of the layout cannot fail."""
    builtin.available.cache_clear()
    monkeypatch.setattr(builtin, name, getattr(builtin, name) - 4)
    assert not builtin.available()
    monkeypatch.undo()
    builtin.available.cache_clear()
    assert builtin.available()


def test_runs_of_numbers_are_found():
    assert consecutive([3, 4, 5]) == range(3, 6)
    assert [consecutive(tree) for tree in ([], [1], [1, 3], [2, 1], [[1], 2])] == [None] * 5


def test_the_functions_of_python_are_there():
    assert all(builtin.symbols().values())
    assert ctypes.pythonapi.PyFloat_FromDouble.argtypes is None, "nobody else's declaration was changed"
