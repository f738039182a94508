"""Jacobians and Hessians with known zeros: dense they equal eager ones bit for bit, sparse the dense ones."""

import random
from itertools import pairwise

import numpy
import pytest

import autograd
from autograd import Value, hessian, jacobian, jit, ops
from autograd.compiled.backend import NumpyRunner, runner
from autograd.compiled.repeated import MANY, Repeated
from autograd.programs.given import Given
from autograd.programs.join import without_repeats
from tests.autograd.compiled.test_jit import flat
from tests.autograd.programs.test_derivative import CONSTANTS, EDGES, bits


def rosenbrock(x):
    return autograd.sum(100 * (b - a * a) ** 2 + (1 - a) ** 2 for a, b in pairwise(x))


def arrow(x):
    return autograd.sum(x[0] * b + b.sin() * x[0] for b in x[1:])


def tridiagonal(x):
    return [(a * b * 2 - c).exp() for a, b, c in zip(x, x[1:], x[2:], strict=False)]


def point(n):
    return [0.3 + 0.01 * i for i in range(n)]


def local_function(rng, n):
    """Outputs that each depend on a few inputs, some by way of what other outputs use too."""
    inner = [(rng.choice(list(ops.TABLE.values())), rng.sample(range(n), 2)) for _ in range(n)]
    outer = [
        (rng.choice(list(ops.TABLE.values())), rng.sample(range(2 * n), 2), rng.choice(CONSTANTS))
        for _ in range(n)
    ]

    def f(x):
        nodes = list(x)
        for line, places in inner:
            nodes.append(line(*[nodes[place] for place in places[: line.arity]]))
        results = []
        for line, places, constant in outer:
            made = line(*[nodes[place] for place in places[: line.arity]])
            results.append(made * nodes[places[0]] + constant * made)
        return results

    return f


class TestDense:
    @pytest.mark.parametrize("seed", range(40))
    def test_jacobians_with_zeros_equal_eager_ones(self, seed):
        # Broken if rows that share something are differentiated together, or their sums have another order.
        rng = random.Random(seed)
        n = rng.randint(2, 9)
        f = local_function(rng, n)
        compiled = jit(jacobian(f), math="libm")
        for _ in range(3):
            x = [rng.choice([rng.uniform(-2, 2), *EDGES]) for _ in range(n)]
            assert bits(flat(compiled(x))) == bits(flat(jacobian(f)(x)))

    @pytest.mark.parametrize("seed", range(20))
    def test_hessians_with_zeros_equal_eager_ones(self, seed):
        rng = random.Random(seed)
        n = rng.randint(2, 6)
        f = local_function(rng, n)
        of_one = hessian(lambda x: autograd.sum(f(x)))
        compiled = jit(of_one, math="libm")
        for _ in range(2):
            x = [rng.choice([rng.uniform(-2, 2), *EDGES]) for _ in range(n)]
            assert bits(flat(compiled(x))) == bits(flat(of_one(x)))

    def test_a_zero_stays_one_beside_infinity_and_nan(self):
        x = [float("inf"), float("nan"), 0.5, -0.0]
        expected = hessian(rosenbrock)(x)
        assert bits(flat(jit(hessian(rosenbrock))(x))) == bits(flat(expected))
        assert bits([expected[0][2], expected[3][0]]) == bits([0.0, 0.0])

    def test_what_is_compiled_grows_with_the_entries(self):
        # Broken if a sweep passes through what its row does not depend on.
        short, long = jit(hessian(rosenbrock)), jit(hessian(rosenbrock))
        short(point(20)), long(point(40))
        assert len(long.program) < 2.2 * len(short.program)

    @pytest.mark.parametrize("as_argument", [list, numpy.array])
    def test_a_large_one(self, as_argument):
        x = as_argument(point(70))
        f = jit(hessian(rosenbrock))
        found = f(x)
        assert type(found) is type(x)
        assert numpy.array_equal(found, hessian(rosenbrock)(x))
        assert numpy.array_equal(found, f(x))
        assert isinstance(f._last.runner, Repeated)
        bound = f.bind(x)
        bound()
        assert numpy.array_equal(bound.outputs, found)
        assert numpy.array_equal(f.batch(numpy.array([x, x]))[1], found)
        assert "bytes of code" in f.report


