import ast
import math
import re
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd
from autograd import functions, ops
from autograd.command.expression import Expression
from autograd.own_operations import operation
from autograd.words.symbol import NO_DERIVATIVE, NOT_WRITTEN, TOO_LONG, Symbol, applied, derivative

# What a printed formula may name: the operations, autograd's functions and the constants of `math`.
NAMESPACE = {name: getattr(functions, name) for name in functions.__all__} | ops.TABLE | vars(math)

POINTS = [-2.5, -1.0, -0.75, -0.3, 0.0, 0.25, 0.5, 0.9, 1.0, 1.75, 3.0, 5.0]
LINES = [(line, index) for line in ops.TABLE.values() for index in range(line.arity)]
BOUND = [ops.pow.bind(y) for y in (-2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0, 3.0)] + [
    ops.leaky_relu.bind(0.01), ops.elu.bind(1.0)
]  # fmt: skip


def same(a, b):
    """The same float, with its sign, or both nan."""
    return (math.isnan(a) and math.isnan(b)) or (a == b and math.copysign(1, a) == math.copysign(1, b))


def numeric(line, index, point, out):
    try:
        return float(line.partials[index](*point, out))
    except ZeroDivisionError:
        return None


def printed(text, names):
    return float(eval(text, NAMESPACE, names))


@pytest.mark.parametrize(("line", "index"), LINES, ids=lambda part: getattr(part, "name", str(part)))
def test_every_printed_derivative_computes_the_tables_partial(line, index):
    # Broken if what is printed is not what backward() multiplies by, down to the last bit.
    text = derivative(line, index)
    if line.partials[index] is None:
        assert text == NO_DERIVATIVE
        return
    compared = 0
    for x in POINTS:
        for y in POINTS if line.arity == 2 else [0.0]:
            point = (x, y)[: line.arity]
            if not all(low < number < high for number, (low, high) in zip(point, line.domain, strict=True)):
                continue
            out = line(*point)
            if line is ops.remainder and y == 0.0:
                continue  # where Python's own // raises
            expected = numeric(line, index, point, out)
            if expected is not None:
                assert same(printed(text, {"x": x, "y": y, "out": out}), expected), (text, point)
                compared += 1
    assert compared >= 3


@pytest.mark.parametrize("line", BOUND, ids=lambda line: line.symbol)
def test_operations_with_a_fixed_argument_print_theirs(line):
    # Broken if x**2 prints the derivative of x**y.
    for x in (0.25, 0.5, 3.0):
        out = line(x)
        assert same(printed(applied(line, ["x"]), {"x": x}), out)
        assert same(printed(derivative(line), {"x": x, "out": out}), numeric(line, 0, (x,), out))


@pytest.mark.parametrize(
    ("line", "index", "text"),
    [
        (ops.add, 0, "1"),
        (ops.sub, 1, "-1"),
        (ops.mul, 0, "y"),
        (ops.div, 1, "-out/y"),
        (ops.pow, 0, "y*or_one((y != 0) + (1/abs(x) < inf), x)**(y - 1)"),
        (ops.pow.bind(2.0), 0, "2*x"),
        (ops.pow.bind(3.0), 0, "3*x**2"),
        (ops.pow.bind(-1.0), 0, "-x**(-2)"),
        (ops.pow.bind(0.5), 0, "0.5*x**(-0.5)"),
        (ops.log, 0, "1/x"),
        (ops.tanh, 0, "1 - out*out"),
        (ops.sigmoid, 0, "out*(1 - out)"),
        (ops.relu, 0, "x > 0"),
        (ops.maximum, 0, "(x > y) + 0.5*(x == y)"),
        (ops.erf, 0, "2/sqrt(pi)*exp(-x*x)"),
        (ops.atan2, 1, "-x/hypot(x, y)/hypot(x, y)"),
        (ops.when, 0, NO_DERIVATIVE),
        (ops.stop_gradient, 0, NO_DERIVATIVE),
    ],
)
def test_formulas_read_as_a_person_writes_them(line, index, text):
    # Broken if the words are right but unreadable: 2.0*x**1.0, or parentheses around everything.
    assert derivative(line, index) == text


def test_names_are_those_that_are_given():
    # Broken if an explanation of w*x speaks of x and y.
    assert derivative(ops.tanh, names=["z"], out_name="y") == "1 - y*y"
    assert derivative(ops.mul, 1, ["w[0]", "x[0]"]) == "w[0]"
    assert applied(ops.add, ["a.b", "c'"]) == "a.b + c'"


def test_a_name_that_is_no_name_stands_in_parentheses():
    # Broken if the label "a+b" gives 1 - a+b*a+b.
    assert derivative(ops.tanh, out_name="a+b") == "1 - (a+b)*(a+b)"
    assert applied(ops.pow.bind(2.0), ["-3"]) == "(-3)**2"
    assert applied(ops.exp, ["a+b"]) == "exp(a+b)"


