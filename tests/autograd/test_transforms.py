"""grad, value_and_grad, jacobian, hessian, hvp, jvp and gradient: numbers, shapes, nesting, errors."""

import math
from collections import namedtuple

import numpy
import pytest
import sympy

import autograd
from autograd import Value, grad, gradient, hessian, hvp, jacobian, jvp, tree, value_and_grad
from autograd.graph import nodes_of

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

    def test_keeps_the_name_and_docstring(self):
        def f(x):
            """The docstring."""
            return x

        for transform in (grad, value_and_grad, jacobian, hessian, hvp, jvp):
            assert (transform(f).__name__, transform(f).__doc__) == ("f", "The docstring.")

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

    @pytest.mark.parametrize(
        ("argnums", "expected"),
        [(0, 12.0), (1, 9.0), ((0,), (12.0,)), ((0, 1), (12.0, 9.0)), ((1, 0), (9.0, 12.0)), ((), ())],
    )
    def test_argnums(self, argnums, expected):
        assert grad(lambda x, y: x * x * y / 1.0, argnums)(3.0, 2.0) == expected

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


TREES = [
    (2.0, "a number"),
    ([2.0, 3.0], "a list"),
    ((2.0, 3.0), "a tuple"),
    ({"w": 2.0, "b": 3.0}, "a dict"),
    (Point(2.0, 3.0), "a namedtuple"),
    (numpy.array([2.0, 3.0]), "an array"),
    (numpy.array([[2.0, 3.0], [4.0, 5.0]]), "a matrix"),
    ([[2.0, (3.0, {"k": [4.0]})], 5.0], "a nest"),
    ({"layers": [{"w": numpy.array([2.0, 3.0]), "b": 1.0}], "scale": Point(1.0, (2.0,))}, "a model"),
    ([], "nothing"),
]


def shape(anything):
    """A tree with its numbers taken out."""
    if isinstance(anything, dict):
        return {key: shape(branch) for key, branch in anything.items()}
    if isinstance(anything, numpy.ndarray):
        return ("array", anything.shape)
    if isinstance(anything, (list, tuple)):
        return [type(anything), *map(shape, anything)]
    return "number"


@pytest.mark.parametrize("at", [row[0] for row in TREES], ids=[row[1] for row in TREES])
class TestTrees:
    def f(self, at):
        return autograd.sum([(i + 1) * leaf**2 for i, leaf in enumerate(tree.leaves(at))])

    def test_gradient_has_the_shape_of_its_argument(self, at):
        slopes = grad(self.f)(at)
        assert shape(slopes) == shape(at)
        expected = [2.0 * (i + 1) * leaf for i, leaf in enumerate(tree.leaves(at))]
        assert tree.leaves(slopes) == expected
        if isinstance(at, numpy.ndarray):
            assert slopes.dtype == float

    def test_argument_is_not_changed(self, at):
        before = repr(at)
        grad(self.f)(at)
        hessian(self.f)(at)
        assert repr(at) == before

    def test_floats_in_floats_out_and_values_in_values_out(self, at):
        number, slopes = value_and_grad(self.f)(at)
        assert type(number) is float
        assert all(isinstance(slope, float) for slope in tree.leaves(slopes))
        nodes = tree.rebuild(at, [Value(leaf) for leaf in tree.leaves(at)])
        value, slopes_of_nodes = value_and_grad(self.f)(nodes)
        assert not tree.leaves(at) or isinstance(value, Value)
        assert [node.data for node in tree.leaves(slopes_of_nodes)] == tree.leaves(slopes)

    def test_second_derivatives(self, at):
        size = len(tree.leaves(at))
        rows = tree.leaves(hessian(self.f)(at))
        assert rows == [2.0 * (i + 1) * (i == j) for i in range(size) for j in range(size)]
        direction = tree.rebuild(at, [1.0] * size)
        assert tree.leaves(hvp(self.f)(at, direction)) == [2.0 * (i + 1) for i in range(size)]


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

    def test_an_array_of_outputs_by_a_dict(self):
        rows = jacobian(lambda d: numpy.array([d["a"] * 2, d["b"]]))({"a": 1.0, "b": 2.0})
        assert list(rows) == [{"a": 2.0, "b": 0.0}, {"a": 0.0, "b": 1.0}]

    def test_by_another_argument(self):
        assert jacobian(lambda x, y: [x * y, y], argnums=1)(3.0, 2.0) == [3.0, 1.0]
        assert hessian(lambda x, y: x * y**3, argnums=1)(3.0, 2.0) == 36.0

    def test_of_a_jacobian(self):
        second = jacobian(jacobian(lambda x: [x[0] ** 2 * x[1]]))([3.0, 4.0])
        assert second == [[[8.0, 6.0], [6.0, 0.0]]]


class TestJvp:
    def test_of_an_output_that_is_constant_or_an_input(self):
        assert jvp(lambda x: [x, 5.0, x * 2])(3.0, 10.0) == ([3.0, 5.0, 6.0], [10.0, 0.0, 20.0])

    def test_lengths_that_differ_are_refused(self):
        with pytest.raises(ValueError, match="one number for each of the point's 2, got 1"):
            jvp(lambda x: x[0])([1.0, 2.0], [1.0])

    def test_second_derivative_forward_over_forward(self):
        first = lambda x: jvp(lambda y: y**4)(x, 1.0)[1]  # noqa: E731
        assert jvp(first)(2.0, 1.0) == (32.0, 48.0)

    def test_is_linear_in_the_direction(self):
        slope = grad(lambda d: jvp(lambda x: x**3)(2.0, d)[1])(7.0)
        assert slope == 12.0

    def test_passes_no_derivative_through_a_stop(self):
        assert jvp(lambda x: x.detach() * x)(3.0, 1.0) == (9.0, 3.0)

    def test_values_in_values_out(self):
        x = Value(2.0)
        value, slope = jvp(lambda v: v**3)(x, 1.0)
        slope.backward()
        assert (value.data, slope.data, x.grad) == (8.0, 12.0, 12.0)


