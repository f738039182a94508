"""Programs as machine code: one sample and batches agree, bit for bit, with the table's own functions."""

import gc
import threading

import numpy as np
import pytest

import autograd
from autograd import Value, flatten, ops
from autograd.programs.given import Given
from autograd.programs.llvm import batches, cache, kernels
from autograd.programs.llvm.runner import Runner
from tests.autograd.programs.llvm.programs import a_program, bits, some_samples

ELEMENTARY = [ops.exp, ops.tanh, ops.sin, ops.log, ops.pow, ops.add, ops.mul]


@pytest.fixture(autouse=True)
def _no_cache(monkeypatch):
    monkeypatch.setenv(cache.VARIABLE, "off")


def given(samples, counts, shared=()):
    """Arrays for groups of inputs; a group that is shared has the first sample's numbers."""
    array = np.array(samples, dtype=float).reshape(len(samples), sum(counts))
    firsts = [sum(counts[:place]) for place in range(len(counts))]
    return [
        Given(array[0, first : first + count], first, count, shared=True)
        if place in shared
        else Given(array[:, first : first + count], first, count)
        for place, (first, count) in enumerate(zip(firsts, counts, strict=True))
    ]


def rows(results):
    """The outputs of each sample from the arrays of a batch."""
    columns = [array[:, None] if array.ndim == 1 else array for array in results]
    return np.concatenate(columns, axis=1).tolist()


@pytest.mark.parametrize("seed", range(20))
def test_one_sample_is_what_the_program_gives(seed):
    program = a_program(7, 60, 5, seed=seed)
    runner = Runner(program)
    for sample in some_samples(20, 7, seed):
        assert bits(runner(sample)) == bits(program.run(sample))


@pytest.mark.parametrize("seed", range(6))
def test_a_program_in_pieces_gives_the_same(seed, monkeypatch):
    """Broken if what one piece computes for another is lost, or its place is used too early."""
    monkeypatch.setattr(kernels, "LONGEST", 7)
    program = a_program(7, 100, 12, seed=seed)
    kernel = kernels.single(program)
    assert kernel.ir.count("define internal void @piece") == 15
    assert 0 < kernel.memory < 60, "places are used again"
    samples = some_samples(9, 7, seed)
    runner = Runner(program)
    assert [bits(runner(sample)) for sample in samples] == [bits(program.run(sample)) for sample in samples]
    found = rows(runner.batch(given(samples, [7]), [5, None, 6]))
    assert [bits(row) for row in found] == [bits(program.run(sample)) for sample in samples]


@pytest.mark.parametrize("count", range(1, 12))
@pytest.mark.parametrize("operations", [ops.TABLE["add"], ops.TABLE["tanh"]], ids=["4 lanes", "8 lanes"])
def test_arrays_of_every_width_are_read_and_written(count, operations):
    """Broken if a block of columns is read or written in the wrong place, or beyond the end."""
    chosen = [operations, ops.sub, ops.mul]
    program = a_program(count, 3 * count, count, chosen, seed=count)
    runner = Runner(program)
    for size in (1, 3, 4, 5, 8, 17):
        samples = some_samples(size, count, size)
        found = rows(runner.batch(given(samples, [count])))
        assert [bits(row) for row in found] == [bits(runner(sample)) for sample in samples]


def test_several_groups_some_of_them_shared():
    program = a_program(12, 60, 8)
    samples = some_samples(13, 12)
    groups = given(samples, [1, 5, 2, 4], shared={1, 3})
    for sample in samples:
        sample[1:6], sample[8:12] = samples[0][1:6], samples[0][8:12]
    results = Runner(program).batch(reversed(groups), [None, 3, 1, 0, 3])
    assert [array.shape for array in results] == [(13,), (13, 3), (13, 1), (13, 0), (13, 3)]
    assert [bits(row) for row in rows(results)] == [bits(program.run(sample)) for sample in samples]


@pytest.mark.parametrize("math_", ["own", "libm"])
def test_a_batch_and_single_calls_agree_where_functions_are_called(math_):
    program = a_program(5, 40, 4, ELEMENTARY, seed=3)
    samples = some_samples(21, 5)
    runner = Runner(program, math=math_)
    alone = [bits(runner(sample)) for sample in samples]
    assert [bits(row) for row in rows(runner.batch(given(samples, [5])))] == alone
    if math_ == "libm":
        assert alone == [bits(program.run(sample)) for sample in samples]


