"""What is odd but allowed trains alike on Values and by programs, and what is refused is refused alike."""

import copy
import pickle
import re
from concurrent.futures import ThreadPoolExecutor
from math import inf, nan

import pytest

import nn
from autograd import Value
from nn.callbacks import Callback

np = pytest.importorskip("numpy")
pytest.importorskip("llvmlite")

X = [[i / 7, (i * i % 5) / 3] for i in range(12)]
Y = [float(i % 2) for i in range(12)]
CLASSES = [i % 2 for i in range(12)]
BATCHES = {"batch_size": 5, "seed": 1}


def network(outputs=1):
    return nn.MLP(2, [3, outputs], activation="tanh", seed=0)


def close(expected):
    return pytest.approx(expected, rel=1e-10, abs=1e-13, nan_ok=True)


def numbers_of(model):
    return [p.data for p in model.parameters()]


def trained(engine, make=network, x=X, y=Y, make_settings=lambda model: {}, **settings):
    """A model that was trained, its history, and the optimizer if there is one."""
    model = make()
    settings = {"epochs": 4, **settings, **make_settings(model)}
    if not isinstance(settings.get("optimizer", "sgd"), nn.optim.Optimizer):
        settings.setdefault("learning_rate", 0.05)
    history = nn.fit(model, x, y, engine=engine, progress=False, **settings)
    assert history.engine == engine
    return model, history


def assert_alike(**settings):
    (model, eager), (other, compiled) = (trained(engine, **settings) for engine in ("eager", "jit"))
    assert compiled.records.keys() == eager.records.keys()
    for name, numbers in eager.records.items():
        assert compiled[name] == close(numbers), name
    assert numbers_of(other) == close(numbers_of(model))
    assert [p.grad for p in other.parameters()] == close([p.grad for p in model.parameters()])
    return model, other


def assert_raise_alike(error, match, **settings):
    """Both raise the same, and leave the same parameters."""
    make, left = settings.pop("make", network), []
    for engine in ("eager", "jit"):
        model = make()
        with pytest.raises(error, match=match):
            trained(engine, make=lambda model=model: model, **settings)
        left.append(numbers_of(model))
    assert left[1] == close(left[0])


FORMS = {
    "int arrays": {"x": np.arange(24).reshape(12, 2) % 7, "y": np.arange(12) % 2},
    "small whole numbers": {
        "x": (np.arange(24).reshape(12, 2) % 7).astype(np.uint8),
        "y": (np.arange(12) % 2).astype(np.uint8),
    },
    "single precision": {"x": np.array(X, dtype=np.float32), "y": np.array(Y, dtype=np.float32)},
    "other bytes": {"x": np.array(X, dtype=">f8"), "y": np.array(Y)[::-1]},
    "truth values": {"y": [bool(c) for c in CLASSES]},
    "an array of truth values": {"y": np.array(CLASSES) > 0, "loss": "bce_with_logits"},
    "tuples": {"x": tuple(map(tuple, X)), "y": [(y,) for y in Y]},
    "arrays in lists": {"x": [np.array(x) for x in X], "y": range(12)},
    "numpy's numbers": {"x": [[np.float32(a), np.int64(3)] for a, _ in X], "y": [np.float64(y) for y in Y]},
    "mixed numbers": {"x": [[True, 1], [2, 3.5]] * 6, "y": [int(y) if i % 3 else y for i, y in enumerate(Y)]},
    "classes as floats": {"make": lambda: network(2), "y": Y, "loss": "cross_entropy"},
    "classes as truth values": {
        "make": lambda: network(2),
        "y": [bool(c) for c in CLASSES],
        "loss": "cross_entropy",
        "metrics": "accuracy",
        "validation": 0.25,
    },
    "huge targets": {"y": [2**60 + i for i in range(12)], "learning_rate": 1e-30},
    "validation in another form": {"validation": (np.array([[1, 2], [3, 4]]), ((1,), (0,)))},
}


@pytest.mark.parametrize("batches", [{}, BATCHES], ids=["whole", "batches"])
@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS.keys())
def test_data_in_many_forms(form, batches):
    assert_alike(**form, **batches)


def test_frames():
    pandas = pytest.importorskip("pandas")
    frame, series = pandas.DataFrame(X, columns=["a", "b"]), pandas.Series(Y, name="y")
    assert_alike(x=frame, y=series)
    _, model = assert_alike(x=frame, y=series.to_frame(), **BATCHES)
    assert model.feature_names_in_ == ("a", "b")


