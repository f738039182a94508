"""A program differentiated as a program: the same numbers as `backward()`, to the last bit."""

import math
import random
import struct
from itertools import pairwise

import pytest

import autograd
from autograd import Value, flatten, ops
from autograd.programs.dead_code import without_dead_code
from autograd.programs.derivative import with_gradient
from autograd.programs.forward import with_tangents
from autograd.programs.join import with_inputs_in_order, with_more_inputs, with_outputs
from autograd.programs.schedule import scheduled
from autograd.programs.simplify import simplified
from autograd.programs.template import template

EDGES = [0.0, -0.0, 1.0, -1.0, 0.5, 2.0, -2.5, 1e-320, 1e300, math.inf, -math.inf, math.nan]
CONSTANTS = [0.0, -0.0, 1.0, -1.0, 2.0, 0.5, 3.0, 0.25]


def bits(numbers):
    """The numbers as bytes, in which every nan is the same one."""
    return [b"nan" if number != number else struct.pack("d", number) for number in numbers]


def random_graph(rng, leaves, size=20):
    """A node computed from some of the leaves, by any operations of the table."""
    nodes = list(leaves)
    for _ in range(rng.randint(1, size)):
        line = rng.choice(list(ops.TABLE.values()))
        operands = [
            rng.choice(nodes) if rng.random() < 0.8 else rng.choice([*CONSTANTS, rng.uniform(-2, 2)])
            for _ in range(line.arity)
        ]
        made = line(*operands)
        if isinstance(made, Value):
            nodes.append(made)
    return nodes[-1]


def by_backward(out, leaves):
    for leaf in leaves:
        leaf.grad = 0.0
    out.backward()
    return [out.data, *(leaf.grad for leaf in leaves)]


@pytest.mark.parametrize("line", ops.TABLE.values(), ids=lambda line: line.name)
def test_every_operation_at_the_edges(line):
    for x in EDGES:
        for y in EDGES if line.arity == 2 else [0.0]:
            leaves = [Value(x), Value(y)][: line.arity]
            out = line(*leaves)
            program = with_gradient(flatten(out, leaves), range(line.arity))
            assert bits(program.run([x, y][: line.arity])) == bits(by_backward(out, leaves)), (x, y)


@pytest.mark.parametrize("seed", range(150))
def test_random_graphs_at_random_and_special_points(seed):
    # Broken if terms are summed in another order, or a choice passes something to the other side.
    rng = random.Random(seed)
    leaves = [Value(rng.choice([rng.uniform(-2, 2), *EDGES])) for _ in range(4)]
    out = random_graph(rng, leaves)
    long = with_gradient(flatten(out, leaves), range(4))
    expected = bits(by_backward(out, leaves))
    for program in (long, simplified(long), scheduled(simplified(long))):
        assert bits(program.run([leaf.data for leaf in leaves])) == expected


def test_nothing_passes_below_a_side_that_was_not_chosen():
    # 1/x is infinite at 0; the gradient is 0 all the same, because the logarithm was not chosen.
    x = Value(0.0)
    program = with_gradient(flatten(autograd.where(x > 0.0, x, 0.0) + autograd.maximum(x.log(), 3.0), x), [0])
    assert program.run([0.0])[1] == 0.0
    assert program.run([math.exp(4.0)])[1] == 1.0 / math.exp(4.0)


def test_a_choice_is_made_anew_for_every_point():
    x, y = Value(1.0), Value(2.0)
    program = with_gradient(flatten(autograd.maximum(x * x, y), [x, y]), [0, 1])
    assert program.run([3.0, 2.0]) == [9.0, 6.0, 0.0]
    assert program.run([1.0, 2.0]) == [2.0, 0.0, 1.0]


def test_one_of_several_outputs_with_a_seed():
    x, s = Value(2.0), Value(1.0)
    program = with_gradient(flatten([x.exp(), x * x], [x, s]), [0], output=1, seed=1)
    assert program.run([3.0, 10.0]) == [math.exp(3.0), 9.0, 60.0]


def test_a_partial_that_only_python_can_compute_is_called_back():
    @autograd.operation(lambda x, out: math.cos(x))
    def sine(x):
        return math.sin(x)

    x = Value(0.5)
    once = with_gradient(flatten(sine(x) * x, x), [0])
    assert once.run([0.7]) == [math.sin(0.7) * 0.7, 0.7 * math.cos(0.7) + math.sin(0.7)]
    with pytest.raises(TypeError, match="sine by x is computed by Python alone"):
        with_gradient(once, [0], output=1).run([0.7])


def test_a_template_is_written_once_for_an_operation():
    assert template(ops.mul, 0) is template(ops.mul, 0)
    assert template(ops.sign, 0) is None


@pytest.mark.parametrize("seed", range(40))
def test_along_a_direction_as_jvp_does(seed):
    rng = random.Random(seed)
    numbers = [rng.choice([rng.uniform(-2, 2), *EDGES]) for _ in range(3)]
    speeds = [rng.uniform(-2, 2) for _ in range(3)]
    build = rng.getstate()

    def f(x):
        rng.setstate(build)
        return random_graph(rng, x, 8)

    leaves = [Value(number) for number in [*numbers, *speeds]]
    program = with_tangents(flatten(f(leaves[:3]), leaves), {0: 3, 1: 4, 2: 5})
    value, derivative = autograd.jvp(f)(numbers, speeds)
    value = value.data if isinstance(value, Value) else value
    assert bits(program.run([*numbers, *speeds])) == bits([value, derivative])


