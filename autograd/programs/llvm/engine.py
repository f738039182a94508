"""The engine that runs a tape: a loop over its groups, which jumps to the code of each group's kind.

    void @run(ptr memory, ptr groups, i64 count, ptr gathered, i64 first)

Results go one after the other to `memory`, from place `first` on. Only the kinds that a tape has are there,
so the engine is short; and programs of the same kinds, of whatever length, have the same one. The code of a
kind takes several members at once, and then those that are left over one by one. That changes nothing: the
lines for several numbers and for one are written by the same writers.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from autograd.programs.fusion import BEFORE, arity_of
from autograd.programs.groups import GATHERED, NEXT, SAME, Kind, Sum
from autograd.programs.llvm.columns import BLOCK, vector
from autograd.programs.llvm.kernels import Kernel, defined
from autograd.programs.llvm.operations import definitions, write
from autograd.programs.llvm.rounds import rounds
from autograd.programs.llvm.totals import lanes_of, totals
from autograd.programs.llvm.writer import Math, Writer
from autograd.programs.loops import Loop

ROW = 5
"""How many integers describe a group."""


def engine(kinds: Sequence[Kind | Sum | Loop], math: Math = "own", samples: int = 1) -> Kernel:
    """A module with the function `run` for tapes of these kinds.

    Args:
        kinds: the kinds of groups, of sums and the loops that it knows, in the order of their numbers.
        math: whose elementary functions are called.
        samples: how many samples are computed together. Each place in memory holds a number for each of them.
    """
    names: dict[Any, str] = {}
    for kind in kinds:
        for formula in [formula for formula, _ in kind.body] if isinstance(kind, Loop) else [kind.steps]:
            names.setdefault(formula, f"formula{len(names)}")
    summed = {kind.steps for kind in kinds if isinstance(kind, Sum)}
    writers, functions = [], []
    for steps, name in names.items():
        for lanes in {samples, BLOCK, *(lanes_of(samples) if steps in summed else ())}:
            writer = Writer(lanes, math)
            functions.append(_formula(writer, steps, f"{name}.{lanes}"))
            writers.append(writer)
    around = definitions(writers, "noinline").lstrip("\n")
    symbols = {name: at for writer in writers for name, at in writer.symbols.items()}
    cases = " ".join(f"i32 {place}, label %g{place}" for place in range(len(kinds)))
    lines = [*_HEAD, f"%results = getelementptr {vector(samples)}, ptr %memory, i64 %done"]
    lines.append(f"switch i32 %kind, label %next [{cases}]")
    for place, kind in enumerate(kinds):
        if isinstance(kind, Kind):
            lines += _Group(str(place), kind, names[kind.steps], samples).lines()
        elif isinstance(kind, Sum):
            lines += totals(str(place), kind, names[kind.steps], samples)
        else:
            lines += rounds(str(place), kind, names, samples)
    header = "void @run(ptr %memory, ptr noalias %groups, i64 %count, ptr noalias %gathered, i64 %first)"
    return Kernel(around + "".join(functions) + defined(header, [*lines, *_TAIL]), symbols, 0)


_HEAD = [
    "br label %dispatch",
    "dispatch:",
    "%group = phi i64 [0, %entry], [%following, %next]",
    "%done = phi i64 [%first, %entry], [%behind, %next]",
    f"%row = mul i64 %group, {ROW}",
    *(
        line
        for place, name in enumerate(("kind", "size", "at0", "at1", "at2"))
        for line in (
            f"%{name}.place = add i64 %row, {place}",
            f"%{name}.pointer = getelementptr i32, ptr %groups, i64 %{name}.place",
            f"%{name} = load i32, ptr %{name}.pointer, align 4",
        )
    ),
    *(f"%from{place} = zext i32 %at{place} to i64" for place in range(3)),
    "%members = zext i32 %size to i64",
    "%behind = add i64 %done, %members",
    "%following = add i64 %group, 1",
]

_TAIL = [
    "next:",
    "%more = icmp ult i64 %following, %count",
    "br i1 %more, label %dispatch, label %end",
    "end:",
    "ret void",
]


def _formula(writer: Writer, steps: Sequence[Any], name: str) -> str:
    """A formula as a function."""
    operands = [f"%x{place}" for place in range(arity_of(steps))]
    result = ""
    for operation, second, places in steps:
        taken = [result if place == BEFORE else operands[place] for place in places]
        if second is not None:
            taken.append(writer.number(second))
        result = write(writer, operation, taken, second)
    parameters = ", ".join(f"{writer.type} {operand}" for operand in operands)
    header = f"internal {writer.type} @{name}({parameters}) alwaysinline"
    return defined(header, [*writer.lines, f"ret {writer.type} {result}"])


class _Group:
    """The lines that compute the groups of one kind."""

    def __init__(self, tag: str, kind: Kind, function: str, samples: int) -> None:
        self.tag, self.kind, self.function, self.samples = tag, kind, function, samples
        self.element = vector(samples)

    def lines(self) -> list[str]:
        tag, element, samples = self.tag, self.element, self.samples
        made = [f"g{tag}:"]
        for place, move in enumerate(self.kind.moves):
            array, size = ("gathered", "i32") if move == GATHERED else ("memory", element)
            made.append(f"%base{place}.{tag} = getelementptr {size}, ptr %{array}, i64 %from{place}")
            if move == SAME:
                made.append(f"%same{place}.{samples}.{tag} = load {element}, ptr %base{place}.{tag}, align 8")
        if not self.kind.independent or samples > 1:
            return [
                *made,
                f"br label %one{tag}",
                *self._loop(samples, "one", f"g{tag}", "0", "%members", "next"),
            ]
        for place, move in enumerate(self.kind.moves):
            if move == SAME:
                made += _splat(f"%same{place}.{BLOCK}.{tag}", f"%same{place}.1.{tag}")
        return [
            *made,
            f"%whole{tag} = and i64 %members, {-BLOCK}",
            f"%some{tag} = icmp ne i64 %whole{tag}, 0",
            f"br i1 %some{tag}, label %many{tag}, label %rest{tag}",
            *self._loop(BLOCK, "many", f"g{tag}", "0", f"%whole{tag}", f"rest{tag}"),
            f"rest{tag}:",
            f"%left{tag} = icmp ult i64 %whole{tag}, %members",
            f"br i1 %left{tag}, label %one{tag}, label %next",
            *self._loop(1, "one", f"rest{tag}", f"%whole{tag}", "%members", "next"),
        ]

    def _loop(self, lanes: int, name: str, before: str, start: str, stop: str, after: str) -> list[str]:
        """A loop over members, with so many lanes at once."""
        label, kind = name + self.tag, vector(lanes)
        lines = [f"{label}:", f"%i.{label} = phi i64 [{start}, %{before}], [%j.{label}, %{label}]"]
        operands = [
            f"{kind} {self._operand(lines, lanes, label, place, move)}"
            for place, move in enumerate(self.kind.moves)
        ]
        return [
            *lines,
            f"%r.{label} = call {kind} @{self.function}.{lanes}({', '.join(operands)})",
            f"%to.{label} = getelementptr {self.element}, ptr %results, i64 %i.{label}",
            f"store {kind} %r.{label}, ptr %to.{label}, align 8",
            f"%j.{label} = add i64 %i.{label}, {lanes // self.samples}",
            f"%more.{label} = icmp ult i64 %j.{label}, {stop}",
            f"br i1 %more.{label}, label %{label}, label %{after}",
        ]

    def _operand(self, lines: list[str], lanes: int, label: str, place: int, move: str) -> str:
        """The name of an operand of the members at hand, with the lines that load it."""
        if move == SAME:
            return f"%same{place}.{lanes}.{self.tag}"
        name, base = f"%x{place}.{label}", f"%base{place}.{self.tag}"
        if move == NEXT:
            lines += [
                f"{name}.at = getelementptr {self.element}, ptr {base}, i64 %i.{label}",
                f"{name} = load {vector(lanes)}, ptr {name}.at, align 8",
            ]
            return name
        lines.append(f"{name}.list = getelementptr i32, ptr {base}, i64 %i.{label}")
        found = [
            self._gathered(lines, f"{name}.{member}", name, member) for member in range(lanes // self.samples)
        ]
        if len(found) == 1:
            return found[0]
        together = "poison"
        for lane, one in enumerate(found):
            lines.append(f"{one}.in = insertelement {vector(lanes)} {together}, double {one}, i64 {lane}")
            together = f"{one}.in"
        return together

    def _gathered(self, lines: list[str], one: str, name: str, member: int) -> str:
        """An operand of one member, whose place is listed."""
        lines += [
            f"{one}.entry = getelementptr i32, ptr {name}.list, i64 {member}",
            f"{one}.short = load i32, ptr {one}.entry, align 4",
            f"{one}.place = zext i32 {one}.short to i64",
            f"{one}.at = getelementptr {self.element}, ptr %memory, i64 {one}.place",
            f"{one} = load {self.element}, ptr {one}.at, align 8",
        ]
        return one


def _splat(name: str, number: str) -> list[str]:
    kind = vector(BLOCK)
    return [
        f"{name}.0 = insertelement {kind} poison, double {number}, i64 0",
        f"{name} = shufflevector {kind} {name}.0, {kind} poison, <{BLOCK} x i32> zeroinitializer",
    ]
