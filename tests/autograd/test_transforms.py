"""grad, value_and_grad, jacobian, hessian and elementwise_grad: numbers, shapes, errors."""

import math
from collections import namedtuple

import numpy
import pytest
import sympy

import autograd
from autograd import Value, elementwise_grad, grad, hessian, hvp, jacobian, jvp, value_and_grad, vjp

Point = namedtuple("Point", "x y")


class TestGrad:
    @pytest.mark.parametrize(
        ("order", "expected"), [(1, 4 * 8.0), (2, 12 * 4.0), (3, 24 * 2.0), (4, 24.0), (5, 0.0), (6, 0.0)]
    )
    def test_of_grad_of_grad(self, order, expected):
        f = lambda x: x**4  # noqa: E731
        for _ in range(order):
            f = grad(f)
        assert f(2.0) == expected

    def test_of_a_function_that_returns_to_itself(self):
        """sin differentiated four times is sin."""
        f = autograd.sin
        for _ in range(4):
            f = grad(f)
        assert f(0.7) == math.sin(0.7)

    def test_high_order_against_exact_arithmetic(self):
        x = sympy.Symbol("x")
        expression = sympy.exp(sympy.sin(x)) / (1 + x**2)
        f = lambda x: autograd.exp(autograd.sin(x)) / (1 + x**2)  # noqa: E731
        for order in range(1, 5):
            f = grad(f)
            expected = float(sympy.diff(expression, x, order).subs(x, sympy.Rational(1, 2)).evalf(30))
            assert f(0.5) == pytest.approx(expected, rel=1e-14 * 10**order)

    def test_leaves_no_trace_on_closed_over_values(self):
        w = Value(2.0)
        assert grad(lambda x: w * x)(3.0) == 2.0
        assert w.grad == 0.0

    def test_passes_the_other_arguments_through(self):
        def f(x, table, *, power, name="n"):
            assert name == "m"
            return table[0] * x**power

        assert grad(f)(3.0, ["not", "numbers"][:0] or (5.0,), power=2, name="m") == 30.0
        assert grad(lambda x, what: x * len(what))(3.0, "abc") == 3.0
        assert grad(lambda x, what: x * what["k"])(3.0, {"k": 2.0, "other": None}) == 2.0

    def test_a_constant_function(self):
        assert grad(lambda x: 5)(1.0) == 0.0
        assert value_and_grad(lambda x: 5.0)([1.0, 2.0]) == (5.0, [0.0, 0.0])

    def test_the_identity(self):
        assert value_and_grad(lambda x: x)(3.0) == (3.0, 1.0)
        assert hessian(lambda x: x)(3.0) == 0.0

    def test_branches_on_values(self):
        f = lambda x: x * x if x > 0 else -x  # noqa: E731
        assert [grad(f)(x) for x in (3.0, -3.0)] == [6.0, -1.0]

    def test_works_on_python_functions_of_integers(self):
        assert grad(lambda x: x**2)(3) == 6.0
        assert type(grad(lambda x: x**2)(3)) is float
        assert grad(lambda x: x**2)(True) == 2.0


class TestValueAndGrad:
    def test_calls_the_function_once(self):
        calls = []

        def f(x):
            calls.append(x)
            return x * x

        assert value_and_grad(f)(3.0) == (9.0, 6.0)
        assert len(calls) == 1

    def test_nests(self):
        value, slope = value_and_grad(lambda x: value_and_grad(lambda y: y**3)(x)[1])(2.0)
        assert (value, slope) == (12.0, 12.0)


