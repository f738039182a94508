"""Predictions by compiled programs: the numbers of the model itself, whatever has changed since."""

import copy
import gc
import pickle
import random
import weakref
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import pytest

import nn
from autograd import Value, detect_anomaly, greater, mean, no_grad, operation, where
from nn import answers

numpy = pytest.importorskip("numpy")
pytest.importorskip("llvmlite")

MANY = 1_000  # samples, enough to compile any model here at once


@pytest.fixture(autouse=True)
def compiling_costs_little(monkeypatch):
    monkeypatch.setattr(answers, "_STARTING", 0)


def rows(count=MANY, features=2, seed=0):
    rng = random.Random(seed)
    return [[rng.gauss(0.0, 2.0) for _ in range(features)] for _ in range(count)]


X = rows()


def by_itself(model, samples):
    """What the model answers when nothing is compiled."""
    with no_grad(), nn.module.in_mode(model, False):
        return [programs_off(out) for out in (model(x) for x in samples)]


def programs_off(out):
    return [value.data for value in out] if isinstance(out, list) else out.data


def is_compiled(model):
    usage = answers._USAGES.get(id(model))
    return usage is not None and usage.kept is not None


def require_the_same(model, samples=X, checked=300):
    """Hold predictions of many samples to those that are computed one by one; returns them."""
    found = nn.predict(model, samples)
    assert len(found) == len(samples)
    expected = by_itself(model, samples[:checked])
    assert list(map(repr, found[:checked])) == list(map(repr, expected))
    return found


@operation(lambda x, out: 2 * x)
def squared(x):
    return x * x


def small(**settings):
    return nn.MLP(2, [3, 2], seed=1, **settings)


MODELS = {
    **{name: lambda name=name: small(activation=name) for name in nn.ACTIVATIONS},
    "one output": lambda: nn.MLP(2, [3, 1], seed=1),
    "a list of one": lambda: nn.Sequential(nn.Layer(2, 3, seed=1), Listed(3)),
    "an operation of the user": lambda: small(activation=squared),
    "a function of the user": lambda: small(activation=lambda z: z * z + 1),
    "dropout": lambda: nn.Sequential(nn.Layer(2, 3, seed=1), nn.Dropout(0.5, seed=0), nn.Layer(3, 2, seed=2)),
    "batch norm": lambda: nn.Sequential(nn.Layer(2, 3, seed=1), nn.BatchNorm(3), nn.Layer(3, 2, seed=2)),
    "residual, layer norm": lambda: nn.Sequential(nn.Residual(nn.Layer(2, 2, seed=1)), nn.LayerNorm(2)),
    "a module of the user": lambda: Scaled(),
}


class Listed(nn.Module):
    def __init__(self, nin):
        self.neuron = nn.Neuron(nin, seed=3)

    def __call__(self, x):
        return [self.neuron(x)]


class Scaled(nn.Module):
    def __init__(self):
        self.inner = small(activation="tanh")
        self.slope = 0.5
        self.fixed = Value(2.0).detach()
        self.table = numpy.array([1.0, 2.0])
        self.hard = False

    def __call__(self, x):
        scores = self.inner(x)
        if self.hard and scores[0].data > 0.0:
            scores = [-z for z in scores]
        return [where(greater(z, 0.0), z, self.slope * z) * self.fixed * self.table[1] for z in scores]


@pytest.mark.parametrize("make", MODELS.values(), ids=MODELS.keys())
def test_many_predictions_are_bit_for_bit_those_of_the_model(make):
    model = make()
    require_the_same(model)
    assert is_compiled(model)
    for parameter in model.parameters():
        parameter.data += 0.25  # read anew
    require_the_same(model)
    assert nn.predict(model, X[:3]) == nn.predict(model, X)[:3]
    assert nn.predict(model, numpy.array(X)) == nn.predict(model, X)


def test_training_goes_on_between_predictions():
    model = small()
    require_the_same(model)
    kept = answers._USAGES[id(model)].kept
    nn.fit(model, X[:20], [0, 1] * 10, loss="cross_entropy", epochs=2, progress=False)
    require_the_same(model)
    assert answers._USAGES[id(model)].kept.batch is kept.batch  # the record of the training is no change


def set_slope(model):
    model.slope = 0.25


def set_table(model):
    model.table[1] = 5.0


def set_branch(model):
    model.hard = True


def replace_a_parameter(model):
    model.inner.layers[0].neurons[0].b = Value(7.0)


def replace_a_parameter_by_an_equal_one(model):
    neuron = model.inner.layers[0].neurons[0]
    old, neuron.b = neuron.b, Value(neuron.b.data)
    old.data = 9.0


def replace_a_fixed_value(model):
    model.fixed = Value(3.0).detach()


def set_a_fixed_value(model):
    model.fixed.data = 3.0


def replace_a_layer(model):
    model.inner.layers[1] = nn.Layer(3, 2, activation="relu", seed=8)


def drop_a_layer(model):
    model.inner.layers.pop()


def swap_layers_in_use(model):
    model.inner.layers[1].neurons.reverse()


def set_an_activation(model):
    model.inner.layers[0].neurons[0].activation = lambda z: z * 3.0