@pytest.mark.parametrize("level", [0, 1, 2, 3])
def test_every_level_of_code_gives_the_same(level):
    program = a_program(5, 60, 4, [*ELEMENTARY, ops.div], seed=4)
    samples = some_samples(11, 5)
    reference = Runner(program)
    runner = Runner(program, level=level)
    assert [bits(runner(sample)) for sample in samples] == [bits(reference(sample)) for sample in samples]
    found = rows(runner.batch(given(samples, [5])))
    assert [bits(row) for row in found] == [bits(reference(sample)) for sample in samples]


@pytest.mark.parametrize("threads", [1, 2, 3, 7])
def test_threads_change_nothing(threads, monkeypatch):
    monkeypatch.setattr(batches, "TILE", 100)
    monkeypatch.setattr(batches, "WORTH", 1)
    program = a_program(5, 30, 3, [ops.add, ops.mul, ops.sub], seed=1)
    samples = np.random.default_rng(0).uniform(-1.0, 1.0, (203, 5))
    runner = Runner(program)
    [found] = runner.batch(given(samples, [5]), threads=threads)
    assert found.tolist() == [program.run(sample) for sample in samples.tolist()]
    [total] = runner.batch(given(samples, [5]), sums=True, threads=threads)
    [alone] = runner.batch(given(samples, [5]), sums=True)
    assert total.tolist() == alone.tolist(), "the order of the sums is the same"
    np.testing.assert_allclose(total, found.sum(axis=0), rtol=1e-13)


@pytest.mark.parametrize("size", [0, 1, 2, 3, 4, 5, 7, 8, 9, 30, 31])
def test_every_sample_is_summed_once(size, monkeypatch):
    """Broken if samples that are computed twice, to fill the lanes, are added twice."""
    monkeypatch.setattr(batches, "TILE", 36)
    x, w = Value(1.0), Value(1.0)
    samples = np.arange(1.0, size + 1.0)
    for function in (ops.mul, lambda x, w: ops.mul(x, w) + ops.exp(w) * 0.0):
        runner = Runner(flatten([function(x, w), x], [x, w]))
        both = [Given(samples, 0, 1), Given(np.array(2.0), 1, 1, shared=True)]
        found = runner.batch(both, [None, 1], sums=True)
        assert [array.tolist() for array in found] == [size * (size + 1.0), [size * (size + 1.0) / 2]]


def test_threads_run_at_once():
    """Broken if the interpreter's lock is held while a batch is computed."""
    x = Value(1.0)
    y = x
    for _ in range(300):
        y = y * 0.999 + 0.5
    runner = Runner(flatten(y, [x]))
    samples = [Given(np.ones(200_000), 0, 1)]
    runner.batch(samples)
    done = threading.Event()
    counted = 0
    worker = threading.Thread(target=lambda: (runner.batch(samples), done.set()))
    worker.start()
    while not done.is_set():
        counted += 1
    worker.join()
    assert counted > 100


def test_arrays_that_are_not_contiguous_are_read_too():
    program = a_program(6, 30, 2)
    samples = np.array(some_samples(10, 6))
    [found] = Runner(program).batch([Given(np.asfortranarray(samples)[::-1], 0, 6)])
    assert [bits(row) for row in found.tolist()] == [bits(program.run(row)) for row in samples[::-1].tolist()]
    [found] = Runner(program).batch([Given(np.arange(12).reshape(2, 3, 2), 0, 6)])
    assert found.tolist() == [program.run(list(range(6))), program.run(list(range(6, 12)))]


@pytest.mark.parametrize("size", [0, 1, 3, 4, 9])
def test_outputs_go_where_they_are_told(size):
    program = a_program(6, 30, 4)
    samples = some_samples(size, 6)
    guard = np.full((size + 2, 3), 7.0)
    out = [np.empty(size), guard[1:-1]]
    results = Runner(program).batch(given(samples, [6]), [None, 3], out=out)
    assert all(np.shares_memory(found, place) for found, place in zip(results, out, strict=True) if size)
    assert [bits(row) for row in rows(results)] == [bits(program.run(sample)) for sample in samples]
    assert guard[0].tolist() == guard[-1].tolist() == [7.0] * 3, "and nowhere else"


