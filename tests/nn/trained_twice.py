"""Trainings that are done twice, on graphs and by a compiled program: `python -m tests.nn.trained_twice`.

Prints how far two histories are apart: the largest relative difference of two numbers at the same place.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, NamedTuple

from autograd import Value
from nn import LOSSES, MLP, OPTIMIZERS, History, Optimizer, fit, schedules
from nn.callbacks import ClipGradients, EarlyStopping
from nn.data import moons
from nn.optim import SGD
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

X, CLASSES = moons(20, noise=0.1, seed=1)
SIGNS = [2 * c - 1 for c in CLASSES]
RATE = 0.01

Case = dict[str, Any]  # what `trained` takes, beside the engine


class Trained(NamedTuple):
    model: MLP
    history: History
    optimizer: Optimizer

    def parameters(self) -> list[float]:
        return [p.data for p in self.model.parameters()]


def trained(
    engine: str,
    *,
    optimizer: Callable[[list[Value]], Optimizer] = lambda parameters: SGD(parameters, lr=RATE),
    callbacks: Callable[[Optimizer], Iterable[Any]] = lambda optimizer: (),
    X: Any = X,
    y: Any = SIGNS,
    outputs: int = 1,
    **settings: Any,
) -> Trained:
    """Train a small model for a hundred epochs.

    Args:
        engine: of `fit`.
        optimizer: made with the parameters.
        callbacks: made with the optimizer.
        X: the samples.
        y: the targets.
        outputs: of the model.
        settings: of `fit`.
    """
    model = MLP(2, [4, outputs], activation="tanh", seed=3)
    made = optimizer(model.parameters())
    given = {"callbacks": callbacks(made), "epochs": 100, "seed": 5, "progress": False, **settings}
    return Trained(model, fit(model, X, y, optimizer=made, engine=engine, **given), made)


def apart(numbers: Iterable[float], others: Iterable[float]) -> float:
    """The largest relative difference."""
    pairs = zip(numbers, others, strict=True)
    return max(abs(a - b) / (max(abs(a), abs(b)) or 1.0) for a, b in pairs)


def histories_apart(history: History, other: History) -> float:
    """The largest relative difference of losses, metrics and learning rates."""
    return max(apart(history[name], other[name]) for name in history.records)


# the cases

CALM = {"eps": 0.1}  # a step never grows as large as a gradient near zero could make it

SETTINGS: dict[str, list[dict[str, Any]]] = {
    "sgd": [
        {},
        {"weight_decay": 0.01},
        {"momentum": 0.9},
        {"momentum": 0.9, "dampening": 0.3},
        {"momentum": 0.9, "nesterov": True, "weight_decay": 0.01},
    ],
    "adagrad": [
        {},
        {"lr_decay": 0.01},
        {"initial_accumulator_value": 0.5},
        {"eps": 1e-3, "weight_decay": 0.01},
    ],
    "rmsprop": [
        {},
        {"centered": True},
        {"alpha": 0.9, **CALM},
        {"momentum": 0.5, **CALM},
        {"momentum": 0.5, "centered": True, "weight_decay": 0.01, **CALM},
    ],
    "adam": [{}, {"betas": (0.8, 0.99)}, {"eps": 1e-3}, {"weight_decay": 0.01}],
    "adamw": [{}, {"betas": (0.8, 0.99)}, {"eps": 1e-3}, {"weight_decay": 0.1}],
}
"""What each optimizer is tried with, beside the learning rate."""

SCHEDULES: dict[type[Any], Callable[[Optimizer], Any]] = {
    StepLR: lambda o: StepLR(o, step_size=10, gamma=0.7),
    MultiStepLR: lambda o: MultiStepLR(o, milestones=[5, 40], gamma=0.3),
    ExponentialLR: lambda o: ExponentialLR(o, gamma=0.97),
    CosineAnnealingLR: lambda o: CosineAnnealingLR(o, T_max=30, eta_min=0.001),
    LinearLR: lambda o: LinearLR(o, start_factor=0.1, total_iters=50),
    LambdaLR: lambda o: LambdaLR(o, [lambda t: 1.0 / (1 + t), lambda t: 0.9**t]),
    SequentialLR: lambda o: SequentialLR(o, [LinearLR(o), CosineAnnealingLR(o, T_max=80)], milestones=[6]),
    ReduceLROnPlateau: lambda o: ReduceLROnPlateau(o, factor=0.5, patience=1, threshold=0.05),
}

TARGETS: dict[str, tuple[int, list[Any]]] = {
    "mse": (1, SIGNS),
    "half_squared_error": (2, [[c, 1.0 - c] for c in CLASSES]),
    "l1": (1, [[c + 0.25] for c in CLASSES]),
    "bce_with_logits": (1, CLASSES),
    "cross_entropy": (2, CLASSES),
    "max_margin": (1, SIGNS),
}
"""How many outputs each loss is tried with, and the targets."""

WEIGHTS = [random.Random(i).random() for i in range(len(X))]
BATCHES: dict[str, Case] = {"all at once": {}, "batches of 7": {"batch_size": 7}}
REST: dict[str, Case] = {
    "l2": {"l2": 1e-2},
    "validation": {"validation": 0.25, "metrics": ["accuracy", "mae"]},
    "sample weights": {"sample_weight": WEIGHTS, "metrics": ["accuracy"]},
    "class weights": {"class_weight": {-1: 2.0, 1: 0.5}, "sample_weight": WEIGHTS},
    "clipping by value": {"callbacks": lambda o: [ClipGradients(max_value=0.01)]},
    "clipping by norm": {"callbacks": lambda o: [ClipGradients(max_norm=0.05)]},
    "early stopping": {"callbacks": lambda o: [EarlyStopping(patience=2, min_delta=0.02, restore_best=True)]},
    "all together": {
        "l2": 1e-2,
        "validation": 0.25,
        "sample_weight": WEIGHTS,
        "callbacks": lambda o: [
            ReduceLROnPlateau(o, patience=2, threshold=0.05),
            ClipGradients(max_norm=0.5),
            EarlyStopping("val_loss", patience=10, min_delta=0.05),
        ],
    },
}


def grouped(make: Callable[..., Optimizer], parameters: list[Value], **settings: Any) -> Optimizer:
    """An optimizer with two groups, in another order than the model's, and some parameters in none."""
    first = {"params": parameters[5:], "weight_decay": 0.02}
    return make([first, {"params": parameters[:3], "lr": 0.01}], lr=RATE, **settings)