class TestShorter:
    def short(self, out, leaves):
        return str(simplified(flatten(out, leaves))).splitlines()[1:]

    def test_what_is_equal_for_every_number_is_replaced(self):
        x, y = Value(2.0, label="x"), Value(3.0, label="y")
        assert self.short(x * 1 + -y, [x, y]) == ["v1 = x - y", "outputs: v1"]
        assert self.short(x / 4, [x]) == ["v1 = x*0.25", "outputs: v1"]
        assert self.short(ops.neg(-x), [x]) == ["outputs: x"]
        assert self.short(x**2 + x * x, [x]) == ["v1 = x*x", "v2 = v1 + v1", "outputs: v2"]
        assert self.short(x * y + y * x, [x, y]) == ["v1 = x*y", "v2 = v1 + v1", "outputs: v2"]

    def test_what_is_not_stays(self):
        # x + 0 is not x at -0.0, x*0 is not 0 at infinity, x/3 is not x*(1/3)
        x = Value(2.0, label="x")
        assert self.short(x + 0, [x])[0] == "v1 = x + 0"
        assert self.short(x * 0, [x])[0] == "v1 = x*0"
        assert self.short(x / 3, [x])[0] == "v1 = x/3"
        assert self.short(x.exp() + 0, [x]) == ["v1 = exp(x)", "outputs: v1"]

    def test_constants_are_computed_but_not_by_operations_of_users(self):
        calls = []

        @autograd.operation(None)
        def noted(x):
            calls.append(x)
            return x

        x = Value(2.0, label="x")
        program = flatten(x * noted(Value(3.0)), [x])
        calls.clear()
        simplified(program)
        assert calls == []

    def test_dead_code_goes(self):
        x = Value(2.0)
        program = with_outputs(flatten([x.exp(), x.sin()], x), [1])
        assert len(program) == 2
        assert len(without_dead_code(program)) == 1


def most_alive(program):
    """How many results must be kept at once at most, outputs not counted."""
    first = program.first
    last_reads = {}
    for slot, operands in enumerate(zip(program.left, program.right, strict=True), first):
        for operand in operands:
            if operand >= first:
                last_reads[operand] = slot
    alive = set()
    most = 0
    for slot, operands in enumerate(zip(program.left, program.right, strict=True), first):
        if slot in last_reads:
            alive.add(slot)
        most = max(most, len(alive))
        alive.difference_update(operand for operand in operands if last_reads.get(operand) == slot)
    return most


def test_few_numbers_are_alive_in_a_schedule():
    # Gradients in the order of the program keep all of the forward pass alive: about 300 numbers.
    def rosenbrock(x):
        return autograd.sum(100 * (b - a * a) ** 2 + (1 - a) ** 2 for a, b in pairwise(x))

    x = [Value(0.01 * i) for i in range(100)]
    program = simplified(with_gradient(flatten(rosenbrock(x), x), range(100)))
    order = scheduled(program)
    assert most_alive(program) > 200
    assert most_alive(order) < 12
    assert len(order) == len(program)
    assert order.run([leaf.data for leaf in x]) == program.run([leaf.data for leaf in x])


def test_programs_put_together():
    x, y = Value(2.0, label="x"), Value(3.0, label="y")
    program = flatten([x + y, x - 1], [x, y])
    turned = with_inputs_in_order(program, [1, 0])
    assert turned.inputs == ("y", "x")
    assert turned.run([7.0, 5.0]) == [12.0, 4.0]
    wider = with_more_inputs(program, 1, ["z"])
    assert wider.inputs == ("x", "z", "y")
    assert wider.run([5.0, math.nan, 7.0]) == [12.0, 4.0]


def test_exponents_that_are_zeros_of_either_sign():
    # Broken if what was written down for one of them is taken for the other.
    for exponent in (0.0, -0.0, 0.0):
        x, direction = Value(-2.0), Value(3.0)
        program = with_tangents(flatten(x**exponent, [x, direction]), {0: 1})
        expected = autograd.jvp(lambda number, y=exponent: number**y)(-2.0, 3.0)
        assert bits(program.run([-2.0, 3.0])) == bits(expected)


def test_what_passes_through_many_sums_is_found_at_once():
    """A gradient that passes on as it is, 100,000 times, takes no longer than any other."""
    x = Value(0.5)
    total = x * x
    for _ in range(100_000):
        total = total + x
    program = with_gradient(flatten(total, x), [0])
    assert program.run([0.5]) == [total.data, 100_001.0]


def test_a_walk_does_not_go_through_a_condition():
    """Broken if what leads to a comparison is met there first: then the sum by x has another order."""

    def f(x):
        first = autograd.where(autograd.greater(x, x), x * x, x)
        second, third = x - x * first, x - x * x
        return autograd.sum(
            [x, first, second, third, autograd.where(autograd.greater(third, x), third * x, x)]
        )

    for number in (-1.1688309943963489, 0.3, -0.7, 2.1):
        x = Value(number)
        out = f(x)
        out.backward()
        assert with_gradient(flatten(out, x), [0]).run([number]) == [out.data, x.grad]
