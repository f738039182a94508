"""Training on a Dask cluster: the same numbers on any number of workers, also if one is killed."""

import os
import signal
from contextlib import contextmanager
from threading import Thread
from time import sleep

import pytest

import nn
from autograd import Value

np = pytest.importorskip("numpy")
distributed = pytest.importorskip("distributed")
pytest.importorskip("llvmlite")

from nn.distributed import OnCluster  # noqa: E402
from nn.partitions import PARTITIONS, Part, Partitions  # noqa: E402

ROWS = 103
X = np.random.default_rng(0).normal(size=(ROWS, 2))
Y = np.sin(2.0 * X[:, 0]) - X[:, 1] ** 2


def model():
    return nn.MLP(2, [6, 1], activation="tanh", seed=0)


@contextmanager
def cluster(workers, processes):
    """Workers with a thread each."""
    with (
        distributed.LocalCluster(
            n_workers=workers, threads_per_worker=1, processes=processes, dashboard_address=":0"
        ) as made,
        distributed.Client(made) as client,
    ):
        yield client


@pytest.fixture(scope="module")
def client():
    """Two processes."""
    with cluster(2, processes=True) as client:
        yield client


@pytest.fixture(scope="module")
def threads():
    """Four threads of this process, which are quick to start."""
    with cluster(4, processes=False) as client:
        yield client


def fit_on(client, model, X, y, **settings):
    return nn.fit(model, X, y, client=client, progress=False, **settings)


def weights_after(fitted):
    return [p.data for p in fitted.parameters()]


def close(numbers, expected):
    assert numbers == pytest.approx(expected, rel=1e-12, abs=1e-15)


SETTINGS = {
    "all samples": {"optimizer": "adam", "learning_rate": 0.05},
    "batches": {"batch_size": 20, "seed": 3, "learning_rate": 0.05},
    "weights and a penalty": {"sample_weight": np.arange(1.0, ROWS + 1.0), "l2": 1e-3},
    "weights of zero": {"sample_weight": np.arange(ROWS) % 3, "batch_size": 9, "seed": 1},
    "a loss of one's own": {"loss": lambda output, target: (output - target) ** 4},
}


class TestSameAsHere:
    @pytest.mark.parametrize("name", SETTINGS)
    def test_losses_and_parameters(self, client, name):
        here, there = model(), model()
        settings = SETTINGS[name]
        expected = nn.fit(here, X, Y, epochs=4, progress=False, **settings)
        found = fit_on(client, there, X, Y, epochs=4, **settings)
        close(found["loss"], expected["loss"])
        close(weights_after(there), weights_after(here))
        assert found["lr"] == expected["lr"]
        assert found.engine == "jit, on a cluster"

    def test_callbacks_and_validation(self, client):
        runs = []
        for each in (None, client):
            fitted = model()
            sgd = nn.SGD(fitted.parameters(), lr=0.2, momentum=0.9)
            history = nn.fit(
                fitted,
                X,
                Y,
                client=each,
                optimizer=sgd,
                epochs=6,
                batch_size=60,
                seed=0,
                validation=(X[:9], Y[:9]),
                callbacks=[nn.StepLR(sgd, 2), nn.ClipGradients(max_norm=0.1), nn.EarlyStopping(patience=2)],
                progress=False,
            )
            runs.append((history, weights_after(fitted)))
        (expected, before), (found, after) = runs
        for name in ("loss", "val_loss", "lr"):
            close(found[name], expected[name])
        close(after, before)

    def test_several_outputs(self, client):
        targets = np.stack([Y, -Y], axis=1)

        def loss(output, target):
            return sum((o - t) ** 2 for o, t in zip(output, target, strict=True))

        here, there = nn.MLP(2, [3, 2], seed=0), nn.MLP(2, [3, 2], seed=0)
        expected = nn.fit(here, X, targets, loss=loss, epochs=2, progress=False)
        close(fit_on(client, there, X, targets, loss=loss, epochs=2)["loss"], expected["loss"])

    def test_fewer_samples_than_partitions(self, client):
        here, there = model(), model()
        expected = nn.fit(here, X[:3], Y[:3, None], epochs=2, progress=False)
        close(fit_on(client, there, X[:3], Y[:3, None], epochs=2)["loss"], expected["loss"])