CHANGES = [
    set_slope,
    set_table,
    set_branch,
    replace_a_parameter,
    replace_a_parameter_by_an_equal_one,
    replace_a_fixed_value,
    set_a_fixed_value,
    replace_a_layer,
    drop_a_layer,
    swap_layers_in_use,
    set_an_activation,
]


@pytest.mark.parametrize("change", CHANGES)
def test_a_program_does_not_outlive_a_change_of_the_model(change):
    model = Scaled()
    before = require_the_same(model)
    assert is_compiled(model)
    change(model)
    assert require_the_same(model)[:300] != before[:300] or change is replace_a_parameter_by_an_equal_one
    assert is_compiled(model) == (change is not set_branch)


def test_what_a_function_closes_over_may_change():
    slope = 0.5
    model = nn.MLP(1, [1], seed=0)
    model.layers[0].neurons[0].activation = lambda z: where(greater(z, 0.0), z, slope * z)
    samples = [[1.0], *rows(features=1)]  # of the first sample alone the slope cannot be seen
    before = require_the_same(model, samples)
    assert is_compiled(model)
    slope = 0.25
    assert require_the_same(model, samples) != before


def test_running_averages_may_change():
    model = nn.Sequential(nn.Layer(2, 3, seed=1), nn.BatchNorm(3))
    before = require_the_same(model)
    model.train().batch(X[:50])
    assert require_the_same(model)[0] != before[0]
    assert is_compiled(model)


class Branching(nn.Module):
    def __init__(self):
        self.slope = Value(0.5)

    def __call__(self, x):
        return x[0] * self.slope if x[0] > 0.0 else x[1] * self.slope


class Noting(nn.Module):
    """Notes what it was asked."""

    def __init__(self):
        self.scale = Value(2.0)
        self.seen = []

    def __call__(self, x):
        self.seen.append(float(x[0].data if isinstance(x[0], Value) else x[0]))
        return self.scale * x[0]


class Counting(nn.Module):
    def __init__(self):
        self.scale, self.calls = Value(2.0), 0

    def __call__(self, x):
        self.calls += 1
        return self.scale * x[0]


class Mixing(nn.Module):
    """Looks at all samples together, in evaluation mode too."""

    def __init__(self):
        self.scale = Value(2.0)

    def batch(self, samples):
        outputs = [self.scale * x[0] for x in samples]
        average = mean(outputs)
        return [z - average for z in outputs]


class Random(nn.Module):
    def __init__(self):
        self.scale, self.rng = Value(2.0), random.Random(0)

    def __call__(self, x):
        return self.scale * (x[0] + self.rng.random())


class Words(nn.Module):
    def __init__(self):
        self.scale = Value(2.0)

    def __call__(self, x):
        return "right" if x[0] > x[1] else "left"


def test_a_branch_in_python_is_taken_for_each_sample():
    model = Branching()
    assert nn.predict(model, X) == [0.5 * (x[0] if x[0] > 0.0 else x[1]) for x in X]
    assert not is_compiled(model)


def test_a_model_that_notes_its_calls_is_called_once_for_each_sample():
    noting, counting = Noting(), Counting()
    assert nn.predict(noting, X) == [2.0 * x[0] for x in X]
    assert noting.seen == [x[0] for x in X]
    assert nn.predict(counting, X) == [2.0 * x[0] for x in X]
    assert counting.calls == len(X)


def test_a_module_that_looks_at_all_samples_together_gets_them():
    expected = [value.data for value in Mixing().batch(X)]
    assert nn.predict(Mixing(), X) == expected
    assert nn.predict(nn.Sequential(Mixing(), nn.Elementwise("linear")), X) == expected


def test_random_numbers_are_drawn_for_each_sample():
    rng = random.Random(0)
    assert nn.predict(Random(), X) == [2.0 * (x[0] + rng.random()) for x in X]


TABLE = {1.0: 10.0, 3.0: 20.0}

ASKING = {
    "a dict": lambda x: TABLE.get(x[0], 0.0),
    "a set": lambda x: 1.0 if x[0] in {2.0} else 0.0,
    "the kind": lambda x: 1.0 if isinstance(x[0], float) else 0.0,
    "whether it is a Value": lambda x: 0.0 if isinstance(x[0], Value) else 1.0,
    "how it is written": lambda x: 1.0 if str(x[0]) == "3.0" else 0.0,
    "a format": lambda x: float(f"{x[0]}"[0] == "3"),
    "a method of floats": lambda x: float(getattr(x[0], "is_integer", lambda: False)()),
}


@pytest.mark.parametrize("asked", ASKING.values(), ids=ASKING.keys())
@pytest.mark.parametrize("given", [list, numpy.array], ids=["lists", "an array"])
def test_a_model_that_asks_more_of_a_number_than_to_compute_with_it_answers_itself(asked, given):
    class Asking(nn.Module):
        def __init__(self):
            self.w = Value(2.0)

        def __call__(self, x):
            return self.w * x[1] + asked(x)

    model, samples = Asking(), [[float(i % 7), 0.5] for i in range(MANY)]
    assert nn.predict(model, given(samples)) == [1.0 + asked(x) for x in samples]
    assert not is_compiled(model)


