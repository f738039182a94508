"""`python -m autograd`: the gradients of a formula in a table, a drawing or an explanation."""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import asdict
from io import TextIOWrapper
from typing import TYPE_CHECKING, Any, NoReturn, TextIO

import autograd
from autograd.command.example import worked_example
from autograd.command.expression import (
    CONSTANTS,
    FUNCTIONS,
    Expression,
    ExpressionError,
    normalized,
    shortened,
)
from autograd.command.listing import as_record, as_table, finite
from autograd.command.page import as_drawing, as_page, as_svg
from autograd.differences import compare
from autograd.graph import trace
from autograd.show.drawing.layout import EngineNotFound
from autograd.show.explanation.explain import explain
from autograd.show.playing.player import player
from autograd.sweeps import adjoints
from autograd.value import Value

if TYPE_CHECKING:
    from autograd.differences import Check
    from autograd.show.explanation.explanation import Explanation

_OPTION = re.compile(r"-h|--|--[a-z]+(=.*)?", re.DOTALL)
EXAMPLE_FILE = "backprop-2-1-1.svg"

_LISTED = textwrap.fill(", ".join(sorted(FUNCTIONS)), 88, subsequent_indent=" " * 12)
_EPILOG = f"""\
examples:
  python -m autograd "(3*x + 2)**2" x=1
  python -m autograd "tanh(w*x + b)" w=0.5 x=2 b=-1 --explain
  python -m autograd "maximum(x, 0)*y" x=3 y=-2 --check --svg graph.svg
  python -m autograd    (a 2-1-1 network worked through, drawn to {EXAMPLE_FILE})

operators:  + - * / **  < <= > >= == !=  and parentheses
functions:  {_LISTED}
constants:  {", ".join(CONSTANTS)}

In --json output, operands are node ids, and a number that is not finite is "nan", "inf" or "-inf".
Exit status: 0 done; 1 a file could not be written or drawn; 2 a mistake in the arguments.
"""


class _Parser(argparse.ArgumentParser):
    """An argument parser whose errors are one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: error: {shortened(message, 200)}\n")


class _OutputError(Exception):
    """A file cannot be made; the message is one line."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit status."""
    parser = _parser()
    given = list(sys.argv[1:] if arguments is None else arguments)
    options = parser.parse_intermixed_args([_not_an_option(argument) for argument in given])
    for stream in (sys.stdout, sys.stderr):
        _never_fail_to_encode(stream)
    try:
        if options.expression is None:
            _refuse_options(parser, options)
        text = _example() if options.expression is None else _answer(options)
    except ExpressionError as error:
        parser.error(str(error))
    except _OutputError as error:
        print(f"{parser.prog}: error: {error}", file=sys.stderr)
        return 1
    return _print(text)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="python -m autograd",
        description="Compute a formula, and its gradient by every variable.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("expression", nargs="?", help="a formula, such as '(3*x + 2)**2'")
    parser.add_argument("assignments", nargs="*", metavar="name=number", help="a number for each variable")
    parser.add_argument("--explain", action="store_true", help="write the chain rule out, step by step")
    parser.add_argument("--check", action="store_true", help="compare the gradients with finite differences")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument("--svg", metavar="FILE", help="draw the graph to an SVG file")
    parser.add_argument("--png", metavar="FILE", help="draw the graph to a PNG file")
    parser.add_argument("--dot", metavar="FILE", help="write the drawing as DOT text")
    parser.add_argument("--html", metavar="FILE", help="write one page with the drawing and the explanation")
    parser.add_argument("--player", metavar="FILE", help="write a page that plays the graph step by step")
    parser.add_argument("--version", action="version", version=_version())
    return parser


def _version() -> str:
    return f"autograd {autograd.__version__}, {'compiled' if autograd.native else 'pure Python'}"


def _not_an_option(argument: str) -> str:
    """A formula may begin with a minus sign; a space before it keeps it from being read as an option."""
    formula = argument.startswith("-") and not _OPTION.fullmatch(argument)
    return f" {argument}" if formula else argument


def _refuse_options(parser: argparse.ArgumentParser, options: argparse.Namespace) -> None:
    """Without an expression there is nothing that an option could ask for."""
    for name, value in vars(options).items():
        if value:
            parser.error(f"--{name} needs an expression, such as '(3*x + 2)**2' x=1")


