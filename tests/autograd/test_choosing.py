"""`take` where a function is called, and `require`: an entry, or the error that a list would give."""

import random
from collections import deque
from math import inf, nan

import numpy
import pytest

import autograd
from autograd import Value, gradient, require, take
from tests.autograd.programs.test_derivative import bits

NUMBERS = [0.0, -0.0, 1.5, -2.0, inf, -inf, nan, 5e-324]


def test_a_number_as_index_hands_out_the_entry_itself():
    # Broken if it is copied: its gradient would go astray.
    table = [Value(1.0), Value(2.0)]
    assert take(table, 1) is take(tuple(table), 1.0) is take(deque(table), numpy.int64(1)) is table[1]
    rows = [[1.0], [2.0, 3.0]]
    assert take(rows, 1) is rows[1]
    assert take(numpy.eye(2), 1).tolist() == [0.0, 1.0]
    assert take(range(5, 9), 3.0) == 8


@pytest.mark.parametrize("index", range(len(NUMBERS)))
def test_a_value_as_index_chooses_the_entry_to_the_last_bit(index):
    # Broken if what is not chosen adds 0.0 in place of -0.0, or passes 0 times infinity on.
    table, place = [Value(x) for x in NUMBERS], Value(float(index))
    out = take(table, place)
    assert bits([out.data]) == bits([NUMBERS[index]])
    (out * inf).backward()
    arrived = nan if index == 6 else inf  # every choice of nan passes on nan
    assert bits([x.grad for x in table]) == bits([arrived if k == index else 0.0 for k in range(8)])
    assert place.grad == 0.0


def test_an_index_of_minus_zero_is_zero():
    assert take([1.0, 2.0], -0.0) == take([1.0, 2.0], Value(-0.0)).data == 1.0


def test_rows_of_any_structure():
    row = take([{"a": 1.0, "b": (2.0, [3.0])}, {"b": (5.0, [6.0]), "a": 4.0}], Value(1.0))
    assert autograd.value_and_grad(lambda x: x["a"] + x["b"][0] * x["b"][1][0])(row)[0].data == 34.0
    assert list(row) == ["a", "b"]
    chosen = take(numpy.arange(6.0).reshape(3, 2), Value(2.0))
    assert isinstance(chosen, numpy.ndarray)
    assert [x.data for x in chosen] == [4.0, 5.0]


@pytest.mark.parametrize("kind", [float, Value])
@pytest.mark.parametrize(
    "index, error, message",
    [
        (3, IndexError, "from 0 to 2, got 3$"),
        (-1, IndexError, "got -1; the last entry is at 2"),
        (-4, IndexError, "got -4$"),
        (1.5, TypeError, "whole number, got 1.5"),
        (nan, TypeError, "whole number, got nan"),
        (inf, TypeError, "whole number, got inf"),
    ],
)
def test_an_index_of_no_entry(index, error, message, kind):
    with pytest.raises(error, match=message):
        take([1.0, 2.0, 3.0], kind(index))


@pytest.mark.parametrize(
    "table, index, error, message",
    [
        ([], 0, IndexError, "the table has none, got 0"),
        ("abc", 0, TypeError, "list, tuple or array of entries, got str"),
        ({0: 1.0}, 0, TypeError, "got dict"),
        (numpy.array(1.0), 0, TypeError, "got ndarray"),
        ([1.0], "0", TypeError, "expected a number"),
        ([1.0, [2.0]], Value(0), ValueError, "entry 1 a list of 1"),
        (["a", "b"], Value(0), TypeError, "expected numbers .* got str"),
    ],
)
def test_what_is_no_table_and_no_index(table, index, error, message):
    with pytest.raises(error, match=message):
        take(table, index)


def test_log_softmax_chooses_by_the_same_rules():
    scores = [Value(x) for x in (1.0, -2.0, 0.5)]
    for index in range(3):
        number, value = [autograd.log_softmax(scores, i) for i in (index, Value(index))]
        assert bits([number.data]) == bits([value.data])
        assert bits(gradient(number, scores)) == bits(gradient(value, scores))
    with pytest.raises(IndexError, match="from 0 to 2, got -1"):
        autograd.log_softmax(scores, -1)


def test_random_tables():
    rng = random.Random(0)
    for _ in range(50):
        count, width = rng.randint(1, 12), rng.randint(1, 3)
        numbers = [rng.choice([*NUMBERS[:6], rng.gauss(0, 1)]) for _ in range(count * width)]
        table = [[Value(numbers.pop()) for _ in range(width)] for _ in range(count)]
        index = rng.randrange(count)
        row = take(table, Value(index))
        assert bits([x.data for x in row]) == bits([x.data for x in table[index]])
        for x, entry in zip(row, table[index], strict=True):
            assert gradient(x, entry) == 1.0


def test_require_holds_a_number_to_its_rule_at_once():
    seen = []
    require(3, seen.append)
    require(Value(4.0), seen.append)
    assert seen == [3.0, 4.0]
    assert type(seen[0]) is float
    with pytest.raises(TypeError, match="expected a number"):
        require("3", seen.append)
