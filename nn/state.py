"""The numbers of a module by name: what `state_dict` gives and `load_state_dict` takes."""

from __future__ import annotations

from typing import Any

from autograd import Value, as_float
from nn.contents import Buffer


class State:
    """What holds the numbers of a module.

    Args:
        names: the paths of the parameters.
        parameters: the parameters, in the same order.
        buffers: the buffers, each with its path; an entry is named by its place after it, as in 'mean.0'.
    """

    def __init__(
        self, names: list[str], parameters: list[Value], buffers: list[tuple[str, Buffer[Any]]]
    ) -> None:
        self._names = names
        self._parameters = parameters
        self._buffers = buffers

    def numbers(self) -> dict[str, float]:
        """Every number in the parameters, then in the buffers, by name.

        Raises:
            ValueError: if two of them have the same name.
            TypeError: if a buffer holds something that is no number.
        """
        named = dict(zip(self._names, [parameter.data for parameter in self._parameters], strict=True))
        count = len(self._names)
        for name, buffer in self._buffers:
            named.update((f"{name}.{i}", number(f"{name}.{i}", entry)) for i, entry in enumerate(buffer))
            count += len(buffer)
        if len(named) < count:
            raise ValueError("two parameters have the same name: the keys of a dict must differ as strings")
        return named

    def set(self, numbers: dict[str, float]) -> None:
        """Set every number to the one of its name; Values in buffers stay the same Values."""
        for name, parameter in zip(self._names, self._parameters, strict=True):
            parameter.data = numbers[name]
        for name, buffer in self._buffers:
            for i, entry in enumerate(buffer):
                if isinstance(entry, Value):
                    entry.data = numbers[f"{name}.{i}"]
                else:
                    buffer[i] = numbers[f"{name}.{i}"]


def number(name: str, entry: Any) -> float:
    """An entry of a state as a float.

    Raises:
        TypeError: if it is no number; the error begins with the name.
    """
    try:
        return entry.data if isinstance(entry, Value) else as_float(entry)
    except TypeError as error:
        raise TypeError(f"{name}: {error}") from None
