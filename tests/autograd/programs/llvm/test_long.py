"""Long programs run from tapes: the same numbers, bit for bit, as instruction by instruction."""

import threading
from collections import Counter

import numpy as np
import pytest

import autograd
from autograd import Program, Value, flatten, jit, ops, value_and_grad
from autograd.compiled.derivatives import traced
from autograd.programs import prepare
from autograd.programs.dead_code import without_dead_code
from autograd.programs.fusion import fused
from autograd.programs.given import Given
from autograd.programs.groups import GATHERED, NEXT, SAME
from autograd.programs.llvm import cache, long
from autograd.programs.llvm.long import LongRunner
from autograd.programs.loops import BEFORE, FIXED, HERE, MOVING, Loop
from autograd.programs.prepare import with_needed_only
from autograd.programs.program import UNUSED
from autograd.programs.tape import tape
from tests.autograd.programs.llvm.programs import EXACT, a_program, bits, some_samples
from tests.autograd.programs.table import EDGES, LINES, PAIRS, same


@pytest.fixture(autouse=True)
def _no_cache(monkeypatch):
    monkeypatch.setenv(cache.VARIABLE, "off")


@pytest.mark.parametrize("line", LINES, ids=[line.name for line in LINES])
def test_every_operation_in_a_wide_group(line):
    """Many members at once, and some that are left over."""
    numbers = PAIRS if line.arity == 2 else [(x, x) for x in EDGES * 4]
    count = len(numbers)
    right = [UNUSED if line.arity == 1 else count + i for i in range(count)]
    names, results = map("x{}".format, range(2 * count)), range(2 * count, 3 * count)
    program = Program(names, [], [line], [0] * count, range(count), right, results)
    inputs = [x for x, _ in numbers] + [y for _, y in numbers]
    runner = LongRunner(program, "libm")
    assert {kind.independent for kind in tape(program).kinds} == {True}
    assert same(runner.run(inputs), program.run(inputs))


@pytest.mark.parametrize("seed", range(30))
def test_random_programs(seed):
    program = a_program(20, 3000 if seed % 2 else 400, 30, seed=seed)
    runner = LongRunner(program, "libm", soon=False)
    for sample in some_samples(5, 20, seed):
        assert bits(runner.run(sample)) == bits(program.run(sample))


def logistic(x, steps):
    state = x[0]
    for _ in range(steps):
        state = x[1] * state * (1 - state) + x[2]
    return state


def pendulum(x, steps):
    """Steps of the leapfrog method; the arguments are angle, speed, gravity and the length of a step."""
    angle, speed, gravity, step = x
    for _ in range(steps):
        speed = speed - step * gravity * autograd.sin(angle)
        angle = angle + step * speed
    return angle * angle + speed * speed


def network(x, steps):
    """A recurrent network of three neurons."""
    state = [0.1, 0.2, 0.3]
    for _ in range(steps):
        state = [autograd.tanh(sum(x[3 * i + j] * state[j] for j in range(3)) + x[9 + i]) for i in range(3)]
    return state[0] + state[1] * state[2]


SIMULATIONS = [
    (logistic, [0.3, 3.2, 0.01], 1000),
    (pendulum, [1.0, 0.0, 9.81, 0.01], 700),
    (network, [0.1 * i - 0.4 for i in range(12)], 300),
]


def unrolled(f, x, steps):
    """The program of a value and its gradient."""
    return with_needed_only(traced(value_and_grad(lambda x: f(x, steps)), [x], {}).program)


@pytest.mark.parametrize(("f", "x", "steps"), SIMULATIONS)
def test_a_simulation_is_two_loops(f, x, steps):
    """There and back: nearly all instructions are in loops, which compute what they do unrolled."""
    program = unrolled(f, x, steps)
    made = tape(program)
    in_loops = [row[1] for row in made.groups if isinstance(made.kinds[row[0]], Loop)]
    assert len(in_loops) == 2
    assert sum(in_loops) > 0.95 * (len(made.memory) - made.first)
    value, *gradient = LongRunner(program, "libm").run(x)
    assert (value, gradient) == value_and_grad(lambda x: f(x, steps))(x)