SIZES = {
    "one sample": {"x": X[:1], "y": Y[:1]},
    "one sample to a batch": {"batch_size": 1, "seed": 0},
    "a batch larger than the data": {"batch_size": 100},
    "one sample left over": {"batch_size": 11, "seed": 0},
    "one epoch": {"epochs": 1, "batch_size": 5, "seed": 0},
    "no step": {"learning_rate": 0.0, "l2": 0.1},
    "one to validate on": {"validation": (X[:1], Y[:1], [2.0])},
    "weights of zero": {"sample_weight": [0.0, 1.0] * 6, "batch_size": 3, "seed": 2},
    "tiny weights": {"sample_weight": [1e-300] * 12},
    "a nan that does not count": {"y": [nan, *Y[1:]], "sample_weight": [0.0] + [1.0] * 11},
    "a nan to validate on": {"validation": (X[:3], [nan, 1.0, 0.0])},
    "weights of classes": {"y": CLASSES, "class_weight": {0: 3.0}, "batch_size": 5, "seed": 0},
}


@pytest.mark.parametrize("settings", SIZES.values(), ids=SIZES.keys())
def test_sizes_and_weights(settings):
    assert_alike(**settings)


@pytest.mark.parametrize("batches", [{}, BATCHES], ids=["whole", "batches"])
@pytest.mark.parametrize(
    ("settings", "match"),
    [
        ({"y": [*Y[:-1], nan]}, "epoch 1, before the step; sample 11 or its target has a nan or inf: sub"),
        ({"x": [*X[:-1], [inf, 1.0]]}, "epoch 1, before the step; sample 11 or its target has a nan or inf"),
        ({"learning_rate": 1e300}, "training stopped in epoch [12], before the step"),
    ],
)
def test_numbers_that_are_not_finite_end_training_where_they_arise(settings, match, batches):
    make, left = network, []
    for engine in ("eager", "jit"):
        model = make()
        with pytest.raises(FloatingPointError, match=match):
            trained(engine, make=lambda model=model: model, **settings, **batches)
        left.append(numbers_of(model))
        assert all(p.grad == 0.0 for p in model.parameters())
    assert left[1] == pytest.approx(left[0], rel=1e-10, abs=1e-13)


def test_what_is_no_training_is_refused_alike():
    assert_raise_alike(ValueError, "epochs of fit is a whole number, one or more, got 0", epochs=0)
    assert_raise_alike(ValueError, "there are no samples", x=[], y=[])
    assert_raise_alike(ValueError, "got 12 samples and 11 targets", y=Y[:-1])
    assert_raise_alike(ValueError, "needs at least one parameter", make=lambda: nn.Elementwise("tanh"))
    assert_raise_alike(ValueError, "the index of a class", make=lambda: network(2), loss="cross_entropy",
                       y=[*CLASSES[:-1], 7])  # fmt: skip
    assert_raise_alike(
        ValueError, "is a probability from 0 to 1, got 2", y=[2, *Y[1:]], loss="bce_with_logits"
    )
    assert_raise_alike(TypeError, "a loss returns a Value", loss=lambda output, target: 1.0)


class Tied(nn.Module):
    """Two neurons share a weight and the bias."""

    def __init__(self):
        self.a, self.b = (nn.Neuron(2, nonlin=False, seed=seed) for seed in (0, 1))
        self.b.w[0], self.b.b = self.a.w[0], self.a.b

    def __call__(self, x):
        return self.a(x) * self.b(x)


class Twice(nn.Module):
    """A module that stands in two places."""

    def __init__(self):
        self.first = self.second = nn.Layer(2, 2, seed=0)
        self.last = nn.Layer(2, 1, nonlin=False, seed=1)

    def __call__(self, x):
        return self.last(self.second(self.first(x)))


class Unused(nn.Module):
    """Has a parameter that the output does not depend on."""

    def __init__(self):
        self.unused, self.w, self.fixed = Value(3.0), Value(1.0), Value(0.5).detach()

    def __call__(self, x):
        return self.w * x[0] * self.fixed


class Constant(nn.Module):
    """Does not look at the sample."""

    def __init__(self):
        self.w = Value(1.0)

    def __call__(self, x):
        return self.w * 2.0


class NoGradient(nn.Module):
    """The loss does not depend on its parameter."""

    def __init__(self):
        self.w = Value(1.0)

    def __call__(self, x):
        return Value(2.0) * x[0]


class Half(nn.MLP):
    """Names the parameters of its last layer only."""

    def named_parameters(self):
        return [(name, p) for name, p in super().named_parameters() if name.startswith("layers.1")]


