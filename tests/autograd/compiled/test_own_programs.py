"""Operations of the user's own in compiled code: computed by a program given for them, else by Python."""

import pickle

import numpy
import pytest

import autograd
from autograd import flatten, grad, hessian, jit, operation, value_and_grad
from autograd.programs.inline import inlined
from tests.autograd.programs.test_derivative import EDGES, bits

calls = []


@operation(lambda x, out: 3 * x * x, program=lambda x: x * x * x)
def cube(x):
    calls.append(x)
    return x * x * x


@operation(
    lambda x, y, out: 2 * cube(x) * y,  # on purpose not what the program would give
    lambda x, y, out: autograd.exp(y),
    program=lambda x, y: autograd.maximum(cube(x), 0.0) + y,
)
def kinked(x, y):
    return max(x * x * x, 0.0) + y


class TestAProgramGiven:
    def test_python_is_not_called(self):
        f = jit(value_and_grad(lambda x: cube(x[0]) * kinked(x[1], x[0])))
        f([2.0, 3.0])
        calls.clear()
        for x in ([2.0, 3.0], [-1.0, -0.5]):
            assert f(x)[0] == x[0] ** 3 * (max(x[1] ** 3, 0.0) + x[0])
            assert not calls
            assert f(x) == value_and_grad(lambda x: cube(x[0]) * kinked(x[1], x[0]))(x)
            calls.clear()
        assert "calls of Python" not in f.report
        assert "cube" not in f.to_c()

    def test_derivatives_are_those_of_the_operation(self):
        # Broken if the program is differentiated in place of it.
        def f(x):
            return kinked(x[0], x[1]) * x[1]

        for transform in (grad, hessian):
            expected = transform(f)([2.0, 0.5])
            assert jit(transform(f), math="libm")([2.0, 0.5]) == expected
        assert jit(hessian(f), math="libm").sparse([2.0, 0.5]).toarray().tolist() == expected

    def test_batches_and_edges(self):
        f = jit(grad(lambda x: cube(x) * x))
        eager = [grad(lambda x: cube(x) * x)(x) for x in EDGES]
        assert bits(f.batch(numpy.array(EDGES)).tolist()) == bits(eager)

    def test_an_operation_with_a_program_still_pickles(self):
        assert pickle.loads(pickle.dumps(cube)) is cube

    def test_a_program_of_programs_without_any_is_itself(self):
        x = autograd.Value(2.0)
        program = flatten(x * x, x)
        assert inlined(program) is program

    def test_one_that_python_alone_can_compute_is_an_error(self):
        import math

        @operation(lambda x, out: out, program=lambda x: math.exp(x))
        def wrong(x):
            return math.exp(x)

        with pytest.raises(TypeError, match=r"the program of wrong is written with autograd's functions"):
            jit(wrong)(1.0)

        @operation(lambda x, out: out, program=lambda x: x if x == 0.0 else x * x)
        def deciding(x):
            return x if x == 0.0 else x * x

        with pytest.raises(TypeError, match=r"takes no decisions.*autograd.equal"):
            jit(deciding)(1.0)

    def test_it_takes_the_operands(self):
        with pytest.raises(TypeError, match=r"the program of f is called with 1 argument"):

            @operation(lambda x, out: out, program=lambda x, y: x)
            def f(x):
                return x


def test_a_derivative_that_decides_is_computed_by_python():
    # Broken if a symbol that is compared with a number is taken for another number.
    @operation(lambda x, out: 0.0 if x == 0.0 else (autograd.cos(x) - out) / x)
    def sinc(x):
        return 1.0 if x == 0.0 else autograd.sin(x) / x

    f = jit(grad(sinc), math="libm")
    for x in (1.0, 0.0, -2.5):
        assert f(x) == grad(sinc)(x)
