"""Parameters, gradients and the state of an optimizer as arrays."""

from __future__ import annotations

from collections.abc import Callable
from itertools import accumulate, pairwise
from typing import Any

import numpy as np

from autograd import Value
from nn.optim import Optimizer
from nn.optim.arithmetic import assign, assign_grads, grads_of, weights_of


class Flat:
    """The numbers that a training moves, in arrays; Values hold the same when `show` has been called.

    Args:
        optimizer: what moves them.
        values: the parameters, those of its groups first, as `all_moved` gives them.
        weights: an array for their numbers.

    Attributes:
        weights: the numbers.
        grads: the gradients of the last step; None before the first.
        states: for each group the optimizer's state, with arrays in place of lists.
        parts: for each group the slice of its numbers.
        on_arrays: whether the optimizer is the package's own, whose rules work on arrays.
    """

    def __init__(self, optimizer: Optimizer, values: list[Value], weights: Any) -> None:
        self.weights = weights
        self.grads: Any = None
        self.states: list[dict[str, Any]] = []
        self.optimizer = optimizer
        self._values = values
        ends = list(accumulate(len(group["params"]) for group in optimizer.param_groups))
        self.parts = [slice(start, end) for start, end in pairwise([0, *ends])]
        self.on_arrays = type(optimizer).__module__.startswith("nn.optim.") and not any(
            callable(attribute) for attribute in vars(optimizer).values()
        )
        self._steady: Any = None  # the form of the last step that left a state of the form that it found
        self._shown = True

    def holds(self) -> bool:
        """Whether the optimizer has the same groups as before."""
        groups = [group["params"] for group in self.optimizer.param_groups]
        parts = [self._values[part] for part in self.parts]
        return [list(map(id, group)) for group in groups] == [list(map(id, part)) for part in parts]

    def read(self) -> None:
        """Take numbers from the Values and the state from the optimizer."""
        self.weights[:] = weights_of(self._values)
        if self.grads is not None:
            self.grads[:] = grads_of(self._values)
        self.states = [
            {name: np.array(entry) if isinstance(entry, list) else entry for name, entry in state.items()}
            for state in self.optimizer.state
        ]
        self._shown = True

    def show(self) -> None:
        """Put numbers and gradients into the Values, and the state into the optimizer."""
        if not self._shown:
            done(self._put)

    def _put(self) -> None:
        assign(self._values, self.weights.tolist())
        if self.grads is not None:
            assign_grads(self._values, self.grads.tolist())
        self.optimizer.state = [
            {name: entry.tolist() if hasattr(entry, "tolist") else entry for name, entry in state.items()}
            for state in self.states
        ]
        self._shown = True

    def slopes(self) -> Any:
        """The gradients that the Values hold."""
        return np.array(grads_of(self._values))

    def graded(self, grads: Any) -> None:
        """The gradients of a step are there."""
        self.grads = grads
        self._shown = False

    def update(self) -> None:
        """A step of the optimizer; one that is not the package's own is given Values."""
        if not self.on_arrays:
            self.show()
            self.optimizer.step()
            self.read()
            return
        weights, grads = [[array[part] for part in self.parts] for array in (self.weights, self.grads)]
        with np.errstate(all="ignore"):
            updates = self.optimizer.updates(self.states, weights, grads)

        states = [state for _, state in updates]
        same = list(map(set, states)) == list(map(set, self.states))
        self._steady = self.form() if same else None

        def commit() -> None:
            for part, (moved, _) in zip(self.parts, updates, strict=True):
                self.weights[part] = moved
            self.leave(states)

        done(commit)

    def form(self) -> tuple[Any, list[dict[str, bool]]]:
        """What a step depends on beside numbers that differ from step to step: settings, and what is kept."""
        no_setting = {"params", *self.optimizer.varying}
        groups = self.optimizer.param_groups
        settings = [{name: group[name] for name in group.keys() - no_setting} for group in groups]
        kept = [
            {name: isinstance(state[name], np.ndarray) for name in state.keys() - {"step"}}
            for state in self.states
        ]
        return settings, kept

    def steady(self) -> bool:
        """Whether the next step leaves a state of the form that it finds, of arrays alone."""
        form = self.form()
        return self._steady == form and all(all(kept.values()) for kept in form[1])

    def leave(self, states: list[dict[str, Any]]) -> None:
        """A step has moved the weights, and left these states."""
        self.states = states
        self._shown = False


def all_moved(optimizer: Optimizer, parameters: list[Value]) -> list[Value]:
    """Those that an optimizer moves, in the order of its groups, then the other parameters."""
    inside = [p for group in optimizer.param_groups for p in group["params"]]
    return list(dict.fromkeys([*inside, *parameters]))


def done(action: Callable[[], None]) -> None:
    """Do something to its end, also where Ctrl-C comes in between; it must be possible to do it twice."""
    try:
        action()
    except KeyboardInterrupt:
        action()
        raise
