"""The metrics against hand-computed numbers and scikit-learn's, alone and over the batches of `fit`."""

import math
import random
from functools import partial

import numpy
import pytest

import nn
from nn.metrics import METRICS, is_overall, larger_is_better

# Four of five are taken for positive, three of them are; all three positive ones are found.
SCORES, CLASSES = [2.0, 0.5, 0.1, -3.0, 1.0], [1, 0, 1, 0, 1]


def scores_and_classes(classes, samples=60, seed=0):
    rng = random.Random(seed)
    return (
        [[rng.gauss(0, 1) for _ in range(classes)] for _ in range(samples)],
        [rng.randrange(classes) for _ in range(samples)],
    )


def test_hand_computed_numbers_of_two_classes():
    # Broken: precision and recall are exchanged, or f1 is their plain mean.
    assert nn.precision(SCORES, CLASSES) == 3 / 4
    assert nn.recall([2.0, 0.5, -0.1, -3.0, 1.0], CLASSES) == 2 / 3
    assert nn.f1(SCORES, CLASSES) == 6 / 7
    assert nn.f1(SCORES, [2 * c - 1 for c in CLASSES]) == 6 / 7


def test_hand_computed_numbers_of_three_classes():
    # Broken: the average counts samples and not classes, or a class that is nowhere.
    scores = [[1.0, 0.0, 0.0, 0.0], [1.0, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0]]
    targets = [0, 1, 1, 2]
    assert nn.precision(scores, targets) == pytest.approx((1 / 2 + 1 + 1) / 3, rel=1e-15)
    assert nn.recall(scores, targets) == pytest.approx((1 + 1 / 2 + 1) / 3, rel=1e-15)
    assert nn.f1(scores, targets) == pytest.approx((2 / 3 + 2 / 3 + 1) / 3, rel=1e-15)


def test_hand_computed_errors():
    # Errors 1 and 7, squares 1 and 49; the targets are 1 from their mean.
    outputs, targets = [1.0, 9.0], [0.0, 2.0]
    assert nn.rmse(outputs, targets) == 5.0
    assert nn.r2(outputs, targets) == 1 - 50 / 2
    assert nn.rmse([[1.0, 3.0], [9.0, 3.0]], [[0.0, 0.0], [2.0, 0.0]]) == (5.0 + 3.0) / 2


@pytest.mark.parametrize("name", ["precision", "recall", "f1"])
@pytest.mark.parametrize("seed", range(5))
def test_metrics_of_classes_are_those_of_scikit_learn(name, seed):
    # Broken: the macro average is another.
    metrics = pytest.importorskip("sklearn.metrics")
    theirs = getattr(metrics, f"{name}_score")
    scores, targets = scores_and_classes(4, seed=seed)
    predicted = numpy.argmax(scores, axis=1)
    assert METRICS[name](scores, targets) == pytest.approx(
        theirs(targets, predicted, average="macro"), rel=1e-14
    )
    outputs, targets = [row[0] for row in scores], [c % 2 for c in targets]
    positive = [output > 0 for output in outputs]
    assert METRICS[name](outputs, targets) == pytest.approx(theirs(targets, positive), rel=1e-14)


@pytest.mark.parametrize("name", ["precision", "recall", "f1"])
@pytest.mark.parametrize("outputs, targets", [([-1.0, -1.0], [1, 0]), ([1.0, -1.0], [0, 0]), ([-1.0], [0])])
def test_undefined_shares_are_zero_as_in_scikit_learn(name, outputs, targets):
    # Broken: a division by zero where nothing is positive, as in the first epochs of rare classes.
    theirs = getattr(pytest.importorskip("sklearn.metrics"), f"{name}_score")
    expected = theirs(targets, [output > 0 for output in outputs], zero_division=0)
    assert METRICS[name](outputs, targets) == expected == 0.0


@pytest.mark.parametrize("width", [1, 3])
def test_metrics_of_numbers_are_those_of_scikit_learn(width):
    # Broken: several outputs are thrown together, which scikit-learn averages.
    metrics = pytest.importorskip("sklearn.metrics")
    rng = numpy.random.default_rng(0)
    outputs, targets = rng.normal(size=(2, 20, width))
    pairs = list(zip(outputs.tolist(), targets.tolist(), strict=True))
    assert nn.rmse(outputs, targets) == pytest.approx(
        metrics.root_mean_squared_error(targets, outputs), rel=1e-13
    )
    assert nn.r2(outputs, targets) == pytest.approx(metrics.r2_score(targets, outputs), rel=1e-13)
    for name, theirs in (("mae", metrics.mean_absolute_error), ("mse", metrics.mean_squared_error)):
        measured = sum(METRICS[name](output, target) for output, target in pairs) / len(pairs)
        assert measured == pytest.approx(theirs(targets, outputs), rel=1e-13)