x0, x1, x2 = SYMBOLS = sympy.symbols("x0 x1 x2")
FUNCTIONS = [
    (lambda x: x[0] ** 2 * x[1] + x[2] ** 3, x0**2 * x1 + x2**3),
    (lambda x: autograd.exp(x[0] * x[1]) / x[2], sympy.exp(x0 * x1) / x2),
    (lambda x: autograd.sin(x[0]) * autograd.log(x[1] + x[2] ** 2), sympy.sin(x0) * sympy.log(x1 + x2**2)),
    (lambda x: autograd.logsumexp(x), sympy.log(sum(map(sympy.exp, SYMBOLS)))),
    (lambda x: x[0] ** x[1] * autograd.tanh(x[2]), x0**x1 * sympy.tanh(x2)),
    (lambda x: (x[0] - x[1]) ** 4 / (1 + x[2] * x[2]), (x0 - x1) ** 4 / (1 + x2**2)),
]
AT = [0.5, 1.25, 0.75]


def exact(expression):
    return float(expression.subs(dict(zip(SYMBOLS, map(sympy.Rational, AT), strict=True))).evalf(30))


@pytest.mark.parametrize(("f", "expression"), FUNCTIONS, ids=[str(row[1]) for row in FUNCTIONS])
class TestAgainstSympy:
    def test_gradient(self, f, expression):
        expected = [exact(sympy.diff(expression, s)) for s in SYMBOLS]
        assert grad(f)(AT) == pytest.approx(expected, rel=1e-14)

    def test_hessian(self, f, expression):
        expected = [[exact(entry) for entry in row] for row in sympy.hessian(expression, SYMBOLS).tolist()]
        for row, exact_row in zip(hessian(f)(AT), expected, strict=True):
            assert row == pytest.approx(exact_row, rel=1e-13, abs=1e-15)

    def test_hessian_times_a_direction(self, f, expression):
        direction = [1.0, -2.0, 0.5]
        expected = (sympy.hessian(expression, SYMBOLS) * sympy.Matrix(direction)).tolist()
        assert hvp(f)(AT, direction) == pytest.approx([exact(row[0]) for row in expected], rel=1e-13)

    def test_derivative_along_a_direction(self, f, expression):
        direction = [1.0, -2.0, 0.5]
        value, slope = jvp(f)(AT, direction)
        assert value == pytest.approx(exact(expression), rel=1e-14)
        expected = sum(d * exact(sympy.diff(expression, s)) for d, s in zip(direction, SYMBOLS, strict=True))
        assert slope == pytest.approx(expected, rel=1e-13)


class TestJacobian:
    def f(self, x):
        return [x[0] * x[1], autograd.sin(x[1]), 3.0, x[0]]

    def test_rows_are_outputs_and_columns_inputs(self):
        assert jacobian(self.f)([2.0, 0.5]) == [[0.5, 2.0], [0.0, math.cos(0.5)], [0.0, 0.0], [1.0, 0.0]]

    def test_columns_are_derivatives_along_the_axes(self):
        """Reverse mode by rows and forward mode by columns must give one matrix."""
        matrix = numpy.array(jacobian(self.f)([2.0, 0.5]))
        for i in range(2):
            column = jvp(self.f)([2.0, 0.5], [float(i == j) for j in range(2)])[1]
            assert list(matrix[:, i]) == column

    def test_trees_of_outputs_of_trees_of_inputs(self):
        f = lambda p: {"product": p.x * p.y, "pair": (p.x, p.y**2)}  # noqa: E731
        assert jacobian(f)(Point(2.0, 3.0)) == {
            "product": Point(3.0, 2.0),
            "pair": (Point(1.0, 0.0), Point(0.0, 6.0)),
        }

    def test_arrays(self):
        W = numpy.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
        matrix = jacobian(lambda x: W @ x)(numpy.array([1.0, -1.0]))
        assert matrix.dtype == float
        assert (matrix == W).all()

    def test_by_another_argument(self):
        assert jacobian(lambda x, y: [x * y, y], argnums=1)(3.0, 2.0) == [3.0, 1.0]
        assert hessian(lambda x, y: x * y**3, argnums=1)(3.0, 2.0) == 36.0

    def test_of_a_jacobian(self):
        second = jacobian(jacobian(lambda x: [x[0] ** 2 * x[1]]))([3.0, 4.0])
        assert second == [[[8.0, 6.0], [6.0, 0.0]]]


