"""Lines of LLVM's intermediate representation (IR) that compute with doubles, in one lane or in several.

IR is a typed assembly language in single assignment. A writer appends one line for each method called, and
gives back the name of the result:

    >>> writer = Writer(lanes=4)
    >>> writer.add(writer.mul("%x", "%x"), 1.0)
    '%t2'
    >>> for line in writer.lines:
    ...     print(line)
    %t1 = fmul <4 x double> %x, %x
    %t2 = fadd <4 x double> %t1, splat (double 0x3FF0000000000000)

The same calls write the code for one lane and for several. No line has a flag that would let LLVM change a
result, so that every lane has, bit for bit, what a single one has.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from typing import Literal, TypeAlias

Operand: TypeAlias = str | float
"""The name of a result, or a number."""

Whole: TypeAlias = str | int
"""The name of an integer, or an integer."""

Math: TypeAlias = Literal["own", "libm"]

COMPARISONS = {"<": "olt", "<=": "ole", ">": "ogt", ">=": "oge", "==": "oeq", "!=": "une"}
"""Comparisons as LLVM names them. With nan all are false but `!=`, as in IEEE 754."""


class Writer:
    """Writes the lines of one function.

    Args:
        lanes: how many numbers each name stands for.
        math: "own" takes the elementary functions of this package, "libm" those of the platform.

    Attributes:
        lines: what was written, a line of IR each.
        type, integers, booleans: the types of numbers, of integers of 64 bits, and of conditions.
        needed: the names of the package's elementary functions that the lines call.
        symbols: the address of each function outside the code that the lines call, by its name.
        declarations: the lines that declare what is called, to stand outside the function.
    """

    def __init__(self, lanes: int = 1, math: Math = "own") -> None:
        if lanes < 1:
            raise ValueError(f"a writer has one lane or more, got {lanes}")
        if math not in ("own", "libm"):
            raise ValueError(f"math is 'own' or 'libm', got {math!r}")
        self.lanes = lanes
        self.math = math
        self.type, self.integers, self.booleans = (self._of("double"), self._of("i64"), self._of("i1"))
        self.lines: list[str] = []
        self.needed: set[str] = set()
        self.symbols: dict[str, int] = {}
        self.declarations: set[str] = set()
        self._names = 0
        self._block = "entry"

    def _of(self, kind: str) -> str:
        return kind if self.lanes == 1 else f"<{self.lanes} x {kind}>"

    # Numbers and names

    def number(self, x: Operand) -> str:
        """A number as an operand, exact to the bit; a name stays as it is."""
        return x if isinstance(x, str) else self._in_every_lane(f"double {literal(x)}")

    def whole(self, n: Whole) -> str:
        """An integer as an operand; a name stays as it is."""
        return n if isinstance(n, str) else self._in_every_lane(f"i64 {n}")

    def _in_every_lane(self, constant: str) -> str:
        return constant.split()[1] if self.lanes == 1 else f"splat ({constant})"

    def line(self, text: str) -> str:
        """Append `%t = text`; the name of the result."""
        self._names += 1
        name = f"%t{self._names}"
        self.lines.append(f"{name} = {text}")
        return name

    def _binary(self, instruction: str, a: Operand, b: Operand) -> str:
        return self.line(f"{instruction} {self.type} {self.number(a)}, {self.number(b)}")

    # Arithmetic

    def add(self, a: Operand, b: Operand) -> str:
        return self._binary("fadd", a, b)

    def sub(self, a: Operand, b: Operand) -> str:
        return self._binary("fsub", a, b)

    def mul(self, a: Operand, b: Operand) -> str:
        return self._binary("fmul", a, b)

    def div(self, a: Operand, b: Operand) -> str:
        return self._binary("fdiv", a, b)

    def fmod(self, a: Operand, b: Operand) -> str:
        """What is left of a when trunc(a / b) times b is taken away; it is exact."""
        return self._binary("frem", a, b)

    def neg(self, a: Operand) -> str:
        return self.line(f"fneg {self.type} {self.number(a)}")

    def fma(self, a: Operand, b: Operand, c: Operand) -> str:
        """a * b + c, rounded once."""
        return self._intrinsic("fma", a, b, c)

    def abs(self, a: Operand) -> str:
        return self._intrinsic("fabs", a)

    def sqrt(self, a: Operand) -> str:
        return self._intrinsic("sqrt", a)

    def copysign(self, a: Operand, b: Operand) -> str:
        return self._intrinsic("copysign", a, b)

    def floor(self, a: Operand) -> str:
        return self._intrinsic("floor", a)

    def ceil(self, a: Operand) -> str:
        return self._intrinsic("ceil", a)

    def trunc(self, a: Operand) -> str:
        return self._intrinsic("trunc", a)

    def round(self, a: Operand) -> str:
        """The nearest whole number, and the even one of two."""
        return self._intrinsic("rint", a)

    def maximum(self, a: Operand, b: Operand) -> str:
        """nan if either is nan, and 0.0 is larger than -0.0."""
        return self._intrinsic("maximum", a, b)

    def minimum(self, a: Operand, b: Operand) -> str:
        return self._intrinsic("minimum", a, b)

    def _intrinsic(self, name: str, *operands: Operand) -> str:
        suffix = "f64" if self.lanes == 1 else f"v{self.lanes}f64"
        return self.call(f"llvm.{name}.{suffix}", *operands)

    # Conditions

    def compare(self, kind: str, a: Operand, b: Operand) -> str:
        """A condition; the kinds are those of `COMPARISONS`."""
        return self._binary(f"fcmp {COMPARISONS[kind]}", a, b)

    def is_nan(self, a: Operand) -> str:
        return self._binary("fcmp uno", a, a)

    def both(self, p: str, q: str) -> str:
        return self.line(f"and {self.booleans} {p}, {q}")

    def either(self, p: str, q: str) -> str:
        return self.line(f"or {self.booleans} {p}, {q}")

    def select(self, condition: str, a: Operand, b: Operand) -> str:
        """a where the condition holds, else b."""
        return self.line(
            f"select {self.booleans} {condition}, {self.type} {self.number(a)}, {self.type} {self.number(b)}"
        )

    # The bits of a number, as an integer of 64 bits

    def bits(self, a: Operand) -> str:
        return self.line(f"bitcast {self.type} {self.number(a)} to {self.integers}")

    def from_bits(self, n: Whole) -> str:
        return self.line(f"bitcast {self.integers} {self.whole(n)} to {self.type}")

    def integer(self, kind: str, a: Whole, b: Whole) -> str:
        """An operation of integers by LLVM's name: add, sub, and, or, xor, shl, lshr, ashr."""
        return self.line(f"{kind} {self.integers} {self.whole(a)}, {self.whole(b)}")

    def compare_integers(self, kind: str, a: Whole, b: Whole) -> str:
        """A condition on integers by LLVM's name: eq, ne, slt, sgt ..."""
        return self.line(f"icmp {kind} {self.integers} {self.whole(a)}, {self.whole(b)}")

    # Functions

    def call(self, function: str, *operands: Operand) -> str:
        """The result of a function that takes all lanes at once."""
        self._declare(self.type, function, operands)
        return self.line(f"call {self.type} @{function}({self._arguments(self.type, operands)})")

    def call_lane_by_lane(self, function: str, address: int, *operands: Operand) -> str:
        """The result of a function outside the code, which takes one number of each operand."""
        self.symbols[function] = address
        self._declare("double", function, operands)
        if self.lanes == 1:
            return self.line(f"call double @{function}({self._arguments('double', operands)})")
        together = "poison"
        for lane in range(self.lanes):
            taken = [
                self.line(f"extractelement {self.type} {self.number(operand)}, i64 {lane}")
                for operand in operands
            ]
            result = self.line(f"call double @{function}({self._arguments('double', taken)})")
            together = self.line(f"insertelement {self.type} {together}, double {result}, i64 {lane}")
        return together

    def where_any(self, condition: str, seldom: Callable[[], str], usual: str) -> str:
        """`seldom` where the condition holds, else the usual result.

        The code that `seldom` writes is jumped over if the condition holds in no lane. It is no more than a
        block, and the function that is being written begins with the label `entry`.
        """
        any_lane = condition
        if self.lanes > 1:
            reduction = f"llvm.vector.reduce.or.v{self.lanes}i1"
            self.declarations.add(f"declare i1 @{reduction}({self.booleans})")
            any_lane = self.line(f"call i1 @{reduction}({self.booleans} {condition})")
        before, self._block = self._block, f"seldom{self._names}"
        after = f"after{self._names}"
        self.lines += [f"br i1 {any_lane}, label %{self._block}, label %{after}", f"{self._block}:"]
        chosen = self.select(condition, seldom(), usual)
        self.lines += [f"br label %{after}", f"{after}:"]
        result = self.line(f"phi {self.type} [{usual}, %{before}], [{chosen}, %{self._block}]")
        self._block = after
        return result

    def call_own(self, name: str, *operands: Operand) -> str:
        """The result of one of the package's elementary functions, which is defined beside the code."""
        self.needed.add(name)
        return self.line(f"call {self.type} @{self.own(name)}({self._arguments(self.type, operands)})")

    def own(self, name: str) -> str:
        """The name in IR of one of the package's elementary functions, for this number of lanes."""
        return f"own.{name}.{self.lanes}"

    def _arguments(self, kind: str, operands: Sequence[Operand]) -> str:
        return ", ".join(f"{kind} {self.number(operand)}" for operand in operands)

    def _declare(self, kind: str, function: str, operands: Sequence[Operand]) -> None:
        self.declarations.add(f"declare {kind} @{function}({', '.join([kind] * len(operands))})")


def literal(x: float) -> str:
    """A double as IR has it, by its bits.

    >>> literal(1.0), literal(-0.0)
    ('0x3FF0000000000000', '0x8000000000000000')
    """
    return f"0x{pattern(x):016X}"


def pattern(x: float) -> int:
    """The bits of a double, as an integer.

    >>> hex(pattern(1.0))
    '0x3ff0000000000000'
    """
    bits: int = struct.unpack("<Q", struct.pack("<d", x))[0]
    return bits
