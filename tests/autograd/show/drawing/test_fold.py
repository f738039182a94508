import random
import re

import pytest

import nn
from autograd import Value, mean, scope
from autograd.graph import nodes_of
from autograd.show import draw_dot
from autograd.show.drawing import colors, scopes
from autograd.show.drawing.caption import EVERYTHING
from autograd.show.drawing.fold import fold
from tests.autograd.show.svg import read


def picture(root, **options):
    return read(draw_dot(root, **options).pipe(format="svg", encoding="utf-8"))


def network(inputs=2, neurons=3, layers=2):
    """Layers of tanh neurons, scoped as 'layer 1/neuron 3', and their sum."""
    values = [Value(0.1 * i, label=f"x{i}") for i in range(1, inputs + 1)]
    for layer in range(1, layers + 1):
        with scope(f"layer {layer}"):
            following = []
            for neuron in range(1, neurons + 1):
                with scope(f"neuron {neuron}"):
                    total = Value(0.5)
                    for value in values:
                        total = total + Value(0.3) * value
                    following.append(total.tanh())
        values = following
    return sum(values)


def titles(boxes):
    return {box.title for box in boxes.values()}


def test_a_graph_that_fits_is_not_folded():
    # Broken if a small graph is folded, or its picture has a caption about folding.
    root = network()
    assert fold(nodes_of(root), len(nodes_of(root))) == {}
    assert picture(root, max_nodes=100).caption == []


def test_the_deepest_scopes_are_folded_first():
    # Broken if the layers vanish while folding the neurons would have been enough.
    nodes = nodes_of(network())
    boxes = fold(nodes, len(nodes) - 1)
    assert titles(boxes) == {f"layer {i}/neuron {j}" for i in (1, 2) for j in (1, 2, 3)}


def test_then_the_scopes_around_them():
    # Broken if folding stops at the neurons although the picture is still too large.
    nodes = nodes_of(network(neurons=10))
    assert titles(fold(nodes, 30)) == {"layer 1", "layer 2"}


def test_scopes_with_too_many_edges_between_them_are_folded_too():
    # Broken if 2 * 40 boxes, which fit, are drawn with 1600 edges, which nobody can follow.
    nodes = nodes_of(network(neurons=40))
    assert titles(fold(nodes, 200)) == {"layer 1", "layer 2"}


def test_then_the_nodes_far_from_the_root():
    # Broken if a graph without scopes, in which nothing is repeated, is not folded at all.
    rng = random.Random(0)
    y = Value(1.0, label="x")
    for _ in range(50):
        y = getattr(y, rng.choice(["sin", "cos", "exp", "tanh", "relu", "sigmoid", "sqrt"]))()
    nodes = nodes_of(y)
    boxes = fold(nodes, 10)
    assert titles(boxes) == {None}
    assert [node for node in nodes if node not in boxes] == nodes[-9:]
    assert {len(box.nodes) for box in boxes.values()} == {42}


@pytest.mark.parametrize("max_nodes", [2, 3, 5, 8, 13, 21, 34, 55])
@pytest.mark.parametrize("root", [network(), network(4, 8, 3), network(30, 1, 1)])
def test_the_picture_never_has_more_than_was_asked_for(root, max_nodes):
    # Broken if the limit is passed, or nodes are lost from the count.
    nodes = nodes_of(root)
    boxes = fold(nodes, max_nodes)
    drawn = [node for node in nodes if node not in boxes]
    distinct = set(boxes.values())
    assert len(drawn) + len(distinct) <= max_nodes or not boxes
    assert len(drawn) + sum(len(box.nodes) for box in distinct) == len(nodes)
    assert root in drawn


def test_a_scope_of_one_node_stays_a_node():
    # Broken if a node is replaced by a box that says less in the same space.
    with scope("only"):
        w = Value(2.0, label="w")
    with scope("many"):
        y = w * 1 + 2 + 3
    nodes = nodes_of(y + 1)
    boxes = fold(nodes, len(nodes) - 1)
    assert titles(boxes) == {"many"}
    assert w not in boxes


