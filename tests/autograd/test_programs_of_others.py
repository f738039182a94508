"""Programs in the manner of people who use micrograd, with nothing of this library but `Value`.

They keep things on nodes, extend the engine by hand, and walk over `_prev`.
"""

import copy
import math
import pickle
import random

import pytest

import autograd
import nn
from autograd import Value, no_grad


def moons(count, seed):
    rng = random.Random(seed)
    points = [(rng.uniform(-1, 1), rng.uniform(-1, 1)) for _ in range(count)]
    return points, [1.0 if x * y > 0 else -1.0 for x, y in points]


def losses(update, steps=20):
    """The losses of a small network whose parameters are moved by `update(parameters, step)`."""
    random.seed(3)
    model = nn.MLP(2, [6, 1])
    points, targets = moons(12, 5)
    seen = []
    for step in range(steps):
        total = sum((model(list(point)) - target) ** 2 for point, target in zip(points, targets, strict=True))
        loss = total * (1.0 / len(points))
        for p in model.parameters():
            p.grad = 0.0
        loss.backward()
        update(model.parameters(), step)
        seen.append(loss.data)
    return seen


def by_momentum(parameters, step):
    for p in parameters:
        if not hasattr(p, "velocity"):
            p.velocity = 0.0
        p.velocity = 0.9 * p.velocity - 0.02 * p.grad
        p.data += p.velocity


def by_adam(parameters, step):
    for p in parameters:
        if step == 0:
            p.m, p.v = 0.0, 0.0
        p.m = 0.9 * p.m + 0.1 * p.grad
        p.v = 0.999 * p.v + 0.001 * p.grad**2
        p.data -= 0.05 * (p.m / (1 - 0.9 ** (step + 1))) / ((p.v / (1 - 0.999 ** (step + 1))) ** 0.5 + 1e-8)


def the_library(optimizer):
    made = []

    def update(parameters, step):
        if step == 0:
            made.append(optimizer(parameters))
        made[0].step()

    return update


def test_momentum_kept_on_the_parameters():
    expected = losses(the_library(lambda p: nn.SGD(p, lr=0.02, momentum=0.9)))
    assert losses(by_momentum) == pytest.approx(expected, rel=1e-12)


def test_adam_with_its_moments_on_the_parameters():
    expected = losses(the_library(lambda p: nn.Adam(p, lr=0.05)))
    assert losses(by_adam) == pytest.approx(expected, rel=1e-9)


def test_gradients_set_to_none():
    """torch's habit; they read as 0.0."""

    def update(parameters, step):
        for p in parameters:
            p.data -= 0.05 * p.grad
        for p in parameters:
            p.grad = None
        assert {p.grad for p in parameters} == {0.0}

    assert losses(update) == losses(the_library(lambda p: nn.SGD(p, lr=0.05)))


def test_softmax_by_hand():
    logits = [Value(x) for x in (1.0, -2.0, 0.5)]
    counts = [logit.exp() for logit in logits]
    denominator = sum(counts)
    loss = -(counts[2] / denominator).log()
    loss.backward()
    total = sum(math.exp(x.data) for x in logits)
    for i, logit in enumerate(logits):
        assert logit.grad == pytest.approx(math.exp(logit.data) / total - (i == 2), abs=1e-15)


def test_an_operation_by_hand_as_a_method_would_be():
    def swish(self):
        s = 1 / (1 + math.exp(-self.data))
        out = Value(self.data * s, (self,), "swish")

        def _backward():
            self.grad += (s + out.data * (1 - s)) * out.grad

        out._backward = _backward
        return out

    x, y = Value(0.7), Value(0.7)
    swish(swish(x) * 2).backward()
    autograd.silu(autograd.silu(y) * 2).backward()
    assert x.grad == pytest.approx(y.grad, rel=1e-14)


