"""gradient: of a graph that is there already."""

import pytest

import autograd
from autograd import Value, gradient


class TestGradient:
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
