"""Transforms of random functions of random trees, nested at random, against sympy.

All functions are polynomials with small integer coefficients at small integers, so every number is exact.
"""

import random
import re
from collections import OrderedDict, deque, namedtuple
from dataclasses import dataclass

import numpy
import pytest
import sympy

import autograd
from autograd import grad, hessian, hvp, jacobian, jvp, tree, value_and_grad, vjp

CASES = 60  # of each kind; a run of 2,000 finds nothing either

Pair = namedtuple("Pair", "x y")


@dataclass(frozen=True)
class Parts:
    w: object
    b: object


def random_tree(rng, numbers, depth=0):
    """A tree whose leaves are all the numbers, in order."""
    if len(numbers) == 1 and rng.random() < 0.6:
        return numbers[0]
    if depth > 0 and rng.random() < 0.3:
        return random_array(rng, numbers)
    if depth > 2:
        return list(numbers)
    cuts = sorted(rng.randrange(len(numbers) + 1) for _ in range(rng.randrange(3)))
    pieces = [numbers[a:b] for a, b in zip([0, *cuts], [*cuts, len(numbers)], strict=True)]
    branches = [random_tree(rng, piece, depth + 1) if piece else rng.choice([[], (), {}]) for piece in pieces]
    if len(branches) == 2 and rng.random() < 0.5:
        return rng.choice([Pair, Parts])(*branches)
    keys = rng.sample(["a", "b", 3, (1, "t"), None], len(branches))
    return rng.choice([list, tuple, deque, lambda b: dict(zip(keys, b, strict=True)), ordered])(branches)


def ordered(branches):
    return OrderedDict((str(-i), branch) for i, branch in enumerate(branches))


