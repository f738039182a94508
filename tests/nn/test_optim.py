"""The optimizers against the sums that their papers define, and against numbers worked by hand.

Running averages are checked in their closed form, a weighted sum over all gradients so far, in 40 digits: a
mistake in a recursion cannot repeat itself here.
"""

from __future__ import annotations

import json
import math
import pickle

import pytest
from mpmath import mp, mpf, sqrt

from autograd import Value
from nn.optim import OPTIMIZERS, SGD, Adagrad, Adam, AdamW, Optimizer, RMSprop, base

mp.dps = 40
GRADS = [1.0, -0.5, 0.25, 0.0, -2.0, 3.0, 1e-4, 0.75]


def averaged(beta, numbers):
    """(1 - beta) * sum of beta**(t - i) * number i: an average that starts from zero, after t numbers."""
    t = len(numbers)
    return (1 - beta) * sum(beta ** (t - i) * x for i, x in enumerate(numbers, 1))


def sgd(w, grads, lr=0.1, momentum=0.0, dampening=0.0, weight_decay=0.0, nesterov=False):
    seen = []
    for g in grads:
        seen.append(g + weight_decay * w)
        t = len(seen)
        b = momentum ** (t - 1) * seen[0] + (1 - dampening) * sum(
            momentum ** (t - i) * x for i, x in enumerate(seen[1:], 2)
        )
        direction = seen[-1] if momentum == 0 else seen[-1] + momentum * b if nesterov else b
        w -= lr * direction
        yield w


def adagrad(w, grads, lr, lr_decay, weight_decay, initial_accumulator_value, eps):
    seen = []
    for t, g in enumerate(grads):
        seen.append(g + weight_decay * w)
        total = initial_accumulator_value + sum(x * x for x in seen)
        w -= lr / (1 + t * lr_decay) * seen[-1] / (sqrt(total) + eps)
        yield w


def rmsprop(w, grads, lr, alpha, eps, weight_decay, momentum, centered):
    seen, steps = [], []
    for g in grads:
        seen.append(g + weight_decay * w)
        spread = averaged(alpha, [x * x for x in seen])
        if centered:
            spread -= averaged(alpha, seen) ** 2
        steps.append(seen[-1] / (sqrt(spread) + eps))
        t = len(steps)
        w -= lr * sum(momentum ** (t - i) * x for i, x in enumerate(steps, 1))
        yield w


def adam(w, grads, lr, betas, eps, weight_decay, decoupled=False):
    seen = []
    for t, g in enumerate(grads, 1):
        if decoupled:
            w -= lr * weight_decay * w
        seen.append(g if decoupled else g + weight_decay * w)
        m = averaged(betas[0], seen) / (1 - betas[0] ** t)
        v = averaged(betas[1], [x * x for x in seen]) / (1 - betas[1] ** t)
        w -= lr * m / (sqrt(v) + eps)
        yield w


def adamw(*args, **settings):
    return adam(*args, **settings, decoupled=True)


FORMULAS = {SGD: sgd, Adagrad: adagrad, RMSprop: rmsprop, Adam: adam, AdamW: adamw}
ADAGRAD = {"lr": 0.5, "lr_decay": 0.1, "weight_decay": 0.2, "initial_accumulator_value": 0.25, "eps": 1e-3}
RMSPROP = {"lr": 0.1, "alpha": 0.8, "eps": 1e-3, "weight_decay": 0.2, "momentum": 0.9, "centered": False}
ADAM = {"lr": 0.1, "betas": (0.8, 0.9), "eps": 1e-3, "weight_decay": 0.2}
SETTINGS = [
    (SGD, {"lr": 0.1}),
    (SGD, {"lr": 0.1, "momentum": 0.9}),
    (SGD, {"lr": 0.1, "momentum": 0.9, "dampening": 0.5, "weight_decay": 0.2}),
    (SGD, {"lr": 0.1, "momentum": 0.9, "nesterov": True, "weight_decay": 0.2}),
    (Adagrad, ADAGRAD),
    (RMSprop, RMSPROP),
    (RMSprop, {**RMSPROP, "momentum": 0.0}),
    (RMSprop, {**RMSPROP, "centered": True}),
    (Adam, ADAM),
    (AdamW, ADAM),
]


