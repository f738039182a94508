"""Training by hand: in C, all steps inside; in numpy, a call for each operation on a batch."""

from __future__ import annotations

import ctypes
from itertools import chain
from typing import Any

from tests.benchmarks.compiled.peer import in_order, parameters
from tests.benchmarks.compiled.strict import POINTER, library_by_hand, numbers, without_gcc
from tests.benchmarks.engines.array import moons_layers
from tests.benchmarks.programs import PENALTY, RATE, moons_data
from tests.benchmarks.training.digits import LEARNING_RATE, batches, digits, start
from tests.benchmarks.training.trainer import Course, Trainer, Watch, orders


class C(Trainer):
    """Forward, backward and update in `strict.c`; it computes nothing for a point whose loss is zero."""

    name, needs, kind = "C", "gcc", "by hand"

    @classmethod
    def missing(cls) -> str:
        return without_gcc()

    def __init__(self) -> None:
        self.library = library_by_hand()

    def moons(self, steps: int) -> Any:
        points, signs = moons_data()
        p, x, y = numbers(*parameters()), numbers(*chain.from_iterable(points)), numbers(*signs)
        loss, gradient = numbers(0.0), numbers(*p)
        real, whole = ctypes.c_double, ctypes.c_long
        run = self.library.descend
        run.argtypes = [POINTER, whole, real, whole, POINTER, POINTER, real, POINTER, POINTER]
        run(p, steps, RATE, len(y), x, y, PENALTY, loss, gradient)
        return [*loss, *p]


class Numpy(Trainer):
    """Layers as matrices, the chain rule by hand."""

    name, needs, kind = "numpy", "numpy", "by hand"

    def moons(self, steps: int) -> Any:
        import numpy

        points, signs = (numpy.array(given, dtype=float) for given in moons_data())
        layers, loss = moons_layers(numpy.array), 0.0
        for _ in range(steps):
            given = forward(layers, points)
            losses = numpy.maximum(1 - signs * given[-1][:, 0], 0.0)
            loss = losses.mean() + PENALTY * sum((p * p).sum() for layer in layers for p in layer)
            arriving = (-signs * (losses > 0) / len(signs))[:, None]
            slopes = backward(layers, given, arriving)
            for p, g in zip(chain(*layers), chain(*slopes), strict=True):
                p -= RATE * (g + 2 * PENALTY * p)
        return [loss, *in_order(layers)]

    def digits(self, epochs: int) -> Course:
        import numpy

        images, classes, watch, layers = digits().images, digits().classes, Watch(), start()
        means, squares = ([numpy.zeros_like(p) for p in chain(*layers)] for _ in range(2))
        count, losses = 0, []
        for order in watch.each(orders(len(classes), epochs)):
            total = 0.0
            for batch in batches(order):
                given = forward(layers, images[batch])
                places, exact = numpy.arange(len(batch)), classes[batch]
                shifted = given[-1] - given[-1].max(1, keepdims=True)
                powers = numpy.exp(shifted)
                sums = powers.sum(1, keepdims=True)
                total += (numpy.log(sums[:, 0]) - shifted[places, exact]).sum().item()
                arriving = powers / sums
                arriving[places, exact] -= 1.0
                slopes = backward(layers, given, arriving / len(batch))
                count += 1
                rate, root = LEARNING_RATE / (1 - 0.9**count), (1 - 0.999**count) ** 0.5
                for p, g, m, v in zip(chain(*layers), chain(*slopes), means, squares, strict=True):
                    m += 0.1 * (g - m)
                    v += 0.001 * (g * g - v)
                    p -= rate * (m / (numpy.sqrt(v) / root + 1e-8))
            losses.append(total / len(classes))
        watch.stop()
        return Course(losses, watch.moments, lambda images: forward(layers, images)[-1])


def forward(layers: Any, x: Any) -> list[Any]:
    """What each layer is given, and the outputs of the last one."""
    given = [x]
    for weights, biases in layers[:-1]:
        given.append((given[-1] @ weights.T + biases).clip(0.0))
    weights, biases = layers[-1]
    return [*given, given[-1] @ weights.T + biases]


def backward(layers: Any, given: list[Any], arriving: Any) -> list[tuple[Any, Any]]:
    """The gradients of the weights and biases, from those of the outputs."""
    slopes = []
    for (weights, _), x in zip(layers[::-1], given[-2::-1], strict=True):
        slopes.append((arriving.T @ x, arriving.sum(0)))
        arriving = arriving @ weights * (x > 0)
    return slopes[::-1]
