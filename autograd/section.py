"""A computation as a function of one of its numbers, and the steps over which that one is moved."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property

from autograd.graph import computed_from, nodes_of, uses_of
from autograd.programs.perturbed import Perturbed, perturbed
from autograd.programs.program import Program
from autograd.programs.slices import Slices
from autograd.value import Value

_LONGEST = 8e-3  # of the usual steps, in units of 1 and of the size of the number; each next one is a 16th
_TOGETHER = 6  # steps are taken together: the five usual ones, and one that is longer
_ROUNDING = 4 * sys.float_info.epsilon  # of one operation; a composed one such as GELU needs several units


def length(size: float, place: int) -> float:
    """How long a step is, in units of `size`; the longest usual one has place 0, shorter ones follow."""
    return _LONGEST * size * 16.0**-place


def sections(
    root: Value, nodes: Sequence[Value], adjoints: Mapping[Value, float]
) -> Iterator[tuple[Value, Section]]:
    """A recorded graph as a function of each of some nodes; what no gradient passes stays at its number.

    The leaves come first: they share a program, and the usual steps of them all are computed together.

    Args:
        root: the result.
        nodes: what is moved, one at a time.
        adjoints: the gradient of the root by every node of its graph.
    """
    leaves = [node for node in nodes if not node._prev]
    between = [node for node in nodes if node._prev]
    if leaves:
        yield from zip(leaves, _prepared(Slices(root, leaves, adjoints, hold=True)), strict=True)
    uses = uses_of(nodes_of(root)) if between else {}
    for node in between:
        slices = Slices(root, [node], adjoints, hold=True, moving=computed_from(node, uses))
        yield from zip([node], _prepared(slices), strict=True)


def _prepared(slices: Slices) -> Iterator[Section]:
    """A section for each input; the usual steps, in units of 1 and of the number, have been computed."""
    sizes = [sorted([1.0, abs(node.data)], reverse=True) for node in slices.inputs]
    steps = [_together(of, 0) for of in sizes]
    places = [_ends(node.data, of) for node, of in zip(slices.inputs, steps, strict=True)]
    for made, of in zip(perturbed(slices, places, len(steps[0])), sizes, strict=True):
        yield Section(made, prepared={(size, 0) for size in of})


class Section:
    """A computation as a function of one of its numbers, all others being as they are.

    Args:
        computed: the computation that was recorded.
        function: the function itself, where it may take other ways than the graph that was recorded.
        prepared: which groups of steps have been computed, in units of which size.
    """

    def __init__(
        self,
        computed: Perturbed,
        function: Callable[[float], float] | None = None,
        prepared: Iterable[tuple[float, int]] = (),
    ) -> None:
        self.at = computed.at
        self._computed = computed
        self._function = function
        self._prepared = set(prepared)

    def __call__(self, number: float) -> float:
        return self._computed.result(number) if self._function is None else self._function(number)

    def prepare(self, sizes: Iterable[float], place: int) -> None:
        """Compute the graph at once for one step of each size and its neighbours, unless it was done."""
        group = (place + 1) // _TOGETHER
        new = [size for size in sizes if (size, group) not in self._prepared]
        if not new:
            return
        self._prepared.update((size, group) for size in new)
        steps = _together(new, group)
        ends = _ends(self.at, steps)
        self._computed.visit(ends if self._function is None else ends[: len(steps)], len(steps))

    def rounding(self, step: float) -> float:
        """What the roundings of all operations may add up to in the result, here or a step away."""
        return _ROUNDING * self._computed.weighted(self.at + step)

    @cached_property
    def _kinks(self) -> list[tuple[Callable[..., float], list[int]]]:
        return _kinks(self._computed.program) if self._computed.may_have_kinks else []

    def crosses_kink(self, step: float) -> bool:
        """Whether an operation has a kink within a step to either side."""
        if not self._kinks:
            return False
        numbers = [self._computed.numbers(place) for place in (self.at - step, self.at, self.at + step)]
        for kink, operands in self._kinks:
            at = [kink(*[slots[operand] for operand in operands]) for slots in numbers]
            if not (max(at) < 0 or min(at) > 0 or at[0] == at[1] == at[2]):
                return True
        return False


def _together(sizes: Iterable[float], group: int) -> list[float]:
    """The steps that are taken together, in units of each size."""
    places = range(group * _TOGETHER - 1, (group + 1) * _TOGETHER - 1)
    return [length(size, place) for size in sizes for place in places]


def _ends(at: float, steps: list[float]) -> list[float]:
    """Where differences over some steps, and over half of them, ask for the function; first a step above."""
    moves = [move for step in steps for move in (-step, step / 2, -step / 2)]
    return [at + move for move in (*steps, *moves)]


def _kinks(program: Program) -> list[tuple[Callable[..., float], list[int]]]:
    """The instructions that have a kink: where it is, and the slots of their operands."""
    if not any(operation.kink for operation in program.operations):
        return []
    instructions = zip(program.codes, program.left, program.right, strict=True)
    operations = [(program.operations[code], [left, right]) for code, left, right in instructions]
    return [(made.kink, slots[: made.arity]) for made, slots in operations if made.kink is not None]
