"""Programs as Python source: the same numbers to the last bit, with nothing but the standard library."""

import ast
import builtins
import math
import subprocess
import sys

import pytest
from hypothesis import given

import autograd
from autograd import Program, Value, flatten, ops
from autograd.programs.program import UNUSED
from autograd.programs.python import FORMS, to_python
from tests.autograd.programs.table import EDGES, LINES, PAIRS, WHOLE, by_second, same
from tests.autograd.test_random_graphs import RANDOM, points, programs, run


def function(program):
    """The function that the source defines, in a module without anything else."""
    names = {}
    exec(compile(to_python(program), "f.py", "exec"), names)
    return names["f"]


def outputs(program, inputs):
    made = function(program)(*inputs)
    return list(made) if isinstance(made, tuple) else [made]


def rosenbrock():
    x, y = Value(0.5, label="x"), Value(2.0, label="y")
    return flatten((1 - x) ** 2 + 100 * (y - x * x) ** 2, [x, y])


def test_every_operation_of_the_table_is_the_same_to_the_last_bit():
    f = function(WHOLE)
    for pair in PAIRS:
        for line, found, expected in zip(LINES, f(*pair), WHOLE.run(pair), strict=True):
            assert same([found], [expected]), (line.name, pair)


@pytest.mark.parametrize("line", [line for line in LINES if line.arity == 2], ids=lambda line: line.name)
def test_and_where_the_second_operand_is_a_number(line):
    # Broken if x**2.0 or x/3.0, which are written otherwise, are computed otherwise.
    for number in EDGES:
        program = by_second(line, number)
        f = function(program)
        assert same(map(f, EDGES), [program.run([x])[0] for x in EDGES]), number


def test_the_table_is_covered():
    assert set(FORMS) == set(ops.TABLE.values())


@RANDOM
@given(programs, points)
def test_random_programs(program, start):
    # Broken if an operand, a parenthesis or a name is in the wrong place.
    leaves = [Value(number) for number in start]
    flat = flatten(run(program, autograd, leaves), leaves)
    assert same(outputs(flat, start), flat.run(start))


