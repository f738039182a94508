"""jvp, vjp and hvp: derivatives along directions, which have the structure of what they are directions of."""

import itertools
import operator
from collections import OrderedDict, deque

import numpy
import pytest

import autograd
from autograd import Value, exp, grad, hessian, hvp, jacobian, jvp, sweeps, tree, vjp
from tests.autograd.test_tree import Line, Point


class TestJvp:
    def test_of_an_output_that_is_constant_or_an_input(self):
        assert jvp(lambda x: [x, 5.0, x * 2])(3.0, 10.0) == ([3.0, 5.0, 6.0], [10.0, 0.0, 20.0])

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

    def test_of_several_arguments(self):
        f = lambda x, y, z: [x * y, y * z]  # noqa: E731
        assert jvp(f, 1)(2.0, 3.0, 5.0, 1.0) == ([6.0, 15.0], [2.0, 5.0])
        assert jvp(f, (0, 2))(2.0, 3.0, 5.0, (1.0, 10.0)) == ([6.0, 15.0], [3.0, 30.0])
        assert jvp(f, argnames="z")(2.0, 3.0, 10.0, z=5.0) == ([6.0, 15.0], [0.0, 30.0])
        assert jvp(lambda *, z: z * z, argnames="z")(1.0, z=5.0) == (25.0, 10.0)

    def test_calls_that_forget_the_direction_or_the_arguments_are_told(self):
        f = lambda x, y: x * y  # noqa: E731
        with pytest.raises(TypeError, match=r"^jvp\(f\) .* direction, .*, got 1 argument\(s\) by position"):
            jvp(f)(1.0)
        for transform, at in [
            (jvp, (1.0, 1.0)),
            (hvp, ((1.0, 2.0), (1.0, 0.0))),
            (jvp, (1.0, 2.0, 1.0, 0.0)),
        ]:
            with pytest.raises(TypeError, match="argument") as error:
                transform(f)(*at)
            assert f"{transform.__name__}(f, argnums=(0, 1))(x, y, (dx, dy))" in error.value.__notes__[0]

    @pytest.mark.skipif(autograd.native, reason="native code cannot be watched")
    @pytest.mark.parametrize("nested", [False, True])
    def test_a_node_is_computed_once_however_many_outputs_are_above_it(self, monkeypatch, nested):
        """Broken if every output begins a walk of its own: of a chain, all of them see its beginning."""
        walks = []
        for name in ("Places", "Ways"):
            made = getattr(sweeps, name)
            monkeypatch.setattr(
                sweeps, name, lambda roots, *rest, made=made: walks.append(roots) or made(roots, *rest)
            )
        powers = jvp(lambda x: list(itertools.accumulate([x] * 50, operator.mul)))
        found = powers(Value(1.0) if nested else 1.0, 1.0)
        assert [[getattr(x, "data", x) for x in row] for row in found] == [
            [1.0] * 50,
            [*map(float, range(1, 51))],
        ]
        assert [len(roots) for roots in walks] == [50]


class TestHvp:
    def test_of_several_arguments(self):
        f = lambda x, y: x**2 * y**3  # noqa: E731
        (xx, xy), (yx, yy) = hessian(f, (0, 1))(2.0, 3.0)
        assert hvp(f, (0, 1))(2.0, 3.0, (1.0, 10.0)) == (xx + 10 * xy, yx + 10 * yy)
        assert hvp(f, 1)(2.0, 3.0, 10.0) == 10 * yy
        assert hvp(f, argnames="y")(2.0, 10.0, y=3.0) == 10 * yy

    def test_of_arrays(self):
        at, direction = numpy.array([1.0, 2.0]), numpy.array([3.0, -1.0])
        f = lambda x: (x * x).sum() * x[0]  # noqa: E731
        assert (hvp(f)(at, direction) == hessian(f)(at) @ direction).all()


class TestVjp:
    def f(self, p):
        return {"product": p["a"] * p["b"][0], "pair": (exp(p["a"]), p["b"][1] ** 2, 7.0)}

    def test_rows_of_the_jacobian(self):
        at = {"a": 0.5, "b": [3.0, 4.0]}
        value, pull = vjp(self.f)(at)
        assert value == {"product": 1.5, "pair": (exp(0.5), 16.0, 7.0)}
        matrix = [tree.leaves(row) for row in jacobian(lambda p: tree.leaves(self.f(p)))(at)]
        for i, row in enumerate(matrix):
            slopes = pull(tree.rebuild(value, [float(i == j) for j in range(4)]))
            assert list(slopes) == ["a", "b"]
            assert tree.leaves(slopes) == row

    def test_is_linear_and_can_be_called_again(self):
        _, pull = vjp(lambda x: [x[0] * x[1], x[0] ** 2])([3.0, 4.0])
        assert [pull([1.0, 0.0]), pull([0.0, 1.0]), pull([2.0, 10.0])] == [
            [4.0, 3.0],
            [6.0, 0.0],
            [68.0, 6.0],
        ]
        assert pull([1.0, 0.0]) == [4.0, 3.0]

    def test_of_arrays(self):
        W = numpy.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
        value, pull = vjp(lambda x: W @ x)(numpy.array([1.0, -1.0]))
        assert (value == W @ [1.0, -1.0]).all()
        assert (pull([1.0, 0.0, 2.0]) == W.T @ [1.0, 0.0, 2.0]).all()

    def test_of_several_arguments(self):
        value, pull = vjp(lambda x, y: x * y, (0, 1))(3.0, 4.0)
        assert (value, pull(2.0)) == (12.0, (8.0, 6.0))

    def test_of_no_outputs(self):
        value, pull = vjp(lambda x: [])(3.0)
        assert (value, pull([])) == ([], 0.0)

    def test_a_direction_of_another_structure_is_refused(self):
        _, pull = vjp(lambda x: [x, x])(3.0)
        with pytest.raises(ValueError, match="direction needs the structure of the output"):
            pull([1.0])

    def test_nests(self):
        slope = lambda x: vjp(lambda y: y**4)(x)[1](1.0)  # noqa: E731
        assert [slope(2.0), grad(slope)(2.0), grad(grad(slope))(2.0)] == [32.0, 48.0, 48.0]
        assert vjp(slope)(2.0)[1](1.0) == 48.0
        assert grad(lambda x: x * vjp(lambda y: x * y)(2.0)[1](1.0))(3.0) == 6.0

    def test_pulled_within_a_differentiation_that_began_later(self):
        """The direction brings the variable in; that of the call itself is long done."""
        _, pull = vjp(lambda x: [x**2, x**3])(2.0)
        assert grad(lambda d: d * pull([d, 1.0]))(3.0) == 2 * 4.0 * 3.0 + 12.0
        w = Value(3.0)
        slope = pull([w, 1.0])
        slope.backward()
        assert (slope.data, w.grad) == (24.0, 4.0)
        with autograd.no_grad():
            assert pull([w, 1.0])._prev == ()
        assert type(pull([3.0, 1.0])) is float

    def test_values_in_values_out(self):
        x = Value(2.0)
        value, pull = vjp(lambda v: v**3)(x)
        slope = pull(1.0)
        slope.backward()
        assert (value.data, slope.data, x.grad) == (8.0, 12.0, 12.0)