class TestElementwiseGrad:
    def test_of_an_array(self):
        at = numpy.array([[0.5, 1.0], [2.0, -1.0]])
        assert (elementwise_grad(numpy.tanh)(at) == numpy.vectorize(grad(autograd.tanh))(at)).all()
        assert (elementwise_grad(elementwise_grad(lambda x: x**3))(at) == 6 * at).all()

    def test_of_a_number_it_is_grad(self):
        assert elementwise_grad(lambda x: x**3)(2.0) == 12.0
        assert elementwise_grad(autograd.sin)(0.0) == 1.0

    def test_of_trees_and_several_arguments(self):
        assert elementwise_grad(lambda p: (p["a"] ** 2, p["b"] ** 3))({"a": 3.0, "b": 2.0}) == {
            "a": 6.0,
            "b": 12.0,
        }
        product = lambda x, y: [a * b for a, b in zip(x, y, strict=True)]  # noqa: E731
        assert elementwise_grad(product, (0, 1))([1.0, 2.0], [3.0, 4.0]) == ([3.0, 4.0], [1.0, 2.0])
        assert elementwise_grad(product, argnums=1)([1.0, 2.0], [3.0, 4.0]) == [1.0, 2.0]
        assert elementwise_grad(lambda x: [])([]) == []

    @pytest.mark.parametrize("f", [lambda x: x[0] * x[1], lambda x: [*x, 1.0], lambda x: []])
    def test_other_numbers_of_outputs_than_of_inputs_are_refused(self, f):
        with pytest.raises(
            ValueError, match=r"as many numbers as its argument has, 2, got \d; jacobian is for any"
        ):
            elementwise_grad(f)([1.0, 2.0])


class TestErrors:
    @pytest.mark.parametrize("transform", [grad, value_and_grad, hessian, lambda f: lambda x: hvp(f)(x, 1.0)])
    @pytest.mark.parametrize("out", [[1.0], None, "abc", (Value(1.0), Value(2.0)), {}])
    def test_a_function_that_returns_no_number(self, transform, out):
        def several(x):
            return out

        with pytest.raises(TypeError, match=f"but several returned {type(out).__name__}; .* use jacobian"):
            transform(several)(1.0)

    @pytest.mark.parametrize("transform", [grad, value_and_grad, hessian, hvp])
    def test_it_is_named_by_the_transform_that_was_asked(self, transform):
        at = (1.0, 1.0) if transform is hvp else (1.0,)
        with pytest.raises(
            TypeError, match=f"^{transform.__name__} needs a function that returns one number"
        ):
            transform(lambda x: [x])(*at)

    @pytest.mark.parametrize("at", ["abc", None, [1.0, "b"], {"k": {1.0}}, 1j, Value])
    def test_an_argument_that_is_not_made_of_numbers(self, at):
        for transform in (grad, value_and_grad, jacobian, hessian):
            with pytest.raises(
                TypeError, match="expected numbers in nested lists, tuples, dicts, dataclasses or arrays"
            ):
                transform(lambda x: 1.0)(at)

    def test_the_place_of_the_mistake_is_named(self):
        with pytest.raises(TypeError, match=r"got str at \['w'\]\[1\]: 'b'"):
            grad(lambda x: 1.0)({"w": [1.0, "b"]})

    def test_an_output_that_is_not_made_of_numbers(self):
        def pair(x):
            return x, "text"

        for transform in (jacobian, vjp, elementwise_grad, lambda f: lambda x: jvp(f)(x, 1.0)):
            with pytest.raises(TypeError, match=r"got str at \[1\]: 'text'") as error:
                transform(pair)(1.0)
            assert error.value.__notes__ == ["in what pair returned"]

    def test_errors_of_the_function_come_through(self):
        with pytest.raises(KeyError):
            grad(lambda x: {}["k"])(1.0)
