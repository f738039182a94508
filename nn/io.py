"""Parameters and buffers to a file and back, in the safetensors format (the `train` extra)."""

from __future__ import annotations

import re
from pathlib import Path

from autograd import extra
from nn.module import Module


def save(model: Module, path: str | Path) -> None:
    """Write the parameters and buffers of a model to a safetensors file, as float64.

    Parameters in one list, such as the weights `layers.0.neurons.1.w` of a neuron, become one vector.

    Args:
        model: whose numbers are written.
        path: of the file, which is replaced if it exists.

    Raises:
        ImportError: if safetensors or numpy is missing; it says how to install them.
    """
    with extra("train", "nn.save"):
        import numpy
        from safetensors.numpy import save_file

    vectors: dict[str, list[float]] = {}
    for name, number in model.state_dict().items():
        vectors.setdefault(_vector_of(name), []).append(number)
    save_file({name: numpy.array(numbers) for name, numbers in vectors.items()}, str(path))


def load(model: Module, path: str | Path) -> None:
    """Set the parameters and buffers of a model from a file that `save` wrote.

    Args:
        model: built as the one that was saved; its names and sizes must be those of the file.
        path: of the file.

    Raises:
        ValueError: if the names or sizes in the file are not those of the model; then nothing has changed.
        ImportError: if safetensors or numpy is missing; it says how to install them.
    """
    with extra("train", "nn.load"):
        from safetensors.numpy import load_file
    vectors = load_file(str(path))
    names: dict[str, list[str]] = {}
    for name in model.state_dict():
        names.setdefault(_vector_of(name), []).append(name)
    unknown = [vector for vector in vectors if vector not in names]
    state = dict.fromkeys(unknown, 0.0)  # names that the model does not have: it will refuse them
    for vector, members in names.items():
        if vector in vectors:
            numbers = vectors[vector]
            if numbers.shape != (len(members),):
                raise ValueError(
                    f"{path} has {' x '.join(map(str, numbers.shape)) or 'one'} numbers in {vector}, "
                    f"this {type(model).__name__} {len(members)}"
                )
            state.update(zip(members, numbers.tolist(), strict=True))
    model.load_state_dict(state)


def _vector_of(name: str) -> str:
    return re.sub(r"\.\d+$", "", name)
