"""The arguments of a call: what they are made of, and their numbers apart from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from autograd import floats
from autograd.compiled.trace import replaced
from autograd.containers import is_array, known_branches
from autograd.value import Value


class Signature:
    """What a program is made for.

    Attributes:
        key: equal for calls that one program serves: the containers and where their numbers stand, and all
            that is no number.
        numbers: the numbers of the arguments, in order.
        has_values: whether there are Values among them.

    With `settings` a whole number that stands alone is a setting, else it is a number like others.
    """

    def __init__(self, args: Sequence[Any], kwargs: Mapping[str, Any], settings: bool = True) -> None:
        self._args = args
        self._kwargs = kwargs
        self.numbers: list[float] = []
        self.has_values = False
        self._settings = settings
        positions = tuple(self._read(arg, settings) for arg in args)
        self.key = positions, tuple((name, self._read(arg, settings)) for name, arg in kwargs.items())

    def _read(self, thing: Any, alone: bool = False) -> Any:
        """A key of a thing; its numbers are noted."""
        if type(thing) is float:
            self.numbers.append(thing)
            return float
        if isinstance(thing, Value):
            self.has_values = True
            return float
        if isinstance(thing, bool) or (alone and isinstance(thing, int)) or thing is None:
            return type(thing), thing
        if is_array(thing):
            return self._read_array(thing)
        branches = known_branches(thing)
        if branches is not None:
            return type(thing), tuple((key, self._read(branch)) for key, branch in branches)
        if floats.is_number(thing):
            self.numbers.append(floats.as_float(thing))
            return float
        return _Setting(thing)

    def _read_array(self, array: Any) -> Any:
        if array.dtype.kind == "O":
            for cell in array.flat:
                self._read(cell)
        else:
            self.numbers += array.ravel().astype(float).tolist()
        return "array", array.shape

    def arguments(self) -> tuple[list[Any], dict[str, Any]]:
        """The arguments with floats where the numbers stand that are inputs."""

        def read(thing: Any, alone: bool = False) -> Any:
            if alone and isinstance(thing, int):
                return thing
            if not isinstance(thing, float) and floats.is_number(thing) and not isinstance(thing, bool):
                return floats.as_float(thing)
            if is_array(thing) or known_branches(thing) is None:
                return thing
            return replaced(thing, _Number, floats.as_float)

        return [read(arg, self._settings) for arg in self._args], {
            name: read(arg, self._settings) for name, arg in self._kwargs.items()
        }


class _IsNumber(type):
    def __instancecheck__(cls, thing: Any) -> bool:
        return not isinstance(thing, (bool, Value)) and floats.is_number(thing)


class _Number(metaclass=_IsNumber):
    """What counts as a number."""


class _Setting:
    """Any other argument; one that cannot be looked up is itself and nothing else."""

    def __init__(self, thing: Any) -> None:
        self.thing = thing
        try:
            self._hash = hash(thing)
        except TypeError:
            self._hash = id(thing)

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, _Setting):
            return False
        return self.thing is other.thing or (
            type(self.thing).__hash__ is not None and self.thing == other.thing
        )
