"""Frames, series, arrays and lists are read alike; what is missing or no number is named by its column."""

import copy
import pickle

import numpy
import pytest

import nn
from nn.tables import rows_of

ROWS, TARGETS = [[0.0, 2.0], [1.0, 3.0], [2.0, 5.0]], [1.0, 0.0, 1.0]
SETTINGS = {"epochs": 3, "learning_rate": 0.05, "progress": False}


def pandas_frame(columns):
    return pytest.importorskip("pandas").DataFrame(columns)


def polars_frame(columns):
    return pytest.importorskip("polars").DataFrame(columns, strict=False)


both = pytest.mark.parametrize("frame", [pandas_frame, polars_frame])


def named(frame, rows=ROWS, names=("height", "width")):
    return frame({name: [row[i] for row in rows] for i, name in enumerate(names)})


def model():
    return nn.MLP(2, [3, 1], seed=0)


@both
def test_a_frame_trains_as_its_rows_do(frame):
    # Broken: the names of the columns are taken for the samples.
    plain, framed = model(), model()
    expected = nn.fit(plain, ROWS, TARGETS, validation=(ROWS, TARGETS), sample_weight=[1, 2, 3], **SETTINGS)
    columns = frame({"y": TARGETS, "w": [1, 2, 3]})
    history = nn.fit(
        framed, named(frame), columns["y"], validation=(named(frame), columns["y"]),
        sample_weight=columns["w"], **SETTINGS,
    )  # fmt: skip
    assert history.records == expected.records and framed.state_dict() == plain.state_dict()
    assert nn.predict(framed, named(frame)) == nn.predict(plain, ROWS)


@both
def test_a_frame_of_one_column_holds_targets(frame):
    one, column = model(), model()
    assert (
        nn.fit(one, ROWS, TARGETS, metrics=["accuracy", "f1"], **SETTINGS).records
        == nn.fit(column, ROWS, frame({"y": TARGETS}), metrics=["accuracy", "f1"], **SETTINGS).records
    )


@pytest.mark.parametrize(
    "loss, outputs", [("cross_entropy", 2), ("bce_with_logits", 1), ("mse", 1), ("l1", 1)]
)
@pytest.mark.parametrize("column", [lambda y: [[t] for t in y], lambda y: numpy.array(y)[:, None]])
def test_targets_of_one_column_are_targets(loss, outputs, column):
    # Broken: an array of shape (n, 1) ends in an error of cross_entropy or of the accuracy.
    y = [1, 0, 1]
    settings = {"loss": loss, "metrics": ["accuracy", "recall"], **SETTINGS}
    flat = nn.fit(nn.MLP(2, [outputs], seed=0), ROWS, y, class_weight="balanced", **settings)
    tall = nn.fit(nn.MLP(2, [outputs], seed=0), ROWS, column(y), class_weight="balanced", **settings)
    assert flat.records == tall.records


@both
def test_names_are_kept_and_are_no_parameters(frame):
    # Broken: the names are saved with the weights, or lost when the model is copied.
    fitted, before = model(), model().named_parameters()
    nn.fit(fitted, named(frame), TARGETS, **SETTINGS)
    assert fitted.feature_names_in_ == ("height", "width")
    assert [name for name, _ in fitted.named_parameters()] == [name for name, _ in before]
    assert not fitted.named_buffers()
    for same in (copy.deepcopy(fitted), pickle.loads(pickle.dumps(fitted))):
        assert same.feature_names_in_ == ("height", "width")


@both
@pytest.mark.parametrize(
    "names, message",
    [
        (("width", "height"), "X .* fitted with: another order, 'width' where 'height' was"),
        (("height", "depth"), "missing 'width', unknown 'depth'"),
        (("height",), "missing 'width', unknown none"),
        (("height", "width", "depth"), "missing none, unknown 'depth'"),
    ],
)
def test_predict_refuses_other_columns(frame, names, message):
    # Broken: a table with its columns in another order gives wrong numbers in silence.
    fitted = model()
    nn.fit(fitted, named(frame), TARGETS, **SETTINGS)
    with pytest.raises(ValueError, match=message):
        nn.predict(fitted, named(frame, [[*row, 0.0] for row in ROWS], names))
    with pytest.raises(ValueError, match="columns of X of validation"):
        nn.fit(fitted, named(frame), TARGETS, validation=(named(frame, names=("width", "height")), TARGETS))


@both
def test_what_has_no_names_is_not_checked(frame):
    fitted, unnamed = model(), model()
    nn.fit(fitted, named(frame), TARGETS, **SETTINGS)
    nn.fit(unnamed, ROWS, TARGETS, **SETTINGS)
    assert (
        nn.predict(fitted, ROWS) == nn.predict(fitted, numpy.array(ROWS)) == nn.predict(fitted, named(frame))
    )
    assert nn.predict(unnamed, named(frame, names=("a", "b"))) == nn.predict(unnamed, ROWS)
    assert not hasattr(unnamed, "feature_names_in_")


def test_numbers_are_no_names():
    # Broken: a frame made of an array, whose columns pandas counts, is refused by a model with names.
    pandas = pytest.importorskip("pandas")
    fitted = model()
    nn.fit(fitted, named(pandas_frame), TARGETS, **SETTINGS)
    assert nn.predict(fitted, pandas.DataFrame(ROWS)) == nn.predict(fitted, ROWS)


