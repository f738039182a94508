"""Where parameters are found, what they are called there, and where their presence is an error."""

import pickle
import random
import subprocess
import sys
from collections import ChainMap, OrderedDict, UserDict, UserList, defaultdict, deque, namedtuple
from copy import deepcopy
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType, SimpleNamespace

import numpy
import pytest

import autograd
import nn
from autograd import Value, no_grad

Line = namedtuple("Line", "slope offset")


@dataclass
class Pair:
    first: object
    rest: list = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Slotted:
    w: object


class Numbers(nn.Module):
    __slots__ = ("scale",)

    def __init__(self):
        self.shift = Value(2.0)
        self.scale = Value(1.0)


class Stack(nn.Module, list):
    """A module that is a list of modules."""


class Side(Enum):
    LEFT = 1


def holding(thing):
    model = nn.Module()
    model.w = thing
    return model


def leaves(count):
    return [Value(float(i)) for i in range(count)]


def places(make):
    """The names of the parameters in what `make` builds of four leaves, and which leaves they are."""
    values = leaves(4)
    return [(name, values.index(p)) for name, p in holding(make(*values)).named_parameters()]


ORDERED = {
    "an array": (lambda a, b, c, d: numpy.array([[a, b], [c, d]]), "w.0.0 w.0.1 w.1.0 w.1.1"),
    "an array of one": (lambda a, b, c, d: [numpy.array(a), b, c, d], "w.0 w.1 w.2 w.3"),
    "an array with numbers": (lambda a, b, c, d: numpy.array([a, 1.0, b, None, c, d]), "w.0 w.2 w.4 w.5"),
    "an array of modules": (
        lambda *values: numpy.array([holding(value) for value in values]),
        "w.0.w w.1.w w.2.w w.3.w",
    ),
    "a view of an array": (lambda a, b, c, d: numpy.array([d, c, b, a])[::-1], "w.0 w.1 w.2 w.3"),
    "a deque": (lambda *values: deque(values), "w.0 w.1 w.2 w.3"),
    "a named tuple": (
        lambda a, b, c, d: Line(a, Line([b], [c, d])),
        "w.slope w.offset.slope.0 w.offset.offset.0 w.offset.offset.1",
    ),
    "a dataclass": (lambda a, b, c, d: Pair(a, [b, Slotted(c), d]), "w.first w.rest.0 w.rest.1.w w.rest.2"),
    "mappings": (
        lambda a, b, c, d: [OrderedDict(x=a), MappingProxyType({"y": b}), UserDict(z=c), ChainMap({"k": d})],
        "w.0.x w.1.y w.2.z w.3.k",
    ),
    "keys that read the same": (
        lambda a, b, c, d: defaultdict(list, {1: a, (0, 1): b, Side.LEFT: c, None: d}),
        "w.1 w.(0,1) w.Side.LEFT w.None",
    ),
    "a list of its own class": (lambda *values: UserList([UserList(values)]), "w.0.0 w.0.1 w.0.2 w.0.3"),
    "names that are empty": (
        lambda a, b, c, d: {"": [a, {"": b}], "x": {"": {"": c}, "y": numpy.array(d)}},
        "w..0 w..1. w.x.. w.x.y",
    ),
    "neighbours of neighbours": (lambda a, b, c, d: [a, [b, []], c, (d,)], "w.0 w.1.0 w.2 w.3.0"),
    "all inside one another": (
        lambda a, b, c, d: deque([{"a": (numpy.array([a, [b]], dtype=object), Pair(Line(c, d)))}]),
        "w.0.a.0.0 w.0.a.0.1.0 w.0.a.1.first.slope w.0.a.1.first.offset",
    ),
}  # fmt: skip


@pytest.mark.parametrize("make, names", ORDERED.values(), ids=ORDERED)
def test_parameters_are_found_in_order_with_names(make, names):
    """Broken if a layer trains its bias only, and nobody says so."""
    found = places(make)
    assert [index for _, index in found] == [0, 1, 2, 3]
    assert " ".join(name.replace(" ", "") for name, _ in found) == names


