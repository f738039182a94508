"""The numbers of a program whose input moves are the same to the last bit, with numpy and without."""

import itertools
import random
import struct
import sys
from math import inf, nan

import numpy
import pytest

import autograd
from autograd import Value, explain, ops
from autograd.differences import compare
from autograd.graph import nodes_of
from autograd.programs import batch, perturbed
from autograd.programs.flatten import Flattening
from autograd.programs.perturbed import Perturbed, visit
from autograd.programs.program import Program
from autograd.programs.slices import Slices
from autograd.sweeps import adjoints

SPECIAL = [0.0, -0.0, 1.0, -1.0, 0.5, 2.0, 3.0, inf, -inf, nan, 5e-324, -5e-324, 1e308, -1e308]


def bits(numbers):
    return ["nan" if x != x else struct.pack("d", x) for x in numbers]


@pytest.mark.parametrize("operation", ops.TABLE.values(), ids=lambda line: line.name)
def test_every_operation_is_computed_as_by_its_own_function(operation):
    """Broken if numpy is trusted with what it rounds in its own way, as the exponential function."""
    rng = random.Random(1)
    places = [
        *SPECIAL,
        *(rng.uniform(-3.0, 3.0) for _ in range(500)),
        *(rng.gauss(0, 1e10) for _ in range(500)),
    ]
    for other in SPECIAL if operation.arity == 2 else [None]:
        for place in [0, 1] if operation.arity == 2 else [0]:
            x = Value(0.5)
            operands = [x] if other is None else [Value(other)]
            root = operation(*(operands if other is None else [*operands[:place], x, *operands[place:]]))
            if x not in root._prev:  # an operation that hands on its other operand
                continue
            slices = Slices(root, [x], {})
            found, _ = next(slices.batch.numbers([0], [places], 0))
            assert bits(found) == bits(slices.whole.run([at])[0] for at in places)
            for carried_out in (perturbed.rows_of, batch.rows_of):
                assert bits(found) == bits(carried_out(slices.whole, places)[slices.whole.outputs[0]])


def test_the_weighted_sum_is_the_same_to_the_last_bit():
    rng = random.Random(2)
    numbers = [[rng.choice([rng.gauss(0, 1), *SPECIAL]) for _ in range(4)] for _ in range(300)]
    here = [rng.choice([rng.gauss(0, 1), *SPECIAL]) for _ in range(300)]
    for weights in ([abs(rng.choice([rng.gauss(0, 1), 0.0])) for _ in here], [0.0] * 300, [inf] * 300):
        for rows_ in (300, 20, 3):  # of which the first may have no nan
            table = numpy.array(numbers)[:rows_]
            together = batch.weighted(table, numpy.array(here[:rows_]), numpy.array(weights[:rows_]))
            alone = [perturbed.weighted(column, here[:rows_], weights[:rows_]) for column in table.T.tolist()]
            assert bits(together) == bits(alone)


def some_graphs():
    """Graphs of many operations, with choices, kinks, stale numbers and parts that no gradient passes."""
    rng = random.Random(3)
    for size in (3, 40, 200):
        leaves = [Value(rng.uniform(-1.5, 1.5), label=f"x{i}") for i in range(4)]
        pool = list(leaves)
        for _ in range(size):
            a, b = rng.choice(pool[-12:]), rng.choice(pool[-12:])
            made = [a + b, a * b, a - b, (a * 0.3).tanh(), a.relu(), autograd.maximum(a, b), a.sin() ** 2]
            made += [a / (b * b + 1.0), autograd.where(a > b, a, b * 2), a.detach() * b, (a * a + 1).log()]
            pool.append(rng.choice(made))
        root = autograd.mean(pool[-6:])
        leaves[0].data += 0.1
        yield root, [node for node in nodes_of(root) if node.label] + [root._prev[0]]


