"""What nodes are called."""

from __future__ import annotations

import pytest

import nn
from autograd import Value, explain, scope
from autograd.graph import nodes_of
from autograd.show import draw_dot, player
from autograd.words.names import names_of


def named(*labelled: tuple[str, str]) -> list[str]:
    """The names of leaves with these scopes and labels, in this order."""
    leaves = []
    for path, label in labelled:
        leaf = Value(1.0, label=label)
        leaf.scope = path
        leaves.append(leaf)
    names = names_of([*leaves, sum(leaves)])
    return [names[leaf] for leaf in leaves]


@pytest.mark.parametrize(
    ("labelled", "expected"),
    [
        ([("layer 1/neuron 1", "w1"), ("", "x")], ["w1", "x"]),
        ([("layer 1/neuron 1", "w"), ("layer 1/neuron 2", "w")], ["neuron 1/w", "neuron 2/w"]),
        (
            [("layer 1/neuron 1", "w"), ("layer 1/neuron 2", "w"), ("layer 2/neuron 1", "w")],
            ["layer 1/neuron 1/w", "layer 1/neuron 2/w", "layer 2/neuron 1/w"],
        ),
        ([("", "w"), ("layer 1", "w")], ["w", "layer 1/w"]),
        ([("", "x"), ("", "x"), ("", "x")], ["x", "x_2", "x_3"]),
        ([("", "x"), ("", "x_2"), ("", "x")], ["x", "x_2", "x_3"]),
        ([("a", "x"), ("a", "x"), ("b", "x")], ["a/x", "a/x_2", "b/x"]),
        ([("a", "x"), ("b", "x"), ("", "a/x")], ["a/x_2", "b/x", "a/x"]),
        ([("", "out"), ("", "v1")], ["out", "v1"]),
        ([("", "two\nlines"), ("", "\ttab")], ["two lines", "tab"]),
    ],
)
def test_names_are_as_short_as_tells_them_apart(labelled, expected):
    """Else three nodes are called w1, or one is called something that stands nowhere."""
    assert named(*labelled) == expected


def test_generated_names_do_not_depend_on_what_is_asked_for():
    """Else one node is v1 in an explanation and v2 in a drawing."""
    a, b = Value(2.0), Value(3.0)
    product = a * b
    root = product + 1
    nodes = nodes_of(root)
    assert [names_of(nodes)[node] for node in (a, b, product, root)] == ["2", "3", "v1", "out"]
    asked = names_of(nodes, variables=[a, b])
    assert [asked[node] for node in (a, b, product, root)] == ["v2", "v3", "v1", "out"]


def test_a_thousand_samples_are_named_in_a_moment():
    """Else naming is quadratic in the number of equal labels."""
    leaves = [Value(1.0, label="x") for _ in range(20_000)]
    names = names_of([*leaves, leaves[0] * 2])
    assert len(set(names.values())) == 20_001 and names[leaves[-1]] == "x_20000"


def test_one_node_has_one_name_everywhere():
    """Else a reader of a picture cannot find the node in the explanation beside it."""
    model = nn.MLP(2, [2, 1], activation="tanh", seed=1)
    with scope("loss"):
        loss = (model([1.0, -2.0]) - 1) ** 2
    loss.label = "L"
    loss.backward()
    weight = "layer 1/neuron 2/w1"
    assert weight in names_of(nodes_of(loss)).values()
    assert weight in explain(loss).asked
    assert f"d L/d ({weight}) = " in str(explain(loss))
    assert f'tooltip="{weight} = ' in draw_dot(loss).source
    assert f"({weight})" in player(loss).html
