"""Dropout in compiled steps: the same numbers are left out as on a graph."""

from __future__ import annotations

import random

import pytest

from nn import Dropout, Layer, Module, Residual, Sequential, fit
from nn.callbacks import Callback
from nn.data import moons

pytest.importorskip("llvmlite")

X, CLASSES = moons(40, noise=0.1, seed=1)
SIGNS = [2 * c - 1 for c in CLASSES]


class Written(Module):
    """Dropout twice in a module that is written out: sample by sample."""

    def __init__(self):
        self.first, self.last = Layer(2, 6, seed=0), Layer(6, 1, nonlin=False, seed=1)
        self.drop = Dropout(0.25)

    def __call__(self, x):
        return self.last(self.drop(self.first(self.drop(x))))


def layers(first, second):
    return lambda: Sequential(
        Dropout(0.1, seed=first),
        Layer(2, 6, seed=0),
        Residual(Sequential(Layer(6, 6, seed=2), Dropout(0.5, seed=second))),
        Layer(6, 1, nonlin=False, seed=1),
    )


MODELS = {
    "each draws by itself": layers(1, 2),
    "all draw from the module `random`": layers(None, None),
    "written out": Written,
    "everything is left out": lambda: Sequential(Layer(2, 3, seed=0), Dropout(1.0), Layer(3, 1, seed=1)),
}


def trained(engine, model, **settings):
    random.seed(7)
    made = model()
    history = fit(
        made, X, SIGNS, loss="max_margin", learning_rate=0.05, progress=False, engine=engine, **settings
    )
    return history, [p.data for p in made.parameters()], random.random()


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
@pytest.mark.parametrize("settings", [{}, {"batch_size": 16}, {"batch_size": 7, "validation": 0.2}])
def test_histories_are_the_same(model, settings):
    # Broken: masks of another order, of another row, or drawn once for all; validation drops too.
    (eager, weights, after), (compiled, moved, later) = (
        trained(engine, model, epochs=40, metrics="accuracy", **settings) for engine in ("eager", "jit")
    )
    assert compiled.engine == "jit"
    for name, numbers in eager.records.items():
        assert compiled[name] == pytest.approx(numbers, rel=1e-12, abs=1e-15), name
    assert moved == pytest.approx(weights, rel=1e-11)
    assert later == after  # as many random numbers were drawn


def test_weights_of_samples_are_no_masks():
    weights = [1.0 + (i % 3) for i in range(len(X))]
    (eager, _, _), (compiled, _, _) = (
        trained(engine, MODELS["each draws by itself"], epochs=20, sample_weight=weights)
        for engine in ("eager", "jit")
    )
    assert compiled["loss"] == pytest.approx(eager["loss"], rel=1e-12)


class Once(Module):
    def __init__(self):
        self.scale = 1.0
        self.drop, self.layer = Dropout(0.5, seed=3), Layer(2, 1, nonlin=False, seed=1)

    def __call__(self, x):
        return self.scale * self.layer(self.drop(x))


class InStep(Callback):
    """Does something to the model in the middle of an epoch."""

    def __init__(self, action):
        self.action, self.steps = action, 0

    def on_gradients(self, training):
        self.steps += 1
        if self.steps == 4:
            self.action(training.model)


@pytest.mark.parametrize(
    "action",
    [
        lambda model: setattr(model, "scale", 0.5),
        lambda model: setattr(model.drop, "p", 0.25),
        lambda model: model.eval(),
        lambda model: model.drop.rng.random(),
    ],
    ids=["scale", "p", "eval", "draws"],
)
def test_what_a_callback_does_in_the_middle_of_an_epoch_holds_from_the_next_step_on(action):
    # Broken: masks are drawn ahead of what changes them, or not drawn any more.
    eager, compiled = (
        trained(engine, Once, epochs=5, batch_size=8, callbacks=InStep(action), seed=5)[0]
        for engine in ("eager", "jit")
    )
    assert compiled["loss"] == pytest.approx(eager["loss"], rel=1e-12)


def test_a_step_that_is_not_finite_is_computed_again_with_its_masks():
    # The largest number is squared only where it is kept: the error of the first row that keeps it.
    def model():
        return Sequential(Dropout(0.5, seed=2), Layer(1, 1, nonlin=False, init=lambda rng, nin, nout: 1.0))

    said = []
    for engine in ("eager", "jit"):
        with pytest.raises(FloatingPointError) as caught:
            fit(
                model(), [[1.0], [1e200], [1e200], [1e200]], [0.0] * 4, engine=engine, epochs=9, batch_size=1,
                learning_rate=0.0, seed=1, progress=False,
            )  # fmt: skip
        said.append(str(caught.value))
    assert said[0] == said[1]
    assert "made inf" in said[0]


def test_auto_trains_dropout_by_a_program():
    history, _, _ = trained("auto", MODELS["each draws by itself"], epochs=200)
    assert history.engine == "jit"
