"""The end of a program: whatever still holds a graph then, the interpreter ends quietly."""

import pytest

import autograd
from tests.autograd.robustness.interpreters import needs_fork, python


def test_new_interpreters_import_the_same_package():
    """Broken if these programs are about another copy, compiled or not, than the rest of the tests."""
    shown = python("import autograd; print(autograd.native, autograd.__file__)")
    assert shown == f"{autograd.native} {autograd.__file__}\n"


PROGRAM = """
import atexit, os, sys, threading, time
import autograd
from autograd import Value, no_grad, detect_anomaly, operation, scope
x = Value(3.0, label="x")
y = x
for _ in range(20_000):
    y = y * 1.0 + x
def slope():
    x.grad = 0.0
    y.backward()
    return x.grad
"""

ENDINGS = {
    "globals": "slope()",
    "an atexit function": "atexit.register(lambda: os._exit(1) if slope() != 20_001.0 else None)",
    "an atexit function that keeps a graph": "kept = []; atexit.register(lambda: kept.append(y * 2))",
    "a cycle": "cycle = [y]; cycle.append(cycle); del y",
    "a cycle through an operation": """
held = [y]
held.append(operation(lambda x, out: 1.0)(lambda x: x if held else 0.0)(y))
del held
""",
    "a daemon thread that builds": """
def work():
    while True:
        z = x
        for _ in range(1000):
            z = z * 1.0
        z.backward()
threading.Thread(target=work, daemon=True).start()
time.sleep(0.05)
""",
    "a daemon thread that holds": """
def work():
    mine = y * 2
    del globals()["y"]
    time.sleep(1000)
threading.Thread(target=work, daemon=True).start()
time.sleep(0.05)
""",
    "an object whose end differentiates": """
class Last:
    def __init__(self):
        self.slope = slope
    def __del__(self):
        self.slope()
last = Last()
held = operation(lambda x, out: 1.0)(lambda x, last=Last(): x)(y)
""",
    "open blocks": "for block in (no_grad(), scope('a'), detect_anomaly()): block.__enter__()",
    "sys.exit in a block": "\nwith no_grad(), scope('a'):\n    z = y * 2\n    sys.exit(0)\n",
    "a node in a module": "sys.modules['mine'] = y; sys.mine = y; autograd.mine = y; Value.mine = y",
    "a generator that is not exhausted": """
def nodes():
    with scope("inside"):
        while True:
            yield y * 2
waiting = nodes()
next(waiting)
""",
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_program_ends_quietly(ending):
    """Broken if freeing nodes while the interpreter is taken apart crashes, hangs or prints."""
    assert python(PROGRAM + ENDINGS[ending]) == ""


@needs_fork
def test_a_child_goes_on_with_the_graph_of_its_parent():
    code = """
child = os.fork()
if child == 0:
    assert slope() == 20_001.0
    z = y * 2
    z.backward()
    assert x.grad == 20_001.0 + 2 * 20_001.0
    del y, z
    sys.exit(0)
assert os.waitpid(child, 0)[1] == 0
assert slope() == 20_001.0
"""
    assert python(PROGRAM + code) == ""
