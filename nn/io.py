"""Parameters and buffers to a file and back, in the safetensors format (the `train` extra)."""

from __future__ import annotations

import io
import os
import secrets
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO

from autograd import extra
from nn.arguments import described
from nn.module import Module

File = str | os.PathLike[str] | BinaryIO
"""A path, or a file that is open for bytes."""


def save(model: Module, file: File) -> None:
    """Write the parameters and buffers of a model to a safetensors file, as float64.

    Parameters in one list, such as the weights `layers.0.neurons.1.w` of a neuron, become one vector. A file
    that is there already is replaced when the new one is whole, so an error leaves it as it was.

    Args:
        model: whose numbers are written.
        file: a path; or a file that is open for writing bytes, such as `open(path, "wb")` or `io.BytesIO()`.

    Raises:
        TypeError: if the model is no Module, or the file neither a path nor an open file.
        OSError, ValueError: if the file cannot be written, or is open for text; the error names it.
        ImportError: if safetensors or numpy is missing; it says how to install them.
    """
    _require("nn.save", model, file)
    with extra("train", "nn.save"):
        import numpy
        from safetensors.numpy import save as as_bytes

    state = model.state_dict()
    vectors = {name: numpy.array([state[n] for n in members]) for name, members in _vectors(state).items()}
    data = as_bytes(vectors)
    with _named(file):
        if isinstance(file, (str, os.PathLike)):
            _replace(os.fsdecode(file), data)
        else:
            _write(file, data)


def load(model: Module, file: File) -> None:
    """Set the parameters and buffers of a model from a file that `save` wrote.

    Args:
        model: built as the one that was saved; its names and sizes must be those of the file.
        file: a path; or a file that is open for reading bytes, which is read to its end.

    Raises:
        TypeError: if the model is no Module, or the file neither a path nor an open file.
        OSError: if the file cannot be read; the error names it.
        ValueError: if it is damaged or no safetensors file, or the names or sizes in it are not those of the
            model; the error names the file, and nothing has changed.
        ImportError: if safetensors or numpy is missing; it says how to install them.
    """
    _require("nn.load", model, file)
    with extra("train", "nn.load"):
        from safetensors import SafetensorError
        from safetensors.numpy import load as from_bytes

    names = _vectors(model.state_dict())
    with _named(file):
        data = _read(file)
        try:
            vectors = from_bytes(data)
        except (SafetensorError, KeyError) as error:  # a KeyError is a type of numbers that numpy has not
            raise ValueError(f"no whole safetensors file: {error}") from error
        state = dict.fromkeys((name for name in sorted(vectors) if name not in names), 0.0)  # to be refused
        for name, members in names.items():
            if name in vectors:
                numbers = _numbers_of_vector(name, vectors[name], model, len(members))
                state.update(zip(members, numbers, strict=True))
        model.load_state_dict(state)


def _require(function: str, model: Any, file: Any) -> None:
    if not isinstance(model, Module):
        advice = ""
        if hasattr(model, "state_dict") and not isinstance(model, type):  # an optimizer, a schedule
            advice = f"; the state of anything else goes to a file by json: {_BY_JSON[function]}"
        got = described(model)
        raise TypeError(f"{function} takes a model, an nn.Module, and a file; got {got}{advice}")
    if not isinstance(file, (str, os.PathLike)) and not hasattr(file, _METHOD[function]):
        raise TypeError(f"{function} takes a path or a file that is open for bytes, got {described(file)}")


_METHOD = {"nn.save": "write", "nn.load": "read"}
_BY_JSON = {
    "nn.save": "json.dump(optimizer.state_dict(), file)",
    "nn.load": "optimizer.load_state_dict(json.load(file))",
}


@contextmanager
def _named(file: File) -> Iterator[None]:
    """A block whose errors about a file name the file."""
    if isinstance(file, (str, os.PathLike)):
        name = os.fsdecode(file)
    else:
        name = str(getattr(file, "name", None) or repr(file))
    try:
        yield
    except OSError as error:
        if isinstance(error, io.UnsupportedOperation):
            raise ValueError(f"{name!r}: it is open for something else than to {error}") from error
        if error.errno is None:  # not of the system, but of a compressed file, say
            raise OSError(f"{name!r}: {error}") from error
        raise OSError(error.errno, error.strerror, name) from error
    except ValueError as error:
        raise ValueError(f"{name!r}: {error}") from error


def _replace(path: str, data: bytes) -> None:
    """Put a file in the place of another in one step."""
    if not path or (os.path.exists(path) and not os.path.isfile(path)):  # a device is not replaced
        with open(path, "wb") as device:
            _write(device, data)
        return
    path = os.path.realpath(path)  # of a link, what it leads to
    beside = os.path.join(os.path.dirname(path), f".{secrets.token_hex(8)}.tmp")
    try:
        with open(beside, "xb") as new:
            _write(new, data)
            os.fsync(new.fileno())
        if os.path.exists(path):
            shutil.copymode(path, beside)
        os.replace(beside, path)
    except BaseException:
        if os.path.exists(beside):
            os.remove(beside)
        raise


def _write(file: BinaryIO, data: bytes) -> None:
    if isinstance(file, io.TextIOBase):
        raise ValueError("it is open for text; open it for bytes, with 'wb'")
    raw = isinstance(file, io.RawIOBase)  # which may take a part, or without waiting None
    rest = memoryview(data)
    while rest:
        written = file.write(rest)
        if raw and not written:
            raise OSError("it takes no more bytes now")
        rest = rest[written:] if raw else rest[:0]
    file.flush()


def _read(file: File) -> bytes:
    if isinstance(file, (str, os.PathLike)):
        with open(file, "rb") as opened:
            return opened.read()
    data: bytes | str | None = file.read()
    if data is None:  # of a file that does not wait
        raise OSError("it has no bytes now")
    if not isinstance(data, bytes):
        raise ValueError("it is open for text; open it for bytes, with 'rb'")
    return data


def _vectors(names: Iterable[str]) -> dict[str, list[str]]:
    """Numbers that are counted from 0, such as 'w.0' and 'w.1', under one name; each other by itself."""
    groups: dict[str, list[str]] = {}
    members: list[str] = []
    stem = ""
    for name in names:
        if not groups or name != f"{stem}.{len(members)}":  # not the next one of the same vector, as most are
            before, dot, last = name.rpartition(".")
            stem = before if dot and last.isdigit() else name
            members = groups.setdefault(stem, [])
        members.append(name)
    vectors: dict[str, list[str]] = {}
    for stem, members in groups.items():
        counted = members == [f"{stem}.{i}" for i in range(len(members))]
        vectors.update({stem: members} if counted else {name: [name] for name in members})
    return vectors


def _numbers_of_vector(name: str, vector: Any, model: Module, count: int) -> list[float]:
    if vector.shape != (count,):
        shape = " x ".join(map(str, vector.shape)) or "one"
        raise ValueError(f"it has {shape} numbers in {name}, this {type(model).__name__} {count}")
    if vector.dtype.kind not in "fiu":
        raise ValueError(f"it has {vector.dtype} in {name}, where this {type(model).__name__} has floats")
    numbers: list[float] = vector.tolist()
    return numbers
