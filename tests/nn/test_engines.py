"""Training by compiled programs is noticed by nobody, and says where it cannot be done."""

from functools import partial

import pytest

import nn
from autograd import Value
from nn import MLP, BatchNorm, Dropout, Layer, Module, Sequential, fit
from nn.callbacks import Callback, EarlyStopping
from nn.optim import SGD, Adam
from nn.schedules import LambdaLR
from tests.nn.trained_twice import SIGNS, X, trained

pytest.importorskip("llvmlite")


class Noted(Callback):
    """Looks at everything and halves the gradients."""

    def __init__(self):
        self.seen = []

    def on_gradients(self, training):
        for p in training.model.parameters():
            p.grad *= 0.5

    def on_epoch_end(self, training):
        self.seen.append([p.data for p in training.model.parameters()])


def test_callbacks_see_and_change_what_they_do_in_eager():
    noted = [Noted(), Noted()]
    for engine, callback in zip(("eager", "jit"), noted, strict=True):
        trained(
            engine, optimizer=partial(Adam, lr=0.05), epochs=20, callbacks=lambda o, each=callback: [each]
        )
    for eager, compiled in zip(noted[0].seen, noted[1].seen, strict=True):
        assert compiled == pytest.approx(eager, rel=1e-10)


def test_a_setting_of_the_model_that_changes_is_traced_again():
    class Scaled(Module):
        def __init__(self):
            self.scale, self.w = 1.0, Value(0.5)

        def __call__(self, x):
            return self.scale * self.w * x[0]

    def change(training):
        training.model.scale += 1.0

    found = []
    for engine in ("eager", "jit"):
        history = fit(
            Scaled(), X, SIGNS, epochs=5, callbacks=change, learning_rate=0.01, progress=False, engine=engine
        )
        found.append(history["loss"])
    assert found[1] == pytest.approx(found[0], rel=1e-13)


def test_a_nan_names_its_node_and_leaves_the_parameters():
    w = Value(800.0)

    class Power(Module):
        def __init__(self):
            self.w = w

        def __call__(self, x):
            return (self.w * x[0]).exp()

    with pytest.raises(FloatingPointError, match=r"training stopped in epoch 1, before the step.*exp"):
        fit(Power(), [[1.0]], [0.0], progress=False, engine="jit")
    assert (w.data, w.grad) == (800.0, 0.0)


class Noisy(Module):
    """Two layers with dropout, written out."""

    def __init__(self):
        self.first, self.last = Layer(2, 4, seed=0), Layer(4, 1, nonlin=False, seed=1)
        self.inside, self.outside = Dropout(0.5), Dropout(0.25)

    def __call__(self, x):
        return self.last(self.inside(self.first(self.outside(x))))


class Branch(Module):
    def __init__(self):
        self.w = Value(1.0)

    def __call__(self, x):
        return self.w * x[0] if x[0] > 0.0 else self.w


@pytest.mark.parametrize(
    ("model", "reason"),
    [
        (lambda: Sequential(Noisy(), "tanh", Dropout(0.5)), "some dropouts draw for all samples"),
        (lambda: Sequential(Layer(2, 2), BatchNorm(2), Layer(2, 1)), "BatchNorm .2. looks at all samples"),
        (Branch, "compares a number that differs from call to call"),
    ],
)
def test_auto_says_why_eager_runs_and_jit_raises_it(model, reason, monkeypatch):
    monkeypatch.setattr("nn.engines.WORTH", 0)
    history = fit(model(), X, SIGNS, epochs=1, progress=False)
    assert history.engine.startswith("eager: ")
    with pytest.raises((TypeError, ValueError), match=reason):
        fit(model(), X, SIGNS, epochs=1, progress=False, engine="jit")


def test_auto_compiles_where_it_pays():
    assert trained("auto", epochs=1).history.engine.startswith("eager: so little work")
    assert trained("auto", epochs=4000).history.engine == "jit"


