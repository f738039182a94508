"""Adam and AdamW, the optimizers with both momentum and scaling.

In the formulas w is a parameter, g its gradient and t the number of the step, counted from 1.
"""

from __future__ import annotations

from math import sqrt
from typing import ClassVar

from nn.optim.arithmetic import mixed, mixed_squares, scaled, stepped, times
from nn.optim.base import Group, Numbers, Optimizer, Params, State, Update, with_decay


class Adam(Optimizer):
    """Momentum and scaling together, their averages corrected for starting from zero.

    m = beta1 * m + (1 - beta1) * g, v = beta2 * v + (1 - beta2) * g**2,
    w -= lr * m / (1 - beta1**t) / (sqrt(v / (1 - beta2**t)) + eps) (Kingma and Ba, "Adam: a method for
    stochastic optimization", 2015, algorithm 1).

    Args:
        params: leaf Values, or a list of groups (see Optimizer).
        lr: the learning rate, about the size of a step.
        betas: how much of m and of v is kept in a step.
        eps: added to the divisor, above zero, so that the quotient stays finite.
        weight_decay: the strength of an L2 penalty, 1/2 * weight_decay * w**2.

    Raises:
        ValueError, TypeError: as for Optimizer.

    >>> from autograd import Value
    >>> w = Value(3.0)
    >>> optimizer = Adam([w], lr=0.5)
    >>> (w * w).backward()
    >>> optimizer.step()
    >>> round(w.data, 6)
    2.5
    """

    buffers: ClassVar[tuple[str, ...]] = ("exp_avg", "exp_avg_sq")
    varying: ClassVar[tuple[str, ...]] = ("lr", "root")

    def __init__(
        self,
        params: Params,
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(params, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay)

    def _fresh_state(self, group: Group) -> State:
        zeros = [0.0] * len(group["params"])
        return {"step": 0, "exp_avg": zeros, "exp_avg_sq": zeros}

    def in_step(self, settings: Group, step: int) -> Group:
        beta1, beta2 = settings["betas"]
        rate, root = settings["lr"] / (1.0 - beta1**step), sqrt(1.0 - beta2**step)
        return {**settings, "lr": rate, "root": root}

    def _update(self, settings: Group, state: State, weights: Numbers, grads: Numbers) -> Update:
        grads = with_decay(settings["weight_decay"], weights, grads)
        return _adam(settings, state, weights, grads)


class AdamW(Adam):
    """Adam whose weight decay acts on the parameters themselves, so that it is not scaled as gradients are.

    First w *= 1 - lr * weight_decay, then a step of Adam (Loshchilov and Hutter, "Decoupled weight decay
    regularization", 2019, algorithm 2).

    Args:
        params: leaf Values, or a list of groups (see Optimizer).
        lr: the learning rate, about the size of a step.
        betas: how much of m and of v is kept in a step.
        eps: added to the divisor, above zero, so that the quotient stays finite.
        weight_decay: a step takes the share lr * weight_decay of each parameter away.

    Raises:
        ValueError, TypeError: as for Optimizer.

    >>> from autograd import Value
    >>> w = Value(3.0)
    >>> AdamW([w], lr=0.5, weight_decay=0.25).step()  # with no gradient, 3 * (1 - 0.5 * 0.25)
    >>> w.data
    2.625
    """

    varying: ClassVar[tuple[str, ...]] = ("lr", "root", "keep")

    def __init__(
        self,
        params: Params,
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
    ) -> None:
        super().__init__(params, lr, betas, eps, weight_decay)

    def in_step(self, settings: Group, step: int) -> Group:
        keep = 1.0 - settings["lr"] * settings["weight_decay"]
        return {**super().in_step(settings, step), "keep": keep}

    def _update(self, settings: Group, state: State, weights: Numbers, grads: Numbers) -> Update:
        return _adam(settings, state, times(settings["keep"], weights), grads)


def _adam(settings: Group, state: State, weights: Numbers, grads: Numbers) -> Update:
    beta1, beta2 = settings["betas"]
    means = mixed(beta1, state["exp_avg"], 1.0 - beta1, grads)
    squares = mixed_squares(beta2, state["exp_avg_sq"], 1.0 - beta2, grads)
    steps = scaled(means, squares, settings["root"], settings["eps"])
    weights = stepped(weights, settings["lr"], steps)
    return weights, {"step": state["step"] + 1, "exp_avg": means, "exp_avg_sq": squares}
