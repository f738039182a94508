"""The schedules against their closed forms, worked by hand or in 40 digits, for groups of different rates."""

from __future__ import annotations

import json
import math
import pickle

import pytest
from mpmath import cos, mp, mpf, pi

from autograd import Value
from nn.optim import SGD, Adam
from nn.schedules import (
    CosineAnnealingLR,
    ExponentialLR,
    LambdaLR,
    LinearLR,
    MultiStepLR,
    ReduceLROnPlateau,
    SequentialLR,
    StepLR,
)

mp.dps = 40
RATES = [0.5, 0.03125]


def two_groups(kind=SGD):
    groups = [{"params": [Value(1.0)]}, {"params": [Value(2.0)], "lr": RATES[1]}]
    return kind(groups, lr=RATES[0])


def rates_of(optimizer):
    return [group["lr"] for group in optimizer.param_groups]


def course(schedule, epochs):
    """The rates of each epoch, the first being those that the schedule sets when it is made."""
    rates = [rates_of(schedule.optimizer)]
    for _ in range(epochs - 1):
        schedule.step()
        assert schedule.get_last_lr() == rates_of(schedule.optimizer)
        rates.append(rates_of(schedule.optimizer))
    return rates


def warm_up_then_cosine(optimizer):
    parts = [
        LinearLR(optimizer, 0.25, total_iters=3),
        CosineAnnealingLR(optimizer, 4),
        ExponentialLR(optimizer, 0.5),
    ]
    return SequentialLR(optimizer, parts, milestones=[3, 7])


MAKERS = {
    "step": lambda o: StepLR(o, step_size=3, gamma=0.1),
    "milestones": lambda o: MultiStepLR(o, [1, 4, 5], gamma=0.3),
    "exponential": lambda o: ExponentialLR(o, gamma=0.9),
    "cosine": lambda o: CosineAnnealingLR(o, T_max=7),
    "linear": lambda o: LinearLR(o, start_factor=0.1, end_factor=0.7, total_iters=6),
    "lambda": lambda o: LambdaLR(o, lambda t: 1 / (1 + t)),
    "sequence": warm_up_then_cosine,
}

# The factor of each epoch, by hand or by its definition; t is the epoch.
FACTORS = {
    "step": [1, 1, 1, *[mpf(0.1)] * 3, *[mpf(0.1) ** 2] * 3, mpf(0.1) ** 3],
    "milestones": [1, *[mpf(0.3)] * 3, mpf(0.3) ** 2, *[mpf(0.3) ** 3] * 5],
    "exponential": [mpf(0.9) ** t for t in range(10)],
    "cosine": [(1 + cos(pi * t / 7)) / 2 for t in range(10)],
    # from 0.1 by six steps of 0.1 to 0.7
    "linear": [*[mpf(tenths) / 10 for tenths in range(1, 8)], *[mpf("0.7")] * 3],
    "lambda": [mpf(1) / n for n in range(1, 11)],
    # 1/4 to 1 in three steps; then half a cosine over 4 epochs, at 0, 1/4, 1/2, 3/4; then halving
    "sequence": [0.25, 0.5, 0.75, 1, (2 + mpf(2) ** 0.5) / 4, 0.5, (2 - mpf(2) ** 0.5) / 4, 1, 0.5, 0.25],
}


@pytest.mark.parametrize("name", MAKERS)
def test_the_rates_of_ten_epochs(name):
    # Broken: the course of the learning rate, or a group loses its own initial rate.
    for rates, factor in zip(course(MAKERS[name](two_groups()), 10), FACTORS[name], strict=True):
        for rate, initial in zip(rates, RATES, strict=True):
            assert abs(rate - initial * factor) <= 2.0**-51 * initial


def test_a_long_course_piles_up_no_rounding():
    # Broken: the rate is multiplied epoch by epoch, so a thousand roundings add up.
    optimizer = SGD([Value(1.0)], lr=0.1)
    last = course(ExponentialLR(optimizer, gamma=0.999), 2001)[-1][0]
    assert last == pytest.approx(float(mpf(0.1) * mpf(0.999) ** 2000), rel=2.0**-51)


def test_cosine_with_a_lowest_rate_and_beyond_the_lowest():
    # Broken: eta_min is a factor and not a rate, or the wave does not rise after T_max.
    rates = course(CosineAnnealingLR(SGD([Value(1.0)], lr=0.9), T_max=2, eta_min=0.1), 5)
    assert [rate for (rate,) in rates] == pytest.approx([0.9, 0.5, 0.1, 0.5, 0.9], rel=1e-15)


