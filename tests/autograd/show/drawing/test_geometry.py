"""Every picture can be read where people see it: no words on words, boxes or edges, and none too small."""

from __future__ import annotations

import random
import re
import shutil
from operator import add, mul, sub
from unittest import mock

import pytest

import nn
from autograd import Value, sum
from autograd.command.example import worked_example
from autograd.show import draw_dot
from autograd.show.drawing import layout
from autograd.show.drawing.plan import PAGE
from tests.autograd.show.drawing.test_repeats import network, recurrent
from tests.autograd.show.geometry import overlaps, words_of

ENGINES = {"graphviz-pure": layout.bundled(), "dot": shutil.which("dot")}
ENGINE = pytest.mark.parametrize(
    "engine",
    [
        pytest.param(name, marks=pytest.mark.skipif(program is None, reason=f"{name} is not installed"))
        for name, program in ENGINES.items()
    ],
)
LOOKS = {
    "plain": {},
    "colour and factors": {"color": True, "local_derivatives": True},
    "frames": {"clusters": True},
    "all": {"color": True, "local_derivatives": True, "marks": True, "clusters": True},
}
POINT = 4 / 3  # pixels


def horner(steps):
    x, y = Value(0.9, label="x"), Value(1.0, label="y")
    for i in range(steps):
        y = y * x + Value(0.1 * i, label=f"a{i}")
    return y


def power(steps):
    x, y = Value(1.001, label="x"), Value(1.0, label="y")
    for _ in range(steps):
        y *= x
    return y


def perceptron(inputs, sizes):
    model = nn.MLP(inputs, sizes, activation="tanh", seed=1)
    out = model([0.5 - 0.2 * i for i in range(inputs)])
    return sum(out) if isinstance(out, list) else (out - 1) ** 2


OPERATIONS = [mul, add, sub, lambda left, right: left.tanh(), lambda left, right: left.exp()]


def at_random(length):
    rng = random.Random(length)
    made = [Value(rng.uniform(0.5, 2.0), label=f"x{i}") for i in range(1, 5)]
    for _ in range(length):
        left, right = rng.choice(made[-6:]), rng.choice(made)
        made.append(rng.choice(OPERATIONS)(left, right))
    return sum(made)


GRAPHS = {
    "2 nodes": lambda: Value(3.0, label="x").tanh(),
    "lecture": lambda: worked_example()[1],
    "neuron": lambda: perceptron(3, [1]),
    "perceptron": lambda: perceptron(2, [2, 1]),
    "two layers": lambda: perceptron(3, [4, 2]),
    "random": lambda: at_random(20),
    "Horner": lambda: horner(16),
    "recurrent": lambda: recurrent(4),
}
LARGE = {
    "three layers, 116 nodes": lambda: perceptron(3, [4, 4, 1]),
    "random, 250 nodes": lambda: at_random(120),
    "perceptron, 300 nodes": lambda: perceptron(2, [8, 8, 1]),
    "power, 480 nodes": lambda: power(240),
    "Horner, 500 nodes": lambda: horner(166),
}
HUGE = {
    "loss of 20 samples": lambda: network(20),
    "recurrent": lambda: recurrent(40),
    "recurrent, 462 steps": lambda: recurrent(462, width=2),
    "network of 20 samples": lambda: loss_of_perceptron(20),
    "power": lambda: power(240),
    "Horner": lambda: horner(150),
    "random": lambda: at_random(3000),
}


def loss_of_perceptron(samples):
    model = nn.MLP(2, [16, 16, 1], seed=1)
    return sum(nn.mse(model([0.1 * i, 0.5 - 0.1 * i]), i % 2) for i in range(samples))


def rendered(root, engine, **options):
    """The drawing as this engine renders it, which for the system's `dot` means that there is no other."""
    program = ENGINES[engine] if engine == "graphviz-pure" else None
    with mock.patch.object(layout, "bundled", lambda: program):
        return draw_dot(root, **options).pipe(format="svg", encoding="utf-8")


@ENGINE
@pytest.mark.parametrize("rankdir", [None, "LR", "TB", "RL", "BT"])
@pytest.mark.parametrize("name", GRAPHS)
def test_words_lie_on_nothing(name, rankdir, engine):
    """Else a factor is struck through by an edge, or a name stands on another."""
    root = GRAPHS[name]()
    root.backward()
    for look, options in LOOKS.items():
        assert overlaps(rendered(root, engine, rankdir=rankdir, max_nodes=100, **options)) == [], look


@ENGINE
@pytest.mark.parametrize("rankdir", [None, "LR"])
@pytest.mark.parametrize("name", LARGE)
def test_words_lie_on_nothing_where_everything_is_drawn(name, rankdir, engine):
    """Else a drawing of hundreds of nodes is a tangle of numbers and lines."""
    root = LARGE[name]()
    root.backward()
    for options in (LOOKS["plain"], LOOKS["colour and factors"]):
        assert overlaps(rendered(root, engine, rankdir=rankdir, max_nodes=None, **options)) == []


@ENGINE
@pytest.mark.parametrize("name", GRAPHS | HUGE)
def test_a_drawing_fits_a_page_at_letters_of_ten_pixels(name, engine):
    """Else its words are shrunk until nobody can read them, or half of it is off the screen."""
    root = (GRAPHS | HUGE)[name]()
    root.backward()
    for look in ("plain", "colour and factors"):
        svg = rendered(root, engine, **LOOKS[look])
        width = float(re.search(r'<svg width="([\d.]+)pt"', svg)[1])
        printed = min(1.0, 468 / width)  # on a page 6.5 inches wide
        assert min(words.size for words in words_of(svg)) * POINT * printed >= 10, (look, width)
        assert width <= PAGE
        assert overlaps(svg) == []


def test_the_geometry_sees_what_lies_on_words():
    """Else the tests above could not fail."""
    node = '<g class="node"><title>{0}</title><text x="{1}" y="0" font-size="10">{0}</text></g>'
    edge = '<g class="edge"><title>a-&gt;b</title><path d="M-20,-3C-10,-3 10,-3 40,-3"/></g>'
    box = '<g class="node"><title>c</title><polygon points="-1,-20 5,-20 5,20 -1,20"/></g>'
    start = '<svg xmlns="http://www.w3.org/2000/svg"><g>'
    apart, close = node.format("a", 0) + node.format("b", 30), node.format("a", 0) + node.format("b", 3)
    assert overlaps(f"{start}{apart}</g></svg>") == []
    assert overlaps(f"{start}{close}</g></svg>") == ["'b' of b on 'a' of a"]
    assert overlaps(f"{start}{apart}{box}</g></svg>") == ["'a' of a on the box c"]
    assert sorted(overlaps(f"{start}{apart}{edge}</g></svg>")) == [
        "'a' of a on the edge a->b",
        "'b' of b on the edge a->b",
    ]


@ENGINE
@pytest.mark.parametrize("rankdir", ["LR", "TB"])
def test_neurons_stand_in_their_order(rankdir, engine):
    """Else a reader looks for neuron 2 between 4 and 1."""
    svg = rendered(perceptron(2, [12, 3, 1]), engine, rankdir=rankdir, max_nodes=30)
    for layer, neurons in ((1, 12), (2, 3)):
        places = {
            words.text: words.room for words in words_of(svg) if words.text.startswith(f"layer {layer}/")
        }
        assert len(places) == neurons
        along = sorted(places, key=lambda name: places[name].left if rankdir == "TB" else places[name].top)
        assert along == [f"layer {layer}/neuron {i}" for i in range(1, neurons + 1)]
