"""Wrong calls and what they are told: what was given, what was expected, what to do.

The others are in the tests of what they call.
"""
# ruff: noqa: E501  (a table: one line a call)

import re

import numpy
import pytest

import nn
from autograd import Value

X, y = [[1.0, 2.0], [3.0, 4.0]], [1.0, 2.0]
W = Value(1.0)


def model():
    return nn.MLP(2, [3, 1], seed=0)


def sgd():
    return nn.SGD([W], lr=0.1)


def steps(optimizer=None):
    return nn.StepLR(optimizer or sgd(), 1)


def fit(callbacks):
    nn.fit(model(), X, y, epochs=1, progress=False, callbacks=callbacks)


def joined(milestones):
    optimizer = sgd()
    nn.SequentialLR(optimizer, [steps(optimizer), steps(optimizer)], milestones)


NAMES = "one of linear, relu, leaky_relu, elu, gelu, silu, softplus, sigmoid, tanh"
STATE = {"optimizer": "SGD", "state": [{"step": 0}], "param_groups": [{"params": [0]}]}
SAMPLE = "takes one sample, a sequence of 2 numbers or Values"
NOUTS = "nouts of MLP is a list with the size of every layer, each one or more, such as [16, 1], got"

# what is called, the kind of error, and how its message begins
CALLS = [
    # callbacks
    (lambda: fit([nn.EarlyStopping]), TypeError, "a callback is a Callback, a schedule or a function of the training, got the class EarlyStopping; make one, EarlyStopping(...)"),
    (lambda: fit([nn.StepLR]), TypeError, "a callback is a Callback, a schedule or a function of the training, got the class StepLR; make one"),
    (lambda: fit([None]), TypeError, "a callback is a Callback, a schedule or a function of the training, got None"),
    (lambda: fit([model()]), TypeError, "a callback is a Callback, a schedule or a function of the training, got MLP: "),
    (lambda: nn.EarlyStopping(3), ValueError, "monitor of EarlyStopping is the name of a recorded number, or None, got 3"),
    (lambda: nn.EarlyStopping(restore_best="no"), ValueError, "restore_best of EarlyStopping is True or False, got 'no'"),
    # schedules
    (lambda: nn.LambdaLR(sgd(), 5), TypeError, "LambdaLR takes a list of functions, or a function, got int: 5"),
    (lambda: nn.LambdaLR(sgd(), [5]), TypeError, "lr_lambda of LambdaLR is a function of the epoch, got int: 5"),
    (lambda: nn.LambdaLR(sgd(), nn.MLP), TypeError, "lr_lambda of LambdaLR is a function of the epoch, got the class MLP"),
    (lambda: nn.LambdaLR(sgd(), lambda epoch: "a"), ValueError, "lr_lambda of LambdaLR in epoch 0 is a finite number, zero or more, got 'a'"),
    (lambda: nn.LambdaLR(sgd(), lambda epoch: -1.0), ValueError, "lr_lambda of LambdaLR in epoch 0 is a finite number, zero or more, got -1.0"),
    (lambda: nn.StepLR(sgd(), 0), ValueError, "step_size of StepLR is a whole number, one or more, got 0"),
    (lambda: nn.StepLR(nn.SGD, 1), TypeError, "StepLR takes an optimizer, such as SGD(model.parameters()), got the class SGD"),
    (lambda: nn.SequentialLR(sgd(), None, None), TypeError, "SequentialLR takes a list of schedules, got None"),
    (lambda: nn.SequentialLR(sgd(), steps(), [1]), TypeError, "SequentialLR takes a list of schedules, got StepLR: "),
    (lambda: nn.SequentialLR(sgd(), [], []), ValueError, "SequentialLR needs at least one schedule, got an empty list"),
    (lambda: nn.SequentialLR(sgd(), [nn.StepLR], []), TypeError, "SequentialLR joins schedules that depend on the epoch alone, but number 0 is the class StepLR"),
    (lambda: nn.SequentialLR(model(), [], []), TypeError, "SequentialLR takes an optimizer, such as SGD(model.parameters()), got MLP: "),
    (lambda: joined(None), ValueError, "milestones of SequentialLR is a list of epochs from 1 on, in increasing order, got None"),
    (lambda: joined(3), ValueError, "milestones of SequentialLR is a list of epochs from 1 on, in increasing order, got 3"),
    (lambda: steps().load_state_dict(None), TypeError, "load_state_dict of StepLR takes the dict that state_dict() gave, got None"),
    (lambda: steps().load_state_dict({"schedule": "StepLR"}), ValueError, "the state of StepLR is not whole: missing settings, base_lrs, last_epoch"),
    (lambda: nn.Schedule(sgd()), NotImplementedError, "Schedule has no factor(); take StepLR or another schedule"),
    # layers
    (lambda: nn.MLP(2, [2], activation=None), TypeError, f"activation is a name, {NAMES}, or a function, got None"),
    (lambda: nn.MLP(2, [2, 1], activation=None), TypeError, f"activation is a name, {NAMES}, or a function, got None"),
    (lambda: nn.MLP(2, [2], output=None), TypeError, f"output is a name, {NAMES}, or a function, got None"),
    (lambda: nn.MLP(2, [2], output="foo"), ValueError, "unknown output 'foo'; there are linear, relu, "),
    (lambda: nn.MLP(2, [2], activation=["tanh"]), TypeError, f"activation is a name, {NAMES}, or a function, got list: ['tanh']"),
    (lambda: nn.MLP(2, [2], activation=Value), TypeError, f"activation is a name, {NAMES}, or a function, got the class Value"),
    (lambda: nn.MLP(2, [2], activation=nn.Dropout()), TypeError, "activation is a name, such as 'tanh', or a function of a Value, got Dropout: Dropout(p=0.5); modules stand one after another in nn.Sequential"),
    (lambda: nn.MLP(2, 4), ValueError, f"{NOUTS} 4"),
    (lambda: nn.MLP(2, []), ValueError, f"{NOUTS} []"),
    (lambda: nn.MLP(2, None), ValueError, f"{NOUTS} None"),
    (lambda: nn.MLP(0, [1]), ValueError, "nin of MLP is a whole number, one or more, got 0"),
    (lambda: nn.MLP(2, [1], init=None), TypeError, "init is a name, one of uniform, xavier, he, lecun, or a function, got None"),
    (lambda: nn.Neuron(2, init=lambda rng, nin, nout: "x"), ValueError, "init of Neuron is a function (rng, nin, nout) that returns a number, got 'x'"),
    (lambda: nn.Layer("2", 3), ValueError, "nin of Layer is a whole number, one or more, got '2'"),
    (lambda: nn.Layer(2, 3, "tanh"), ValueError, "nonlin of Neuron is True or False, got 'tanh'"),
    (lambda: nn.Neuron(2, activation="foo"), ValueError, "unknown activation 'foo'; there are linear, relu, "),
    (lambda: nn.Neuron(2, False, "foo"), ValueError, "unknown activation 'foo'; there are linear, relu, "),
    (lambda: nn.Elementwise(3), TypeError, f"activation is a name, {NAMES}, or a function, got int: 3"),
    (lambda: nn.Sequential(3), TypeError, "expected a module, such as Layer(2, 3), or an activation, such as 'tanh'; got int: 3"),
    (lambda: nn.Sequential([nn.Dropout()]), TypeError, "expected a module, such as Layer(2, 3), or an activation, such as 'tanh'; got list: [Dropout(p=0.5)]; give them one by one"),
    # samples
    (lambda: model()([]), ValueError, "MLP takes 2 inputs, got 0"),
    (lambda: model()("ab"), TypeError, f"MLP {SAMPLE}, got str: 'ab'"),
    (lambda: model()(b"ab"), TypeError, f"MLP {SAMPLE}, got bytes: b'ab'"),
    (lambda: model()({1.0, 2.0}), TypeError, f"MLP {SAMPLE}, got set: {{1.0, 2.0}}"),
    (lambda: model()({1: 1.0, 2: 2.0}), TypeError, f"MLP {SAMPLE}, got dict: {{1: 1.0, 2: 2.0}}"),
    (lambda: model()(None), TypeError, f"MLP {SAMPLE}, got NoneType: None"),
    (lambda: model()(1.0), TypeError, f"MLP {SAMPLE}, got float: 1.0"),
    (lambda: model()(W), TypeError, f"MLP {SAMPLE}, got Value: Value(data=1.0"),
    (lambda: model()([[1, 2]]), TypeError, f"MLP {SAMPLE}: expected a number (int, float, bool, Decimal, Fraction or a numpy scalar), got list: [1, 2]; many samples go to batch()"),
    (lambda: model()(numpy.zeros((2, 2))), TypeError, f"MLP {SAMPLE}: expected a number (int, float, bool, Decimal, Fraction or a numpy scalar), got ndarray: array([0., 0.]); many samples go to batch()"),
    (lambda: model()([1.0, None]), TypeError, f"MLP {SAMPLE}: expected a number (int, float, bool, Decimal, Fraction or a numpy scalar), got NoneType: None"),
    (lambda: model()([1.0, 2.0, 3.0]), ValueError, "MLP takes 2 inputs, got 3"),
    (lambda: model().batch(None), TypeError, "MLP takes a list of samples, got None"),
    (lambda: nn.Sequential("tanh").batch(3), TypeError, "Sequential of 1 takes a list of samples, got int: 3"),
    (lambda: nn.BatchNorm(2).batch("ab"), TypeError, "BatchNorm (2) takes a list of samples, got str: 'ab'"),
    (lambda: nn.Residual("tanh").batch(None), TypeError, "Residual of Tanh takes a list of samples, got None"),
    (lambda: nn.Module()([1.0]), NotImplementedError, "Module does not define __call__, so it computes nothing"),
    (lambda: fit(nn.EarlyStopping), TypeError, "a callback is a Callback, a schedule or a function of the training, got the class EarlyStopping; make one"),
    (lambda: nn.predict(None, X), TypeError, "a model is an nn.Module or a function of one sample, got None"),
    (lambda: nn.predict(nn.MLP, X), TypeError, "a model is an nn.Module or a function of one sample, got the class MLP"),
    (lambda: model().train(X), TypeError, "mode is True or False, got list: [[1.0, 2.0], [3.0, 4.0]]; nn.fit trains a model on samples"),
    # optimizers and clipping
    (lambda: nn.SGD([]), ValueError, "SGD needs at least one parameter, got an empty list"),
    (lambda: nn.SGD(None), TypeError, "SGD takes a list of parameters, got None"),
    (lambda: nn.SGD(W), TypeError, "SGD takes a list of parameters, got Value: Value(data=1.0, grad=0.0); put it into a list"),
    (lambda: nn.SGD({W}), TypeError, "SGD takes a list of parameters, got set: {Value("),
    (lambda: nn.SGD([1.0]), TypeError, "parameters of SGD are Values, but number 0 is float: 1.0"),
    (lambda: nn.SGD(model()), TypeError, "SGD takes a list of parameters, got MLP: "),
    (lambda: nn.SGD(model().parameters), TypeError, "SGD takes a list of parameters, got method: "),
    (lambda: nn.SGD(model().named_parameters()), TypeError, "parameters of SGD are Values, but number 0 is tuple: ('layers.0"),
    (lambda: nn.SGD([{"params": model()}]), TypeError, "SGD takes a list of parameters, got MLP: "),
    (lambda: nn.Adam([W], lr="0.1"), ValueError, "lr of Adam is a finite number, zero or more, got '0.1'"),
    (lambda: sgd().load_state_dict(None), TypeError, "load_state_dict of SGD takes the dict that state_dict() gave, got None"),
    (lambda: sgd().load_state_dict({"optimizer": "SGD"}), ValueError, "the state of SGD is not whole: missing state, param_groups"),
    (lambda: sgd().load_state_dict({**STATE, "state": 1}), ValueError, "the state is not as state_dict() of SGD gives it"),
    (lambda: sgd().load_state_dict({**STATE, "param_groups": [3]}), ValueError, "the state is not as state_dict() of SGD gives it"),
    (lambda: sgd().load_state_dict({**STATE, "param_groups": [{}]}), ValueError, "the state is not as state_dict() of SGD gives it"),
    (lambda: nn.Optimizer([W]).step(), NotImplementedError, "Optimizer has no _update; take SGD, Adam or another optimizer"),
    (lambda: nn.clip_grad_norm_(model(), 1.0), TypeError, "clip_grad_norm_ takes a list of parameters, got MLP: "),
    (lambda: nn.clip_grad_norm_(W, 1.0), TypeError, "clip_grad_norm_ takes a list of parameters, got Value: Value(data=1.0, grad=0.0); put it into a list"),
    (lambda: nn.clip_grad_norm_([1.0], 1.0), TypeError, "parameters of clip_grad_norm_ are Values, but number 0 is float: 1.0"),
    (lambda: nn.clip_grad_value_(None, 1.0), TypeError, "clip_grad_value_ takes a list of parameters, got None"),
    (lambda: nn.clip_grad_value_([[W]], 1.0), TypeError, "parameters of clip_grad_value_ are Values, but number 0 is list: [Value("),
    # states of models
    (lambda: model().load_state_dict(None), TypeError, "load_state_dict takes numbers by name, as state_dict() gives them, got None"),
    (lambda: model().load_state_dict([1.0]), TypeError, "load_state_dict takes numbers by name, as state_dict() gives them, got list: [1.0]"),
    (lambda: model().load_state_dict("m"), TypeError, "load_state_dict takes numbers by name, as state_dict() gives them, got str: 'm'; for a file there is nn.load(model, path)"),
    (lambda: nn.Neuron(1).load_state_dict({"w.0": None, "b": 1.0}), TypeError, "w.0: expected a number (int, float, bool, Decimal, Fraction or a numpy scalar), got NoneType"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "error", "said"), CALLS, ids=[said[:40] for _, _, said in CALLS])
