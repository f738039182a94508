"""Many steps of a training in machine code: gradients, penalty, clipping, update, and no Python between."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import perf_counter
from typing import Any, Final

import numpy as np

from autograd import BoundBatch, Chain, jit
from nn.clips import Clips
from nn.flat import Flat, done
from nn.optim import Optimizer

MOST: Final = 2_048
"""How many steps one call takes at most."""

_SECONDS: Final = 0.05  # how long Ctrl-C waits for a call


class Steps:
    """Steps on the rows of a bound batch, each of which moves its parameters.

    Args:
        training: returns ((the sum of weight * loss, whatever), the sums of the gradients).
        flat: the numbers, and the state of an optimizer of the package, which is of the form that it keeps.
        l2: the strength of L2 regularisation.
        clips: what is done to the gradients.

    Raises:
        TypeError: if the program of the batch is not straight machine code.
    """

    def __init__(self, training: BoundBatch, flat: Flat, l2: float, clips: Clips) -> None:
        self._flat, self._l2, self._clips = flat, l2, clips
        self._buffers = [
            {name: np.array(state[name]) for name in state if name != "step"} for state in flat.states
        ]
        self._rules = [
            Rule(flat.optimizer, place, list(buffers)) for place, buffers in enumerate(self._buffers)
        ]
        self._form = flat.form()
        self._ranges = np.zeros((MOST, 2), dtype=np.int64)
        self._settings = np.zeros((MOST, 1 + sum(len(rule.varying) for rule in self._rules)))
        self._most = 16  # steps in a call, until it is known how long they take
        self._put_together(training)

    def _put_together(self, training: BoundBatch) -> None:
        """Put together what one step does."""
        flat, chain = self._flat, Chain()
        loss, slopes = (parts[0] for parts in training.parts)
        weights = training.parameters[: len(flat.weights)]
        now = np.ones(self._settings.shape[1])
        chain.copy(self._settings, now)
        chain.run(training, self._ranges)
        gradient = jit(self._gradient).bind_batch(
            slopes, weights, now[:1], shared=2, sums=(False, True), copy=False
        )
        sums = gradient.parts[0][0]
        chain.run(gradient)
        self._grads, self._losses, self._sums = gradient.outputs[0], _table(loss), _table(sums)
        for found, table in ((loss, self._losses), (sums, self._sums)):
            chain.copy(found, table)
            chain.check(found)
        if self._clips.length is not None:
            clipped = jit(self._clipped).bind_batch(self._grads, sums[-1], shared=1, copy=False)
            chain.run(clipped)
            self._grads = clipped.outputs
        updates, first = [], 1
        for rule, part, buffers in zip(self._rules, flat.parts, self._buffers, strict=True):
            numbers = now[first : first + len(rule.varying)]
            first += len(numbers)
            given = (weights[part], self._grads[part], *buffers.values(), numbers)
            updates.append(jit(rule).bind_batch(*given, shared=len(given) - 1, copy=False))
            chain.run(updates[-1])
        for update, part, buffers in zip(updates, flat.parts, self._buffers, strict=True):
            moved, after = update.outputs
            for new, old in zip((moved, *after), (weights[part], *buffers.values()), strict=True):
                chain.copy(new, old)
        self._chain = chain

    def _gradient(self, by_lane: Any, weight: Any, samples: Any) -> tuple[Any, list[Any]]:
        """The gradient of one parameter; and what is added up over all: 0.0 if it is finite, w**2, g**2."""
        grad = _sum_of(by_lane) / samples[0]
        if self._l2:
            grad = grad + (2.0 * self._l2) * weight
        grad = self._clips.held(grad)
        return grad, [0.0 * grad, weight * weight, grad * grad]

    def _clipped(self, grad: Any, squares: Any) -> Any:
        return self._clips.shortened(grad, _sum_of(squares))

    def hold(self, clips: Clips) -> bool:
        """Whether these are still the steps of the optimizer, whatever its learning rate is."""
        return bool(self._form == self._flat.form() and self._clips == clips)

    def run(
        self, ranges: Any, weights: list[float], note: Callable[[list[float]], None] = lambda losses: None
    ) -> list[float]:
        """Take steps, as many as are all right and do not take long.

        Args:
            ranges: of shape (N, 2): which rows each step is for.
            weights: the N sums of their weights.
            note: is told the losses too, whatever ends the steps.

        Returns:
            The loss of each step that was taken; the first that was not has a number that is not finite, or
            so large that one may follow from it.
        """
        count, flat, chain = min(len(ranges), self._most), self._flat, self._chain
        self._ranges[:count] = ranges[:count]
        self._settings[:count, 0] = weights[:count]
        before = [state["step"] for state in flat.states]
        first = 1
        for rule, step in zip(self._rules, before, strict=True):
            self._settings[:count, first : first + len(rule.varying)] = rule.numbers(step, count)
            first += len(rule.varying)
        for buffers, state in zip(self._buffers, flat.states, strict=True):
            for name, buffer in buffers.items():
                buffer[:] = state[name]

        losses: list[float] = []

        def commit() -> None:
            losses[:] = self._losses_of(chain.ended)
            note(losses)
            flat.graded(self._grads)
            flat.leave(
                [
                    {"step": step + chain.ended, **buffers}
                    for step, buffers in zip(before, self._buffers, strict=True)
                ]
            )

        chain(0)  # none is done yet, if Ctrl-C comes now
        start = perf_counter()
        try:
            chain(count)
        finally:
            done(commit)
        if losses:
            seconds = (perf_counter() - start) / len(losses)
            self._most = max(1, min(MOST, int(_SECONDS / seconds)))
        return losses

    @np.errstate(all="ignore")
    def _losses_of(self, taken: int) -> list[float]:
        losses = _sum_of(self._losses[:taken]) / self._settings[:taken, 0]
        if self._l2:
            losses = losses + self._l2 * _sum_of(self._sums[:taken, 1])
        numbers: list[float] = losses.tolist()
        return numbers


class Rule:
    """The update of one parameter of a group, as a function of numbers: see `Optimizer._update`.

    Args:
        optimizer: one of the package.
        place: which of its groups.
        state: what it keeps of that group beside the number of steps.

    Attributes:
        varying: the names of the settings that are inputs, as they may differ between steps.
    """

    def __init__(self, optimizer: Optimizer, place: int, state: Sequence[str]) -> None:
        self._optimizer, self._place, self._state = optimizer, place, state
        self.varying = optimizer.varying

    def __call__(self, weight: Any, grad: Any, *rest: Any) -> tuple[Any, tuple[Any, ...]]:
        """The new weight and the new state, of the old ones and the varying settings."""
        *old, numbers = rest
        settings = {**self._in_step(1), **dict(zip(self.varying, numbers, strict=True))}
        state = {"step": 0, **dict(zip(self._state, old, strict=True))}
        moved, after = self._optimizer._update(settings, state, weight, grad)
        return moved, tuple(after[name] for name in self._state)

    def numbers(self, before: int, steps: int) -> list[list[float]]:
        """The varying settings of some steps that come after others; one row if it is the same in all."""
        if type(self._optimizer).in_step is Optimizer.in_step:
            steps = 1
        each = map(self._in_step, range(before + 1, before + steps + 1))
        return [[settings[name] for name in self.varying] for settings in each]

    def _in_step(self, step: int) -> Any:
        optimizer = self._optimizer
        return optimizer.in_step(optimizer.settings(optimizer.param_groups[self._place]), step)


def _table(entry: Any) -> Any:
    """Room for an array of each step."""
    return np.zeros((MOST, *entry.shape))


def _sum_of(lanes: Any) -> Any:
    """The sums along the last axis, in the order in which a bound batch adds up its lanes."""
    total, *others = lanes.T
    for lane in others:
        total = total + lane
    return total
