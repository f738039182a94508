"""Programs as C source, compiled as their header says: the numbers that Python has."""

import ctypes
import math
import re
import shutil
import subprocess
import sys
from itertools import count

import pytest
from hypothesis import given, settings

import autograd
from autograd import Program, Value, flatten, ops
from autograd.programs.c import FORMS, to_c
from autograd.programs.program import UNUSED
from tests.autograd.programs.table import EDGES, LINES, PAIRS, WHOLE, same
from tests.autograd.test_random_graphs import points, programs, run

COMPILER = shutil.which("cc")
COMPILED = pytest.mark.skipif(
    COMPILER is None or sys.platform == "win32", reason="there is no C compiler that is called cc"
)
STRICT = ["-Wall", "-Wextra", "-pedantic", "-Werror"]
ROUNDED_OTHERWISE = {"hypot"}
"""What Python computes by itself, and not by the functions of C."""
NO_RECIPROCALS = [2.960206758292344, 2.5161104089361874, 2.1520454591740443]
"""Where pow(x, -1.0) of glibc is not the correctly rounded 1.0/x."""
NUMBERS = iter(count())


@pytest.fixture(scope="module")
def compiled(tmp_path_factory):
    folder = tmp_path_factory.mktemp("c")

    def function(program, *options):
        """The compiled function, from a list of numbers to one."""
        name = f"f{next(NUMBERS)}"
        code = to_c(program, name)
        (folder / f"{name}.c").write_text(code)
        command = re.search(r"^ \* (cc .*); link with (.*)$", code, re.MULTILINE)
        subprocess.run([*command[1].split(), *STRICT, "-fPIC", *options], cwd=folder, check=True)
        link = ["cc", "-shared", f"{name}.o", "-o", f"{name}.so", command[2]]
        subprocess.run(link, cwd=folder, check=True)
        in_c = getattr(ctypes.CDLL(str(folder / f"{name}.so")), name)
        in_c.restype = None
        given = (ctypes.c_double * len(program.inputs))()
        found = (ctypes.c_double * len(program.outputs))()

        def call(numbers):
            given[:] = numbers
            in_c(given, found)
            return list(found)

        return call

    return function


def close(name, found, expected):
    if name in ROUNDED_OTHERWISE and math.isfinite(expected):
        return abs(found - expected) <= math.ulp(expected)
    return same([found], [expected])


@COMPILED
def test_every_operation_of_the_table_is_the_same_to_the_last_bit(compiled):
    f = compiled(WHOLE)
    for pair in PAIRS:
        for line, found, expected in zip(LINES, f(pair), WHOLE.run(pair), strict=True):
            assert close(line.name, found, expected), (line.name, pair, found, expected)


@COMPILED
def test_ordinary_numbers_too(compiled):
    f = compiled(WHOLE)
    for n in range(5000):
        pair = (math.sin(n) * 1.5 ** (n % 23 - 11), math.cos(n * n) * 1.5 ** (n % 17 - 8))
        for line, found, expected in zip(LINES, f(pair), WHOLE.run(pair), strict=True):
            assert close(line.name, found, expected), (line.name, pair, found, expected)


@COMPILED
def test_every_derivative_of_sinc(compiled):
    f = compiled(by_first(ops.sinc_derivative))
    for n in range(0, 625):
        for x in [-2.5, -0.3, 0.0, 0.1, 1.0, 7.25, 190.0, 1e5]:
            assert same(f([float(n), x]), [ops.sinc_derivative(float(n), x)])


def by_first(line):
    return Program(["n", "x"], [], [line], [0], [0], [1], [2])


@COMPILED
def test_a_second_operand_that_is_a_number(compiled):
    # Broken if the compiler takes a function for what it knows by itself: pow(x, -1.0) for 1.0/x.
    lines = [line for line in LINES if line.arity == 2]
    parts = [(line, number) for line in lines for number in EDGES]
    program = Program(
        ["x"],
        EDGES,
        lines,
        [lines.index(line) for line, _ in parts],
        [0] * len(parts),
        [1 + EDGES.index(number) for _, number in parts],
        range(1 + len(EDGES), 1 + len(EDGES) + len(parts)),
    )
    f = compiled(program)
    for x in [*EDGES, 0.1, 0.7, 1.1, 3.3, 123.456, *NO_RECIPROCALS]:
        for (line, number), found, expected in zip(parts, f([x]), program.run([x]), strict=True):
            assert close(line.name, found, expected), (line.name, x, number, found, expected)