def test_a_function_for_each_group():
    # Broken: the first function is used for all groups.
    schedule = LambdaLR(two_groups(), [lambda t: 0.5**t, lambda t: 1 + t])
    assert course(schedule, 3) == [[0.5, 0.03125], [0.25, 0.0625], [0.125, 0.09375]]


def test_the_defaults():
    # Broken: programs that rely on torch's defaults: gamma 0.1, a warm-up from 1/3 in 5 epochs, eta_min 0.
    one = lambda: SGD([Value(1.0)], lr=1.0)  # noqa: E731
    assert course(StepLR(one(), 1), 2) == [[1.0], [0.1]]
    assert course(MultiStepLR(one(), [1]), 2) == [[1.0], [0.1]]
    assert course(CosineAnnealingLR(one(), 1), 2) == [[1.0], [0.0]]
    warm_up = [rate for (rate,) in course(LinearLR(one()), 7)]
    assert warm_up == pytest.approx([5 / 15, 7 / 15, 9 / 15, 11 / 15, 13 / 15, 1.0, 1.0], rel=1e-15)
    plateau = ReduceLROnPlateau(one()).settings
    assert plateau == {
        "mode": "min",
        "factor": 0.1,
        "patience": 10,
        "threshold": 1e-4,
        "threshold_mode": "rel",
        "cooldown": 0,
        "eps": 1e-8,
    }


def plateau_course(metrics, **settings):
    optimizer = SGD([Value(1.0)], lr=1.0)
    schedule = ReduceLROnPlateau(optimizer, **{"factor": 0.5, "patience": 1, **settings})
    rates = []
    for metric in metrics:
        schedule.step(metric)
        rates.append(schedule.get_last_lr()[0])
    return rates


@pytest.mark.parametrize(
    "settings, metrics, expected",
    [
        # two bad epochs in a row after the best one are one more than patience 1
        ({}, [4, 3, 3, 3, 3, 3], [1, 1, 1, 0.5, 0.5, 0.25]),
        # an improvement starts the count again
        ({}, [4, 5, 3, 5, 2, 5, 5], [1, 1, 1, 1, 1, 1, 0.5]),
        ({"patience": 0}, [4, 4, 4], [1, 0.5, 0.25]),
        # for an accuracy, higher is better
        ({"mode": "max"}, [0.5, 0.6, 0.7, 0.7, 0.6], [1, 1, 1, 1, 0.5]),
        # the epoch after a reduction is not judged, so the count starts one later
        ({"cooldown": 1}, [3] * 7, [1, 1, 0.5, 0.5, 0.5, 0.25, 0.25]),
        # 3.8 and 3.7 are not below 4 - 0.1 * 4 = 3.6; 3.5 is
        ({"threshold": 0.1}, [4, 3.8, 3.7], [1, 1, 0.5]),
        ({"threshold": 0.1}, [4, 3.8, 3.5, 3.4], [1, 1, 1, 1]),
        # in the metric's own unit: 3.8 is better than 4 - 0.1
        ({"threshold": 0.1, "threshold_mode": "abs"}, [4, 3.8, 3.6], [1, 1, 1]),
        ({"threshold": 0.5, "threshold_mode": "abs", "mode": "max"}, [1, 1.4, 1.5, 1.6], [1, 1, 0.5, 0.5]),
        # a metric below zero that stands still is no improvement
        ({}, [-5, -5, -5], [1, 1, 0.5]),
        ({"mode": "max"}, [-5, -5, -5], [1, 1, 0.5]),
        # nan is no improvement, and is never the best
        ({}, [math.nan, 4, math.nan, math.nan], [1, 1, 1, 0.5]),
        ({"min_lr": 0.4}, [3] * 5, [1, 1, 0.5, 0.5, 0.4]),
        # a reduction by no more than eps is left out
        ({"eps": 0.3}, [3] * 5, [1, 1, 0.5, 0.5, 0.5]),
    ],
)
def test_reductions_on_a_plateau_counted_by_hand(settings, metrics, expected):
    # Broken: the rate falls too early, too late, too far, or for a metric that still gets better.
    assert plateau_course(metrics, **settings) == expected


def test_a_plateau_lowers_each_group_to_its_own_least_rate():
    # Broken: one limit is used for all groups.
    optimizer = two_groups()
    schedule = ReduceLROnPlateau(optimizer, factor=0.5, patience=0, min_lr=[0.3, 0.0])
    for _ in range(3):
        schedule.step(Value(1.0))  # the loss itself
    assert rates_of(optimizer) == [0.3, RATES[1] / 4]


