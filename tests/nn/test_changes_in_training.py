"""What a compiled training takes for fixed: a change is noticed, wherever a model or a loss holds it."""

from collections import deque
from dataclasses import dataclass, field
from functools import partial

import pytest

import nn
from autograd import Value
from nn.held import Held

pytest.importorskip("llvmlite")

X = [[i / 7, (i * i % 5) / 3] for i in range(20)]
Y = [float(i % 2) for i in range(20)]


class Weighed:
    """A loss whose strength is an attribute."""

    def __init__(self):
        self.strength = 1.0

    def loss(self, output, target):
        return self.strength * (output - target) ** 2


class Slotted:
    __slots__ = ("strength",)

    def __init__(self):
        self.strength = 1.0

    def __call__(self, output, target):
        return self.strength * (output - target) ** 2


@dataclass
class Settings:
    strengths: list = field(default_factory=lambda: [1.0])


def with_settings(settings, output, target):
    return settings.strengths[0] * (output - target) ** 2


def with_table(output, target, *, table):
    return table["strength"] * (output - target) ** 2


class Holding(nn.Module):
    """Multiplies by what it holds in one form or another."""

    def __init__(self, holder, read):
        self.w, self.v, self.holder, self.read = Value(0.5), Value(0.25), holder, read

    def __call__(self, x):
        return self.read(self.holder) * (self.w * x[0] + self.v * x[1])


def plain():
    return nn.MLP(2, [3, 1], activation="tanh", seed=0)


def bound_method():
    owner = Weighed()
    return plain(), owner.loss, lambda: setattr(owner, "strength", 3.0)


def partial_of_a_method():
    owner = Weighed()
    return plain(), partial(owner.loss), lambda: setattr(owner, "strength", 3.0)


def partial_of_an_argument():
    settings = Settings()
    return (
        plain(),
        partial(with_settings, settings),
        lambda: settings.strengths.append(settings.strengths.pop() + 2),
    )


def partial_of_a_keyword():
    table = {"strength": 1.0}
    return plain(), partial(with_table, table=table), lambda: table.update(strength=3.0)


def slots():
    loss = Slotted()
    return plain(), loss, lambda: setattr(loss, "strength", 3.0)


def a_deque():
    model = Holding(deque([1.0], maxlen=1), lambda each: each[0])
    return model, "mse", lambda: model.holder.append(3.0)


def slots_of_a_part():
    model = Holding(Slotted(), lambda each: each.strength)
    return model, "mse", lambda: setattr(model.holder, "strength", 3.0)


def a_method_that_a_module_keeps():
    owner = Weighed()
    model = Holding(owner.loss, lambda loss: loss(1.0, 0.0))
    return model, "mse", lambda: setattr(owner, "strength", 3.0)


HELD = [
    bound_method,
    partial_of_a_method,
    partial_of_an_argument,
    partial_of_a_keyword,
    slots,
    a_deque,
    slots_of_a_part,
    a_method_that_a_module_keeps,
]


@pytest.mark.parametrize("make", HELD, ids=lambda make: make.__name__)
def test_a_change_between_two_epochs_is_noticed(make):
    """Broken if the program goes on with the number of the first epoch."""
    found = []
    for engine in ("eager", "jit"):
        model, loss, change = make()

        def changing(training, change=change):
            if training.epoch == 2:
                change()

        history = nn.fit(
            model,
            X,
            Y,
            loss=loss,
            epochs=4,
            callbacks=changing,
            engine=engine,
            progress=False,
            learning_rate=0.01,
        )
        assert history.engine == engine
        found.append(history["loss"])
    assert found[1] == pytest.approx(found[0], rel=1e-12)
    assert found[0][2] > 1.5 * found[0][1] or found[0][2] < 0.8 * found[0][1]


class CountingInADeque(nn.Module):
    def __init__(self):
        self.w, self.calls = Value(0.5), deque()

    def __call__(self, x):
        self.calls.append(1)
        return self.w * x[0]


class Counter:
    __slots__ = ("calls",)

    def __init__(self):
        self.calls = 0


class CountingInASlot(nn.Module):
    def __init__(self):
        self.w, self.counter = Value(0.5), Counter()

    def __call__(self, x):
        self.counter.calls += 1
        return self.w * x[0]


@pytest.mark.parametrize(
    ("model", "calls"),
    [
        (CountingInADeque(), lambda model: len(model.calls)),
        (CountingInASlot(), lambda model: model.counter.calls),
    ],
)
def test_a_model_that_counts_its_calls_is_refused_and_left_as_it_was(model, calls):
    with pytest.raises((TypeError, ValueError), match="changes what it holds whenever it computes"):
        nn.fit(model, X, Y, engine="jit", progress=False)
    assert calls(model) == 0


@dataclass(frozen=True, slots=True)
class Frozen:
    limits: tuple = (0.0, 1.0)


def test_what_cannot_be_set_is_left_alone_when_all_is_put_back():
    part = Frozen()
    held = Held(part, partial(with_settings, Settings()), slice(1, 2), Weighed().loss)
    held.restore()
    assert not held.changed() and part.limits == (0.0, 1.0)
