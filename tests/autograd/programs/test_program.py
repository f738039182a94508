"""A program: what it computes, how it is written down, and what is no program."""

import math
import pickle
from array import array

import pytest

import autograd
from autograd import Program, ops
from autograd.programs.program import UNUSED

# slots: 0 x, 1 y, 2 is 3.0, 3 = 3*x, 4 = exp(slot 3), 5 = slot 4 - y
INPUTS, CONSTANTS, OPERATIONS = ["x", "y"], [3.0], [ops.mul, ops.exp, ops.sub]
CODES, LEFT, RIGHT, OUTPUTS = [0, 1, 2], [2, 3, 4], [0, UNUSED, 1], [5, 3]


def example(**changed):
    parts = {
        "inputs": INPUTS,
        "constants": CONSTANTS,
        "operations": OPERATIONS,
        "codes": CODES,
        "left": LEFT,
        "right": RIGHT,
        "outputs": OUTPUTS,
    }
    return Program(**parts | changed)


def test_it_computes_by_the_functions_of_the_table():
    assert example().run([0.5, 1.0]) == [math.exp(1.5) - 1.0, 1.5]
    assert example().numbers([0.5, 1.0]) == [0.5, 1.0, 3.0, 1.5, math.exp(1.5), math.exp(1.5) - 1.0]
    assert example().run([1, True])[1] == 3.0


def test_what_has_no_value_is_ieee():
    # Broken if a program raises where the engine goes on with inf and nan.
    program = Program(["x"], [], [ops.log, ops.exp], [0, 1], [0, 0], [UNUSED, UNUSED], [1, 2])
    assert program.run([0.0]) == [-math.inf, 1.0]
    assert program.run([1000.0]) == [math.log(1000.0), math.inf]


def test_it_writes_itself_down():
    assert str(example()) == ("inputs: x, y\nv1 = 3*x\nv2 = exp(v1)\nv3 = v2 - y\noutputs: v3, v1")
    assert repr(example()) == "<Program: 2 inputs, 3 instructions, 2 outputs>"
    assert str(Program([], [0.5], [], [], [], [], [0])) == "inputs: none\noutputs: 0.5"


def test_instructions_take_twelve_bytes():
    # Broken if a million of them are a million objects.
    program = example()
    arrays = [program.codes, program.left, program.right]
    assert all(isinstance(part, array) for part in arrays)
    assert sum(part.itemsize for part in arrays) == 12
    assert len(program) == 3
    assert program.first == 3


def test_it_pickles():
    loaded = pickle.loads(pickle.dumps(example()))
    assert str(loaded) == str(example())
    assert loaded.run([0.5, 1.0]) == example().run([0.5, 1.0])


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"left": [2, 4, 4]}, r"instruction 1 \(exp\) reads slot 4, but only 4 slots are written before it"),
        ({"left": [2, -1, 4]}, r"instruction 1 \(exp\) reads slot -1"),
        ({"right": [0, UNUSED, 5]}, r"instruction 2 \(sub\) reads slot 5, but only 5 slots"),
        ({"right": [0, UNUSED, UNUSED]}, r"instruction 2 \(sub\) reads slot -1"),
        ({"right": [0, 1, 1]}, r"instruction 1 \(exp\) takes one operand, got slot 1 too"),
        ({"right": [0, -2, 1]}, r"instruction 1 \(exp\) takes one operand, got slot -2 too"),
        ({"right": [-2, UNUSED, 1]}, r"instruction 0 \(mul\) reads slot -2"),
        ({"codes": [0, 3, 2]}, r"instruction 1 is operation 3 of 3"),
        ({"codes": [0, -1, 2]}, r"instruction 1 is operation -1 of 3"),
        (
            {"codes": [0, 1]},
            r"every instruction has an operation, a left and a right operand, got 2, 3 and 3",
        ),
        ({"outputs": [6]}, r"an output is slot 6, but there are 6 slots"),
        ({"outputs": [-1]}, r"an output is slot -1"),
        ({"operations": [ops.mul, ops.exp, ops.pow.bind(2.0)]}, "none of them bound"),
        ({"operations": [ops.mul, ops.LEAF, ops.sub]}, "have one or two operands"),
    ],
)
def test_what_is_no_program_is_refused_with_the_instruction(changed, said):
    # Broken if a wrong pass makes wrong numbers, or a crash, instead of an error.
    with pytest.raises(ValueError, match=said):
        example(**changed)


def test_the_inputs_must_be_as_many():
    with pytest.raises(ValueError, match=r"takes 2 input\(s\), x, y; got 3"):
        example().run([1.0, 2.0, 3.0])
    with pytest.raises(TypeError, match="takes a list, a number for each input, got float"):
        example().run(1.0)
    with pytest.raises(TypeError, match="expected a number"):
        example().run([1.0, "2"])


def test_a_users_function_without_a_value_raises_as_in_the_graph():
    log = autograd.operation(lambda x, out: 1 / x)(lambda x: math.log(x))
    program = Program(["x"], [], [log], [0], [0], [UNUSED], [1])
    assert program.run([1.0]) == [0.0]
    with pytest.raises(ValueError, match="math domain error"):
        program.run([-1.0])
    assert math.isnan(program.numbers([-1.0], or_nan=True)[1])