class TestPairing:
    def test_by_key_and_not_by_order(self):
        f = lambda p: p["a"] * 2 + p["b"] * 3  # noqa: E731
        assert jvp(f)({"a": 1.0, "b": 1.0}, {"b": 1.0, "a": 0.0}) == (5.0, 3.0)
        assert hvp(lambda p: p["a"] ** 2 * p["b"])({"a": 1.0, "b": 1.0}, {"b": 1.0, "a": 0.0}) == {
            "a": 2.0,
            "b": 0.0,
        }

    @pytest.mark.parametrize(
        ("point", "direction"),
        [
            ([1.0, 2.0], (3.0, 4.0)),
            (Point(1.0, 2.0), [3.0, 4.0]),
            ((1.0, 2.0), Point(3.0, 4.0)),
            (numpy.array([1.0, 2.0]), [3.0, 4.0]),
            ([1.0, 2.0], numpy.array([3, 4])),
            ([[1.0, 2.0], [5.0, 6.0]], numpy.array([[3.0, 4.0], [7.0, 8.0]])),
            (numpy.array([[1.0, 2.0], [5.0, 6.0]]), [(3.0, 4.0), numpy.array([7.0, 8.0])]),
            (deque([1.0, 2.0]), [3.0, 4.0]),
            (OrderedDict(a=1.0, b=2.0), {"b": 4.0, "a": 3.0}),
            (Line(1.0, 2.0), Line(slope=3.0, shift=4.0)),
            (1.0, numpy.array(3.0)),
            ([], ()),
        ],
    )
    def test_lists_tuples_and_arrays_pair_by_position(self, point, direction):
        assert tree.paired(point, direction) == [3.0, 4.0, 7.0, 8.0][: len(tree.leaves(point))]

    @pytest.mark.parametrize(
        ("point", "direction", "said"),
        [
            ([1.0, 2.0], [1.0], "the point is a list of 2, the direction a list of 1"),
            ([1.0], [1.0, 2.0], "the point is a list of 1, the direction a list of 2"),
            (1.0, [1.0], "the point is a number, the direction a list of 1"),
            ([1.0], 1.0, "the point is a list of 1, the direction a number"),
            ([], 1.0, "the point is a list of 0, the direction a number"),
            ({"w": [[1.0], 2.0]}, {"w": [[1.0, 3.0], 2.0]}, r"at \['w'\]\[0\] the point is a list of 1, "),
            ({"a": 1.0, "b": 1.0}, {"a": 1.0}, r"the point is a dict with \['b'\], the direction a dict$"),
            ({"a": 1.0}, {"a": 1.0, "b": 1.0}, r"the point is a dict, the direction a dict with \['b'\]$"),
            ({0: 1.0, 1: 2.0}, [1.0, 2.0], "the point is a dict, the direction a list of 2"),
            ({"slope": 1.0, "shift": 2.0}, Line(1.0, 2.0), "the point is a dict, the direction a Line"),
            (
                Line([1.0]),
                Line([1.0, 2.0]),
                r"at \.slope the point is a list of 1, the direction a list of 2",
            ),
            (
                numpy.ones((2, 3)),
                numpy.ones((3, 2)),
                r"the point is an array of shape \(2, 3\), the direction an array of shape \(3, 2\)",
            ),
            (
                numpy.ones((0, 3)),
                numpy.ones((0, 2)),
                r"shape \(0, 3\), the direction an array of shape \(0, 2\)",
            ),
            (
                numpy.ones((2, 1)),
                [[1.0], 1.0],
                r"at \[1\] the point is an array of shape \(1,\), the direction a n",
            ),
        ],
    )
    def test_structures_that_differ_are_an_error_that_says_where(self, point, direction, said):
        f = lambda at: autograd.sum(tree.leaves(at)) * 1.0  # noqa: E731
        for transform in (jvp, hvp):
            with pytest.raises(ValueError, match=f"direction needs the structure of the point: .*{said}"):
                transform(f)(point, direction)

    def test_a_direction_is_made_of_numbers(self):
        with pytest.raises(TypeError, match=r"got str at \['a'\]: 'x'"):
            jvp(lambda p: p["a"])({"a": 1.0}, {"a": "x"})