def test_repeated_outputs_by_numpy():
    # Broken if the numpy backend cannot be given the places where its numbers stand.
    f = jit(hessian(rosenbrock))
    x = numpy.array(point(70))
    f(x)
    machine = runner(f.program, "own")
    few, which = without_repeats(f.program)
    by_numpy = Repeated(NumpyRunner(few), which)
    assert len(which) > MANY
    assert by_numpy.run(x.tolist()) == machine.run(x.tolist())
    for sums in (False, True):
        given = [Given(numpy.array([x, x + 0.1]), 0, 70)]
        for found, expected in zip(
            by_numpy.batch(given, [None, 4899], sums),
            machine.batch(given, [None, 4899], sums, 1),
            strict=True,
        ):
            assert found.shape == expected.shape
            assert numpy.allclose(found, expected, rtol=1e-14)


class TestSparse:
    @pytest.mark.parametrize(
        "f", [hessian(rosenbrock), hessian(arrow), jacobian(tridiagonal), jacobian(rosenbrock)]
    )
    def test_it_is_the_dense_matrix_without_zeros(self, f):
        compiled = jit(f)
        for x in (point(9), point(12), [2.0] * 9):
            found = compiled.sparse(x)
            dense = numpy.atleast_2d(compiled(x))
            assert found.format == "csr" and found.has_sorted_indices
            assert bits(found.toarray().ravel().tolist()) == bits(dense.ravel().tolist())
            pattern = compiled.sparsity(x).toarray()
            assert pattern.dtype == bool and not dense[~pattern].any()

    def test_entries_of_known_structure(self):
        assert jit(hessian(rosenbrock)).sparse(point(100)).nnz == 298
        assert jit(hessian(arrow)).sparse(point(100)).nnz == 297
        assert jit(jacobian(tridiagonal)).sparse(point(100)).nnz == 294
        assert jit(hessian(lambda x: x[0] * x[1] + 3 * x[2])).sparse([1.0, 2.0, 3.0]).nnz == 2

    def test_an_entry_that_happens_to_be_zero_is_kept(self):
        f = jit(jacobian(lambda x: [x[0] * x[1], x[1]]))
        assert f.sparse([0.0, 0.0]).nnz == f.sparse([1.0, 2.0]).nnz == 3

    def test_the_structure_can_be_changed_by_its_owner(self):
        # Broken if matrices share the arrays that say where entries stand.
        f = jit(jacobian(lambda x: [x[0] * x[1], x[1]]))
        f.sparse([0.0, 0.0]).eliminate_zeros()
        assert f.sparse([3.0, 4.0]).toarray().tolist() == [[4.0, 3.0], [0.0, 1.0]]

    def test_trees_are_flattened_and_parameters_read(self):
        w = Value(3.0)
        f = jit(jacobian(lambda x, y: {"a": x[0] * w, "b": [y * y]}, argnums=(0, 1)))
        assert f.sparse([1.0, 2.0], 5.0).toarray().tolist() == [[3.0, 0.0, 0.0], [0.0, 0.0, 10.0]]
        w.data = 4.0
        assert f.sparse([1.0, 2.0], 5.0)[0, 0] == 4.0
        assert f.sparse([1.0, 2.0], 0).shape == (2, 3)

    def test_what_stands_beside_is_left_out(self):
        assert jit(hessian(lambda x: (x[0] ** 2, x), has_aux=True)).sparse([1.0]).toarray().tolist() == [
            [2.0]
        ]

    def test_errors(self):
        with pytest.raises(TypeError, match=r"comes from jit\(jacobian\(f\)\) or jit\(hessian\(f\)\)"):
            jit(rosenbrock).sparse(point(3))
        with pytest.raises(TypeError, match="got a Value"):
            jit(hessian(rosenbrock)).sparse([Value(1.0), 2.0])

    def test_without_scipy_the_error_names_the_extra(self, monkeypatch):
        import sys

        monkeypatch.delitem(sys.modules, "autograd.compiled.sparse", raising=False)
        monkeypatch.setitem(sys.modules, "scipy.sparse", None)
        with pytest.raises(ImportError, match=r"needs the extra 'sparse': pip install"):
            jit(hessian(rosenbrock)).sparse(point(3))


class TestCode:
    def test_ir_and_assembly(self):
        f = jit(hessian(rosenbrock))
        f(point(12))
        assert f.llvm_ir.count("fmul") > 20
        assert "single:" in f.assembly
        assert f._last.runner.codes["call"].versions[-1].level > 0  # the best version was waited for

    def test_of_what_has_none(self, monkeypatch):
        f = jit(rosenbrock)
        for ask in ("llvm_ir", "assembly"):
            with pytest.raises(ValueError, match="there is no program yet"):
                getattr(f, ask)
        f(point(3))
        f._last.runner = NumpyRunner(f.program)
        for ask in ("llvm_ir", "assembly"):
            with pytest.raises(TypeError, match="the numpy backend runs this program"):
                getattr(f, ask)
