"""Chains: bound batches and copies that one call runs many times in machine code."""

from __future__ import annotations

import copy
import pickle
import threading

import numpy as np
import pytest

from autograd import Chain, Value, jit, require, value_and_grad

pytest.importorskip("llvmlite")


def squares_until(limit):
    """A chain that squares a number again and again, and the arrays that it works on."""
    x, found = np.array([2.0]), np.zeros((limit, 1))
    square = jit(lambda x: x * x).bind_batch(x, copy=False)
    chain = Chain()
    chain.run(square)
    chain.check(square.outputs)
    chain.copy(square.outputs, x)
    chain.copy(x, found)
    return chain, x, found


def test_a_chain_does_in_one_call_what_python_does_in_a_loop():
    # Broken: links out of order, or the outputs of one batch are not the inputs of the next.
    w = Value(0.5)
    rows = np.linspace(-1.0, 1.0, 23)
    slopes = jit(value_and_grad(lambda x: (w * x - 0.25) ** 2, wrt=[w])).bind_batch(rows, sums=True)
    lanes = slopes.parts[1][0]
    rate, losses = np.array([0.1]), np.zeros((50, *slopes.parts[0][0].shape))
    step = jit(lambda w, parts, rate: w - rate[0] * sum(parts)).bind_batch(
        slopes.parameters, lanes, rate, shared=2, copy=False
    )
    chain = Chain()
    chain.run(slopes)
    chain.copy(slopes.parts[0][0], losses)
    chain.run(step)
    chain.copy(step.outputs, slopes.parameters)
    assert chain(50) == 50
    number, expected = 0.5, []
    for _ in range(50):
        expected.append(sum((number * x - 0.25) ** 2 for x in rows))
        number -= 0.1 * sum(2.0 * (number * x - 0.25) * x for x in rows)
    assert slopes.parameters == pytest.approx([number], rel=1e-13)
    assert losses.sum(axis=1) == pytest.approx(expected, rel=1e-13)


def test_a_check_ends_it_and_ended_says_when():
    # Broken: what follows the check is done in the run that it stops. 2**(2**10) is above the largest float.
    chain, x, found = squares_until(20)
    assert (chain(20), chain.ended) == (9, 9)
    assert x.tolist() == [2.0**512]
    assert found[:10, 0].tolist() == [*(2.0 ** (2.0 ** (r + 1)) for r in range(9)), 0.0]
    assert (chain(0), chain.ended) == (0, 0)
    assert x.tolist() == [2.0**512]


def test_it_goes_on_at_another_run():
    chain, _, found = squares_until(4)
    assert (chain(2), chain(2, first=2)) == (2, 4)
    assert found.ravel().tolist() == [4.0, 16.0, 256.0, 65536.0]


def test_ranges_say_which_rows_a_run_is_for():
    rows, ranges = np.arange(40.0), np.array([[0, 3], [3, 3], [7, 40]])
    total = jit(lambda x: x).bind_batch(rows, sums=True)
    found = np.zeros((3, *total.parts[0][0].shape))
    chain = Chain()
    chain.run(total, ranges)
    chain.copy(total.parts[0][0], found)
    assert chain(3) == 3
    assert found.sum(axis=1).tolist() == [3.0, 0.0, sum(range(7, 40))]


def test_fewer_rows_than_lanes_are_read_anew_in_every_run():
    # Broken: the longer array that the code reads is filled once only.
    x = np.array([1.0, 2.0, 3.0])
    twice = jit(lambda x: 2.0 * x).bind_batch(x, copy=False)
    chain = Chain()
    chain.run(twice)
    chain.copy(twice.outputs, x)
    assert chain(10) == 10
    assert x.tolist() == [1024.0, 2048.0, 3072.0]


