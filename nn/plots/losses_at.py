"""The loss of a model at many settings of its weights: the model by machine code, the rest by numpy.

The graph of a loss over many samples is nearly all the model's, once for every sample. So the model is one
program, of one sample, which is run over all samples for one setting after the other. What the loss does with
the answers is a small graph, computed for many settings at once, as `evaluate` does.

A loss that does something else with a model than to ask it has no such two parts, and goes to `evaluate`
whole; so does one whose numbers are not those of its two parts.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from itertools import chain
from typing import Any, Final

from autograd import Value, extra, flatten
from nn.answers import program_of
from nn.module import Module
from nn.plots.asked import Asked, Loss
from nn.plots.evaluate import Array, agree, at_point, evaluate, points_to_check
from nn.refusals import NotCompiled, require_by_sample, require_llvm

with extra("plot", "nn.plots"):
    import numpy as np

    from autograd import run_on_arrays

_WORTH: Final = 100_000
"""How often a model is computed at least, for a program to pay; measured on networks, with an empty cache."""

_TILE: Final = 2**22
"""How many answers are kept at a time: 32 MB."""


def losses_at(loss: Loss, model: Module, points: Mapping[Value, Any]) -> Any:
    """The loss of a model, in evaluation mode, at many settings of its parameters.

    Args:
        loss: a function of the model; returns a Value.
        model: what the loss asks for the outputs of samples.
        points: for each parameter that moves, an array of its numbers; all of the same shape.

    Returns:
        An array of that shape. The parameters have the numbers that they had before.

    >>> from nn import Neuron, mse
    >>> model = Neuron(1, nonlin=False, init=lambda rng, nin, nout: 1.0)
    >>> losses_at(lambda model: mse(model([2.0]), 1.0), model, {model.w[0]: [0.0, 1.0]}).tolist()
    [1.0, 1.0]
    """
    try:
        shape = np.shape(next(iter(points.values())))
        return _in_two_parts(loss, model, points).reshape(shape)
    except Exception:  # of whatever kind: computed whole, the loss gives its numbers, or says what is wrong
        return evaluate(lambda: loss(model), points)


def _in_two_parts(loss: Loss, model: Module, points: Mapping[Value, Any]) -> Array:
    """The losses at all settings.

    Raises:
        Exception: of any kind, if there are no two parts, or they do not pay.
    """
    require_llvm()
    require_by_sample(model)
    asked = Asked(loss, model)
    settings = np.stack([np.ravel(numbers) for numbers in points.values()], axis=1)
    if len(settings) * len(asked.samples) < _WORTH:
        raise NotCompiled("so few outputs are computed before there is a program")
    parts = TwoParts(asked, model, list(points))
    size = max(1, _TILE // sum(map(len, asked.answers)))
    tiles = [parts.losses(settings[start : start + size]) for start in range(0, len(settings), size)]
    found = np.concatenate(tiles)
    for i in (0, int(np.nanargmax(found))):
        _require_same(found[i], at_point(lambda: loss(model), points, i))
    return found


class TwoParts:
    """A loss as a program of the model for one sample, and one of what the loss does with the answers.

    Args:
        asked: what the loss asks the model.
        model: the model.
        moving: the parameters that move.
    """

    def __init__(self, asked: Asked, model: Module, moving: list[Value]) -> None:
        self._asked, self._moving = asked, moving
        self._model = program_of(model, math="own").bind_batch(np.array(asked.samples))
        columns = {value: column for column, value in enumerate(moving)}
        used = [(place, columns[value]) for place, value in enumerate(self._model.values) if value in columns]
        self._places, self._columns = np.array(used, dtype=int).reshape(-1, 2).T
        self._rest = flatten([asked.root], [*moving, *chain(*asked.answers)])

    def losses(self, settings: Array) -> Array:
        """The loss at each setting of the moving parameters, a row for each.

        Raises:
            ValueError: if the loss computes something else with other answers.
        """
        answers = self._answers(settings)
        flat = answers.reshape(len(settings), -1)
        [found] = run_on_arrays(self._rest, [*settings.T.copy(), *flat.T.copy()])
        here = dict(zip(self._moving, settings.T, strict=True))
        for i in points_to_check(found):
            _require_same(found[i], at_point(partial(self._asked.again, answers[i].tolist()), here, i))
        return found

    def _answers(self, settings: Array) -> Array:
        """The outputs of the model for each sample at each setting."""
        model = self._model
        outputs = model.outputs.reshape(len(self._asked.samples), -1)
        answers = np.empty((len(settings), *outputs.shape))
        parameters = np.tile(model.parameters, (len(settings), 1))
        parameters[:, self._places] = settings[:, self._columns]
        for numbers, answer in zip(parameters, answers, strict=True):
            model.parameters[:] = numbers
            model()
            answer[:] = outputs
        return answers


def _require_same(fast: float, slow: list[float]) -> None:
    if not agree(fast, slow):
        raise ValueError(f"in two parts, the loss is {fast} and not {slow[0]}")
