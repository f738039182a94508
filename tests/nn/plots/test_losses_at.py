"""The loss at many settings of a model's weights: by a program of the model, else by the loss itself."""

import random

import numpy as np
import pytest

import nn
from autograd import Value, mean, no_grad
from nn.module import in_mode
from nn.plots import losses_at as file
from nn.plots.asked import Asked
from nn.plots.losses_at import losses_at
from nn.refusals import NotCompiled

pytest.importorskip("llvmlite")

X, Y = nn.data.moons(20, noise=0.1, seed=0)
CLASSES = [int(y > 0) for y in Y]


@pytest.fixture(autouse=True)
def compiling_costs_nothing(monkeypatch):
    monkeypatch.setattr(file, "_WORTH", 0)


def mean_squared(model):
    return mean([nn.mse(model(x), y) for x, y in zip(X, Y, strict=True)])


def batched(model):
    return mean([nn.mse(output, y) for output, y in zip(model.batch(X), Y, strict=True)])


def with_penalty(model):
    return mean_squared(model) + 0.01 * sum(p * p for p in model.parameters())


def entropy(model):
    return mean([nn.cross_entropy(model(x), label) for x, label in zip(X, CLASSES, strict=True)])


def small(outputs=1, **settings):
    return nn.MLP(2, [4, outputs], activation="tanh", seed=0, **settings)


def settings_of(model, count=30, seed=0):
    rng = np.random.default_rng(seed)
    return {p: p.data + rng.normal(size=(count // 5, 5)) for p in model.parameters()[:-1]}


def by_itself(loss, model, points):
    """The loss at each setting, when nothing is compiled."""
    before = [p.data for p in model.parameters()]
    found = []
    for numbers in zip(*(array.ravel().tolist() for array in points.values()), strict=True):
        for parameter, number in zip(points, numbers, strict=True):
            parameter.data = number
        with no_grad(), in_mode(model, False):
            found.append(loss(model).data)
    for parameter, number in zip(model.parameters(), before, strict=True):
        parameter.data = number
    return np.reshape(found, next(iter(points.values())).shape)


def in_two_parts(loss, model, points):
    with in_mode(model, False):
        return file._in_two_parts(loss, model, points)


MODELS = {
    "one output": (mean_squared, small),
    "a batch": (batched, small),
    "weights beside the model": (with_penalty, small),
    "classes": (entropy, lambda: small(outputs=2)),
    "dropout": (
        mean_squared,
        lambda: nn.Sequential(nn.Layer(2, 4, seed=0), nn.Dropout(0.5, seed=0), nn.Layer(4, 1, seed=1)),
    ),
    "running averages": (
        batched,
        lambda: nn.Sequential(nn.Layer(2, 4, seed=0), nn.BatchNorm(4), nn.Layer(4, 1, seed=1)),
    ),
}


@pytest.mark.parametrize("name", MODELS)
def test_two_parts_have_the_numbers_of_the_whole(name):
    loss, make = MODELS[name]
    model = make()
    points, state = settings_of(model), model.state_dict()
    with in_mode(model, False):
        found = losses_at(loss, model, points)
    np.testing.assert_allclose(found, by_itself(loss, model, points), rtol=1e-12)
    assert model.state_dict() == state
    np.testing.assert_array_equal(found.ravel(), in_two_parts(loss, model, points))


def test_many_settings_are_computed_some_at_a_time(monkeypatch):
    model = small()
    points = settings_of(model)
    whole = in_two_parts(mean_squared, model, points)
    monkeypatch.setattr(file, "_TILE", 7 * len(X))
    np.testing.assert_array_equal(in_two_parts(mean_squared, model, points), whole)


def branching(model):
    output = model(X[0])
    return output * output if output.data > 0.5 else 1.0 - output


def drawing():
    rng = random.Random(0)
    return lambda model: nn.mse(model(rng.choice(X)), 1.0)


class Deciding(nn.Module):
    """Its program would have one of two paths only."""

    def __init__(self):
        self.inner = small()

    def __call__(self, x):
        output = self.inner(x)
        return output * output if output.data > 0.0 else output


def closed_over(model):
    """A loss that never asks the model that it is given."""
    return lambda _: mean_squared(model)


@pytest.mark.parametrize(
    ("loss", "model"),
    [
        (branching, small()),
        (mean_squared, Deciding()),
        (closed_over(closed := small()), closed),
        (lambda model: mean([nn.mse(model.layers[1](model.layers[0](x)), 1.0) for x in X]), small()),
        (lambda model: mean(model([model(x), 1.0]) for x in X), small()),
        (lambda model: Value(1.0) if model.training else mean_squared(model), small()),
    ],
    ids=["a loss that branches", "a model that branches", "another model", "layers", "chained", "the mode"],
)
def test_a_loss_that_has_no_two_parts_has_its_numbers_too(loss, model):
    points = settings_of(model)
    with in_mode(model, False):
        found = losses_at(loss, model, points)
    np.testing.assert_allclose(found, by_itself(loss, model, points), rtol=1e-12)


def test_a_loss_of_other_samples_each_time_is_not_computed_in_two_parts():
    model = small()
    with pytest.raises(ValueError, match="other samples each time"):
        in_two_parts(drawing(), model, settings_of(model))
    asked = Asked(mean_squared, model)
    asked.samples.append([0.0, 0.0])
    with pytest.raises(ValueError, match="fewer samples"):
        asked.again([[1.0]] * len(asked.samples))


def test_a_branch_in_the_loss_is_found_at_the_settings_that_are_checked():
    model = small()
    with pytest.raises(ValueError, match="in two parts, the loss is"):
        in_two_parts(branching, model, settings_of(model, 200))


def test_little_work_is_not_compiled(monkeypatch):
    monkeypatch.setattr(file, "_WORTH", 601)
    model = small()
    with pytest.raises(NotCompiled, match="so few outputs"):
        in_two_parts(mean_squared, model, settings_of(model, 30))
    assert in_two_parts(mean_squared, model, settings_of(model, 35)).shape == (35,)


def test_without_a_compiler_the_numbers_are_the_same(monkeypatch):
    model = small()
    points = settings_of(model)
    found = losses_at(mean_squared, model, points)

    def refused():
        raise NotCompiled("no llvmlite")

    monkeypatch.setattr(file, "require_llvm", refused)
    np.testing.assert_allclose(losses_at(mean_squared, model, points), found, rtol=1e-12)


def test_the_loss_itself_is_called_a_few_times_only():
    calls = []
    model = small()
    points = settings_of(model, 500)
    losses_at(lambda model: calls.append(1) or mean_squared(model), model, points)
    assert len(calls) < 20


def test_a_mistake_in_the_loss_is_its_own():
    model = small()
    with pytest.raises(ZeroDivisionError):
        losses_at(lambda model: model(X[0]) * (1 / 0), model, settings_of(model))