def test_operands_of_a_loop_come_from_four_places():
    made = tape(unrolled(logistic, [0.3, 3.2, 0.01], 1000))
    reads = {
        read.where
        for loop in made.kinds
        if isinstance(loop, Loop)
        for _, operands in loop.body
        for read in operands
    }
    assert reads == {HERE, BEFORE, FIXED, MOVING}


def test_what_nearly_repeats_is_no_loop_there():
    """One step of many is another: the loops before and behind it are found, and the numbers are right."""
    x, w = Value(0.3), Value(0.9)
    state = x
    for step in range(600):
        state = state * w + x if step != 300 else state * w - x
    program = flatten(state, [x, w])
    made = tape(program)
    assert [isinstance(made.kinds[row[0]], Loop) for row in made.groups].count(True) == 2
    assert LongRunner(program).run([0.3, 0.9]) == [state.data]


def test_a_loop_that_reads_far_back():
    """Every number of a sequence depends on one of eleven before, which no register holds."""
    x = Value(0.3)
    numbers = [x + i for i in range(11)]
    for _ in range(500):
        numbers.append(numbers[-1] * 0.5 + numbers[-11])
    program = flatten(numbers[-1], x)
    assert any(isinstance(kind, Loop) for kind in tape(program).kinds)
    assert LongRunner(program).run([0.3]) == [numbers[-1].data]


def test_operands_side_by_side_are_not_listed():
    x, w = [Value(float(i)) for i in range(100)], Value(3.0)
    program = flatten([w * number for number in x] + [number.exp() for number in x], [*x, w])
    made = tape(program)
    assert {kind.moves for kind in made.kinds} == {(SAME, NEXT), (NEXT,)}
    assert len(made.gathered) == 0
    mixed = flatten([x[i * 7 % 100] * x[i * 3 % 100] for i in range(100)], x)
    assert {kind.moves for kind in tape(mixed).kinds} == {(GATHERED, GATHERED)}


def test_what_is_read_once_is_computed_where_it_is_read():
    x = [Value(float(i)) for i in range(300)]
    pairs = [x[3 * i] * x[3 * i + 1] + x[3 * i + 2] for i in range(100)]
    made = fused(flatten(pairs, x))
    (formula,) = made.formulas
    assert [(step.operation, step.operands) for step in formula] == [(ops.mul, (0, 1)), (ops.add, (-1, 2))]
    seldom = fused(flatten(pairs[:10], x))
    assert len(seldom.formulas) == 2
    twice = fused(flatten([*pairs, *(x[3 * i] * x[3 * i + 1] - 1 for i in range(100))], x))
    assert {len(formula) for formula in twice.formulas} == {2}  # a product computed twice is two products
    product = [x[3 * i] * x[3 * i + 1] for i in range(100)]
    shared = fused(flatten([p + 1 for p in product] + [p - 1 for p in product], x))
    assert {len(formula) for formula in shared.formulas} == {1}


@pytest.mark.parametrize("exponent", [2.0, 0.5, -1.0, 3.0, 1.7])
def test_powers_know_their_exponents(exponent):
    x = [Value(number) for number in EDGES]
    program = flatten([number**exponent for number in x], x)
    assert same(LongRunner(program, "libm").run(EDGES), program.run(EDGES))


