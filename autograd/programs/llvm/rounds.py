"""The code of a loop in the engine: its rounds one after the other, what they compute kept in registers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from autograd.programs.llvm.columns import vector
from autograd.programs.loops import FIXED, HERE, MOVING, Loop


def rounds(tag: str, loop: Loop, functions: Mapping[Any, str], samples: int) -> list[str]:
    """The lines for a loop, between the label `g{tag}` and a jump to `next`.

    Args:
        tag: what makes the names of this code different from those of others.
        loop: what one round does.
        functions: the name of the function that computes each formula.
        samples: how many numbers each place in memory holds.
    """
    period, kind = len(loop.body), vector(samples)
    label = f"round{tag}"
    ahead = [f"g{tag}:", f"%list.{tag} = getelementptr i32, ptr %gathered, i64 %from0"]
    carried: dict[int, str] = {}
    before: list[str] = []
    inside: list[str] = []
    listed = 0
    for index, (formula, reads) in enumerate(loop.body):
        operands = []
        for where, number in reads:
            if where == HERE:
                operands.append(f"{kind} %r{number}.{tag}")
                continue
            name = f"%x{listed}.{tag}"
            ahead += _base(name, tag, listed, kind)
            listed += 1
            if where == MOVING:
                inside += [
                    f"{name}.far = mul i64 %round.{tag}, {number}",
                    f"{name}.at = getelementptr {kind}, ptr {name}.base, i64 {name}.far",
                    f"{name} = load {kind}, ptr {name}.at, align 8",
                ]
            elif where == FIXED:
                ahead.append(f"{name} = load {kind}, ptr {name}.base, align 8")
            elif number in carried:  # two operands that are the same
                name = carried[number]
            else:
                ahead.append(f"{name}.start = load {kind}, ptr {name}.base, align 8")
                before.append(f"{name} = phi {kind} [{name}.start, %g{tag}], [%r{number}.{tag}, %{label}]")
                carried[number] = name
            operands.append(f"{kind} {name}")
        inside += [
            f"%r{index}.{tag} = call {kind} @{functions[formula]}.{samples}({', '.join(operands)})",
            f"%to{index}.{tag} = getelementptr {kind}, ptr %out.{tag}, i64 {index}",
            f"store {kind} %r{index}.{tag}, ptr %to{index}.{tag}, align 8",
        ]
    return [
        *ahead,
        f"%rounds.{tag} = udiv i64 %members, {period}",
        f"br label %{label}",
        f"{label}:",
        f"%round.{tag} = phi i64 [0, %g{tag}], [%again.{tag}, %{label}]",
        *before,
        f"%shift.{tag} = mul i64 %round.{tag}, {period}",
        f"%out.{tag} = getelementptr {kind}, ptr %results, i64 %shift.{tag}",
        *inside,
        f"%again.{tag} = add i64 %round.{tag}, 1",
        f"%on.{tag} = icmp ult i64 %again.{tag}, %rounds.{tag}",
        f"br i1 %on.{tag}, label %{label}, label %next",
    ]


def _base(name: str, tag: str, place: int, kind: str) -> Sequence[str]:
    """Lines for a pointer to an operand in the first round."""
    return [
        f"{name}.entry = getelementptr i32, ptr %list.{tag}, i64 {place}",
        f"{name}.short = load i32, ptr {name}.entry, align 4",
        f"{name}.place = zext i32 {name}.short to i64",
        f"{name}.base = getelementptr {kind}, ptr %memory, i64 {name}.place",
    ]