class TestWorkers:
    def test_the_numbers_do_not_depend_on_them(self, client, threads):
        one = distributed.LocalCluster(
            n_workers=1, threads_per_worker=2, processes=False, dashboard_address=":0"
        )
        runs = []
        with one, distributed.Client(one) as single:
            for each in (single, client, threads):
                fitted = model()
                history = fit_on(each, fitted, X, Y, epochs=3, batch_size=50, seed=1, optimizer="adam")
                runs.append((history["loss"], weights_after(fitted)))
        assert runs[0] == runs[1] == runs[2]

    def test_one_is_killed(self):
        """Broken if its partitions are lost with it, or its sums are added twice."""
        expected = model()
        with (
            distributed.LocalCluster(
                n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0"
            ) as cluster,
            distributed.Client(cluster) as client,
        ):
            history = fit_on(client, expected, X, Y, epochs=12)
            killed = next(iter(client.run(os.getpid).values()))
            killer = Thread(
                target=lambda: (sleep(0.02), os.kill(killed, getattr(signal, "SIGKILL", signal.SIGTERM)))
            )

            def kill(training):
                if training.epoch == 4:
                    killer.start()

            fitted = model()
            losses = fit_on(client, fitted, X, Y, epochs=12, callbacks=kill)["loss"]
            killer.join()
            assert killed not in client.run(os.getpid).values()
        assert losses == history["loss"]
        assert weights_after(fitted) == weights_after(expected)


class TestData:
    def test_dask_arrays(self, client):
        da = pytest.importorskip("dask.array")
        here, there = model(), model()
        expected = nn.fit(here, X, Y, epochs=2, progress=False)
        found = fit_on(client, there, da.from_array(X, (40, 1)), da.from_array(Y, 25), epochs=2)
        close(found["loss"], expected["loss"])

    def test_frames(self, client):
        dd = pytest.importorskip("dask.dataframe")
        pandas = pytest.importorskip("pandas")
        frame = dd.from_pandas(pandas.DataFrame({"a": X[:, 0], "b": X[:, 1], "y": Y}), npartitions=3)
        here, there = model(), model()
        expected = nn.fit(here, X, Y, epochs=2, progress=False)
        found = fit_on(client, there, frame[["a", "b"]], frame["y"], epochs=2)
        close(found["loss"], expected["loss"])
        assert there.feature_names_in_ == ("a", "b")
        weights = np.ones(ROWS)
        assert (
            fit_on(client, model(), frame[["a", "b"]], frame[["y"]], epochs=2, sample_weight=weights)["loss"]
            == found["loss"]
        )

    def test_many_partitions_are_added_in_groups(self, threads):
        da = pytest.importorskip("dask.array")
        here, there = model(), model()
        expected = nn.fit(here, X, Y, epochs=2, progress=False)
        close(fit_on(threads, there, da.from_array(X, (5, 2)), Y, epochs=2)["loss"], expected["loss"])

    def test_rows(self, threads):
        partitions = Partitions(threads, X, Y)
        assert partitions.count == ROWS
        assert len(partitions._parts) == PARTITIONS
        x, y = partitions.rows([102, 2, 1, 60])
        assert (x.tolist(), y.tolist()) == (X[[102, 2, 1, 60]].tolist(), Y[[102, 2, 1, 60]].tolist())

    @pytest.mark.parametrize(
        ("columns", "message"),
        [
            ((X, Y[:-1]), r"got lengths \[103, 102\]"),
            ((X[:0], Y[:0]), "there are no samples"),
        ],
    )
    def test_what_does_not_fit(self, threads, columns, message):
        with pytest.raises(ValueError, match=message):
            Partitions(threads, *columns)

    def test_partitions_that_differ(self, threads):
        da = pytest.importorskip("dask.array")
        rows = da.from_array(X, (50, 2))
        with pytest.raises(ValueError, match=r"as many rows of each, got \[3, 2\]"):
            Partitions(threads, rows, da.from_array(Y, 50)[:-1])
        with pytest.raises(ValueError, match=r"as many partitions, got \[3, 2\]"):
            Partitions(threads, rows, da.from_array(Y, 60)[:-1])
        with pytest.raises(ValueError, match=r"as many rows of each, got \[3, 2\]"):
            Partitions(threads, rows, Y[:-1])

    def test_something_missing_in_a_frame(self):
        pandas = pytest.importorskip("pandas")
        with pytest.raises(ValueError, match="a missing entry"):
            Part(pandas.DataFrame({"a": [1.0, None]}))


def test_a_nan_names_its_node(threads):
    rows = X.copy()
    rows[7, 0] = np.inf
    with pytest.raises(FloatingPointError, match=r"epoch 1, before the step; sample 7 or its"):
        fit_on(threads, nn.MLP(2, [1], seed=0), rows, Y, epochs=1)


