"""Directions in the space of a network's weights, along which to look at its loss."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import hypot
from typing import Any

from autograd import extra
from nn.init import Source
from nn.module import Module

with extra("plot", "nn.plots"):
    import numpy as np

State = Mapping[str, float]
Directions = Mapping[str, tuple[float, float]]  # by how much each parameter moves with each coordinate


def weights_of(model: Module) -> dict[str, float]:
    """The number in every parameter, by name, without the buffers such as running averages."""
    return {name: parameter.data for name, parameter in model.named_parameters()}


def filter_normalised(state: State, rng: Source) -> dict[str, float]:
    """A normally distributed random direction, scaled in each list of numbers to the length of that list.

    Such a list holds the weights of a neuron, a "filter" in Li et al. (2018), section 4. Parameters outside
    of lists, such as biases, are left out.
    """
    filters: dict[str, list[str]] = {}
    for name in state:
        owner, _, last = name.rpartition(".")
        if last.isdigit():
            filters.setdefault(owner, []).append(name)
    direction = {}
    for members in filters.values():
        draws = [rng.gauss(0.0, 1.0) for _ in members]
        scale = hypot(*(state[name] for name in members)) / hypot(*draws)
        direction.update({name: scale * draw for name, draw in zip(members, draws, strict=True)})
    return direction


def principal(center: State, path: Sequence[State]) -> tuple[Directions, list[float], Any]:
    """The two directions along which a path varies most around a center.

    Args:
        center: a number for each parameter.
        path: the states that the path goes through.

    Returns:
        The directions, of length 1 and at right angles; the share of the squared distances from the center
        that lies along each; and two rows with the coordinates of the path.

    Raises:
        ValueError: if there are fewer than two weights, or all states are the center.
    """
    way = np.array([[step[name] - number for name, number in center.items()] for step in path])
    if way.shape[1] < 2 or not way.any():
        raise ValueError(
            f"{len(way)} states of {way.shape[1]} weight(s) do not span a plane; "
            "it takes two weights or more, and states that differ"
        )
    _, sizes, rows = np.linalg.svd(way, full_matrices=False)
    directions = {name: (float(a), float(b)) for name, a, b in zip(center, *rows[:2], strict=True)}
    return directions, (sizes[:2] ** 2 / (sizes**2).sum()).tolist(), (way @ rows[:2].T).T
