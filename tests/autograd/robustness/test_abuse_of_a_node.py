"""What no user does to a node on purpose, and unpicklers, mocking tools and notebooks do."""

import copy
import functools
import gc
import importlib
import operator
import pickle
import sys
import weakref

import pytest

import autograd
import nn
from autograd import Value
from tests.autograd.robustness.interpreters import alone, assert_sound, attempt


@alone
def test_deleting_attributes():
    for name in dir(Value):
        for x in (Value(1.0), Value(2.0, label="x") * 3):
            attempt(delattr, x, name)
            attempt(getattr, x, name)
            for action in (repr, Value.backward, copy.copy, lambda x: x * 2):
                attempt(action, x)
    assert_sound()


@alone
def test_calling_init_again():
    """A node either stays what it was or becomes the leaf that was asked for, and lets its operands go."""
    x = Value(3.0)
    y = x * 2
    for _ in range(1000):
        y.__init__(5.0)
    assert (y.data, len(y._prev)) in ((6.0, 2), (5.0, 0))
    attempt(y.__init__, "wrong")
    attempt(y.__init__)
    references = sys.getrefcount(x)
    for _ in range(1000):
        (x * x).__init__(5.0)
    assert sys.getrefcount(x) == references, "operands are never freed"
    assert_sound()


USES = [
    *(repr, str, format, hash, bool, dir, copy.copy, copy.deepcopy, pickle.dumps, weakref.ref, sys.getsizeof),
    *(operator.neg, operator.pos, abs, lambda x: x + 1, lambda x: 1 - x, lambda x: x * x, lambda x: x**2),
    *(lambda x: Value(2.0) ** x, lambda x: x < 1, lambda x: x >= x, lambda x: x == x, Value.relu, Value.tanh),
    *(
        Value.backward,
        Value._backward,
        Value.detach,
        Value.__reduce__,
        Value.exp,
        Value.gelu,
        autograd.softplus,
    ),
    *(lambda x: autograd.sum([x, x]), lambda x: autograd.dot([x], [x], x), lambda x: Value(1.0, (x, x), "+")),
    *(
        lambda x: x.label,
        lambda x: x.scope,
        lambda x: x._prev,
        lambda x: x._op,
        lambda x: x.data,
        lambda x: x.grad,
    ),
    *(lambda x: setattr(x, "label", "x"), lambda x: setattr(x, "data", 2.0), gc.get_referents, gc.is_tracked),
    *(autograd.trace, lambda x: autograd.draw_dot(x).source, lambda x: str(autograd.explain(x, x))),
    *(lambda x: autograd.gradient(x * x, x), lambda x: pickle.loads(pickle.dumps(x)) + x),
]


@alone
def test_nodes_that_were_never_filled_in():
    """By hand and in pieces, as unpicklers and mocking tools make objects."""
    makers = [
        lambda: Value.__new__(Value),
        lambda: Value.__new__(Value, 3.0),
        lambda: object.__new__(Value),
        lambda: copy._reconstruct(None, False, object.__new__, (Value,)),
        lambda: pickle.loads(b"\x80\x02cautograd.value\nValue\n)\x81."),
        lambda: pickle.loads(
            b"\x80\x02cautograd.value\nValue\n)\x81}X\x04\x00\x00\x00dataG?\xf0\x00\x00\x00\x00\x00\x00sb."
        ),
    ]
    for make in makers:
        for use in USES:
            node = attempt(make)
            if isinstance(node, Value):
                attempt(use, node)
            del node
    assert_sound()


@alone
def test_nodes_that_were_tampered_with():
    """A right operand without a left one, a node that is its own operand, a mark from the future."""

    def alone_on_the_right():
        x = Value(1.0)
        x._right = Value(2.0)
        return x

    def a_circle():
        x = Value(1.0) * 2
        x._left = x._right = x
        return x

    def two_in_a_circle():
        x = Value(1.0) * 2
        y = x * 2
        x._left = y
        return y

    def marked():
        x = Value(1.0) * 2
        x._mark = (1 << 63) - 1
        return x * 3

    def without_a_partial():
        x = Value(1.0) * 2
        x._operation = Value(1.0)._operation
        return x

    for make in (alone_on_the_right, a_circle, two_in_a_circle, marked, without_a_partial):
        for use in USES:
            attempt(use, make())
    assert_sound()