def test_what_is_wrong_with_a_link():
    chain, x, found = squares_until(3)
    bound = jit(lambda x: x * x).bind_batch(np.arange(9.0), sums=True)
    called = jit(lambda x: x * x)
    for action, error, message in (
        (lambda: chain.run(called), TypeError, "a chain runs what bind_batch returns, got <"),
        (lambda: chain.copy(np.zeros(3), x), ValueError, r"shape \(3,\) is copied to one of shape \(1,\)"),
        (lambda: chain.copy([1.0], x), TypeError, r"a contiguous array of float64, got \[1.0\]"),
        (lambda: chain.copy(np.zeros((4, 2))[:, 0], np.zeros(4)), TypeError, "contiguous"),
        (lambda: chain.check(np.zeros(3, int)), TypeError, "an array that is checked"),
        (lambda: chain.run(bound, np.zeros((2, 2))), TypeError, "ranges is a contiguous array of int64"),
        (lambda: chain.run(bound, np.array([0, 9])), ValueError, r"a start and a stop .* the shape \(2,\)"),
        (lambda: chain.copy(x, np.frombuffer(b"8 bytes!")), ValueError, "one that is read-only"),
        (lambda: chain(4), IndexError, "runs 0 to 4, with arrays for 3 runs"),
        (lambda: chain(1, first=-1), IndexError, "got runs=1 and first=-1"),
        (lambda: chain(-1), IndexError, "got runs=-1 and first=0"),
    ):
        with pytest.raises(error, match=message):
            action()
    assert found.tolist() == [[0.0], [0.0], [0.0]]


@pytest.mark.parametrize("ranges", [[[0, 10]], [[-1, 2]], [[3, 2]]])
def test_ranges_of_rows_that_are_not_there(ranges):
    bound = jit(lambda x: x * x).bind_batch(np.arange(9.0), sums=True)
    chain = Chain()
    chain.run(bound, np.array(ranges))
    with pytest.raises(IndexError, match=r"rows|range"):
        chain(1)


def test_rows_of_several_tiles_are_added_up_in_one_go():
    bound = jit(lambda x: x * x).bind_batch(np.arange(100_000.0), sums=True)
    assert bound.samples > bound.tile
    chain = Chain()
    chain.run(bound)
    chain(1)
    total = bound.parts[0][0].sum()
    bound()
    assert total == bound.outputs == sum(i * i for i in range(100_000))


def test_a_chain_without_links_does_nothing_as_often_as_asked():
    assert Chain()(3) == 3


def test_rules_that_inputs_are_held_to():
    def root(x):
        require(x, lambda number: None if number >= 0 else pytest.fail("negative"))
        return x**0.5

    bound = jit(root).bind_batch(np.array([1.0, 4.0]))
    chain = Chain()
    chain.run(bound, np.array([[0, 2]]))
    bound.inputs[0][1] = -1.0
    with pytest.raises(pytest.fail.Exception, match="negative"):
        chain(1)


def test_buffers_that_are_not_copied_are_arrays():
    f = jit(lambda x, y: x * y)
    for wrong in ([1.0, 2.0], np.arange(2), np.zeros((2, 2))[:, 0]):
        with pytest.raises(TypeError, match="copy=False arguments are contiguous arrays of float64"):
            f.bind_batch(np.zeros(2), wrong, copy=False)
    x, y = np.array([2.0, 3.0]), np.array([5.0, 7.0])
    bound = f.bind_batch(x, y, copy=False)
    x[0] = 11.0
    bound()
    assert bound.outputs.tolist() == [55.0, 21.0]


def test_a_call_that_is_refused_has_done_nothing():
    chain, _, _ = squares_until(3)
    chain(3)
    with pytest.raises(IndexError):
        chain(1, first=7)
    assert chain.ended == 7


def test_a_chain_belongs_to_its_arrays():
    # Broken: a copy writes to the arrays of the first, or to what has come in their place.
    chain, _, _ = squares_until(3)
    for action in (copy.deepcopy, pickle.dumps):
        with pytest.raises(TypeError, match="a chain belongs to its arrays"):
            action(chain)


def test_two_chains_in_two_threads():
    # Broken: chains share memory, or the interpreter's lock is held. Each thread has its own.
    found = {}

    def work(number):
        chain, x, _ = squares_until(8)
        chain(8)
        found[number] = x[0]

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(found.values()) == {2.0**256}