def _answer(options: argparse.Namespace) -> str:
    """What the options ask for, as text; files are written first."""
    expression = Expression(options.expression)
    numbers = _numbers(options.assignments, expression)
    leaves = [Value(number, label=name) for name, number in numbers.items()]
    result = expression(dict(zip(numbers, leaves, strict=True)))
    root = result if isinstance(result, Value) else Value(result)
    root.backward()
    reached = set(trace(root)[0])
    explanation = explain(root, [leaf for leaf in leaves if leaf in reached] or None)
    checks = _checks(root, leaves) if options.check else None
    written = _write_files(options, expression, root, explanation)
    if options.json:
        return _as_json(options, expression, root, leaves, explanation, checks)
    parts = [as_table(root, leaves, checks)]
    if options.explain:
        parts.append(str(explanation))
    if written:
        parts.append("\n".join(f"wrote {file}" for file in written))
    return "\n\n".join(parts)


def _numbers(assignments: Sequence[str], expression: Expression) -> dict[str, float]:
    """The numbers on the command line by name, in the order of the variables in the expression."""
    numbers: dict[str, float] = {}
    for assignment in assignments:
        name, equals, text = assignment.partition("=")
        name = normalized(name.strip())
        if not equals or not name.isidentifier():
            raise ExpressionError(f"expected name=number, got {assignment.strip()!r}")
        if name in FUNCTIONS or name in CONSTANTS:
            raise ExpressionError(
                f"{name} is the name of a {'function' if name in FUNCTIONS else 'constant'}"
            )
        if name in numbers:
            raise ExpressionError(f"{name} is given twice")
        if name not in expression.variables:
            raise ExpressionError(f"{name} is given a value, but {expression.text} does not use it")
        try:
            numbers[name] = float(text)
        except ValueError:
            raise ExpressionError(f"the value of {name} is not a number: {text!r}") from None
    expression.require(numbers)
    return {name: numbers[name] for name in expression.variables}


def _checks(root: Value, leaves: Sequence[Value]) -> dict[Value, Check]:
    """Finite differences by every variable, also by one that the result does not depend on."""
    gradients = dict.fromkeys(leaves, 0.0) | adjoints(root)
    return compare(root, leaves, gradients)


def _as_json(
    options: argparse.Namespace,
    expression: Expression,
    root: Value,
    leaves: Sequence[Value],
    explanation: Explanation,
    checks: dict[Value, Check] | None,
) -> str:
    record: dict[str, Any] = {
        "expression": expression.text,
        "gradients": {leaf.label: leaf.grad for leaf in leaves},
    }
    if checks is not None:
        record["finite_differences"] = {leaf.label: asdict(made) for leaf, made in checks.items()}
    record |= as_record(root, leaves)
    if options.explain:
        record["steps"] = [asdict(step) for step in explanation.steps]
    return json.dumps(finite(record), indent=2, allow_nan=False)


def _write_files(
    options: argparse.Namespace, expression: Expression, root: Value, explanation: Explanation
) -> list[str]:
    """Write the files that are asked for; returns their names."""
    makers: dict[str, Callable[[], bytes]] = {
        "svg": lambda: as_svg(root).encode(),
        "png": lambda: as_drawing(root).pipe(format="png"),
        "dot": lambda: as_drawing(root).source.encode(),
        "html": lambda: as_page(expression.text, root, explanation).encode(),
        "player": lambda: player(root, title=expression.text).html.encode(),
    }
    asked = {kind: file for kind in makers if (file := getattr(options, kind)) is not None}
    for kind, file in asked.items():
        _write(file, makers[kind])
    return list(asked.values())


def _write(file: str, make: Callable[[], bytes]) -> None:
    try:
        content = make()
        with open(file, "wb") as output:
            output.write(content)
    except OSError as error:
        raise _OutputError(f"cannot write {file}: {error.strerror or error}") from None
    except ValueError as error:  # a null byte in the name
        raise _OutputError(f"cannot write {file!r}: {error}") from None
    except (EngineNotFound, ImportError) as error:
        raise _OutputError(f"cannot draw {file}: {error}") from None


def _example() -> str:
    text, loss = worked_example()
    _write(EXAMPLE_FILE, lambda: as_svg(loss).encode())
    return f"{text}\n\nThe graph is drawn in {EXAMPLE_FILE}."


def _print(text: str) -> int:
    try:
        print(text, flush=True)
    except BrokenPipeError:  # the reader, such as head, has seen enough; nothing more must be flushed to it
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def _never_fail_to_encode(stream: TextIO) -> None:
    """Write what the terminal's encoding lacks as escapes."""
    if isinstance(stream, TextIOWrapper):
        stream.reconfigure(errors="backslashreplace")


if __name__ == "__main__":
    sys.exit(main())
