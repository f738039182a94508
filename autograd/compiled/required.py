"""What the inputs of a program are held to before it runs: see `autograd.requirements`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from autograd.value import Value

if TYPE_CHECKING:
    from autograd.programs.given import Given
    from autograd.requirements import Rule

_MOST_KEPT: Final = 1000  # numbers of one input; an index has few, and a probability as many as you like


class Required:
    """An input of a program and its rule. Which numbers have passed is kept, as most come again.

    Args:
        place: which input it is.
        rule: is called with a number, and raises if that breaks the rule.
    """

    def __init__(self, place: int, rule: Rule) -> None:
        self.place = place
        self._rule = rule
        self._passed: set[float] = set()

    def __call__(self, numbers: Iterable[float]) -> None:
        """Raise if one of the numbers breaks the rule."""
        if self._passed.issuperset(numbers):
            return
        if len(self._passed) > _MOST_KEPT:
            self._passed.clear()
        for number in numbers:
            if number not in self._passed:
                self._rule(number)
                self._passed.add(number)


def required(rules: list[tuple[Value, Rule]], places: Mapping[Value, int]) -> list[Required]:
    """The rules that a traced function has noted, by the place of the input that each is for.

    Raises:
        TypeError: if a number is held to a rule that is no input.
    """
    found = []
    while rules:  # which then keeps no node alive
        node, rule = rules.pop(0)
        if node not in places:
            raise TypeError(
                "jit: an index or a target is a Value that the function makes itself; give the number that "
                "it is made of"
            )
        found.append(Required(places[node], rule))
    return found


def require_all(
    wanted: Sequence[Required], given: Sequence[Given], start: int = 0, stop: int | None = None
) -> None:
    """Hold the inputs of a batch to their rules, in all rows or in some."""
    for each in wanted:
        for part in given:
            if 0 <= each.place - part.first < part.count:
                rows = part.array.reshape(1, -1) if part.shared else part.array[start:stop]
                each(rows.reshape(len(rows), part.count)[:, each.place - part.first].tolist())
