"""How the weights of a layer are drawn before training.

An init is a function (rng, nin, nout) -> weight, called once for each weight: `rng` is a random.Random or the
module `random`, `nin` how many inputs a neuron has, `nout` how many neurons share them.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from types import ModuleType

Source = random.Random | ModuleType
Seed = int | Source | None
Init = Callable[[Source, int, int], float]


def uniform(rng: Source, nin: int, nout: int) -> float:
    """Drawn evenly from -1 to 1, as in micrograd."""
    return float(rng.uniform(-1, 1))


def xavier(rng: Source, nin: int, nout: int) -> float:
    """Drawn evenly from -b to b, where b is sqrt(6 / (nin + nout)); for tanh and sigmoid.

    Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks", 2010.
    """
    bound = math.sqrt(6 / (nin + nout))
    return float(rng.uniform(-bound, bound))


def he(rng: Source, nin: int, nout: int) -> float:
    """Normally distributed with variance 2 / nin; for ReLU.

    He, Zhang, Ren and Sun, "Delving deep into rectifiers", 2015.
    """
    return float(rng.gauss(0, math.sqrt(2 / nin)))


def lecun(rng: Source, nin: int, nout: int) -> float:
    """Normally distributed with variance 1 / nin; for SELU and tanh.

    LeCun, Bottou, Orr and Mueller, "Efficient backprop", 1998.
    """
    return float(rng.gauss(0, math.sqrt(1 / nin)))


INITS: dict[str, Init] = {"uniform": uniform, "xavier": xavier, "he": he, "lecun": lecun}


def random_source(seed: Seed) -> Source:
    """A generator of its own for a seed; for None the module `random`, whose seed the caller controls.

    Raises:
        TypeError: if it is neither an int, nor a random.Random, nor None.
    """
    if seed is None:
        return random
    if isinstance(seed, int):
        return random.Random(seed)
    if not hasattr(seed, "uniform"):
        raise TypeError(f"a seed is an int, a random.Random or None, got {type(seed).__name__}: {seed!r}")
    return seed