@pytest.mark.parametrize("outputs, r2", [([2.0, 2.0], 1.0), ([2.0, 3.0], 0.0)])
def test_r2_of_targets_that_are_all_the_same(outputs, r2):
    # Broken: a division by zero; scikit-learn's answers are finite.
    theirs = pytest.importorskip("sklearn.metrics").r2_score
    assert nn.r2(outputs, [2.0, 2.0]) == theirs([2.0, 2.0], outputs) == r2


def test_r2_of_one_sample_is_nan_as_in_scikit_learn():
    assert math.isnan(nn.r2([1.0], [1.0]))


@pytest.mark.parametrize("k", [1, 2, 3])
def test_top_k_is_that_of_scikit_learn(k):
    # Broken: ranks off by one.
    theirs = pytest.importorskip("sklearn.metrics").top_k_accuracy_score
    scores, targets = scores_and_classes(4)
    measured = [nn.top_k(k)(output, target) for output, target in zip(scores, targets, strict=True)]
    assert sum(measured) / len(measured) == theirs(targets, scores, k=k, labels=range(4))


@pytest.mark.parametrize("scores", [[1.0, 1.0, 1.0], [0.0, 1.0, 1.0], [1.0, 0.0, 1.0]])
def test_top_1_is_the_accuracy_also_of_equal_scores(scores):
    # Broken: a dead model, whose scores are all the same, is right about every sample.
    for target in range(3):
        assert nn.top_k(1)(scores, target) == nn.accuracy(scores, target)


def test_a_nan_is_not_among_the_largest():
    assert nn.top_k(2)([0.0, math.nan, 1.0], 1) == 0.0


@pytest.mark.parametrize("target", [1, [1], (1,), numpy.array([1]), 1.0, True])
def test_a_target_in_a_list_of_one_is_the_target(target):
    # Broken: targets of shape (n, 1), which the losses take, end in a TypeError or are all wrong.
    assert (
        nn.accuracy(0.5, target) == nn.accuracy([0.5], target) == nn.accuracy([0.0, 1.0, 0.5], target) == 1.0
    )
    assert nn.f1([0.5], [target]) == nn.f1([[0.0, 1.0]], [target]) == 1.0
    assert nn.top_k(1)([0.0, 1.0], target) == 1.0
    assert nn.rmse([0.5], [target]) == 0.5
    assert METRICS["mae"](0.5, target) == 0.5


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: nn.accuracy(0.5, 2), "target of accuracy is 1 or 0, or 1 or -1, got 2"),
        (lambda: nn.accuracy([0.5, 1.0], 2), "the index of a class, from 0 to 1, got 2"),
        (lambda: nn.accuracy([0.5, 1.0], [0, 1]), r"the index of a class, from 0 to 1, got \[0, 1\]"),
        (lambda: nn.accuracy(0.5, "a"), "got 'a'"),
        (lambda: nn.accuracy(0.5, math.nan), "got nan"),
        (lambda: nn.f1([0.5], [3]), "target of f1 is 1 or 0"),
        (lambda: nn.f1([0.5], [1, 0]), "f1 needs one target for each output, got 1 outputs and 2 targets"),
        (lambda: nn.recall([], []), "recall needs one target for each output, got 0 outputs"),
        (lambda: nn.r2([[1.0, 2.0]], [1.0]), "r2 needs as many targets as outputs"),
        (lambda: nn.top_k(0), "k of top_k is a whole number, one or more, got 0"),
        (lambda: nn.top_k(3)([1.0, 2.0, 3.0], 0), "top_3 needs the outputs of more than 3 classes, got 3"),
        (lambda: nn.top_k(1)(0.5, 0), "top_1 needs the outputs of more than 1 classes, got 1"),
    ],
)
def test_what_cannot_be_measured_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_fit_computes_a_metric_of_all_samples_from_all_batches():
    # Broken: f1 is averaged over batches, of which some hold no positive sample.
    X, y = [[float(i)] for i in range(-5, 5)], [0, 0, 0, 1, 0, 0, 1, 0, 1, 1]
    model = nn.MLP(1, [1], init=lambda rng, nin, nout: 1.0)
    frozen = nn.SGD(model.parameters(), lr=0.0)
    history = nn.fit(
        model, X, y, optimizer=frozen, epochs=1, batch_size=3, seed=0, progress=False,
        validation=(X, y), metrics=["f1", "recall", "r2", "accuracy", "mae"],
    )  # fmt: skip
    outputs = nn.predict(model, X)
    for name in ("f1", "recall", "r2"):
        assert history[name] == pytest.approx([METRICS[name](outputs, y)], rel=1e-14)
        assert history[f"val_{name}"] == [METRICS[name](outputs, y)]
    assert history["accuracy"] == history["val_accuracy"] == [0.8]
    assert history["mae"] == pytest.approx(history["val_mae"], rel=1e-15)
    assert list(history.records)[:6] == ["loss", "f1", "recall", "r2", "accuracy", "mae"]