def steps(optimizer, p, grads):
    for g in grads:
        p.grad = g
        optimizer.step()
        yield p.data


def exactly(setting):
    if isinstance(setting, tuple):
        return tuple(map(mpf, setting))
    return mpf(setting) if isinstance(setting, float) else setting


@pytest.mark.parametrize("kind, settings", SETTINGS)
def test_every_step_is_the_one_the_formula_gives(kind, settings):
    # Broken: the update itself: an average, a bias correction, the place of eps or of weight decay.
    p = Value(2.0)
    exact = FORMULAS[kind](mpf(2), GRADS, **{name: exactly(setting) for name, setting in settings.items()})
    for number, expected in zip(steps(kind([p], **settings), p, GRADS), exact, strict=True):
        assert abs(number - expected) <= 2.0**-49  # 8 steps, each of a unit in the last place of w = 2


@pytest.mark.parametrize(
    "kind, settings, expected",
    [
        # w -= lr * g: 2 - 0.1, + 0.05, - 0.025
        (SGD, {"lr": 0.1}, [1.9, 1.95, 1.925]),
        # b = 1, 0.9 - 0.5 = 0.4, 0.36 + 0.25 = 0.61; w -= 0.1 * b
        (SGD, {"lr": 0.1, "momentum": 0.9}, [1.9, 1.86, 1.799]),
        # g + 0.2 w = 1.4, -0.128, 0.59808; b = 1.4, 1.26 - 0.064 = 1.196, 1.0764 + 0.29904 = 1.37544
        (
            SGD,
            {"lr": 0.1, "momentum": 0.9, "dampening": 0.5, "weight_decay": 0.2},
            [1.86, 1.7404, 1.602856],
        ),
        # g + 0.9 b = 1.9, -0.5 + 0.36 = -0.14, 0.25 + 0.549 = 0.799
        (SGD, {"lr": 0.1, "momentum": 0.9, "nesterov": True}, [1.81, 1.824, 1.7441]),
        # g / (sqrt(sum of squares) + 1e-10), times 0.01: 1, -0.5 / sqrt(1.25), 0.25 / sqrt(1.3125)
        (Adagrad, {}, [1.990000000001, 1.9944721359555997, 1.9922899570534303]),
        # g / (sqrt(v) + 1e-8), times 0.01: v = 0.01, 0.0124, 0.012901
        (RMSprop, {}, [1.900000009999999, 1.944901331474435, 1.922890913854633]),
        # the same with v - m**2: first 0.2 - 0.04 = 0.16, so the step is 0.1 / (0.4 + 1e-8)
        (
            RMSprop,
            {"lr": 0.1, "alpha": 0.8, "centered": True},
            [1.7500000062499999, 1.8600563671182222, 1.7995816216267477],
        ),
        # m / (1 - 0.9**t) / (sqrt(v / (1 - 0.999**t)) + 1e-8), times 0.001: 1 / (1 + 1e-8) at first
        (Adam, {}, [1.9990000000099999, 1.998733662973709, 1.9983932338306483]),
        # the same after w *= 1 - 0.001 * 0.01
        (AdamW, {}, [1.99898000001, 1.998693673173709, 1.9983332570939167]),
    ],
)
def test_three_steps_worked_by_hand(kind, settings, expected):
    # Broken: a default, for the settings not given here are the defaults.
    p = Value(2.0)
    for number, by_hand in zip(steps(kind([p], **settings), p, [1.0, -0.5, 0.25]), expected, strict=True):
        assert number == pytest.approx(by_hand, rel=1e-15, abs=0)