def test_folded_boxes_and_their_edges():
    # Broken if boxes are not connected as their nodes are, or a box points to itself.
    seen = picture(network(), max_nodes=20)
    names = {name: texts[0] for name, texts in seen.nodes.items()}
    edges = {(names[start], names[end]) for start, end in seen.edges}
    first, second = ([f"layer {i}/neuron {j}" for j in (1, 2, 3)] for i in (1, 2))
    assert {(x, box) for x in ("x1", "x2") for box in first} <= edges
    assert {(a, b) for a in first for b in second} <= edges
    assert {(box, "+") for box in second} <= edges
    assert not any(start == end for start, end in edges)
    assert not any(start in second and end in first for start, end in edges)


def test_the_picture_says_that_it_is_folded_and_how():
    # Broken if nodes are left out silently.
    root = network()
    total = len(nodes_of(root))
    seen = picture(root, max_nodes=20)
    shown = sum("data" in " ".join(texts) for texts in seen.nodes.values())
    assert seen.caption == [
        f"{total} nodes, of which {shown} are drawn",
        f"{total - shown} are folded into 6 boxes, one for each scope",
        'unfold="layer 1/neuron 1" opens one of them',
    ]
    counts = [re.search(r"(\d+) nodes", " ".join(texts)) for texts in seen.nodes.values()]
    assert sum(int(count[1]) for count in counts if count) == total - shown


def test_what_is_cut_off_is_counted_in_the_picture():
    # Broken if the far part of a chain is dropped without a trace.
    rng = random.Random(0)
    y = Value(1.0)
    for _ in range(1000):
        y = getattr(y, rng.choice(["sin", "cos"]))()
    seen = picture(y, max_nodes=5)
    assert ["997 more nodes"] in seen.nodes.values()
    assert seen.caption == ["1,001 nodes, of which 4 are drawn", "997 are folded into 1 box", EVERYTHING]


def test_folded_scopes_stand_in_the_frame_of_their_layer():
    # Broken if clusters and folding do not go together, or a box repeats the name of its frame.
    seen = picture(network(), max_nodes=20, clusters=True)
    assert sorted(seen.clusters) == ["layer 1", "layer 2"]
    assert sorted(texts[0] for name, texts in seen.nodes.items() if name.startswith("box")) == sorted(
        2 * [f"neuron {i}" for i in (1, 2, 3)]
    )


def test_a_recurrent_scope_may_point_both_ways():
    # Broken if a scope that is used again and again is taken for an acyclic box.
    h = Value(0.0)
    for _ in range(20):
        with scope("cell"):
            h = (h * 0.5 + 1).tanh()
        with scope("noise"):
            h = h * 0.9 + 0.1
    seen = picture(h + 1, max_nodes=6)
    names = {name: texts[0] for name, texts in seen.nodes.items()}
    edges = {(names[start], names[end]) for start, end in seen.edges}
    assert {("cell", "noise"), ("noise", "cell")} <= edges


def test_none_draws_everything():
    # Broken if there is no way to get the whole picture.
    y = Value(1.0)
    for _ in range(600):
        y = y.sin()
    assert draw_dot(y, max_nodes=None).source.count("shape=record") == 601
    assert draw_dot(y).source.count("shape=record") < 60


def test_a_network_of_60000_nodes_is_a_picture_that_can_be_read():
    # Broken if folding leaves more than a page, of boxes or of edges between them.
    root = network(inputs=100, neurons=100, layers=2)
    assert len(nodes_of(root)) > 60_000
    drawing = draw_dot(root, color=True, clusters=True)
    assert drawing.source.count("shape=") <= 60 and drawing.source.count("->") <= 240


def loss_of_samples(samples=100):
    """The loss of a perceptron over many samples: as many nodes outside the scopes as inside are too many."""
    model = nn.MLP(2, [4, 3, 1], activation="tanh", seed=1)
    errors = [nn.mse(model([0.01 * i, 0.5 - 0.02 * i]), i % 2) for i in range(samples)]
    loss = mean(errors)
    loss.label = "loss"
    loss.backward()
    return loss, model


