"""Repeated parts: side by side, as samples and neurons, and one behind the other, as steps."""

from __future__ import annotations

import random

import pytest

import nn
from autograd import Value, dot, mean
from autograd.graph import nodes_of
from autograd.show.drawing.box import Box
from autograd.show.drawing.dot import draw_everything
from autograd.show.drawing.fold import fold
from tests.autograd.show.drawing.test_fold import loss_of_samples, picture


def titles(boxes):
    return sorted(box.title for box in set(boxes.values()))


def network(samples, hidden=8):
    """The loss over samples of a network without scopes, as a program of one's own has it."""
    rng = random.Random(0)
    first = [[Value(rng.uniform(-1, 1), label=f"W{i}{j}") for j in (1, 2)] for i in range(1, hidden + 1)]
    second = [Value(rng.uniform(-1, 1), label=f"V{i}") for i in range(1, hidden + 1)]
    losses = []
    for k in range(samples):
        x = [0.1 * k, 1 - 0.1 * k]
        h = [sum(w * number for w, number in zip(row, x, strict=True)).tanh() for row in first]
        losses.append((sum(v * number for v, number in zip(second, h, strict=True)) - k % 2) ** 2)
    return sum(losses)


def recurrent(steps, width=3):
    """A state of some numbers that is computed from itself again and again."""
    w = [[Value(0.1 * (i + j), label=f"W{i}{j}") for j in range(width)] for i in range(width)]
    state = [Value(0.0) for _ in range(width)]
    for k in range(steps):
        x = Value(0.1 * k, label=f"x{k + 1}")
        state = [sum((a * b for a, b in zip(row, state, strict=True)), x).tanh() for row in w]
    return sum(state)


def test_of_many_samples_one_stays_open():
    """Else a loss over twenty samples is a picture of thousands of nodes, or of none."""
    root = network(20)
    nodes = nodes_of(root)
    boxes = fold(nodes, 120)
    assert titles(boxes) == ["19 more like this"]
    drawn = [node for node in nodes if node not in boxes]
    assert len(drawn) == len(nodes_of(network(1))) + 1  # the first sample, and the sum over all


def test_of_a_layer_one_neuron_stays_open():
    """Else folding stops at the samples although one of them is too large."""
    boxes = fold(nodes_of(network(20)), 60)
    assert titles(boxes) == ["19 more like this", "7 more like this"]
    assert len(nodes_of(network(20))) - len(boxes) < 30


def test_the_first_of_what_is_alike_is_the_one_that_is_drawn():
    """Else the picture shows some sample, and nobody knows which."""
    xs = [Value(float(i), label=f"x{i}") for i in range(1, 101)]
    seen = picture(sum(x * x for x in xs))
    labels = {texts[0] for texts in seen.nodes.values() if len(texts) == 3}
    assert labels == {"x1"}
    assert ["99 more like this", "296 nodes"] in seen.nodes.values()


def test_terms_that_differ_stay_apart():
    """Else the regularisation disappears among the samples, or a bias among the products."""
    w = [Value(0.1 * i, label=f"w{i}") for i in range(1, 41)]
    errors = sum(((x - 1) ** 2).tanh() for x in w)
    root = errors + 0.1 * sum(x * x for x in w) + Value(3.0, label="bias")
    boxes = fold(nodes_of(root), 40)
    assert titles(boxes) == ["39 more like this", "39 more like this"]
    assert not any(node.label == "bias" for node in boxes)


def test_two_that_are_alike_are_both_drawn():
    """Else a box takes the room of what it stands for."""
    a, b, c = (Value(float(i), label=name) for i, name in enumerate("abc"))
    long = c
    for function in ("sin", "exp", "cos", "tanh", "relu", "sigmoid", "silu", "softplus", "exp", "sin"):
        long = getattr(long, function)()
    boxes = fold(nodes_of(a * a + b * b + long), 12)
    assert not any("like this" in (box.title or "") for box in boxes.values())


def test_one_node_used_many_times_is_no_repetition_of_itself():
    """Else `x + x + x` is said to have parts like x."""
    x = Value(2.0, label="x")
    root = sum([x] * 100)
    boxes = fold(nodes_of(root), 20)
    assert all("more like this" not in box.title for box in boxes.values())
    assert x not in boxes


def test_a_dot_product_of_one_node_is_its_first_term():
    """Else 240 products of x with itself take a minute to lay out."""
    x = Value(2.0, label="x")
    seen = picture(dot([x] * 240, [x] * 240))
    assert [texts[0] for name, texts in seen.nodes.items() if name.startswith("box")] == [
        "239 more like this"
    ]


