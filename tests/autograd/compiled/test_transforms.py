"""Transforms whose programs take a direction or a sum of outputs: equal to eager to the last bit."""

import pickle
import random

import numpy
import pytest

import autograd
from autograd import Value, elementwise_grad, grad, hessian, hvp, jacobian, jit, jvp, ops, vjp
from tests.autograd.compiled.test_jit import flat
from tests.autograd.programs.test_derivative import CONSTANTS, EDGES, bits


def several_outputs(rng, inputs, outputs):
    lines = [line for line in ops.TABLE.values() if line.differentiable]
    steps = [(rng.choice(lines), [rng.randrange(inputs) for _ in "xy"]) for _ in range(2 * outputs)]
    constants = [rng.choice(CONSTANTS) for _ in range(outputs)]

    def f(x):
        made = [line(*[x[place] for place in places[: line.arity]]) for line, places in steps]
        return [
            one * other + constant
            for one, other, constant in zip(made[::2], made[1::2], constants, strict=True)
        ]

    return f


@pytest.mark.parametrize("seed", range(40))
def test_random_functions(seed):
    rng = random.Random(seed)
    f = several_outputs(rng, 4, 4)
    elementwise, with_pull = jit(elementwise_grad(f), math="libm"), jit(vjp(f), math="libm")
    for _ in range(3):
        x, direction = ([rng.choice([rng.uniform(-2, 2), *EDGES]) for _ in range(4)] for _ in "ab")
        assert bits(elementwise(x)) == bits(elementwise_grad(f)(x))
        (value, pull), (expected, eager_pull) = with_pull(x), vjp(f)(x)
        assert bits(value) == bits(expected)
        assert bits(pull(direction)) == bits(eager_pull(direction))


def test_a_direction_pairs_by_key():
    # Broken if it is taken in the order in which its keys stand, not those of the point.
    def f(tree):
        return tree["a"] * tree["a"] * tree["b"]

    point, direction = {"a": 2.0, "b": 3.0}, {"b": 1.0, "a": 0.0}
    for transform in (jvp, hvp):
        assert jit(transform(f))(point, direction) == transform(f)(point, direction)
    outputs, weights = (lambda t: {"u": t["a"] * t["b"], "v": t["a"]}), {"v": 2.0, "u": 5.0}
    assert jit(vjp(outputs))(point)[1](weights) == vjp(outputs)(point)[1](weights) == {"a": 17.0, "b": 10.0}


class TestElementwise:
    def test_of_arrays_and_of_several_arguments(self):
        def f(x, y):
            return [a * a * b for a, b in zip(x, y, strict=True)]

        both = elementwise_grad(f, argnums=(0, 1))
        assert jit(both)([1.0, 2.0], [3.0, 4.0]) == both([1.0, 2.0], [3.0, 4.0])
        x = numpy.array([0.5, 1.5])
        found = jit(elementwise_grad(autograd.exp), math="libm")(x)
        assert numpy.array_equal(found, elementwise_grad(autograd.exp)(x))
        assert jit(elementwise_grad(lambda x: x**3))(2.0) == 12.0

    def test_errors(self):
        with pytest.raises(ValueError, match="as many numbers as its argument has, 2, got 1; jacobian"):
            jit(elementwise_grad(lambda x: [x[0]]))([1.0, 2.0])


class TestPull:
    def test_the_arguments_are_those_of_the_call(self):
        # Broken if the lists of the call are read only when `pull` is called.
        x = [3.0, 4.0]
        _, pull = jit(vjp(lambda x: x[0] * x[1]))(x)
        x[0] = 100.0
        assert pull(1.0) == [4.0, 3.0]

    def test_of_values_it_is_eager(self):
        f = jit(vjp(lambda x: x * x))
        value, pull = f(Value(3.0))
        assert isinstance(value, Value) and pull(1.0).data == 6.0
        assert grad(lambda x: jit(vjp(lambda y: y * y))(x)[1](1.0))(3.0) == 2.0

    def test_it_is_no_function_of_numbers_to_numbers(self):
        for make in (
            lambda: jit(vjp(autograd.exp)).batch(numpy.ones(3)),
            lambda: jit(jit(vjp(autograd.exp)))(1.0),
        ):
            with pytest.raises(TypeError, match="vjp returns a function, which no program does"):
                make()

    def test_a_direction_of_another_structure(self):
        _, pull = jit(vjp(lambda x: [x, x]))(1.0)
        with pytest.raises(ValueError, match="the direction needs the structure of the output"):
            pull([1.0])

    def test_it_goes_to_another_process(self):
        assert pickle.loads(pickle.dumps(jit(vjp(autograd.exp), math="libm")))(0.0)[1](2.0) == 2.0


def test_numbers_beside_lists():
    f = jit(elementwise_grad(lambda x: {"a": x["a"] ** 2, "b": [x["b"][0] * 3]}))
    assert flat(list(f({"a": 3.0, "b": [5.0]}).values())) == [6.0, 3.0]


@pytest.mark.parametrize("transform", [hessian, lambda f: grad(grad(f)), lambda f: jacobian(grad(f))])
def test_what_arrives_as_one_is_no_factor(transform):
    # Broken if a multiplication by the 1.0 at the root changes the order in which a sum meets its terms.
    def f(x):
        return x * autograd.cosh(x)

    def g(x):
        return 1.0 - (2.0 - x * autograd.cosh(x))

    for function in (f, g):
        compiled = jit(transform(function), math="libm")
        for x in numpy.linspace(-3.0, 3.0, 61).tolist():
            assert compiled(x) == transform(function)(x)


def test_conditions_of_a_derivative_do_not_change_the_order():
    # Broken if a walk goes by the comparisons that a program has in place of what a graph decides.
    def f(x):
        return autograd.elu(x, autograd.asinh(x))

    compiled = jit(hessian(f), math="libm")
    for x in numpy.linspace(-3.0, 3.0, 61).tolist():
        assert compiled(x) == hessian(f)(x)