class Modal(nn.Module):
    """Computes something else in evaluation mode."""

    def __init__(self):
        self.w, self.b = Value(0.5), Value(0.25)

    def __call__(self, x):
        out = self.w * x[0] + self.b
        return out if self.training else 2.0 * out


MODELS = {
    "shared parameters": Tied,
    "a shared module": Twice,
    "an unused parameter": Unused,
    "a constant": Constant,
    "no gradient": NoGradient,
    "some parameters named": lambda: Half(2, [3, 1], seed=0),
    "another one in evaluation mode": Modal,
    "layers that normalise": lambda: nn.Sequential(
        nn.Residual(nn.Layer(2, 2, seed=0)), nn.LayerNorm(2), nn.Layer(2, 1, nonlin=False, seed=1)
    ),
}


@pytest.mark.parametrize("settings", [{}, {"optimizer": "adamw", "l2": 0.1, **BATCHES}], ids=["sgd", "adamw"])
@pytest.mark.parametrize("make", MODELS.values(), ids=MODELS.keys())
def test_models(make, settings):
    assert_alike(make=make, validation=(X[:3], Y[:3]), **settings)


OPTIMIZERS = [nn.SGD, nn.Adam, nn.AdamW, nn.RMSprop, nn.Adagrad]

GROUPS = {
    "of the last layer": lambda model: model.layers[1].parameters(),
    "from the last to the first": lambda model: model.parameters()[::-1],
    "in two groups, the last layer first": lambda model: [
        {"params": model.layers[1].parameters(), "lr": 0.01},
        {"params": model.layers[0].parameters()},
    ],
    "some, and some that stand still": lambda model: [
        {"params": model.parameters()[3:5]},
        {"params": model.parameters()[:2], "lr": 0.0},
    ],
    "a group each": lambda model: [{"params": [p], "lr": 0.01 * i} for i, p in enumerate(model.parameters())],
}


@pytest.mark.parametrize("kind", OPTIMIZERS)
@pytest.mark.parametrize("groups", GROUPS.values(), ids=GROUPS.keys())
def test_optimizers_of_some_parameters(kind, groups):
    model, other = assert_alike(
        make_settings=lambda model: {"optimizer": kind(groups(model), lr=0.05)}, l2=0.01, **BATCHES
    )
    before = numbers_of(network())
    moved = [a != b for a, b in zip(numbers_of(model), before, strict=True)]
    assert moved == [a != b for a, b in zip(numbers_of(other), before, strict=True)]


def state_numbers(optimizer):
    """All numbers of an optimizer's state, in order."""

    def within(thing):
        if isinstance(thing, dict):
            thing = list(thing.values())
        if isinstance(thing, (list, tuple)):
            return [number for entry in thing for number in within(entry)]
        return [] if isinstance(thing, str) else [thing]

    return within(optimizer.state_dict())


def reset(model, optimizer):
    for p, q in zip(model.parameters(), nn.MLP(2, [3, 1], seed=9).parameters(), strict=True):
        p.data = q.data


def slower(model, optimizer):
    optimizer.param_groups[0]["lr"] = 0.001


def loaded(model, optimizer):
    optimizer.load_state_dict(copy.deepcopy(optimizer.state_dict()))
    model.load_state_dict({name: 0.5 * number for name, number in model.state_dict().items()})


def another_activation(model, optimizer):
    for neuron in model.layers[0].neurons:
        neuron.activation = nn.ACTIVATIONS["relu"]


@pytest.mark.parametrize("kind", OPTIMIZERS)
@pytest.mark.parametrize("between", [None, reset, slower, loaded, another_activation])
def test_training_goes_on_with_one_optimizer(kind, between):
    """Broken if a second training does not begin where the first has ended, whoever took its steps."""
    ends = []
    for engines in (("eager", "eager"), ("jit", "jit"), ("eager", "jit"), ("jit", "eager")):
        model = network()
        optimizer = kind(model.parameters(), lr=0.05)
        for engine, loss, seed in zip(engines, ("mse", "l1"), (0, 1), strict=True):
            settings = {"optimizer": optimizer, "epochs": 3, "batch_size": 5, "seed": seed, "loss": loss}
            nn.fit(model, X, Y, engine=engine, progress=False, **settings)
            if between and seed == 0:
                between(model, optimizer)
        ends.append((numbers_of(model), state_numbers(optimizer)))
    for numbers, state in ends[1:]:
        assert numbers == close(ends[0][0])
        assert state == close(ends[0][1])


