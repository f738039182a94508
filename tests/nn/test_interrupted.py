"""Whatever ends a training in its middle, it ends as a training does: with a history, callbacks and modes."""

import os
import signal
import sys

import pytest

import nn

X, Y = [[0.0], [1.0], [2.0], [3.0]], [1.0, 3.0, 5.0, 7.0]


class Recorder(nn.Callback):
    def __init__(self, calls, name="recorder"):
        self.calls, self.name = calls, name

    def on_train_begin(self, training):
        self.calls.append(f"{self.name} begins")

    def on_train_end(self, training):
        self.calls.append(f"{self.name} ends in epoch {training.epoch}: {training.history.stopped}")


def stopping(error, epoch, samples=2):
    """A loss that ends training in the middle of an epoch, after some of its samples."""
    calls = 0

    def loss(output, target):
        nonlocal calls
        calls += 1
        if calls == (epoch - 1) * len(X) + samples:
            if error is KeyboardInterrupt:
                os.kill(os.getpid(), signal.SIGINT)
            else:
                raise error("stop here")
        return nn.mse(output, target)

    return loss


def interrupted(model, error=KeyboardInterrupt, epoch=3, **settings):
    defaults = {"learning_rate": 0.05, "epochs": 10, "batch_size": 2, "seed": 0, "progress": False}
    with pytest.raises(error):
        nn.fit(model, X, Y, loss=stopping(error, epoch, samples=3), **{**defaults, **settings})


@pytest.mark.parametrize("error", [KeyboardInterrupt, ZeroDivisionError, SystemExit])
def test_the_epochs_until_then_are_kept_and_every_callback_is_told(error):
    # Broken: the numbers of a long training are lost, and a file that a callback writes is never closed.
    model, whole, calls = nn.MLP(1, [1], seed=0), nn.MLP(1, [1], seed=0), []
    interrupted(model, error, callbacks=[Recorder(calls, "first"), Recorder(calls, "second")])
    expected = nn.fit(whole, X, Y, learning_rate=0.05, epochs=2, batch_size=2, seed=0, progress=False)
    assert model.history_.records == expected.records
    reason = f"{error.__name__} in epoch 3"
    assert model.history_.stopped == reason
    assert calls == [
        "first begins", "second begins",
        f"first ends in epoch 3: {reason}", f"second ends in epoch 3: {reason}",
    ]  # fmt: skip


def test_a_training_that_ends_by_itself_leaves_its_history_too():
    model = nn.MLP(1, [1], seed=0)
    assert nn.fit(model, X, Y, epochs=1, progress=False) is model.history_
    assert model.history_.stopped == "" and set(model.state_dict()) == set(nn.MLP(1, [1]).state_dict())


def test_every_module_has_its_mode_again():
    # Broken: a model that is used after Ctrl-C drops outputs at random.
    model = nn.Sequential(nn.Layer(1, 2, seed=0), nn.Dropout(0.1, seed=0), nn.Layer(2, 1, seed=1)).eval()
    model[0].train()
    interrupted(model)
    assert [part.training for part in model.layers] == [True, False, False] and not model.training


def test_an_interrupt_while_modes_are_set_leaves_none_of_them():
    # Broken: Ctrl-C at the beginning of a prediction leaves parts of the model in evaluation mode.
    model, left, begun = nn.Sequential(nn.Dropout(0.5), nn.Elementwise(lambda z: z)), 0, []
    model.layers.append(nn.Elementwise(lambda z: begun.append(z) or z))

    def interrupting(lines):
        def trace(frame, event, arg):
            nonlocal lines
            if frame.f_code.co_name != "all_in_mode":
                return trace if event == "call" else None
            lines -= event == "line"
            if lines < 0 and not begun:
                raise KeyboardInterrupt
            return trace

        return trace

    while not begun:
        before = sys.gettrace()
        sys.settrace(interrupting(left))
        try:
            nn.predict(model, X)
        except KeyboardInterrupt:
            left += 1
        finally:
            sys.settrace(before)
        assert [part.training for part in model.modules()] == [True] * 4
    assert left > 3


def test_a_step_that_is_not_taken_leaves_the_running_averages():
    # Broken: the averages are those of samples from which nothing was learned.
    model, states = nn.Sequential(nn.BatchNorm(1), nn.Layer(1, 1, nonlin=False, seed=0)), []
    record = [lambda training: states.append(training.model.state_dict())]
    interrupted(model, batch_size=None, callbacks=record)
    assert model.state_dict() == states[-1] and len(states) == 2
    assert {p.grad for p in model.parameters()} == {0.0}


def test_early_stopping_goes_back_to_the_best_parameters():
    # Broken: the parameters of a half epoch, in which the loss grew, are kept.
    model, states = nn.MLP(1, [1], seed=0), []
    interrupted(
        # The loss of an epoch and its validation is called twice for each sample, so this is in epoch 5.
        model, epoch=9, learning_rate=0.3, batch_size=None, validation=(X, Y),
        callbacks=[lambda training: states.append(training.model.state_dict()), nn.EarlyStopping()],
    )  # fmt: skip
    losses = model.history_["val_loss"]
    assert len(losses) == 4 and losses.index(min(losses)) == 0
    assert model.state_dict() == states[0] != states[-1]


def test_a_callback_that_did_not_begin_does_not_end():
    # Broken: an EarlyStopping of a former training puts that training's parameters into this model.
    class Fails(nn.Callback):
        def on_train_begin(self, training):
            raise ValueError("not today")

    model, calls = nn.MLP(1, [1], seed=0), []
    with pytest.raises(ValueError, match="not today"):
        nn.fit(
            model,
            X,
            Y,
            callbacks=[Recorder(calls, "first"), Fails(), Recorder(calls, "last")],
            progress=False,
        )
    assert calls == ["first begins", "first ends in epoch 0: ValueError in epoch 0"]


@pytest.mark.parametrize("moment", ["on_epoch_begin", "on_gradients", "on_epoch_end"])
def test_an_error_of_a_callback_ends_the_others(moment):
    class Fails(nn.Callback):
        pass

    def fail(self, training):
        raise ValueError("no more")

    setattr(Fails, moment, fail)
    model, calls = nn.MLP(1, [1], seed=0).eval(), []
    with pytest.raises(ValueError, match="no more"):
        nn.fit(model, X, Y, callbacks=[Fails(), Recorder(calls)], progress=False)
    assert len(calls) == 2 and model.history_.epochs == (moment == "on_epoch_end") and not model.training


def test_an_error_at_the_end_does_not_keep_the_others_from_ending():
    class Fails(nn.Callback):
        def on_train_end(self, training):
            raise ValueError("at the end")

    calls = []
    with pytest.raises(ValueError, match="at the end"):
        nn.fit(nn.MLP(1, [1]), X, Y, epochs=1, callbacks=[Fails(), Recorder(calls)], progress=False)
    assert calls[-1].startswith("recorder ends")


def test_the_progress_bar_is_closed():
    # Broken: the next line of output goes into the bar, and the next bar stands below a dead one.
    tqdm = pytest.importorskip("tqdm").tqdm
    interrupted(nn.MLP(1, [1], seed=0), progress=True)
    assert not list(tqdm._instances)
