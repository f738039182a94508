"""The derivative of a program is a program, laid out by array operations.

Going back through the instructions, each operand of each receives a term, its template's result (see
`template.py`), and the terms that one number receives are added up in the order in which `backward()` does.
So the numbers are the same to the last bit. The loop over the instructions is numpy's: a template is laid out
at once for all that have the same operation.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Final, cast

from autograd import ops
from autograd.extras import extra
from autograd.primitive import Operation
from autograd.programs.path import passes, path
from autograd.programs.program import UNUSED, Program
from autograd.programs.slots import Slots, as_arrays, integers
from autograd.programs.template import MASK, SEES_ITS_EXPONENT, Template, template

with extra("jit", "the derivative of a program"):
    import numpy as np


_LATER: Final = 1 << 40  # added to a slot, names what has arrived there when all its terms are added up
_STEPS: Final = 1000  # more than a template has instructions


def with_gradient(program: Program, wrt: Sequence[int], output: int = 0, seed: int | None = None) -> Program:
    """A program that computes what this one does, and the gradient of one of its outputs.

    Args:
        program: what to differentiate.
        wrt: the inputs to differentiate by, counted from 0.
        output: which output to differentiate, counted from 0.
        seed: the input whose number arrives from above in place of 1; so gradients of several outputs can be
            added up to a product of a vector and the Jacobian.

    Returns:
        A program of the same inputs. Its outputs are those of this one, then a derivative for each of `wrt`;
        0.0 by what the output does not depend on.

    >>> from autograd import Value, flatten
    >>> x, w = Value(2.0, label="x"), Value(-3.0, label="w")
    >>> print(with_gradient(flatten((w * x).tanh(), [x, w]), [0, 1]))
    inputs: x, w
    v1 = w*x
    v2 = tanh(v1)
    v3 = v2*v2
    v4 = 1 - v3
    v5 = v4*1
    v6 = x*v5
    v7 = w*v5
    v8 = v7 + 0
    v9 = v6 + 0
    outputs: v2, v8, v9
    """
    return with_gradients(program, wrt, [output], [seed])


def with_gradients(
    program: Program, wrt: Sequence[int], outputs: Sequence[int], seeds: Sequence[int | None] = ()
) -> Program:
    """A program that computes what this one does, and the gradients of several outputs, one after the other.

    Args:
        program: what to differentiate.
        wrt: the inputs to differentiate by, counted from 0.
        outputs: which outputs to differentiate, counted from 0.
        seeds: for each of them what arrives from above, as for `with_gradient`.
    """
    layout = Layout(program, wrt)
    for place, output in enumerate(outputs):
        layout.sweep(program.outputs[output], seeds[place] if seeds else None)
    return layout.program()


class Layout:
    """The instructions that sweeps back through a program add to it.

    What stands in a slot of the program is named by the slot. Behind the last slot follow the names of new
    results, in the order in which they are made; those of constants count down from -2.
    """

    def __init__(self, program: Program, wrt: Sequence[int]) -> None:
        self.given = program
        self.wrt = np.asarray(wrt, dtype=np.int64)
        self.first = program.first
        self.slots = program.first + len(program)
        self.codes, *self.operands = as_arrays(program)
        self.operations = list(program.operations)
        self.code_of = {operation: code for code, operation in enumerate(self.operations)}
        self.constants: dict[bytes, int] = {}
        self.gradients: list[Slots] = []
        self.written: list[tuple[Slots, Slots, Slots]] = []  # code, left, right, sweep by sweep
        self.added: list[tuple[Slots, ...]] = []  # of this sweep: code, left, right, whose, which step of it
        self.next_name = self.slots
        self.below: dict[int, int] = {}  # for each slot what is 0.0 if nothing arrived; UNUSED if always

    def constant(self, number: float) -> int:
        """The name of a constant: how many there will be is not known yet."""
        key = np.float64(number).tobytes()
        return self.constants.setdefault(key, -2 - len(self.constants))

    def sweep(self, root: int, seed: int | None) -> None:
        """Add what computes the gradient of what stands in a slot."""
        start = self.next_name
        self.roots = np.array([root])
        self.seeds = np.array([self.constant(1.0) if seed is None else seed])
        self.path = path(self.given, self.wrt.tolist(), root)
        arrived = self._sums(self._terms())
        gradients = arrived[self.wrt]
        found = gradients != UNUSED
        ones = np.ones(found.sum(), dtype=np.int64)
        # Sums of eager gradients begin with 0.0. That makes a difference to -0.0 only.
        zero = self.constant(0.0)
        gradients[found] = self._new(self._code(ops.add), gradients[found], zero * ones, -ones, 0)
        gradients[~found] = zero
        self._settle(start, arrived, gradients)

    def _edges(self) -> tuple[Slots, Slots, Slots]:
        """Which instruction passes something to which operand: instruction, operand's place and its slot."""
        order, rank, reached = self.path
        users, places, targets = [], [], []
        for position, operand in enumerate(self.operands):
            passing = np.array([*map(partial(passes, position), self.given.operations)], dtype=bool)
            index = order[passing[self.codes[order]] & reached[order + self.first]]
            index = index[reached[operand[index]]]
            users.append(index)
            places.append(np.full(len(index), position))
            targets.append(operand[index])
        user, place, target = map(np.concatenate, (users, places, targets))
        backwards = np.lexsort((place, -rank[user], target))
        return user[backwards], place[backwards], target[backwards]

    def _terms(self) -> tuple[Slots, Slots, Slots, Slots]:
        """The term that each operand receives: its name, the instruction, the operand's place and slot."""
        user, place, target = edges = self._edges()
        term = np.empty(len(user), dtype=np.int64)
        chosen = np.full(len(user), UNUSED)  # what says whether a choice fell on the operand
        finite = np.empty(len(user), dtype=bool)
        for rule, which in self._rules(user, place):
            outputs = self._laid_out(rule.program, user[which], int(place[which[0]]))
            term[which], finite[which] = outputs[0], rule.finite
            if rule.chooses:
                chosen[which] = outputs[1]
        if (chosen != UNUSED).any():
            condition = self._conditions(edges, chosen)
            # 0 times infinity is nan, but nothing passes here: what arrives counts as -0.0, the 0 of addition
            masked = np.flatnonzero((condition != UNUSED) & (~finite | (chosen != UNUSED)))
            step = _STEPS * place[masked] + _STEPS - 2
            term[masked] = self._new(self._code(MASK), condition[masked], term[masked], user[masked], step)
        return term, user, place, target

    def _conditions(self, edges: tuple[Slots, Slots, Slots], chosen: Slots) -> Slots:
        """For each term what is 0.0 if nothing passes; `UNUSED` where something always does.

        Nothing passes below a choice that did not fall on that side: neither from there to the operands of
        the operand. What has several users receives something if one of them passes it on.
        """
        below = self.below = dict.fromkeys(self.roots.tolist(), UNUSED)
        made = array("q")  # numbers, and no objects that the garbage collector would look through

        def joined(operation: Operation, left: int, right: int, whose: int, step: int) -> int:
            made.extend((self._code(operation), left, right, whose, step))
            self.next_name += 1
            return self.next_name - 1

        order = np.lexsort((edges[1], -self.path.rank[edges[0]]))
        columns = (*edges, self._source(*edges[:2]), chosen)
        user, place, target, source, choices = (numbers[order].tolist() for numbers in columns)
        found = []
        for whose, index, slot, above, choice in zip(user, place, target, source, choices, strict=True):
            step = _STEPS * index + _STEPS - 3
            here = below[above]
            if choice != UNUSED:
                here = choice if here == UNUSED else joined(ops.mul, here, choice, whose, step - 1)
            found.append(here)
            if slot < self.first:
                continue  # nothing is below an input
            before = below.get(slot)
            if before is None or here in (UNUSED, before):
                below[slot] = here
            elif before != UNUSED:
                below[slot] = joined(ops.add, before, here, whose, step)
        if made:
            self.added.append(tuple(np.frombuffer(made, dtype=np.int64).reshape(-1, 5).T))
        condition = np.empty_like(chosen)
        condition[order] = found
        return condition

    def _rules(self, user: Slots, place: Slots) -> Iterator[tuple[Template, Slots]]:
        """Each template that is needed, and for which edges."""
        for code, operation in enumerate(self.given.operations):
            for index in range(operation.arity):
                edges = np.flatnonzero((self.codes[user] == code) & (place == index))
                if operation is not SEES_ITS_EXPONENT:
                    if len(edges):
                        yield cast(Template, template(operation, index)), edges
                    continue
                exponents = self.operands[1][user[edges]]
                for slot in np.unique(exponents).tolist():
                    known = len(self.given.inputs) <= slot < self.first
                    number = self.given.constants[slot - len(self.given.inputs)] if known else None
                    yield cast(Template, template(operation, index, number)), edges[exponents == slot]

    def _source(self, user: Slots, place: Slots | int) -> Slots:
        """Whose derivative the term of an instruction and an operand is made of: here that of the result."""
        return user + self.first

    def _laid_out(self, rule: Program, user: Slots, place: int) -> list[Slots]:
        """The results of a template, for all instructions that use it."""
        names = [
            self.operands[0][user],
            self.operands[1][user],
            user + self.first,
            self._source(user, place) + _LATER,
            *(np.full(len(user), self.constant(number)) for number in rule.constants),
        ]
        for step, (code, left, right) in enumerate(zip(rule.codes, rule.left, rule.right, strict=True)):
            y = np.full(len(user), UNUSED) if right == UNUSED else names[right]
            made = self._new(self._code(rule.operations[code]), names[left], y, user, _STEPS * place + step)
            names.append(made)
        return [names[output] for output in rule.outputs]

    def _sums(self, terms: tuple[Slots, Slots, Slots, Slots]) -> Slots:
        """What has arrived at each slot when all its terms are added up."""
        term, user, place, target = terms
        arrived = np.full(self.slots, UNUSED, dtype=np.int64)
        if len(term):
            begins = np.r_[True, target[1:] != target[:-1]]
            more = np.flatnonzero(~begins)
            total = term.copy()
            total[more] = self.next_name + np.arange(len(more))
            behind_the_term = _STEPS * place[more] + _STEPS - 1
            self._new(self._code(ops.add), total[more - 1], term[more], user[more], behind_the_term)
            ends = np.r_[begins[1:], True]
            arrived[target[ends]] = total[ends]
        arrived[self.roots] = self.seeds
        return arrived

    def _new(self, code: int, left: Slots, right: Slots, whose: Slots, step: Slots | int) -> Slots:
        """The names of new results; they stand in the order of whose they are, the last first, and step."""
        count = len(left)
        self.added.append((np.full(count, code), left, right, whose, np.broadcast_to(step, count)))
        self.next_name += count
        return np.arange(self.next_name - count, self.next_name)

    def _code(self, operation: Operation) -> int:
        if operation not in self.code_of:
            self.code_of[operation] = len(self.operations)
            self.operations.append(operation)
        return self.code_of[operation]

    def _settle(self, start: int, arrived: Slots, gradients: Slots) -> None:
        """Put what a sweep has added in order, and name it by where it will stand."""
        code, left, right, whose, step = map(np.concatenate, zip(*self.added, strict=True))
        self.added.clear()
        order = np.lexsort((step, -self.path.rank[whose]))
        place = np.empty(len(order), dtype=np.int64)
        place[order] = np.arange(start, self.next_name)

        while len(later := np.flatnonzero(arrived >= _LATER)):  # each round halves how far it is
            arrived[later] = arrived[arrived[later] - _LATER]

        def settled(names: Slots) -> Slots:
            names = names.copy()
            later = np.flatnonzero(names >= _LATER)
            names[later] = arrived[names[later] - _LATER]
            new = names >= start
            names[new] = place[names[new] - start]
            return names

        self.written.append((code[order], settled(left[order]), settled(right[order])))
        self.gradients.append(settled(gradients))

    def program(self) -> Program:
        """The whole program."""
        shift = len(self.constants)

        def slots(*names: Slots) -> array[int]:
            """The slots of what is named, now that all constants are known."""
            joined = np.concatenate(names)
            found = np.where(joined >= self.first, joined + shift, joined)
            return integers(np.where(joined < UNUSED, self.first - 2 - joined, found))

        code, left, right = zip(*self.written, strict=True)
        return Program(
            self.given.inputs,
            [*self.given.constants, *(np.frombuffer(key)[0] for key in self.constants)],
            self.operations,
            integers(np.concatenate([self.codes, *code])),
            slots(self.operands[0], *left),
            slots(self.operands[1], *right),
            slots(np.array(self.given.outputs, dtype=np.int64), *self.gradients),
        )
