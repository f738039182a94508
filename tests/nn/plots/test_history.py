"""The history is drawn as it was recorded, epoch by epoch."""

import math

import pytest
from matplotlib import pyplot as plt

import nn
from nn.plots import training_history


def lines_of(ax):
    return {line.get_label(): line for line in ax.get_lines()}


def test_the_history_is_drawn_epoch_by_epoch(ax):
    history = nn.fit(nn.MLP(1, [1], seed=0), [[1.0]], [2.0], learning_rate=0.1, epochs=4, progress=False)
    training_history(history, ax=ax)
    (line,) = ax.get_lines()
    assert list(line.get_xdata()) == [1, 2, 3, 4] and list(line.get_ydata()) == history["loss"]


@pytest.fixture(scope="module")
def history():
    X, y = nn.data.xor(24, noise=0.3, seed=0)
    model = nn.MLP(2, [4, 1], activation="tanh", seed=0)
    optimizer = nn.Adam(model.parameters(), lr=0.1)
    return nn.fit(
        model, X[:16], y[:16], loss="bce_with_logits", optimizer=optimizer, epochs=12, progress=False,
        validation=(X[16:], y[16:]), metrics=["accuracy"], callbacks=[nn.ExponentialLR(optimizer, 0.9)],
    )  # fmt: skip


def test_validation_is_dashed_in_the_colour_of_its_record(ax, history):
    names = ["loss", "val_loss", "accuracy", "val_accuracy"]
    training_history(history, names, ax=ax)
    lines = lines_of(ax)
    for name in names:
        assert list(lines[name].get_ydata()) == history[name]
        assert lines[name].get_linestyle() == ("--" if name.startswith("val_") else "-")
    assert lines["loss"].get_color() == lines["val_loss"].get_color() != lines["accuracy"].get_color()
    assert lines["loss"].get_marker() == lines["val_loss"].get_marker() != lines["accuracy"].get_marker()


@pytest.mark.parametrize(("name", "best"), [("val_loss", min), ("val_accuracy", max)])
def test_the_best_epoch_is_marked(ax, history, name, best):
    training_history(history, [name], ax=ax)
    star = next(line for line in ax.get_lines() if line.get_marker() == "*")
    epoch = history[name].index(best(history[name])) + 1
    assert star.get_xydata().tolist() == [[epoch, best(history[name])]]
    words = [text.get_text() for text in ax.get_legend().get_texts()]
    assert f"best: {best(history[name]):.3g} in epoch {epoch}" in words


def test_a_learning_rate_that_changes_has_an_axis_of_its_own(ax, history):
    training_history(history, ax=ax)
    (right,) = (other for other in ax.figure.axes if other is not ax)
    assert list(right.get_lines()[0].get_ydata()) == history["lr"]
    assert right.get_ylabel() == "learning rate (dotted)" and right.get_yscale() == "log"


def test_the_learning_rate_can_be_left_out_and_a_constant_one_is(ax, history):
    training_history(history, ax=ax, learning_rate=False)
    constant = nn.fit(nn.MLP(1, [1], seed=0), [[1.0]], [2.0], learning_rate=0.1, epochs=2, progress=False)
    training_history(constant, ax=ax)
    assert ax.figure.axes == [ax]


def test_a_history_without_the_records_is_an_error(ax, history):
    with pytest.raises(ValueError, match="no f1 or val_f1 in the history; it has loss, accuracy, val_loss"):
        training_history(history, ["f1", "val_f1"], ax=ax)


def test_the_best_epoch_is_none_that_is_not_a_number(ax):
    record = nn.History()
    for loss in (math.nan, 2.0, 1.0, math.nan):
        record.add({"val_loss": loss})
    training_history(record, "val_loss", ax)
    assert ax.get_legend_handles_labels()[1] == ["val_loss", "best: 1 in epoch 3"]
    blank = nn.History()
    blank.add({"val_loss": math.nan})
    lines = len(training_history(blank, ax=ax).lines)
    assert lines == 3


def test_epochs_are_whole_numbers(ax):
    record = nn.History()
    for loss in (3.0, 2.0, 1.0):
        record.add({"loss": loss})
    assert all(tick == round(tick) for tick in training_history(record, ax=ax).get_xticks())


def test_a_learning_rate_that_was_not_recorded_cannot_be_drawn():
    record = nn.History()
    record.add({"loss": 1.0})
    with pytest.raises(KeyError, match="no 'lr' was recorded"):
        training_history(record, learning_rate=True)
    with pytest.raises(ValueError, match="it has no epochs"):
        training_history(nn.History())
    assert not plt.get_fignums()
