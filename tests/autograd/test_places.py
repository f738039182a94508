"""Tables beside a graph: what could go wrong where a place stands on its node as a mark."""

import linecache
import math
import random
import sys
from functools import partial

import pytest

import autograd
from autograd import Value, grad, gradient, hvp, jvp, ops, value_and_grad
from autograd.graph import nodes_of
from autograd.places import Places, Ways
from autograd.sweeps import adjoints, tangent_numbers, tangents
from autograd.walk import LOCK, NEVER, order_aside, topological_order
from tests.autograd.threads import run_at_once


@pytest.fixture(autouse=True)
def the_lock_is_free_afterwards():
    yield
    assert not LOCK._is_owned()


def random_nodes(seed, size=60):
    """Three leaves and what was computed from them, with every kind of node that passes no gradient."""
    draw = random.Random(seed)
    nodes = [Value(draw.uniform(0.5, 2.0)) for _ in range(3)]
    kinds = [
        lambda x, y: x * y,
        lambda x, y: x + y,
        lambda x, y: x / (1 + y * y),
        lambda x, y: x.tanh() - y,
        lambda x, y: autograd.maximum(x, y),
        lambda x, y: (x - 1).relu() * y,
        lambda x, y: x.detach() * y,
        lambda x, y: x.floor() + y,
        lambda x, y: autograd.where(autograd.greater(x, y), x, y * 0.5),
    ]
    for _ in range(size):
        nodes.append(draw.choice(kinds)(draw.choice(nodes), draw.choice(nodes[-10:])))
    return nodes


def numbers(found):
    return [getattr(number, "data", number) for number in found]


class TestPlaces:
    @pytest.mark.parametrize("aside", [False, True])
    def test_count_back_from_the_root_and_go_on_with_the_others(self, aside):
        x, y, other = Value(2.0), Value(3.0), Value(4.0)
        product = x * y
        root = product + x
        with LOCK:
            places = Places([root], [x, other, x], aside)
            assert list(map(id, places.order)) == [id(product), id(root)]
            assert [places.of(node) for node in (root, product)] == [0, 1]
            assert places.of(x) >= 2 and places.of(other) >= 2
            assert places.of(x) != places.of(other)
            assert max(map(places.of, (x, other))) < places.count
            assert places.of(y) < 0

    def test_those_of_an_earlier_table_count_no_more(self):
        x, y = Value(2.0), Value(3.0)
        earlier, later = x * y, Value(1.0) * y
        with LOCK:
            Places([earlier], [x], False)
            places = Places([later], [y], False)
            assert places.of(earlier) < 0
            assert places.of(x) < 0

    @pytest.mark.parametrize("seed", range(5))
    def test_no_node_has_a_lower_mark_than_its_results(self, seed):
        """Broken if `_pass_on`, called by hand in the middle, can take the place of an operand."""
        nodes = random_nodes(seed)
        with LOCK:
            Places([nodes[-1]], nodes[:3], False)
            for node in topological_order(nodes[-1]):
                assert all(operand._mark > node._mark for operand in node._prev)

    def test_leaves_are_no_nodes_to_pass_afterwards(self):
        """Broken if a leaf with a place is taken for an interior node, whose gradient starts from zero."""
        x, y = Value(2.0), Value(3.0)
        root = x * y + y.floor() * x
        root.backward()
        gradient(root, [x, y, y.floor()])
        assert x._mark >= NEVER
        root.backward()
        assert (x.grad, y.grad) == (12.0, 4.0)
        assert list(map(id, order_aside(root))) == list(map(id, topological_order(root)))
        assert order_aside(x) == topological_order(x) == []

    def test_ways_say_whether_there_is_any(self):
        x, y = Value(2.0), Value(3.0)
        assert Ways([x * y, y], [x]).open
        assert Ways([x], [x]).open
        assert Ways([Value(1.0, (x, y, x), "by hand")], [x]).open
        assert not Ways([y * y, x.floor() * y, Value(1.0)], [x]).open


