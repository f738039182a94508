"""A drop-in for micrograd: its own programs, run by both engines, give the same bits."""

import itertools
import math
import random

import pytest
from micrograd.engine import Value as Original

import autograd
from autograd import Value, trace
from autograd.graph import nodes_of


def readme(Value):
    a = Value(-4.0)
    b = Value(2.0)
    c = a + b
    d = a * b + b**3
    c += c + 1
    c += 1 + c + (-a)
    d += d * 2 + (b + a).relu()
    d += 3 * d + (b - a).relu()
    e = c - d
    f = e**2
    g = f / 2.0
    g += 10.0 / f
    return [a, b], g


def test_the_numbers_that_its_readme_prints():
    (a, b), g = readme(Value)
    g.backward()
    assert f"{g.data:.4f} {a.grad:.4f} {b.grad:.4f}" == "24.7041 138.8338 645.5773"


def sanity_check(Value):
    x = Value(-4.0)
    z = 2 * x + 2 + x
    q = z.relu() + z * x
    h = (z * z).relu()
    return [x], h + q + q * x


def sums(Value):
    x = [Value(i / 4) for i in range(5)]
    return x, sum(x) + sum((a * b for a, b in itertools.pairwise(x)), Value(1.5))


def reversed_operators(Value):
    a = Value(0.5)
    return [a], 2 - a + 3 * a + 4 / a + (1 + a) - 5


def svm_loss(Value):
    """The loss of micrograd's demo: hinge, accuracy aside, and weight decay."""
    draw = random.Random(1337)
    w = [Value(draw.uniform(-1, 1)) for _ in range(4)]
    b = Value(0)
    losses = []
    for _ in range(10):
        x = [draw.uniform(-1, 1) for _ in w]
        y = draw.choice([-1, 1])
        score = sum((wi * xi for wi, xi in zip(w, x, strict=True)), b)
        losses.append((1 + -y * score).relu())
    data_loss = sum(losses) * (1.0 / len(losses))
    return [*w, b], data_loss + 1e-4 * sum(p * p for p in [*w, b])


# micrograd writes a quotient as a product with a power, which rounds twice where a division rounds once; it
# keeps operands in a set, so the order of its sums of gradients depends on addresses. Where neither shows,
# the bits are the same; elsewhere the last ones may differ.
@pytest.mark.parametrize("program", [sanity_check, sums])
def test_its_programs_give_the_same_bits(program):
    ours, root = program(Value)
    theirs, other = program(Original)
    root.backward()
    other.backward()
    assert root.data == other.data
    assert [leaf.grad for leaf in ours] == [leaf.grad for leaf in theirs]


@pytest.mark.parametrize("program", [readme, reversed_operators, svm_loss])
def test_its_programs_that_divide_or_reorder_agree_to_a_rounding(program):
    ours, root = program(Value)
    theirs, other = program(Original)
    root.backward()
    other.backward()
    assert root.data == pytest.approx(other.data, rel=4 * 2.0**-52)
    expected = [leaf.grad for leaf in theirs]
    assert [leaf.grad for leaf in ours] == pytest.approx(expected, rel=8 * 2.0**-52, abs=2.0**-52)


STEPS = [
    lambda a, b: a + b,
    lambda a, b: a - b,
    lambda a, b: a * b,
    lambda a, b: 2 - a,
    lambda a, b: 2 * b,
    lambda a, b: a * 0.5 + 1,
    lambda a, b: -a,
    lambda a, b: a.relu(),
    lambda a, b: (a - b).relu(),
    lambda a, b: a**2,
    lambda a, b: b**3,
    lambda a, b: a / 4,
    lambda a, b: sum([a, b, a]),
]


@pytest.mark.parametrize("seed", range(60))
def test_random_programs_give_the_same_bits(seed):
    """Data of every node; gradients where sums have two addends, which no order changes."""

    def run(Value):
        draw = random.Random(seed)
        nodes = [Value(draw.uniform(-2, 2)) for _ in range(3)]
        for _ in range(draw.randint(1, 12)):
            nodes.append(draw.choice(STEPS)(draw.choice(nodes[-4:]), draw.choice(nodes)))
        nodes[-1].backward()
        return nodes

    ours, theirs = run(Value), run(Original)
    assert [node.data for node in ours] == [node.data for node in theirs]
    # micrograd's operands are a set: its order of additions depends on addresses, ours does not.
    for mine, other in zip(ours, theirs, strict=True):
        assert mine.grad == pytest.approx(other.grad, rel=1e-13, abs=1e-13)