@pytest.mark.parametrize("straight", [0, 1_000_000])
@pytest.mark.parametrize("samples", [0, 1, 3, 4, 5, 70])
def test_a_batch_is_every_sample_alone(samples, straight, monkeypatch):
    monkeypatch.setattr(long, "STRAIGHT_IN_BATCHES", straight)
    program = a_program(6, 2000, 9, [*EXACT, ops.tanh], seed=samples)
    runner = LongRunner(program, soon=False)
    table = np.array(some_samples(max(samples, 1), 6, samples))[:samples].reshape(samples, 6)
    parts = [Given(table[:, :4], 0, 4), Given(np.array([0.5, -0.25]), 4, 2, shared=True)]
    alone = [bits(runner.run([*row[:4], 0.5, -0.25])) for row in table.tolist()]
    for threads in (1, 2):
        first, rest = runner.batch(parts, [None, 8], threads=threads)
        assert first.shape == (samples,)
        assert [bits([x, *row]) for x, row in zip(first.tolist(), rest.tolist(), strict=True)] == alone
        again = np.empty(samples), np.empty((samples, 8))
        runner.batch(parts, [None, 8], threads=threads, out=again)
        assert same(again[1].ravel().tolist(), rest.ravel().tolist())


def test_sums_do_not_depend_on_threads(monkeypatch):
    monkeypatch.setattr(long, "STRAIGHT_IN_BATCHES", 0)
    x, w = Value(1.0), Value(2.0)
    runner = LongRunner(flatten([(x * w).tanh(), w * x * x], [x, w]))
    numbers = np.random.default_rng(0).normal(size=1000)
    parts = [Given(numbers, 0, 1), Given(np.array(0.7), 1, 1, shared=True)]
    one = runner.batch(parts, [None, 1], sums=True)
    assert one[0].shape == () and one[1].shape == (1,)
    for threads in (2, 3):
        assert [array.tolist() for array in runner.batch(parts, [None, 1], sums=True, threads=threads)] == [
            array.tolist() for array in one
        ]
    assert one[0] == pytest.approx(np.tanh(0.7 * numbers).sum(), rel=1e-14)


def test_bound_and_in_many_threads():
    program = a_program(6, 2000, 9, seed=4)
    runner = LongRunner(program)
    inputs, outputs = np.zeros(6), np.zeros(9)
    call = runner.bind(inputs, outputs)
    samples = some_samples(40, 6)
    for sample in samples:
        inputs[:] = sample
        call()
        assert bits(outputs.tolist()) == bits(program.run(sample))
    found = [None] * 4

    def work(place):
        found[place] = [bits(runner.run(sample)) for sample in samples]

    threads = [threading.Thread(target=work, args=(place,)) for place in range(4)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert found == [[bits(program.run(sample)) for sample in samples]] * 4


def test_a_function_of_python_is_called_back():
    @autograd.operation(lambda x, out: 2 * x)
    def squared(x):
        return x * x

    x = [Value(float(i)) for i in range(20)]
    runner = LongRunner(flatten([squared(number) + 1 for number in x], x))
    assert runner.run([float(i) for i in range(20)]) == [i * i + 1.0 for i in range(20)]
    assert runner.called_back == ["squared"]


def test_jit_takes_a_tape_for_what_is_long(monkeypatch):
    monkeypatch.setattr(prepare, "SIMPLIFIED", 3_000)
    function = jit(value_and_grad(lambda x: logistic(x, 2000)), math="libm")
    x = [0.3, 3.2, 0.01]
    assert function(x) == value_and_grad(lambda x: logistic(x, 2000))(x)
    assert "2 loops" in function.report
    short = jit(value_and_grad(lambda x: logistic(x, 20)))
    short(x)
    assert "straight code" in short.report


def test_nothing_that_no_output_needs_is_left():
    x = Value(0.5, label="x")
    program = flatten([autograd.maximum(x, 0.0) * x, x.exp()], x)
    program.outputs.pop()
    assert str(with_needed_only(program)) == str(without_dead_code(program))
    masked = unrolled(lambda x, steps: autograd.relu(x[0] * x[1]), [1.0, 2.0], 0)
    assert Counter(operation.name for operation in masked.operations)["when"] == 1
    assert all(ops.TABLE[operation.name] is operation for operation in masked.operations)
