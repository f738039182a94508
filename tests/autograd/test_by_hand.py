"""Nodes whose derivative is given by hand, in the way of micrograd."""

import copy
import functools
import gc
import math
import pickle
import re

import pytest

import autograd
from autograd import (
    Value,
    backward_steps,
    detect_anomaly,
    draw_dot,
    explain,
    flatten,
    grad,
    gradient,
    no_grad,
    player,
    trace,
)
from tests.autograd.robustness.interpreters import alone
from tests.autograd.threads import run_at_once


def tan(x):
    out = Value(math.tan(x.data), (x,), "my tan")

    def _backward():
        x.grad += (1 + out.data**2) * out.grad

    out._backward = _backward
    return out


def added(*values):
    out = Value(sum(x.data for x in values), values, "all")

    def _backward():
        for x in values:
            x.grad += out.grad

    out._backward = _backward
    return out


def test_it_is_part_of_backward():
    x, y = Value(0.5), Value(0.5)
    (3 * tan(2 * tan(x)) + x).backward()
    (3 * autograd.tan(2 * autograd.tan(y)) + y).backward()
    assert x.grad == pytest.approx(y.grad, rel=1e-15)


@pytest.mark.parametrize("count", range(1, 7))
def test_any_number_of_operands(count):
    xs = [Value(float(i)) for i in range(count)]
    operands = [x * x for x in xs]
    out = added(*operands)
    assert out._prev == tuple(operands)
    assert out._op == "all"
    assert len(trace(out)[0]) == 2 * count + 1
    (out * out).backward()
    assert [x.grad for x in xs] == [2 * out.data * 2 * x.data for x in xs]
    out.backward()
    assert [x.grad for x in xs] == [2 * (2 * out.data + 1) * x.data for x in xs]
    leaves = [2 * x.data for x in xs]
    assert gradient(out, xs) == leaves
    for x in xs:
        x.grad = 0.0
    backward_steps(out).finish()
    assert [x.grad for x in xs] == leaves
    with detect_anomaly():
        out.backward()
    text = str(explain(out * 3, xs))
    assert text.count("given by hand") == count
    before = [x.grad for x in xs]
    page = player(out * 3).html
    assert [x.grad for x in xs] == before
    assert all(f"= {6 * x.data:g}" in re.sub("<[^>]*>", "", page) for x in xs)
    assert len(trace(out * 3)[0]) == len(re.findall(r"^\t+n\d+ \[", draw_dot(out * 3).source, re.MULTILINE))


@alone
def test_very_many_operands():
    """A chain of pairs that is taken apart by recursion ends the process."""
    values = [Value(1.0) for _ in range(100_000)]
    out = added(*values)
    assert len(out._prev) == 100_000
    (2 * out).backward()
    assert values[-1].grad == 2.0


def test_an_operand_used_twice():
    x = Value(3.0)
    y = x * 1
    out = added(y, y, y)
    out.backward()
    assert x.grad == 3.0
    assert gradient(out, x) == 3.0


def test_operands_in_a_set_as_micrograd_keeps_them():
    x, y = Value(2.0), Value(3.0)
    out = Value(6.0, {x, y}, "times")

    def _backward():
        x.grad += y.data * out.grad
        y.grad += x.data * out.grad

    out._backward = _backward
    out.backward()
    assert (x.grad, y.grad) == (3.0, 2.0)


def test_it_may_be_assigned_to_a_node_of_the_table_and_again():
    """A straight-through estimator: the forward pass is a step, the backward pass the identity."""
    x = Value(0.3)
    out = autograd.sign(x)
    assert out._prev == (x,)

    def straight():
        x.grad += out.grad

    out._backward = straight
    (5 * out).backward()
    assert (out.data, x.grad) == (1.0, 5.0)
    out._backward = lambda: None
    (5 * out).backward()
    assert x.grad == 5.0


def test_steps_pass_what_the_function_passes():
    """A clipped gradient is not the gradient times a local derivative."""
    x, y = Value(3.0), Value(3.0)

    def clipped(x):
        out = Value(x.data, (x,), "clipped")

        def _backward():
            x.grad += min(out.grad, 1.0)

        out._backward = _backward
        return out

    (5 * clipped(x)).backward()
    backward_steps(5 * clipped(y)).finish()
    assert x.grad == y.grad == 1.0
    assert gradient(5 * clipped(x), x) == 1.0


def test_threads_take_turns():
    """The function is lent its node, and the gradients of its operands, for one call at a time."""
    x = Value(0.5)
    out = tan(tan(x))
    expected = gradient(out, x)

    def work():
        for _ in range(200):
            assert gradient(out, x) == expected
            other = Value(0.5)
            tan(tan(other)).backward()
            assert other.grad == expected

    assert run_at_once([work] * 4) == []


def test_watching_names_the_operand_that_got_a_nan():
    a, b, c = Value(1.0, label="a"), Value(2.0, label="b"), Value(3.0, label="c")
    with detect_anomaly():
        out = Value(6.0, (a, b, c), "f")

        def _backward():
            a.grad += out.grad
            c.grad += math.nan

        out._backward = _backward
        for pass_on in (out.backward, lambda: gradient(out, a)):
            with pytest.raises(FloatingPointError, match=r"c=3\.0 became nan .* of f: .* given by hand"):
                pass_on()
    assert a.grad == 0.0, "what a pass that is given up has added is taken back"


