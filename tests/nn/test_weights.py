"""Weighted samples and classes, and samples held out: each against the data that it stands for."""

import math

import numpy
import pytest

import nn
from nn.samples import by_class, weighed

X, Y = [[0.0], [1.0], [2.0], [3.0]], [1.0, 3.0, 4.0, 9.0]
CLASSES = [0, 1, 1, 1]


def line():
    return nn.MLP(1, [1], seed=0)


def fit(X=X, y=Y, model=None, **settings):
    defaults = {"learning_rate": 0.05, "epochs": 5, "progress": False}
    return nn.fit(model or line(), X, y, **{**defaults, **settings})


def test_the_loss_is_the_weighted_mean_of_the_formula():
    # Broken: the sum is divided by the number of samples, as if all weights were one.
    model, weights = line(), [1.0, 0.5, 2.0, 4.0]
    w, b = (p.data for p in model.parameters())
    errors = [w * x[0] + b - y for x, y in zip(X, Y, strict=True)]
    loss = sum(k * e * e for k, e in zip(weights, errors, strict=True)) / 7.5
    slope = sum(2 * k * e * x[0] for k, e, x in zip(weights, errors, X, strict=True)) / 7.5
    history = fit(model=model, sample_weight=weights, epochs=1)
    assert history["loss"] == [pytest.approx(loss, rel=1e-14)]
    assert model.parameters()[0].data == pytest.approx(w - 0.05 * slope, rel=1e-14)


def test_weights_of_one_change_no_bit():
    plain, weighted = line(), line()
    expected = fit(model=plain, batch_size=3, seed=1)
    given = fit(model=weighted, batch_size=3, seed=1, sample_weight=numpy.ones((4, 1)), class_weight={1.0: 1})
    assert given.records == expected.records and plain.state_dict() == weighted.state_dict()


def test_all_weights_doubled_are_the_same_weights():
    one, two = line(), line()
    fit(model=one, sample_weight=[1, 2, 3, 4], l2=0.1)
    fit(model=two, sample_weight=[2, 4, 6, 8], l2=0.1)
    assert one.state_dict() == two.state_dict()


def test_a_weight_of_two_is_two_samples_and_one_of_zero_none():
    # Broken: a sample of weight zero still counts in the mean, in a batch norm, or makes a batch of 0 / 0.
    weighted, repeated = (
        nn.Sequential(nn.Layer(1, 2, nonlin=False, seed=0), nn.LayerNorm(2), nn.Layer(2, 1, seed=1))
        for _ in range(2)
    )
    first = fit(model=weighted, sample_weight=[2, 1, 0, 1], validation=(X, Y, [1, 0, 0, 2]))
    data = [0, 0, 1, 3], [0, 3, 3]
    train, held_out = (([X[i] for i in rows], [Y[i] for i in rows]) for rows in data)
    second = fit(*train, model=repeated, validation=held_out)
    for name in ("loss", "val_loss"):
        assert first[name] == pytest.approx(second[name], rel=1e-13)
    left_out, batch_size = fit(sample_weight=[1, 0, 0, 0], batch_size=1), 1
    assert left_out.records == fit(X[:1], Y[:1], batch_size=batch_size).records


def test_an_epoch_weighs_its_batches_by_their_weights():
    # Broken: a small batch counts as much as a large one.
    model = line()
    frozen = {"learning_rate": 0.0, "epochs": 1, "sample_weight": [1.0, 2.0, 3.0, 5.0]}
    whole = fit(model=model, **frozen)
    parts = fit(model=model, batch_size=3, seed=0, **frozen)
    assert parts["loss"] == pytest.approx(whole["loss"], rel=1e-14)


def test_metrics_count_every_sample_alike():
    # As in Keras, whose `metrics` are not weighted: an accuracy stays the share of the samples.
    history = fit(y=CLASSES, sample_weight=[1, 1, 1, 100], metrics=["accuracy"], learning_rate=0.0)
    assert history["accuracy"] == fit(y=CLASSES, metrics=["accuracy"], learning_rate=0.0)["accuracy"]


def test_balanced_weights_are_those_of_scikit_learn():
    # Broken: another normalisation, or counts that ignore the weights of the samples.
    theirs = pytest.importorskip("sklearn.utils.class_weight").compute_sample_weight
    y = [3, 5, 5, 5, 7, 7]
    samples, _ = by_class("balanced", weighed([[0.0]] * 6, y), [])
    assert [sample.weight for sample in samples] == theirs("balanced", y).tolist() == [2, *[2 / 3] * 3, 1, 1]
    samples, _ = by_class("balanced", weighed([[0.0]] * 3, [0, 1, 1], [2, 1, 3]), [])
    assert [sample.weight for sample in samples] == [2 * 6 / (2 * 2), 6 / (2 * 4), 3 * 6 / (2 * 4)]


def test_class_weights_multiply_sample_weights_also_in_validation():
    settings = {"y": CLASSES, "class_weight": {0: 3.0}, "sample_weight": [1, 2, 3, 4]}
    by_classes = fit(**settings, validation=(X, CLASSES, [1, 1, 2, 2]))
    by_samples = fit(y=CLASSES, sample_weight=[3, 2, 3, 4], validation=(X, CLASSES, [3, 1, 2, 2]))
    assert by_classes.records == by_samples.records