def test_a_loss_over_samples_is_its_first_sample_and_a_box():
    # Broken if the samples after the first push the layers out of the picture.
    loss, model = loss_of_samples()
    seen = picture(loss)
    boxes = {texts[0]: texts[1:] for name, texts in seen.nodes.items() if name.startswith("box")}
    nodes = nodes_of(loss)
    neurons = [
        f"layer {i}/neuron {j}"
        for i, layer in enumerate(model.layers, 1)
        for j in range(1, len(layer.neurons) + 1)
    ]
    assert boxes.keys() == {*neurons, "99 more like this"}
    assert boxes["layer 2/neuron 1"] == ["5 parameters", "14 nodes"]
    drawn = [texts for name, texts in seen.nodes.items() if "data" in " ".join(texts)]
    assert ["loss", f"data {loss.data:.4g}", "grad 1"] in drawn
    counted = sum(int(texts[-1].split()[0].replace(",", "")) for texts in boxes.values())
    assert counted + len(drawn) == len(nodes)
    assert seen.caption[0] == f"{len(nodes):,} nodes, of which {len(drawn)} are drawn"


def test_edges_between_boxes_are_counted():
    # Broken if a thousand edges look like one.
    loss, _ = loss_of_samples()
    seen = picture(loss)
    name = {key: texts[0] for key, texts in seen.nodes.items()}
    uses = {tuple(name[end] for end in edge): seen.tooltips["->".join(edge)] for edge in seen.edges}
    assert uses["layer 1/neuron 1", "layer 2/neuron 1"] == {"1 use"}
    assert uses["layer 1/neuron 1", "99 more like this"] == {"297 uses"}  # two weights and a bias


def test_what_stands_outside_the_scopes_is_an_overview():
    # Broken if a hundred inputs push the layers out of the picture.
    model = nn.MLP(100, [4, 1], activation="tanh", seed=1)
    out = model([0.01 * i for i in range(100)])
    seen = picture((out - 1) ** 2)
    boxes = {texts[0]: texts[1:] for name, texts in seen.nodes.items() if name.startswith("box")}
    assert boxes.keys() == {"inputs", "layer 1", "layer 2"}
    assert boxes["inputs"] == ["100 nodes"]


def test_the_overview_keeps_the_limit_at_any_size():
    # Broken if the overview has more nodes and boxes than were asked for.
    loss, _ = loss_of_samples(20)
    nodes = nodes_of(loss)
    for max_nodes in range(2, 120):
        boxes = fold(nodes, max_nodes)
        drawn = [node for node in nodes if node not in boxes]
        assert len(drawn) + len(set(boxes.values())) <= max_nodes
        assert loss in drawn
        assert len(drawn) + sum(len(box.nodes) for box in set(boxes.values())) == len(nodes)


def test_labelled_leaves_outside_the_scopes_are_not_called_constants():
    # Broken if a parameter without a scope passes for a number.
    x = Value(1.0)
    with scope("layer"):
        h = x * 2 + x * 3
    total = h
    for i in range(30):
        total = (total * Value(1.0, label=f"w{i}")).tanh() if i % 2 else total - Value(1.0, label=f"b{i}")
    assert "other leaves" in titles(scopes.fold_scopes(nodes_of(total), {}, 20, (), lambda boxes: False))


def test_an_unfolded_scope_stays_open_and_the_others_are_folded():
    # Broken if unfolding one scope unfolds all, or nothing.
    nodes = nodes_of(network(neurons=10))
    boxes = fold(nodes, 60, ["layer 2/neuron 3"], lambda boxes: len(set(boxes.values())) < 10)
    assert titles(boxes) == {"layer 1", "layer 2"}
    opened = [node for node in nodes if node.scope == "layer 2/neuron 3"]
    assert opened and not any(node in boxes for node in opened)


def test_a_layer_unfolds_to_its_neurons():
    # Broken if opening a layer of the loss of many samples means drawing thousands of nodes, or an error.
    loss, _ = loss_of_samples()
    seen = picture(loss, max_nodes=15)
    assert [texts[0] for name, texts in seen.nodes.items() if name.startswith("box")].count("layer 1") == 1
    seen = picture(loss, max_nodes=15, unfold="layer 1")
    found = {texts[0] for name, texts in seen.nodes.items() if name.startswith("box")}
    assert found == {
        *(f"layer 1/neuron {i}" for i in (1, 2, 3, 4)),
        "layer 2",
        "layer 3",
        "99 more like this",
    }


def test_several_scopes_can_be_unfolded():
    # Broken if only the first is.
    loss, _ = loss_of_samples()
    found = titles(fold(nodes_of(loss), 25, ["layer 1", "layer 2"]))
    assert found >= {"layer 1/neuron 1", "layer 2/neuron 3"} and not {"layer 1", "layer 2"} & found


