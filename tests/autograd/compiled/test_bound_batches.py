"""Batches on buffers: rows at a time, sums and rows side by side; and the compiled `backward()`."""

import pickle

import numpy as np
import pytest

import autograd
from autograd import Value, jit, value_and_grad
from autograd.compiled import version
from autograd.compiled.backend import NumpyRunner
from autograd.programs.llvm import long


@pytest.fixture(params=["straight", "tape", "numpy"])
def way(request, monkeypatch):
    """How programs run here."""
    if request.param == "tape":
        monkeypatch.setattr(long, "STRAIGHT_IN_BATCHES", 0)
        monkeypatch.setattr(version, "runner", long.LongRunner)
    if request.param == "numpy":
        monkeypatch.setattr(version, "runner", NumpyRunner)
    return request.param


def model():
    w, b = [Value(0.5), Value(-0.25)], Value(0.125)

    def loss(x, y):
        out = autograd.maximum(w[0] * x[0] + w[1] * x[1] + b, 0.1 * x[0])
        return (out - y) ** 2, out

    return loss, [*w, b]


def data(samples):
    rng = np.random.default_rng(samples)
    return rng.normal(size=(samples, 2)), rng.normal(size=samples)


@pytest.mark.parametrize("samples", [1, 2, 5, 100])
def test_rows_and_sums(samples, way):
    loss, parameters = model()
    f = jit(value_and_grad(loss, wrt=parameters, has_aux=True))
    x, y = data(samples)
    bound = f.bind_batch(x, y, sums=((True, False), True))
    assert list(map(id, bound.values)) == list(map(id, parameters))
    for start, stop in [(0, samples), (0, samples // 2), (samples // 3, samples), (samples, samples)]:
        bound(start, stop)
        (total, outputs), gradient = bound.outputs
        alone = [
            f(row.tolist(), target) for row, target in zip(x[start:stop], y[start:stop].tolist(), strict=True)
        ]
        assert outputs.shape == (samples,)
        assert outputs[start:stop].tolist() == [out for (_, out), _ in alone]
        assert total == pytest.approx(sum(number for (number, _), _ in alone), rel=1e-14, abs=1e-300)
        expected = np.sum([slopes for _, slopes in alone] or np.zeros((1, 3)), axis=0)
        assert np.allclose(gradient, expected, rtol=1e-13, atol=1e-15)


def test_what_is_written_to_the_buffers_is_read(way):
    loss, parameters = model()
    f = jit(value_and_grad(loss, wrt=parameters, has_aux=True))
    x, y = data(7)
    bound = f.bind_batch(x, y, sums=True)
    bound()
    before = bound.outputs[1].copy()
    bound.inputs[0][:] = x[::-1]
    bound.inputs[1][:] = y[::-1]
    bound()
    assert np.allclose(bound.outputs[1], before, rtol=1e-14)
    bound.parameters[:] = [1.0, 2.0, 3.0]
    bound()
    for parameter, number in zip(parameters, (1.0, 2.0, 3.0), strict=True):
        parameter.data = number
    fresh = f.bind_batch(x[::-1], y[::-1], sums=True)
    fresh()
    assert np.array_equal(bound.outputs[1], fresh.outputs[1])


def test_shared_arguments_and_names(way):
    f = jit(lambda x, scale, *, shift: x[0] * scale + x[1] * shift)
    x, _ = data(6)
    bound = f.bind_batch(x, 2.0, shift=np.arange(6.0))
    bound()
    assert np.array_equal(bound.outputs, x[:, 0] * 2.0 + x[:, 1] * np.arange(6.0))
    assert set(bound.inputs) == {0, 1, "shift"}
    weights = jit(lambda x, w: x[0] * w[0] + x[1] * w[1]).bind_batch(x, [3.0, 4.0], shared=1, sums=True)
    weights()
    assert weights.outputs == pytest.approx((x @ [3.0, 4.0]).sum(), rel=1e-13)


def test_sums_do_not_depend_on_threads():
    f = jit(value_and_grad(lambda x: autograd.tanh(x[0] * x[1])))
    x, _ = data(40_000)
    found = []
    for threads in (1, 2, 3):
        bound = f.bind_batch(x, sums=(True, False), threads=threads)
        bound(3, 39_998)
        bound(3, 39_998)
        found.append((bound.outputs[0].item(), bound.outputs[1][3:39_998].tolist()))
    assert found[0] == found[1] == found[2]


@pytest.mark.parametrize("rows", [(-1, 2), (3, 2), (0, 8)])
def test_rows_that_are_not_there(rows):
    bound = jit(lambda x: x * x).bind_batch(np.arange(7.0))
    with pytest.raises(IndexError, match=f"rows from {rows[0]} to {rows[1]} of a batch of 7"):
        bound(*rows)


def test_sums_that_do_not_fit_what_is_returned():
    f = jit(lambda x: (x, 2 * x))
    with pytest.raises(ValueError, match="sums is True or False, or has one of them for each part"):
        f.bind_batch(np.arange(3.0), sums=(True, False, True))


def test_buffers_belong_to_where_they_are():
    bound = jit(lambda x: x * x).bind_batch(np.arange(7.0))
    with pytest.raises(TypeError, match="belongs to its buffers"):
        pickle.dumps(bound)


def test_backward_adds_gradients_as_a_graph_does():
    loss, parameters = model()

    def total(x):
        return sum(loss(row, 0.3)[0] for row in x)

    x = [[1.0, 2.0], [3.0, -4.0]]
    compiled = jit(total, math="libm")
    expected = total(x)
    for _ in range(2):
        expected.backward()
        by_graph = [parameter.grad for parameter in parameters]
        for parameter in parameters:
            parameter.grad = 0.0
    assert compiled.backward(x) == expected.data
    assert [parameter.grad for parameter in parameters] == by_graph
    compiled.backward(x)
    assert [parameter.grad for parameter in parameters] == [2 * slope for slope in by_graph]


def test_backward_is_for_one_number_and_plain_arguments():
    w = Value(2.0)
    with pytest.raises(TypeError, match="backward needs a function that returns one number"):
        jit(lambda x: [w * x, w]).backward(3.0)
    with pytest.raises(TypeError, match="plain numbers and arrays, got a Value"):
        jit(lambda x: w * x).backward(Value(3.0))


def test_backward_refuses_what_was_computed_outside():
    """Its gradient would end there, and the leaves above it would silently get none."""
    w = Value(2.0)
    scaled = w * 3
    with pytest.raises(TypeError, match="which was computed outside of it"):
        jit(lambda x: scaled * x).backward(2.0)
    assert jit(lambda x: w * 3 * x).backward(2.0) == 12.0
    assert w.grad == 6.0


def test_batches_of_the_same_shapes_go_a_short_way_with_the_same_results():
    """What is looked up by shapes must not be taken for another length, sharing or parameters."""
    loss, parameters = model()
    f = jit(value_and_grad(loss, argnums=(0, 1), has_aux=True))
    x, y = data(6)
    first = f.batch(x, y)
    assert same(f.batch(x, y), first)
    assert same(f.batch(x[:4].copy(), y[:4].copy()), f.batch(x[:4].tolist(), y[:4].tolist()))
    assert same(f.batch(x, y[0]), f.batch(x.tolist(), y[0].item()))
    assert same(f.batch(x, x[0, 0:1].reshape(()), shared=1), f.batch(x, x[0, 0].item()))
    parameters[0].data = 3.0
    assert same(f.batch(x, y), f.batch(x.tolist(), y.tolist()))
    with pytest.raises(ValueError, match="of one length"):
        f.batch(x, y[:3])


def same(found, expected):
    if isinstance(found, tuple):
        return all(same(*pair) for pair in zip(found, expected, strict=True))
    return found.tolist() == expected.tolist()


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("samples", [2, 4, 5, 9, 3000])
@pytest.mark.parametrize("rows", [[1e308], [np.inf, -np.inf]])
def test_sums_that_overflow_are_numbers_and_no_warnings(rows, samples, way):
    """Broken if a loss that becomes infinite ends a program in which warnings are errors."""
    column = np.resize(rows, samples)
    bound = jit(lambda x: x * 1.0).bind_batch(column, sums=True)
    bound(0, samples)
    expected = np.inf if rows == [1e308] else np.nan
    assert np.array_equal(bound.outputs, expected, equal_nan=True)
    assert np.array_equal(jit(lambda x: x * 1.0).batch(column, sums=True), expected, equal_nan=True)
