"""Wrong arguments of a node, and wrong things assigned to its attributes."""

import functools
import math

import pytest

from autograd import Value, scope
from tests.autograd.robustness.interpreters import compiled_only
from tests.autograd.robustness.operands import NO_NUMBERS, assert_refused


@pytest.mark.parametrize(
    "arguments",
    [
        {"label": 5},
        {"label": 0},
        {"label": b"x"},
        {"_op": 5},
        {"_op": None},
        {"_children": 5},
        {"_children": Value(1.0), "_op": "+"},
        {"_children": (1.0, 2.0), "_op": "+"},
        {"_children": ("ab",), "_op": "relu"},
        {"name": "x"},
    ],
    ids=str,
)
def test_wrong_arguments_of_a_node(arguments):
    assert_refused(functools.partial(Value, 1.0, **arguments))


def test_a_gradient_becomes_a_node_as_any_number_does():
    """Broken if a number is taken for the mark of nodes that are filled in later, being the same object."""
    x, y = Value(0.0), Value(0.0)
    assert Value(x.grad, label="the gradient").label == "the gradient"
    assert Value(x.grad, (x, y), "+")._prev == (x, y)
    with scope("here"):
        assert Value(x.grad).scope == "here"


WRONG_NUMBERS = [thing for thing in NO_NUMBERS if not hasattr(type(thing), "__float__")] + [Value(1.0), 3j]


@compiled_only
@pytest.mark.parametrize("name", ["data", "grad"])
@pytest.mark.parametrize("thing", WRONG_NUMBERS, ids=lambda thing: type(thing).__name__)
def test_assigning_what_is_no_number(name, thing):
    """Broken if the nonsense is stored, or the number that was there is lost."""
    x = Value(1.5)
    x.grad = 2.5
    if name == "grad" and thing is None:
        x.grad = None  # what torch's zero_grad() assigns
        assert x.grad == 0.0
        return
    assert_refused(setattr, x, name, thing)
    assert (x.data, x.grad) == (1.5, 2.5)


@pytest.mark.parametrize("name", ["data", "grad"])
@pytest.mark.parametrize("number", [-113.0, math.nan, math.inf, -0.0, 5e-324])
def test_assigning_any_float(name, number):
    """-113.0 is the number by which compiled code marks a failure."""
    x = Value(1.5)
    setattr(x, name, number)
    assert repr(getattr(x, name)) == repr(number)
    assert repr((x + 0.0).data) == repr(x.data + 0.0)


@pytest.mark.parametrize("name", ["label", "scope"])
@pytest.mark.parametrize("thing", [5, b"x", ["x"], Value(1.0)], ids=lambda thing: type(thing).__name__)
def test_assigning_a_label_or_a_scope_that_is_no_string(name, thing):
    with scope("here"):
        x = Value(1.0, label="x")
    assert_refused(setattr, x, name, thing)
    assert (x.label, x.scope) == ("x", "here")


@pytest.mark.parametrize("name", ["_prev", "_op"])
def test_attributes_that_cannot_be_assigned(name):
    with pytest.raises(AttributeError):
        setattr(Value(1.0), name, ())
