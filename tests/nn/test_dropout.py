"""Dropout leaves out what it says, keeps the expectation, and does nothing when the model is used."""

import pickle
import random
from copy import deepcopy

import pytest

import nn
from autograd import Value, check_grads, trace


def test_about_the_share_p_becomes_zero_and_the_rest_grows_so_that_the_mean_stays():
    outputs = [y.data for y in nn.Dropout(0.25, seed=0)([3.0] * 10_000)]
    assert set(outputs) == {0.0, 4.0}
    # The standard error of the share is sqrt(0.25 * 0.75 / 10000), 0.0043, and that of the mean 4 times it.
    assert outputs.count(0.0) / 10_000 == pytest.approx(0.25, abs=0.013)
    assert sum(outputs) / 10_000 == pytest.approx(3.0, abs=0.052)


def test_the_gradient_passes_where_the_number_passed_and_as_enlarged():
    x = [Value(1.0) for _ in range(8)]
    outputs = nn.Dropout(0.5, seed=1)(x)
    sum(outputs).backward()
    assert [v.grad for v in x] == [y.data for y in outputs] and {v.grad for v in x} == {0.0, 2.0}


def test_in_evaluation_mode_the_very_same_nodes_pass_and_nothing_is_drawn():
    random.seed(0)
    state, x = random.getstate(), [Value(1.0), Value(2.0)]
    assert nn.Dropout(0.9).eval()(x) == x
    assert random.getstate() == state


def test_the_mask_is_drawn_anew_for_every_sample_and_repeats_with_the_seed():
    def masks(seed):
        return [[y.data for y in row] for row in nn.Dropout(0.5, seed).batch([[1.0] * 6] * 4)]

    assert masks(3) == masks(3) == masks(random.Random(3)) != masks(4)
    assert len({tuple(mask) for mask in masks(3)}) > 1


def test_without_a_seed_the_random_module_decides():
    random.seed(5)
    draws = random.Random(5)
    assert [y.data for y in nn.Dropout()([1.0] * 20)] == [2.0 * (draws.random() >= 0.5) for _ in range(20)]


@pytest.mark.parametrize(("p", "expected"), [(0.0, [1.0, 2.0]), (1, [0.0, 0.0])])
def test_nothing_or_everything_may_be_left_out(p, expected):
    assert [y.data for y in nn.Dropout(p)([1.0, 2.0])] == expected


@pytest.mark.parametrize("copy", [deepcopy, lambda module: pickle.loads(pickle.dumps(module))])
@pytest.mark.parametrize("seed", [None, 7, random])
def test_a_copy_draws_from_its_own_source(copy, seed):
    dropout = nn.Dropout(0.3, seed).eval()
    other = copy(dropout)
    assert (other.p, other.training) == (0.3, False)
    assert (other.rng is None) == (seed != 7)
    if seed == 7:
        assert other.train()([1.0] * 9)[8].data == dropout.train()([1.0] * 9)[8].data


def test_a_fixed_mask_is_differentiated_as_finite_differences_say():
    check_grads(lambda x: sum(y**3 for y in nn.Dropout(0.5, seed=0)(x)), [0.5, -1.0, 2.0, 3.0], order=2)


def test_nodes_know_that_they_are_of_dropout():
    assert {node.scope for node in trace(nn.Dropout(0.5, seed=0)([1.0]))[0]} == {"", "dropout"}


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: nn.Dropout(1.5), ValueError, "p of Dropout is a number from 0 to 1, got 1.5"),
        (lambda: nn.Dropout(float("nan")), ValueError, "p of Dropout is a number from 0 to 1"),
        (lambda: nn.Dropout("0.5"), ValueError, "got '0.5'"),
        (lambda: nn.Dropout(seed="1"), TypeError, "a seed is an int"),
        (lambda: nn.Dropout()(1.0), TypeError, r"Dropout\(p=0.5\) takes one sample, a sequence of numbers"),
    ],
)
def test_a_wrong_argument_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()