@pytest.mark.parametrize("kind, settings", SETTINGS)
def test_each_parameter_and_each_group_goes_its_own_way(kind, settings):
    # Broken: averages of one parameter or settings of one group leak into another.
    p, q, r = Value(2.0), Value(-1.0), Value(2.0)
    optimizer = kind([{"params": [p, q]}, {"params": [r], "lr": 0.03}], **settings)
    alone = [Value(2.0), Value(-1.0), Value(2.0)]
    others = [
        kind([alone[0]], **settings),
        kind([alone[1]], **settings),
        kind([alone[2]], **settings | {"lr": 0.03}),
    ]
    for g in GRADS:
        for own, other in zip([p, q, r], alone, strict=True):
            own.grad = other.grad = g if own is not q else -3 * g
        optimizer.step()
        for other in others:
            other.step()
    assert [x.data for x in (p, q, r)] == [x.data for x in alone]


@pytest.mark.parametrize("kind", OPTIMIZERS.values())
def test_training_finds_the_minimum_of_a_bowl(kind):
    # Broken: a step that goes uphill. (w0 - 3)**2 + 10 * (w1 + 1)**2 has its minimum at 3, -1.
    w = [Value(0.0), Value(0.0)]
    optimizer = kind(w, lr=0.5 if kind is Adagrad else 0.02, weight_decay=0.0)
    for _ in range(1000):
        optimizer.zero_grad()
        ((w[0] - 3) ** 2 + 10 * (w[1] + 1) ** 2).backward()
        optimizer.step()
    assert [p.data for p in w] == pytest.approx([3.0, -1.0], abs=0.02)


@pytest.mark.parametrize("kind, settings", SETTINGS)
@pytest.mark.parametrize("copy", [lambda state: state, lambda state: json.loads(json.dumps(state))])
def test_a_resumed_run_repeats_every_bit(kind, settings, copy):
    # Broken: a running average, the count of steps or a changed setting is lost in the saved state.
    def start(lr):
        w = [Value(0.3), Value(-0.7), Value(1.1)]
        return w, kind([{"params": w[:2]}, {"params": w[2:], "lr": lr}], **settings)

    def train(w, optimizer, steps):
        for _ in range(steps):
            optimizer.zero_grad()
            ((w[0] * w[1]).tanh() + w[2] ** 2 * w[0] - w[1].sin()).backward()
            optimizer.step()

    w, optimizer = start(0.05)
    train(w, optimizer, 4)
    optimizer.param_groups[0]["lr"] = 0.011
    state = copy(optimizer.state_dict())
    again, resumed = start(0.9)
    for p, q in zip(again, w, strict=True):
        p.data = q.data
    resumed.load_state_dict(state)
    train(w, optimizer, 5)
    train(again, resumed, 5)
    assert [p.data for p in again] == [p.data for p in w]
    assert resumed.state_dict() == optimizer.state_dict() != state


def test_a_saved_state_is_a_copy():
    # Broken: a checkpoint in memory changes while training goes on, or training by what is done to it.
    p = Value(1.0)
    optimizer = Adam([p])
    p.grad = 1.0
    optimizer.step()
    state = optimizer.state_dict()
    before = json.dumps(state)
    optimizer.step()
    assert json.dumps(state) == before
    state["state"][0]["exp_avg"][0] = 1e9
    state["param_groups"][0]["lr"] = 1e9
    assert optimizer.state[0]["exp_avg"] != [1e9] and optimizer.param_groups[0]["lr"] == 1e-3


def test_the_form_of_a_saved_state():
    # Broken: files written by one version cannot be read by another.
    p, q, r = Value(1.0), Value(2.0), Value(3.0)
    optimizer = SGD([{"params": [p, q]}, {"params": [r], "lr": 0.5}], lr=0.25, momentum=0.5)
    p.grad, q.grad, r.grad = 1.0, 2.0, 3.0
    optimizer.step()
    same = {"momentum": 0.5, "dampening": 0.0, "weight_decay": 0.0, "nesterov": False}
    assert optimizer.state_dict() == {
        "optimizer": "SGD",
        "state": [{"step": 1, "momentum_buffer": [1.0, 2.0]}, {"step": 1, "momentum_buffer": [3.0]}],
        "param_groups": [{"params": [0, 1], "lr": 0.25, **same}, {"params": [2], "lr": 0.5, **same}],
    }


