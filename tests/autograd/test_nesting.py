"""Transforms inside transforms: whose variable is whose, and when floats and when Values come back."""

import itertools
import math
import operator
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

import autograd
from autograd import (
    Value,
    elementwise_grad,
    exp,
    grad,
    hessian,
    hvp,
    jacobian,
    jvp,
    no_grad,
    operation,
    tracing,
    value_and_grad,
    vjp,
)
from autograd.graph import nodes_of
from autograd.places import Ways

# Ways to the derivative of a function of one number.
DERIVATIVES = {
    "grad": grad,
    "value_and_grad": lambda f: lambda x: value_and_grad(f)(x)[1],
    "jacobian": jacobian,
    "elementwise_grad": elementwise_grad,
    "jvp": lambda f: lambda x: jvp(f)(x, 1.0)[1],
    "vjp": lambda f: lambda x: vjp(f)(x)[1](1.0),
}


class TestPerturbationConfusion:
    """The derivative of an inner variable must not catch the perturbation of an outer one.

    Siskind and Pearlmutter, "Perturbation confusion and referential transparency" (2005).
    """

    def test_the_classic(self):
        assert grad(lambda x: x * grad(lambda y: x + y)(1.0))(1.0) == 1.0

    def test_with_the_outer_value_as_the_inner_point(self):
        """Where both variables are one node, d(x + y)/dy at y = x comes out as 2."""
        assert grad(lambda x: x * grad(lambda y: x + y)(x))(1.0) == 1.0
        assert grad(lambda x: x * grad(lambda y: x * y)(x))(3.0) == 6.0

    def test_through_jvp(self):
        inner = lambda x: jvp(lambda y: x + y)(1.0, 1.0)[1]  # noqa: E731
        assert jvp(lambda x: x * inner(x))(1.0, 1.0)[1] == 1.0
        assert jvp(lambda x: x * jvp(lambda y: x * y)(x, 1.0)[1])(3.0, 1.0)[1] == 6.0

    def test_forward_in_reverse_and_reverse_in_forward(self):
        assert grad(lambda x: x * jvp(lambda y: x * y * y)(2.0, 1.0)[1])(3.0) == 24.0
        assert jvp(lambda x: x * grad(lambda y: x * y * y)(2.0))(3.0, 1.0)[1] == 24.0

    def test_three_deep(self):
        # d/dx d/dy d/dz x y z (x + y + z) = 2 (x + y + z)
        def f(x):
            return grad(lambda y: grad(lambda z: x * y * z * (x + y + z))(5.0))(3.0)

        assert grad(f)(2.0) == 20.0

    def test_the_inner_function_escapes_with_the_outer_variable(self):
        """A function made while differentiating, called where the inner point is a function of the outer."""
        assert grad(lambda x: grad(lambda y: (x - y) ** 2)(2 * x))(3.0) == 2.0

    def test_in_all_nests_of_two(self):
        """d/dx (x * d/dy (x + y)) is 1, whichever ways the two are taken."""
        for outer in DERIVATIVES.values():
            for inner in DERIVATIVES.values():
                assert outer(lambda x, inner=inner: x * inner(lambda y: x + y)(1.0))(1.0) == 1.0
                assert outer(lambda x, inner=inner: x * inner(lambda y: x + y)(2 * x))(1.0) == 1.0
                assert outer(lambda x, inner=inner: inner(lambda y: x * y * y)(x))(3.0) == 12.0

    def test_in_all_nests_of_three(self):
        """d/dx d/dy d/dz x y z (x + y + z) = 2 (x + y + z) at 2, 3, 5."""
        for one in DERIVATIVES.values():
            for two in DERIVATIVES.values():
                for three in DERIVATIVES.values():
                    f = lambda x, two=two, three=three: two(  # noqa: E731
                        lambda y: three(lambda z: x * y * z * (x + y + z))(5.0)
                    )(3.0)
                    assert one(f)(2.0) == 20.0

    @pytest.mark.parametrize("derivative", DERIVATIVES.values(), ids=DERIVATIVES)
    def test_a_function_handed_out_of_the_call_that_made_it(self, derivative):
        """The amazing bug: a derivative taken by a function that was made under another derivative.

        With D f the derivative of u -> (x -> f(x + u)), D (D f) has to be the second derivative (Manzyuk,
        Pearlmutter, Radul, Rush and Siskind, "Perturbation confusion in forward automatic differentiation of
        higher-order functions", 2019). Each variable is that of the call that it was made by.
        """
        shifted = lambda u: lambda f: lambda x: f(x + u)  # noqa: E731
        slope = lambda f: lambda x: derivative(lambda u: shifted(u)(f)(x))(0.0)  # noqa: E731
        assert slope(exp)(1.0) == math.e
        assert slope(slope(exp))(1.0) == math.e
        assert slope(slope(lambda x: x**3))(2.0) == 12.0

    def test_functions_cannot_be_differentiated_themselves(self):
        with pytest.raises(TypeError, match="returns one number, but <lambda> returned function"):
            grad(lambda u: lambda x: x + u)(0.0)