def test_a_reduction_of_many_operands_by_hand():
    def mean(values):
        out = Value(sum(v.data for v in values) / len(values), values, "mean")

        def _backward():
            for v in values:
                v.grad += out.grad / len(values)

        out._backward = _backward
        return out

    xs = [Value(float(i)) for i in range(40)]
    mean([x * x for x in xs]).backward()
    assert [x.grad for x in xs] == pytest.approx([2 * x.data / 40 for x in xs], rel=1e-15)


def test_labels_given_afterwards():
    a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    e = a * b
    e.label = "e"
    loss = e + 1
    loss.label = None
    loss.backward()
    assert [v.label for v in (a, b, e, loss)] == ["a", "b", "e", ""]
    assert "e|data -6" in autograd.draw_dot(loss).source


def test_a_walk_that_colours_the_nodes():
    """A visualizer that notes on every node what it has seen."""
    x = Value(2.0)
    out = (x * x + x) * (x - 1)
    order = []

    def visit(node):
        if not hasattr(node, "_vis_color"):
            node._vis_color = "red" if node._prev else "blue"
            for child in node._prev:
                visit(child)
            order.append(node)

    visit(out)
    assert [node._vis_color for node in order].count("blue") == 2
    assert order[-1] is out
    for node in order:
        del node._vis_color
    assert not hasattr(out, "_vis_color")
    out.backward()
    assert x.grad == 11.0  # d/dx (x**3 - x)


def test_backpropagation_written_again():
    """The topological sort of the lecture, with sets of nodes and calls of `_backward`."""
    x, y = Value(0.5), Value(-1.5)
    out = (x * y + y.tanh() * x**2).relu() + 2 * y
    topo, visited = [], set()

    def build(v):
        if v not in visited:
            visited.add(v)
            for child in v._prev:
                build(child)
            topo.append(v)

    build(out)
    out.grad = 1.0
    for v in reversed(topo):
        v._backward()
    by_hand = x.grad, y.grad
    x.grad = y.grad = 0.0
    out.backward()
    assert (x.grad, y.grad) == by_hand


def test_a_subclass_is_told_what_to_write_instead():
    with pytest.raises(TypeError, match=r"Weight cannot be a kind of Value.*p\.name = 'w'"):

        class Weight(Value):
            def __init__(self, data):
                super().__init__(data)
                self.momentum = 0.0

    weight = Value(1.0)
    weight.momentum = 0.0
    assert vars(weight) == {"momentum": 0.0}


def test_a_branch_at_zero():
    """A series that would divide by it."""

    def sinc(x):
        return 1 - x * x / 6 if x == 0 else x.sin() / x if hasattr(x, "sin") else math.sin(x) / x

    x = Value(0.0)
    sinc(x).backward()
    assert (sinc(x).data, x.grad) == (1.0, 0.0)
    assert sinc(Value(1.0)).data == math.sin(1.0)


def test_item_as_in_torch():
    assert [p.item() for p in (Value(1), Value(2.5))] == [1.0, 2.5]


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))])
def test_attributes_go_with_copies(again):
    x = Value(2.0)
    x.name, x.history = "x", [1.0]
    y = x * 3
    y.note = "twice"
    other = again(y)
    assert vars(other) == {"note": "twice"}
    assert vars(other._prev[0]) == {"name": "x", "history": [1.0]}
    assert vars(again(x)) == vars(x)
    assert vars(y._prev[1]) == {}


def test_attributes_of_a_result_without_a_graph_go_with_copies():
    with no_grad():
        result = Value(1.0) * 2
    result.m = 5
    assert copy.deepcopy(result).m == 5
    assert pickle.loads(pickle.dumps(result)).is_result


def test_results_do_not_inherit_attributes():
    x = Value(2.0)
    x.name = "x"
    assert not hasattr(x * 1, "name")
    with pytest.raises(AttributeError, match="name"):
        _ = Value(1.0).name
    with pytest.raises(AttributeError):
        del x.other


def test_a_million_nodes_with_attributes_are_freed():
    out = Value(1.0)
    for _ in range(200_000):
        out = out * 1.0
        out.seen = True
    out.backward()
    del out
