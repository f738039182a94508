"""The short walk finds what the full search finds, in the same order, and leaves the rest to it."""

import random
import threading
from collections import OrderedDict, deque, namedtuple
from dataclasses import dataclass, field

import numpy
import pytest

import nn
from autograd import Value, no_grad
from nn.contents import Buffer, contents
from nn.module import Module
from nn.usual import usual_contents

Pair = namedtuple("Pair", "first second")


@dataclass
class Record:
    weight: Value = field(default_factory=lambda: Value(4.0))
    inner: dict[str, Value] = field(default_factory=lambda: {"a": Value(5.0)})


class Slotted:
    __slots__ = ("weight",)

    def __init__(self):
        self.weight = 1.0


class Plain:
    def __init__(self, weight):
        self.weight = weight


class Holder(Module):
    scales: dict[str, float] = {"a": 1.0}  # noqa: RUF012 (what the walk has to look into)
    names = ("a", "b")

    @property
    def first(self):
        return self.held

    def __init__(self, held):
        self.before = Value(1.0)
        self.held = held
        self.after = [Value(2.0), Value(3.0)]


def result():
    with no_grad():
        return Value(1.0) * 2.0


def circle():
    inner = Holder(None)
    inner.held = [inner, inner.before]
    return inner


def deep():
    inner = []
    for _ in range(3000):
        inner = [inner, Value(0.5)]
    return inner


USUAL = {
    "a number": lambda: 1.0,
    "a list of lists": lambda: [[Value(1.0)], 2.0, [[Value(3.0), None]], (Value(4.0), "b")],
    "a dict": lambda: {"b": Value(1.0), 0: [Value(2.0)], "a": {}},
    "a network": lambda: nn.MLP(2, [3, 1], seed=0),
    "containers": lambda: nn.Sequential(nn.Layer(2, 2), "tanh", nn.Residual(nn.Layer(2, 2)), nn.LayerNorm(2)),
    "a buffer of numbers": lambda: nn.BatchNorm(3),
    "a source of random numbers": lambda: nn.Dropout(0.5, seed=1),
    "a history": lambda: nn.History(),
    "a dataclass": Record,
    "an object without Values": lambda: Plain([1.0, {"a": (2.0,)}]),
    "a lock": threading.Lock,
    "a function and a class": lambda: [abs, circle, Record],
    "results": lambda: [result(), Value(1.0) * 2.0, Value(3.0)],
    "the same twice": lambda: [shared := Value(1.0), [shared], shared, held := [shared], held],
    "a circle": circle,
    "deeper than calls": deep,
}

UNUSUAL = {
    "a deque": lambda: deque([Value(1.0)]),
    "a named tuple": lambda: Pair(Value(1.0), 2.0),
    "another dict": lambda: OrderedDict(a=Value(1.0)),
    "other keys": lambda: {(1, 2): Value(1.0)},
    "an array": lambda: numpy.array([Value(1.0), 2.0], dtype=object),
    "a buffer of Values": lambda: Buffer([Value(1.0)]),
    "slots": Slotted,
    "a set without Values": lambda: {1.0},
    "an object with a deque": lambda: Plain(deque([1.0])),
}

LOOSE = {
    "a set": lambda: {Value(1.0)},
    "an object": lambda: Plain(Value(1.0)),
    "a key": lambda: {Value(1.0): "a"},
}


def everything(module):
    found = contents(module, lambda thing: False, Module).things
    buffers = [thing for thing in found if isinstance(thing, Buffer)]
    fixed = {id(entry) for buffer in buffers for entry in buffer}
    modules = [thing for thing in found if isinstance(thing, Module)]
    return modules, [p for p in found if type(p) is Value and not p.is_result and id(p) not in fixed]


def same(ours, expected):
    return list(map(id, ours)) == list(map(id, expected))


@pytest.mark.parametrize("name", [*USUAL, *UNUSUAL])
def test_what_is_found_is_what_the_full_search_finds(name):
    module = Holder({**USUAL, **UNUSUAL}[name]())
    modules, parameters = everything(module)
    assert same(module.modules(), modules)
    assert same(module.parameters(), parameters)
    assert same([p for _, p in module.named_parameters()], parameters)
    usual = usual_contents(module, Module, Buffer)
    assert (usual is None) == (name in UNUSUAL)
    if usual is not None:
        assert same(usual[0], modules)
        assert same(usual[1], parameters)


@pytest.mark.parametrize("name", LOOSE)
def test_what_stands_in_a_wrong_place_is_an_error(name):
    module = Holder(LOOSE[name]())
    assert usual_contents(module, Module, Buffer) is None
    for search in (module.parameters, module.modules, module.zero_grad):
        with pytest.raises(TypeError, match="parameter"):
            search()


@pytest.mark.parametrize("held", [Value(1.0), [Value(1.0)], {"a": Value(1.0)}, (Value(1.0),), deque()])
def test_an_attribute_of_a_class_is_looked_into(held):
    class Shared(Holder):
        pass

    module = Shared(None)
    assert usual_contents(module, Module, Buffer) is not None
    Shared.late = held
    assert usual_contents(module, Module, Buffer) is None


def test_attributes_that_change_are_seen():
    model = nn.MLP(2, [2, 1], seed=0)
    count = len(model.parameters())
    model.extra = extra = Value(1.0)
    model.layers[0].neurons[0].w.pop()
    assert len(model.parameters()) == count
    assert model.parameters()[-1] is extra
    del model.layers[1]
    assert len(model.modules()) == 4


def test_what_training_sets_on_a_model_is_usual():
    model = nn.MLP(2, [2, 1], seed=0)
    nn.fit(model, numpy.eye(2), [0.0, 1.0], epochs=3, metrics="r2", progress=False)
    nn.predict(model.eval(), [[1.0, 2.0]])
    model.rng = random.Random(1)
    assert usual_contents(model, Module, Buffer) is not None
