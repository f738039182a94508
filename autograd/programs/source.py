"""A program as lines of source: what its numbers are called, and how its formulas are written.

A language is a dict over the operations. It says how each is written with operands x and y:

    ops.add: "x + y"    ops.atan2: "atan2(x, y)"

What is read once and is short stands inside the formula that reads it, so that a person sees formulas and not
a line for every operation. Nothing is regrouped: parentheses keep the order in which the program computes.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from autograd import ops
from autograd.primitive import Operation
from autograd.programs.program import UNUSED, Program

SUM, PRODUCT, SIGN, ATOM = range(4)
"""How tightly a formula holds together, from loosest to tightest."""

# How tightly a form does, and how tightly x and y in it must; any other form encloses its operands.
_LEVELS = {
    "x + y": (SUM, SUM, PRODUCT),
    "x - y": (SUM, SUM, PRODUCT),
    "x*y": (PRODUCT, PRODUCT, SIGN),
    "x/y": (PRODUCT, PRODUCT, SIGN),
    "x*x": (PRODUCT, ATOM, ATOM),
    "-x": (SIGN, ATOM, ATOM),
}
_LONGEST = 40  # characters of a formula that stands inside another
_LONGEST_OUTPUT = 80  # of one that needs no name, because it is an output and nothing else
_OPERAND = re.compile(r"\b[xy]\b")
_NO_LETTER = re.compile(r"\W+", re.ASCII)


@dataclass(frozen=True)
class Language:
    """How numbers and operations are written.

    Attributes:
        name: what it is called in errors.
        forms: how each operation of the table is written.
        number: how a constant is.
        taken: words that cannot be the name of a variable.
        with_number: how an operation is written whose second operand is this number, if otherwise; else None.
    """

    name: str
    forms: Mapping[Operation, str]
    number: Callable[[float], str]
    taken: Collection[str]
    with_number: Callable[[Operation, float], str | None]

    def __post_init__(self) -> None:
        missing = [line.name for line in ops.TABLE.values() if line not in self.forms]
        assert not missing, f"{self.name} writes every operation of the table, but not {', '.join(missing)}"

    def form(self, operation: Operation, second: float | None) -> str:
        """How an operation is written, whose second operand may be a known number."""
        if operation not in self.forms:
            raise ValueError(
                f"{operation.name} is no operation of autograd's table but a Python function, which cannot "
                f"be written as {self.name}; build it of autograd's functions, without @autograd.operation"
            )
        special = None if second is None else self.with_number(operation, second)
        return self.forms[operation] if special is None else special


class Formula(NamedTuple):
    """A text and how tightly it holds together."""

    text: str
    level: int

    def within(self, level: int) -> str:
        """The text where something as tight as `level` is needed."""
        return self.text if self.level >= level else f"({self.text})"


class Source:
    """The parts of a program, written in a language.

    Args:
        program: what is written.
        language: how.

    Attributes:
        names: what each input is called.
        read: the indices of the inputs that something reads.
        lines: a name and the formula that computes it, one below the other.
        outputs: a formula for each output.
    """

    def __init__(self, program: Program, language: Language) -> None:
        inputs = len(program.inputs)
        called = identifiers([*program.inputs, *program.names()[program.first :]], language.taken)
        forms = _forms(program, language)
        uses = _uses(program, forms)
        self.names = called[:inputs]
        self.read = [index for index in range(inputs) if uses[index]]
        self.lines: list[tuple[str, str]] = []
        formulas = [Formula(name, ATOM) for name in self.names]
        formulas += (_number(language.number(constant)) for constant in program.constants)
        results = set(program.outputs)
        instructions = zip(forms, called[inputs:], program.left, program.right, strict=True)
        for slot, (form, name, left, right) in enumerate(instructions, program.first):
            formula = Formula("", ATOM)  # of what nothing reads
            if uses[slot]:
                formula = _applied(form, formulas[left], formulas[right])
                longest = _LONGEST_OUTPUT if slot in results else _LONGEST
                if len(formula.text) > longest or (uses[slot] > 1 and not formula.text.isidentifier()):
                    self.lines.append((name, formula.text))
                    formula = Formula(name, ATOM)
            formulas.append(formula)
        self.outputs = [formulas[slot].text for slot in program.outputs]


def _uses(program: Program, forms: Sequence[str]) -> list[int]:
    """How often each slot is read by what is needed for the outputs."""
    uses = [0] * (program.first + len(program))
    for slot in program.outputs:
        uses[slot] += 1
    for index in reversed(range(len(program))):
        if uses[program.first + index]:
            of_x, of_y = _reads(forms[index])
            uses[program.left[index]] += of_x
            if program.right[index] != UNUSED:
                uses[program.right[index]] += of_y
    return uses


def _forms(program: Program, language: Language) -> list[str]:
    """How each instruction is written."""
    inputs, first = len(program.inputs), program.first
    return [
        language.form(
            program.operations[code], program.constants[right - inputs] if inputs <= right < first else None
        )
        for code, right in zip(program.codes, program.right, strict=True)
    ]


@lru_cache
def _reads(form: str) -> tuple[int, int]:
    """How often a form reads x and y."""
    operands = _OPERAND.findall(form)
    return operands.count("x"), operands.count("y")


def _applied(form: str, x: Formula, y: Formula) -> Formula:
    """A form with its operands."""
    if form == "x":
        return x
    level, of_x, of_y = _LEVELS.get(form, (ATOM, SUM, SUM))
    second = y.within(of_y)
    if of_y and second.startswith("-"):  # x - -y is allowed, but nobody writes it
        second = f"({second})"
    operands = {"x": x.within(of_x), "y": second}
    return Formula(_OPERAND.sub(lambda operand: operands[operand[0]], form), level)


def _number(text: str) -> Formula:
    return Formula(text, SIGN if text.startswith("-") else ATOM)


def identifiers(names: Iterable[str], taken: Collection[str]) -> list[str]:
    """Names as identifiers, in ASCII and no two alike; a Greek letter is called by its name.

    >>> identifiers(["x", "w[0]", "layer 1/w", "λ", "", "1st", "x'"], {"lambda"})
    ['x', 'w_0', 'layer_1_w', 'lambda_2', 'x_2', 'x1st', 'x_3']
    """
    found: dict[str, None] = {}  # in order, and quickly looked up
    last: dict[str, int] = {}
    for name in names:
        stem = identifier = _identifier(name)
        while identifier in found or identifier in taken:
            last[stem] = last.get(stem, 1) + 1
            identifier = f"{stem}_{last[stem]}"
        found[identifier] = None
    return list(found)


def _identifier(name: str) -> str:
    if not (name.isascii() and name.isidentifier()):
        name = "".join(map(_in_ascii, unicodedata.normalize("NFKD", name)))
        name = _NO_LETTER.sub("_", name).strip("_")
    return name if name[:1].isalpha() else f"x{name}"


def _in_ascii(char: str) -> str:
    if char.isascii():
        return char
    if unicodedata.combining(char):
        return ""
    kind, _, letter = unicodedata.name(char, "").partition(" LETTER ")
    greek = kind in ("GREEK SMALL", "GREEK CAPITAL")
    return letter.lower().replace("lamda", "lambda") if greek else " "


def require_identifier(name: str, taken: Collection[str], language: str) -> None:
    """Raise ValueError unless this can be the name of a function."""
    if not isinstance(name, str) or identifiers([name], taken) != [name]:
        raise ValueError(
            f"a function in {language} cannot be called {name!r}: it takes a name of letters, digits and _, "
            "which the language or the functions beside it do not use themselves"
        )


def counted(program: Program) -> str:
    """What a program is, in words."""
    parts: Sequence[tuple[int, str]] = (
        (len(program), "operation"),
        (len(program.inputs), "input"),
        (len(program.outputs), "output"),
    )
    many, given, made = (f"{number:,} {what}" + "s" * (number != 1) for number, what in parts)
    return f"{made} of {given}, computed by {many}"