def test_shared_weights_make_no_circles():
    """Else a box seems to need itself, and no order of computation can be read from the picture."""
    for root in (network(20), recurrent(40), loss_of_samples(20)[0], recurrent(22, width=4)):
        nodes = nodes_of(root)
        for max_nodes in (20, 60):
            boxes = fold(nodes, max_nodes)
            assert order_of(nodes, boxes) is not None, (titles(boxes), max_nodes)


def order_of(nodes, boxes):
    """The nodes and boxes in an order of computation, or None if there is none."""
    needs = {}
    for node in nodes:
        place = boxes.get(node, node)
        needs.setdefault(place, set()).update(boxes.get(x, x) for x in node._prev)
    order = []
    while needs:
        ready = [place for place, others in needs.items() if others <= {place, *order}]
        if not ready:
            return None
        order += ready
        for place in ready:
            del needs[place]
    return order


def test_repeated_steps_are_one_box_between_the_last_and_the_first():
    """Else Horner's scheme of 150 steps is a strip of 30,000 points, or is cut off without its beginning."""
    x = Value(0.9, label="x")
    y = Value(1.0, label="a150")
    for i in range(149, -1, -1):
        y = y * x + Value(0.5, label=f"a{i}")
    seen = picture(y)
    assert ["148 more steps like this", "444 nodes"] in seen.nodes.values()
    labels = {texts[0] for texts in seen.nodes.values() if len(texts) == 3}
    assert labels == {"a0", "a149", "a150", "x"}


def test_a_recurrent_network_is_its_last_step():
    """Else steps whose states all depend on each other are not seen to be alike."""
    boxes = fold(nodes_of(recurrent(40)), 60)
    assert any("more steps like this" in box.title for box in boxes.values())
    (start,) = {box for box in boxes.values() if box.title is None}
    assert len(start.nodes) < 40  # the first step, which is not like the others: it begins with constants


@pytest.mark.parametrize("max_nodes", [2, 3, 5, 8, 13, 34, 89])
@pytest.mark.parametrize("root", [network(20), recurrent(30), loss_of_samples(30)[0]])
def test_every_node_is_drawn_or_in_one_box(root, max_nodes):
    """Else a node is lost, or counted twice, or the limit is passed."""
    nodes = nodes_of(root)
    boxes = fold(nodes, max_nodes)
    distinct = set(boxes.values())
    assert len(nodes) - len(boxes) + len(distinct) <= max_nodes
    assert sorted(map(id, boxes)) == sorted(id(node) for box in distinct for node in box.nodes)
    assert all(boxes[node] is box for box in distinct for node in box.nodes)
    assert root not in boxes
    assert all(isinstance(box, Box) and box.nodes for box in distinct)


def test_batches_of_vectors_fold_to_their_first():
    """Else the mean of a loss is not seen to be a sum over samples."""
    model = nn.MLP(2, [3, 1], activation="tanh", seed=0)
    samples = [[0.1 * i, 0.2] for i in range(50)]
    loss = mean([nn.mse(model(x), 1.0) for x in samples])
    seen = picture(loss)
    assert any(texts[0] == "49 more like this" for texts in seen.nodes.values())


def test_what_is_far_is_drawn_again():
    """Else an edge from x runs past every step of the chain."""
    x = Value(0.9, label="x")
    y = Value(1.0, label="y")
    for _ in range(15):
        y = y * x + 1
    seen = picture(y, max_nodes=100)
    assert list(seen.copies.values()) == [["x"]] * 14
    assert seen.caption == ["dashed box: x, drawn again beside each use"]
    assert sum(start.startswith("n1_at") or start == "n1" for start, _ in seen.edges) == 15


def test_in_a_small_graph_an_operand_that_is_used_twice_is_drawn_once():
    """Else the picture hides what a learner has to see: two edges leave x, so two gradients arrive."""
    x = Value(3.0, label="x")
    seen = picture((x * x + x) * x)
    assert seen.copies == {} and sum(start == "n0" for start, _ in seen.edges.elements()) == 4


def test_a_chain_goes_down_and_a_tree_to_the_side():
    """Else one of them is wider than a page."""
    chain = Value(1.0)
    for _ in range(12):
        chain = chain.sin()
    leaves = [Value(float(i)) for i in range(16)]
    while len(leaves) > 1:
        leaves = [a * b for a, b in zip(leaves[::2], leaves[1::2], strict=True)]
    directions = {}
    for name, root in {"chain": chain, "tree": leaves[0]}.items():
        directions[name] = draw_everything(root)[1].rankdir
    assert directions == {"chain": "TB", "tree": "LR"}