def test_attributes_in_slots_and_entries_of_a_module_that_is_a_list_are_found():
    assert [name for name, _ in Numbers().named_parameters()] == ["scale", "shift"]
    stack = Stack([nn.Neuron(1), nn.Neuron(1)])
    stack.bias = Value(0.0)
    assert [name for name, _ in stack.named_parameters()] == ["bias", "0.w.0", "0.b", "1.w.0", "1.b"]
    assert len(stack.modules()) == 3 and stack.parameters() == [p for _, p in stack.named_parameters()]


class Matrix(nn.Module):
    def __init__(self, seed):
        draw = random.Random(seed)
        self.W = numpy.array([[Value(draw.gauss()) for _ in range(2)] for _ in range(3)])
        self.b = {"bias": deque([Value(0.0)])}

    def __call__(self, x):
        return (self.W @ numpy.array(x)).sum() + self.b["bias"][0]


def test_all_that_uses_parameters_uses_those_in_arrays(tmp_path):
    model, other = Matrix(0), Matrix(1)
    assert model.summary().split()[-1] == "7" and len(model.state_dict()) == 7
    nn.save(model, tmp_path / "matrix.safetensors")
    nn.load(other, tmp_path / "matrix.safetensors")
    assert other.state_dict() == model.state_dict()
    nn.fit(model, [[1.0, 2.0]], [3.0], epochs=1, learning_rate=0.01, progress=False)
    moved = [name for name, number in model.state_dict().items() if number != other.state_dict()[name]]
    assert moved == list(model.state_dict())
    for copy in (deepcopy(model), pickle.loads(pickle.dumps(model))):
        assert copy.state_dict() == model.state_dict()


class Helper:
    def __init__(self, **attributes):
        self.__dict__.update(attributes)


class InSlots:
    __slots__ = ("w",)

    def __init__(self, w):
        self.w = w


class Shared(nn.Module):
    w = Value(1.0)


class Params(list):
    scale = None


def with_scale(value):
    params = Params()
    params.scale = value
    return params


LOOSE = {
    "a set": (lambda p: {p}, r"^w is a set, which has no order, and a parameter is in it; hold it in a list"),
    "a frozenset": (lambda p: [frozenset([("a", (p,))])], r"^w\.0 is a frozenset, .* a parameter is in it"),
    "a set of modules": (lambda p: {holding(p)}, "^w is a set, which has no order, and a Module is in it"),
    "a key": (lambda p: {p: 1.0}, "^w has a parameter under, or as, a key that is no name"),
    "under a key": (lambda p: {Helper(): [p]}, "^w has a parameter under, or as, a key that is no name"),
    "an object": (lambda p: Helper(W=[p]), r"^w\.W\.0 is a parameter in an object of the class Helper"),
    "an object in an object": (lambda p: {"h": Helper(h=Helper(W=p))}, r"^w\.h\.h\.W is a parameter"),
    "an object with slots": (lambda p: InSlots(p), r"^w\.w is a parameter in an object of the class InSlots"),
    "a namespace": (lambda p: SimpleNamespace(a=p), r"^w\.a is a parameter in an object of the class Simple"),
    "an object with a module": (lambda p: Helper(layer=nn.Dropout()), r"^w\.layer is a Dropout in an object"),
    "an object with a buffer": (lambda p: Helper(b=nn.Buffer([1.0])), r"^w\.b is a parameter in an object"),
    "an attribute of a list": (with_scale, r"^w\.scale is a parameter in an object of the class Params"),
    "the class": (lambda p: Shared(), r"^w\.w is a parameter of the class Shared, the same for all its obj"),
}  # fmt: skip