@pytest.mark.parametrize("has_numpy", [True, False])
def test_checks_are_the_same_in_a_batch_and_one_after_another(monkeypatch, has_numpy):
    for root, nodes in some_graphs():
        monkeypatch.setattr(perturbed, "_MANY", 10**9)
        gradients = adjoints(root)
        gradients |= {node: 0.0 for node in nodes if node not in gradients}
        plain = compare(root, nodes, gradients)
        monkeypatch.setattr(perturbed, "_MANY", 1)
        monkeypatch.setattr(perturbed, "_LONG", 1)
        monkeypatch.setattr(batch, "_ROWS", 50)
        if not has_numpy:
            monkeypatch.setitem(sys.modules, "numpy", None)
            monkeypatch.setattr(Slices, "batch", None)
        assert repr(compare(root, nodes, gradients)) == repr(plain)
        for node in nodes:  # and if it is the only one that is looked at
            assert repr(compare(root, [node], gradients)[node]) == repr(plain[node])
        monkeypatch.undo()


def test_a_slice_is_the_program_that_its_input_alone_is_flattened_to():
    for root, nodes in some_graphs():
        leaves = [node for node in nodes if not node._prev]
        for hold in (False, True):
            slices = Slices(root, leaves, adjoints(root), hold)
            for index, leaf in enumerate(leaves):
                program, weights = slices.slice(index)
                alone = Slices(root, [leaf], adjoints(root), hold)
                for place in (leaf.data, 0.3):
                    numbers, expected = program.numbers([place]), alone.whole.numbers([place])
                    assert bits(numbers[program.first :]) == bits(expected[alone.whole.first :])
                    assert numbers[program.outputs[0]] == expected[alone.whole.outputs[0]]
                assert weights == alone.weights


def test_leaves_share_what_is_computed_for_them(monkeypatch):
    """Broken if the work on a wide graph grows with its nodes times its leaves, outside of numpy."""
    flattened, computed, alone = [], [], []
    numbers, rows = batch.Batch.numbers, perturbed.rows_of
    monkeypatch.setattr(perturbed, "rows_of", lambda *given: alone.append(1) or rows(*given))
    monkeypatch.setattr(
        batch.Batch, "numbers", lambda self, *given: computed.append(1) or numbers(self, *given)
    )
    monkeypatch.setattr(
        "autograd.programs.slices.Flattening", lambda *given: flattened.append(1) or Flattening(*given)
    )
    leaves = [Value(0.01 * place + 0.1) for place in range(100)]
    root = autograd.sum([(a * b).tanh() for a, b in itertools.pairwise(leaves)])
    verdicts = {check.verdict for check in compare(root, leaves, adjoints(root)).values()}
    assert verdicts == {"agrees"}
    assert len(flattened) == 1
    assert 1 <= len(computed) < 10
    assert len(alone) < len(leaves)  # the last few, that need more steps than others


def test_many_places_are_computed_at_once(monkeypatch):
    """Broken if a check of a large graph runs it forward some tens of times for each of its leaves."""
    runs = []
    monkeypatch.setattr(Program, "numbers", lambda self, inputs, or_nan: runs.append(self) or [0.0] * 10**4)
    x = Value(0.5, label="x")
    y = x
    for _ in range(500):
        y = y * 0.99 + x
    assert explain(y, check=True).gradients["x"].check.verdict == "agrees"
    assert not runs


def test_a_users_function_is_called_only_where_it_has_to_be():
    """One that stops at a place where no difference is taken, say."""
    called = []

    @autograd.operation(lambda x, out: 2 * x)
    def square(x):
        called.append(x)
        return x * x

    x = Value(1.5, label="x")
    visit([Perturbed(Slices(square(x), [x], {}), 0)] * 20, [[3.0, 2.0]] * 20, 1)
    assert called == [1.5]


def test_numbers_that_were_computed_are_not_computed_again(monkeypatch):
    x = Value(2.0)
    square = x * x
    made = Perturbed(Slices(square, [x], {square: -1.0}), 0)
    runs = []
    numbers = Program.numbers
    monkeypatch.setattr(
        Program, "numbers", lambda self, inputs, or_nan: runs.append(inputs) or numbers(self, inputs, or_nan)
    )
    assert [made.result(3.0), made.weighted(3.0), made.weighted(1.0), made.result(1.0)] == [
        9.0,
        9.0,
        4.0,
        1.0,
    ]
    assert sorted(runs) == [[1.0], [2.0], [3.0]]
    for place in itertools.islice(itertools.count(4.0), 50):
        assert made.numbers(place)[-1] == place * place
        assert made.numbers(2.0)[-1] == 4.0
    assert len(runs) == 53