@pytest.mark.parametrize(
    "damage, message",
    [
        (lambda s: s.update(optimizer="Adam"), "this optimizer is AdamW, the state is of Adam"),
        (
            lambda s: s["param_groups"][0]["params"].append(1),
            r"groups of \[2\] parameters, the state has \[3\]",
        ),
        (lambda s: s["param_groups"].append(s["param_groups"][0]), r"the state has \[2, 2\]"),
        (lambda s: s["state"].append({}), "build the same model"),
        (lambda s: s["state"][0].pop("exp_avg"), r"missing \['exp_avg'\]"),
        (lambda s: s["state"][0].update(speed=[1.0, 2.0]), r"unknown \['speed'\]"),
        (lambda s: s["state"][0]["exp_avg_sq"].pop(), "exp_avg_sq has 1 numbers for 2 parameters"),
        (lambda s: s["param_groups"][0].pop("eps"), "lacks the setting 'eps'"),
        (
            lambda s: s["param_groups"][0].update(lr=-1.0),
            "lr of AdamW is a finite number, zero or more, got -1",
        ),
    ],
)
def test_a_state_that_does_not_fit_changes_nothing(damage, message):
    # Broken: a half-loaded optimizer trains on with averages of another model.
    w = [Value(1.0), Value(2.0)]
    optimizer = AdamW(w, lr=0.25)
    optimizer.step()
    before = optimizer.state_dict()
    foreign = AdamW([Value(1.0), Value(2.0)], lr=0.75).state_dict()
    damage(foreign)
    with pytest.raises(ValueError, match=message):
        optimizer.load_state_dict(foreign)
    assert optimizer.state_dict() == before


def test_a_failed_step_changes_nothing():
    # Broken: the first group has moved and counted its step, the second has not.
    p, q = Value(1.0), Value(2.0)
    optimizer = Adam([{"params": [p]}, {"params": [q]}])
    p.grad = q.grad = 1.0
    optimizer.param_groups[1]["lr"] = math.nan
    before = optimizer.state_dict()["state"]
    with pytest.raises(ValueError, match="lr of Adam is a finite number, zero or more, got nan"):
        optimizer.step()
    assert (p.data, q.data, optimizer.state_dict()["state"]) == (1.0, 2.0, before)


def test_an_interrupted_step_is_completed(monkeypatch):
    # Broken: Ctrl-C in a notebook leaves some parameters moved and others not.
    assign, calls = base.assign, []

    def interrupted_once(params, weights):
        calls.append(weights)
        if len(calls) == 1:
            params[0].data = weights[0]
            raise KeyboardInterrupt
        assign(params, weights)

    monkeypatch.setattr(base, "assign", interrupted_once)
    w = [Value(1.0), Value(2.0)]
    w[0].grad = w[1].grad = 1.0
    optimizer = SGD(w, lr=0.5)
    with pytest.raises(KeyboardInterrupt):
        optimizer.step()
    assert [p.data for p in w] == [0.5, 1.5] and optimizer.state == [{"step": 1}]


@pytest.mark.parametrize("kind, settings", SETTINGS)
def test_extreme_gradients_pass_as_ieee_arithmetic_has_them(kind, settings):
    # Broken: an OverflowError or a ZeroDivisionError from within a step, where a tensor library gives nan.
    for g in (1e200, -1e308, 5e-324, math.inf, math.nan):
        p = Value(2.0)
        list(steps(kind([p], **settings), p, [g, g]))
        assert math.isnan(p.data) or not math.isnan(g)


def test_centered_variance_of_a_constant_gradient_is_not_negative():
    # Broken: rounding takes the mean square below the squared mean, and the root of that is an error.
    p = Value(0.0)
    # At step 54 the averages of 0.7 and 0.49 have settled, and 0.49 - 0.7 * 0.7 rounds to -5.6e-17.
    for number in steps(RMSprop([p], lr=1e-3, alpha=0.5, centered=True), p, [0.7] * 60):
        assert math.isfinite(number)