class TestWhatIsAskedFor:
    """Leaves, interior nodes, the root, one node twice, nodes that are not reached, nodes nothing passes."""

    @pytest.mark.parametrize("seed", range(30))
    def test_any_nodes_of_random_graphs(self, seed):
        nodes = random_nodes(seed)
        root = nodes[-1]
        expected = adjoints(root)
        draw = random.Random(seed)
        for wrt in (
            nodes[:3],
            nodes,
            [root, nodes[0], root, nodes[0], Value(7.0)],
            [draw.choice(nodes_of(root)) for _ in range(20)],
            [nodes[0] * 2, nodes[0].detach(), nodes[1]],
        ):
            numbers_expected = [expected.get(node, 0.0) for node in wrt]
            assert gradient(root, wrt) == numbers_expected
            assert numbers(gradient(root, wrt, differentiable=True)) == numbers_expected

    @pytest.mark.parametrize("differentiable", [False, True])
    def test_a_root_that_no_gradient_passes(self, differentiable):
        x = Value(2.0)
        for root in (x, x.detach(), x.floor()):
            found = gradient(root, [root, Value(1.0), root], differentiable)
            assert numbers(found) == [1.0, 0.0, 1.0]
            assert numbers(gradient(root, [x], differentiable)) == [1.0 if root is x else 0.0]

    @pytest.mark.parametrize("seed", range(30))
    def test_tangents_as_numbers_are_those_of_the_graphs(self, seed):
        nodes = random_nodes(seed)
        seeds = {nodes[0]: Value(0.5), nodes[2]: Value(-1.5), nodes[5]: Value(2.0), Value(1.0): Value(1.0)}
        roots = [*nodes, nodes[0], Value(3.0)]
        assert tangent_numbers(roots, seeds) == numbers(tangents(roots, seeds))

    def test_a_derivative_of_zero_has_the_sign_of_its_graph(self):
        """x**0 is stored with -0.0 at a negative x; what a direction gives is 0.0, as the graph says."""
        for x, direction, expected in [(-2.0, 1.0, 0.0), (-2.0, -1.0, -0.0), (2.0, 1.0, 0.0)]:
            _, slope = jvp(lambda x: x**0.0)(x, direction)
            assert (slope, math.copysign(1.0, slope)) == (0.0, math.copysign(1.0, expected))


def by_hand(x, f, slope, also=lambda: None):
    out = Value(f(x.data), (x,), "by hand")

    def _backward():
        also()
        x.grad += slope(x.data) * out.grad

    out._backward = _backward
    return out


class TestAWalkInAWalk:
    def test_everything_inside_a_gradient(self):
        """What marks no node must not count on marks, and must leave those of the gradient around it."""
        x = Value(0.5)
        inner = x * x
        met = []

        def also():
            met.append(gradient(inner * x + inner, [x, inner]))
            met.append(numbers(gradient(inner * x + inner, [x, inner], differentiable=True)))
            met.append(grad(ops.sin)(0.0))
            met.append(value_and_grad(lambda p: p[0] * inner * p[1])([2.0, 3.0]))
            met.append(jvp(lambda p: [p[0] * p[1], p[0] * 2, p[1]])([2.0, 3.0], [1.0, 10.0]))
            met.append(hvp(lambda p: p[0] ** 2 * p[1])([3.0, 4.0], [1.0, 0.0]))

        out = by_hand(inner, math.sin, math.cos, also) * inner + inner
        expected = (math.cos(0.25) * 0.25 + math.sin(0.25) + 1.0) * 2 * 0.5
        for around in (
            lambda: gradient(out, x),
            lambda: gradient(out, [inner, x])[1],
            lambda: adjoints(out)[x],
        ):
            met.clear()
            assert around() == pytest.approx(expected, rel=1e-15)
            assert met == [
                [3 * 0.25 + 1.0, 1.5],
                [3 * 0.25 + 1.0, 1.5],
                1.0,
                (1.5, [0.75, 0.5]),
                ([6.0, 2.0 * 2, 3.0], [23.0, 2.0, 10.0]),
                [8.0, 6.0],
            ]

    def test_one_step_by_hand_inside_a_gradient(self):
        """Broken if it writes marks where the places stand."""
        x = Value(0.5)
        a = x * 3.0
        b = a * 2.0
        c = b * a
        out = by_hand(c, math.sin, math.cos, also=lambda: (c._backward(), b._backward(), a._backward())) + a
        assert gradient(out, x) == math.cos(c.data) * 4 * a.data * 3.0 + 3.0

    def test_of_any_number_of_operands(self):
        x, y, z = Value(2.0), Value(3.0), Value(5.0)
        inner = x * y
        out = Value(inner.data * y.data * z.data, (inner, y, z, y), "product")

        def _backward():
            inner.grad += y.data * z.data * out.grad
            y.grad += inner.data * z.data * out.grad
            z.grad += inner.data * y.data * out.grad

        out._backward = _backward
        assert gradient(out * x, [x, y, z, inner]) == [2 * 45.0 + 90.0, 2 * (30.0 + 30.0), 36.0, 30.0]
        with pytest.raises(TypeError, match="'product' was given by hand"):
            gradient(out * x, [z], differentiable=True)
        with pytest.raises(TypeError, match="'product' was given by hand"):
            jvp(lambda z: Value(1.0, (x, y, z), "product"))(5.0, 1.0)
        assert jvp(lambda z: out * z)(5.0, 1.0) == (out.data * 5.0, out.data)