def test_a_step_by_hand_is_taken_by_calling_it():
    x = Value(0.5)
    out = tan(x)
    out.grad = 2.0
    out._backward()
    assert x.grad == 2 * (1 + out.data**2)


def test_a_hook_around_itself_is_told():
    """What was the node's `_backward` is the hook itself by the time that it is called."""
    y = Value(2.0) * 3
    old = y._backward
    y._backward = lambda: old()
    with pytest.raises(RuntimeError, match="called the _backward of its own node, which is now itself"):
        y.backward()


def test_a_choice_above_it_passes_nothing():
    x = Value(-1.0)
    out = autograd.relu(added(x))
    out.backward()
    assert x.grad == 0.0


def test_gradients_beside_the_graph_change_no_grad():
    x = Value(0.5)
    out = tan(tan(x))
    x.grad = 7.0
    expected = (1 + math.tan(0.5) ** 2) * (1 + out.data**2)
    assert gradient(out, x) == expected
    assert grad(lambda x: tan(tan(x)))(0.5) == expected
    assert x.grad == 7.0
    assert out.grad == 0.0


def test_explanations_and_drawings_say_so():
    x = Value(0.5, label="x")
    out = tan(x)
    text = str(explain(out))
    assert "my tan(x)" in text
    assert "given by hand" in text
    assert f"{1 + out.data**2:.6g}" in text
    out.backward()
    assert "given by hand" in draw_dot(out, local_derivatives=True).source
    assert "given by hand" in player(out).html


@pytest.mark.parametrize(
    "use",
    [
        lambda out, x: gradient(out, x, differentiable=True),
        lambda out, x: grad(grad(tan))(0.5),
        lambda out, x: autograd.jvp(tan)(0.5, 1.0),
        lambda out, x: flatten(out, x),
        lambda out, x: explain(out, check=True),
    ],
    ids=["graph", "second order", "forward mode", "program", "differences"],
)
def test_what_needs_a_formula_says_what_to_do(use):
    x = Value(0.5)
    with pytest.raises(TypeError, match=r"'my tan'.*by hand.*@autograd\.operation"):
        use(tan(x), x)


def test_what_does_not_depend_on_an_input_may_be_by_hand():
    x, y = Value(0.5), Value(2.0)
    assert flatten(y * tan(x), y).run([3.0]) == [3 * math.tan(0.5)]


def test_a_copy_has_the_derivative_of_its_own_node():
    x = Value(0.5)
    out = tan(x)
    other = copy.copy(out)
    other.data = 0.0
    other.backward()
    assert x.grad == 1.0, "read from the copy, whose number was changed"


@pytest.mark.parametrize("make", [copy.deepcopy, pickle.dumps])
def test_it_cannot_be_taken_along(make):
    """The function refers to operands that the copy would not have."""
    with pytest.raises(ValueError, match=r"given by hand \(my tan\).*define it with @autograd\.operation"):
        make(tan(Value(0.5)))


def test_without_operands_there_is_nothing_to_pass_to():
    with pytest.raises(ValueError, match=r"no operands to pass a gradient to: name them"):
        Value(1.0)._backward = lambda: None


def test_without_a_graph_it_is_forgotten():
    with no_grad():
        assert tan(Value(0.5))._prev == ()


@pytest.mark.parametrize("wrong", [None, 3, "f"])
def test_what_is_no_function_is_refused(wrong):
    out = Value(1.0, (Value(1.0),), "f")
    with pytest.raises(TypeError, match="_backward is a function without arguments"):
        out._backward = wrong


def test_a_function_that_would_keep_its_node_for_ever_is_refused():
    out = Value(1.0, (Value(1.0),), "f")
    for function in (functools.partial(print, out), functools.partial(print, end=out), out.backward):
        with pytest.raises(ValueError, match="which would never be freed"):
            out._backward = function


def test_an_error_in_it_leaves_the_engine_as_it_was():
    x = Value(1.0)
    out = Value(1.0, (x,), "f")

    def _backward():
        raise ZeroDivisionError

    out._backward = _backward
    with pytest.raises(ZeroDivisionError):
        out.backward()
    with pytest.raises(ZeroDivisionError):
        gradient(out, x)
    y = x * x
    y.backward()
    assert x.grad == 2.0


@alone
def test_it_is_freed_with_the_graph():
    """The function refers to its node: a cycle that the collector, compiled, would never see."""

    class Payload:
        alive = 0

        def __init__(self):
            Payload.alive += 1

        def __del__(self):
            Payload.alive -= 1

    def step(payload):
        x = Value(0.5)
        out = Value(1.0, (x,), "f")

        def _backward(out_again=out, *, once_more=out):
            assert payload
            x.grad += out.grad + out_again.grad + 0 * once_more.grad

        out._backward = _backward
        (out * 3).backward()
        assert x.grad == 6.0
        out.backward()
        gradient(out, x)

    gc.disable()
    for _ in range(50):
        step(Payload())
    assert Payload.alive == 0