def test_a_wrong_call_is_told_what_is_wrong(call, error, said):
    with pytest.raises(error, match=f"^{re.escape(said)}"):
        call()


@pytest.mark.parametrize(
    ("call", "advice"),
    [
        (lambda: nn.SGD(model()), "give model.parameters()"),
        (lambda: nn.SGD(model().parameters), "call it: parameters()"),
        (lambda: nn.clip_grad_value_(model(), 1.0), "give model.parameters()"),
        (lambda: nn.SequentialLR(sgd(), steps(), []), "put it into a list"),
    ],
)
def test_a_frequent_mistake_is_given_advice(call, advice):
    with pytest.raises(TypeError, match=f"; {re.escape(advice)}$"):
        call()


def test_what_is_refused_changes_nothing():
    """Broken if half of a state is loaded."""
    optimizer = nn.Adam([W, Value(2.0)], lr=0.5)
    optimizer.step()
    before = optimizer.state_dict()
    for broken in (
        {**before, "state": [{**before["state"][0], "exp_avg": [1.0, "x"]}]},
        {**before, "state": [{**before["state"][0], "exp_avg": 3}]},
        {**before, "state": [None]},
        {**before, "param_groups": [{**before["param_groups"][0], "lr": None}]},
    ):
        with pytest.raises(ValueError):
            optimizer.load_state_dict(broken)
        assert optimizer.state_dict() == before
