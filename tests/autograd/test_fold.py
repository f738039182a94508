import re

import pytest

from autograd import Value, scope
from autograd.graph import nodes_of
from autograd.show import draw_dot
from autograd.show.fold import fold
from tests.autograd.svg import read


def picture(root, **options):
    return read(draw_dot(root, **options).pipe(format="svg", encoding="utf-8"))


def network(inputs=2, neurons=3, layers=2):
    """Layers of tanh neurons, scoped as 'layer 1/neuron 3', and their sum."""
    values = [Value(0.1 * (i + 1), label=f"x{i}") for i in range(inputs)]
    for layer in range(layers):
        with scope(f"layer {layer}"):
            following = []
            for neuron in range(neurons):
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
    assert picture(root).caption == []


def test_the_deepest_scopes_are_folded_first():
    # Broken if the layers vanish while folding the neurons would have been enough.
    nodes = nodes_of(network())
    boxes = fold(nodes, len(nodes) - 1)
    assert titles(boxes) == {f"layer {i}/neuron {j}" for i in range(2) for j in range(3)}


def test_then_the_scopes_around_them():
    # Broken if folding stops at the neurons although the picture is still too large.
    nodes = nodes_of(network(neurons=10))
    assert titles(fold(nodes, 30)) == {"layer 0", "layer 1"}


def test_scopes_with_too_many_edges_between_them_are_folded_too():
    # Broken if 2 * 40 boxes, which fit, are drawn with 1600 edges, which nobody can follow.
    nodes = nodes_of(network(neurons=40))
    assert titles(fold(nodes, 200)) == {"layer 0", "layer 1"}


def test_then_the_nodes_far_from_the_root():
    # Broken if a graph without scopes is not folded at all.
    x = Value(1.0, label="x")
    y = x
    for _ in range(50):
        y = y.sin()
    nodes = nodes_of(y)
    boxes = fold(nodes, 10)
    assert titles(boxes) == {None}
    assert [node for node in nodes if node not in boxes] == nodes[-9:]
    assert {box.nodes for box in boxes.values()} == {42}


@pytest.mark.parametrize("max_nodes", [2, 3, 5, 8, 13, 21, 34, 55])
@pytest.mark.parametrize("root", [network(), network(4, 8, 3), network(30, 1, 1)])
def test_the_picture_never_has_more_than_was_asked_for(root, max_nodes):
    # Broken if the limit is passed, or nodes are lost from the count.
    nodes = nodes_of(root)
    boxes = fold(nodes, max_nodes)
    drawn = [node for node in nodes if node not in boxes]
    distinct = set(boxes.values())
    assert len(drawn) + len(distinct) <= max_nodes or not boxes
    assert len(drawn) + sum(box.nodes for box in distinct) == len(nodes)
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
    first, second = ([f"layer {i}/neuron {j}" for j in range(3)] for i in range(2))
    assert {(x, box) for x in ("x0", "x1") for box in first} <= edges
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
    ]
    counts = [re.search(r"(\d+) nodes", " ".join(texts)) for texts in seen.nodes.values()]
    assert sum(int(count[1]) for count in counts if count) == total - shown


def test_what_is_cut_off_is_counted_in_the_picture():
    # Broken if the far part of a chain is dropped without a trace.
    y = Value(1.0)
    for _ in range(1000):
        y = y.sin()
    seen = picture(y, max_nodes=5)
    assert ["997 more nodes"] in seen.nodes.values()
    assert seen.caption == ["1,001 nodes, of which 4 are drawn", "997 farther from the root are one box"]


def test_folded_scopes_stand_in_the_frame_of_their_layer():
    # Broken if clusters and folding do not go together.
    seen = picture(network(), max_nodes=20, clusters=True)
    assert sorted(seen.clusters.values()) == [["layer 0"], ["layer 1"]]


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
    assert draw_dot(y).source.count("shape=record") < 500


def test_a_network_of_60000_nodes_is_a_picture_that_can_be_read():
    # Broken if folding leaves more than a page, of boxes or of edges between them.
    root = network(inputs=100, neurons=100, layers=2)
    assert len(nodes_of(root)) > 60_000
    source = draw_dot(root, color=True, clusters=True).source
    assert source.count("shape=") <= 500 and source.count("->") <= 2000


def test_a_long_chain_with_a_shared_operand_keeps_all_its_edges():
    # The layout of its long edges is limited (nslimit); without that it would take half a minute.
    x = Value(0.9, label="x")
    y = x
    for _ in range(70):
        y = y * x + 1
    seen = picture(y)
    assert sum(count for (operand, _), count in seen.edges.items() if operand == "n0") == 71


def test_a_very_long_chain_can_be_drawn():
    # Broken if any walk over the graph is recursive.
    y = Value(1.0)
    for _ in range(200_000):
        y = -y
    assert "200,001 nodes, of which 499 are drawn" in draw_dot(y).source
