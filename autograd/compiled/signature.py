"""The arguments of a call: what they are made of, and their numbers apart from it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final, TypeAlias

from autograd import floats
from autograd.compiled.setting import Setting
from autograd.compiled.trace import Number, Whole, replaced
from autograd.containers import fields_of, is_array, known_branches, made_like
from autograd.value import Value

Place: TypeAlias = int | str
"""Where an argument stands: its position or its name."""

_EXACT: Final = 2**53  # up to which every whole number is a float


class Signature:
    """What a program is made for.

    Args:
        args: the arguments by position.
        kwargs: the arguments by name.
        inputs: where a whole number that stands alone is an input; elsewhere it is a setting.
        differentiated: the arguments that are differentiated by, in which True is a number too.

    Attributes:
        key: equal for calls that one program serves: the containers and where their numbers stand, and all
            that is no number.
        numbers: the numbers of the arguments, in order.
        has_values: whether there are Values among them.
        settings: what is no number and no container of numbers.
        whole: the whole numbers that stand alone and are settings, by place.
        taken: where they are inputs.
    """

    def __init__(
        self,
        args: Sequence[Any],
        kwargs: Mapping[str, Any],
        inputs: Collection[Place] = (),
        differentiated: Collection[Place] = (),
    ) -> None:
        self._args = args
        self._kwargs = kwargs
        self._inputs = inputs
        self._differentiated = differentiated
        self.numbers: list[float] = []
        self.has_values = False
        self.settings: list[Setting] = []
        self.whole: dict[Place, int] = {}
        self.taken: set[Place] = set()
        positions = tuple([self._read_argument(place, arg) for place, arg in enumerate(args)])
        self.key = positions, tuple([(name, self._read_argument(name, arg)) for name, arg in kwargs.items()])

    def arguments(self) -> tuple[list[Any], dict[str, Any]]:
        """The arguments with floats where the numbers stand that are inputs."""
        return [self._argument(place, arg) for place, arg in enumerate(self._args)], {
            name: self._argument(name, arg) for name, arg in self._kwargs.items()
        }

    def takes(self, place: Place, number: int) -> bool:
        """Whether a whole number that stands alone is an input."""
        if place in self._differentiated:
            return True
        return place in self._inputs and type(number) is int and abs(number) <= _EXACT

    def _argument(self, place: Place, thing: Any) -> Any:
        if place in self._differentiated:
            return replaced(thing, (Number, bool), floats.as_float)
        number = whole_number(thing)
        if number is not None:
            return Whole(number) if self.takes(place, number) else thing
        return replaced(thing, Number, floats.as_float)

    def _read_argument(self, place: Place, thing: Any) -> Any:
        """A key of an argument; its numbers are noted."""
        number = whole_number(thing)
        if number is None:
            return self._read(thing, place in self._differentiated)
        if self.takes(place, number):
            self.numbers.append(floats.as_float(number))
            if place not in self._differentiated:
                self.taken.add(place)
            return float
        if type(number) is int:
            self.whole[place] = number
        return type(thing), number

    def _read(self, thing: Any, with_bools: bool) -> Any:
        """The same of any part of an argument."""
        if type(thing) is float:
            self.numbers.append(thing)
            return float
        if isinstance(thing, Value):
            self.has_values = True
            return float
        if thing is None or (isinstance(thing, bool) and not with_bools):
            return type(thing), thing
        if is_array(thing):
            return self._read_array(thing, with_bools)
        branches = known_branches(thing)
        if branches is not None:
            _require_computed(thing)
            parts = [(_key(key), self._read(branch, with_bools)) for key, branch in branches]
            return type(thing), tuple(parts)
        if floats.is_number(thing):
            self.numbers.append(floats.as_float(thing))
            return float
        # A set may change, and then is another setting.
        return self._setting(frozenset(thing) if type(thing) is set else thing)

    def _read_array(self, array: Any, with_bools: bool) -> Any:
        if array.dtype.kind in "biuf":
            self.numbers += array.ravel().astype(float).tolist()
            return "array", array.shape
        if array.dtype.kind == "O":
            return "array", array.shape, tuple([self._read(cell, with_bools) for cell in array.flat])
        return "array", array.shape, array.dtype.str, array.tobytes()

    def _setting(self, thing: Any) -> Setting:
        self.settings.append(Setting(thing))
        return self.settings[-1]


def whole_number(thing: Any) -> int | None:
    """A whole number or truth value as one of Python's, also one of numpy; None for anything else."""
    if isinstance(thing, int) or type(thing) is float:
        return thing if isinstance(thing, int) else None
    if getattr(getattr(thing, "dtype", None), "kind", "") not in ("i", "u", "b") or is_array(thing):
        return None
    number: int | None = thing.item() if thing.shape == () else None
    return number


def _key(key: Any) -> Any:
    """A key of a dict, or an index; 1 and True are equal, but not the same key."""
    return key if type(key) in (str, int) else Setting(key)


def _require_computed(thing: Any) -> None:
    """Raise TypeError if a field of a dataclass is not what the constructor makes of the others.

    The function is called with a dataclass that is made anew, so what was assigned would be lost.
    """
    fields = fields_of(thing)
    if fields is None or len(fields) == len(type(thing).__dataclass_fields__):
        return
    made = made_like(thing, [branch for _, branch in known_branches(thing) or ()])
    for name, field in type(thing).__dataclass_fields__.items():
        if field.init or not hasattr(made, name) or not hasattr(thing, name):
            continue
        here, there = (Signature([getattr(one, name)], {}) for one in (thing, made))
        if repr(here.numbers) != repr(there.numbers) or not (here.settings or here.key == there.key):
            raise TypeError(
                f"jit: the field {name!r} of a {type(thing).__name__} has init=False and was assigned, but "
                "the function is called with one that the constructor makes; let the constructor take it"
            )