def test_a_scope_and_one_inside_it_can_both_be_unfolded():
    # Broken if the outer name closes the inner one.
    loss, _ = loss_of_samples(10)
    nodes = nodes_of(loss)
    boxes = fold(nodes, 40, ["layer 1", "layer 1/neuron 2"])
    assert {"layer 1/neuron 1", "layer 1/neuron 3"} <= titles(boxes)
    assert not titles(boxes) & {"layer 1", "layer 1/neuron 2"}
    assert any(node not in boxes for node in nodes if node.scope == "layer 1/neuron 2")


def test_the_caption_tells_what_to_unfold():
    # Broken if a reader has to guess the names of scopes.
    loss, _ = loss_of_samples()
    seen = picture(loss, max_nodes=15)
    (told,) = (match[1] for line in seen.caption if (match := re.search('unfold="(.*)" opens', line)))
    assert told in {texts[0] for texts in seen.nodes.values()}
    assert told not in {texts[0] for texts in picture(loss, max_nodes=15, unfold=told).nodes.values()}


def test_scopes_that_cannot_be_unfolded_are_named():
    # Broken if a misspelt scope gives the same picture as before.
    loss, _ = loss_of_samples()
    with pytest.raises(
        ValueError, match=r"no scope 'layer 9' .* 'layer 1', 'layer 2', 'layer 3', .* and 5 more"
    ):
        draw_dot(loss, unfold="layer 9")
    with pytest.raises(ValueError, match="no scope 'layer'"):
        draw_dot(network(), unfold="layer")
    with pytest.raises(ValueError, match="no scope ''"):
        draw_dot(loss, unfold="")
    with pytest.raises(
        ValueError, match=r"with 'layer 1/neuron 1' unfolded .* max_nodes is 8; unfold a smal"
    ):
        draw_dot(loss, unfold="layer 1/neuron 1", max_nodes=8)


def test_boxes_have_the_color_of_the_largest_gradient_inside():
    # Broken if folding hides where the gradients are.
    loss, _ = loss_of_samples()
    seen = picture(loss, color=True, max_nodes=15)
    ids = {texts[0]: name for name, texts in seen.nodes.items()}
    boxes = fold(nodes_of(loss), 15)
    for title in ("layer 1", "layer 3", "99 more like this"):
        gradient = max((n.grad for n, box in boxes.items() if box.title == title), key=abs)
        assert f"largest gradient {gradient:.6g}" in seen.tooltips[ids[title]].pop()
        assert (seen.fills[ids[title]] > "#c0") == (gradient > 0)  # orange has more red than blue has
    scale = colors.Scale(1.0)
    first = seen.lines[f"{ids['layer 1']}->{ids['layer 2']}"]
    assert first.color in (colors.line(1.0, scale)["color"], colors.line(-1.0, scale)["color"])


def test_a_very_long_chain_can_be_drawn():
    # Broken if any walk over the graph is recursive.
    y = Value(1.0)
    for _ in range(200_000):
        y = -y
    assert "200,001 nodes, of which 3 are drawn" in draw_dot(y).source


def test_the_output_of_a_network_folds_to_its_layers():
    """Else the neurons of all layers disappear in one box, because the output itself stands in a scope."""
    out = nn.MLP(2, [16, 16, 1], seed=1)([1.0, 2.0])
    found = {texts[0] for name, texts in picture(out).nodes.items() if name.startswith("box")}
    assert found == {"layer 1", "layer 2", "layer 3"}


def test_a_neuron_of_many_inputs_folds_inside_its_scope():
    """Else the graph of one neuron, all in one scope, is a single box."""
    out = nn.MLP(100, [1], seed=1)([0.01 * i for i in range(100)])
    found = {texts[0] for name, texts in picture(out).nodes.items() if name.startswith("box")}
    assert found == {"99 more like this"}


def test_a_long_product_goes_straight_down():
    """Else every step of a chain stands a little to the side of the one before."""
    y = Value(1.0, label="x0") + 1
    for i in range(1, 9):
        y = y * (Value(float(i), label=f"x{i}") + 1)
    svg = draw_dot(y).pipe(format="svg", encoding="utf-8")
    assert float(re.search(r'<svg width="([\d.]+)pt"', svg)[1]) < 500
