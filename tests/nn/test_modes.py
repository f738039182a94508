"""A block in training or evaluation mode holds for its own thread, and ends as if it had not been."""

import copy
import pickle
from threading import Event, Thread

import pytest

import nn
from autograd import Value
from nn.module import in_mode
from tests.autograd.threads import run_at_once

X = [[0.25 * i, 1.0 - 0.5 * i] for i in range(8)]


def dropping():
    return nn.Sequential(nn.Layer(2, 4, seed=0), nn.Dropout(0.5), nn.BatchNorm(4), nn.Layer(4, 1, seed=1))


def modes(model):
    return [part.training for part in model.modules()]


def in_a_thread(function):
    found = []
    thread = Thread(target=lambda: found.append(function()))
    thread.start()
    thread.join()
    return found[0]


@pytest.mark.parametrize("training", [True, False])
def test_many_threads_predict_in_evaluation_mode_and_leave_the_mode(training):
    model = dropping().train(training)
    expected = nn.predict(copy.deepcopy(model), X)
    found = []

    def work():
        for _ in range(10):
            found.append(nn.predict(model, X))

    assert run_at_once([work] * 4) == []
    assert found == [expected] * 40
    assert modes(model) == [training] * len(model.modules())


class Meeting(nn.Module):
    """Lets another thread go on before it computes, and waits until that one says so."""

    def __init__(self):
        self.w, self.dropout, self.seen = Value(1.0), nn.Dropout(0.5), []
        self.meet = lambda: None

    def __call__(self, x):
        self.meet()
        self.seen.append((x[0], self.training, self.dropout.training))
        return self.w * x[0]


def between(model, first, second):
    """Run two functions that use the model: the second begins first, and ends while the first computes."""
    begun, go_on, done = (Event() for _ in range(3))

    def pause():
        model.meet = lambda: None
        begun.set()
        assert go_on.wait(20.0)

    def other():
        second()
        done.set()

    model.meet = pause
    thread = Thread(target=other)
    thread.start()
    assert begun.wait(20.0)

    def release():
        model.meet = lambda: None
        go_on.set()
        assert done.wait(20.0)

    model.meet = release
    first()
    thread.join()


def test_a_prediction_that_ends_does_not_end_the_evaluation_mode_of_another():
    # Broken: the second computes in training mode, and takes evaluation mode for the mode before.
    model = Meeting()
    between(model, lambda: nn.predict(model, [[1.0]]), lambda: nn.predict(model, [[2.0]]))
    assert model.seen == [(2.0, False, False), (1.0, False, False)]
    assert modes(model) == [True, True]


def test_a_thread_predicts_while_another_trains():
    model = Meeting()
    train = {"epochs": 1, "engine": "eager", "progress": False}
    between(
        model,
        lambda: nn.predict(model, [[1.0]]),
        lambda: nn.fit(model, [[2.0]], [0.0], **train),
    )
    between(
        model,
        lambda: nn.fit(model, [[3.0]], [0.0], **train),
        lambda: nn.predict(model, [[4.0]]),
    )
    assert model.seen == [(2.0, True, True), (1.0, False, False), (4.0, False, False), (3.0, True, True)]
    assert modes(model) == [True, True]


def test_a_block_is_of_one_thread():
    model = dropping()
    with in_mode(model, False):
        assert not any(modes(model)) and all(in_a_thread(lambda: modes(model)))
        model.train()  # ends with the block
        assert all(modes(model))
    assert all(modes(model))


def test_what_is_set_outside_of_a_block_holds_in_every_thread():
    model = dropping()
    model.eval()
    assert not any(in_a_thread(lambda: modes(model)))
    in_a_thread(model[1].train)
    assert modes(model) == [part is model[1] for part in model.modules()]


def test_blocks_in_blocks():
    outer = nn.Sequential(inner := nn.Dropout(0.5), nn.Elementwise("relu"))
    with in_mode(outer, False):
        with in_mode(inner, True):
            assert (outer.training, inner.training) == (False, True)
            outer.train()
            inner.eval()
            assert (outer.training, inner.training) == (True, False)
        assert (outer.training, inner.training) == (True, False)
    assert (outer.training, inner.training) == (True, True)


def test_blocks_in_a_block_leave_what_it_set():
    model = nn.Dropout(0.5)
    with in_mode(model, False), in_mode(model, True):
        model.eval()
    assert model.training


def test_a_class_may_begin_in_evaluation_mode():
    class Frozen(nn.Dropout):
        training = False

    model = nn.Sequential(Frozen(1.0))
    assert not Frozen.training and nn.Dropout.training
    assert model([3.0]).data == 3.0 and model.train()([3.0]).data == 0.0
    assert nn.predict(model, [[3.0]]) == [3.0]
    assert model[0].training and not Frozen(1.0).training


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))])
def test_a_copy_has_the_mode_that_the_module_was_set_to(copied):
    model = nn.Dropout(0.5).eval()
    other = copied(model)
    assert not other.training
    other.train()
    assert not model.training


def test_a_switch_of_the_mode_between_predictions_compiles_nothing_anew():
    pytest.importorskip("llvmlite")
    answers = pytest.importorskip("nn.answers")
    model, many = nn.MLP(2, [3, 1], seed=0), X * 20_000
    nn.predict(model, many)
    kept = answers._USAGES[id(model)].kept
    assert kept is not None
    nn.predict(model.eval(), many)
    assert answers._USAGES[id(model)].kept is kept