WRONG_THINGS = [None, 3, "x", b"x", 1 << 80, -113, -113.0, 3j, [], (), {}, object(), float, len]


@alone
def test_every_method_with_wrong_arguments():
    """Called with too few, too many, and of wrong types, on nodes and on what is no node at all."""
    others = {"__class__", "_repr_mimebundle_", "__internal_mypyc_setup"}  # the last is the compiler's own
    for name in sorted(set(dir(Value)) - others):
        method = getattr(Value, name)
        if not callable(method):
            continue
        for thing in WRONG_THINGS:
            for arguments in ((), (thing,), (thing, thing), (thing, 1.0), (thing,) * 7, (thing,) * 50):
                attempt(method, *arguments)
                attempt(method, Value(2.0) * 3, *arguments)
        attempt(functools.partial(method, Value(1.0), nonsense=1))
    assert_sound()


@alone
def test_the_functions_inside_with_wrong_arguments():
    node = Value(2.0) * 3
    good = {
        "_link": ((Value(2.0), Value(3.0)), "*"),
        "pass_back": ([node], 1),
        "new_node": (node._operation, 6.0, Value(2.0), 3.0, Value(3.0), 2.0),
        "affine": ([Value(1.0)], [Value(2.0)], Value(3.0), None),
        "topological_order": (node,),
        "compute": (2.0, 3.0),
        "local_number": (0, 2.0, 3.0, 6.0),
        "both_numbers": (2.0, 3.0, 6.0),
        "local_graph": (0, Value(2.0), Value(3.0), node),
        "bound_graph": (Value(2.0), 3.0, node),
        "_operate": (node._operation, (Value(2.0), Value(3.0))),
        "unary": (node._operation, Value(2.0)),
        "binary": (node._operation, Value(2.0), Value(3.0)),
        "power": (Value(2.0), 3.0),
        "constant": (3.0,),
        "recorded_node": (None, node._operation, 6.0, Value(2.0), 3.0, Value(3.0), 2.0),
        "neuron": ([Value(1.0)], [Value(2.0)], Value(3.0), node._operation, None),
        "as_inputs": ([1.0], 1, None),
    }
    for name, arguments in good.items():
        for place in range(len(arguments)):
            for thing in [*WRONG_THINGS, [1.0], (1.0,), (Value(1.0),), [Value(1.0)] * 3, node]:
                homes = (autograd.value, autograd.walk, nn.sample, Value(2.0) * 3, node._operation)
                function = next(getattr(home, name) for home in homes if hasattr(home, name))
                attempt(function, *arguments[:place], thing, *arguments[place + 1 :])
                attempt(function, *arguments[:place])
    assert_sound()


@alone
def test_every_attribute_assigned_wrong_things():
    for name in sorted(set(dir(Value)) - {"__class__"}):
        for thing in [*WRONG_THINGS, Value(1.0)]:
            node = Value(2.0) * 3
            if isinstance(attempt(setattr, node, name, thing), Exception):
                assert (node.data, node.grad, len(node._prev)) == (6.0, 0.0, 2)
            for use in (repr, Value.backward, copy.copy, lambda x: x * x):
                attempt(use, node)
    assert_sound()


@alone
def test_a_class_derived_from_value():
    """It is refused where it is written: compiled, it could not have objects; its results would be Values."""
    for body in ({}, {"__slots__": ()}, {"other": 1}):
        made = attempt(type, "Derived", (Value,), body)
        assert isinstance(made, TypeError)
        assert "Derived cannot be a kind of Value" in str(made)
        assert "p.name = 'w'" in str(made)
    gc.collect()
    assert_sound()


def test_there_are_no_weak_references():
    """A node has no room for them, compiled or not: the error comes where it is written first."""
    with pytest.raises(TypeError, match="weak reference"):
        weakref.ref(Value(1.0))


@alone
def test_importing_again():
    """As notebooks do that reload what they imported; nodes of before go on working."""
    x = Value(3.0)
    before = x * x
    importlib.reload(autograd.value)
    importlib.reload(autograd)
    for name in [name for name in sys.modules if name.partition(".")[0] == "autograd"]:
        del sys.modules[name]
    again = importlib.import_module("autograd")
    y = again.Value(2.0)
    (y * y).backward()
    before.backward()
    assert (x.grad, y.grad) == (6.0, 4.0)
    attempt(operator.mul, x, y)
    attempt(operator.lt, x, y)