def random_array(rng, numbers):
    n = len(numbers)
    shapes = [(n,), (n, 1), (1, n), (2, n // 2), (n // 3, 1, 3)]
    shape = rng.choice([shape for shape in shapes if numpy.prod(shape) == n])
    array = numpy.empty(n, dtype=object)
    array[:] = numbers
    array = array.reshape(shape)
    return array.astype(rng.choice([float, int, "float32"])) if isinstance(numbers[0], int) else array


def random_polynomial(rng, variables, degree=3):
    """A sum of a few products, as a function that takes numbers, Values and sympy's symbols."""
    terms = [
        (rng.randint(-3, 3), [rng.randrange(len(variables)) for _ in range(rng.randint(0, degree))])
        for _ in range(rng.randint(1, 4))
    ]

    def polynomial(values):
        total = 0
        for coefficient, factors in terms:
            product = coefficient
            for factor in factors:
                product = product * values[factor]
            total = total + product
        return total

    return polynomial


def shuffled(rng, thing):
    """A tree that pairs with another: dicts in another order, lists for tuples and arrays."""
    if isinstance(thing, numpy.ndarray):
        return rng.choice([thing, thing.tolist()])
    if isinstance(thing, dict):
        items = [(key, shuffled(rng, branch)) for key, branch in thing.items()]
        return dict(rng.sample(items, len(items)))
    if isinstance(thing, Parts):
        return Parts(shuffled(rng, thing.w), shuffled(rng, thing.b))
    if isinstance(thing, (list, tuple, deque)):
        return rng.choice([list, tuple, deque])([shuffled(rng, branch) for branch in thing])
    return thing


def cells(thing):
    """For each number of a tree the path to its cell and its index there."""
    return [(re.sub(r"\[[\d, ]+\]$", "", p), p) for p in tree.paths(thing)]


def entry(found, *places):
    """A number of a product of trees: the way through each to its cell, then the indices in the block."""
    way, index = "found", ()
    for path, thing in places:
        here = thing
        steps = re.findall(r"\.\w+|\[(?:[^\[\]]|\([^()]*\))*\]", path)
        for i, step in enumerate(steps):
            if isinstance(here, numpy.ndarray):
                index += tuple(int(n) for n in steps[i].strip("[]").split(", "))
                break
            here = eval(f"here{step}", {"here": here})
            way += step
    block = eval(way, {"found": found})
    return block[index] if index else block


@pytest.mark.parametrize("seed", range(CASES))
def test_trees(seed):
    rng = random.Random(seed)
    n, m = rng.randint(1, 6), rng.randint(1, 4)
    numbers = [rng.randint(-3, 3) for _ in range(n)]
    point = random_tree(rng, numbers)
    symbols = sympy.symbols(f"x:{n}")
    polynomials = [random_polynomial(rng, symbols) for _ in range(m)]
    shape = random_tree(rng, [*range(m)])
    at = dict(zip(symbols, numbers, strict=True))
    exact = lambda expression: float(sympy.sympify(expression).subs(at))  # noqa: E731

    def f(x):
        leaves = tree.leaves(x)
        return tree.rebuild(shape, [polynomial(leaves) for polynomial in polynomials])

    def first(x):
        return polynomials[0](tree.leaves(x))

    formulas = [sympy.sympify(polynomial(symbols)) for polynomial in polynomials]
    rows = [[exact(formula.diff(symbol)) for symbol in symbols] for formula in formulas]
    bends = [[exact(formulas[0].diff(s, t)) for t in symbols] for s in symbols]

    value, slopes = value_and_grad(first)(point)
    assert value == exact(formulas[0])
    assert tree.leaves(slopes) == rows[0]
    assert tree.paths(slopes) == tree.paths(point)

    found = jacobian(f)(point)
    for row, out_path in zip(rows, tree.paths(shape), strict=True):
        for slope, path in zip(row, tree.paths(point), strict=True):
            assert entry(found, (out_path, shape), (path, point)) == slope
    found = hessian(first)(point)
    for row, path in zip(bends, tree.paths(point), strict=True):
        for bend, other in zip(row, tree.paths(point), strict=True):
            assert entry(found, (path, point), (other, point)) == bend

    along = [rng.randint(-2, 2) for _ in range(n)]
    direction = shuffled(rng, tree.rebuild(point, along))
    value, slopes = jvp(f)(point, direction)
    assert tree.leaves(value) == [exact(formula) for formula in formulas]
    assert tree.leaves(slopes) == [sum(a * b for a, b in zip(row, along, strict=True)) for row in rows]
    assert tree.paths(value) == tree.paths(slopes) == tree.paths(shape)
    assert tree.leaves(hvp(first)(point, direction)) == [
        sum(a * b for a, b in zip(row, along, strict=True)) for row in bends
    ]
    weights = [rng.randint(-2, 2) for _ in range(m)]
    pulled = vjp(f)(point)[1](shuffled(rng, tree.rebuild(shape, weights)))
    assert tree.leaves(pulled) == [
        sum(w * row[i] for w, row in zip(weights, rows, strict=True)) for i in range(n)
    ]
    assert tree.paths(pulled) == tree.paths(point)


WAYS = [
    grad,
    jacobian,
    autograd.elementwise_grad,
    lambda f: lambda x: value_and_grad(f)(x)[1],
    lambda f: lambda x: jvp(f)(x, 1.0)[1],
    lambda f: lambda x: vjp(f)(x)[1](1.0),
    lambda f: lambda x: grad(lambda p: f(p["x"]))({"x": x})["x"],
    lambda f: lambda x: grad(lambda c, *, v: f(v) * c, argnames="v")(1.0, v=x),
    lambda f: lambda x: grad(lambda v: (f(v), v), has_aux=True)(x)[0],
]
SECOND = [hessian, lambda f: lambda x: hvp(f)(x, 1.0), lambda f: grad(grad(f))]


def random_nest(rng, depth):
    """A function of a list of variables, and the same for sympy: polynomials and derivatives of them."""
    kind = rng.random()
    if depth == 0 or kind < 0.2:
        seed = rng.random()
        return (lambda v: random_polynomial(random.Random(seed), v, 2)(v),) * 2
    (f, f_exact), (g, g_exact) = random_nest(rng, depth - 1), random_nest(rng, depth - 1)
    if kind < 0.4:
        return lambda v: f(v) * g(v), lambda v: f_exact(v) * g_exact(v)
    if kind < 0.55:  # at a number, be there variables around or not
        point = rng.randint(-2, 2)
        g, g_exact = (lambda v: point), (lambda v: sympy.Integer(point))
    way, order = (rng.choice(WAYS), 1) if rng.random() < 0.75 else (rng.choice(SECOND), 2)

    def exact(v):
        new = sympy.Dummy()
        return sympy.diff(f_exact([*v, new]), new, order).subs(new, g_exact(v))

    return lambda v: way(lambda new: f([*v, new]))(g(v)), exact


@pytest.mark.parametrize("seed", range(CASES))
def test_nests(seed):
    rng = random.Random(seed)
    f, f_exact = random_nest(rng, rng.randint(1, 4))
    x = sympy.Symbol("x")
    formula = sympy.sympify(f_exact([x]))
    at = rng.randint(-2, 2)
    slope, bend = rng.choice(WAYS)(lambda v: f([v]))(at), rng.choice(SECOND)(lambda v: f([v]))(at)
    assert (type(slope), type(bend)) == (float, float)
    assert slope == float(formula.diff(x).subs(x, at))
    assert bend == float(formula.diff(x, 2).subs(x, at))
    assert f([at]) == float(formula.subs(x, at))