@pytest.mark.parametrize("name", MAKERS)
@pytest.mark.parametrize("order", ["optimizer first", "schedule first"])
def test_a_resumed_schedule_goes_on_with_the_same_bits(name, order):
    # Broken: the epoch or the initial rates are lost when training is resumed from a file.
    schedule = MAKERS[name](two_groups(Adam))
    course(schedule, 5)
    saved = json.loads(json.dumps([schedule.optimizer.state_dict(), schedule.state_dict()]))
    optimizer = Adam([{"params": [Value(1.0)]}, {"params": [Value(2.0)], "lr": 9.0}], lr=7.0)
    resumed = MAKERS[name](optimizer)
    loading = [(optimizer, saved[0]), (resumed, saved[1])]
    for part, state in loading if order == "optimizer first" else loading[::-1]:
        part.load_state_dict(state)
    assert course(resumed, 6) == course(schedule, 6)
    assert resumed.state_dict() == schedule.state_dict()


def test_a_resumed_plateau_goes_on_with_its_counts():
    # Broken: a resumed run forgets the best metric or how long it has waited.
    metrics = [4, 3, 3.5, 3.2, 3, 3, 3, 2, 2, 2, 2]
    make = lambda: ReduceLROnPlateau(two_groups(), patience=2, cooldown=1)  # noqa: E731
    for cut in range(len(metrics)):
        schedule, resumed = make(), make()
        for metric in metrics[:cut]:
            schedule.step(metric)
        resumed.load_state_dict(json.loads(json.dumps(schedule.state_dict())))
        for metric in metrics[cut:]:
            schedule.step(metric)
            resumed.step(metric)
            assert resumed.state_dict() == schedule.state_dict()


def test_a_second_schedule_starts_from_the_first_rates():
    # Broken: the cosine after a warm-up starts from the rate that the warm-up had lowered.
    optimizer = SGD([Value(1.0)], lr=1.0)
    LinearLR(optimizer, start_factor=0.5)
    assert course(CosineAnnealingLR(optimizer, 2), 1) == [[1.0]]


def test_two_schedules_for_one_optimizer_are_refused():
    # Broken: each undoes what the other did, in silence.
    optimizer = SGD([Value(1.0)], lr=1.0)
    first, second = LinearLR(optimizer), ExponentialLR(optimizer, 0.9)
    with pytest.raises(
        ValueError, match=r"LinearLR had set .* group 0 to 0.33.*, but now it is 1.0; .*SequentialLR"
    ):
        first.step()
    assert first.last_epoch == 0
    second.step()
    optimizer.param_groups[0]["lr"] = 0.25
    with pytest.raises(ValueError, match="through the group's 'initial_lr'"):
        second.step()


def test_the_course_can_be_changed_by_hand():
    # Broken: what the error advises does not work. 2.0 * 0.5**2
    optimizer = SGD([Value(1.0)], lr=1.0)
    schedule = ExponentialLR(optimizer, 0.5)
    schedule.step()
    optimizer.param_groups[0]["initial_lr"] = 2.0
    schedule.step()
    assert rates_of(optimizer) == [0.5]


def test_a_group_added_later_follows_from_its_own_rate():
    # Broken: unfreezing a layer in the middle of training. Both are at epoch 2: 0.5**2.
    optimizer = SGD([Value(1.0)], lr=1.0)
    schedule = ExponentialLR(optimizer, 0.5)
    schedule.step()
    optimizer.add_param_group({"params": [Value(2.0)], "lr": 0.5})
    schedule.step()
    assert schedule.get_last_lr() == [0.25, 0.125]
    plateau = ReduceLROnPlateau(optimizer)
    optimizer.add_param_group({"params": [Value(3.0)]})
    with pytest.raises(ValueError, match=r"each of the optimizer's 3 group\(s\), got 2"):
        plateau.step(1.0)


def test_steps_of_the_optimizer_use_the_rates():
    # Broken: a schedule that changes nothing. 1 - 0.5, - 0.25, - 0.125 with gradients of 1.
    p = Value(1.0)
    optimizer = SGD([p], lr=0.5)
    schedule = ExponentialLR(optimizer, 0.5)
    for expected in (0.5, 0.25, 0.125):
        p.grad = 1.0
        optimizer.step()
        schedule.step()
        assert p.data == expected


def test_what_the_training_loop_asks_a_schedule():
    # Broken: fit calls step() without the loss, or with it.
    assert ReduceLROnPlateau.needs_metric
    assert not any(MAKERS[name](two_groups()).needs_metric for name in MAKERS)


