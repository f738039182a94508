"""Optimizers that scale each parameter's step by the gradients that it has had: Adagrad and RMSprop.

In the formulas w is a parameter, g its gradient and t the number of the step, counted from 1.
"""

from __future__ import annotations

from typing import ClassVar

from nn.optim.arithmetic import mixed, mixed_squares, scaled, stepped, variances, zeros
from nn.optim.base import Group, Numbers, Optimizer, Params, State, Update, with_decay


class Adagrad(Optimizer):
    """Each parameter's step shrinks with all the gradients that it has had.

    s += g**2, w -= lr / (1 + (t - 1) * lr_decay) * g / (sqrt(s) + eps) (Duchi, Hazan and Singer, "Adaptive
    subgradient methods for online learning and stochastic optimization", 2011).

    Args:
        params: leaf Values, or a list of groups (see Optimizer).
        lr: the learning rate: the size of the first step.
        lr_decay: how fast the learning rate itself falls.
        weight_decay: the strength of an L2 penalty, 1/2 * weight_decay * w**2.
        initial_accumulator_value: where the sum s starts.
        eps: added to the divisor, above zero, so that the quotient stays finite.

    Raises:
        ValueError, TypeError: as for Optimizer.

    >>> from autograd import Value
    >>> w = Value(3.0)
    >>> optimizer = Adagrad([w], lr=0.5)
    >>> (w * w).backward()
    >>> optimizer.step()
    >>> round(w.data, 9)
    2.5
    """

    buffers: ClassVar[tuple[str, ...]] = ("sum",)

    def __init__(
        self,
        params: Params,
        lr: float = 1e-2,
        lr_decay: float = 0.0,
        weight_decay: float = 0.0,
        initial_accumulator_value: float = 0.0,
        eps: float = 1e-10,
    ) -> None:
        super().__init__(
            params,
            lr=lr,
            lr_decay=lr_decay,
            eps=eps,
            weight_decay=weight_decay,
            initial_accumulator_value=initial_accumulator_value,
        )

    def _fresh_state(self, group: Group) -> State:
        return {"step": 0, "sum": [group["initial_accumulator_value"]] * len(group["params"])}

    def in_step(self, settings: Group, step: int) -> Group:
        return {**settings, "lr": settings["lr"] / (1.0 + (step - 1) * settings["lr_decay"])}

    def _update(self, settings: Group, state: State, weights: Numbers, grads: Numbers) -> Update:
        grads = with_decay(settings["weight_decay"], weights, grads)
        sums = mixed_squares(1.0, state["sum"], 1.0, grads)
        weights = stepped(weights, settings["lr"], scaled(grads, sums, 1.0, settings["eps"]))
        return weights, {"step": state["step"] + 1, "sum": sums}


class RMSprop(Optimizer):
    """Each parameter's step is scaled by the recent size of its gradient.

    v = alpha * v + (1 - alpha) * g**2, w -= lr * g / (sqrt(v) + eps) (Hinton, "Neural networks for machine
    learning", lecture 6e, 2012). With `centered`, the square of the average gradient is subtracted from v
    (Graves, "Generating sequences with recurrent neural networks", 2013). With momentum, b = momentum * b + g
    / (sqrt(v) + eps) and w -= lr * b.

    Args:
        params: leaf Values, or a list of groups (see Optimizer).
        lr: the learning rate, about the size of a step.
        alpha: how much of the averages is kept in a step.
        eps: added to the divisor, above zero, so that the quotient stays finite.
        weight_decay: the strength of an L2 penalty, 1/2 * weight_decay * w**2.
        momentum: how much of the last step is kept.
        centered: divide by the standard deviation of the gradient instead of its root mean square.

    Raises:
        ValueError, TypeError: as for Optimizer.

    >>> from autograd import Value
    >>> w = Value(3.0)
    >>> optimizer = RMSprop([w], lr=0.5, alpha=0.75)
    >>> (w * w).backward()
    >>> optimizer.step()
    >>> round(w.data, 6)
    2.0
    """

    buffers: ClassVar[tuple[str, ...]] = ("square_avg", "grad_avg", "momentum_buffer")

    def __init__(
        self,
        params: Params,
        lr: float = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        momentum: float = 0.0,
        centered: bool = False,
    ) -> None:
        super().__init__(
            params,
            lr=lr,
            momentum=momentum,
            alpha=alpha,
            eps=eps,
            centered=centered,
            weight_decay=weight_decay,
        )

    def _fresh_state(self, group: Group) -> State:
        return {"step": 0, "square_avg": [0.0] * len(group["params"])}

    def _update(self, settings: Group, state: State, weights: Numbers, grads: Numbers) -> Update:
        lr, alpha, eps, momentum = settings["lr"], settings["alpha"], settings["eps"], settings["momentum"]
        grads = with_decay(settings["weight_decay"], weights, grads)
        rest = 1.0 - alpha
        squares = mixed_squares(alpha, state["square_avg"], rest, grads)
        after = {**state, "step": state["step"] + 1, "square_avg": squares}
        spread = squares
        if settings["centered"]:
            means = mixed(alpha, state["grad_avg"] if "grad_avg" in state else zeros(grads), rest, grads)
            after["grad_avg"] = means
            spread = variances(squares, means)
        steps = scaled(grads, spread, 1.0, eps)
        if momentum != 0.0:
            buffer = state["momentum_buffer"] if "momentum_buffer" in state else zeros(steps)
            steps = mixed(momentum, buffer, 1.0, steps)
            after["momentum_buffer"] = steps
        return stepped(weights, lr, steps), after
