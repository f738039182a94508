"""The data sets have the shapes they are named after, with and without scikit-learn."""

import math

import pytest

import nn.data
from nn.data import blobs, circles, moons, spirals, xor


@pytest.fixture(params=["with scikit-learn", "without"])
def sklearn(request, monkeypatch):
    if request.param == "with scikit-learn":
        pytest.importorskip("sklearn")
    else:
        monkeypatch.setattr(nn.data, "find_spec", lambda name: None)
    return request.param


def test_moons_are_two_half_circles(sklearn):
    X, y = moons(101, noise=0.0, seed=0)
    assert len(X) == 101 and sorted(set(y)) == [0, 1]
    for (a, b), c in zip(X, y, strict=True):
        center = (1.0, 0.5) if c else (0.0, 0.0)
        assert math.hypot(a - center[0], b - center[1]) == pytest.approx(1.0, abs=1e-12)
        assert (b <= 0.5) if c else (b >= -1e-12)


def test_moons_repeat_with_a_seed_and_differ_without_the_same(sklearn):
    assert moons(10, seed=1) == moons(10, seed=1)
    assert moons(10, seed=1) != moons(10, seed=2)


def test_noise_has_the_standard_deviation_asked_for(sklearn):
    clean, _ = moons(2, noise=0.0, seed=0)
    assert len(clean) == 2
    X, y = moons(4000, noise=0.05, seed=0)
    off = [math.hypot(a - c, b - 0.5 * c) - 1 for (a, b), c in zip(X, y, strict=True)]
    # The radial error of normal noise has the same deviation, to the order of its square.
    assert math.sqrt(sum(e * e for e in off) / len(off)) == pytest.approx(0.05, rel=0.05)


def test_circles_and_blobs_are_those_of_scikit_learn():
    pytest.importorskip("sklearn")
    X, y = circles(20, noise=0.0, factor=0.3, seed=0)
    assert {round(math.hypot(*x), 9) for x in X} == {1.0, 0.3}
    X, y = blobs(30, centers=3, seed=0)
    assert [y.count(c) for c in range(3)] == [10, 10, 10]


def test_the_spread_of_a_blob_is_its_standard_deviation():
    # Broken: the setting reaches scikit-learn under another name, or not at all.
    pytest.importorskip("sklearn")
    X, _ = blobs(4000, centers=1, spread=0.25, seed=0)
    for numbers in zip(*X, strict=True):
        middle = sum(numbers) / 4000
        deviation = math.sqrt(sum((x - middle) ** 2 for x in numbers) / 4000)
        # The standard error of a deviation from 4000 draws is 1 / sqrt(8000) of it, 1.1 %.
        assert deviation == pytest.approx(0.25, rel=0.05)


@pytest.mark.parametrize("make", [circles, blobs])
def test_what_is_missing_says_what_to_install(make, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "sklearn", None)
    with pytest.raises(ImportError, match=r"nn.data.\w+ needs the extra 'sklearn': pip install 'scalar"):
        make(10)


def test_xor_is_not_linearly_separable_and_balanced():
    X, y = xor(400, noise=0.1, seed=0)
    assert sum(y) == 200
    assert [int((a > 0) != (b > 0)) for a, b in X] == y


def test_spirals_wind_around_the_origin():
    X, y = spirals(90, noise=0.0, arms=3)
    assert [y.count(arm) for arm in range(3)] == [30, 30, 30]
    radii = [math.hypot(*x) for x, arm in zip(X, y, strict=True) if arm == 0]
    assert radii == sorted(radii) and radii[-1] == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: moons(0), "samples of moons is a whole number, one or more, got 0"),
        (lambda: moons(noise=-1.0), "noise of moons is a finite number, zero or more, got -1.0"),
        (lambda: circles(2.5), "samples of circles is a whole number, one or more, got 2.5"),
        (lambda: circles(noise=math.inf), "noise of circles is a finite number, zero or more, got inf"),
        (lambda: circles(factor=1.0), "factor of circles is a number from 0 to below 1, got 1.0"),
        (lambda: circles(factor=-0.1), "factor of circles is a number from 0 to below 1, got -0.1"),
        (lambda: blobs(0), "samples of blobs is a whole number, one or more, got 0"),
        (lambda: blobs(centers=0), "centers of blobs is a whole number, one or more, got 0"),
        (lambda: blobs(centers=[[0, 0], [1, 1]]), r"centers of blobs is a whole number, .* got \[\[0, 0\]"),
        (lambda: blobs(spread=-1), "spread of blobs is a finite number, zero or more, got -1"),
        (lambda: blobs(spread="1"), "spread of blobs is a finite number, zero or more, got '1'"),
        (lambda: xor(-1), "samples of xor is a whole number, one or more, got -1"),
        (lambda: spirals(arms=0), "arms of spirals is a whole number, one or more, got 0"),
        (lambda: spirals(turns=math.nan), "turns of spirals is a finite number, got nan"),
    ],
)
def test_a_wrong_setting_is_named(call, message):
    # Broken: the error speaks of scikit-learn's names, n_samples or cluster_std, or there is none.
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize(("make", "settings"), [(circles, {"factor": 0}), (blobs, {"spread": 0})])
def test_the_ends_of_the_ranges_are_allowed(make, settings):
    # Broken: a circle shrunk to a point, or a cloud that is one, is refused though scikit-learn makes it.
    pytest.importorskip("sklearn")
    assert len(make(10, seed=0, **settings)[0]) == 10


def test_settings_may_be_numbers_of_numpy():
    # Broken: sizes that were computed by numpy are refused.
    numpy = pytest.importorskip("numpy")
    pytest.importorskip("sklearn")
    plain = blobs(6, centers=2, spread=0.5, seed=0)
    assert blobs(numpy.int64(6), numpy.int32(2), numpy.float32(0.5), seed=0) == plain
