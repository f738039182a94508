"""From graphs to programs: the same numbers, whatever the graph and whatever moves."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
from autograd import Value, flatten, ops
from autograd.graph import computed_from, dependents, nodes_of, uses_of
from autograd.programs.flatten import Flattening
from autograd.walk import topological_order
from tests.autograd.test_random_graphs import RANDOM, points, programs, run


def same(found, expected):
    return repr(found) == repr(expected)  # by repr, nan is nan and -0.0 is not 0.0


@pytest.mark.parametrize("line", ops.TABLE.values(), ids=lambda line: line.name)
def test_every_operation_is_computed_again(line):
    for numbers in [(0.5, 2.0), (-3.0, 0.0), (math.inf, -0.0), (math.nan, 1.0)]:
        leaves = [Value(0.25) for _ in range(line.arity)]
        program = flatten(line(*leaves), leaves)
        moved = [Value(number) for number in numbers[: line.arity]]
        assert same(program.run(numbers[: line.arity]), [line(*moved).data])


@RANDOM
@given(programs, points, st.sampled_from([-0.75, 0.5, 3.0, 1e200, math.inf, math.nan]))
def test_a_random_graph_moved_to_another_point_is_the_graph_of_that_point(program, start, factor):
    # Broken if an operand, a constant or an instruction is in the wrong place.
    leaves = [Value(number) for number in start]
    flat = flatten(run(program, autograd, leaves), leaves)
    end = [number * factor for number in start]
    there = run(program, autograd, [Value(number) for number in end])
    assert same(flat.run(end), [node.data for node in there])


def test_what_does_not_move_is_a_constant_and_no_instruction():
    x, w, b = Value(2.0, label="x"), Value(-3.0, label="w"), Value(0.5, label="b")
    y = (w * x + b.exp() * 2) ** 2
    program = flatten(y, [x])
    assert str(program) == (
        f"inputs: x\nv1 = -3*x\nv2 = v1 + {(b.exp() * 2).data!r}\nv3 = v2**2\noutputs: v3"
    )
    assert program.run([2.0]) == [y.data]


def test_the_program_keeps_the_numbers_of_the_moment():
    # Broken if it reads the leaves later, when they have others.
    x, w = Value(2.0), Value(-3.0)
    program = flatten(w * x, [x])
    w.data = 100.0
    assert program.run([2.0]) == [-6.0]


def test_roots_share_what_they_have_in_common():
    x = Value(3.0)
    square = x * x
    program = flatten([square + 1, square, x, Value(7.0), square], [x])
    assert len(program) == 2
    assert program.run([5.0]) == [26.0, 25.0, 5.0, 7.0, 25.0]


def test_a_node_between_can_be_moved_and_what_is_below_it_no_longer_matters():
    x = Value(3.0)
    h = x.exp()
    y = h * h + x
    assert flatten(y, [h]).run([2.0]) == [7.0]
    assert flatten(y, [h, x]).run([2.0, 1.0]) == [5.0]
    assert flatten(h, [h]).run([2.0]) == [2.0]


def test_an_input_that_nothing_depends_on_and_one_that_is_given_twice():
    x, y = Value(3.0), Value(4.0)
    assert flatten(x * x, [x, y]).run([2.0, 9.0]) == [4.0]
    with pytest.raises(ValueError, match="an input is given twice"):
        flatten(x * y, [x, y, x])


def test_operands_that_no_gradient_passes_are_held_on_request():
    # Broken if differences move what derivatives take for fixed.
    x = Value(2.0)
    y = x.detach() * x + autograd.where(autograd.greater(x, 1.0), x, 10 * x)
    assert flatten(y, [x]).run([0.5]) == [0.25 + 5.0]
    assert flatten(y, [x], hold=True).run([0.5]) == [1.0 + 0.5]


def test_held_and_moving_at_once():
    # Broken if a node that is held at one place does not move at the other.
    x = Value(2.0)
    square = x * x
    assert flatten(square.detach() * square, [x], hold=True).run([3.0]) == [4.0 * 9.0]
    assert flatten(square.detach(), [x], hold=True).run([3.0]) == [4.0]


def test_a_bound_argument_is_a_constant():
    x = Value(2.0)
    program = flatten(x**3 + x**3 + autograd.leaky_relu(-x, 0.5), [x])
    assert {operation.name for operation in program.operations} == {"pow", "add", "neg", "leaky_relu"}
    assert sorted(program.constants) == [0.5, 3.0]
    assert program.run([1.0]) == [1.5]


def test_instructions_stand_in_the_order_of_the_backward_pass():
    # Broken if gradients of a program are summed in another order, and differ in the last bit.
    x, y = Value(0.5), Value(-0.25)
    a = x * y
    root = (a + x.sin()) * (a.exp() - y / a)
    recorded = Flattening(root, [x, y])
    assert recorded.nodes == [node for node in topological_order(root) if node._prev]


def test_names_are_the_labels_told_apart():
    # Broken if two inputs, or an input and a result, have one name: then nobody can read the program.
    inputs = [Value(float(i), label=label) for i, label in enumerate(["speed", "", "x1", "v1", "x\n", "x1"])]
    program = flatten(autograd.sum(x * x for x in inputs), inputs)
    assert program.inputs == ("speed", "x2", "x1", "v1", "x", "x1_2")
    assert str(program).splitlines()[1] == "v2 = x1_2*x1_2"


def test_equal_constants_stand_once():
    x = Value(2.0)
    program = flatten((x * 3.0 + 3.0) ** 3 + x * 0.0 + x * -0.0, [x])
    assert sorted(map(repr, program.constants)) == ["-0.0", "0.0", "3.0"]


def test_a_chain_of_any_length():
    # Broken if the walk is recursive.
    x = y = Value(1.0)
    for _ in range(100_000):
        y = y * 1.0
    program = flatten(y, [x])
    assert (len(program), program.run([3.0])) == (100_000, [3.0])


@pytest.mark.parametrize("roots", [3.0, [Value(1.0), 3.0], None])
def test_only_values_are_flattened(roots):
    with pytest.raises(TypeError, match="flatten takes Values, got"):
        flatten(roots, [Value(1.0)])
    with pytest.raises(TypeError, match=r"flatten takes Values, got float: 2\.0"):
        flatten(Value(1.0), [2.0])


def test_a_graph_is_left_as_it_was():
    x = Value(2.0)
    y = x * x
    y.backward()
    before = [(node.data, node.grad) for node in nodes_of(y)]
    flatten(y, [x]).run([7.0])
    assert [(node.data, node.grad) for node in nodes_of(y)] == before


def test_the_program_is_the_same_where_it_is_known_what_moves():
    """The walk leaves out what does not depend on the input, but for operands beyond the second."""
    x, y = Value(0.5, label="x"), Value(2.0)
    still = [y * y, (y + 1).exp()]
    a = x * still[0] + still[1]
    root = autograd.where(a > still[0], a.detach() * a, a) + x * x
    uses = uses_of(nodes_of(root))
    for node in nodes_of(root):
        moving = computed_from(node, uses)
        assert moving == dependents(nodes_of(root), [node])
        for hold in (False, True):
            full, quick = Flattening(root, [node], hold), Flattening(root, [node], hold, moving)
            assert str(quick.program) == str(full.program) and quick.nodes == full.nodes
    three = Value(1.0, (y, y, x), "three")
    with pytest.raises(TypeError, match="by hand"):
        Flattening(three, [x], moving=computed_from(x, uses_of(nodes_of(three))))
