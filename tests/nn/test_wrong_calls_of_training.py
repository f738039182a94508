"""A wrong call of `fit` or `predict` says what was given, what was expected and what to do."""

import math

import pytest

import nn

X, Y = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [0, 1, 1, 0]


class Short(nn.MLP):
    def batch(self, samples):
        return [self(x) for x in samples[1:]]


def model(outputs=1):
    return nn.MLP(2, [3, outputs], seed=0)


def fit(X=X, y=Y, model=None, **settings):
    return nn.fit(model or nn.MLP(2, [3, 1], seed=0), X, y, **{"epochs": 2, "progress": False, **settings})


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: fit(loss=None), TypeError, "loss is a name, one of mse, .*, or a function, got None"),
        (lambda: fit(loss=["mse"]), TypeError, r"loss is a name, .*, got list: \['mse'\]"),
        (lambda: fit(loss=nn.MLP), TypeError, "loss is a name, .* got the class MLP"),
        (lambda: fit(loss=lambda output: output), TypeError, "the loss of sample 0: .* 2 were given"),
        (lambda: fit(optimizer=None), TypeError, "optimizer is a name of nn.OPTIMIZERS or an Optimizer"),
        (lambda: fit(optimizer=nn.MLP), TypeError, "optimizer is a name of nn.OPTIMIZERS or an Optimizer"),
        (lambda: fit(callbacks="early"), TypeError, "a callback is a Callback, .* got str: 'early'"),
        (
            lambda: fit(callbacks=nn.EarlyStopping),
            TypeError,
            "a callback is a Callback, .* got the class Early",
        ),
        (lambda: fit(callbacks=3), TypeError, "a callback is a Callback, .* got int: 3"),
        (lambda: fit(epochs="10"), ValueError, "epochs of fit is a whole number, one or more, got '10'"),
        (lambda: fit(epochs=None), ValueError, "epochs of fit is a whole number, one or more, got None"),
        (
            lambda: nn.fit(None, X, Y),
            TypeError,
            r"fit trains a Module, such as nn.MLP\(2, \[4, 1\]\), got None",
        ),
        (lambda: nn.fit(nn.MLP, X, Y), TypeError, "fit trains a Module, .* got <class"),
        (lambda: nn.fit(lambda x: x[0], X, Y), TypeError, "fit trains a Module, .* got <function"),
        (lambda: fit(model=Short(2, [1])), ValueError, "the model gave 3 outputs for 4 samples"),
        (lambda: nn.predict(Short(2, [1]), X), ValueError, "the model gave 3 outputs for 4 samples"),
        (
            lambda: nn.predict(None, X),
            TypeError,
            "a model is an nn.Module or a function of one sample, got None",
        ),
        (
            lambda: nn.predict(nn.MLP, X),
            TypeError,
            "a model is an nn.Module .* got the class MLP",
        ),
        (lambda: nn.predict(model(), None), TypeError, "X is a list, an array or a frame .* NoneType: None"),
        (lambda: nn.predict(model(), [1.0, 2.0]), TypeError, r"X is flat, .* make it a row, \[X\]"),
        (lambda: nn.predict(nn.MLP(1, [1]), [1.0]), TypeError, r"X is flat, .* make X a column, \[\[x\] for"),
    ],
)
def test_the_error_says_what_was_expected(call, error, message):
    # Broken: 'NoneType' object is not callable, is not iterable, has no attribute 'parameters'.
    with pytest.raises(error, match=message):
        call()


@pytest.mark.parametrize(
    ("loss", "outputs", "y", "error", "message"),
    [
        (
            "mse",
            1,
            ["a", 1, 1, 0],
            TypeError,
            "loss of sample 0: the target of mse is a number .* got str: 'a'",
        ),
        ("l1", 1, [0, None, 1, 0], TypeError, "loss of sample 1: the target of l1 is a number .* None"),
        ("mse", 1, [[0, 1]] * 4, ValueError, r"loss of sample 0: .* 1 output\(s\) and 2 target\(s\)"),
        ("cross_entropy", 2, [0, 1, 2, 0], ValueError, "loss of sample 2: .* from 0 to 1, got 2"),
        ("cross_entropy", 2, [0, None, 1, 0], ValueError, "loss of sample 1: .* from 0 to 1, got None"),
        ("cross_entropy", 2, ["a", 1, 1, 0], ValueError, "loss of sample 0: .* from 0 to 1, got 'a'"),
        ("cross_entropy", 2, [0, math.nan, 1, 0], ValueError, "loss of sample 1: .* got nan"),
        ("cross_entropy", 2, [[0, 1]] * 4, ValueError, r"got \[0, 1\]; of a one-hot list"),
        ("bce_with_logits", 1, [0, 1, -1, 0], ValueError, "loss of sample 2: .* from 0 to 1, got -1"),
        ("max_margin", 1, [1, 0, 1, 1], ValueError, "loss of sample 1: .* -1 or [+]1, got 0"),
        ("mse", 1, [0, 0, math.nan, 0], FloatingPointError, "sample 2 or its target has a nan or inf"),
    ],
)
def test_a_target_that_does_not_suit_the_loss_is_named(loss, outputs, y, error, message):
    # Broken: one wrong row among thousands has to be searched for.
    trained = model(outputs)
    before = trained.state_dict()
    with pytest.raises(error, match=message):
        fit(y=y, loss=loss, model=trained)
    assert trained.state_dict() == before


def test_a_sample_that_is_not_finite_is_named():
    with pytest.raises(FloatingPointError, match="sample 3 or its target has a nan or inf: add made nan"):
        fit(X=[*X[:3], [math.inf, 0.0]])


def test_one_callback_needs_no_list_and_none_is_none():
    calls = []
    fit(callbacks=lambda training: calls.append(training.epoch))
    assert calls == [1, 2]
    assert fit(callbacks=None, metrics=None).epochs == fit(callbacks=nn.EarlyStopping()).epochs == 2