@COMPILED
@settings(max_examples=40, deadline=None, derandomize=True)
@given(programs, points)
def test_random_programs(compiled, program, start):
    # Broken if an operand, a parenthesis or a name is in the wrong place.
    leaves = [Value(number) for number in start]
    flat = flatten(run(program, autograd, leaves), leaves)
    if not ROUNDED_OTHERWISE & {operation.name for operation in flat.operations}:
        assert same(compiled(flat, "-O1")(start), flat.run(start))


@COMPILED
def test_no_product_is_contracted(compiled):
    # Broken if a*b + c is rounded once, where Python rounds twice.
    a, b, c = (Value(0.5, label=name) for name in "abc")
    program = flatten(a * b + c, [a, b, c])
    numbers = [1.0 + 2.0**-30, 1.0 - 2.0**-30, -1.0]
    assert compiled(program, "-march=native")(numbers) == program.run(numbers) == [0.0]


@COMPILED
def test_inputs_and_outputs_that_are_not_there(compiled):
    # Broken if a compiler warns of a variable or an argument that nothing uses.
    assert compiled(Program(["x", "y"], [], [ops.exp], [0], [1], [UNUSED], [2]))([9.0, 0.0]) == [1.0]
    assert compiled(Program(["x"], [], [], [], [], [], []))([1.0]) == []
    assert compiled(Program(["x"], [3.0], [], [], [], [], [1]))([1.0]) == [3.0]
    numbers = [math.inf, -math.inf, math.nan, -0.0, 5e-324, 0.1]
    assert same(compiled(Program([], numbers, [], [], [], [], range(6)))([]), numbers)


@COMPILED
def test_inputs_of_any_name(compiled):
    labels = ["in", "out", "exp", "PI", "int", "x*/y", "φ", "w[0]", "power", "/*"]
    leaves = [Value(0.5, label=label) for label in labels]
    program = flatten(autograd.sum(leaf**n for n, leaf in enumerate(leaves)).exp(), leaves)
    numbers = [1.0 + 0.125 * n for n in range(len(labels))]
    assert same(compiled(program)(numbers), program.run(numbers))
    code = to_c(program)
    assert " *     in[6]   phi, the input 'φ'\n" in code
    assert "    const double w_0 = in[7];\n" in code


def test_the_table_is_covered():
    assert set(FORMS) == set(ops.TABLE.values())


def test_only_what_is_called_stands_above():
    x = Value(0.5)
    assert "static" not in to_c(flatten(x.exp() * x, [x]))
    assert re.findall(r"^static double (\w+)\(", to_c(flatten(x.gelu(), [x])), re.MULTILINE) == [
        "head_of",
        "normal_pdf",
        "normal_cdf",
        "gelu",
    ]


def test_a_number_that_decimals_round_is_written_in_hexadecimal_too():
    x = Value(0.5, label="x")
    code = to_c(flatten(0.1 * x + 0.5 + 1e22 * (x - 1e-5), [x]))
    assert code.endswith("/* 0.1 = 0x1.999999999999ap-4, 1e-05 = 0x1.4f8b588e368f1p-17 */\n}\n")


@pytest.mark.parametrize("name", ["", "1st", "a b", "int", "exp", "in", None])
def test_a_function_needs_a_name_that_nothing_else_has(name):
    x = Value(0.5)
    with pytest.raises(ValueError, match=f"a function in C cannot be called {name!r}"):
        to_c(flatten(x * x, [x]), name)


def test_an_operation_of_ones_own_is_refused():
    cube = autograd.operation(lambda x, out: 3 * x * x)(lambda x: x * x * x)
    x = Value(2.0)
    with pytest.raises(ValueError, match="a Python function, which cannot be written as C"):
        to_c(flatten(cube(x), [x]))