def test_samples_that_a_model_writes_to_are_given_to_it_once():
    class Writing(nn.Module):
        def __init__(self):
            self.w = Value(2.0)

        def __call__(self, x):
            x[0] = x[0] + 1.0
            return self.w * x[0] + TABLE.get(x[1], 0.0)

    model = Writing()
    assert nn.predict(model, [[0.0, 1.0] for _ in range(MANY)]) == [12.0] * MANY
    assert not is_compiled(model)


def test_a_kept_program_is_held_to_the_first_sample():
    """Broken if a model that looks a number up is trusted, for it did so for no sample until now."""

    class Corrected(nn.Module):
        def __init__(self):
            self.w = Value(2.0)

        def __call__(self, x):
            return self.w * x[0] + TABLE.get(x[0], 0.0)

    model = Corrected()
    nn.predict(model, [[0.1 + i] for i in range(MANY)])
    assert is_compiled(model)
    assert nn.predict(model, [[1.0]] * MANY) == [12.0] * MANY
    assert not is_compiled(model)


def test_outputs_that_are_no_numbers_stay_what_they_are():
    assert nn.predict(Words(), X) == ["right" if x[0] > x[1] else "left" for x in X]


@pytest.mark.parametrize(
    ("odd", "kind", "message"),
    [
        ([1.0], ValueError, "sample 0 has 2 entries, sample 1000 has 1"),
        (["1.0", 2.0], TypeError, "sample 1000 has an entry that is no number: '1.0'"),
        ([None, 2.0], TypeError, "sample 1000 has an entry that is no number: None"),
        (7.0, TypeError, "X is flat, so that sample 1000 is a number"),
    ],
)
def test_among_many_samples_a_bad_one_is_named(odd, kind, message):
    model = small()
    nn.predict(model, X)
    with pytest.raises(kind, match=message):
        nn.predict(model, [*X, odd])


def test_within_detect_anomaly_a_nan_is_found():
    model = small()
    nn.predict(model, X)
    with detect_anomaly(), pytest.raises(FloatingPointError, match="mul made nan"):
        nn.predict(model, [*X, [float("nan"), 0.0]])
    assert numpy.isnan(nn.predict(model, [*X, [float("nan"), 0.0]])[-1]).all()


def test_within_no_grad_predictions_are_the_same():
    model = small()
    with no_grad():
        inside = nn.predict(model, X[:500])
    assert inside == nn.predict(model, X)[:500]


def test_a_few_samples_at_a_time_are_compiled_when_that_has_become_worth_it():
    model = nn.MLP(2, [16, 16, 1], seed=0)
    for _ in range(30):
        require_the_same(model, X[:100], 100)
    assert is_compiled(model)
    assert not is_compiled(small())
    few = small()
    nn.predict(few, X[:100])
    assert not is_compiled(few)


def test_many_threads_predict_with_one_model():
    model = small(activation="tanh").eval()
    expected = by_itself(model, X[:300])
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: nn.predict(model, X)[:300], range(16)))
    assert found == [expected] * 16


@dataclass(eq=True)
class Line(nn.Module):
    """Cannot be hashed."""

    weights: list = field(default_factory=lambda: [Value(1.0), Value(2.0)])

    def __call__(self, x):
        return self.weights[0] * x[0] + self.weights[1] * x[1]


@pytest.mark.parametrize("make", [small, Line])
def test_a_compiled_model_is_copied_saved_and_freed_like_any_other(make):
    model = make()
    state, held = model.state_dict(), dict(vars(model))
    before = require_the_same(model)
    assert is_compiled(model)
    assert model.state_dict() == state
    assert vars(model).keys() == held.keys()
    for other in (copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        other.parameters()[0].data += 1.0
        require_the_same(other)
    assert require_the_same(model) == before
    gc.disable()
    try:
        gone = weakref.ref(model)
        del model, other
        assert gone() is None
    finally:
        gc.enable()


def test_without_a_compiler_nothing_is_compiled(monkeypatch):
    model = small(activation="tanh")
    with monkeypatch.context() as without:
        without.setattr(answers, "has_compiler", lambda: False)
        found = nn.predict(model, X)
        assert not is_compiled(model)
    assert nn.predict(model, X) == found
    assert is_compiled(model)


def test_a_boundary_by_a_program_is_the_one_without(monkeypatch):
    boundary = pytest.importorskip("nn.plots.boundary")
    model, points = nn.MLP(2, [8, 3], activation="tanh", seed=2), numpy.array(X[:20])
    with monkeypatch.context() as without:
        without.setattr(answers, "has_compiler", lambda: False)
        expected = boundary._outputs(model, points, 60)
    while not is_compiled(model):
        found = boundary._outputs(model, points, 60)
    for ours, theirs in zip(found, expected, strict=True):
        numpy.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-14)  # numpy has a tanh of its own
    across, up, outputs = found
    corner = nn.predict(model, [[across[3, 5], up[3, 5]]])
    assert corner == [outputs[:, 3, 5].tolist()]