@pytest.mark.parametrize(
    "make, message",
    [
        (lambda o: StepLR(o, 0), "step_size of StepLR is a whole number, one or more, got 0"),
        (lambda o: StepLR(o, 2.5), "got 2.5"),
        (lambda o: StepLR(o, 2, gamma=-0.1), "gamma of StepLR is a finite number, zero or more"),
        (lambda o: ExponentialLR(o, math.nan), "gamma of ExponentialLR"),
        (lambda o: MultiStepLR(o, [4, 2]), r"milestones of MultiStepLR is .*increasing order, got \[4, 2\]"),
        (lambda o: MultiStepLR(o, [0, 2]), "milestones"),
        (lambda o: MultiStepLR(o, 3), "milestones"),
        (lambda o: CosineAnnealingLR(o, 0), "T_max of CosineAnnealingLR"),
        (lambda o: LinearLR(o, 0.0), "start_factor of LinearLR is a number above 0, at most 1"),
        (lambda o: LinearLR(o, 0.5, 1.5), "end_factor of LinearLR"),
        (lambda o: LinearLR(o, total_iters=0), "total_iters of LinearLR"),
        (lambda o: LambdaLR(o, [lambda t: 1.0]), r"each of the optimizer's 2 group\(s\), got 1"),
        (
            lambda o: ReduceLROnPlateau(o, "lowest"),
            "mode of ReduceLROnPlateau is 'min' or 'max', got 'lowest'",
        ),
        (
            lambda o: ReduceLROnPlateau(o, factor=1.0),
            "factor of ReduceLROnPlateau is a number from 0 to below 1",
        ),
        (lambda o: ReduceLROnPlateau(o, patience=-1), "patience of ReduceLROnPlateau"),
        (lambda o: ReduceLROnPlateau(o, threshold_mode="relative"), "threshold_mode"),
        (lambda o: ReduceLROnPlateau(o, min_lr=[0.1]), r"2 group\(s\), got 1"),
        (lambda o: SequentialLR(o, [StepLR(o, 2), StepLR(o, 2)], []), r"got 0 milestone\(s\) and 2 schedule"),
        (lambda o: SequentialLR(o, [], []), r"at least one schedule"),
        (
            lambda o: SequentialLR(o, [StepLR(two_groups(), 2)], []),
            "schedule 0 of SequentialLR was made with another",
        ),
    ],
)
def test_settings_out_of_range_are_refused(make, message):
    # Broken: a wrong setting is noticed only at the end of training.
    with pytest.raises(ValueError, match=message):
        make(two_groups())


def test_what_is_not_an_optimizer_or_a_schedule_is_refused():
    # Broken: an AttributeError somewhere inside.
    with pytest.raises(TypeError, match=r"StepLR takes an optimizer, such as SGD.*got Value"):
        StepLR(Value(1.0), 2)
    optimizer = two_groups()
    with pytest.raises(TypeError, match="number 0 is ReduceLROnPlateau"):
        SequentialLR(optimizer, [ReduceLROnPlateau(optimizer)], [])


@pytest.mark.parametrize(
    "make, message",
    [
        (lambda o: ExponentialLR(o, 0.5), "this schedule is StepLR, the state is of ExponentialLR"),
        (
            lambda o: StepLR(o, 7),
            "this StepLR has the settings .*'step_size': 2.*, the state has .*'step_size': 7",
        ),
        (lambda o: StepLR(SGD([Value(1.0)]), 2), r"2 group\(s\), got 1"),
    ],
)
def test_a_state_that_does_not_fit_changes_nothing(make, message):
    # Broken: a resumed run silently follows another course than the program says.
    schedule = StepLR(two_groups(), 2)
    before = schedule.state_dict()
    foreign = make(two_groups())
    foreign.step()
    with pytest.raises(ValueError, match=message):
        schedule.load_state_dict(foreign.state_dict())
    assert schedule.state_dict() == before and rates_of(schedule.optimizer) == RATES


def test_an_optimizer_resumed_without_its_schedule_is_noticed():
    # Broken: training goes on with the rates of epoch 1.
    schedule = ExponentialLR(two_groups(), 0.5)
    course(schedule, 3)
    again = ExponentialLR(two_groups(), 0.5)
    again.optimizer.load_state_dict(schedule.optimizer.state_dict())
    with pytest.raises(ValueError, match="load the states of optimizer and schedule together"):
        again.step()


def test_pickling():
    # Broken: training in worker processes.
    schedule = warm_up_then_cosine(two_groups())
    course(schedule, 3)
    assert course(pickle.loads(pickle.dumps(schedule)), 4) == course(schedule, 4)