@pytest.mark.parametrize("kind", OPTIMIZERS.values())
def test_a_parameter_that_ran_off_to_infinity_stays_there(kind):
    # Broken: weight decay that is off still adds 0 * inf = nan to the gradient, and hides what happened.
    p = Value(math.inf)
    assert list(steps(kind([p], weight_decay=0.0), p, [1.0, 1.0])) == [math.inf, math.inf]


def test_zero_grad_clears_every_group():
    # Broken: gradients of the last step are added to those of the next.
    p, q = Value(1.0), Value(2.0)
    optimizer = SGD([{"params": [p]}, {"params": [q]}])
    p.grad = q.grad = 3.0
    optimizer.zero_grad()
    assert (p.grad, q.grad) == (0.0, 0.0)


def test_a_group_added_later_starts_its_own_averages():
    # Broken: the bias correction of a new parameter is that of the old ones: its first steps are too small.
    p, q, fresh = Value(2.0), Value(2.0), Value(2.0)
    optimizer = Adam([p])
    list(steps(optimizer, p, GRADS))
    optimizer.add_param_group({"params": [q]})
    q.grad = fresh.grad = 0.5
    optimizer.step()
    Adam([fresh]).step()
    assert q.data == fresh.data


def test_momentum_can_be_turned_on_later():
    # Broken: a KeyError, or a buffer that starts from zero. b starts as the gradient of that step: -0.5.
    p = Value(2.0)
    optimizer = SGD([p], lr=0.1)
    list(steps(optimizer, p, [1.0]))
    optimizer.param_groups[0]["momentum"] = 0.9
    assert list(steps(optimizer, p, [-0.5, 0.25])) == pytest.approx([1.95, 1.97], rel=1e-15)


def test_numbers_of_numpy_do_not_get_into_the_parameters():
    # Broken: every later number becomes a numpy scalar, ten times as slow and printed as np.float64(...).
    numpy = pytest.importorskip("numpy")
    p = Value(2.0)
    optimizer = SGD([p], lr=numpy.float64(0.1))
    optimizer.param_groups[0]["lr"] = numpy.float64(0.25)
    p.grad = 1.0
    optimizer.step()
    assert type(p.data) is float and p.data == 1.75


@pytest.mark.parametrize(
    "kind, settings, message",
    [
        (SGD, {"lr": -0.1}, "lr of SGD is a finite number, zero or more, got -0.1"),
        (SGD, {"lr": math.nan}, "got nan"),
        (SGD, {"lr": math.inf}, "got inf"),
        (SGD, {"lr": "0.1"}, "got '0.1'"),
        (SGD, {"momentum": -0.5}, "momentum of SGD"),
        (SGD, {"weight_decay": -1e-4}, "weight_decay of SGD"),
        (SGD, {"nesterov": 1, "momentum": 0.9}, "nesterov of SGD is True or False, got 1"),
        (SGD, {"nesterov": True}, "momentum above zero"),
        (SGD, {"nesterov": True, "momentum": 0.9, "dampening": 0.1}, "no dampening"),
        (Adam, {"betas": (1.0, 0.999)}, r"betas of Adam is two numbers, each from 0 to below 1, got \(1.0"),
        (Adam, {"betas": (0.9, -0.1)}, "betas of Adam"),
        (Adam, {"betas": 0.9}, "got 0.9"),
        (AdamW, {"betas": (0.9, 0.99, 0.999)}, "betas of AdamW"),
        (AdamW, {"eps": 0.0}, "eps of AdamW is above zero, got 0.0"),
        (RMSprop, {"alpha": 1.5}, "alpha of RMSprop is a number from 0 to 1"),
        (Adagrad, {"lr_decay": -1}, "lr_decay of Adagrad"),
    ],
)
def test_settings_out_of_range_are_refused(kind, settings, message):
    # Broken: a wrong setting is noticed only hours later, when the model has not learned.
    with pytest.raises(ValueError, match=message):
        kind([Value(1.0)], **settings)
    with pytest.raises(ValueError, match=message):
        kind([{"params": [Value(1.0)], **settings}])