@pytest.mark.parametrize("seed", range(60))
def test_random_trees_give_the_same_gradients_bit_for_bit(seed):
    """Where every node is used once there is nothing to reorder: gradients must be the same bits."""

    def run(Value):
        draw = random.Random(seed)
        leaves = [Value(draw.uniform(-2, 2)) for _ in range(16)]
        level = leaves
        while len(level) > 1:
            pairs = zip(level[::2], level[1::2], strict=True)
            level = [draw.choice(CHOICES)(a, b) for a, b in pairs]
        level[0].backward()
        return leaves, level[0]

    ours, root = run(Value)
    theirs, other = run(Original)
    assert root.data == other.data
    assert [leaf.grad for leaf in ours] == [leaf.grad for leaf in theirs]


CHOICES = [
    lambda a, b: a + b,
    lambda a, b: a - b,
    lambda a, b: a * b,
    lambda a, b: (a * 2 + b).relu(),
    lambda a, b: a**2 * b**3,
    lambda a, b: (1 - a) * (b - 1) / 8,
]


def test_what_walkthroughs_read():
    """The constructor's arguments, the attributes and the text."""
    a = Value(2.0, label="a")
    b = Value(-3.0, label="b")
    e = a * b
    e.label = "e"
    assert repr(e) == "Value(data=-6.0, grad=0.0)"
    assert set(e._prev) == {a, b}
    assert (e._op, e.label, e.grad) == ("*", "e", 0.0)
    assert callable(e._backward)


def test_trace_written_by_hand():
    """The function in every notebook that draws a graph."""

    def trace_by_hand(root):
        nodes, edges = set(), set()

        def build(v):
            if v not in nodes:
                nodes.add(v)
                for child in v._prev:
                    edges.add((child, v))
                    build(child)

        build(root)
        return nodes, edges

    x1, x2, w1, w2, b = (Value(v) for v in (2.0, 0.0, -3.0, 1.0, 6.8813735870195432))
    o = (x1 * w1 + x2 * w2 + b).tanh()
    nodes, edges = trace_by_hand(o)
    assert nodes == set(nodes_of(o)) == set(trace(o)[0])
    assert edges == set(trace(o)[1])


def test_the_neuron_of_the_lecture():
    """Node by node from the output, as it is done on the blackboard."""
    x1, x2, w1, w2, b = (Value(v) for v in (2.0, 0.0, -3.0, 1.0, 6.8813735870195432))
    x1w1, x2w2 = x1 * w1, x2 * w2
    both = x1w1 + x2w2
    n = both + b
    o = n.tanh()
    o.grad = 1.0
    for node in (o, n, b, both, x2w2, x1w1):
        node._backward()
    assert o.data == pytest.approx(math.sqrt(0.5), rel=1e-15)
    grads = [node.grad for node in (n, b, both, x2w2, x1w1, x2, w2, x1, w1)]
    assert grads == pytest.approx([0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.0, -1.5, 1.0], rel=1e-14)


def test_tanh_taken_apart():
    """The lecture's second version, by exp, gives the gradients of the first."""

    def neuron(squash):
        x, w, b = Value(2.0), Value(-3.0), Value(6.8813735870195432)
        out = squash(x * w + b)
        out.backward()
        return [out.data, x.grad, w.grad, b.grad]

    def by_exp(n):
        e = (2 * n).exp()
        return (e - 1) / (e + 1)

    assert neuron(by_exp) == pytest.approx(neuron(Value.tanh), rel=1e-14)


def test_nodes_built_by_hand():
    """A walkthrough that defines its own operation on Values by the constructor."""
    a, b = Value(3.0), Value(4.0)
    out = Value(a.data * b.data, (a, b), "*")
    t = (math.exp(2 * out.data) - 1) / (math.exp(2 * out.data) + 1)
    squashed = Value(t, (out,), "tanh")
    (squashed + Value(out.data**2, (out,), "**2")).backward()
    assert out.grad == (1 - t * t) + 24.0
    assert (a.grad, b.grad) == (4.0 * out.grad, 3.0 * out.grad)


def test_a_loop_of_gradient_descent():
    """zero, forward, backward, update: the loss falls the same way in both engines."""

    def train(Value):
        draw = random.Random(5)
        w = [Value(draw.uniform(-1, 1)) for _ in range(3)]
        xs = [[draw.uniform(-1, 1) for _ in w] for _ in range(6)]
        losses = []
        for k in range(20):
            predictions = [sum((wi * xi for wi, xi in zip(w, x, strict=True)), Value(0.0)) for x in xs]
            loss = sum((p - (x[0] - 2 * x[1])) ** 2 for p, x in zip(predictions, xs, strict=True))
            for p in w:
                p.grad = 0
            loss.backward()
            for p in w:
                p.data -= (0.1 - 0.004 * k) * p.grad
            losses.append(loss.data)
        return losses

    ours, theirs = train(Value), train(Original)
    assert ours == pytest.approx(theirs, rel=1e-12)
    assert ours[-1] < ours[0] / 10


