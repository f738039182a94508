"""The pictures show the model's own classes and the numbers of the run."""

import math

import numpy
import pytest
from matplotlib import pyplot as plt
from matplotlib.colors import to_hex, to_rgb

import nn
from nn.plots import decision_boundary, training_history
from nn.plots.style import CLASS_COLORS


def lines_of(ax):
    return {line.get_label(): line for line in ax.get_lines()}


def test_the_boundary_lies_where_the_output_is_zero(ax):
    model = nn.MLP(2, [1], init=lambda rng, nin, nout: 1.0)  # x0 + x1
    drawn = decision_boundary(model, [[-1.0, -1.0], [1.0, 1.0]], [-1, 1], ax=ax)
    assert drawn is ax
    line = ax.collections[1]
    vertices = numpy.concatenate([path.vertices for path in line.get_paths()])
    assert len(vertices) > 50 and numpy.abs(vertices.sum(axis=1)).max() < 1e-9


def test_the_shades_are_the_output_on_either_side(ax):
    model = nn.MLP(2, [1], init=lambda rng, nin, nout: 1.0)
    decision_boundary(model, [[-1.0, -1.0], [1.0, 1.0]], [-1, 1], ax=ax, resolution=5)
    bands = ax.collections[0]
    assert bands.get_array().min() < -0.9 and bands.get_array().max() > 0.9
    first, last = (numpy.array(bands.cmap(end)[:3]) for end in (0.0, 1.0))
    assert (
        numpy.abs(first - to_rgb(CLASS_COLORS[0])).max()
        < 0.31
        > numpy.abs(last - to_rgb(CLASS_COLORS[1])).max()
    )


def test_of_several_classes_each_has_the_area_where_its_output_is_largest(ax):
    model = nn.MLP(2, [3])
    for neuron, weights in zip(model.layers[0].neurons, [(-1.0, 0.0), (1.0, 0.0), (0.0, 1.0)], strict=True):
        neuron.w[0].data, neuron.w[1].data = weights
    decision_boundary(model, [[-1.0, -1.0], [1.0, 1.0]], [0, 1], ax=ax, resolution=61)
    inside = {0: (-0.9, 0.1), 1: (0.9, 0.1), 2: (0.0, 0.9)}
    areas = [found for found in ax.collections if len(found.get_facecolor())][:3]
    for label, point in inside.items():
        holds = [any(path.contains_point(point) for path in area.get_paths()) for area in areas]
        assert holds == [index == label for index in range(3)]


def test_samples_of_a_class_share_colour_and_marker_and_a_dead_model_has_no_line(ax):
    model = nn.MLP(2, [1], init=lambda rng, nin, nout: 0.0)
    model.layers[0].neurons[0].b.data = 1.0
    decision_boundary(model, [[0.0, 0.0], [1.0, 1.0], [1.0, 1.0]], [0, 1, 1], ax=ax, resolution=4)
    _, zeros, ones = ax.collections
    assert len(zeros.get_offsets()) == 1 and len(ones.get_offsets()) == 2
    assert zeros.get_paths()[0].vertices.shape != ones.get_paths()[0].vertices.shape


def test_a_model_that_branches_is_asked_at_every_point(ax):
    class Step(nn.Module):
        def __call__(self, x):
            return x[0] + 0.0 * x[1] + (1.0 if x[1].data > 0 else -1.0)

    decision_boundary(Step(), [[-2.0, -2.0], [2.0, 2.0]], [0, 1], ax=ax, resolution=48)
    vertices = numpy.concatenate([path.vertices for path in ax.collections[1].get_paths()])
    steep = numpy.abs(vertices[:, 1]) > 0.1
    assert numpy.abs(vertices[steep, 0] + numpy.sign(vertices[steep, 1])).max() < 1e-9


def test_every_class_is_in_the_legend(ax):
    decision_boundary(nn.MLP(2, [3], seed=0), [[0.0, 0.0], [1.0, 1.0], [0.5, 1.0]], [0, 1, 2], ax=ax)
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["class 0", "class 1", "class 2"]


def test_samples_must_have_two_features(ax):
    with pytest.raises(ValueError, match=r"two features, got shape \(1, 3\)"):
        decision_boundary(nn.MLP(3, [1]), [[1.0, 2.0, 3.0]], [0], ax=ax)


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


def test_a_class_without_samples_leaves_the_colours_of_the_others(ax):
    """Samples of class 2 look like the area of class 2."""
    decision_boundary(nn.MLP(2, [3], seed=0), [[0.0, 1.0], [1.0, 0.0]], [2, 0], ax, resolution=5)
    drawn = [
        to_hex(c.get_facecolor()[0]).upper() for c in ax.collections if c.get_label().startswith("class")
    ]
    assert drawn == [CLASS_COLORS[0], CLASS_COLORS[2]]


def test_classes_may_have_names_and_the_model_may_be_a_function(ax):
    decision_boundary(lambda x: x[0] - 0.5, [[0.0, 1.0], [1.0, 0.0]], ["left", "right"], ax, resolution=5)
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["class left", "class right"]


def test_where_two_outputs_are_infinite_neither_wins(ax):
    decision_boundary(
        nn.MLP(2, [2], init=lambda *_: 1e308), [[9.0, 9.0], [8.0, 8.0]], [0, 1], ax, resolution=5
    )
    ax.get_figure().canvas.draw()
    assert not lines_of(ax)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([[0.0, 1.0], [1.0, 0.0]], [1]), "2 samples and 1 targets"),
        (([], []), "there are no samples"),
        (
            ([[0.0, 1.0]], [1], None, 1),
            "resolution of decision_boundary is a whole number, two or more, got 1",
        ),
    ],
)
def test_a_mistake_is_named_and_leaves_no_figure(arguments, message):
    with pytest.raises(ValueError, match=message):
        decision_boundary(nn.MLP(2, [1], seed=0), *arguments)
    assert not plt.get_fignums()


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