@pytest.mark.parametrize(
    "params, error, message",
    [
        ([], ValueError, "at least one parameter, got an empty list"),
        ([{"params": []}], ValueError, "at least one parameter"),
        (Value(1.0), TypeError, "takes a list of parameters, got Value"),
        ([1.0], TypeError, "parameters of SGD are Values, but number 0 is float: 1.0"),
        ([Value(1.0), {"params": [Value(1.0)]}], TypeError, "number 1 is dict"),
        ([{"params": [Value(1.0)]}, Value(1.0)], TypeError, "a group is a dict with the key 'params'"),
        ([{"weights": [Value(1.0)]}], TypeError, "a group is a dict with the key 'params'"),
        (
            [{"params": [Value(1.0)], "learning_rate": 1}],
            ValueError,
            "no setting 'learning_rate'; there are lr",
        ),
        ([Value(1.0) * 2], ValueError, r"parameter 0 was computed from others \(\*\)"),
    ],
)
def test_what_cannot_be_optimized_is_refused(params, error, message):
    # Broken: an optimizer that moves nothing, or fails in its first step.
    with pytest.raises(error, match=message):
        SGD(params)


def test_a_module_in_place_of_its_parameters():
    # Broken: the most common mistake gets no advice.
    class Model:
        def parameters(self):
            return [Value(1.0)]

    with pytest.raises(TypeError, match=r"got Model: .*; give model.parameters\(\)"):
        Adam(Model())


def test_a_parameter_in_two_places_is_refused():
    # Broken: it would move twice in a step.
    p = Value(1.0)
    with pytest.raises(ValueError, match="parameter 1 of group 0 is there twice"):
        SGD([p, p])
    optimizer = SGD([p])
    with pytest.raises(ValueError, match="parameter 0 of group 1 is there twice"):
        optimizer.add_param_group({"params": [p]})
    assert len(optimizer.param_groups) == len(optimizer.state) == 1


def test_parameters_may_come_from_a_generator():
    # Broken: the generator is used up by a check, and nothing is left to optimize.
    w = [Value(1.0), Value(2.0)]
    optimizer = SGD((p for p in w), lr=1.0)
    w[1].grad = 1.0
    optimizer.step()
    assert [p.data for p in w] == [1.0, 1.0]


def test_an_optimizer_of_ones_own():
    # Broken: the base class cannot be extended. Sign descent: w -= lr * sign(g).
    class SignSGD(Optimizer):
        def __init__(self, params, lr=0.1):
            super().__init__(params, lr=lr)

        def _update(self, settings, state, weights, grads):
            moved = [w - math.copysign(settings["lr"], g) for w, g in zip(weights, grads, strict=True)]
            return moved, {"step": state["step"] + 1}

    p = Value(1.0)
    assert list(steps(SignSGD([p], lr=0.5), p, [3.0, -0.1])) == [0.5, 1.0]


def test_pickling_and_printing():
    # Broken: training in worker processes; what a notebook shows of an optimizer.
    p = Value(2.0)
    optimizer = SGD([p], lr=0.5, momentum=0.5)
    list(steps(optimizer, p, GRADS))
    assert pickle.loads(pickle.dumps(optimizer)).state_dict() == optimizer.state_dict()
    assert repr(optimizer) == (
        "SGD(params=1, lr=0.5, momentum=0.5, dampening=0.0, weight_decay=0.0, nesterov=False)"
    )


def test_the_table_holds_every_optimizer_by_its_lower_case_name():
    # Broken: fit(optimizer="adamw") does not find it.
    assert {name: kind.__name__.lower() for name, kind in OPTIMIZERS.items()} == {k: k for k in OPTIMIZERS}
    assert set(OPTIMIZERS.values()) == set(FORMULAS)