def test_what_cannot_be_trained_there(threads):
    with pytest.raises(ValueError, match="no metrics and no class_weight"):
        fit_on(threads, model(), X, Y, metrics="rmse")
    with pytest.raises(ValueError, match=r"to validate on are given: \(X, y\), got 0.5"):
        fit_on(threads, model(), X, Y, validation=0.5)
    with pytest.raises(ValueError, match="make it a column"):
        fit_on(threads, nn.MLP(1, [1]), X[:, 0], Y)
    with pytest.raises(ValueError, match=r"zero or more, got -1.0"):
        fit_on(threads, model(), X, Y, sample_weight=-np.ones(ROWS))
    with pytest.raises(ValueError, match="need a finite sum above zero"):
        fit_on(threads, model(), X, Y, sample_weight=np.zeros(ROWS))
    for layer in (nn.Dropout(0.5), nn.BatchNorm(2)):
        with pytest.raises((TypeError, ValueError), match=r"client= cannot train this: .*(random|together)"):
            fit_on(threads, nn.Sequential(layer, nn.Layer(2, 1)), X, Y)


def test_a_model_that_a_callback_changes_is_compiled_anew(threads):
    class Scaled(nn.Module):
        def __init__(self):
            self.inner, self.scale = model(), 1.0

        def __call__(self, x):
            return self.inner(x) * self.scale

    def grow(training):
        training.model.scale += 1.0

    here, there = Scaled(), Scaled()
    expected = nn.fit(
        here, X, Y, epochs=3, learning_rate=0.01, callbacks=grow, engine="eager", progress=False
    )
    close(
        fit_on(threads, there, X, Y, epochs=3, learning_rate=0.01, callbacks=grow)["loss"], expected["loss"]
    )


class Shifted(nn.Module):
    """Has a Value that is not trained."""

    def __init__(self):
        self.inner, self.shift = model(), Value(0.5).detach()
        self.negative = False

    def __call__(self, x):
        out = self.inner(x) + self.shift
        return -out if self.negative else out


class Changing(nn.Callback):
    def __init__(self, change):
        self.on_gradients = self.on_epoch_end = lambda training: change(training.model)


def shift(changed):
    changed.shift.data += 0.25


def turn(changed):
    changed.negative = not changed.negative


@pytest.mark.parametrize("change", [shift, turn])
def test_what_callbacks_change_between_two_steps_goes_to_the_workers(threads, change):
    """Broken if the workers go on with the numbers of a Value that is not trained, or with a setting."""
    here, there = Shifted(), Shifted()
    settings = {"epochs": 3, "batch_size": 40, "seed": 2, "learning_rate": 0.01}
    expected = nn.fit(here, X, Y, **settings, engine="eager", callbacks=Changing(change), progress=False)
    found = fit_on(threads, there, X, Y, **settings, callbacks=Changing(change))
    close(found["loss"], expected["loss"])
    close(weights_after(there), weights_after(here))


def test_a_model_that_changes_whenever_it_computes_is_refused_and_left_as_it_was(threads):
    class Counting(nn.Module):
        def __init__(self):
            self.inner, self.calls = model(), 0

        def __call__(self, x):
            self.calls += 1
            return self.inner(x)

    fitted = Counting()
    with pytest.raises(ValueError, match="client= cannot train this: the model or the loss changes what it"):
        fit_on(threads, fitted, X, Y)
    assert fitted.calls == 0


def test_a_loss_that_asks_of_what_kind_a_target_is_is_refused(threads):
    def loss(output, target):
        return (output - (target if isinstance(target, float) else 5.0)) ** 2

    with pytest.raises(TypeError, match=r"client= cannot train this: .* asks more of a number"):
        fit_on(threads, model(), X, Y, loss=loss)


def test_an_optimizer_of_other_values_is_refused(threads):
    fitted, strength = model(), Value(1.0)
    optimizer = nn.SGD([*fitted.parameters(), strength])
    with pytest.raises(ValueError, match="moves Values that are no parameters"):
        fit_on(threads, fitted, X, Y, loss=lambda o, t: strength * (o - t) ** 2, optimizer=optimizer)


def test_it_is_compiled_once(threads, monkeypatch):
    """Broken if the history, which a model holds, counts as a change of the model."""
    compiled = []
    compile_ = OnCluster.compile
    monkeypatch.setattr(OnCluster, "compile", lambda self: (compiled.append(self), compile_(self)))
    fit_on(threads, model(), X, Y, epochs=3)
    assert len(compiled) == 1


def test_parameters_that_the_loss_does_not_use_stay(threads):
    class Two(nn.Module):
        def __init__(self):
            self.unused = nn.Neuron(2, seed=0)
            self.used = nn.Neuron(2, nonlin=False, seed=1)

        def __call__(self, x):
            return self.used(x)

    fitted = Two()
    before = weights_after(fitted)
    fit_on(threads, fitted, X, Y, epochs=1)
    assert weights_after(fitted)[:3] == before[:3]
    assert weights_after(fitted)[3] != before[3]
