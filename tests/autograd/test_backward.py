"""Backpropagation: what accumulates, what starts from zero, order, depth, memory, threads."""

import gc
import random
import sys
import tracemalloc
from functools import partial
from math import inf

import pytest

import autograd
from autograd import Value, gradient, ops
from autograd.graph import nodes_of, trace
from autograd.sweeps import adjoints
from autograd.walk import topological_order
from tests.autograd.threads import run_at_once


class TestAccumulation:
    def test_a_second_pass_adds_the_same_again(self):
        """Interior gradients that are not reset give 45 here: 27 + 18."""
        x = Value(3.0)
        y = x * x * x
        y.backward()
        assert x.grad == 27.0
        y.backward()
        assert x.grad == 54.0

    def test_two_roots_add_in_the_leaves(self):
        """Gradient accumulation over samples: the gradient of a sum is the sum of gradients."""
        x = Value(3.0)
        (x * x).backward()
        (x * 5).backward()
        assert x.grad == 11.0

    def test_interior_nodes_of_a_shared_graph_start_from_zero(self):
        x = Value(3.0)
        shared = x * x
        (shared * 2).backward()
        (shared * 5).backward()
        assert shared.grad == 5.0
        assert x.grad == 2 * 6.0 + 5 * 6.0

    def test_interior_gradients_are_kept(self):
        x, y = Value(2.0), Value(3.0)
        product = x * y
        root = product**2
        root.backward()
        assert (root.grad, product.grad, x.grad, y.grad) == (1.0, 12.0, 36.0, 24.0)

    def test_an_interior_node_as_root_starts_from_one_every_time(self):
        x = Value(3.0)
        y = x * x
        for _ in range(3):
            y.backward()
        assert (y.grad, x.grad) == (1.0, 18.0)

    def test_a_leaf_as_root(self):
        x = Value(3.0)
        x.backward()
        assert x.grad == 1.0
        x.backward()
        assert x.grad == 2.0

    def test_both_operands_may_be_one_node(self):
        """A set of operands would see x * x as x."""
        x = Value(3.0)
        (x * x + x + x - x / x).backward()
        assert x.grad == 8.0

    @pytest.mark.parametrize("times", [1, 2, 1000])
    def test_a_leaf_used_many_times(self, times):
        x = Value(0.5)
        autograd.sum(x * i for i in range(times)).backward()
        assert x.grad == times * (times - 1) / 2

    def test_doubling(self):
        """2**60 paths through 60 nodes: a walk that visits paths in place of nodes never ends."""
        x = Value(1.0)
        y = x
        for _ in range(60):
            y = y + y
        y.backward()
        assert x.grad == 2.0**60

    def test_constants_and_unrelated_nodes_are_left_alone(self):
        x, unrelated = Value(3.0), Value(4.0)
        unused = unrelated * x
        unused.grad = 7.0
        (x * 2).backward()
        assert (unrelated.grad, unused.grad) == (0.0, 7.0)

    def test_a_stopped_root_has_nothing_below(self):
        x = Value(3.0)
        (x * x).detach().backward()
        assert x.grad == 0.0

    def test_gradients_flow_beside_a_stop(self):
        x = Value(3.0)
        square = x * x
        (square.detach() * square + square.detach()).backward()
        assert x.grad == 9.0 * 6.0

    def test_data_changed_after_the_forward_pass_does_not_change_the_gradient(self):
        """Local derivatives belong to the forward pass: an update between the passes must not mix the two."""
        w, x = Value(2.0), Value(3.0)
        loss = w * x
        x.data = 100.0
        loss.backward()
        assert w.grad == 3.0

    def test_infinite_gradients_do_not_leak_into_stopped_operands(self):
        x, y = Value(0.0), Value(2.0)
        (ops.when(y, x) ** 0.5).backward()
        assert (x.grad, y.grad) == (inf, 0.0)