class Pieces:
    """The pieces of a GPT on lists of Values, as they are written without a library."""

    def linear(self, x, w):
        return [sum(wi * xi for wi, xi in zip(wo, x, strict=True)) for wo in w]

    def softmax(self, logits):
        max_val = max(val.data for val in logits)
        exps = [(val - max_val).exp() for val in logits]
        total = sum(exps)
        return [e / total for e in exps]

    def rmsnorm(self, x):
        ms = sum(xi * xi for xi in x) / len(x)
        scale = (ms + 1e-5) ** -0.5
        return [xi * scale for xi in x]


class TestScalarGpt(Pieces):
    vocabulary, width, head, block = 5, 8, 4, 6

    def parameters(self):
        draw = random.Random(42)

        def matrix(rows, columns):
            return [[Value(draw.gauss(0, 0.2)) for _ in range(columns)] for _ in range(rows)]

        n = self.width
        state = {
            "wte": matrix(self.vocabulary, n),
            "wpe": matrix(self.block, n),
            "out": matrix(self.vocabulary, n),
        }
        state |= {name: matrix(n, n) for name in ("wq", "wk", "wv", "wo")}
        return state | {"fc1": matrix(4 * n, n), "fc2": matrix(n, 4 * n)}

    def step(self, state, token, position, keys, values):
        x = [t + p for t, p in zip(state["wte"][token], state["wpe"][position], strict=True)]
        x = self.rmsnorm(x)
        residual = x
        q, k, v = (self.linear(x, state[name]) for name in ("wq", "wk", "wv"))
        keys.append(k)
        values.append(v)
        attended = []
        for start in range(0, self.width, self.head):
            part = slice(start, start + self.head)
            logits = self.linear(q[part], [key[part] for key in keys])
            weights = self.softmax([logit / self.head**0.5 for logit in logits])
            columns = zip(*(v[part] for v in values), strict=True)
            attended += self.linear(weights, columns)
        x = [a + b for a, b in zip(self.linear(attended, state["wo"]), residual, strict=True)]
        residual = x
        x = [xi.relu() ** 2 for xi in self.linear(self.rmsnorm(x), state["fc1"])]
        x = [a + b for a, b in zip(self.linear(x, state["fc2"]), residual, strict=True)]
        return self.linear(x, state["out"])

    def loss(self, state, tokens):
        keys, values, losses = [], [], []
        for position, (token, target) in enumerate(itertools.pairwise(tokens)):
            probabilities = self.softmax(self.step(state, token, position, keys, values))
            losses.append(-probabilities[target].log())
        return (1 / len(losses)) * sum(losses)

    def test_gradients_are_those_of_central_differences(self):
        state, tokens = self.parameters(), [0, 3, 1, 4, 1]
        self.loss(state, tokens).backward()
        draw = random.Random(0)
        for name in state:
            p = draw.choice(draw.choice(state[name]))
            at, step, losses = p.data, 1e-4, []
            for offset in (step, -step):
                p.data = at + offset
                with autograd.no_grad():
                    losses.append(self.loss(state, tokens).data)
            p.data = at
            assert p.grad == pytest.approx((losses[0] - losses[1]) / (2 * step), rel=1e-5, abs=1e-9), name

    def test_adam_learns_a_sequence(self):
        """Written by hand on `.data` and `.grad`; setting `grad = 0` to an integer is what such loops do."""
        state, tokens = self.parameters(), [0, 3, 1, 4, 2]
        parameters = [p for matrix in state.values() for row in matrix for p in row]
        m, v = [0.0] * len(parameters), [0.0] * len(parameters)
        losses = []
        for step in range(12):
            loss = self.loss(state, tokens)
            loss.backward()
            losses.append(loss.data)
            for i, p in enumerate(parameters):
                m[i] = 0.85 * m[i] + 0.15 * p.grad
                v[i] = 0.99 * v[i] + 0.01 * p.grad**2
                m_hat, v_hat = m[i] / (1 - 0.85 ** (step + 1)), v[i] / (1 - 0.99 ** (step + 1))
                p.data -= 0.05 * m_hat / (v_hat**0.5 + 1e-8)
                p.grad = 0
        assert losses[0] > 1.0
        assert losses[-1] < 0.1
