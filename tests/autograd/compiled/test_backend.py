"""What runs the programs: machine code, or numpy with the same answers."""

import subprocess
import sys
from itertools import product

import numpy
import pytest

import autograd
from autograd import Value, flatten, jit, ops
from autograd.compiled.backend import NumpyRunner
from autograd.programs.given import Given
from tests.autograd.programs.test_derivative import EDGES, bits


@pytest.mark.parametrize("line", [ops.sign, ops.maximum, ops.minimum, ops.relu, ops.abs, ops.floor], ids=repr)
def test_numpy_has_the_zeros_and_nans_of_a_single_call(line):
    # Broken if maximum(0.0, -0.0) is -0.0 in a batch.
    samples = list(product([0.0, -0.0, *EDGES], repeat=line.arity))
    inputs = [Value(1.0) for _ in range(line.arity)]
    runner = NumpyRunner(flatten(line(*inputs), inputs))
    [found] = runner.batch([Given(numpy.array(samples), 0, line.arity)], [None])
    assert bits(found.tolist()) == bits([number for sample in samples for number in runner.run(sample)])


def test_with_the_platforms_functions_numpy_has_the_numbers_of_a_single_call():
    # Broken if numpy's own exp is taken where eager code is to be equalled.
    program = flatten(autograd.tanh(x := Value(1.0)) * autograd.exp(x) + x**3, [x])
    samples = numpy.random.default_rng(0).uniform(-3.0, 3.0, 500)
    runner = NumpyRunner(program, "libm")
    [found] = runner.batch([Given(samples, 0, 1)], [None])
    assert found.tolist() == [number for sample in samples.tolist() for number in runner.run([sample])]


def run(code, *folders):
    path = [str(folder) for folder in folders]
    code = f"import sys, warnings; sys.path[:0] = {path!r}\n{code}"
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout


def test_it_says_which_runs():
    assert jit.backend in ("llvm", "numpy")
    assert jit(lambda x: x).backend == jit.backend


def test_llvmlite_that_cannot_be_loaded_is_replaced_by_numpy(tmp_path):
    (tmp_path / "llvmlite").mkdir()
    (tmp_path / "llvmlite" / "__init__.py").write_text("raise OSError('could not load libllvmlite.so')")
    code = """
with warnings.catch_warnings(record=True) as seen:
    warnings.simplefilter("always")
    import autograd
    f = autograd.jit(lambda x: x * x)
print(autograd.jit.backend, f(3.0), f.report.splitlines()[-1], [str(one.message) for one in seen])
"""
    found = run(code, tmp_path)
    assert found.startswith("numpy 9.0 backend: numpy")
    assert "cannot be loaded (could not load libllvmlite.so)" in found


def test_autograd_alone_loads_no_library():
    code = "import autograd; print([name for name in ('numpy', 'llvmlite') if name in sys.modules])"
    assert run(code).strip() == "[]"
    assert autograd.__file__
