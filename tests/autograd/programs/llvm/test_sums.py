"""Long sums of a tape: every total bit for bit as if its terms were added one after the other."""

import math
import random

import numpy as np
import pytest

from autograd import Value, dot, flatten, ops, value_and_grad
from autograd.compiled.derivatives import traced
from autograd.programs import tape as tapes
from autograd.programs.fusion import fused
from autograd.programs.given import Given
from autograd.programs.groups import FAR, GATHERED, NEXT, SAME, Sum
from autograd.programs.llvm import cache, long
from autograd.programs.llvm.long import LongRunner
from autograd.programs.prepare import with_needed_only
from autograd.programs.sums import sums
from autograd.programs.tape import tape
from tests.autograd.programs.llvm.programs import bits
from tests.autograd.programs.table import EDGES, same


@pytest.fixture(autouse=True)
def _by_levels(monkeypatch):
    monkeypatch.setenv(cache.VARIABLE, "off")
    monkeypatch.setattr(tapes, "_VERY_WIDE", 0)  # however few there are, and never as loops


def leaves(count):
    return [Value(float(i)) for i in range(count)]


def layer(rows, columns, inputs):
    """The program of a matrix times some vectors: matrix, vectors."""
    matrix, vectors = leaves(rows * columns), [leaves(columns) for _ in range(inputs)]
    products = [dot(matrix[columns * row : columns * (row + 1)], x) for x in vectors for row in range(rows)]
    return flatten(products, [*matrix, *(x for vector in vectors for x in vector)])


def kinds_of(program):
    return [kind for kind in tape(program).kinds if isinstance(kind, Sum)]


def some_numbers(count, seed):
    rng = random.Random(seed)
    return [rng.choice([*EDGES, -0.0]) if rng.random() < 0.01 else rng.gauss(0, 1) for _ in range(count)]


@pytest.mark.parametrize("rows", [3, 4, 5, 15, 16, 17, 35])
@pytest.mark.parametrize("inputs", [1, 2, 9])
def test_a_layer_of_any_size(rows, inputs):
    """Totals in blocks, and what is left over."""
    program = layer(rows, 40, inputs)
    assert kinds_of(program)
    runner = LongRunner(program, soon=False)
    for seed in range(3):
        numbers = some_numbers(len(program.inputs), seed)
        assert same(runner.run(numbers), program.run(numbers))


def test_the_terms_of_a_layer_are_not_listed():
    """A row of the matrix is so many places behind the one before; the vector is the same for all."""
    (kind,) = kinds_of(layer(20, 40, 1))
    assert kind.moves == (FAR, SAME)
    assert [step.operation for step in kind.steps] == [ops.mul, ops.add]
    x = leaves(200)
    (plain,) = kinds_of(flatten([sum(x[i : i + 10]) for i in range(100)], x))
    assert plain.moves == (NEXT,)
    rng = random.Random(0)
    (mixed,) = kinds_of(flatten([dot(rng.sample(x, 10), rng.sample(x, 10)) for i in range(40)], x))
    assert mixed.moves == (GATHERED, GATHERED)


def test_only_the_total_has_a_place():
    program = layer(20, 40, 1)
    made = tape(program)
    assert len(made.memory) - made.first == 20 * 2  # a product to begin with, and the total
    assert made.groups[:, 1].sum() == 20 * 2


def test_the_gradient_of_a_network_with_relu():
    """What comes below a relu is masked: a product, a choice, and an addition."""
    network = layer_and_back(24, 20)
    assert (ops.mul, ops.when, ops.add) in {
        tuple(step.operation for step in kind.steps) for kind in kinds_of(network)
    }
    runner = LongRunner(network, soon=False)
    for seed in range(5):
        numbers = some_numbers(len(network.inputs), seed)
        assert same(runner.run(numbers), network.run(numbers))


def layer_and_back(rows, columns):
    def loss(w, v, xs):
        hidden = [[dot(row, x).relu() for row in w] for x in xs]
        outputs = [dot(v, h) for h in hidden]
        return dot(outputs, outputs)

    shapes = [[1.0] * columns for _ in range(rows)], [1.0] * rows, [[1.0] * columns for _ in range(6)]
    return with_needed_only(traced(value_and_grad(loss, argnums=(0, 1, 2)), shapes, {}).program)


@pytest.mark.parametrize("seed", range(20))
def test_random_sums(seed):
    """Terms of several kinds, totals as terms, sums that are read halfway; all numbers the same."""
    rng = random.Random(seed)
    x = leaves(60)
    known = list(x)
    kinds = [
        lambda: rng.choice(known),
        lambda: rng.choice(x) * rng.choice(known),
        lambda: -rng.choice(x),
        lambda: ops.when(rng.choice(x), rng.choice(x)),
        lambda: ops.when(rng.choice(x), rng.choice(x) * rng.choice(x)),
        lambda: rng.choice(known).tanh(),
    ]
    outputs = []
    for _ in range(150):
        usual, total = rng.choice(kinds), rng.choice(x) * rng.choice(x)
        for _ in range(rng.randrange(3, 25)):
            term = usual() if rng.random() < 0.95 else rng.choice(kinds)()
            total = total + term if rng.random() < 0.8 else term + total
            if rng.random() < 0.03:
                rng.choice([known, outputs]).append(total)
        known.append(total)
    program = flatten([*outputs, *known[60:]], x)
    assert kinds_of(program)
    numbers = [rng.choice([0.0, 1.0, rng.gauss(0, 1)]) for _ in x]
    assert same(LongRunner(program, "libm", soon=False).run(numbers), program.run(numbers))


def test_what_is_read_halfway_is_no_part_of_a_longer_sum():
    x = leaves(300)
    halves = [sum(x[i : i + 10]) for i in range(100)]
    wholes = [sum(x[i + 10 : i + 20], half) for i, half in enumerate(halves)]
    program = flatten([*halves, *wholes], x)
    found = sums(fused(program), np.array(program.outputs))
    assert set(found.counts.tolist()) <= {7, 8, 9, 10}
    assert LongRunner(program).run([math.sqrt(i) for i in range(300)]) == program.run(
        [math.sqrt(i) for i in range(300)]
    )


@pytest.mark.parametrize("samples", [1, 3, 4, 9])
def test_a_batch_is_every_sample_alone(samples, monkeypatch):
    monkeypatch.setattr(long, "STRAIGHT_IN_BATCHES", 0)
    program = layer(7, 40, 3)
    runner = LongRunner(program, soon=False)
    count = len(program.inputs)
    table = np.random.default_rng(samples).normal(size=(samples, count))
    (found,) = runner.batch([Given(table, 0, count)], [len(program.outputs)])
    assert [bits(row) for row in found.tolist()] == [bits(runner.run(row)) for row in table.tolist()]
    assert bits(found[0].tolist()) == bits(program.run(table[0].tolist()))
