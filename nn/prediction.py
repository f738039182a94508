"""`predict`: what a model answers for samples, as numbers.

`answers` computes them by a program, where one pays; else `outputs` asks the model itself.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from typing import Any

from autograd import no_grad
from nn.answers import answers
from nn.arguments import described
from nn.module import Module, in_mode
from nn.outputs import numbers_in, outputs_for
from nn.tables import check_columns, rows_of


def predict(model: Module | Callable[[Any], Any], X: Iterable[Any]) -> list[Any]:
    """The model's outputs for samples, in evaluation mode; builds no graph.

    For many samples a Module is compiled, where llvmlite is installed and it can be (see `autograd.jit`). The
    numbers are the same to the last bit. What it does beside computing, such as printing, is then not done
    for each sample.

    Args:
        model: a Module, which afterwards has the mode that it had before; or a function of one sample.
        X: the samples, n sequences of numbers; a 2-D array or a frame will do.

    Returns:
        A list of n outputs: floats if the model has one output, lists of floats if it has several. What a
        model returns other than Values stays as it is.

    Raises:
        ValueError: if the model does not take the samples, or the columns of a frame are not those that the
            model was fitted with, in the same order. An array or a list is not held to them.
        TypeError: if the samples are something else than numbers, or the model is no function of them.

    >>> from nn import MLP
    >>> predict(MLP(2, [1], init=lambda rng, nin, nout: 1.0), [[1.0, 2.0], [3.0, 4.0]])
    [3.0, 7.0]
    """
    if isinstance(model, type) or not callable(model):
        raise TypeError(f"a model is an nn.Module or a function of one sample, got {described(model)}")
    check_columns(getattr(model, "feature_names_in_", None), X, "X")
    rows: Any = X if _is_matrix(X) else rows_of(X, "X")
    with in_mode(model, False):
        computed = answers(model, rows)
        if computed is not None:
            return computed.tolist()  # type: ignore[no-any-return]
        rows = rows_of(rows, "X")
        with no_grad():
            return [numbers_in(output) for output in outputs_for(model, rows, range(len(rows)))]


def _is_matrix(X: Any) -> bool:
    """Whether it is an array with a row for each sample."""
    numpy = sys.modules.get("numpy")
    return numpy is not None and type(X) is numpy.ndarray and X.ndim == 2
