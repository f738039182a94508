"""This project: `nn.fit`, by a compiled program or on graphs."""

from __future__ import annotations

import os
from typing import Any, ClassVar

import nn
from tests.benchmarks.programs import PENALTY, RATE, SIZES, moons_data
from tests.benchmarks.training.digits import BATCH, LEARNING_RATE, digits, network
from tests.benchmarks.training.trainer import Course, Trainer, Watch


class Fit(Trainer):
    """Steps by machine code, which lies on disk from an earlier training."""

    name, needs, kind = "nn.fit", "llvmlite", "traced"
    engine: ClassVar[Any] = "jit"

    def moons(self, steps: int) -> Any:
        model = nn.MLP(2, [nout for _, nout in SIZES], seed=1337)
        optimizer = nn.SGD(model.parameters(), lr=RATE)
        settings: dict[str, Any] = {"loss": "max_margin", "l2": PENALTY, "epochs": steps, "progress": False}
        history = nn.fit(model, *moons_data(), optimizer=optimizer, engine=self.engine, **settings)
        neurons = [neuron for layer in model.layers for neuron in layer.neurons]
        return [history["loss"][-1], *(p.data for neuron in neurons for p in (neuron.b, *neuron.w))]

    def digits(self, epochs: int) -> Course:
        import numpy

        model, watch = network(), Watch()
        history = nn.fit(
            model,
            digits().images,
            digits().classes,
            loss="cross_entropy",
            optimizer="adam",
            learning_rate=LEARNING_RATE,
            epochs=epochs,
            batch_size=BATCH,
            seed=watch,
            engine=self.engine,
            progress=False,
        )
        watch.stop()
        return Course(history["loss"], watch.moments, lambda images: numpy.array(nn.predict(model, images)))


class FitAnew(Fit):
    """The same where no machine code is kept: each training compiles."""

    name = "nn.fit, compiled anew"
    only = ("digits_first_epoch",)

    def __init__(self) -> None:
        os.environ["AUTOGRAD_CACHE"] = "off"


class FitEager(Fit):
    """Steps on graphs: a node for every operation on two numbers."""

    name, needs, kind = "nn.fit, eager", "autograd", "define by run"
    engine = "eager"
    steps, epochs = 30, 3
    cannot: ClassVar[dict[str, str]] = {"digits_right": "takes long, for the numbers of nn.fit"}