class TestGradient:
    """`gradient(out, wrt)` of a graph that is there already."""

    def test_trees(self):
        w, b, x = Value(2.0), Value(1.0), Value(3.0)
        out = w * x + b
        assert gradient(out, w) == 3.0
        assert gradient(out, {"w": [w], "rest": (b, x)}) == {"w": [3.0], "rest": (1.0, 2.0)}
        assert gradient(out, []) == []

    def test_no_attribute_changes(self):
        x = Value(3.0)
        y = x * x
        gradient(y, x)
        gradient(y, x, differentiable=True)
        assert (x.grad, y.grad) == (0.0, 0.0)

    @pytest.mark.parametrize("differentiable", [False, True])
    def test_by_interior_nodes_and_the_root_itself(self, differentiable):
        x = Value(3.0)
        square = x * x
        out = square * 2 + square.detach() * x
        found = gradient(out, [square, out, x], differentiable)
        assert [getattr(g, "data", g) for g in found] == [2.0, 1.0, 12.0 + 9.0]

    @pytest.mark.parametrize("differentiable", [False, True])
    def test_by_nodes_that_it_does_not_depend_on(self, differentiable):
        x, other = Value(3.0), Value(4.0)
        found = gradient(x * x, [other, other * x], differentiable)
        assert [getattr(g, "data", g) for g in found] == [0.0, 0.0]

    def test_by_a_node_and_one_above_it(self):
        """The gradient by a node counts every way, also those through other nodes of the list."""
        x = Value(3.0)
        square = x * x
        assert [g.data for g in gradient(square * x, [x, square], differentiable=True)] == [27.0, 3.0]

    def test_a_stopped_node_counts_as_a_leaf(self):
        x = Value(3.0)
        stopped = x.detach()
        for differentiable in (False, True):
            assert float(f"{gradient(stopped * stopped, stopped, differentiable):.1f}") == 6.0

    @pytest.mark.parametrize("wrong", [2.0, None, "x", [1.0]])
    def test_refuses_an_output_that_is_no_value(self, wrong):
        with pytest.raises(
            TypeError, match=f"gradient needs the Value to differentiate, got {type(wrong).__name__}"
        ):
            gradient(wrong, Value(1.0))

    def test_refuses_to_differentiate_by_numbers(self):
        with pytest.raises(TypeError, match=r"with respect to Values, got float: 2\.0"):
            gradient(Value(1.0), [Value(1.0), 2.0])

    def test_a_graph_is_asked_for_and_made_under_no_grad_too(self):
        x = Value(3.0)
        y = x**3
        with autograd.no_grad():
            slope = gradient(y, x, differentiable=True)
        assert (slope.data, gradient(slope, x)) == (27.0, 18.0)

    def test_a_gradient_penalty(self):
        """WGAN-GP: a loss made of a gradient, trained by a gradient."""
        w, x = Value(2.0), Value(3.0)
        slope = gradient((w * x) ** 2, x, differentiable=True)
        ((slope - 1) ** 2).backward()
        # slope = 2 w**2 x = 24; d/dw (slope - 1)**2 = 2 (slope - 1) 4 w x
        assert w.grad == 2 * 23.0 * 24.0


class TestErrors:
    @pytest.mark.parametrize("transform", [grad, value_and_grad])
    @pytest.mark.parametrize("out", [[1.0], None, "abc", (Value(1.0), Value(2.0)), {}])
    def test_a_function_that_returns_no_number(self, transform, out):
        def several(x):
            return out

        with pytest.raises(TypeError, match=f"but several returned {type(out).__name__}; .* use jacobian"):
            transform(several)(1.0)

    @pytest.mark.parametrize("at", ["abc", None, [1.0, "b"], {"k": {1.0}}, 1j, Value])
    def test_an_argument_that_is_not_made_of_numbers(self, at):
        for transform in (grad, value_and_grad, jacobian, hessian):
            with pytest.raises(TypeError, match="expected numbers in nested lists, tuples, dicts or arrays"):
                transform(lambda x: 1.0)(at)

    def test_the_place_of_the_mistake_is_named(self):
        with pytest.raises(TypeError, match=r"got str at \['w'\]\[1\]: 'b'"):
            grad(lambda x: 1.0)({"w": [1.0, "b"]})

    @pytest.mark.parametrize(("argnums", "count"), [(1, 1), (0, 0), (-1, 1), ((0, 3), 2)])
    def test_a_position_without_an_argument(self, argnums, count):
        with pytest.raises(TypeError, match=rf"needs an argument at position .*, got {count} argument"):
            grad(lambda *x: 1.0, argnums)(*[1.0] * count)

    def test_errors_of_the_function_come_through(self):
        with pytest.raises(KeyError):
            grad(lambda x: {}["k"])(1.0)