def boxes_of(root, max_nodes=20):
    return {box.title: box.nodes for box in set(fold(nodes_of(root), max_nodes).values())}


def test_terms_of_two_kinds_have_two_boxes_of_their_own():
    """Else the box of one kind holds the parts of the other."""
    root = sum(Value(0.1 * i).sin() if i % 2 else Value(0.1 * i).cos() for i in range(40))
    boxes = {box for box in fold(nodes_of(root), 30).values() if "like this" in box.title}
    assert [box.title for box in boxes] == ["19 more like this"] * 2
    for box in boxes:
        assert len({node._op for node in box.nodes} & {"sin", "cos"}) == 1
        assert sum(node._op in ("sin", "cos") for node in box.nodes) == 19


def test_a_term_that_is_not_alike_is_drawn():
    """Else the bias of a sum disappears among its products."""
    bias = Value(3.0, label="bias")
    root = bias
    for i in range(30):
        root = root + (Value(i * 0.1) * 2 + Value(i * 0.2) * 3)
    boxes = fold(nodes_of(root), 30)
    assert bias not in boxes
    assert titles(boxes) == ["29 more like this"]


def test_a_difference_accumulates_too():
    """Else `loss = loss - log(p)` over samples is not seen to be a sum."""
    loss = Value(0.0)
    for i in range(30):
        loss = loss - (Value(0.1 * (i + 1), label=f"p{i}").sigmoid()).log()
    assert titles(fold(nodes_of(loss), 20)) == ["29 more like this"]


def test_the_count_is_that_of_the_parts_inside():
    """Else a box of one multiplication is said to be nine parts."""
    x = Value(0.5, label="x")
    root = sum((x * i).sin() for i in range(1000))
    for max_nodes in (5, 12, 20):
        for title, nodes in boxes_of(root, max_nodes).items():
            if title and "more like this" in title:
                assert int(title.split()[0]) == sum(node._op == "sin" for node in nodes)


def test_what_comes_before_repeated_steps_is_not_called_a_step():
    """Else eighty different operations are said to be five steps."""
    rng = random.Random(1)
    y = Value(0.5, label="x")
    for _ in range(80):
        y = getattr(y, rng.choice(["sin", "exp", "tanh", "cos", "sigmoid"]))()
    for i in range(8):
        y = y * Value(0.9, label=f"w{i}") + 1
    for title, nodes in boxes_of(y).items():
        if title and "steps" in title:
            assert {node._op for node in nodes} <= {"*", "+", ""}


def test_a_scope_that_is_unfolded_is_not_hidden_among_what_is_alike():
    """Else a reader asks for one neuron and does not get it."""
    model = nn.MLP(4, [8, 8], seed=0)
    root = sum(out * out for out in model([1.0, 2.0, 3.0, 4.0]))
    boxes = fold(nodes_of(root), 100, ["layer 2/neuron 5"])
    assert not any(node.scope == "layer 2/neuron 5" for node in boxes)


def test_the_box_of_a_layer_holds_the_layer():
    """Else it says 9 parameters where the layer has 40."""
    model = nn.MLP(4, [8, 8], seed=0)
    root = sum(out * out for out in model([1.0, 2.0, 3.0, 4.0]))
    found = {box.title: box.parameters for box in set(fold(nodes_of(root), 40).values()) if box.is_scope}
    layers = {title: count for title, count in found.items() if "/" not in title}
    neurons = {title: count for title, count in found.items() if "/" in title}
    assert all(count == 40 for count in layers.values())
    assert all(count == 5 if title.startswith("layer 1") else 9 for title, count in neurons.items())


def test_what_is_cut_off_never_leads_back():
    """Else an arrow goes from the box of the rest to a node and back into the box."""
    for seed in range(20):
        rng = random.Random(seed)
        made = [Value(rng.random(), label=f"x{i}") for i in range(4)]
        for _ in range(60):
            left, right = rng.choice(made[-8:]), rng.choice(made)
            made.append(rng.choice([left * right, left + right, left.tanh()]))
        nodes = nodes_of(made[-1] * made[-2])
        for max_nodes in (3, 6, 12):
            assert order_of(nodes, fold(nodes, max_nodes)) is not None


@pytest.mark.parametrize("label", ["{x}", "{}", "{0}", "{0.a}", "%s", "\\", "*", "__"])
def test_labels_that_look_like_templates_can_be_repeated(label):
    """Else two nodes of one label end in an error of string formatting."""
    seen = picture(Value(1.0, label=label) * Value(2.0, label=label))
    assert {texts[0] for texts in seen.nodes.values() if len(texts) == 3} == {label, f"{label}_2"}
