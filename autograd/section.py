"""A computation as a function of one of its numbers, and the steps over which that one is moved."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping

from autograd.graph import computed_from
from autograd.programs.flatten import Flattening
from autograd.programs.moved import Moved
from autograd.programs.program import Program
from autograd.value import Value

_LONGEST = 8e-3  # of the usual steps, in units of 1 and of the size of the number; each next one is a 16th
_TOGETHER = 6  # steps are taken together: the five usual ones, and one that is longer
_ROUNDING = 4 * sys.float_info.epsilon  # of one operation; a composed one such as GELU needs several units


def length(size: float, place: int) -> float:
    """How long a step is, in units of `size`; the longest usual one has place 0, shorter ones follow."""
    return _LONGEST * size * 16.0**-place


class Section:
    """A computation as a function of one of its numbers, all others being as they are.

    Args:
        root: the result, with the graph that was recorded where the number is `node.data`.
        node: what is moved.
        adjoints: the gradient of the root by every node of its graph.
        hold: as for `flatten`: whether operands that no gradient passes stay at their numbers.
        uses: the nodes that each node of the graph is an operand of.
        function: the function itself, where it may take other ways than the graph that was recorded.
    """

    def __init__(
        self,
        root: Value,
        node: Value,
        adjoints: Mapping[Value, float],
        hold: bool,
        uses: dict[Value, list[Value]],
        function: Callable[[float], float] | None = None,
    ) -> None:
        recorded = Flattening(root, [node], hold, computed_from(node, uses))
        program, carries = recorded.program, [abs(adjoints.get(moved, 0.0)) for moved in recorded.nodes]
        self.at = node.data
        self._moved = Moved(program, self.at, carries)
        self._function = function
        self._kinks = _kinks(program)
        self._prepared: set[tuple[float, int]] = set()

    def __call__(self, number: float) -> float:
        return self._moved.result(number) if self._function is None else self._function(number)

    def prepare(self, sizes: Iterable[float], place: int) -> None:
        """Compute the graph at once for one step of each size and its neighbours, unless it was done."""
        group = (place + 1) // _TOGETHER
        new = [size for size in sizes if (size, group) not in self._prepared]
        if not new:
            return
        self._prepared.update((size, group) for size in new)
        together = range(group * _TOGETHER - 1, (group + 1) * _TOGETHER - 1)
        steps = [length(size, place) for size in new for place in together]
        moves = [move for step in steps for move in (-step, step / 2, -step / 2)]
        places = [self.at + move for move in moves] if self._function is None else []
        self._moved.visit(places, [self.at + step for step in steps])

    def rounding(self, step: float) -> float:
        """What the roundings of all operations may add up to in the result, here or a step away."""
        return _ROUNDING * self._moved.weighted(self.at + step)

    def crosses_kink(self, step: float) -> bool:
        """Whether an operation has a kink within a step to either side."""
        if not self._kinks:
            return False
        numbers = [self._moved.numbers(place) for place in (self.at - step, self.at, self.at + step)]
        for kink, operands in self._kinks:
            at = [kink(*[slots[operand] for operand in operands]) for slots in numbers]
            if not (max(at) < 0 or min(at) > 0 or at[0] == at[1] == at[2]):
                return True
        return False


def _kinks(program: Program) -> list[tuple[Callable[..., float], list[int]]]:
    """The instructions that have a kink: where it is, and the slots of their operands."""
    if not any(operation.kink for operation in program.operations):
        return []
    instructions = zip(program.codes, program.left, program.right, strict=True)
    operations = [(program.operations[code], [left, right]) for code, left, right in instructions]
    return [(made.kink, slots[: made.arity]) for made, slots in operations if made.kink is not None]
