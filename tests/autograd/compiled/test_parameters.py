"""Functions of a model's parameters: derivatives by Values that nobody hands over, eager and compiled."""

import numpy as np
import pytest

import autograd
from autograd import Value, grad, hessian, hvp, jacobian, jit, jvp, value_and_grad, vjp


class Line:
    """A model that two numbers make."""

    def __init__(self):
        self.slope, self.intercept = Value(2.0), Value(-1.0)

    def __call__(self, x):
        return autograd.tanh(self.slope * x + self.intercept)

    def loss(self, x, y):
        return (self(x) - y) ** 2


@pytest.fixture
def line():
    return Line()


def by_hand(line, x, y):
    line.slope.grad = line.intercept.grad = 0.0
    loss = line.loss(x, y)
    loss.backward()
    return loss.data, [line.slope.grad, line.intercept.grad]


def test_by_values_that_the_function_uses(line):
    parameters = [line.slope, line.intercept]
    eager = value_and_grad(line.loss, wrt=parameters)
    compiled = jit(eager, math="libm")
    for slope in (2.0, -0.5):
        line.slope.data = slope  # read anew at every call
        assert eager(0.3, 0.5) == compiled(0.3, 0.5) == by_hand(line, 0.3, 0.5)
    assert grad(line.loss, wrt=line.slope)(0.3, 0.5) == by_hand(line, 0.3, 0.5)[1][0]


def test_the_gradient_has_the_structure_of_wrt(line):
    unused = Value(7.0)
    f = grad(line.loss, wrt={"line": (line.slope, line.intercept), "other": unused})
    slope, intercept = by_hand(line, 0.3, 0.5)[1]
    expected = {"line": (slope, intercept), "other": 0.0}
    assert f(0.3, 0.5) == jit(f, math="libm")(0.3, 0.5) == expected


def test_parameters_of_buffers_stand_in_the_order_of_the_gradient(line):
    """Broken if they stand in the order in which the function uses them: it uses the slope first."""
    f = jit(value_and_grad(line.loss, wrt=[line.intercept, line.slope]))
    bound = f.bind_batch([0.3, 0.5], [0.5, 0.1], sums=True)
    assert bound.values[0] is line.intercept
    assert bound.parameters.tolist() == [-1.0, 2.0]
    bound()
    by_name = jit(value_and_grad(line.loss, wrt=[line.slope, line.intercept]))
    assert bound.outputs[1][::-1].tolist() == by_name.batch([0.3, 0.5], [0.5, 0.1], sums=True)[1].tolist()


def test_a_value_beside_the_number(line):
    f = value_and_grad(lambda x: (line(x), {"twice": 2 * line(x)}), has_aux=True, wrt=line.slope)
    eager, compiled = f(0.3), jit(f, math="libm")(0.3)
    assert eager == compiled
    assert eager[0][1] == {"twice": 2 * eager[0][0]}


def test_derivatives_by_arguments_and_by_values_nest(line):
    def slope_of_slope(x):
        return grad(lambda: line(x) ** 2, wrt=line.slope)()

    mixed = grad(slope_of_slope)
    by_both = grad(lambda w: grad(lambda x: autograd.tanh(w * x + line.intercept) ** 2)(0.3))(2.0)
    assert mixed(0.3) == pytest.approx(by_both, rel=1e-14)
    assert jit(mixed, math="libm")(0.3) == pytest.approx(mixed(0.3), rel=1e-14)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"wrt": 3.0}, "wrt is a Value .*, got float: 3.0"),
        ({"wrt": Value(1.0), "argnums": 1}, "wrt= takes the place of argnums"),
        ({"wrt": Value(1.0), "argnames": "x"}, "wrt= takes the place of argnums"),
    ],
)
def test_what_wrt_is_not(wrong, message, line):
    with pytest.raises(TypeError, match=message):
        grad(line.loss, **wrong)


DERIVATIVES = {
    "grad": lambda x: grad(lambda y: y * y * x)(2.0),
    "value_and_grad": lambda x: value_and_grad(lambda y: y * y * x)(2.0)[0],
    "jacobian": lambda x: jacobian(lambda y: [y * x, y * y * x])(2.0)[1],
    "hessian": lambda x: hessian(lambda y: y[0] ** 3 * x)([2.0])[0][0],
    "jvp": lambda x: jvp(lambda y: y * y * x)(2.0, 1.0)[1],
    "hvp": lambda x: hvp(lambda y: y * y * y * x)(2.0, 1.0),
    "vjp": lambda x: vjp(lambda y: y * y * x)(2.0)[1](1.0),
}


@pytest.mark.parametrize("name", DERIVATIVES)
def test_a_derivative_taken_within_a_compiled_function(name):
    """Broken if its number is taken for the same at every call, as its own argument is a plain number."""
    f = DERIVATIVES[name]
    compiled = jit(f)
    for x in (3.0, 4.0):
        assert compiled(x) == f(x)


def test_a_derivative_within_that_depends_on_a_parameter():
    w = Value(2.0)
    compiled = jit(lambda x: grad(lambda y: w * y * y)(2.0) * x)
    assert compiled(3.0) == 24.0
    w.data = 5.0
    assert compiled(3.0) == 60.0
    assert compiled.batch(np.array([1.0, 2.0])).tolist() == [20.0, 40.0]
