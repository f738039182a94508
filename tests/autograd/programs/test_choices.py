"""Choices by a comparison in fewer instructions: the numbers stay the same, to the last bit."""

import random
from collections import Counter
from math import inf, nan

import pytest

import autograd
from autograd import flatten, grad, ops, take, value_and_grad
from autograd.compiled.derivatives import traced
from autograd.programs.choices import with_plain_choices
from autograd.programs.prepare import with_needed_only
from tests.autograd.programs.table import same

NUMBERS = [0.0, -0.0, 1.0, -2.5, 3.0, inf, -inf, nan]


def derivative(f, *arguments):
    return traced(f, arguments, {}).program


def counted(program):
    shorter = with_needed_only(program)
    return Counter(shorter.operations[code].name for code in shorter.codes)


def looked_up(table, index, weights):
    """The same rows chosen several times, one of them computed."""
    rows = [[x * w for x, w in zip(table[0], weights, strict=True)], *table[1:]]
    chosen = [take(rows, place) for place in index]
    return autograd.sum([autograd.dot(row, weights) ** 2 for row in chosen])


@pytest.mark.parametrize("seed", range(40))
def test_the_gradient_of_a_table_with_any_numbers(seed):
    """An entry that is infinite or nan spoils the gradient where it is chosen, and only there."""
    rng = random.Random(seed)
    shapes = [[1.0] * 3 for _ in range(4)], [0.0] * 3, [1.0] * 3
    program = derivative(value_and_grad(looked_up, argnums=(0, 2)), *shapes)
    plain = with_plain_choices(program)
    numbers = [rng.choice(NUMBERS) if rng.random() < 0.2 else rng.gauss(0, 1) for _ in range(12)]
    numbers += [float(rng.randrange(4)) for _ in range(3)]
    numbers += [rng.choice(NUMBERS) if rng.random() < 0.2 else rng.gauss(0, 1) for _ in range(3)]
    assert same(plain.run(numbers), program.run(numbers))


def test_an_entry_that_is_not_chosen_does_not_spoil_the_gradient():
    program = with_plain_choices(derivative(grad(lambda x, i: take(x, i) ** 2), [1.0, 2.0, 3.0], 0.0))
    assert program.run([nan, inf, 5.0, 2.0]) == [0.0, 0.0, 10.0]
    assert same(program.run([nan, inf, 5.0, 0.0]), [nan, 0.0, 0.0])


def test_a_choice_passes_by_two_instructions_and_looks_for_nan_once_an_entry():
    program = derivative(
        value_and_grad(lambda x, i: sum(take(x, place) ** 2 for place in i)), [1.0] * 10, [0.0] * 6
    )
    before, after = counted(program), counted(with_plain_choices(program))
    assert (before["not_equal"], after["not_equal"]) == (2 * 60, 10)
    assert (before["equal"], after["equal"]) == (2 * 60, 60)
    assert after["when"] == 60 + 60 + 10


def test_what_is_no_comparison_stays_as_it_is():
    """A condition may be any number, and nan or a product of two small ones chooses."""
    program = derivative(grad(lambda c, x: ops.when(c * c, x) * 3.0), 1.0, 2.0)
    assert with_plain_choices(program) is program
    none = flatten(autograd.Value(1.0) + 1.0, [])
    assert with_plain_choices(none) is none


@pytest.mark.parametrize("seed", range(20))
def test_choices_within_choices(seed):
    """Below a choice another one decides too; what a second derivative reads is left alone."""
    rng = random.Random(seed)

    def nested(x):
        chosen = autograd.where(ops.greater(x[0], x[1]), x[2] * x[3], x[3].exp())
        again = autograd.where(ops.less_equal(x[1], x[3]), chosen * x[0], autograd.relu(chosen))
        return autograd.where(ops.greater(x[2], 0.0), again * again, x[0] * x[0] * x[0])

    for f, found in ((value_and_grad(nested), True), (autograd.hessian(nested), False)):
        program = derivative(f, [1.0, 2.0, 3.0, 4.0])
        plain = with_plain_choices(program)
        assert found == (len(with_needed_only(plain)) < len(with_needed_only(program)))
        for _ in range(20):
            numbers = [rng.choice(NUMBERS) if rng.random() < 0.2 else rng.gauss(0, 1) for _ in range(4)]
            assert same(plain.run(numbers), program.run(numbers))