def test_it_needs_the_standard_library_only(tmp_path):
    (tmp_path / "f.py").write_text(to_python(WHOLE))
    code = "import f, sys; print(f.f(0.5, 2.0)); assert not {'autograd', 'numpy'} & {*sys.modules}"
    printed = subprocess.run(
        [sys.executable, "-S", "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    ).stdout
    assert printed.strip() == repr(tuple(WHOLE.run([0.5, 2.0])))


def test_only_what_is_called_stands_above():
    x = Value(0.5)
    names = {node.name for node in ast.parse(to_python(flatten(x.erfinv(), [x]))).body[3:]}
    assert names == {"erfinv", "f"}
    assert "import" not in to_python(rosenbrock())
    assert "def normal_pdf" in to_python(flatten(x.gelu(), [x]))


def test_what_is_pasted_into_other_code_replaces_no_builtin():
    # Broken if a program with pow or round changes what these mean below it.
    code = ast.parse(to_python(WHOLE)).body
    defined = {node.name for node in code if isinstance(node, ast.FunctionDef)}
    assert len(defined) > 40
    assert not defined & {*dir(builtins)}


def test_precedence_is_kept():
    a, b, c = (Value(0.1 * n, label=name) for n, name in enumerate("abc", 1))
    expressions = {
        "a + b + c": a + b + c,
        "a + (b + c)": a + (b + c),
        "a - (b - c)": a - (b - c),
        "a*(b*c)": a * (b * c),
        "(a + b)*c": (a + b) * c,
        "-(a + b)*c": -(a + b) * c,
        "-(-a)": autograd.ops.neg(-a),
        "a - (-b)": a - -b,
        "a + (-3.0)": a + -3.0,
        "a*(-b)": a * -b,
        "float(a < b)*c": autograd.less(a, b) * c,
    }
    for text, value in expressions.items():
        assert to_python(flatten(value, [a, b, c])).splitlines()[-1] == f"    return {text}"


def test_what_is_read_twice_and_what_is_long_has_a_line_of_its_own():
    a, b = Value(0.5, label="a"), Value(2.0, label="b")
    shared = a + b
    long = a
    for _ in range(30):
        long = long * b + a
    for value in (shared.exp() * shared, long):
        code = to_python(flatten(value, [a, b]))
        assert max(map(len, code.splitlines())) < 110
        assert same(outputs(flatten(value, [a, b]), [0.5, 2.0]), [value.data])
    assert "    v1 = a + b\n" in to_python(flatten(shared.exp() * shared, [a, b]))


def test_what_nothing_reads_is_left_out():
    program = Program(["x"], [3.0], [ops.exp, ops.mul], [0, 1, 1], [0, 0, 3], [UNUSED, 1, 1], [2])
    assert "exp" in to_python(program)
    program = Program(["x"], [3.0], [ops.exp, ops.mul], [0, 1, 1], [0, 0, 3], [UNUSED, 1, 1], [3])
    assert "exp" not in to_python(program)


def test_outputs_may_be_inputs_numbers_or_none():
    program = Program(["x"], [3.0, math.inf, -math.inf, math.nan], [], [], [], [], [0, 1, 2, 3, 4, 0])
    assert same(function(program)(0.5), program.run([0.5]))
    assert function(Program(["x"], [], [], [], [], [], []))(0.5) == ()
    assert function(Program([], [0.1], [], [], [], [], [0]))() == 0.1


def test_many_inputs_are_one_list_and_many_outputs_a_tuple():
    leaves = [Value(float(n), label=f"weight[{n}]") for n in range(40)]
    program = flatten([leaf * leaves[0] for leaf in leaves], leaves)
    f = function(program)
    numbers = [leaf.data + 0.5 for leaf in leaves]
    assert same(f(numbers), program.run(numbers))
    with pytest.raises(ValueError, match="unpack"):
        f(numbers[1:])
    code = to_python(program)
    assert "def f(inputs: list[float]) -> tuple[float, ...]:" in code
    assert "    # weight_39 is the input 'weight[39]'\n" in code
    assert max(map(len, code.splitlines())) < 110


def test_inputs_are_called_what_they_are_called_but_nothing_that_the_code_needs():
    labels = ["exp", "math", "inf", "lambda", "v1", "f", "'\"\\", "abs"]
    leaves = [Value(0.5, label=label) for label in labels]
    program = flatten(autograd.sum(leaf.exp() for leaf in leaves) / autograd.abs(leaves[0]), leaves)
    assert same(outputs(program, [0.5] * 8), program.run([0.5] * 8))
    assert "def f(exp_2: float, math_2: float, inf_2: float, lambda_2: float, v1: float, f: float, " in (
        to_python(program)
    )


def test_names_are_told_apart_whatever_becomes_of_them():
    # Broken if two inputs, or an input and a result, become one variable.
    program = Program(["w[0]", "w 0", "w_0", "v1'"], [], [ops.sub, ops.mul], [0, 1], [0, 4], [1, 4], [4, 5])
    assert same(function(program)(1.0, 2.0, 4.0, 8.0), [-1.0, 1.0])


@pytest.mark.parametrize("name", ["", "1st", "a b", "def", "math", "exp", None])
def test_a_function_needs_a_name_that_nothing_else_has(name):
    with pytest.raises(ValueError, match=f"a function in Python cannot be called {name!r}"):
        to_python(rosenbrock(), name)
    assert to_python(rosenbrock(), "banana").startswith("def banana(x: float, y: float) -> float:")


def test_an_operation_of_ones_own_is_refused():
    cube = autograd.operation(lambda x, out: 3 * x * x)(lambda x: x * x * x)
    x = Value(2.0)
    with pytest.raises(ValueError, match="is no operation of autograd's table but a Python function"):
        to_python(flatten(cube(x), [x]))


def test_a_chain_of_any_length():
    x = y = Value(1.0)
    for _ in range(20_000):
        y = (y + 1.0) * 0.5
    program = flatten(y, [x])
    assert same(outputs(program, [3.0]), program.run([3.0]))