def test_a_class_weight_may_name_a_class_that_these_samples_lack():
    # Broken: a fold of a cross-validation that lacks a rare class is refused.
    assert (
        fit(y=CLASSES, class_weight={0: 1, 1: 2, 2: 5}).records == fit(y=CLASSES, class_weight={1: 2}).records
    )


@pytest.mark.parametrize("kind", ["numpy", "pandas", "polars"])
def test_class_weights_in_an_array_or_a_series_are_refused(kind):
    # Broken: "the truth value of an array is ambiguous", of a comparison with 'balanced'.
    library = pytest.importorskip(kind)
    given = library.array([1.0, 2.0]) if kind == "numpy" else library.Series([1.0, 2.0])
    with pytest.raises(ValueError, match="class_weight is a dict of weights or 'balanced', got "):
        fit(y=CLASSES, class_weight=given)


@pytest.mark.parametrize("fraction, count", [(0.25, 1), (0.5, 2), (0.7, 3), (numpy.float32(0.25), 1)])
def test_a_fraction_holds_out_the_last_samples(fraction, count):
    # Broken: the samples held out are trained on, or others at every call.
    weights = [1, 2, 3, 4]
    first, second = line(), line()
    expected = fit(
        X[:-count], Y[:-count], model=first, batch_size=1, seed=0, sample_weight=weights[:-count],
        validation=(X[-count:], Y[-count:], weights[-count:]),
    )  # fmt: skip
    given = fit(model=second, batch_size=1, seed=0, sample_weight=weights, validation=fraction)
    assert given.records == expected.records and first.state_dict() == second.state_dict()


@pytest.mark.parametrize(
    "settings, message",
    [
        ({"sample_weight": [1.0]}, "sample_weight needs a number for each of 4 samples, got 1"),
        (
            {"sample_weight": [1, -1, 1, 1]},
            "a weight in sample_weight is a finite number, zero or more, got -1",
        ),
        ({"sample_weight": [1, math.nan, 1, 1]}, "zero or more, got nan"),
        ({"sample_weight": [1, math.inf, 1, 1]}, "zero or more, got inf"),
        ({"sample_weight": [1, "1", 1, 1]}, "zero or more, got '1'"),
        ({"sample_weight": [[1, 2]] * 4}, r"zero or more, got \[1, 2\]"),
        ({"sample_weight": [0.0] * 4}, "weights of the samples for training need a finite sum above zero"),
        ({"sample_weight": [1e308] * 4}, "need a finite sum above zero"),
        ({"validation": (X, Y, [0] * 4)}, "weights of the samples for validation need a finite sum"),
        ({"validation": (X, Y, [1])}, "sample_weight needs a number for each of 4 samples, got 1"),
        ({"validation": 0.25, "sample_weight": [1, 1, 1, 0]}, "for validation need a finite sum"),
        ({"class_weight": "auto"}, "class_weight is a dict of weights or 'balanced', got 'auto'"),
        ({"class_weight": [1, 2]}, r"class_weight is a dict of weights or 'balanced', got \[1, 2\]"),
        ({"class_weight": {0: 1, 2: 3}}, "names the class 2, which no sample has, and not 1"),
        ({"class_weight": {0: -1}}, "a weight in class_weight is a finite number, zero or more, got -1"),
        ({"class_weight": {0: None}}, "a weight in class_weight is a finite number, zero or more, got None"),
        ({"class_weight": {0: 0, 1: 0}}, "need a finite sum above zero"),
        ({"class_weight": "balanced", "y": [[0, 1]] * 4}, r"needs a class as the target .* got \[0, 1\]"),
        (
            {"class_weight": "balanced", "validation": (X, [0, 1, 2, 1])},
            "no weight for class 2 of the validation",
        ),
        ({"validation": 0.0}, r"validation of fit is \(X, y\), .* a fraction .*, got 0.0"),
        ({"validation": 1}, "a fraction of the samples above 0 and below 1, got 1"),
        ({"validation": -0.5}, "got -0.5"),
        ({"validation": math.nan}, "got nan"),
        ({"validation": "0.2"}, "got '0.2'"),
        ({"validation": 0.1}, "validation=0.1 leaves 4 samples to train on and 0 to validate on"),
        ({"validation": 0.9}, "validation=0.9 leaves 0 samples to train on and 4 to validate on"),
        (
            {"validation": (X,)},
            r"validation is \(X, y\), \(X, y, sample_weight\) or a fraction, got 1 entries",
        ),
        ({"validation": (X, Y, Y, Y)}, "got 4 entries"),
        ({"validation": ([], [])}, "X is empty"),
    ],
)
def test_what_cannot_be_weighed_or_held_out_is_named(settings, message):
    model = line()
    before = model.state_dict()
    with pytest.raises(ValueError, match=message):
        fit(**{"y": CLASSES, **settings}, model=model)
    assert model.state_dict() == before
