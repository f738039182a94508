"""Read the operation table once more, as source, to write its expressions as typed Python for mypyc.

`autograd/ops.py` stays the only place where a derivative is written. A partial such as `1 - out * out` is
read in two ways, as `Operation` reads it in two ways:

    on floats    (1.0 - (out * out))
    on Values    binary(lines.sub, constant(1.0), binary(lines.mul, out, out))
"""

from __future__ import annotations

import ast
from typing import NamedTuple

INFIX = {ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "div"}
SIGN = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*"}


class Line(NamedTuple):
    """One line of the table, as source."""

    value: ast.expr
    partials: list[ast.expr | None]
    chooses: bool


class Table(NamedTuple):
    """The lines by name, the functions that partials call beside operations, and the constants."""

    lines: dict[str, Line]
    helpers: dict[str, ast.FunctionDef]
    constants: dict[str, str]


def parsed(source: str) -> Table:
    """The table, of the source of ops.py."""
    table = Table({}, {}, {})
    for node in ast.parse(source).body:
        match node:
            case ast.FunctionDef(name):
                table.helpers[name] = node
            case ast.Assign(
                [ast.Name(name)], ast.Call(ast.Name("_line"), [_, _, value, *partials], keywords)
            ):
                bodies = [partial.body if isinstance(partial, ast.Lambda) else None for partial in partials]
                chooses = any(keyword.arg == "choice" for keyword in keywords)
                table.lines[name] = Line(value, bodies, chooses)
            case ast.Assign([ast.Name(name)], value) if name.startswith("_"):
                table.constants[name] = ast.unparse(value)
            case ast.Assign([ast.Tuple(names)], ast.Tuple(values)):
                pairs = zip(map(ast.unparse, names), map(ast.unparse, values), strict=True)
                table.constants.update((name, value) for name, value in pairs if name.startswith("_"))
    return table


class Reader:
    """Writes expressions of the table.

    Python raises for 1 / 0.0, and the functions of `math` for much else. What is written here goes through
    `floats`, which answers as IEEE 754 does; so does `Operation.local_number` where Python has raised.

    Args:
        table: where the expressions are from.
        values: the names that stand for Values; the others stand for floats.
        not_zero: the names of numbers that are known not to be 0.
    """

    def __init__(self, table: Table, values: tuple[str, ...] = (), not_zero: tuple[str, ...] = ()) -> None:
        self.table = table
        self.values = values
        self.not_zero = not_zero

    def number(self, node: ast.expr) -> str:
        """An expression on floats."""
        match node:
            case ast.Name(name):
                return name
            case ast.Constant(int() | float() as constant):
                return repr(float(constant))
            case ast.UnaryOp(ast.USub(), operand):
                return f"(-{self.number(operand)})"
            case ast.UnaryOp(ast.UAdd(), operand):
                return self.number(operand)
            case ast.BinOp(left, ast.Div(), right):
                return f"floats.div({self.number(left)}, {self.number(right)})"
            case ast.BinOp(left, operator, right):
                return f"({self.number(left)} {SIGN[type(operator)]} {self.number(right)})"
            case ast.Call(ast.Name("float"), [condition]):
                return f"(1.0 if {ast.unparse(condition)} else 0.0)"
            case ast.Call(ast.Name(name), args) if name in self.table.lines:
                return f"of_{name}({', '.join(map(self.number, args))})"
            case ast.Call(ast.Name(name), args):
                return self.number(self.inlined(name, args))
            case ast.IfExp(test, body, otherwise):
                decided = self.decided(test)
                if decided is not None:
                    return self.number(body if decided else otherwise)
                return f"({self.number(body)} if {self.condition(test)} else {self.number(otherwise)})"
        raise ValueError(f"no way to compile this part of the table: {ast.unparse(node)}")

    def graph(self, node: ast.expr) -> tuple[str, bool]:
        """An expression on Values, and whether it gives one: a part without any gives a float."""
        match node:
            case ast.Name(name):
                return name, name in self.values
            case ast.Constant(int() | float() as constant):
                return repr(float(constant)), False
            case ast.UnaryOp(ast.USub(), operand):
                return self.node("neg", [operand], node)
            case ast.BinOp(left, operator, right):
                return self.node(INFIX[type(operator)], [left, right], node)
            case ast.Call(ast.Name(name), args) if name in self.table.lines:
                return self.node(name, args, node)
            case ast.Call(ast.Name(name), args):
                return self.graph(self.inlined(name, args))
            case ast.IfExp(test, body, otherwise):
                decided = self.decided(test)
                if decided is not None:
                    return self.graph(body if decided else otherwise)
        raise ValueError(f"no way to compile this part of the table: {ast.unparse(node)}")

    def node(self, operation: str, operands: list[ast.expr], whole: ast.expr) -> tuple[str, bool]:
        """An operation on operands, at least one of which should be a Value."""
        read = [self.graph(operand) for operand in operands]
        if not any(is_value for _, is_value in read):
            return self.number(whole), False
        if operation == "pow" and not read[1][1]:
            return f"power({read[0][0]}, {read[1][0]})", True
        lifted = [text if is_value else f"constant({text})" for text, is_value in read]
        return f"{'unary' if len(read) == 1 else 'binary'}(lines.{operation}, {', '.join(lifted)})", True

    def inlined(self, name: str, args: list[ast.expr]) -> ast.expr:
        """What a call of a helper computes, which is one `if` that returns and one more return."""
        function = self.table.helpers[name]
        given = dict(zip([parameter.arg for parameter in function.args.args], args, strict=True))
        match function.body[1:]:  # below the docstring
            case [ast.If(test, [ast.Return(body)]), ast.Return(otherwise)] if body and otherwise:
                expression = ast.IfExp(test, body, otherwise)
                replaced: ast.expr = _Given(given).visit(ast.parse(ast.unparse(expression), mode="eval").body)
                return replaced
        raise ValueError(f"no way to compile {name}(): it has to be one `if` that returns, and one return")

    def decided(self, test: ast.expr) -> bool | None:
        """Whether a condition holds, as far as it is a matter of what is a number; None if it is not."""
        match test:
            case ast.Call(ast.Attribute(attr="is_number"), [ast.Name(name)]):
                return name not in self.values
            case ast.UnaryOp(ast.Not(), operand):
                decided = self.decided(operand)
                return None if decided is None else not decided
            case ast.BoolOp(operator, parts):
                all_decided = [self.decided(part) for part in parts]
                ends = isinstance(operator, ast.Or)  # what decides at once
                if ends in all_decided:
                    return ends
                return None if None in all_decided else not ends
            case ast.Compare(ast.Name(name), [ast.NotEq()], [ast.Constant(0.0)]) if name in self.not_zero:
                return True
        return None

    def condition(self, test: ast.expr) -> str:
        """A condition, without the parts that are decided."""
        match test:
            case ast.BoolOp(operator, parts):
                open_ = [self.condition(part) for part in parts if self.decided(part) is None]
                return (" or " if isinstance(operator, ast.Or) else " and ").join(open_)
        return ast.unparse(test)


class _Given(ast.NodeTransformer):
    """Puts arguments in the place of parameters."""

    def __init__(self, given: dict[str, ast.expr]) -> None:
        self.given = given

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self.given.get(node.id, node)
