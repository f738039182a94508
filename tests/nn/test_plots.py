"""The pictures show the model's own classes and the numbers of the run."""

import matplotlib

matplotlib.use("Agg")

import numpy
import pytest
from matplotlib import pyplot as plt

import nn
from nn.plots import decision_boundary, training_history


@pytest.fixture
def ax():
    figure, ax = plt.subplots()
    yield ax
    plt.close(figure)


def test_the_boundary_lies_where_the_output_is_zero(ax):
    model = nn.MLP(2, [1], init=lambda rng, nin, nout: 1.0)  # x0 + x1
    drawn = decision_boundary(model, [[-1.0, -1.0], [1.0, 1.0]], [-1, 1], ax=ax)
    assert drawn is ax
    line = ax.collections[-3] if len(ax.collections) >= 3 else None
    vertices = numpy.concatenate([path.vertices for path in line.get_paths()])
    assert numpy.abs(vertices.sum(axis=1)).max() < 1e-9


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