TRANSFORMS = {**DERIVATIVES, "hessian": hessian, "hvp": lambda f: lambda x: hvp(f)(x, 1.0)}


class TestFloatsInFloatsOut:
    """A call within a differentiation that has nothing to do with it computes numbers, which are floats."""

    @pytest.mark.parametrize("derivative", TRANSFORMS.values(), ids=TRANSFORMS)
    def test_where_no_variable_from_outside_is_involved(self, derivative):
        w = Value(2.0)
        found = []

        def f(x):
            found.append(derivative(lambda y: y**2 * w)(3.0))
            found.append(derivative(lambda y: y**2 * x)(3.0))
            found.append(derivative(lambda y: y**2 * x.detach())(3.0))
            found.append(derivative(lambda y: y**2)(x))
            return x * 1.0

        for outer in DERIVATIVES.values():
            found.clear()
            outer(f)(5.0)
            assert [type(slope) for slope in found] == [float, Value, float, Value]

    def test_newtons_method_for_a_starting_point(self):
        def root(f, x):
            for _ in range(30):
                x = x - f(x) / grad(f)(x)
            return x

        def f(x):
            start = root(lambda y: y * y - 2.0, 1.0)
            assert type(start) is float
            return x * math.sqrt(start)  # of a float: of a Value it would raise

        assert grad(f)(3.0) == math.sqrt(root(lambda y: y * y - 2.0, 1.0))

    def test_newtons_method_within_an_operation_and_implicit_differentiation(self):
        """y(a) with y**3 + y = a: y' = 1 / (3 y**2 + 1)."""

        def solve(a):
            y = 1.0
            for _ in range(50):
                y = float(y - (y**3 + y - a) / grad(lambda y: y**3 + y)(y))
            return y

        @operation(lambda a, y: 1 / grad(lambda y: y**3 + y)(y))
        def cubic(a):
            return solve(a)

        y = solve(2.5)
        first = 1 / (3 * y**2 + 1)
        assert cubic(2.5) == y
        assert grad(cubic)(2.5) == pytest.approx(first, rel=1e-15)
        assert grad(lambda a: a * cubic(a))(2.5) == pytest.approx(y + 2.5 * first, rel=1e-15)
        assert grad(grad(cubic))(2.5) == pytest.approx(-6 * y * first**3, rel=1e-14)
        assert hvp(cubic)(2.5, 1.0) == pytest.approx(-6 * y * first**3, rel=1e-14)
        autograd.check_grads(cubic, 2.5, order=2)

    def test_implicit_differentiation_of_a_minimum(self):
        """The minimum over y of (y - a)**2 + y**4 moves with a by 2 / (2 + 12 y**2)."""

        def minimum(a):
            y = Value(0.0)
            for _ in range(60):
                with no_grad():
                    g = lambda y: (y - a) ** 2 + y**4  # noqa: E731
                    y = y - grad(g)(y) / hessian(g)(y)
            residual = grad(lambda y: (y - a) ** 2 + y**4)(y)
            return y - residual / hessian(lambda y: (y - a) ** 2 + y**4)(y).detach()

        y = minimum(Value(1.0)).data
        assert grad(minimum)(1.0) == pytest.approx(2 / (2 + 12 * y**2), rel=1e-14)

    def test_three_deep(self):
        """The innermost has to do with the outermost, the one between with none of them."""
        found = []

        def f(x):
            def g(y):
                found.append(grad(lambda z: z * z)(2.0))
                found.append(grad(lambda z: z * x)(2.0))
                found.append(grad(lambda z: z * y)(2.0))
                return y * found[0]

            found.append(grad(g)(3.0))
            return x * x

        assert grad(f)(5.0) == 10.0
        assert [type(slope) for slope in found] == [float, Value, Value, float]

    def test_values_of_the_users_own(self):
        """A parameter that a backward() may ask for later is a constant of calls with numbers."""
        w = Value(2.0)
        assert type(grad(lambda x: w * x)(3.0)) is float
        outer = grad(lambda x: x * grad(lambda y: w * y)(3.0))(1.0)
        assert (type(outer), outer) == (float, 2.0)

    def test_in_threads(self):
        """A function may hand its work to threads, whose results its derivative needs."""
        with ThreadPoolExecutor(2) as pool:

            def f(x):
                slopes = list(pool.map(grad(lambda y: x * y**2), [1.0, 2.0, 3.0]))
                numbers = list(pool.map(grad(lambda y: y**2), [1.0, 2.0, 3.0]))
                assert {type(slope) for slope in slopes} == {Value}
                assert {type(number) for number in numbers} == {float}
                return autograd.dot(slopes, numbers)

            assert grad(f)(5.0) == 4.0 + 16.0 + 36.0

    def test_a_call_in_another_thread_changes_nothing(self):
        begun, done = threading.Event(), threading.Event()

        def wait(x):
            begun.set()
            assert done.wait(10)
            return x

        with ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(grad(wait), 1.0)
            assert begun.wait(10)
            w = Value(2.0)
            assert type(grad(lambda x: w * x)(3.0)) is float
            assert grad(lambda x: x * grad(lambda y: x + y)(1.0))(1.0) == 1.0
            done.set()
            assert waiting.result() == 1.0
        assert tracing._UNDER_WAY == []

    def test_under_no_grad(self):
        found = []

        def f(x):
            with no_grad():
                found.append(grad(lambda y: y * y)(3.0))
                found.append(grad(lambda y: y * x)(3.0))
            return x * found[0]

        assert grad(f)(5.0) == 6.0
        assert [type(slope) for slope in found] == [float, Value]
        assert found[1]._prev == ()

    def test_a_variable_that_has_left_its_call_is_a_number_like_any_other(self):
        kept = []
        grad(lambda x: kept.append(x) or x)(2.0)
        assert grad(lambda y: y * kept[0])(3.0) == 2.0
        assert type(grad(lambda z: z * grad(lambda y: y * kept[0])(3.0))(1.0)) is float


