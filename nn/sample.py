"""The step that every neuron takes, and the inputs of every module; compiled with the engine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from autograd import Operation, Value, as_values, dot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from nn.module import Module


def neuron(
    w: Sequence[Value], x: Iterable[Value | float], b: Any, activation: Callable[[Value], Any], module: Module
) -> Any:
    """activation(b + w[0]*x[0] + w[1]*x[1] + ...); errors name the module."""
    return _activated(w, as_inputs(x, len(w), module), b, activation)


class Calls:
    """Calls the neurons of a layer, without a function of Python's for each whose class is `Neuron` itself.

    For those it does what `Neuron.__call__` does, and must change when that changes.

    Args:
        usual: `Neuron`.
    """

    def __init__(self, usual: Any) -> None:
        self.usual = usual

    def __call__(self, module: Any, x: list[Value]) -> Any:
        """module(x), for inputs that `as_inputs` has checked."""
        if type(module) is not self.usual:
            return module(x)
        w = module.w
        if len(w) != len(x):
            return module(x)  # which says so
        return _activated(w, x, module.b, module.activation)


def _activated(w: Any, x: list[Value], b: Any, activation: Any) -> Any:
    if isinstance(activation, Operation) and activation.arity == 1:
        return dot(w, x, b, activation)
    return activation(dot(w, x, b))


def as_inputs(x: Iterable[Value | float], nin: int | None, module: Module) -> list[Value]:
    """One sample as Values, made once, so that all neurons share the same input nodes.

    Args:
        x: numbers or Values.
        nin: how many there must be; None takes any number of them.
        module: what they are for; errors name it.

    Raises:
        ValueError: if there are more or fewer than `nin`.
        TypeError: if it is not a sequence of numbers.
    """
    if type(x) is not list and not _has_an_order(x):
        raise TypeError(f"{_expected(nin, module)}, got {type(x).__name__}: {x!r:.60}")
    try:
        inputs = as_values(x)
    except TypeError as error:
        advice = "; many samples go to batch()" if getattr(x, "ndim", 1) > 1 or _has_rows(x) else ""
        raise TypeError(f"{_expected(nin, module)}: {error}{advice}") from error
    if nin is not None and len(inputs) != nin:
        raise ValueError(f"{module.describe()} takes {nin} inputs, got {len(inputs)}")
    return inputs


def _expected(nin: int | None, module: Module) -> str:
    count = "" if nin is None else f"{nin} "
    return f"{module.describe()} takes one sample, a sequence of {count}numbers or Values"


def _has_an_order(x: Any) -> bool:
    return hasattr(x, "__iter__") and not isinstance(x, (str, bytes, dict, set, frozenset))


def _has_rows(x: Any) -> bool:
    return isinstance(x, (list, tuple)) and any(isinstance(row, (list, tuple)) for row in x)


def unwrapped(out: list[Value]) -> Value | list[Value]:
    """The outputs for one sample as modules return them: a list, or a single one without a list around it."""
    return out[0] if len(out) == 1 else out
