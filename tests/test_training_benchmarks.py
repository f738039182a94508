"""Whole trainings are measured beside those of others, which all go the same way."""

from __future__ import annotations

import json
import math
import multiprocessing
import time
from concurrent.futures import ProcessPoolExecutor

import pytest

from tests.benchmarks.__main__ import main
from tests.benchmarks.engines import Unable
from tests.benchmarks.measure import agree
from tests.benchmarks.training import TRAINERS, digits, tasks
from tests.benchmarks.training.tasks import FITS
from tests.benchmarks.training.trainer import Course, Watch, orders

OURS = "nn.fit"
SMALL = [
    *((digits, "TRAINED", 70), (digits, "TESTED", 20), (digits, "SIZES", [12, 10])),
    *((tasks, "ALIKE", 3), (tasks, "ENOUGH", 1), (tasks, "TRIES", 1), (tasks, "SHORT", 1)),
    *((trainer, "steps", 3) for trainer in TRAINERS.values()),
    *((trainer, "epochs", 3) for trainer in TRAINERS.values()),
]


@pytest.fixture(autouse=True)
def small(monkeypatch):
    """Few images, in batches of which the last is smaller; few epochs and steps."""
    for needed in ("llvmlite", "sklearn"):
        pytest.importorskip(needed)
    for module, name, number in SMALL:
        monkeypatch.setattr(module, name, number)
    digits.digits.cache_clear()
    yield
    digits.digits.cache_clear()


@pytest.fixture(scope="module")
def elsewhere(request):
    """A trainer, and a process of its own: several of them bring an LLVM, and these disturb one another."""
    if reason := TRAINERS[request.param].missing():
        pytest.skip(f"{request.param}: {reason}")
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as process:
        yield request.param, process


def computed(trainer: str, name: str) -> list[float]:
    """What a trainer computed, after it was measured; in its process, where everything is made small anew."""
    for module, attribute, number in SMALL:
        setattr(module, attribute, number)
    task = FITS[name].prepare(TRAINERS[trainer](), *FITS[name].cases)
    assert all(map(math.isfinite, task.run().values()))
    return task.check


def prepared(name: str) -> list[float]:
    """What this project computes."""
    return FITS[name].prepare(TRAINERS[OURS](), *FITS[name].cases).check


# the same work


@pytest.mark.parametrize("name", FITS)
def test_it_is_measured_here(name):
    assert all(map(math.isfinite, computed(OURS, name) + prepared(name)))


@pytest.mark.parametrize("elsewhere", [name for name in TRAINERS if name != OURS], indirect=True)
@pytest.mark.parametrize("name", FITS)
def test_a_trainer_goes_the_same_way(name, elsewhere):
    """Broken: another start, another order of samples, another loss or another rule of the update."""
    trainer, process = elsewhere
    if trainer not in FITS[name].able(name) or name in TRAINERS[trainer].cannot:
        pytest.skip(f"{trainer} does not take part")
    try:
        theirs = process.submit(computed, trainer, name).result()
    except Unable as reason:
        pytest.skip(f"{trainer}: {reason}")
    assert bool(theirs) == (TRAINERS[trainer].checked and name != "digits_right")
    agree(name, name, {OURS: prepared(name), trainer: theirs})


@pytest.mark.parametrize("name", ["numpy", "scikit-learn", OURS])
def test_a_trainer_learns(name):
    course = TRAINERS[name]().digits(40)
    assert len(course.losses) == 40
    assert course.losses[-1] < 0.85 * course.losses[0]
    assert course.scores(digits.digits().test_images).shape == (20, 10)


def test_what_is_right_is_counted():
    scores = [[float(digit == right) for digit in range(10)] for right in digits.digits().test_classes]
    numpy = pytest.importorskip("numpy")
    assert digits.right(numpy.array(scores)) == 100
    scores[3].reverse()
    assert digits.right(numpy.array(scores)) == 95


# the time


def test_fit_asks_its_seed_for_an_order_at_the_beginning_of_every_epoch():
    """Broken: the times of `nn.fit` are those of something else."""
    begin = time.process_time()
    moments = TRAINERS[OURS]().digits(4).moments
    assert len(moments) == 5
    assert [begin, *moments] == sorted([begin, *moments])


def test_an_epoch_lasts_from_its_beginning_to_that_of_the_next():
    course = Course([0.3, 0.2, 0.1], [1.0, 5.0, 7.0, 10.0], scores=list)
    assert course.first(start=0.5) == 4.5
    assert course.later() == [2.0, 3.0]


def test_orders_are_those_of_the_watch():
    watch, order = Watch(), list(range(10))
    for expected in orders(10, epochs=3):
        watch.shuffle(order)
        assert order == expected.tolist()
    assert len(watch.moments) == 3


# what is reported


def test_trainings_are_measured_and_those_that_are_missing_are_named(tmp_path, capsys, monkeypatch):
    for name, trainer in TRAINERS.items():
        if name != OURS:
            monkeypatch.setattr(trainer, "missing", classmethod(lambda trainer: "not installed"))
    file = tmp_path / "results.json"
    main(["--rounds", "1", "--only", "digits_right,moons_fit", "--json", str(file)])
    assert "C, numpy, jax, jax, scan, torch, scikit-learn: not installed" in capsys.readouterr().out
    kept = json.loads(file.read_text(encoding="utf-8"))
    assert kept["units"] == {"digits_right": "%", "moons_fit": "us"}
    assert kept["results"]["moons_fit"]["step"]["torch"]["unable"] == "not installed"
    assert kept["results"]["moons_fit"]["step"][OURS]["numbers"]["step"] > 0


def test_numbers_that_need_not_agree_are_not_compared():
    agree("digits_epoch", "epoch", {"scikit-learn": [], "a": [1.0], "b": [1.0]})
    with pytest.raises(SystemExit, match="b and a disagree"):
        agree("digits_epoch", "epoch", {"scikit-learn": [], "a": [1.0], "b": [2.0]})
