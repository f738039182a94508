"""An order of instructions in which few numbers are alive at a time.

A processor has 16 registers. A number that is computed long before it is read has to be stored and loaded
again. So the outputs are computed one after the other, gradients first and the value, which most of them
lead to, last; and an instruction that is the last to read one of its operands runs at once.
"""

from __future__ import annotations

from collections.abc import Sequence

from autograd.programs.join import in_order
from autograd.programs.program import Program


def scheduled(program: Program) -> Program:
    """The same instructions in an order that keeps few results alive.

    Args:
        program: without dead code; what no output needs is left out.

    Returns:
        A program with the same results in its outputs.

    >>> from autograd import Value, flatten
    >>> x = Value(2.0, label="x")
    >>> e, s = x.exp(), x.sin()
    >>> print(scheduled(flatten([e + s, e * 2], x)))
    inputs: x
    v1 = exp(x)
    v2 = v1*2
    v3 = sin(x)
    v4 = v1 + v3
    outputs: v4, v2
    """
    outputs = [*program.outputs[1:], *program.outputs[:1]]  # the first, mostly a value, last
    return in_order(program, _Scheduling(program).order(outputs), program.outputs)


class _Scheduling:
    """Which instructions are done, and what is left to do."""

    def __init__(self, program: Program) -> None:
        self.first = program.first
        self.operands = [
            tuple({slot - self.first for slot in pair if slot >= self.first})
            for pair in zip(program.left, program.right, strict=True)
        ]
        self.users: list[list[int]] = [[] for _ in self.operands]
        for index, operands in enumerate(self.operands):
            for operand in operands:
                self.users[operand].append(index)
        self.missing = [len(operands) for operands in self.operands]  # operands that are not computed yet
        self.readers = [len(users) for users in self.users]  # users that are not computed yet
        self.done = bytearray(len(self.operands))
        self.sequence: list[int] = []

    def order(self, outputs: Sequence[int]) -> list[int]:
        """The instructions that the outputs need, in the order to run them."""
        for slot in outputs:
            if slot >= self.first:
                self._compute(slot - self.first)
        return self.sequence

    def _compute(self, root: int) -> None:
        """What an instruction needs, the right operand first, and the instruction."""
        above = [root]
        while above:
            index = above[-1]
            waiting = [operand for operand in self.operands[index] if not self.done[operand]]
            if waiting:
                above.extend(waiting)
                continue
            above.pop()
            if not self.done[index]:
                self._run(index)

    def _run(self, index: int) -> None:
        """Run an instruction, and with it whatever can now run and is the last to read an operand."""
        ready = [index]
        while ready:
            index = ready.pop()
            if self.done[index]:
                continue
            self.done[index] = 1
            self.sequence.append(index)
            for operand in self.operands[index]:
                self.readers[operand] -= 1
            for user in self.users[index]:
                self.missing[user] -= 1
            for read in (index, *self.operands[index]):
                if self.readers[read] == 1:
                    ready.extend(user for user in self.users[read] if self._is_ready(user))

    def _is_ready(self, index: int) -> bool:
        return not self.done[index] and self.missing[index] == 0
