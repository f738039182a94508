"""Small data sets to train on: two features a sample, and a class.

Moons, circles and blobs are scikit-learn's (the `sklearn` extra). Without it only circles and blobs are
missing: the moons made here have the same shape, but other random numbers.
"""

from __future__ import annotations

import math
import random
from importlib.util import find_spec
from typing import Any

from autograd import extra
from nn.init import Seed, random_source
from nn.settings import checked

Points = list[list[float]]
Data = tuple[Points, list[int]]


def moons(samples: int = 100, noise: float = 0.1, seed: int | None = None) -> Data:
    """Two interleaving half circles of radius 1, classes 0 and 1.

    Args:
        samples: how many points, half of them in each class.
        noise: the standard deviation of the normal noise on both coordinates.
        seed: an int; None for different points at every call.

    Returns:
        The points, a list of two floats each, and their classes.

    Raises:
        ValueError: if a setting is out of its range.

    >>> X, y = moons(100, seed=1337)
    >>> len(X), sum(y)
    (100, 50)
    """
    samples, noise = checked("moons", {"samples": samples, "noise": noise}).values()
    if find_spec("sklearn"):
        return _from_sklearn("make_moons", n_samples=samples, noise=noise, random_state=seed)
    rng, outer = random.Random(seed), samples // 2
    X, y = [], []
    for i in range(samples):
        inner = i >= outer
        angle = math.pi * (i - outer if inner else i) / max(1, (samples - outer if inner else outer) - 1)
        point = (1 - math.cos(angle), 0.5 - math.sin(angle)) if inner else (math.cos(angle), math.sin(angle))
        X.append([coordinate + rng.gauss(0, noise) for coordinate in point])
        y.append(int(inner))
    return _shuffled(X, y, rng)


def circles(samples: int = 100, noise: float = 0.1, factor: float = 0.5, seed: int | None = None) -> Data:
    """A circle of radius 1, class 0, around one of radius `factor`, class 1; needs scikit-learn.

    Args:
        samples: how many points, half of them on each circle.
        noise: the standard deviation of the normal noise on both coordinates.
        factor: the radius of the inner circle, from 0 to below 1.
        seed: an int; None for different points at every call.

    Returns:
        The points, a list of two floats each, and their classes.

    Raises:
        ValueError: if a setting is out of its range.
        ImportError: if scikit-learn is missing; it says how to install it.

    >>> X, y = circles(100, noise=0.0, factor=0.25, seed=0)
    >>> sorted({(label, round(math.hypot(*point), 9)) for point, label in zip(X, y)})
    [(0, 1.0), (1, 0.25)]
    """
    given = {"samples": samples, "noise": noise, "factor": factor}
    samples, noise, factor = checked("circles", given).values()
    return _from_sklearn("make_circles", n_samples=samples, noise=noise, factor=factor, random_state=seed)


def blobs(samples: int = 100, centers: int = 3, spread: float = 1.0, seed: int | None = None) -> Data:
    """Round clouds of normally distributed points, one for each class; needs scikit-learn.

    The center of each cloud is drawn evenly from the square between (-10, -10) and (10, 10).

    Args:
        samples: how many points, shared out evenly among the clouds.
        centers: how many clouds, and so classes 0, 1, ...
        spread: the standard deviation of the points of a cloud along both coordinates.
        seed: an int; None for different points at every call.

    Returns:
        The points, a list of two floats each, and their classes.

    Raises:
        ValueError: if a setting is out of its range.
        ImportError: if scikit-learn is missing; it says how to install it.

    >>> X, y = blobs(30, centers=3, seed=0)
    >>> len(X), len(X[0]), [y.count(label) for label in range(3)]
    (30, 2, [10, 10, 10])
    """
    given = {"samples": samples, "centers": centers, "spread": spread}
    samples, centers, spread = checked("blobs", given).values()
    return _from_sklearn(
        "make_blobs", n_samples=samples, centers=centers, cluster_std=spread, random_state=seed
    )


def xor(samples: int = 100, noise: float = 0.1, seed: Seed = None) -> Data:
    """Four clouds at (+-1, +-1), class 1 where the signs differ: no straight line separates them.

    Args:
        samples: how many points; the four clouds take turns.
        noise: the standard deviation of the points of a cloud along both coordinates.
        seed: an int or a random.Random; None draws from the module `random`.

    Returns:
        The points, a list of two floats each, and their classes.

    Raises:
        ValueError: if a setting is out of its range.
        TypeError: if the seed is none of these.

    >>> xor(4, noise=0.0)
    ([[-1.0, -1.0], [-1.0, 1.0], [1.0, -1.0], [1.0, 1.0]], [0, 1, 1, 0])
    """
    samples, noise = checked("xor", {"samples": samples, "noise": noise}).values()
    rng = random_source(seed)
    corners = [(-1.0, -1.0), (-1.0, 1.0), (1.0, -1.0), (1.0, 1.0)]
    chosen = [corners[i % 4] for i in range(samples)]
    X = [[coordinate + rng.gauss(0, noise) for coordinate in corner] for corner in chosen]
    return X, [int(a != b) for a, b in chosen]


def spirals(
    samples: int = 100, noise: float = 0.1, arms: int = 2, turns: float = 1.0, seed: Seed = None
) -> Data:
    """Spiral arms around the origin, one for each class, out to radius 1.

    Args:
        samples: how many points; the arms take turns.
        noise: the standard deviation of the normal noise on both coordinates where the radius is 1; nearer to
            the origin it is smaller in proportion.
        arms: how many arms, and so classes 0, 1, ...
        turns: how often an arm goes round; below zero it turns the other way.
        seed: an int or a random.Random; None draws from the module `random`.

    Returns:
        The points, a list of two floats each, and their classes.

    Raises:
        ValueError: if a setting is out of its range.
        TypeError: if the seed is none of these.

    >>> X, y = spirals(6, noise=0.0, arms=3)
    >>> y
    [0, 1, 2, 0, 1, 2]
    """
    given = {"samples": samples, "noise": noise, "arms": arms, "turns": turns}
    samples, noise, arms, turns = checked("spirals", given).values()
    rng = random_source(seed)
    X, y = [], []
    for i in range(samples):
        arm, along = i % arms, (i // arms + 1) / math.ceil(samples / arms)
        angle = 2 * math.pi * (turns * along + arm / arms)
        point = (along * math.cos(angle), along * math.sin(angle))
        X.append([coordinate + rng.gauss(0, noise) * along for coordinate in point])
        y.append(arm)
    return X, y


def _from_sklearn(maker: str, **settings: Any) -> Data:
    with extra("sklearn", f"nn.data.{maker.removeprefix('make_')}"):
        from sklearn import datasets
    X, y = getattr(datasets, maker)(**settings)
    return X.tolist(), y.tolist()


def _shuffled(X: Points, y: list[int], rng: random.Random) -> Data:
    order = list(range(len(X)))
    rng.shuffle(order)
    return [X[i] for i in order], [y[i] for i in order]