class TestByHand:
    """Walkthroughs call `_backward()` themselves, from the root down."""

    def test_node_by_node(self):
        a, b, c = Value(2.0), Value(-3.0), Value(10.0)
        e = a * b
        d = e + c
        out = d.tanh()
        out.grad = 1.0
        for node in (out, d, e):
            node._backward()
        assert e.grad == c.grad == d.grad == 1 - out.data**2
        assert (a.grad, b.grad) == (-3.0 * e.grad, 2.0 * e.grad)

    def test_backward_of_a_leaf_does_nothing(self):
        x = Value(3.0)
        x.grad = 1.0
        x._backward()
        assert x.grad == 1.0

    def test_a_topological_sort_written_by_hand_agrees(self):
        """The recursive sort over `_prev` that every tutorial writes."""

        def sort(root):
            order, visited = [], set()

            def visit(node):
                if node not in visited:
                    visited.add(node)
                    for operand in node._prev:
                        visit(operand)
                    order.append(node)

            visit(root)
            return order

        x, y = Value(1.5), Value(-0.5)
        root = ((x * y).sin() + x / y) * (x * y).exp()
        root.grad = 1.0
        for node in reversed(sort(root)):
            node._backward()
        by_hand = (x.grad, y.grad)
        x.grad = y.grad = 0.0
        root.backward()
        assert by_hand == pytest.approx((x.grad, y.grad), rel=4 * 2.0**-52)

    def test_trace_lists_nodes_and_edges(self):
        x, y = Value(2.0), Value(3.0)
        product = x * y
        root = product + x
        nodes, edges = trace(root)
        assert nodes == [x, y, product, root]
        assert edges == [(x, product), (y, product), (product, root), (x, root)]

    def test_topological_order_has_operands_first_and_no_leaf(self):
        draw = random.Random(7)
        nodes = [Value(draw.random()) for _ in range(3)]
        for _ in range(300):
            nodes.append(draw.choice(nodes) * draw.choice(nodes))
        order = topological_order(nodes[-1])
        place = {node: i for i, node in enumerate(order)}
        assert len(place) == len(order), "a node stands there twice"
        assert set(order) == {node for node in nodes_of(nodes[-1]) if node._prev}
        for node in order:
            assert all(place[operand] < place[node] for operand in node._prev if operand._prev)


CHOICES = [
    lambda a, b: a + b,
    lambda a, b: a - b,
    lambda a, b: (a * b).tanh(),
    lambda a, b: a / (b * b + 1),
]


def random_graph(seed, size=200):
    """Leaves and a root, with shared nodes and every unrolled operator."""
    draw = random.Random(seed)
    leaves = [Value(draw.uniform(0.5, 2.0)) for _ in range(5)]
    nodes = list(leaves)
    for _ in range(size):
        nodes.append(draw.choice(CHOICES)(draw.choice(nodes), draw.choice(nodes[-20:])))
    return leaves, autograd.sum(nodes[-5:])


@pytest.mark.parametrize("seed", range(10))
def test_three_readings_of_the_gradient_agree_bit_for_bit(seed):
    """`backward()`, `gradient` as numbers and `gradient` as graphs read one table in one order."""
    leaves, root = random_graph(seed)
    root.backward()
    grads = [leaf.grad for leaf in leaves]
    assert gradient(root, leaves) == grads
    assert [node.data for node in gradient(root, leaves, differentiable=True)] == grads
    table = adjoints(root)
    assert all(table[node] == node.grad for node in nodes_of(root))


CHAIN = 1_000_000


