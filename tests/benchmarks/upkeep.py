"""Copies and files: a graph copied beside building it, a model saved beside its numbers written as JSON."""

from __future__ import annotations

import copy
import io
import json
import pickle
from collections.abc import Callable

import nn
from autograd import Value
from tests.benchmarks.comparison import MILLISECONDS, Comparison, Row, Step, beside
from tests.benchmarks.graphs import GRAPHS, Graph, built

NODES = 100_000
GRAPHS_IN_A_LIST = 3_000
SIZES = [100, 100, 10]  # of the layers, after 64 inputs

# graphs; a step gives the number at the root


def build(graph: Graph) -> Step:
    return lambda: built(graph)[0].data


def deepcopy(graph: Graph) -> Step:
    root, _ = built(graph)
    return lambda: copy.deepcopy(root).data


def dumps(graph: Graph) -> Step:
    root, _ = built(graph)

    def step() -> float:
        pickle.dumps(root)
        return root.data

    return step


def loads(graph: Graph) -> Step:
    data = pickle.dumps(built(graph)[0])
    return lambda: pickle.loads(data).data


def few(way: Callable[[list[Value]], Step]) -> Row:
    """What is done with many graphs of two nodes in one list, beside building them."""
    return beside(lambda: way(many_graphs()), lambda: build_many, MILLISECONDS)


def many_graphs() -> list[Value]:
    return [Value(0.5 * i) * 2.0 + 1.0 for i in range(GRAPHS_IN_A_LIST)]


def build_many() -> float:
    return sum(root.data for root in many_graphs())


def dumps_many(roots: list[Value]) -> Step:
    def step() -> float:
        pickle.dumps(roots)
        return sum(root.data for root in roots)

    return step


def loads_many(roots: list[Value]) -> Step:
    data = pickle.dumps(roots)
    return lambda: sum(root.data for root in pickle.loads(data))


# models


def model() -> nn.MLP:
    return nn.MLP(64, SIZES, seed=0)


def save() -> Step:
    network = model()

    def step() -> None:
        nn.save(network, io.BytesIO())

    return step


def save_by_hand() -> Step:
    network = model()

    def step() -> None:
        io.StringIO().write(json.dumps([p.data for p in network.parameters()]))

    return step


def load() -> Step:
    network, file = model(), io.BytesIO()
    nn.save(network, file)

    def step() -> None:
        file.seek(0)
        nn.load(network, file)

    return step


def load_by_hand() -> Step:
    network = model()
    text = json.dumps([p.data for p in network.parameters()])

    def step() -> None:
        for p, number in zip(network.parameters(), json.loads(text), strict=True):
            p.data = number

    return step


def done(what: Callable[[nn.MLP], object]) -> Callable[[], Step]:
    """What is done with a model."""

    def prepare() -> Step:
        network = model()

        def step() -> None:
            what(network)

        return step

    return prepare


def load_state_dict() -> Step:
    network = model()
    state = network.state_dict()
    return lambda: network.load_state_dict(state)


def create() -> Step:
    def step() -> None:
        model()

    return step


def create_by_hand() -> Step:
    """As many Values, with nothing around them."""
    count = len(model().parameters())

    def step() -> None:
        [Value(0.5) for _ in range(count)]

    return step


def graph_row(way: Callable[[Graph], Step], graph: Callable[[int], Graph]) -> Row:
    return beside(lambda: way(graph(NODES)), lambda: build(graph(NODES)), MILLISECONDS)


def model_row(measured: Callable[[], Step], reference: Callable[[], Step]) -> Row:
    return beside(measured, reference, MILLISECONDS, alike=False)


COPIES = Comparison(
    f"Copies of graphs of {NODES:,} nodes: a chain, and a wide one; and of {GRAPHS_IN_A_LIST:,} small graphs",
    "ms",
    "building it",
    {
        f"{label}, {name}": graph_row(way, graph)
        for name, graph in GRAPHS.items()
        for label, way in {"deepcopy": deepcopy, "pickle.dumps": dumps, "pickle.loads": loads}.items()
    }
    | {"pickle.dumps, many small": few(dumps_many), "pickle.loads, many small": few(loads_many)},
)
FILES = Comparison(
    "A model of 17,610 parameters, beside a list of its Values or its numbers as JSON",
    "ms",
    "by hand",
    {
        "nn.MLP()": model_row(create, create_by_hand),
        "nn.save": model_row(save, save_by_hand),
        "nn.load": model_row(load, load_by_hand),
        "state_dict": model_row(done(lambda network: network.state_dict()), save_by_hand),
        "load_state_dict": model_row(load_state_dict, load_by_hand),
        "parameters": model_row(done(lambda network: network.parameters()), create_by_hand),
        "zero_grad": model_row(done(lambda network: network.zero_grad()), create_by_hand),
        "deepcopy": model_row(done(copy.deepcopy), save_by_hand),
        "pickle.dumps": model_row(done(pickle.dumps), save_by_hand),
        "repr": model_row(done(repr), create_by_hand),
        "summary": model_row(done(lambda network: network.summary()), create_by_hand),
    },
)