def test_users_operations_written_with_autograds_functions():
    # Broken if only the table's own derivatives can be printed.
    gauss = operation(lambda x, out: -2 * x * autograd.exp(-(x**2)))(lambda x: math.exp(-x * x))
    assert derivative(gauss) == "-2*x*exp(-x**2)"
    swish = operation(lambda x, out: x.sigmoid() + out * (1 - x.sigmoid()))(lambda x: x / (1 + math.exp(-x)))
    assert derivative(swish) == "sigmoid(x) + out*(1 - sigmoid(x))"
    mean = operation(lambda x, y, out: 0.5, lambda x, y, out: abs(+y) / 2)(lambda x, y: (x + y) / 2)
    assert (derivative(mean, 0), derivative(mean, 1)) == ("0.5", "abs(+y)/2")
    sawtooth = operation(lambda x, y, out: x % 2 - 3 % y, lambda x, y, out: x // -2 + 7 // y)(lambda x, y: x)
    assert (derivative(sawtooth, 0), derivative(sawtooth, 1)) == ("x % 2 - 3 % y", "x//(-2) + 7//y")
    clipped = operation(lambda x, out: autograd.clip(x, 0.0, 1.0))(lambda x: x)
    assert derivative(clipped) == "minimum(maximum(x, 0), 1)"


@pytest.mark.parametrize(
    "partial",
    [
        lambda x, out: math.exp(x),
        lambda x, out: x.data,
        lambda x, out: 1.0 if x > 0 else 0.0,
        lambda x, out: 1.0 if x else 0.0,
        lambda x, out: [x][1],
        lambda x, out: "x",
        lambda x, out: x.leaky_relu(),
    ],
)
def test_users_operations_that_only_numbers_pass(partial):
    # Broken if explaining or drawing such an operation fails, or prints a branch as if it were the formula.
    assert derivative(operation(partial)(lambda x: x)) == NOT_WRITTEN


def test_a_formula_that_doubles_at_every_step_is_given_up():
    # Broken if forty squarings fill the memory with a text of 2**40 characters.
    def partial(x, out):
        for _ in range(40):
            x = x * x
        return x

    assert derivative(operation(partial)(lambda x: x)) == TOO_LONG


def test_constants_and_signs_of_numbers():
    # Broken if a number changes by being printed.
    x = Symbol("x")
    assert str(x * math.pi) == "x*pi"
    assert str(-2.0 * x) == "-2*x"
    assert str(x - -2.0) == "x - (-2)"
    assert str((-2.0) ** x) == "(-2)**x"
    assert str(x + -0.0) == "x + (-0.0)"
    assert str(x * 1e-30) == "x*1e-30"
    assert str(x * math.inf) == "x*inf"
    assert str(1 * x / 1 + 0) == "x + 0"
    assert repr(x) == "Symbol('x')"


_SYMBOLS = {name: Symbol(name) for name in "abc"}
_BINARY = [ops.add, ops.sub, ops.mul, ops.div, ops.remainder, ops.floor_divide, ops.pow]
_BINARY += [ops.less, ops.not_equal, ops.maximum, ops.atan2]
_UNARY = [ops.neg, ops.pos, ops.exp, ops.abs, ops.pow.bind(2.0), ops.pow.bind(-1.5)]
_LEAVES = st.sampled_from([*_SYMBOLS.values(), 2.0, -3.0, 0.5, math.pi])
_TREES = st.recursive(
    _LEAVES,
    lambda parts: st.one_of(
        st.tuples(st.sampled_from(_UNARY), parts),
        st.tuples(st.sampled_from(_BINARY), parts, parts),
    ),
    max_leaves=8,
)


def build(tree, leaves):
    """A tree computed with whatever stands for its symbols."""
    if isinstance(tree, tuple):
        return tree[0](*(build(part, leaves) for part in tree[1:]))
    return leaves[tree.text] if isinstance(tree, Symbol) else tree


@settings(deadline=None)
@given(_TREES)
def test_what_is_printed_reads_back_as_the_same_computation(tree):
    # Broken if a pair of parentheses is missing: a - (b - c) is not a - b - c, and -(a**2) not (-a)**2.
    numbers = {"a": 0.7, "b": -1.3, "c": 2.1}
    text = str(build(tree, _SYMBOLS))
    again = Expression(text)(numbers)
    expected = build(tree, numbers)
    assert same(again, expected), text


@settings(deadline=None)
@given(_TREES)
def test_no_parentheses_can_be_left_out(tree):
    # Broken if formulas drown in parentheses. Those before a sign, as in x*(-y), are for the reader.
    text = str(build(tree, _SYMBOLS))
    for opening in (match.start() for match in re.finditer(r"(?<![a-z\d])\((?![-+])", text)):
        if opening and text[opening - 1] in "-+" and text[opening - 2 : opening - 1] != " ":
            continue
        depth = 0
        for closing in range(opening, len(text)):
            depth += {"(": 1, ")": -1}.get(text[closing], 0)
            if depth == 0:
                break
        without = text[:opening] + text[opening + 1 : closing] + text[closing + 1 :]
        with suppress(SyntaxError):
            assert ast.dump(ast.parse(without)) != ast.dump(ast.parse(text)), text