def test_a_user_s_metric_of_all_samples():
    # Broken: scikit-learn's metrics, such as the area under the curve, cannot be recorded.
    seen = []

    @nn.overall
    def count(outputs, targets):
        """How many."""
        seen.append((outputs, targets))
        return len(outputs)

    model = nn.MLP(1, [1], seed=0)
    history = nn.fit(
        model, [[1.0]] * 5, range(5), batch_size=2, epochs=2, metrics=count, progress=False, seed=0
    )
    assert history["count"] == [5, 5]
    assert sorted(seen[1][1]) == [0, 1, 2, 3, 4] and {type(output) for output in seen[1][0]} == {float}
    assert count.__doc__ == "How many." and is_overall(partial(count)) and not is_overall(nn.accuracy)


def test_settings_of_a_metric_of_all_samples():
    # Broken: a partial of f1 is taken for a function of one sample.
    probabilities = nn.MLP(1, [1], output="sigmoid", init=lambda rng, nin, nout: 1.0)
    X, y = [[-2.0], [-1.0], [2.0]], [0, 0, 1]
    history = nn.fit(
        probabilities, X, y, epochs=1, learning_rate=0.0, progress=False,
        metrics={"f1": nn.f1, "at half": partial(nn.f1, threshold=0.5)},
    )  # fmt: skip
    assert (history["f1"], history["at half"]) == ([0.5], [1.0])


def test_metrics_by_name_by_function_and_one_by_itself():
    X, y = scores_and_classes(2, samples=6)
    model = nn.MLP(2, [3], seed=0)

    def names(metrics):
        settings = {"loss": "cross_entropy", "epochs": 1, "progress": False}
        return set(nn.fit(model, X, y, metrics=metrics, **settings).records) - {"loss", "lr"}

    assert names(["top_2", "accuracy"]) == {"top_2", "accuracy"}
    assert names(nn.top_k(2)) == {"top_2"}
    assert names([nn.accuracy, nn.f1]) == {"accuracy", "f1"}
    assert names({"right": "accuracy"}) == {"right"}
    assert names(None) == names([]) == set()


@pytest.mark.parametrize(
    "metrics, error, message",
    [
        ({"loss": nn.accuracy}, ValueError, "cannot have the name 'loss'"),
        ({"lr": nn.accuracy}, ValueError, "cannot have the name 'lr'"),
        ({"val_accuracy": nn.accuracy}, ValueError, "cannot have the name 'val_accuracy'"),
        ({1: nn.accuracy}, ValueError, "cannot have the name 1"),
        (["top5"], ValueError, "unknown metric 'top5'"),
        ([lambda output, target: 1.0], TypeError, "goes into a dict"),
        ({"a": None}, TypeError, "a metric is a name of nn.METRICS or a function, got None"),
        (3, TypeError, "metrics are names of nn.METRICS or functions, one or several, got 3"),
        ({"a": lambda output, target: "x"}, TypeError, "the metric 'a' returns a number: .* got str: 'x'"),
        ({"a": nn.overall(lambda outputs, targets: None)}, TypeError, "the metric 'a' returns a number"),
    ],
)
def test_a_metric_that_is_none_or_would_overwrite_another_number_is_refused(metrics, error, message):
    # Broken: {'loss': f} replaces the loss in the history, and early stopping watches f.
    with pytest.raises(error, match=message):
        nn.fit(nn.MLP(1, [1], seed=0), [[1.0]], [1.0], epochs=1, metrics=metrics, progress=False)


@pytest.mark.parametrize(
    "name", ["accuracy", "val_accuracy", "f1", "val_f1", "recall", "r2", "top_5", "val_top_3"]
)
def test_early_stopping_knows_what_should_grow(name):
    # Broken: training stops because f1 got better, and goes back to the worst parameters.
    assert larger_is_better(name) and nn.EarlyStopping(name).sign == -1.0


@pytest.mark.parametrize("name", ["loss", "val_loss", "mae", "mse", "rmse", "val_rmse", "top_speed"])
def test_early_stopping_knows_what_should_fall(name):
    assert nn.EarlyStopping(name).sign == 1.0


@pytest.mark.parametrize("name", ["val_error2", "layer2", "imprecision", "val_inaccuracy", "val_val_f1"])
def test_a_name_that_only_ends_as_a_metric_does_not_grow(name):
    # Broken: training stops because a user's error got smaller, and goes back to the worst parameters.
    assert not larger_is_better(name) and nn.EarlyStopping(name).sign == 1.0