def optimizer_cases() -> dict[str, Case]:
    """Every optimizer with its settings, and with groups."""
    cases: dict[str, Case] = {}
    for name, make in OPTIMIZERS.items():
        for settings in SETTINGS[name]:
            words = ", ".join(f"{setting}={number}" for setting, number in settings.items())
            cases[f"{make.__name__}({words})"] = {"optimizer": partial(make, lr=RATE, **settings)}
        cases[f"{make.__name__}, groups"] = {"optimizer": partial(grouped, make)}
    return cases


def schedule_cases() -> dict[str, Case]:
    """Every schedule, on the rates of two groups."""
    two = {"optimizer": partial(grouped, SGD, momentum=0.5)}
    return {
        kind.__name__: {**two, "callbacks": lambda o, make=make: [make(o)]}
        for kind, make in SCHEDULES.items()
    }


def loss_cases() -> dict[str, Case]:
    return {name: {"loss": name, "outputs": TARGETS[name][0], "y": TARGETS[name][1]} for name in LOSSES}


def in_both_ways(cases: dict[str, Case]) -> dict[str, Case]:
    """Each case on all samples at once, and on batches."""
    return {
        f"{name}; {way}": {**case, **batches}
        for name, case in cases.items()
        for way, batches in BATCHES.items()
    }


KINDS = {
    "optimizers": in_both_ways(optimizer_cases()),
    "schedules": in_both_ways(schedule_cases()),
    "losses": in_both_ways(loss_cases()),
    "the rest": in_both_ways(REST),
}


def all_schedules() -> set[Any]:
    """Every class of `nn.schedules` that `fit` takes."""
    found = {thing for thing in vars(schedules).values() if hasattr(thing, "needs_metric")}
    return found - {schedules.Schedule}


def main() -> None:
    """For each optimizer, schedule and loss the largest differences of all its trainings."""
    print(f"{'':22}{'trainings':>10}{'history':>10}{'parameters':>12}")
    for kind, cases in KINDS.items():
        print(kind)
        found: dict[str, list[tuple[float, float]]] = {}
        for name, case in cases.items():
            eager, compiled = (trained(engine, **case) for engine in ("eager", "jit"))
            differences = (
                histories_apart(eager.history, compiled.history),
                apart(eager.parameters(), compiled.parameters()),
            )
            found.setdefault(re.split(r"[(,;]", name)[0], []).append(differences)
        for name, several in found.items():
            history, parameters = map(max, zip(*several, strict=True))
            print(f"  {name:20}{len(several):10}{history:10.0e}{parameters:12.0e}")


if __name__ == "__main__":
    main()
