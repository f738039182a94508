"""Networks of `nn`: inference beside a recorded forward pass, parts of a training step beside the whole."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import nn
from autograd import Value, mean, no_grad
from tests.benchmarks.comparison import MILLISECONDS, Comparison, Row, Step, beside
from tests.benchmarks.programs import moons_data

IMAGES = 32  # one batch


@dataclass
class Setting:
    """A network, its samples and how it is trained, the whole batch at once."""

    model: nn.MLP
    optimizer: nn.Optimizer
    loss: Callable[[Any, Any], Value]
    points: list[list[float]]
    targets: list[int]

    def forward(self) -> list[Any]:
        return [self.model(point) for point in self.points]

    def mean_loss(self, outputs: list[Any]) -> Value:
        pairs = zip(outputs, self.targets, strict=True)
        return mean([self.loss(output, target) for output, target in pairs])

    def step(self) -> float:
        """One training step, as `nn.fit` takes it; the loss before it."""
        loss = self.mean_loss(self.forward())
        self.model.zero_grad()
        loss.backward()
        self.optimizer.step()
        return loss.data


def on_moons() -> Setting:
    model = nn.MLP(2, [16, 16, 1], seed=0)
    points, signs = moons_data()
    return Setting(model, nn.SGD(model.parameters(), lr=0.1), nn.max_margin, points, signs)


def on_digits() -> Setting:
    """Numbers like those of handwritten digits, 8 by 8, in ten classes."""
    rng = random.Random(1)
    model = nn.MLP(64, [12, 10], activation="tanh", init="xavier", seed=0)
    points = [[rng.random() for _ in range(64)] for _ in range(IMAGES)]
    optimizer = nn.Adam(model.parameters(), lr=0.01)
    return Setting(model, optimizer, nn.cross_entropy, points, [i % 10 for i in range(IMAGES)])


SETTINGS = {"moons": on_moons, "digits": on_digits}

# inference


def recorded(setting: Setting) -> Step:
    return lambda: numbers(setting.forward())


def unrecorded(setting: Setting) -> Step:
    def step() -> list[float]:
        with no_grad():
            return numbers(setting.forward())

    return step


def in_a_batch(setting: Setting) -> Step:
    return lambda: numbers(setting.model.batch(setting.points))


def predicted(setting: Setting) -> Step:
    return lambda: nn.predict(setting.model, setting.points)


def numbers(outputs: list[Any]) -> list[float]:
    """The data of all outputs."""
    return [out.data for output in outputs for out in (output if isinstance(output, list) else [output])]


# a training step


def whole(setting: Setting) -> Step:
    return setting.step


def forward(setting: Setting) -> Step:
    return setting.forward


def loss(setting: Setting) -> Step:
    outputs = setting.forward()
    return lambda: setting.mean_loss(outputs)


def backward(setting: Setting) -> Step:
    return setting.mean_loss(setting.forward()).backward


def update(setting: Setting) -> Step:
    """With the gradients of one step, again and again."""
    setting.step()
    return setting.optimizer.step


def zero_grad(setting: Setting) -> Step:
    return setting.model.zero_grad


def fit(setting: Setting) -> Step:
    """An epoch of one batch."""
    settings: dict[str, Any] = {"loss": setting.loss, "optimizer": setting.optimizer}

    def step() -> Any:
        history = nn.fit(setting.model, setting.points, setting.targets, **settings, epochs=1, progress=False)
        return history["loss"]

    return step


def against(
    way: Callable[[Setting], Step],
    reference: Callable[[Setting], Step],
    start: Callable[[], Setting],
    alike: bool,
) -> Row:
    return beside(lambda: way(start()), lambda: reference(start()), MILLISECONDS, alike)


WAYS = {"under no_grad": unrecorded, "model.batch": in_a_batch, "nn.predict": predicted}
PARTS = {
    "forward": forward,
    "loss": loss,
    "zero_grad": zero_grad,
    "backward": backward,
    "optimizer.step": update,
    "nn.fit, one epoch": fit,
}

INFERENCE = Comparison(
    "Inference: outputs for 100 moons by MLP(2, [16, 16, 1]), for 32 digits by MLP(64, [12, 10])",
    "ms",
    "recorded",
    {
        f"{name}: {label}": against(way, recorded, start, alike=True)
        for name, start in SETTINGS.items()
        for label, way in WAYS.items()
    },
)
TRAINING = Comparison(
    "A training step through nn and its parts: moons by max_margin and SGD, digits by cross_entropy and Adam",
    "ms",
    "whole step",
    {
        f"{name}: {label}": against(part, whole, start, alike=part is fit)
        for name, start in SETTINGS.items()
        for label, part in PARTS.items()
    },
)