def test_a_million_nodes_in_a_chain():
    """Recursion would end at a thousand; reference cycles would leave the memory to the collector."""
    gc.collect()
    gc.disable()
    try:
        x = Value(0.5)
        node = x
        for _ in range(CHAIN // 2):
            node = (node + 1.0) * 0.5
        assert len(topological_order(node)) == CHAIN
        node.backward()
        assert x.grad == 0.0  # 0.5**500000
        assert node._prev[0].grad == 0.5
        del node
        assert gc.collect() == 0, "reference cycles"
    finally:
        gc.enable()


def test_memory_is_freed_by_reference_count():
    """A training loop must not grow, with the collector off."""
    weights = [Value(0.1 * i) for i in range(10)]

    def step():
        loss = autograd.sum((w * w).tanh() for w in weights for _ in range(100))
        loss.backward()
        gradient(loss, weights, differentiable=True)
        autograd.hessian(lambda v: v[0] * v[1] * v[2])([1.0, 2.0, 3.0])
        with autograd.no_grad():
            loss * 2

    step()
    gc.collect()
    gc.disable()
    tracemalloc.start()
    try:
        step()
        before = tracemalloc.get_traced_memory()[0]
        for _ in range(5):
            step()
        grown = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
        gc.enable()
    assert grown < 20_000, "bytes; one step builds 4000 nodes of more than 100 bytes"
    assert gc.collect() == 0


def test_nothing_is_recursive():
    """Every walk over a deep graph, under a stack too small for recursion over it."""
    x = Value(1.0)
    node = x
    for _ in range(5000):
        node = node * 1.0 + 0.0
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(len_of_the_stack() + 200)
    try:
        node.backward()
        assert gradient(gradient(node, x, differentiable=True), x) == 0.0
        assert autograd.jvp(lambda v: v)(node, 1.0)[0].data == 1.0
        assert len(trace(node)[0]) == 5000 * 2 + 5000 * 2 + 1
    finally:
        sys.setrecursionlimit(limit)
    assert x.grad == 1.0


def len_of_the_stack():
    frame, depth = sys._getframe(), 0
    while frame is not None:
        frame, depth = frame.f_back, depth + 1
    return depth


def test_a_wide_sum():
    """100000 operands of one sum, each used once."""
    leaves = [Value(float(i)) for i in range(100_000)]
    autograd.sum(leaves).backward()
    assert {leaf.grad for leaf in leaves} == {1.0}


def test_threads_that_share_parameters():
    """Without a lock two walks overwrite each other's marks, and `grad += ...` loses additions."""
    shared = [Value(1.0 + i / 8) for i in range(8)]
    trunk = autograd.sum(w * w for _ in range(100) for w in shared)
    passes = 30

    def work(scale):
        for _ in range(passes):
            autograd.sum(w * scale for w in shared).backward()
            (trunk * scale).backward()
            assert gradient(trunk * scale, shared) == [scale * 200 * w.data for w in shared]

    assert not run_at_once(partial(work, scale) for scale in (1.0, 2.0, 4.0, 8.0))
    # Every addend is a multiple of 1/4, so sums of them are exact in any order.
    assert [w.grad for w in shared] == [passes * 15.0 * (1 + 200 * w.data) for w in shared]


class Interruption(Exception):
    pass


@pytest.mark.skipif(
    not hasattr(Value.backward, "__code__"), reason="native code cannot be traced line by line"
)
@pytest.mark.parametrize("after", [1, 5, 40, 150, 300, 600])
def test_an_interrupted_pass_does_not_disturb_the_next(after):
    """Ctrl-C at any moment of a backward pass, in a notebook: marks left behind must not hide nodes."""
    leaves, root = random_graph(3)
    root.backward()
    expected = [leaf.grad for leaf in leaves]

    lines = 0

    def interrupt(frame, event, argument):
        nonlocal lines
        lines += 1
        if lines > after:
            raise Interruption
        return interrupt

    sys.settrace(interrupt)
    try:
        root.backward()
    except Interruption:
        pass
    finally:
        sys.settrace(None)
    assert lines > after, "the pass ended before it was interrupted"
    for leaf in leaves:
        leaf.grad = 0.0
    root.backward()
    assert [leaf.grad for leaf in leaves] == expected
