"""The loss of one sample as a program over rows."""

from __future__ import annotations

import os
from contextlib import nullcontext
from typing import Any, Final

import numpy as np

from autograd import Value, jit, value_and_grad
from nn.held import Held
from nn.masks import Masks, drops_in
from nn.module import in_mode, outputs_of
from nn.refusals import NotCompiled, reason_of, require_by_sample, require_same_loss
from nn.rows import Rows
from nn.samples import Sample

CORES: Final = os.cpu_count() or 1  # threads that add up a batch, if it is large


class Programs:
    """What computes the losses of rows, in training with their gradients.

    Args:
        model: a module.
        loss: a function (output, target) -> Value.
        parameters: what the gradients are by.
        samples: those to train on.
        rows: the same as arrays.
        held_out: those to validate on.
        wants_outputs: whether to keep the outputs of the model.

    Attributes:
        masks: what dropout draws for the rows; None if nothing is drawn. Then it is the last array of
            `training.inputs`.
        training: returns ((the sum of weight * loss, the output of each row), the sums of the gradients).
        validation: returns (the sum of weight * loss, the output of each row), in evaluation mode.

    Raises:
        NotCompiled: if the model or the loss cannot be compiled, or does not stay the same.
    """

    def __init__(
        self,
        model: Any,
        loss: Any,
        parameters: list[Value],
        samples: list[Sample],
        rows: Rows,
        held_out: Rows | None,
        wants_outputs: bool,
    ) -> None:
        require_by_sample(model, drops=True)
        self.masks = Masks(model, samples[0].x) if drops_in(model) else None
        self._model, self._loss, self._wants_outputs = model, loss, wants_outputs
        self._held = Held(model, loss)
        self._places = {id(value): place for place, value in enumerate(parameters)}
        try:
            slopes = jit(value_and_grad(self._of(rows, self.masks), wrt=parameters, has_aux=True))
            self.training: Any = slopes.bind_batch(
                *rows.arrays, *self._factors(len(samples)), sums=((True, False), True), threads=CORES
            )
            self._require_the_same(self.training, rows)
            self.validation: Any = None
            if held_out is not None:
                with in_mode(model, False):
                    losses = jit(self._of(held_out))
                    self.validation = losses.bind_batch(*held_out.arrays, sums=(True, False), threads=CORES)
                    self._require_the_same(self.validation, held_out)
        except Exception as error:
            raise NotCompiled(reason_of(error), error) from error
        finally:
            same = not self._held.changed()
            self._held.restore()
        if not same:
            raise NotCompiled("the model or the loss changes what it holds whenever it computes")

    def hold(self) -> bool:
        """Whether they are still those of the model and the loss."""
        return not self._held.changed()

    def read(self) -> None:
        """Take over the numbers of all Values that they use."""
        for bound in filter(None, (self.training, self.validation)):
            bound.parameters[:] = [value.data for value in bound.values]

    def take_over(self, weights: Any) -> None:
        """Give the validation the numbers of the parameters."""
        pairs = [(at, self._places.get(id(v))) for at, v in enumerate(self.validation.values)]
        for at, place in pairs:
            if place is not None:
                self.validation.parameters[at] = weights[place]

    def _require_the_same(self, program: Any, rows: Rows) -> None:
        """Raise TypeError unless a program has the losses of the model, in its mode, for some rows."""
        trains = program is self.training
        for place in rows.places_to_try():
            sample = rows.samples[place]
            program(place, place + 1)
            total = program.outputs[0][0] if trains else program.outputs[0]
            with self.masks.as_inputs(self.masks.kept) if self.masks and trains else nullcontext():
                [output] = outputs_of(self._model, [sample.x])
            loss = self._loss(output, sample.target)
            require_same_loss(sample.row, total.item(), sample.weight * loss.data)

    def _factors(self, samples: int) -> list[Any]:
        """An array for what dropout draws, if it does; nothing is dropped yet."""
        return [np.tile(self.masks.kept, (samples, 1))] if self.masks else []

    def _of(self, rows: Rows, masks: Masks | None = None) -> Any:
        """The function of a row: its weight times its loss, and the output if somebody wants it."""

        def loss_of(x: Any, target: Any, *rest: Any) -> tuple[Value, Any]:
            x, target = rows.as_given(x, target)
            with masks.as_inputs(rest[-1]) if masks else nullcontext():
                [output] = outputs_of(self._model, [x])
            loss = self._loss(output, target)
            if not isinstance(loss, Value):
                raise TypeError(f"a loss returns a Value computed from the output, got {loss!r:.60}")
            return (rest[0] * loss if rows.weighed else loss), self._kept(output)

        return loss_of

    def _kept(self, output: Any) -> Any:
        if not self._wants_outputs or isinstance(output, Value):
            return output if self._wants_outputs else None
        if not isinstance(output, (list, tuple)):
            raise TypeError(f"metrics are given outputs in lists, not in a {type(output).__name__}")
        return list(output)