def test_threads_that_differentiate_shared_nodes():
    """Without the lock one numbers the nodes while another reads its places."""
    leaves = [Value(1.0 + i / 8) for i in range(8)]
    trunk = autograd.sum(w * w for _ in range(30) for w in leaves)
    expected = [2 * 30 * w.data for w in leaves]

    def reverse(scale):
        for _ in range(20):
            assert gradient(trunk * scale, leaves) == [scale * slope for slope in expected]
            assert gradient(trunk * scale, [trunk, *leaves])[0] == scale

    def graphs(scale):
        for _ in range(8):
            slopes = gradient(trunk * scale, leaves, differentiable=True)
            assert numbers(slopes) == [scale * slope for slope in expected]

    def forward(scale):
        for _ in range(8):
            _, slope = jvp(lambda x: trunk * x + leaves[0] * x)(scale, 2.0)
            assert slope == 2.0 * (trunk.data + leaves[0].data)
            assert hvp(lambda x: x * x * x * leaves[1])(scale, 1.0) == 6.0 * scale * leaves[1].data

    works = [partial(work, scale) for work in (reverse, graphs, forward) for scale in (1.0, 2.0)]
    assert not run_at_once(works)


class Interruption(Exception):
    pass


@pytest.mark.skipif(autograd.native, reason="native code cannot be traced line by line")
@pytest.mark.parametrize(
    "sweep",
    [
        lambda root, leaves: gradient(root, [*leaves, root]),
        lambda root, leaves: gradient(root, leaves, differentiable=True),
        lambda root, leaves: tangent_numbers([root], dict.fromkeys(leaves, Value(1.0))),
    ],
)
def test_an_interrupted_sweep_does_not_disturb_the_next(sweep):
    """Ctrl-C at any moment, in a notebook: marks left behind must not hide nodes, nor the lock stay taken."""
    nodes = random_nodes(3, size=12)
    leaves, root = nodes[:3], nodes[-1]
    expected = adjoints(root)
    slopes = [expected.get(leaf, 0.0) for leaf in leaves]
    after = 0
    while interrupted(lambda: sweep(root, leaves), after):
        assert not LOCK._is_owned()
        assert gradient(root, leaves) == slopes
        for leaf in leaves:
            leaf.grad = 0.0
        root.backward()
        assert [leaf.grad for leaf in leaves] == slopes
        after += 1
    assert after > 100


def leaving_the_lock(frame):
    """Between a `with` block and its `__exit__`: Python handles no signal there, but a tracer could raise."""
    line = linecache.getline(frame.f_code.co_filename, frame.f_lineno)
    return LOCK._is_owned() and line.strip() == "with LOCK:"


def interrupted(work, after):
    """Whether something was interrupted, as it is after so many lines of the package."""
    lines = 0

    def interrupt(frame, event, argument):
        nonlocal lines
        if "autograd" in frame.f_code.co_filename and "tests" not in frame.f_code.co_filename:
            lines += 1
            if lines > after and not leaving_the_lock(frame):
                raise Interruption
        return interrupt

    before = sys.gettrace()
    sys.settrace(interrupt)
    try:
        work()
    except Interruption:
        return True
    finally:
        sys.settrace(before)
    return False
