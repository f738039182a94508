"""The code of long sums in the engine: several totals at once, each in a register until all terms are in."""

from __future__ import annotations

from autograd.programs.groups import FAR, GATHERED, NEXT, SAME, Sum
from autograd.programs.llvm.columns import BLOCK, vector

_MANY = 4 * BLOCK
"""How many totals are computed together: the next addition must not wait for the one before."""


def lanes_of(samples: int) -> tuple[int, ...]:
    """How many numbers are computed together, where each place in memory holds one for each sample."""
    return (_MANY, BLOCK, 1) if samples == 1 else (samples,)


def totals(tag: str, kind: Sum, function: str, samples: int) -> list[str]:
    """The lines for a group of sums, between the label `g{tag}` and a jump to `next`.

    Args:
        tag: what makes the names of this code different from those of others.
        kind: what the sums have in common.
        function: the name of the function that computes one addition.
        samples: how many numbers each place in memory holds.
    """
    operands = len(kind.moves)
    lines = [
        f"g{tag}:",
        f"%moves.{tag} = getelementptr i32, ptr %gathered, i64 %from0",
        f"%terms.{tag} = getelementptr i32, ptr %moves.{tag}, i64 {operands}",
        f"%starts.{tag} = getelementptr i32, ptr %gathered, i64 %from2",
    ]
    for place, move in enumerate(kind.moves):
        if move == FAR:
            lines += _integer(f"%far{place}.{tag}", f"%moves.{tag}", str(place))
    before = f"g{tag}"
    for lanes in lanes_of(samples):
        loop = _Totals(f"{lanes}.{tag}", tag, kind, f"{function}.{lanes}", lanes, samples)
        if loop.members > 1:  # else all that are left
            lines += [
                f"%enough.{loop.name} = icmp uge i64 %members, {loop.members}",
                f"br i1 %enough.{loop.name}, label %total{loop.name}, label %fewer{loop.name}",
            ]
            lines += [*loop.lines(before), f"fewer{loop.name}:"]
            before = f"fewer{loop.name}"
        else:
            lines += [f"br label %total{loop.name}", *loop.lines(before)]
    return lines


