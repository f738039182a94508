"""Training by compiled programs takes the steps that training on graphs takes, whatever is set.

The engines add the same numbers in different orders, so that last digits may differ. `python -m
tests.nn.trained_twice` prints how far all histories are apart.
"""

from __future__ import annotations

from functools import cache, partial
from inspect import signature

import pytest

from nn import LOSSES, OPTIMIZERS
from nn.optim import RMSprop
from tests.nn.trained_twice import (
    BATCHES,
    KINDS,
    REST,
    SCHEDULES,
    SETTINGS,
    SIGNS,
    TARGETS,
    X,
    all_schedules,
    histories_apart,
    trained,
)

pytest.importorskip("llvmlite")

EVERY_CASE = {name: case for cases in KINDS.values() for name, case in cases.items()}


@cache
def done(engine, name):
    """A case on one engine."""
    return trained(engine, **EVERY_CASE[name])


def near(numbers, others, tolerance=1e-12):
    """Whether no two numbers differ by more than a share of the largest."""
    largest = max(map(abs, numbers))
    return all(abs(a - b) <= tolerance * largest for a, b in zip(numbers, others, strict=True))


@pytest.mark.parametrize("name", EVERY_CASE)
def test_both_engines_train_alike(name):
    eager, compiled = (done(engine, name) for engine in ("eager", "jit"))
    assert compiled.history.engine == "jit"
    assert compiled.history.records.keys() == eager.history.records.keys()
    assert compiled.history["lr"] == eager.history["lr"]
    assert histories_apart(eager.history, compiled.history) < 1e-13
    assert compiled.history.stopped == pytest.approx(eager.history.stopped)
    assert near(eager.parameters(), compiled.parameters())
    assert near(*([p.grad for p in each.model.parameters()] for each in (eager, compiled)))
    assert_same_state(eager.optimizer, compiled.optimizer)


def assert_same_state(optimizer, other):
    """Plain numbers and lists, as if no array had ever been there."""
    for state, moved in zip(optimizer.state, other.state, strict=True):
        assert moved.keys() == state.keys()
        assert moved["step"] == state["step"] > 0
        for name in state.keys() - {"step"}:
            assert type(moved[name]) is list
            assert near(state[name], moved[name])


# nothing is forgotten


def test_every_optimizer_takes_part_with_every_setting():
    assert SETTINGS.keys() == OPTIMIZERS.keys()
    for name, kind in OPTIMIZERS.items():
        tried = {setting for settings in SETTINGS[name] for setting in settings}
        assert tried == signature(kind).parameters.keys() - {"params", "lr"}


def test_every_schedule_takes_part():
    assert SCHEDULES.keys() == all_schedules()


def test_every_loss_takes_part():
    assert TARGETS.keys() == LOSSES.keys()


@pytest.mark.parametrize("name", KINDS["schedules"])
def test_a_schedule_changes_the_rate(name):
    """Broken: what is compared is training at one rate."""
    assert len(set(done("jit", name).history["lr"])) > 2


@pytest.mark.parametrize("way", BATCHES)
@pytest.mark.parametrize("name", REST)
def test_what_is_set_has_an_effect(name, way):
    """Broken: what is compared is training without it."""
    plain, other = (done("jit", f"{case}; {way}").history["loss"] for case in ("SGD()", name))
    assert other != plain


# where rounding grows


@pytest.mark.parametrize("centered", [False, True])
def test_where_rounding_grows_it_grows_as_for_samples_in_another_order(centered):
    """RMSprop's steps do not shrink with the gradients, so near a minimum the parameters jump about it.

    Then any difference grows from step to step, that of the last digits too. So the engines are held against
    another sum of the same losses: that of the samples from the other end, or from the middle on.
    """
    case = {"optimizer": partial(RMSprop, lr=0.02, momentum=0.5, centered=centered), "epochs": 200}
    eager, compiled = (trained(engine, **case).history for engine in ("eager", "jit"))
    turned = trained("eager", **case, X=X[::-1], y=SIGNS[::-1]).history
    moved = trained("eager", **case, X=X[9:] + X[:9], y=SIGNS[9:] + SIGNS[:9]).history
    grown = max(histories_apart(eager, turned), histories_apart(eager, moved))
    assert grown > 1e-9
    assert histories_apart(eager, compiled) < 10.0 * grown
