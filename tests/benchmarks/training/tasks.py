"""What whole trainings are measured at: the moons, the digits, and how many of these are right in the end."""

from __future__ import annotations

import statistics
from typing import Any

from tests.benchmarks.task import Numbers, Task, Workload, flat
from tests.benchmarks.training import TRAINERS
from tests.benchmarks.training.digits import digits, right
from tests.benchmarks.training.trainer import Trainer, clock

ALIKE = 100  # steps after which the parameters are compared
ENOUGH = 20  # epochs after which the network is tested
SHORT = 10  # steps in which everything has happened that happens once
TRIES = 3  # the shortest of them counts


def moons_task(trainer: Trainer, case: str) -> Task:
    """A step of a long descent; what a short one takes, such as compiling, is not in the time."""

    def run() -> Numbers:
        long, short = (shortest(trainer, steps) for steps in (trainer.steps, SHORT))
        return {"step": 1e6 * (long - short) / (trainer.steps - SHORT)}

    return Task(run, list(flat(trainer.moons(ALIKE))))


def shortest(trainer: Trainer, steps: int) -> float:
    """Seconds of a descent."""
    tries = []
    for _ in range(TRIES):
        start = clock()
        trainer.moons(steps)
        tries.append(clock() - start)
    return min(tries)


def epoch_task(trainer: Trainer, case: str) -> Task:
    """The median of the epochs after the first."""
    check = losses_of_an_epoch(trainer)
    return Task(lambda: {"epoch": 1e3 * statistics.median(trainer.digits(trainer.epochs).later())}, check)


def first_epoch_task(trainer: Trainer, case: str) -> Task:
    """All that happens until the second epoch begins."""

    def run() -> Numbers:
        start = clock()
        return {"epoch": 1e3 * trainer.digits(2).first(start)}

    return Task(run, losses_of_an_epoch(trainer))


def losses_of_an_epoch(trainer: Trainer) -> list[float]:
    """What is compared: rounding grows from epoch to epoch."""
    losses = trainer.digits(1).losses
    return losses if trainer.checked else []


def right_task(trainer: Trainer, case: str) -> Task:
    """How many images of the test the trained network knows."""
    return Task(lambda: {"right": right(trainer.digits(ENOUGH).scores(digits().test_images))}, [])


def workload(title: str, unit: str, case: str, prepare: Any, reference: str = "nn.fit") -> Workload:
    return Workload(title, unit, (case,), prepare, engines=TRAINERS, reference=reference, one_core=True)


NETWORK = "MLP(64, [32, 10]) on 1,437 digits by Adam, batches of 32"
FITS = {
    "moons_fit": workload(
        "A step of gradient descent on 100 moons: MLP(2, [16, 16, 1]), max-margin loss + L2; one core",
        "us",
        "step",
        moons_task,
        reference="C",
    ),
    "digits_epoch": workload(f"A later epoch of {NETWORK}; one core", "ms", "epoch", epoch_task),
    "digits_first_epoch": workload(
        f"The first epoch of {NETWORK}, with all that is compiled; one core", "ms", "epoch", first_epoch_task
    ),
    "digits_right": workload(
        f"Digits that were not trained on and are right after {ENOUGH} epochs", "%", "right", right_task
    ),
}
