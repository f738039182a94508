"""Long loops, each of one kind of thing, after which the process is no larger than before."""

import inspect

import pytest

from tests.autograd.robustness.interpreters import needs_proc, python, resident

LOOPS = {
    "training": (
        """
import random
import nn
from nn.optim import Adam
random.seed(0)
model = nn.MLP(2, [2, 1])
optimizer = Adam(model.parameters(), lr=0.01)
def step(i):
    x, y = random.random(), random.random()
    loss = (model([x, y]) - x * y) ** 2
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
""",
        2_000,
        10_000,
    ),
    "exponents that never come back": ("def step(i): Value(2.0) ** (i / 7)", 3_000, 12_000),
    "scopes that never come back": (
        "def step(i):\n    with scope(f'a {i}'), scope(f'b {i}'): Value(2.0) * 3",
        3_000,
        9_000,
    ),
    "layers that never come back": (
        "def step(i): autograd.each_in_scope(f'a {i}', [lambda x: x * 2] * 2, Value(3.0))",
        3_000,
        9_000,
    ),
    "labels that never come back": (
        "def step(i): x = Value(2.0, label=f'x{i}') * 3; x.label = f'y{i}'",
        2_000,
        10_000,
    ),
    "modes": (
        """
def step(i):
    for mode in (no_grad, detect_anomaly):
        with mode(), scope("a"):
            Value(2.0) * 3
""",
        500,
        2_500,
    ),
    "errors of operators": (
        """
def step(i):
    x = Value(2.0)
    for action in (
        lambda: x * "3", lambda: None - x, lambda: x < 1j, lambda: Value("3"), lambda: x**"2",
        lambda: Value(1.0, (x, 1.0), "+"), lambda: Value(1.0, (x,), 3), lambda: x._link(),
        lambda: autograd.sum([x, ""]), lambda: autograd.dot([x], [x, x]),
    ):
        try:
            action()
        except (TypeError, ValueError):
            pass
        else:
            raise AssertionError
""",
        300,
        2_000,
    ),
    "anomalies": (
        """
def step(i):
    x = Value(0.0, label="x")
    for action in (lambda: x.log(), lambda: (x + 1e-320).sqrt().sqrt().log().backward()):
        try:
            with detect_anomaly():
                (x.sqrt() + action()).backward()
        except FloatingPointError:
            pass
""",
        300,
        1_500,
    ),
    "operations that never come back": (
        "def step(i): operation(lambda x, out: 2.0)(lambda x: x)(Value(2.0)).backward()",
        1_000,
        4_000,
    ),
    "pickling": (
        """
import pickle
def step(i):
    x = Value(i, label="x")
    pickle.loads(pickle.dumps((x * 2 + x) ** 2))
""",
        300,
        1_500,
    ),
    "copying": (
        "import copy\ndef step(i):\n    x = Value(i); y = x * 2; copy.copy(y); copy.deepcopy([x, y])",
        300,
        1_500,
    ),
    "initializing again": ("def step(i): (Value(2.0) * 3).__init__(5.0)", 2_000, 20_000),
    "graphs kept one node in a thousand": (
        """
kept = []
def step(i):
    y = x = Value(2.0)
    for _ in range(300):
        y = y * 1.0
    kept.append(x)
    del kept[:-10]
""",
        300,
        1_000,
    ),
    "threads": (
        """
import threading
def work():
    with no_grad():
        Value(2.0) * 3
    (Value(2.0) * 3).backward()
def step(i):
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
""",
        300,
        1_500,
    ),
}

# An operation made inside an object that keeps its results: how no circle comes of it.
CACHES = {
    "an operation that refers to what it needs": (
        """
        table = self.table
        self.shifted = operation(lambda x, out: 1.0)(lambda x: x + table[0])
        """,
        "self.shifted(x)",
    ),
    "an operation whose numbers are kept": (
        "self.shifted = operation(lambda x, out: 1.0)(lambda x: x + self.table[0])",
        "self.shifted(x).data",
    ),
    "an operation of the module": ("", "shifted(x, self.table[0])"),
}
CACHE = """
shifted = operation(lambda x, y, out: 1.0, None)(lambda x, y: x + y)
class Model:
    def __init__(self):
        self.table = [0.0] * 10_000
        {make}
    def use(self, x):
        self.last = {keep}
def step(i): Model().use(Value(1.0))
"""
LOOPS |= {
    name: (CACHE.format(make=make.strip(), keep=keep), 300, 1_500) for name, (make, keep) in CACHES.items()
}

LOOP = """
import gc, os
import autograd
from autograd import Value, detect_anomaly, no_grad, operation, scope
{program}
{resident}
for i in range({first}):
    step(i)
gc.collect()
before = resident()
for i in range({first}, {last}):
    step(i)
gc.collect()
print(resident() - before)
"""


@needs_proc
@pytest.mark.parametrize("loop", LOOPS)
def test_a_long_loop_does_not_grow(loop):
    """Broken if a program that runs for days needs more memory every hour."""
    program, first, last = LOOPS[loop]
    code = LOOP.format(program=program, first=first, last=last, resident=inspect.getsource(resident))
    assert int(python(code)) < 1_000_000