@pytest.mark.skipif(autograd.native, reason="native code cannot be watched")
def test_many_outputs_are_searched_for_a_variable_from_outside_once(monkeypatch):
    """Broken if the graph is walked again for each output: a chain of n nodes would take n * n steps."""
    asked = []
    monkeypatch.setattr(tracing, "Ways", lambda roots, ends: asked.append(len(roots)) or Ways(roots, ends))

    def chain(y):
        return list(itertools.accumulate([y] * 50, operator.mul))

    assert grad(lambda x: x * jacobian(chain)(1.0)[-1])(2.0) == 50.0
    assert asked == [50]


class TestValuesIn:
    def test_the_result_can_be_differentiated(self):
        x = Value(3.0)
        slope = grad(lambda v: v**3)(x)
        slope.backward()
        assert (slope.data, x.grad) == (27.0, 18.0)

    def test_one_value_among_the_arguments_is_enough(self):
        w = Value(2.0)
        slope = grad(lambda x, w: w * x**2)(3.0, w)
        slope.backward()
        assert (slope.data, w.grad) == (12.0, 6.0)

    def test_a_value_in_a_keyword_argument_too(self):
        """grad(f)(x, w=w) as a float would lose the way back to w in silence."""
        w = Value(2.0)
        for transform in (grad, jacobian):
            w.grad = 0.0
            slope = transform(lambda x, w: w * x**2)(3.0, w=w)
            slope.backward()
            assert (slope.data, w.grad) == (12.0, 6.0)

    def test_a_value_closed_over_is_a_constant(self):
        w = Value(2.0)
        assert type(grad(lambda x: w * x**2)(3.0)) is float

    def test_grad_attributes_are_untouched(self):
        x = Value(3.0)
        x.grad = 7.0
        grad(lambda v: v**2)(x)
        jacobian(lambda v: [v, v**2])(x)
        hessian(lambda v: v**3)(x)
        assert x.grad == 7.0

    def test_the_history_of_the_argument_is_not_walked(self):
        """The gradient by x of a long computation's result is about what follows x."""
        x = Value(1.0)
        for _ in range(100):
            x = x.tanh() + 0.1
        slope = grad(lambda v: v**3)(x)
        new = set(nodes_of(slope)) - set(nodes_of(x))
        assert len(new) < 10