class _Totals:
    """The lines that compute some totals after the others, a few at once.

    The last few are as many as the others, and some of them may be computed for the second time.
    """

    def __init__(self, name: str, tag: str, kind: Sum, function: str, lanes: int, samples: int) -> None:
        self.name, self.tag, self.kind, self.function = name, tag, kind, function
        self.element, self.vector = vector(samples), vector(lanes)
        self.lanes, self.members = lanes, lanes // samples

    def lines(self, before: str) -> list[str]:
        name, operands = self.name, len(self.kind.moves)
        lines = [f"total{name}:", f"%i.{name} = phi i64 [0, %{before}], [%j.{name}, %done{name}]"]
        start = self._together(
            lines, f"%start.{name}", self._listed(lines, f"%start.{name}", f"%starts.{self.tag}")
        )
        lines += [
            f"br label %term{name}",
            f"term{name}:",
            f"%k.{name} = phi i64 [0, %total{name}], [%k1.{name}, %term{name}]",
            f"%sum.{name} = phi {self.vector} [{start}, %total{name}], [%sum1.{name}, %term{name}]",
            f"%at.{name} = mul i64 %k.{name}, {operands}",
            f"%term.{name} = getelementptr i32, ptr %terms.{self.tag}, i64 %at.{name}",
        ]
        names = [*(self._operand(lines, place) for place in range(operands)), f"%sum.{name}"]
        taken = ", ".join(f"{self.vector} {operand}" for operand in names)
        return [
            *lines,
            f"%sum1.{name} = call {self.vector} @{self.function}({taken})",
            f"%k1.{name} = add i64 %k.{name}, 1",
            f"%on.{name} = icmp ult i64 %k1.{name}, %from1",
            f"br i1 %on.{name}, label %term{name}, label %done{name}",
            f"done{name}:",
            f"%to.{name} = getelementptr {self.element}, ptr %results, i64 %i.{name}",
            f"store {self.vector} %sum1.{name}, ptr %to.{name}, align 8",
            f"%ahead.{name} = add i64 %i.{name}, {self.members}",
            f"%last.{name} = sub i64 %members, {self.members}",
            f"%far.{name} = icmp ugt i64 %ahead.{name}, %last.{name}",
            f"%j.{name} = select i1 %far.{name}, i64 %last.{name}, i64 %ahead.{name}",
            f"%more.{name} = icmp ult i64 %ahead.{name}, %members",
            f"br i1 %more.{name}, label %total{name}, label %next",
        ]

    def _operand(self, lines: list[str], place: int) -> str:
        """The name of an operand of the term at hand, with the lines that load it."""
        move, name = self.kind.moves[place], f"%x{place}.{self.name}"
        lines += _integer(f"{name}.first", f"%term.{self.name}", str(place))
        if move == GATHERED:
            lines.append(f"{name}.list = getelementptr i32, ptr %gathered, i64 {name}.first")
            return self._together(lines, name, self._listed(lines, name, f"{name}.list"))
        if move == SAME:
            return self._everywhere(lines, name)
        if move == NEXT:
            lines += [
                f"{name}.place = add i64 {name}.first, %i.{self.name}",
                f"{name}.pointer = getelementptr {self.element}, ptr %memory, i64 {name}.place",
                f"{name} = load {self.vector}, ptr {name}.pointer, align 8",
            ]
            return name
        far = f"%far{place}.{self.tag}"
        lines += [
            f"{name}.moved = mul i64 %i.{self.name}, {far}",
            f"{name}.place0 = add i64 {name}.first, {name}.moved",
        ]
        for member in range(1, self.members):
            lines.append(f"{name}.place{member} = add i64 {name}.place{member - 1}, {far}")
        return self._together(lines, name, [f"{name}.place{member}" for member in range(self.members)])

    def _listed(self, lines: list[str], name: str, places: str) -> list[str]:
        """The names of places that stand in a list, one for each member at hand."""
        lines.append(f"{name}.here = getelementptr i32, ptr {places}, i64 %i.{self.name}")
        found = [f"{name}.place{member}" for member in range(self.members)]
        for member, place in enumerate(found):
            lines += _integer(place, f"{name}.here", str(member))
        return found

    def _together(self, lines: list[str], name: str, places: list[str]) -> str:
        """The numbers in some places, in one vector."""
        together = "poison"
        for member, place in enumerate(places):
            one = f"{name}.{member}"
            lines += [
                f"{one}.pointer = getelementptr {self.element}, ptr %memory, i64 {place}",
                f"{one} = load {self.element}, ptr {one}.pointer, align 8",
            ]
            if self.members == 1:
                return one
            lines.append(f"{one}.in = insertelement {self.vector} {together}, double {one}, i64 {member}")
            together = f"{one}.in"
        return together

    def _everywhere(self, lines: list[str], name: str) -> str:
        """The number in one place, in every lane."""
        lines += [
            f"{name}.pointer = getelementptr {self.element}, ptr %memory, i64 {name}.first",
            f"{name}.one = load {self.element}, ptr {name}.pointer, align 8",
        ]
        if self.members == 1:
            return f"{name}.one"
        kind, zeros = self.vector, f"<{self.lanes} x i32> zeroinitializer"
        lines += [
            f"{name}.0 = insertelement {kind} poison, double {name}.one, i64 0",
            f"{name} = shufflevector {kind} {name}.0, {kind} poison, {zeros}",
        ]
        return name


def _integer(name: str, array: str, place: str) -> list[str]:
    """Lines for a whole number of an array."""
    return [
        f"{name}.entry = getelementptr i32, ptr {array}, i64 {place}",
        f"{name}.short = load i32, ptr {name}.entry, align 4",
        f"{name} = sext i32 {name}.short to i64",
    ]