@pytest.mark.parametrize("make, message", LOOSE.values(), ids=LOOSE)
def test_a_parameter_that_would_be_missed_is_an_error(make, message):
    """Broken if training leaves it as it is in silence."""
    model = holding(make(Value(1.0)))
    searches = (model.parameters, model.named_parameters, model.state_dict, model.summary, model.modules)
    for search in (*searches, model.eval, model.buffers, model.zero_grad):
        with pytest.raises(TypeError, match=message):
            search()


def test_what_is_loose_may_hold_what_is_found_elsewhere():
    """Sets of parameters that were seen, an optimizer's state, a callback that knows the model."""
    model = nn.MLP(2, [2, 1], seed=0)
    count = len(model.parameters())
    model.seen = set(model.parameters())
    model.momentum = dict.fromkeys(model.parameters(), 0.0)
    model.optimizer = nn.Adam(model.layers[0].parameters())
    model.schedule = nn.StepLR(model.optimizer, 1)
    model.run = nn.Training(model, model.optimizer)
    model.rng, model.words, model.first = random.Random(0), {"a", "b"}, Helper(p=model.parameters()[0])
    model.explanation = autograd.explain(model([1.0, Value(2.0)]))
    assert len(model.parameters()) == count


@pytest.mark.parametrize("keep", [lambda v: v, lambda v: [v], lambda v: {v}, lambda v: Helper(last=v)])
def test_a_module_may_keep_its_last_output(keep):
    """Broken if the number of parameters changes with `predict`, and files and optimizers with it."""

    class Remembering(nn.Module):
        def __init__(self):
            self.w, self.layer, self.last = Value(2.0), nn.Layer(1, 1, seed=0), None
            self.drop = nn.Dropout(0.5, seed=0)

        def __call__(self, x):
            out = self.drop([self.layer(x) * self.w])
            self.last = keep(out)
            self.hidden = [self.layer(x).detach()]
            return out

    model = Remembering()
    names = list(model.state_dict())
    model([1.0])
    assert list(model.state_dict()) == names
    nn.predict(model, [[1.0]])
    assert list(model.state_dict()) == names and len(model.parameters()) == 3
    assert list(deepcopy(model).state_dict()) == names
    with no_grad():
        model.w = Value(3.0)
    assert len(model.parameters()) == 3, "made by the user, wherever that was"


def test_a_constant_is_not_trained():
    class Scaled(nn.Module):
        def __init__(self):
            self.scale = Value(3.0, label="scale").detach()
            self.w = Value(1.0)
            self.gravity = nn.Buffer([Value(9.81, label="g")])
            self.fixed = self.gravity[0]  # known by a second name too

        def __call__(self, x):
            return self.scale * self.w * x[0] + self.gravity[0]

    model, other = Scaled(), Scaled()
    assert model.parameters() == [model.w]
    nn.fit(model, [[1.0]], [0.0], epochs=3, learning_rate=0.1, progress=False)
    assert (model.scale.data, model.gravity[0].data) == (3.0, 9.81) and model.w.data != 1.0
    gravity = other.gravity[0]
    model.gravity[0].data = 1.62
    assert list(model.state_dict()) == ["w", "gravity.0"]
    other.load_state_dict(model.state_dict())
    assert gravity.data == 1.62 and other.gravity[0] is gravity


def test_parameters_are_searched_without_numpy():
    code = "import sys; sys.modules['numpy'] = None; import nn; print(len(nn.MLP(2, [1]).parameters()))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "3\n"


def test_arrays_of_floats_are_not_searched():
    model = holding(numpy.zeros((1000, 1000)))
    assert model._contents().things == [model, model.w]


def test_what_training_leaves_behind_is_not_searched():
    # Broken: every look at the parameters goes through the numbers of all epochs.
    model = nn.MLP(1, [1], seed=0)
    nn.fit(model, [[1.0]], [1.0], epochs=2, progress=False)
    model.history_.records["kept"] = [Value(1.0)]
    assert len(model.parameters()) == 2
    assert list(model.state_dict()) == ["layers.0.neurons.0.w.0", "layers.0.neurons.0.b"]
