"""The derivative of a program along a direction: the forward mode, one sweep from the inputs on.

Beside every number that moves stands its derivative. What an operand adds to it is the term of a sweep back
with the operand's own derivative in place of the upstream gradient, so the templates are the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial

from autograd import ops
from autograd.extras import extra
from autograd.programs.derivative import Layout
from autograd.programs.path import Path, passes
from autograd.programs.program import UNUSED, Program
from autograd.programs.slots import Slots
from autograd.programs.template import Template

with extra("jit", "the derivative of a program"):
    import numpy as np
    from numpy.typing import NDArray


def with_tangents(program: Program, directions: Mapping[int, int]) -> Program:
    """A program that computes what this one does, and the derivatives of its outputs along a direction.

    Args:
        program: what to differentiate.
        directions: for each input that moves the input that says how fast, both counted from 0.

    Returns:
        A program of the same inputs. Its outputs are those of this one, then the derivative of each of them;
        0.0 for one that does not depend on what moves.

    >>> from autograd import Value, flatten
    >>> x, dx = Value(2.0, label="x"), Value(1.0, label="dx")
    >>> print(with_tangents(flatten(x.exp() * 3, [x, dx]), {0: 1}))
    inputs: x, dx
    v1 = exp(x)
    v2 = v1*3
    v3 = v1*dx
    v4 = 3*v3
    outputs: v2, v4
    """
    return Forward(program, directions).program()


class Forward(Layout):
    """The instructions that a sweep forward through a program adds to it."""

    def __init__(self, program: Program, directions: Mapping[int, int]) -> None:
        super().__init__(program, [])
        self.roots = np.array([*directions], dtype=np.int64)
        self.seeds = np.array([*directions.values()], dtype=np.int64)
        first_to_last = np.arange(len(program) + 1)
        self.path = Path(first_to_last[:-1], -first_to_last, self._moving())
        arrived = self._sums(self._terms())
        self._settle(self.slots, arrived, self._derivatives(arrived))

    def _moving(self) -> NDArray[np.bool_]:
        """The slots whose numbers move along the direction."""
        by_left, by_right = ([*map(partial(passes, place), self.given.operations)] for place in (0, 1))
        moving = bytearray(self.slots + 1)  # the last one is that of an unused operand
        for slot in self.roots.tolist():
            moving[slot] = 1
        instructions = zip(self.given.codes, self.given.left, self.given.right, strict=True)
        for slot, (code, left, right) in enumerate(instructions, self.first):
            moving[slot] = (by_left[code] and moving[left]) or (by_right[code] and moving[right])
        return np.frombuffer(moving, dtype=np.bool_)

    def _edges(self) -> tuple[Slots, Slots, Slots]:
        """Which operand adds a term to the derivative of which instruction, whose slot comes last."""
        user, place, _ = super()._edges()
        order = np.lexsort((place, user))
        return user[order], place[order], user[order] + self.first

    def _source(self, user: Slots, place: Slots | int) -> Slots:
        """Whose derivative a term is made of: here that of the operand."""
        return np.where(np.asarray(place) == 0, self.operands[0][user], self.operands[1][user])

    def _rules(self, user: Slots, place: Slots) -> Iterator[tuple[Template, Slots]]:
        """As for a sweep back; but no 0.0 is added in the end, so that -0.0 has to be kept out."""
        for rule, which in super()._rules(user, place):
            yield rule._replace(finite=False), which

    def _derivatives(self, arrived: Slots) -> Slots:
        """The derivatives of the outputs: 0.0, and not -0.0, for one that does not move."""
        outputs = np.array(self.given.outputs, dtype=np.int64)
        found = arrived[outputs]
        zero = self.constant(0.0)
        found[found == UNUSED] = zero
        condition = np.array([self.below.get(slot, UNUSED) for slot in outputs.tolist()], dtype=np.int64)
        maybe = np.flatnonzero(condition != UNUSED)
        zeros, nobody = np.full(len(maybe), zero), np.full(len(maybe), -1)
        still = self._new(self._code(ops.equal), condition[maybe], zeros, nobody, 0)
        added = self._new(self._code(ops.when), still, zeros, nobody, 1)
        found[maybe] = self._new(self._code(ops.add), found[maybe], added, nobody, 2)
        return found