def test_places_that_do_not_fit_are_errors():
    """Broken if memory is written that is not the array's."""
    runner = Runner(a_program(3, 5, 2))
    both = np.ones((5, 3))
    arrays = [Given(both, 0, 3)]
    frozen = np.empty((5, 2))
    frozen.flags.writeable = False
    for out in ([np.empty((4, 2))], [np.empty(10)], [], [np.empty((5, 2)), np.empty(5)]):
        with pytest.raises(ValueError, match="the shapes"):
            runner.batch(arrays, out=out)
    for wrong in (np.empty((5, 2), dtype=np.float32), np.empty((5, 4))[:, ::2], frozen, [[0.0, 0.0]] * 5):
        with pytest.raises(TypeError, match="contiguous numpy arrays of float64"):
            runner.batch(arrays, out=[wrong])
    with pytest.raises(ValueError, match="shares memory"):
        runner.batch(arrays, out=[both.ravel()[:10].reshape(5, 2)])
    with pytest.raises(ValueError, match="leave out="):
        runner.batch(arrays, sums=True, out=[np.empty(2)])


def test_no_samples_give_no_rows():
    runner = Runner(a_program(3, 5, 2))
    [found] = runner.batch([Given(np.empty((0, 3)), 0, 3)])
    assert found.shape == (0, 2)


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ([Given(np.ones((4, 2)), 0, 2)], "takes 3 inputs, got 2"),
        ([Given(np.ones((4, 2)), 1, 2)], "input 0 .* is not given"),
        (
            [Given(np.ones((4, 2)), 0, 2), Given(np.ones((4, 2)), 1, 2)],
            "input 1 of the program is given twice",
        ),
        ([Given(np.ones((4, 2)), 0, 3)], r"shape \(4, 2\) does not fit: .* a row of 3 number"),
        ([Given(np.ones(3), 0, 3)], "does not fit"),
        ([Given(1.0, 0, 3)], "does not fit"),
        ([Given(np.ones(2), 0, 3, shared=True)], "3 number.*, shared"),
        ([Given(np.ones(3), 0, 3, shared=True)], "all inputs are shared"),
        ([Given(np.ones((4, 2)), 0, 2), Given(np.ones(5), 2, 1)], "has 4 rows, another 5"),
    ],
)
def test_arrays_that_do_not_fit_are_errors(arrays, message):
    with pytest.raises(ValueError, match=message):
        Runner(a_program(3, 5, 2)).batch(arrays)


def test_outputs_and_threads_that_do_not_fit_are_errors():
    runner = Runner(a_program(3, 5, 2))
    with pytest.raises(ValueError, match="has 2 outputs, got arrays for 4"):
        runner.batch([Given(np.ones((4, 3)), 0, 3)], [3, None])
    with pytest.raises(ValueError, match="one thread or more, got 0"):
        runner.batch([Given(np.ones((4, 3)), 0, 3)], threads=0)


def test_what_is_no_list_of_floats_is_taken_or_an_error():
    x, y = Value(3.0), Value(4.0)
    runner = Runner(flatten([x * y, x], [x, y]))
    for numbers in ([3, 4.0], (3.0, 4.0), np.array([3.0, 4.0]), [np.float64(3.0), True + 3]):
        assert runner(numbers) == [12.0, 3.0]
    with pytest.raises(ValueError, match="2 input"):
        runner([1.0])
    with pytest.raises(TypeError, match="str"):
        runner(["1.0", 2.0])


def test_bound_buffers():
    program = a_program(5, 30, 3)
    inputs, outputs = np.empty(5), np.empty(3)
    bound = Runner(program).bind(inputs, outputs)
    for sample in some_samples(5, 5):
        inputs[:] = sample
        assert bound() is None
        assert bits(outputs.tolist()) == bits(program.run(sample))
    kept = [Runner(program).bind(np.ones(5), np.empty(3)) for _ in range(3)]
    for call in kept:
        call()  # the arrays live as long as the function