def test_an_interrupt_leaves_everything_whole():
    def interrupt(training):
        if training.epoch == 3:
            raise KeyboardInterrupt

    found = []
    for engine in ("eager", "jit"):
        model = MLP(2, [3, 1], seed=1)
        with pytest.raises(KeyboardInterrupt):
            fit(model, X, SIGNS, callbacks=interrupt, progress=False, engine=engine, optimizer="adam")
        found.append([p.data for p in model.parameters()])
        assert model.history_.epochs == 3
    assert found[1] == pytest.approx(found[0], rel=1e-12)


SAMPLES = [[i / 7, (i * i % 5) / 3] for i in range(30)]
TARGETS = [float(i % 2) for i in range(30)]


def both(make, **settings):
    """The parameters that either engine leads to; `make` gives the settings that belong to a model."""
    ends = []
    for engine in ("eager", "jit"):
        model = nn.MLP(2, [4, 1], activation="tanh", seed=0)
        given = {"optimizer": SGD(model.parameters(), lr=0.1)} | make(model) | settings
        history = nn.fit(model, SAMPLES, TARGETS, engine=engine, progress=False, epochs=6, seed=1, **given)
        assert history.engine == engine
        ends.append([p.data for p in model.parameters()])
    return ends


def test_a_loss_that_asks_of_what_kind_a_target_is_cannot_be_compiled():
    """Broken if the program takes the branch of what stands for the target while it is compiled."""
    with pytest.raises(TypeError, match="asks more of a number than to compute with it"):
        both(lambda model: {"loss": lambda out, t: (out - (1.0 if isinstance(t, float) else 5.0)) ** 2})
    table = {1.0: 3.0}
    with pytest.raises(TypeError, match="asks more of a number than to compute with it"):
        both(lambda model: {"loss": lambda out, t: (out - table.get(t, 0.0)) ** 2})


def test_auto_leaves_code_of_the_user_to_values():
    """What it reads from elsewhere may change, and a program would not notice."""
    model = nn.MLP(2, [40, 1], seed=0)
    settings = {"epochs": 300, "progress": False}
    assert len(model.parameters()) * len(SAMPLES) * 300 > 1_000_000

    def engine(**own):
        stop = EarlyStopping(patience=1, min_delta=1e9)  # after two epochs
        return nn.fit(
            model, SAMPLES, TARGETS, **settings, callbacks=[stop, *own.pop("more", ())], **own
        ).engine

    assert engine() == "jit"
    assert engine(loss=lambda out, t: (out - t) ** 2).startswith(
        "eager: the loss <lambda> may read or change"
    )
    assert engine(more=[lambda training: None]).startswith("eager: a callback of your own")
    optimizer = SGD(model.parameters())
    schedule = LambdaLR(optimizer, lambda epoch: 1.0)
    assert engine(optimizer=optimizer, more=[schedule]).startswith("eager: a callback of your own")


def test_a_step_of_the_optimizer_that_is_replaced_is_taken():
    def clamped(model):
        optimizer = SGD(model.parameters(), lr=0.1)
        step = optimizer.step

        def clamp():
            step()
            for p in model.parameters():
                p.data = max(-0.3, min(0.3, p.data))

        optimizer.step = clamp
        return {"optimizer": optimizer}

    eager, compiled = both(clamped, batch_size=7)
    assert max(map(abs, compiled)) <= 0.3
    assert compiled == pytest.approx(eager, rel=1e-12)


def test_what_a_callback_does_between_two_steps_is_noticed():
    class Shrinks(Callback):
        def on_gradients(self, training):
            training.model.layers[0].neurons[0].slope = 1.0  # of no use, but part of the model
            for p in training.model.parameters():
                p.grad *= 0.5

    eager, compiled = both(lambda model: {"callbacks": [Shrinks()]}, batch_size=7)
    assert compiled == pytest.approx(eager, rel=1e-12)


def test_an_interrupt_is_no_other_error_where_a_model_has_buffers():
    class Interrupts(Callback):
        def on_gradients(self, training):
            raise KeyboardInterrupt

    kept = nn.MLP(2, [3, 1], seed=0)
    kept.average = nn.Buffer([0.0])
    with pytest.raises(KeyboardInterrupt):
        nn.fit(kept, SAMPLES, TARGETS, engine="jit", progress=False, callbacks=[Interrupts()])
