"""The forward slices of a computation: for each of its inputs, the instructions that depend on it.

All other numbers are as they were recorded. So a slice is a program of one input, and whoever moves an input
computes its slice and nothing else (Weiser, 1984, on slices of programs).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

from autograd.annotations import TYPE_CHECKING
from autograd.programs.flatten import Flattening
from autograd.programs.program import UNUSED, Program
from autograd.value import Value

if TYPE_CHECKING:
    from autograd.programs.batch import Batch


class Slices:
    """A recorded computation, cut by what depends on each of its inputs.

    It is flattened when it is first looked at, and once for all inputs.

    Args:
        root: the result.
        inputs: what may be moved, one at a time; none of them is computed from another one.
        adjoints: the gradient of the root by its nodes; what the size of a number counts is that of its
            gradient.
        hold: as for `flatten`: whether operands that no gradient passes stay at their numbers.
        moving: as for `Flattening`.
    """

    def __init__(
        self,
        root: Value,
        inputs: Sequence[Value],
        adjoints: Mapping[Value, float],
        hold: bool = False,
        moving: set[Value] | None = None,
    ) -> None:
        self.inputs = inputs
        self._root = root
        self._adjoints = adjoints
        self._hold = hold
        self._moving = moving

    @cached_property
    def _flattening(self) -> Flattening:
        return Flattening(self._root, self.inputs, self._hold, self._moving)

    @property
    def whole(self) -> Program:
        """The program of all inputs."""
        return self._flattening.program

    @cached_property
    def recorded(self) -> list[float]:
        """The number in every slot, as the graph has it."""
        nodes = [node.data for node in self._flattening.nodes]
        return [*(node.data for node in self.inputs), *self.whole.constants, *nodes]

    @cached_property
    def weights(self) -> list[float]:
        """The weight of each instruction."""
        return [abs(self._adjoints.get(node, 0.0)) for node in self._flattening.nodes]

    @cached_property
    def batch(self) -> Batch:
        """What carries out many slices together, by numpy."""
        from autograd.programs.batch import Batch

        return Batch(self)

    @cached_property
    def _readers(self) -> list[list[int]]:
        """For every slot the slots of the instructions that read it."""
        whole = self.whole
        readers: list[list[int]] = [[] for _ in self.recorded]
        for slot, (left, right) in enumerate(zip(whole.left, whole.right, strict=True), whole.first):
            readers[left].append(slot)
            if right != UNUSED:
                readers[right].append(slot)
        return readers

    def slice(self, index: int) -> tuple[Program, list[float]]:
        """The program of one input alone, and the weight of each of its instructions."""
        whole, moving = self.whole, self._dependents(index)
        if len(self.inputs) == 1 and len(moving) == len(whole):
            return whole, self.weights
        instructions = [slot - whole.first for slot in moving]
        codes = [whole.codes[at] for at in instructions]
        left, right = [whole.left[at] for at in instructions], [whole.right[at] for at in instructions]
        used = list(dict.fromkeys(codes))
        still = list(dict.fromkeys([*left, *right, *whole.outputs]).keys() - {index, UNUSED, *moving})
        place = {slot: new for new, slot in enumerate([index, *still, *moving])} | {UNUSED: UNUSED}
        program = Program(
            [whole.inputs[index]],
            [self.recorded[slot] for slot in still],
            [whole.operations[code] for code in used],
            map({code: new for new, code in enumerate(used)}.__getitem__, codes),
            map(place.__getitem__, left),
            map(place.__getitem__, right),
            map(place.__getitem__, whole.outputs),
        )
        return program, [self.weights[at] for at in instructions]

    def _dependents(self, index: int) -> list[int]:
        """The slots that are computed from an input, in their order."""
        found: set[int] = set()
        stack = [index]
        while stack:
            for slot in self._readers[stack.pop()]:
                if slot not in found:
                    found.add(slot)
                    stack.append(slot)
        return sorted(found)
