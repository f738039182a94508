"""Paths from a leaf to the root: their number, their products and their sum."""

import itertools
import math
import time

import pytest
import sympy
from hypothesis import given, settings

import autograd
from autograd import Value, explain
from autograd.show.explanation.paths import Ways
from tests.autograd.test_random_graphs import points, programs, run


def diamonds(n, x=None):
    """n times y = sin(y)*cos(y): 2**n paths."""
    y = x = x or Value(0.4, label="x")
    for _ in range(n):
        y = y.sin() * y.cos()
    return x, y


def test_the_text_of_a_small_graph():
    # Broken if a path, a factor, a product or the sum is missing, or the largest is not the first.
    x = Value(2.0, label="x")
    h = 3 * x
    h.label = "h"
    out = h + x * -0.5
    assert str(explain(out).paths["x"]).splitlines() == [
        "d out/d x: 2 paths",
        "  x -> h -> out: 3 * 1 = 3",
        "  x -> v1 -> out: -0.5 * 1 = -0.5",
        "  sum: 2.5",
    ]
    assert "Paths: the sum of their products is the gradient\n  d out/d x: 2 paths\n    x -> h -> out" in str(
        explain(out)
    )


def test_one_path_is_the_steps_themselves():
    # Broken if the text repeats what it has just said.
    x = Value(1.0, label="x")
    explanation = explain((3 * x + 2) ** 2)
    assert "Paths" not in str(explanation)
    (path,) = explanation.paths["x"].listed
    assert path.nodes == ("x", "v1", "v2", "out")
    assert path.local_derivatives == (3.0, 1.0, 10.0)
    assert path.product == explanation.gradients["x"].total == 30.0


def every_path(root, start):
    """All products by a walk from the root over all ways, which no shared code counts or orders."""
    found, ways = [], [(root, 1.0)]
    while ways:
        node, product = ways.pop()
        if node is start:
            found.append(product)
        ways += zip(
            node._prev, [local * product for local in autograd.graph.local_derivatives(node)], strict=True
        )
    return found


@settings(deadline=None, derandomize=True, max_examples=200)
@given(programs, points)
def test_all_paths_of_random_graphs(program, point):
    # Broken if a path is lost, listed twice, out of order, or the sum of all is not the adjoint.
    leaves = [Value(x, label=f"x{i}") for i, x in enumerate(point)]
    root = run(program[:6], autograd, leaves)[-1]
    explanation = explain(root, max_paths=None, max_steps=None)
    for leaf in (leaf for leaf in leaves if leaf.label in explanation.paths):
        ways = explanation.paths[leaf.label]
        products = [path.product for path in ways.listed]
        expected = every_path(root, leaf)
        assert ways.count == len(products) == len(expected)
        assert sorted(map(abs, products)) == pytest.approx(sorted(map(abs, expected)), rel=1e-15, abs=0)
        sizes = [abs(product) for product in products]
        assert all(after <= before * (1 + 1e-13) for before, after in itertools.pairwise(sizes))
        # Each term has some thirty roundings, and so has their sum.
        assert abs(math.fsum(products) - ways.total) <= 64 * 2.0**-53 * max(math.fsum(sizes), 1e-300)


def test_the_sum_is_the_derivative_that_sympy_finds():
    # Broken if the paths sum to anything but the derivative.
    t = sympy.Symbol("t")
    x = Value(0.7, label="x")
    out = (x * x).sin() * x.exp() + x / (1 + x * x)
    exact = sympy.diff(sympy.sin(t * t) * sympy.exp(t) + t / (1 + t * t), t).evalf(
        30, {t: sympy.Float(0.7, 30)}
    )
    ways = explain(out).paths["x"]
    assert ways.count == 6
    assert math.fsum(path.product for path in ways.listed) == pytest.approx(float(exact), rel=1e-15)


def test_exponentially_many_paths_are_counted_and_only_the_largest_listed():
    # Broken if paths are counted by listing them: 2**100 would never end.
    _, out = diamonds(100)
    ways = explain(out, max_paths=3).paths["x"]
    assert ways.count == 2**100
    assert len(ways.listed) == 3
    assert str(ways).splitlines()[0] == "d out/d x: about 1.27e+30 paths, the 3 largest:"
    assert str(ways).splitlines()[-1].startswith("  sum of all: ")


