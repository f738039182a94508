"""Stochastic gradient descent, with or without momentum."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from nn.optim.arithmetic import mixed, stepped
from nn.optim.base import Group, Numbers, Optimizer, Params, State, Update, with_decay


class SGD(Optimizer):
    """Gradient descent, with or without momentum.

    Without momentum w -= lr * g, for a parameter w and its gradient g. With momentum there is a buffer b, at
    first the first gradient, then b = momentum * b + (1 - dampening) * g, and w -= lr * b (Polyak, 1964);
    with `nesterov`, w -= lr * (g + momentum * b) (Sutskever, Martens, Dahl and Hinton, "On the importance of
    initialization and momentum in deep learning", 2013).

    Args:
        params: leaf Values, or a list of groups (see Optimizer).
        lr: the learning rate, a factor of the gradient.
        momentum: how much of the buffer is kept in a step; often 0.9.
        dampening: the share of a new gradient that is kept out of the buffer.
        weight_decay: the strength of an L2 penalty, 1/2 * weight_decay * w**2.
        nesterov: look ahead by one step of momentum.

    Raises:
        ValueError, TypeError: as for Optimizer; ValueError for nesterov without momentum or with dampening.

    >>> from autograd import Value
    >>> w = Value(3.0)
    >>> optimizer = SGD([w], lr=0.1)
    >>> (w * w).backward()
    >>> optimizer.step()
    >>> w.data
    2.4
    """

    buffers: ClassVar[tuple[str, ...]] = ("momentum_buffer",)

    def __init__(
        self,
        params: Params,
        lr: float = 1e-3,
        momentum: float = 0.0,
        dampening: float = 0.0,
        weight_decay: float = 0.0,
        nesterov: bool = False,
    ) -> None:
        super().__init__(
            params,
            lr=lr,
            momentum=momentum,
            dampening=dampening,
            weight_decay=weight_decay,
            nesterov=nesterov,
        )

    def _checked(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        result = super()._checked(settings)
        if result.get("nesterov") and (result["momentum"] == 0.0 or result["dampening"] != 0.0):
            raise ValueError(
                "Nesterov momentum needs momentum above zero and no dampening, got "
                f"momentum={result['momentum']} and dampening={result['dampening']}"
            )
        return result

    def _update(self, settings: Group, state: State, weights: Numbers, grads: Numbers) -> Update:
        lr, momentum, nesterov = settings["lr"], settings["momentum"], settings["nesterov"]
        grads = with_decay(settings["weight_decay"], weights, grads)
        after = {**state, "step": state["step"] + 1}
        if momentum != 0.0:
            buffer, fresh = state.get("momentum_buffer"), 1.0 - settings["dampening"]
            buffer = grads if buffer is None else mixed(momentum, buffer, fresh, grads)
            after["momentum_buffer"] = buffer
            grads = mixed(1.0, grads, momentum, buffer) if nesterov else buffer
        return stepped(weights, lr, grads), after