def test_models_that_share_layers():
    ends = []
    for engine in ("eager", "jit"):
        first = network()
        second = nn.Sequential(first.layers[0], nn.Layer(3, 1, nonlin=False, seed=5))
        losses = [
            nn.fit(model, X, Y, engine=engine, epochs=3, optimizer="adam", progress=False)["loss"]
            for model in (first, second, first)
        ]
        ends.append(losses)
    assert ends[1] == [close(losses) for losses in ends[0]]


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda thing: pickle.loads(pickle.dumps(thing))])
def test_a_copy_of_a_trained_model_trains_by_itself(copied):
    ends = []
    for engine in ("eager", "jit"):
        model, history = trained(engine, optimizer="adam")
        before = numbers_of(model)
        other = copied(model)
        assert other.history_.records == history.records
        nn.fit(other, X, Y, engine=engine, epochs=3, optimizer="adam", progress=False)
        assert numbers_of(model) == before != numbers_of(other)
        ends.append(numbers_of(other))
    assert ends[1] == close(ends[0])


class Watching(Callback):
    """Keeps all that it can see: copies, pickles and predictions."""

    def __init__(self):
        self.seen = []

    def on_train_begin(self, training):
        self.keep(training)

    on_epoch_begin = on_epoch_end = on_train_begin

    def on_gradients(self, training):
        self.seen += [p.grad for p in training.model.parameters()]
        self.keep(training)

    def keep(self, training):
        model, optimizer = pickle.loads(pickle.dumps((copy.deepcopy(training.model), training.optimizer)))
        self.seen += [training.epoch, *numbers_of(model), *state_numbers(optimizer)]
        self.seen += nn.predict(training.model, X[:3])


@pytest.mark.parametrize("kind", OPTIMIZERS)
def test_callbacks_see_the_same_at_every_moment(kind):
    seen = []
    for engine in ("eager", "jit"):
        watching = Watching()
        trained(engine, make_settings=lambda model: {"optimizer": kind(model.parameters())},
                callbacks=watching, validation=0.25, **BATCHES)  # fmt: skip
        seen.append(watching.seen)
    assert seen[1] == close(seen[0])


def set_parameters(training):
    for p in training.model.parameters()[:3]:
        p.data = 0.1


def set_rate(training):
    training.optimizer.param_groups[0]["lr"] *= 0.5


def clear_gradients(training):
    training.model.zero_grad()


def evaluate(training):
    training.model.eval()


def replace_a_parameter(training):
    training.model.layers[1].neurons[0].b = Value(0.3)


def train_a_little(training):
    nn.fit(training.model, X[:3], Y[:3], engine="eager", epochs=1, progress=False)


class Changing(Callback):
    """Does something at a moment of a training."""

    def __init__(self, moment, change):
        setattr(self, moment, change)


MOMENTS = ["on_train_begin", "on_epoch_begin", "on_gradients", "on_epoch_end"]


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("change", [set_parameters, set_rate, clear_gradients, evaluate, train_a_little])
@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_what_callbacks_change_at_any_moment(change, moment, optimizer):
    assert_alike(
        make_settings=lambda model: {"callbacks": Changing(moment, change)}, optimizer=optimizer, **BATCHES
    )


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_parameter_that_a_callback_replaces_is_used(moment):
    """The optimizer has the one that was there before, so the new one stays what it is."""
    ends = []
    for engine in ("eager", "jit"):
        model, history = trained(engine, callbacks=Changing(moment, replace_a_parameter), **BATCHES)
        assert numbers_of(model)[-1] == 0.3
        ends.append([*history["loss"], *numbers_of(model)])
    assert ends[1] == close(ends[0])


class Raising(Callback):
    def __init__(self, moment, error, count):
        self.left = count

        def count_down(training):
            self.left -= 1
            if not self.left:
                raise error("enough")

        setattr(self, moment, count_down)


@pytest.mark.parametrize("error", [KeyboardInterrupt, ZeroDivisionError])
@pytest.mark.parametrize(
    ("moment", "count"), [*((moment, 3) for moment in MOMENTS[1:]), ("on_train_begin", 1)]
)
def test_errors_of_callbacks_leave_the_same(moment, count, error):
    left = []
    for engine in ("eager", "jit"):
        model = network()
        optimizer = nn.Adam(model.parameters(), lr=0.05)
        with pytest.raises(error, match="enough"):
            trained(engine, make=lambda model=model: model, optimizer=optimizer,
                    callbacks=Raising(moment, error, count), validation=0.25, **BATCHES)  # fmt: skip
        assert model.history_.stopped.startswith(error.__name__)
        left.append((numbers_of(model), state_numbers(optimizer), model.history_.records))
        assert all(part.training for part in model.modules())
    assert left[1][0] == close(left[0][0])
    assert left[1][1] == close(left[0][1])
    assert {name: close(numbers) for name, numbers in left[0][2].items()} == left[1][2]