def test_the_largest_of_many_are_the_largest_of_all():
    # Broken if the search takes the first paths that it meets.
    x, out = diamonds(8)
    largest = sorted((abs(product) for product in every_path(out, x)), reverse=True)[:5]
    found = [abs(path.product) for path in explain(out, max_paths=5).paths["x"].listed]
    assert found == pytest.approx(largest, rel=1e-14)


@pytest.mark.parametrize("factor", [1.0, 0.1, 0.0, math.nan])
def test_paths_of_one_size_do_not_make_the_search_branch(factor):
    # Broken if ties, or ties but for a rounding, are searched in breadth: 2**60 partial paths.
    x = Value(1.0, label="x")
    y = x
    for _ in range(60):
        y = y * factor + y * factor
    ways = explain(y, max_paths=4).paths["x"]
    assert ways.count == 2**60 and len(ways.listed) == 4


def test_a_count_of_twenty_thousand_digits():
    # Broken if counts overflow, are kept for all nodes, or Python refuses to print them.
    x = Value(1.0, label="x")
    y = x
    for _ in range(64_000):
        y = y + y
    start = time.process_time()
    ways = explain(y, max_paths=1).paths["x"]
    assert ways.count == 2**64_000
    assert time.process_time() - start < 20
    assert str(ways).startswith("d out/d x: about 8.31e+19265 paths, the largest:\n  x -> ")
    assert len(repr(ways)) < 500


def test_a_long_path_is_shortened_in_the_text_but_not_in_the_data():
    # Broken if one path fills the screen.
    x = Value(0.5, label="x")
    y = x
    for _ in range(5000):
        y = y.sin()
    (path,) = explain(y, max_steps=3).paths["x"].listed
    assert len(path.nodes) == 5001 and len(set(path.nodes)) == 5001
    assert len(str(explain(y, max_steps=3).paths["x"])) < 400


def test_no_path_leads_through_what_has_no_derivative():
    # Broken if a path is shown on which nothing flows.
    x, y = Value(2.0, label="x"), Value(3.0, label="y")
    out = autograd.where(autograd.less(x, y), x * y, y) + x.detach()
    assert explain(out, x).paths["x"].count == 1
    blocked = explain(x.detach() * y, x).paths["x"]
    assert (blocked.count, blocked.listed, blocked.total) == (0, (), 0.0)
    assert str(blocked) == "d out/d x: 0 paths\n  sum: 0"


def test_the_root_and_nodes_between_have_paths_too():
    # Broken if only leaves have.
    x = Value(2.0, label="x")
    h = x * x
    out = h * h
    paths = explain(out, [out, h]).paths
    assert (paths["out"].count, paths["out"].listed[0].product) == (1, 1.0)
    assert [path.product for path in paths["v1"].listed] == [4.0, 4.0]


def test_many_leaves_with_many_paths_do_not_fill_the_screen():
    # Broken if a network's explanation lists ten paths for each of its weights.
    leaves = [Value(1.0, label=f"w{i}") for i in range(8)]
    explanation = explain(autograd.sum(w * w for w in leaves))
    assert [len(explanation.paths[w.label].listed) for w in leaves] == [2] * 5 + [0] * 3
    assert all(ways.count == 2 for ways in explanation.paths.values())
    assert "3 more have several paths; name them in wrt to see theirs" in str(explanation)


def test_the_first_path_is_found_without_looking_at_all_edges_again():
    # Broken if listing a path costs as much as the graph.
    leaves = [Value(1.0) for _ in range(1000)]
    root = autograd.sum(leaves)
    links = [(node, i) for node in reversed(autograd.walk.topological_order(root)) for i in range(2)]
    ways = Ways(root, links, set(leaves))
    assert all(len(list(ways.largest(leaf))) == ways.counts[leaf] == 1 for leaf in leaves[-10:])
