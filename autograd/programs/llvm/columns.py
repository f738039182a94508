"""Rows of arrays in lanes: how the numbers of several samples get into one vector, and out again.

An array has a row for each sample, and a program works on columns: the first inputs of four samples, then the
second ones. So blocks of four rows and four columns are read as they stand and transposed in registers:

    a0 a1 a2 a3        a0 b0 c0 d0
    b0 b1 b2 b3   ->   a1 b1 c1 d1
    c0 c1 c2 c3        a2 b2 c2 d2
    d0 d1 d2 d3        a3 b3 c3 d3
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from autograd.programs.llvm.writer import Writer

Kind: TypeAlias = Literal["rows", "shared", "sums"]

BLOCK = 4
"""How many rows and columns are transposed together."""

LINE = 8
"""How many numbers a line of the cache holds."""


@dataclass(frozen=True)
class Columns:
    """Consecutive inputs or outputs of a program that stand in one array.

    Attributes:
        first: the first of them.
        count: how many there are.
        kind: "rows" if the array has a row for each sample, "shared" if all samples read the same row, "sums"
            if what is written is added up over the samples.
    """

    first: int
    count: int
    kind: Kind = "rows"


class Reader:
    """Reads inputs, each when it is asked for the first time.

    Args:
        writer: who writes the lines; of one lane or a multiple of `BLOCK`.
        groups: where the inputs stand. The pointer `%in0` is where the first group has the first
            number of the first sample, `%in1` where the second group has it, and so on.
    """

    def __init__(self, writer: Writer, groups: Sequence[Columns]) -> None:
        self._writer = writer
        self._group_of = group_of(groups)
        self._groups = groups
        self._read: dict[int, str] = {}

    def __call__(self, slot: int) -> str:
        """The name of an input."""
        if slot not in self._read:
            place = self._group_of[slot]
            group = self._groups[place]
            self._load(f"%in{place}", group, slot - group.first)
        return self._read[slot]

    def _load(self, base: str, group: Columns, column: int) -> None:
        """Read a column, and those that come with it."""
        w = self._writer
        if w.lanes == 1 or group.kind == "shared":
            number = load(w, base, column)
            names = {column: number if w.lanes == 1 else broadcast(w, number)}
        elif group.count < BLOCK:
            names = dict(enumerate(self._narrow(base, group.count)))
        else:
            first = min(column // BLOCK * BLOCK, group.count - BLOCK)  # the last block may overlap another
            names = dict(enumerate(self._block(base, group.count, first), first))
        for read, name in names.items():
            self._read.setdefault(group.first + read, name)

    def _narrow(self, base: str, count: int) -> list[str]:
        """All columns of an array that has fewer than a block has: its rows are one vector."""
        w = self._writer
        if count == 1:
            return [load(w, base, 0, w.lanes)]
        rows = load(w, base, 0, w.lanes * count)
        kind = vector(w.lanes * count)
        return [
            shuffle(w, kind, rows, "poison", range(column, w.lanes * count, count)) for column in range(count)
        ]

    def _block(self, base: str, count: int, first: int) -> list[str]:
        """Four columns."""
        w = self._writer
        fetch_next(w, base, count, first)
        parts = []
        for top in range(0, w.lanes, BLOCK):
            rows = [load(w, base, row * count + first, BLOCK) for row in range(top, top + BLOCK)]
            parts.append(transposed(w, rows))
        return [joined(w, list(column)) for column in zip(*parts, strict=True)]


class Storer:
    """Writes outputs, whole blocks where four columns of one are there.

    Args:
        writer: who writes the lines.
        groups: where the outputs go, at the pointers `%out0`, `%out1` and so on. Where sums are written,
            `%live` says which lanes count.
    """

    def __init__(self, writer: Writer, groups: Sequence[Columns]) -> None:
        self._writer = writer
        self._group_of = group_of(groups)
        self._groups = groups
        self._waiting: dict[tuple[int, int], dict[int, str]] = {}  # by group and block: names by column

    def __call__(self, output: int, name: str) -> None:
        """Write an output, or keep it until its block is complete."""
        w = self._writer
        place = self._group_of[output]
        group = self._groups[place]
        base, column = f"%out{place}", output - group.first
        if group.kind == "sums":
            self._add(base, column, name)
        elif w.lanes == 1 or group.count == 1:
            store(w, base, column, name, w.lanes)
        elif column >= group.count // BLOCK * BLOCK:
            self._scatter(base, group.count, column, name)
        else:
            block = self._waiting.setdefault((place, column // BLOCK), {})
            block[column] = name
            if len(block) == BLOCK:
                self._block(base, group.count, self._waiting.pop((place, column // BLOCK)))

    def finish(self) -> None:
        """Write what waits for others of its block."""
        for (place, _), block in self._waiting.items():
            for column, name in block.items():
                self._scatter(f"%out{place}", self._groups[place].count, column, name)
        self._waiting.clear()

    def _add(self, base: str, column: int, name: str) -> None:
        """Add to the sum of each lane; -0.0, which changes no sum, where a lane does not count."""
        w = self._writer
        so_far = load(w, base, column * w.lanes, w.lanes)
        store(w, base, column * w.lanes, w.add(so_far, w.select("%live", name, -0.0)), w.lanes)

    def _scatter(self, base: str, count: int, column: int, name: str) -> None:
        w = self._writer
        for lane in range(w.lanes):
            store(w, base, lane * count + column, extracted(w, name, lane))

    def _block(self, base: str, count: int, block: dict[int, str]) -> None:
        w = self._writer
        first = min(block)
        fetch_next(w, base, count, first, to_write=True)
        columns = [block[first + column] for column in range(BLOCK)]
        for top in range(0, w.lanes, BLOCK):
            parts = [self._part(name, top) for name in columns]
            for row, name in enumerate(transposed(w, parts), top):
                store(w, base, row * count + first, name, BLOCK)

    def _part(self, name: str, top: int) -> str:
        """Four lanes of a vector."""
        w = self._writer
        return name if w.lanes == BLOCK else shuffle(w, w.type, name, "poison", range(top, top + BLOCK))


def group_of(groups: Sequence[Columns]) -> list[int]:
    """For each input or output the place of the group that it stands in."""
    return [place for place, group in enumerate(groups) for _ in range(group.count)]


def vector(count: int) -> str:
    """The type of so many numbers."""
    return "double" if count == 1 else f"<{count} x double>"


def address(writer: Writer, base: str, offset: int) -> str:
    """Where the number stands that is `offset` numbers after the first."""
    return writer.line(f"getelementptr double, ptr {base}, i64 {offset}") if offset else base


def load(writer: Writer, base: str, offset: int, count: int = 1) -> str:
    """Read so many numbers that stand side by side."""
    place = address(writer, base, offset)
    return writer.line(f"load {vector(count)}, ptr {place}, align 8")


def store(writer: Writer, base: str, offset: int, name: str, count: int = 1) -> None:
    """Write so many numbers side by side."""
    place = address(writer, base, offset)
    writer.lines.append(f"store {vector(count)} {name}, ptr {place}, align 8")


def fetch_next(writer: Writer, base: str, count: int, first: int, to_write: bool = False) -> None:
    """Ask for the numbers of the next samples in good time, once for each line of the cache.

    The processor does that by itself along a row; but the lanes begin new rows again and again.
    """
    if first % LINE == 0 and count >= 2 * LINE:
        writer.declarations.add("declare void @llvm.prefetch.p0(ptr, i32, i32, i32)")
        for row in range(writer.lanes, 2 * writer.lanes):
            place = address(writer, base, row * count + first)
            writer.lines.append(
                f"call void @llvm.prefetch.p0(ptr {place}, i32 {int(to_write)}, i32 3, i32 1)"
            )


def shuffle(writer: Writer, kind: str, a: str, b: str, picked: Iterable[int]) -> str:
    """Numbers picked by their places in two vectors of one type, one after the other."""
    mask = [f"i32 {place}" for place in picked]
    return writer.line(f"shufflevector {kind} {a}, {kind} {b}, <{len(mask)} x i32> <{', '.join(mask)}>")


def broadcast(writer: Writer, number: str) -> str:
    """One number in every lane."""
    one = writer.line(f"insertelement {writer.type} poison, double {number}, i64 0")
    return shuffle(writer, writer.type, one, "poison", [0] * writer.lanes)


def extracted(writer: Writer, name: str, lane: int) -> str:
    """The number in one lane."""
    return writer.line(f"extractelement {writer.type} {name}, i64 {lane}")


def transposed(writer: Writer, rows: Sequence[str]) -> list[str]:
    """The columns of four rows, or the rows of four columns, in eight shuffles."""
    kind = vector(BLOCK)
    a, b, c, d = rows
    even, odd, low, high = (0, 4, 2, 6), (1, 5, 3, 7), (0, 1, 4, 5), (2, 3, 6, 7)
    ab = [shuffle(writer, kind, a, b, mask) for mask in (even, odd)]
    cd = [shuffle(writer, kind, c, d, mask) for mask in (even, odd)]
    return [shuffle(writer, kind, ab[i], cd[i], mask) for mask in (low, high) for i in (0, 1)]


def joined(writer: Writer, parts: list[str]) -> str:
    """Vectors of four numbers, one after the other, as one vector."""
    size = BLOCK
    while len(parts) > 1:
        pairs = zip(parts[::2], parts[1::2], strict=True)
        parts = [shuffle(writer, vector(size), a, b, range(2 * size)) for a, b in pairs]
        size *= 2
    return parts[0]
