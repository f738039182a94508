"""A program as functions in IR: for one sample, and for batches with a sample in each lane.

Both are straight code, written by the same lines, so that every sample of a batch has, bit for bit, the
outputs that it has alone. LLVM's time grows faster than the length of a function, so a long program becomes
several functions, and what one computes for another is kept in memory.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from autograd.programs.llvm.columns import BLOCK, Columns, Reader, Storer, load, store
from autograd.programs.llvm.operations import definitions, write
from autograd.programs.llvm.writer import Math, Writer
from autograd.programs.program import UNUSED, Program

LONGEST = 300
"""How many instructions of a program one function has at most."""

_DENSE = 20
"""One in so many instructions must be elementary that they are the most of the work."""

MANY = 40
"""How many calls of elementary functions are written out. If there are more they stay calls: that takes
a tenth longer to run, and half as long to compile."""


class Kernel(NamedTuple):
    """A module of IR.

    Attributes:
        ir: its text.
        symbols: the address of what it calls outside itself, by name.
        memory: how many numbers the function `batch` needs to keep.
    """

    ir: str
    symbols: dict[str, int]
    memory: int


def single(program: Program, math: Math = "own") -> Kernel:
    """A module with `void @single(ptr in, ptr out)`: one sample, its inputs and outputs side by side.

    It can be called from several threads at once. The numbers read and written must not overlap.

    >>> from autograd import Value, flatten
    >>> x = Value(3.0)
    >>> print(single(flatten(x * x, [x])).ir)
    define internal void @piece0(ptr noalias %in0, ptr noalias %out0, ptr noalias %memory) alwaysinline {
    entry:
      %t1 = load double, ptr %in0, align 8
      %t2 = fmul double %t1, %t1
      store double %t2, ptr %out0, align 8
      ret void
    }
    define void @single(ptr noalias %in0, ptr noalias %out0) {
    entry:
      %memory = alloca double, i64 0, align 64
      call void @piece0(ptr %in0, ptr %out0, ptr %memory)
      ret void
    }
    <BLANKLINE>
    """
    inputs = [Columns(0, len(program.inputs))]
    outputs = [Columns(0, len(program.outputs))]
    pieces = _Pieces(program, inputs, outputs, 1, math)
    lines = [f"%memory = alloca double, i64 {pieces.kept}, align 64", *pieces.calls, "ret void"]
    function = defined("void @single(ptr noalias %in0, ptr noalias %out0)", lines)
    return pieces.module(function)


def lanes_for(program: Program, math: Math = "own", sums: bool = False) -> int:
    """How many samples of a batch are best computed together.

    In an elementary function an instruction mostly waits for the one before it, so more lanes take little
    longer; elsewhere they only need more registers than there are. Where outputs are summed, every sum is
    read and written once for all lanes. So it depends on how many of the instructions are elementary, and on
    `sums`. It does not depend on the processor, and so neither do sums over samples.
    """
    costly = 0
    for code, operation in enumerate(program.operations):
        writer = Writer(BLOCK, math)
        write(writer, operation, ["%x", "%y"][: operation.arity])
        costly += program.codes.count(code) * bool(writer.needed)
    if not costly:
        return 2 * BLOCK if sums else BLOCK
    return 4 * BLOCK if _DENSE * costly >= len(program) else 2 * BLOCK


def batch(
    program: Program,
    inputs: Sequence[Columns],
    outputs: Sequence[Columns],
    lanes: int = BLOCK,
    math: Math = "own",
) -> Kernel:
    """A module with `batch`, which computes the samples from `start` to `stop`.

    `void @batch(ptr arrays, ptr memory, i64 start, i64 stop, i64 tile)` gets a table with a pointer to each
    array, those of inputs first. Arrays are contiguous and have at least as many rows as there are lanes;
    `stop - start` may be less. Samples before `stop` may be computed twice, so that the last ones
    fill the lanes too. Outputs to be summed are added, in order, to row `tile` of their array, which has a
    number for each output and lane.

    Args:
        program: what to compute for each sample.
        inputs: the arrays that hold the program's inputs, in order.
        outputs: the arrays for its outputs, in order.
        lanes: a multiple of `BLOCK`.
        math: whose elementary functions are called.
    """
    pieces = _Pieces(program, inputs, outputs, lanes, math)
    return pieces.module(_loop(pieces))


def pieces_of(program: Program) -> int:
    """How many functions a program becomes."""
    return max(1, -(-len(program) // LONGEST))


class _Pieces:
    """The functions that a program is cut into, and the lines that call them one after the other."""

    def __init__(
        self,
        program: Program,
        inputs: Sequence[Columns],
        outputs: Sequence[Columns],
        lanes: int,
        math: Math,
    ) -> None:
        self.program, self.inputs, self.outputs, self.lanes = program, inputs, outputs, lanes
        count = pieces_of(program)
        bounds = [len(program) * piece // count for piece in range(count + 1)]
        self._ranges = [range(*pair) for pair in pairwise(bounds)]
        self._constants = dict(enumerate(program.constants, len(program.inputs)))
        self._outputs_at: dict[int, list[int]] = {}
        for output, slot in enumerate(program.outputs):
            self._outputs_at.setdefault(slot, []).append(output)
        self._places, self.kept = self._memory()
        self._writers = [Writer(lanes, math) for _ in self._ranges]
        names = [f"%in{place}" for place in range(len(inputs))]
        names += [f"%out{place}" for place in range(len(outputs))]
        self._parameters = [f"ptr noalias {name}" for name in [*names, "%memory"]]
        arguments = [f"ptr {name}" for name in [*names, "%memory"]]
        self.summing = any(group.kind == "sums" for group in outputs)
        if self.summing:
            self._parameters.append(f"{self._writers[0].booleans} %live")
            arguments.append(f"{self._writers[0].booleans} %live")
        self.calls = [f"call void @piece{i}({', '.join(arguments)})" for i in range(count)]
        self._functions = [self._piece(i) for i in range(count)]

    def module(self, function: str) -> Kernel:
        """A module of the pieces and of the function that calls them."""
        calls = sum(line.count("@own.") for writer in self._writers for line in writer.lines)
        around = definitions(self._writers, "alwaysinline" if calls <= MANY else "noinline").lstrip("\n")
        symbols = {name: at for writer in self._writers for name, at in writer.symbols.items()}
        return Kernel(around + "".join(self._functions) + function, symbols, self.kept)

    def _memory(self) -> tuple[dict[int, int], int]:
        """Where in memory the results are kept that other pieces read, and how many numbers that takes."""
        program, first = self.program, self.program.first
        home = [piece for piece, instructions in enumerate(self._ranges) for _ in instructions]
        last = list(home)
        for instruction, piece in enumerate(home):
            for slot in (program.left[instruction], program.right[instruction]):
                if slot >= first:
                    last[slot - first] = piece
        ending: list[list[int]] = [[] for _ in self._ranges]  # by piece: places that are free after it
        free: list[int] = []
        places: dict[int, int] = {}
        size = 0
        for piece, instructions in enumerate(self._ranges):
            for instruction in instructions:
                if last[instruction] > piece:
                    if not free:
                        free.append(size)
                        size += 1
                    place = places[first + instruction] = free.pop()
                    ending[last[instruction]].append(place)
            free += ending[piece]
        return places, size * self.lanes

    def _piece(self, piece: int) -> str:
        """One function."""
        writer, program, first = self._writers[piece], self.program, self.program.first
        read, put = Reader(writer, self.inputs), Storer(writer, self.outputs)
        names: dict[int, str] = {}

        def name(slot: int) -> str:
            if slot not in names:
                if slot in self._constants:
                    names[slot] = writer.number(self._constants[slot])
                elif slot < first:
                    names[slot] = read(slot)
                else:
                    names[slot] = load(writer, "%memory", self._at(slot), self.lanes)
            return names[slot]

        for instruction in self._ranges[piece]:
            operation = program.operations[program.codes[instruction]]
            left, right = program.left[instruction], program.right[instruction]
            operands = [name(left)] if right == UNUSED else [name(left), name(right)]
            slot = first + instruction
            names[slot] = write(writer, operation, operands, self._constants.get(right))
            if slot in self._places:
                store(writer, "%memory", self._at(slot), names[slot], self.lanes)
            for output in self._outputs_at.get(slot, ()):
                put(output, names[slot])
        if piece == 0:  # outputs that no instruction computes
            for slot in sorted(self._outputs_at.keys() & range(first)):
                for output in self._outputs_at[slot]:
                    put(output, name(slot))
        put.finish()
        inline = " alwaysinline" if len(self._ranges) == 1 else ""
        header = f"internal void @piece{piece}({', '.join(self._parameters)}){inline}"
        return defined(header, [*writer.lines, "ret void"])

    def _at(self, slot: int) -> int:
        return self._places[slot] * self.lanes


def _loop(pieces: _Pieces) -> str:
    """The function `batch`: the pieces, for one vector of samples after the other."""
    arrays = [(f"in{place}", group) for place, group in enumerate(pieces.inputs)]
    arrays += [(f"out{place}", group) for place, group in enumerate(pieces.outputs)]
    fixed: list[str] = []
    moving: list[str] = []
    for place, (name, group) in enumerate(arrays):
        fixed.append(f"%at.{name} = getelementptr ptr, ptr %arrays, i64 {place}")
        fixed.append(f"%all.{name} = load ptr, ptr %at.{name}, align 8")
        lines = moving if group.kind == "rows" else fixed
        lines.append(f"%offset.{name} = mul i64 {_rows(group, pieces.lanes)}")
        lines.append(f"%{name} = getelementptr double, ptr %all.{name}, i64 %offset.{name}")
    lines = [
        *fixed,
        f"%back = sub i64 %stop, {pieces.lanes}",
        "%enough = icmp sgt i64 %back, 0",
        "%last = select i1 %enough, i64 %back, i64 0",
        "br label %loop",
        "loop:",
        "%i = phi i64 [%start, %entry], [%next, %loop]",
        "%over = icmp sgt i64 %i, %last",
        "%row = select i1 %over, i64 %last, i64 %i",
        *moving,
        *(_live(pieces.lanes) if pieces.summing else ()),
        *pieces.calls,
        f"%next = add i64 %i, {pieces.lanes}",
        "%more = icmp slt i64 %next, %stop",
        "br i1 %more, label %loop, label %done",
        "done:",
        "ret void",
    ]
    parameters = "ptr %arrays, ptr noalias %memory, i64 %start, i64 %stop, i64 %tile"
    return defined(f"void @batch({parameters})", lines)


def _rows(group: Columns, lanes: int) -> str:
    """Which row of an array is worked on, and how long a row is."""
    if group.kind == "sums":
        return f"%tile, {group.count * lanes}"
    return f"%row, {group.count}" if group.kind == "rows" else "0, 0"


def _live(lanes: int) -> list[str]:
    """Lines for `%live`: the lanes whose samples are there and were not computed before."""
    kind = f"<{lanes} x i64>"
    everywhere = f"{kind} poison, <{lanes} x i32> zeroinitializer"
    return [
        *(
            line
            for name in ("row", "i", "stop")
            for line in (
                f"%first.{name} = insertelement {kind} poison, i64 %{name}, i64 0",
                f"%every.{name} = shufflevector {kind} %first.{name}, {everywhere}",
            )
        ),
        f"%sample = add {kind} %every.row, <{', '.join(f'i64 {lane}' for lane in range(lanes))}>",
        f"%new = icmp sge {kind} %sample, %every.i",
        f"%there = icmp slt {kind} %sample, %every.stop",
        f"%live = and <{lanes} x i1> %new, %there",
    ]


def defined(header: str, lines: Sequence[str]) -> str:
    """The text of a function."""
    body = "\n".join(line if line.endswith(":") else f"  {line}" for line in ["entry:", *lines])
    return f"define {header} {{\n{body}\n}}\n"