@both
@pytest.mark.parametrize("entry", [None, float("nan"), "x"])
@pytest.mark.parametrize("column", ["X", "y"])
def test_what_is_missing_or_no_number_is_named(frame, entry, column):
    # Broken: a loss of nan after an epoch, or an error that speaks of a layer.
    odd = frame({"height": [1.0, 2.0, 3.0], "width": [1.0, entry, 3.0] if entry != "x" else ["1", "x", "3"]})
    row = 0 if entry == "x" else 1
    with pytest.raises(ValueError, match=rf"column 'width'.* has .* in row {row}: make every entry"):
        nn.fit(model(), *((odd, TARGETS) if column == "X" else (ROWS, odd["width"])), **SETTINGS)


def test_the_missing_value_and_the_dates_of_pandas_are_named():
    pandas = pytest.importorskip("pandas")
    with pytest.raises(ValueError, match="column 'a' of X has <NA> in row 1"):
        rows_of(pandas.DataFrame({"a": pandas.array([1, None], dtype="Int64")}), "X")
    with pytest.raises(ValueError, match="column 'day' of X has Timestamp"):
        rows_of(pandas.DataFrame({"day": pandas.to_datetime(["2020-01-01"])}), "X")


def test_the_dates_of_polars_are_named():
    # Broken: a date becomes the number of days since 1970.
    polars = pytest.importorskip("polars")
    with pytest.raises(ValueError, match=r"column 'day' of X has datetime.date"):
        rows_of(polars.DataFrame({"day": polars.Series(["2020-01-01"]).str.to_date()}), "X")


def test_columns_of_the_same_name_are_refused():
    pandas = pytest.importorskip("pandas")
    with pytest.raises(ValueError, match="every column of X needs its own name, got a more than once"):
        rows_of(pandas.DataFrame([[1, 2]], columns=["a", "a"]), "X")


def test_rows_of_a_frame_are_in_their_order_whatever_their_index():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"a": [1, 2], "b": [True, False]}, index=[7, 3])
    assert rows_of(frame, "X") == [[1, True], [2, False]]
    assert rows_of(frame["a"], "y") == [1, 2]


@pytest.mark.parametrize("X", [None, 3.0, numpy.array(3.0), "abc", b"abc", {"a": [1.0]}, {1.0, 2.0}])
@pytest.mark.parametrize("name", ["X", "y"])
def test_what_has_no_order_of_samples_is_refused(X, name):
    # Broken: a dict is taken for its keys, a string for its letters, a set in any order.
    with pytest.raises(
        TypeError, match=f"{name} is a list, an array or a frame with an entry for each sample"
    ):
        nn.fit(model(), *((X, TARGETS) if name == "X" else (ROWS, X)), **SETTINGS)


@pytest.mark.parametrize(
    "use", [lambda X: nn.predict(model(), X), lambda X: nn.fit(model(), X, TARGETS, **SETTINGS)]
)
@pytest.mark.parametrize(
    "X, error, message",
    [
        ([1.0, 2.0, 3.0], TypeError, "X is flat, so that sample 0 is a number, 1.0"),
        (["ab", "cd", "ef"], TypeError, "sample 0 is no sequence of numbers: 'ab'"),
        ([[1.0, 2.0], [1.0, "2"], [1.0, 2.0]], TypeError, "sample 1 has an entry that is no number: '2'"),
        ([[1.0, 2.0], [1.0, None], [1.0, 2.0]], TypeError, "sample 1 has an entry that is no number: None"),
        ([[1.0, 2.0], [1.0, 2.0], [1.0]], ValueError, "sample 0 has 2 entries, sample 2 has 1"),
        (numpy.zeros((3, 2, 2)), TypeError, "sample 0 has an entry that is no number: .0.0, 0.0."),
        (numpy.zeros((3, 4)), ValueError, "^MLP takes 2 inputs, got 4"),
    ],
)
def test_the_sample_that_a_model_refuses_is_named(use, X, error, message):
    # Broken: the error speaks of an input of a layer, and not of the data.
    with pytest.raises(error, match=message):
        use(X)


def test_a_sample_of_a_shuffled_batch_is_named_by_its_place_in_the_data():
    X = [[1.0, 2.0]] * 9 + [[1.0, "2"]]
    with pytest.raises(TypeError, match="sample 9 has an entry"):
        nn.fit(model(), X, [1.0] * 10, batch_size=3, seed=3, **SETTINGS)
    with pytest.raises(TypeError, match="loss of sample 9: the target of mse is a number for each output"):
        nn.fit(model(), [[1.0, 2.0]] * 10, [1.0] * 9 + ["1"], batch_size=3, seed=3, **SETTINGS)


def test_a_model_may_take_what_the_layers_do_not():
    # Broken: checks of the data refuse the samples of a model that reads texts of any length.
    def length(text):
        return float(len(text))

    assert nn.predict(length, ["a", "bcd"]) == [1.0, 3.0]
    assert nn.predict(lambda x: 2.0 * x, [1.0, 2.0]) == [2.0, 4.0]
