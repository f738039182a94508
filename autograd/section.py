"""A computation as a function of one of its numbers, and the steps over which that one is moved."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property

from autograd.graph import computed_from, nodes_of, uses_of
from autograd.programs.perturbed import Perturbed, visit
from autograd.programs.program import Program
from autograd.programs.slices import Slices
from autograd.value import Value

_LONGEST = 8e-3  # of the usual steps, in units of 1 and of the size of the number; each next one is a 16th
_TOGETHER = 6  # steps are taken together: the five usual ones, and one that is longer
_AT_A_TIME = 128  # leaves
_ROUNDING = 4 * sys.float_info.epsilon  # of one operation; a composed one such as GELU needs several units


def length(size: float, place: int) -> float:
    """How long a step is, in units of `size`; the longest usual one has place 0, shorter ones follow."""
    return _LONGEST * size * 16.0**-place


def sections(
    root: Value, nodes: Sequence[Value], adjoints: Mapping[Value, float]
) -> Iterator[dict[Value, Section]]:
    """A recorded graph as a function of each of some nodes; what no gradient passes stays at its number.

    Those that come together may be visited together: leaves, some at a time, and then each other node alone.

    Args:
        root: the result.
        nodes: what is moved, one at a time.
        adjoints: the gradient of the root by every node of its graph.
    """
    leaves = [node for node in nodes if not node._prev]
    slices = Slices(root, leaves, adjoints, hold=True)
    for start in range(0, len(leaves), _AT_A_TIME):
        some = enumerate(leaves[start : start + _AT_A_TIME], start)
        yield {leaf: Section(Perturbed(slices, index)) for index, leaf in some}
    between = [node for node in nodes if node._prev]
    uses = uses_of(nodes_of(root)) if between else {}
    for node in between:
        slices = Slices(root, [node], adjoints, hold=True, moving=computed_from(node, uses))
        yield {node: Section(Perturbed(slices, 0))}


class Section:
    """A computation as a function of one of its numbers, all others being as they are.

    Args:
        computed: the computation that was recorded.
        function: the function itself, where it may take other ways than the graph that was recorded.
    """

    def __init__(self, computed: Perturbed, function: Callable[[float], float] | None = None) -> None:
        self.at = computed.at
        self.computed = computed
        self._function = function
        self._visited: set[tuple[float, int]] = set()

    def __call__(self, number: float) -> float:
        return self.computed.result(number) if self._function is None else self._function(number)

    def needed(self, sizes: Sequence[float], place: int) -> Iterator[list[float]]:
        """One step of each size with its neighbours, to be visited together, unless they have been."""
        group = (place + 1) // _TOGETHER
        if any((size, group) not in self._visited for size in sizes):
            self._visited.update((size, group) for size in sizes)
            places = range(group * _TOGETHER - 1, (group + 1) * _TOGETHER - 1)
            yield [length(size, place) for size in sizes for place in places]

    def ends(self, steps: Sequence[float]) -> list[float]:
        """Where differences over some steps ask for numbers: first a step above for each of them.

        With half a step above and both below, unless there only the roundings are asked for.
        """
        moves = [move for step in steps for move in (-step, step / 2, -step / 2)]
        return [self.at + move for move in (*steps, *(moves if self._function is None else ()))]

    def rounding(self, step: float) -> float:
        """What the roundings of all operations may add up to in the result, here or a step away."""
        return _ROUNDING * self.computed.weighted(self.at + step)

    @cached_property
    def _kinks(self) -> list[tuple[Callable[..., float], list[int]]]:
        return _kinks(self.computed.program) if self.computed.may_have_kinks else []

    def crosses_kink(self, step: float) -> bool:
        """Whether an operation has a kink within a step to either side."""
        if not self._kinks:
            return False
        numbers = [self.computed.numbers(place) for place in (self.at - step, self.at, self.at + step)]
        for kink, operands in self._kinks:
            at = [kink(*[slots[operand] for operand in operands]) for slots in numbers]
            if not (max(at) < 0 or min(at) > 0 or at[0] == at[1] == at[2]):
                return True
        return False


def visit_together(sections: Sequence[Section], steps: Sequence[Sequence[float]]) -> None:
    """Compute what differences of sections of one graph need over some steps, for each as many."""
    if sections:
        places = [section.ends(of) for section, of in zip(sections, steps, strict=True)]
        visit([section.computed for section in sections], places, len(steps[0]))


def _kinks(program: Program) -> list[tuple[Callable[..., float], list[int]]]:
    """The instructions that have a kink: where it is, and the slots of their operands."""
    if not any(operation.kink for operation in program.operations):
        return []
    instructions = zip(program.codes, program.left, program.right, strict=True)
    operations = [(program.operations[code], [left, right]) for code, left, right in instructions]
    return [(made.kink, slots[: made.arity]) for made, slots in operations if made.kink is not None]
