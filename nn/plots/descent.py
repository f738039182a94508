"""Gradient descent on a function: the path of an optimizer, every gradient computed by the engine."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from math import isfinite
from typing import Any

from autograd import Value
from nn.optim import SGD, Optimizer, optimizer_by_name
from nn.settings import checked

Function = Callable[..., Any]
Descender = float | str | Callable[[list[Value]], Optimizer]


@dataclass
class Path:
    """Where a descent went.

    Attributes:
        points: the numbers at the start and after each step.
        losses: what the function is there.
        gradients: its gradients there.
    """

    points: list[tuple[float, ...]] = field(default_factory=list)
    losses: list[float] = field(default_factory=list)
    gradients: list[tuple[float, ...]] = field(default_factory=list)

    @property
    def steps(self) -> int:
        """How many steps were taken."""
        return len(self.points) - 1

    @property
    def end(self) -> tuple[float, ...]:
        """The point that the last step led to."""
        return self.points[-1]

    def add(self, parameters: Iterable[Value], loss: float) -> None:
        """Append the numbers and the gradients that some parameters have now.

        A callback of `fit` can record a training: `path.add([w, b], training.history["loss"][-1])`.

        Args:
            parameters: the same Values at every call.
            loss: the function to minimise at their numbers.
        """
        listed = list(parameters)
        self.points.append(tuple(p.data for p in listed))
        self.losses.append(loss)
        self.gradients.append(tuple(p.grad for p in listed))

    def __repr__(self) -> str:
        if not self.points:
            return "<Path without points>"
        end = ", ".join(f"{number:.4g}" for number in self.end)
        return f"<Path of {self.steps} steps to ({end}): {self.losses[0]:.4g} -> {self.losses[-1]:.4g}>"


def descend(
    f: Function,
    start: Sequence[float],
    optimizer: Descender = 0.1,
    steps: int = 50,
    learning_rate: float | None = None,
) -> Path:
    """Minimise a function from a starting point, and record the path.

    Args:
        f: a function of as many Values as `start` has numbers; returns a Value.
        start: the numbers to begin with.
        optimizer: a learning rate, for plain gradient descent; a name of `nn.OPTIMIZERS`; or a function of
            the parameters that makes an optimizer, such as `lambda p: nn.SGD(p, lr=0.1, momentum=0.9)`.
        steps: how many steps to take; fewer if the function or its gradient stops being finite.
        learning_rate: for an optimizer given by name; by default the optimizer's own.

    Returns:
        The path: `steps` + 1 points, the start included.

    Raises:
        ValueError: if an optimizer's name is unknown, a learning rate is given twice, or a setting is out of
            its range.
        TypeError: if f does not return a Value.

    >>> path = descend(lambda x, y: x**2 + 10 * y**2, (1.0, 1.0), 0.05, steps=2)
    >>> path.points
    [(1.0, 1.0), (0.9, 0.0), (0.81, 0.0)]
    >>> path.gradients[0]
    (2.0, 20.0)
    """
    steps = checked("descend", {"steps": steps})["steps"]
    parameters = [Value(number) for number in start]
    mover = _optimizer(optimizer, parameters, learning_rate)
    path = Path()
    for step in range(steps + 1):
        mover.zero_grad()
        loss = f(*parameters)
        if not isinstance(loss, Value):
            raise TypeError(
                f"the function to minimise returns a Value computed from its arguments, got {loss!r}"
            )
        loss.backward()
        path.add(parameters, loss.data)
        if step == steps or not all(map(isfinite, (loss.data, *path.gradients[-1]))):
            return path
        mover.step()
    return path


def _optimizer(given: Descender, parameters: list[Value], learning_rate: float | None) -> Optimizer:
    if isinstance(given, str):
        return optimizer_by_name("descend", given, parameters, learning_rate)
    if learning_rate is not None:
        raise ValueError("learning_rate is for an optimizer given by name; this one has its own")
    if not callable(given):
        return SGD(parameters, lr=checked("descend", {"learning_rate": given})["learning_rate"])
    made = given(parameters)
    if not isinstance(made, Optimizer):
        raise TypeError(f"expected a function that makes an Optimizer of the parameters, it made {made!r}")
    return made