def test_metrics_that_raise_end_training_alike():
    def broken(output, target):
        raise RuntimeError("no number")

    assert_raise_alike(RuntimeError, "no number", metrics={"broken": broken})


def test_many_trainings_at_once():
    """Broken if trainings in several threads use one another's buffers."""

    def train(engine, seed):
        model = nn.MLP(2, [3, 1], activation="tanh", seed=seed)
        history = nn.fit(
            model, X, Y, engine=engine, optimizer="adam", batch_size=5, seed=seed, epochs=10,
            validation=(X[:2], Y[:2]), progress=False,
        )  # fmt: skip
        return [*numbers_of(model), *history["val_loss"], *nn.predict(model, X)]

    expected = [train("eager", seed) for seed in range(6)]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(train, ["jit"] * 6, range(6))) == [close(numbers) for numbers in expected]


def test_a_model_that_asks_of_what_kind_a_number_is_in_evaluation_mode_is_refused():
    """Broken if only the program for training is tried: the losses of validation would be others."""

    class Asking(Modal):
        def __call__(self, x):
            out = self.w * x[0]
            return out if self.training or not isinstance(x[1], float) else 2.0 * out

    with pytest.raises(TypeError, match="asks more of a number than to compute with it"):
        trained("jit", make=Asking, validation=(X[:3], Y[:3]))


TABLE = {2.0: 10.0}


def test_a_model_that_looks_up_a_class_among_its_inputs_is_refused():
    class Embedding(nn.Module):
        def __init__(self):
            self.w = Value(0.5)

        def __call__(self, x):
            return self.w * (x[0] + TABLE.get(x[1], 0.0))

    rows = [[0.1 * i, 2.0 if i == 37 else float(i % 2)] for i in range(100)]
    with pytest.raises(TypeError, match="asks more of a number than to compute with it"):
        trained("jit", make=Embedding, x=rows, y=[0.5] * 100)


@pytest.mark.parametrize(
    ("loss", "said"),
    [
        (lambda output, target: {}["strength"] * output, "KeyError: 'strength'"),
        (lambda output, target: output * [][3], "IndexError: list index out of range"),
        (lambda output, target: output.nothing, "AttributeError: 'Value' object has no attribute 'nothing'"),
    ],
)
def test_why_nothing_was_compiled_is_told_with_the_kind_of_the_error(loss, said):
    with pytest.raises(ValueError, match=f"engine='jit' cannot train this: {re.escape(said)}"):
        trained("jit", loss=loss)


# What overflows is infinite, as it is with Values; numpy's warnings would be errors in many a program.


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("validation", [None, (X[:2], Y[:2])])
def test_a_penalty_that_overflows_is_no_warning(validation):
    for engine in ("eager", "jit"):
        model = network()
        model.layers[0].neurons[0].b.data = 1e160
        with pytest.raises(FloatingPointError, match="stopped in epoch 1, before the step: mul made inf"):
            trained(engine, make=lambda model=model: model, l2=1e-3, validation=validation)


@pytest.mark.filterwarnings("error")
def test_the_length_of_a_huge_gradient_is_no_warning():
    def loss(output, target):
        return 1e160 * output

    assert_alike(loss=loss, callbacks=nn.ClipGradients(max_norm=1.0), **BATCHES)


def test_a_layer_that_is_built_on_in_the_middle_is_trained_by_every_engine():
    def build_on(training):
        if training.epoch == 3:
            layer = nn.Layer(1, 1, nonlin=False, seed=4)
            training.model.layers.append(layer)
            training.optimizer.add_param_group({"params": layer.parameters()})

    found = []
    for engine in ("eager", "jit"):
        model = nn.Sequential(nn.Layer(1, 1, nonlin=False, seed=0))
        optimizer = nn.SGD(model.parameters(), lr=0.05)
        history = nn.fit(
            model, [[0.0], [1.0], [2.0]], [1.0, 2.0, 4.0], optimizer=optimizer, l2=0.01,
            callbacks=build_on, epochs=9, engine=engine, progress=False,
        )  # fmt: skip
        found.append((history["loss"], [p.data for p in model.parameters()]))
    assert found[1][0] == pytest.approx(found[0][0], rel=1e-12)
    assert found[1][1] == pytest.approx(found[0][1], rel=1e-12)
