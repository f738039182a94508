"""`backward_steps`: the backward pass, one application of the chain rule at a time."""

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd
from autograd import Value, backward_steps, detect_anomaly
from autograd.graph import nodes_of
from tests.autograd.test_random_graphs import SPECIAL, points, programs, run


def bits(nodes):
    """The gradients as bytes: -0.0 is not 0.0, and nan is itself."""
    return [b"nan" if node.grad != node.grad else struct.pack("d", node.grad) for node in nodes]


def lecture():
    x = Value(1.0, label="x")
    return x, (3 * x + 2) ** 2


def test_the_steps_of_the_lecture():
    # Broken if a step is missing, in another order, or says other numbers.
    _, y = lecture()
    assert [repr(step) for step in backward_steps(y)] == [
        "v2 receives 1 * 10 = 10 from out = v2**2; its gradient was 0 and is 10",
        "v1 receives 10 * 1 = 10 from v2 = v1 + 2; its gradient was 0 and is 10",
        "2 receives 10 * 1 = 10 from v2 = v1 + 2; its gradient was 0 and is 10",
        "3 receives 10 * 1 = 10 from v1 = 3*x; its gradient was 0 and is 10",
        "x receives 10 * 3 = 30 from v1 = 3*x; its gradient was 0 and is 30",
    ]


def test_a_step_is_data():
    # Broken if a program has to read the sentence.
    x, y = lecture()
    x.grad = 5.0
    *_, step = backward_steps(y)
    assert step.node._prev[step.index] is step.operand is x
    assert (step.upstream, step.local, step.contribution) == (10.0, 3.0, 30.0)
    assert (step.before, step.after, x.grad) == (5.0, 35.0, 35.0)


def test_gradients_fill_in_as_steps_are_taken():
    # Broken if a drawing made half-way shows the end, or the gradients of an earlier pass.
    x, y = lecture()
    y.backward()
    steps = backward_steps(y)
    v2, v1 = y._left, y._left._left
    assert (y.grad, v2.grad, v1.grad, x.grad) == (1.0, 0.0, 0.0, 30.0)
    next(steps)
    assert (y.grad, v2.grad, v1.grad, x.grad) == (1.0, 10.0, 0.0, 30.0)
    assert steps.remaining == 4
    steps.finish()
    assert (steps.remaining, x.grad) == (0, 60.0)
    with pytest.raises(StopIteration):
        next(steps)
    assert x.grad == 60.0


@settings(deadline=None, derandomize=True, max_examples=300)
@given(programs, points | st.lists(SPECIAL, min_size=1, max_size=3), st.integers(1, 2))
def test_all_steps_are_backward_bit_for_bit(program, point, times):
    # Broken if a sum is formed in another order, or an interior node keeps what it had.
    leaves, twins = [Value(x) for x in point], [Value(x) for x in point]
    root, twin = run(program, autograd, leaves)[-1], run(program, autograd, twins)[-1]
    for _ in range(times):
        twin.backward()
        steps = backward_steps(root)
        taken = steps.remaining
        assert len(list(steps)) == taken
    assert bits(nodes_of(root)) == bits(nodes_of(twin))


@settings(deadline=None, derandomize=True, max_examples=200)
@given(programs, points, st.integers(0, 20))
def test_a_pass_given_up_does_not_spoil_a_later_one(program, point, taken):
    # Broken if nodes between keep the half-done sums of a pass that was given up.
    leaves, twins = [Value(x) for x in point], [Value(x) for x in point]
    root, twin = run(program, autograd, leaves)[-1], run(program, autograd, twins)[-1]
    steps = backward_steps(root)
    for _ in range(min(taken, steps.remaining)):
        next(steps)
    for leaf in (node for node in nodes_of(root) if not node._prev):
        leaf.grad = 0.0
    root.backward()
    twin.backward()
    assert bits(nodes_of(root)) == bits(nodes_of(twin))


def test_another_backward_between_two_steps():
    # Broken if the passes mix: the leaves must receive the sum of both.
    for interruption in range(6):
        x = Value(3.0)
        shared = x * x
        first, second = shared * shared, shared * 5
        steps = backward_steps(first)
        for _ in range(min(interruption, steps.remaining)):
            next(steps)
        second.backward()
        steps.finish()
        assert x.grad == 4 * 27.0 + 5 * 6.0


def test_two_passes_step_by_step_in_turns():
    # Broken if two iterators over one graph disturb each other.
    x = Value(3.0)
    y = x * x * x
    for _ in zip(one := backward_steps(y), two := backward_steps(y), strict=False):
        pass
    one.finish()
    two.finish()
    assert x.grad == 54.0


def test_a_leaf_and_a_stopped_node():
    # Broken if a graph without steps has no gradient, or a node that no gradient passes is set to zero.
    x = Value(3.0)
    assert list(backward_steps(x)) == [] and x.grad == 1.0
    stopped = (x * 2).detach()
    for _ in range(2):
        backward_steps(stopped * 5).finish()
    twin = (Value(3.0) * 2).detach()
    for _ in range(2):
        (twin * 5).backward()
    assert stopped.grad == twin.grad == 10.0


def test_an_anomaly_stops_before_the_step():
    # Broken if detect_anomaly() lets nan into a leaf that is looked at step by step.
    x = Value(0.0, label="x")
    y = x.sqrt()
    steps = backward_steps(y)
    with detect_anomaly(), pytest.raises(FloatingPointError, match=r"gradient of x=0\.0 became inf"):
        next(steps)
    assert (x.grad, steps.remaining) == (0.0, 1)


def test_a_long_chain():
    # Broken if anything is recursive, or a step costs as much as the graph.
    x = y = Value(1.0, label="x")
    for _ in range(100_000):
        y = -y
    steps = backward_steps(y)
    first = next(steps)
    assert repr(first) == "v99999 receives 1 * (-1) = -1 from out = -v99999; its gradient was 0 and is -1"
    assert repr(steps).endswith("99,999 steps remain>")
    steps.finish()
    assert x.grad == 1.0


@pytest.mark.parametrize("wrong", [3.0, None, [Value(1.0)]])
def test_only_a_value_can_be_stepped_through(wrong):
    # Broken if the mistake surfaces only at the first step.
    with pytest.raises(TypeError, match="backward_steps takes the Value to differentiate"):
        backward_steps(wrong)
