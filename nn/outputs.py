"""The model itself asked for samples: its outputs as it computes them, and what is said where it refuses.

Training and `predict` ask here; a program of a model is asked in `answers`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from autograd import Value
from nn.module import outputs_of
from nn.tables import what_is_odd


def outputs_for(model: Any, samples: list[Any], rows: Sequence[int]) -> list[Any]:
    """The model's outputs; where it refuses the samples the error says which one is odd.

    Args:
        model: a module or a function of one sample.
        samples: in the form that the model takes.
        rows: the number of each sample in the data.

    Raises:
        ValueError: if there are more or fewer outputs than samples.
    """
    try:
        outputs = outputs_of(model, samples)
    except (TypeError, ValueError) as error:
        odd = what_is_odd(samples, rows)
        if not odd:
            raise
        raise kind_of(error)(f"{odd} ({error})") from error
    if len(outputs) != len(samples):
        raise ValueError(f"the model gave {len(outputs)} outputs for {len(samples)} samples")
    return outputs


def numbers_in(output: Any) -> Any:
    """A model's output with floats in place of Values."""
    if isinstance(output, (list, tuple)):
        return [numbers_in(entry) for entry in output]
    return output.data if isinstance(output, Value) else output


def kind_of(error: Exception) -> type[Exception]:
    """What to raise in place of an error: a TypeError for one, else a ValueError."""
    return TypeError if isinstance(error, TypeError) else ValueError