@pytest.mark.parametrize(
    ("inputs", "outputs", "error", "message"),
    [
        ([1.0] * 5, np.empty(3), TypeError, "inputs .* contiguous numpy array of float64"),
        (np.ones(5, dtype=np.float32), np.empty(3), TypeError, "inputs"),
        (np.ones(10)[::2], np.empty(3), TypeError, "inputs"),
        (np.ones(4), np.empty(3), ValueError, "5 inputs, got an array of 4"),
        (np.ones(5), np.empty(4), ValueError, "3 outputs, got an array of 4"),
    ],
)
def test_buffers_that_cannot_be_bound_are_errors(inputs, outputs, error, message):
    with pytest.raises(error, match=message):
        Runner(a_program(5, 30, 3)).bind(inputs, outputs)


def test_buffers_that_share_memory_or_cannot_be_written_to_are_errors():
    runner = Runner(a_program(5, 30, 3))
    both = np.ones(8)
    with pytest.raises(ValueError, match="share memory"):
        runner.bind(both[:5], both[4:7])
    both.flags.writeable = False
    with pytest.raises(TypeError, match="written to"):
        runner.bind(np.ones(5), both[:3])


@autograd.operation(lambda x, out: 2 * x)
def squared(x):
    if x > 10.0:
        raise RuntimeError("too large")
    return x * x


@autograd.operation(lambda x, out: 2.0)
def doubled(x):
    return 2.0 * x


def test_operations_of_users_are_called_back_and_their_exceptions_are_raised():
    """Broken if an exception were lost in machine code."""
    x = Value(3.0)
    runner = Runner(flatten([squared(x) + 1.0, doubled(x)], [x]))
    assert runner.called_back == ["squared", "doubled"]
    outputs = np.empty(2)
    inputs = np.array([4.0])
    bound = runner.bind(inputs, outputs)
    bound()
    expected = [17.0, 8.0]
    assert outputs.tolist() == runner([4.0]) == expected
    [found] = runner.batch([Given(np.full(5, 4.0), 0, 1)])
    assert found.tolist() == [expected] * 5
    inputs[0] = 11.0
    for call in (bound, lambda: runner([11.0]), lambda: runner.batch([Given(np.full(5, 11.0), 0, 1)])):
        with pytest.raises(RuntimeError, match="too large"):
            call()
    assert runner([4.0]) == expected, "and the next call is none the worse"


def test_code_is_found_on_disk_again(monkeypatch, tmp_path):
    """Broken if code that is kept holds an address of this process."""
    monkeypatch.setenv(cache.VARIABLE, str(tmp_path))
    x = Value(1.0)
    [own] = flatten(doubled(x), [x]).operations
    program = a_program(5, 30, 3, [*ELEMENTARY, own], seed=5)
    assert Runner(program).called_back == ["doubled"]
    samples = some_samples(6, 5)

    def results():
        runner = Runner(program)
        found = [bits(runner(sample)) for sample in samples]
        found += [bits(row) for row in rows(runner.batch(given(samples, [5])))]
        return found, runner

    first, _ = results()
    second, runner = results()
    assert first == second
    assert all("read" in code.loaded.seconds for code in runner.codes.values())


def test_a_runner_may_go_before_what_it_made():
    """Broken if machine code is freed that can still be called."""
    x = Value(2.0)
    run = Runner(flatten(ops.exp(x) * 0.0 + x, [x])).run
    gc.collect()
    assert run([3]) == [3.0]


def test_results_that_somebody_holds_are_not_written_to_again():
    """And those that nobody holds are: even a part of an array keeps all of it."""
    x, y = Value(1.0), Value(2.0)
    runner = Runner(flatten([x * y, x + y], [x, y]))
    made = [np.array([[float(i), 2.0]] * 50) for i in range(40)]
    held = []
    for table in made:
        first, second = runner.batch([Given(table, 0, 2)], [None, 1])
        held.append((first, second[10:20].T, memoryview(second)))
    for i, (first, part, view) in enumerate(held):
        assert first.tolist() == [2.0 * i] * 50
        assert part.tolist() == [[i + 2.0] * 10]
        assert view.tolist() == [[i + 2.0]] * 50
    del held, first, second, part, view
    places = set()
    for table in made:
        places.add(runner.batch([Given(table, 0, 2)], [None, 1])[1].ctypes.data)
    assert len(places) <= 2
