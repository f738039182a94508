"""The arithmetic of the update rules, on a list of floats for each quantity; compiled with the engine."""

from __future__ import annotations

from math import sqrt

from autograd import Value


def weights_of(params: list[Value]) -> list[float]:
    """The number in every parameter."""
    return [p.data for p in params]


def grads_of(params: list[Value]) -> list[float]:
    """The gradient of every parameter."""
    return [p.grad for p in params]


def assign(params: list[Value], weights: list[float]) -> None:
    """Put a number into every parameter."""
    for i, p in enumerate(params):
        p.data = weights[i]


def zero(params: list[Value]) -> None:
    """Set the gradient of every parameter to zero."""
    for p in params:
        p.grad = 0.0


def stepped(weights: list[float], lr: float, steps: list[float]) -> list[float]:
    """w - lr * s."""
    return [w - lr * steps[i] for i, w in enumerate(weights)]


def mixed(a: float, x: list[float], b: float, y: list[float]) -> list[float]:
    """a * x + b * y."""
    return [a * number + b * y[i] for i, number in enumerate(x)]


def mixed_squares(a: float, x: list[float], b: float, y: list[float]) -> list[float]:
    """a * x + b * y**2."""
    return [a * number + b * (y[i] * y[i]) for i, number in enumerate(x)]


def scaled(grads: list[float], squares: list[float], root: float, eps: float) -> list[float]:
    """g / (sqrt(v) / root + eps)."""
    return [g / (sqrt(squares[i]) / root + eps) for i, g in enumerate(grads)]
