"""numpy: scalars on either side of an operator, object arrays of Values."""

import math
import operator
from math import inf

import numpy
import pytest

import autograd
from autograd import Value, floats

TYPES = ["bool_", "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64"]
TYPES += ["float16", "float32", "float64", "longdouble"]
OPERATORS = [operator.add, operator.sub, operator.mul, operator.truediv, operator.pow]


def array(numbers):
    return numpy.array([Value(number) for number in numbers])


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("apply", OPERATORS)
class TestScalars:
    def test_on_the_right(self, kind, apply):
        x = Value(3.0)
        out = apply(x, getattr(numpy, kind)(1))
        assert type(out) is Value
        assert type(out.data) is float
        assert out.data == apply(3.0, 1.0)
        out.backward()
        assert type(x.grad) is float

    def test_on_the_left(self, kind, apply):
        """numpy's own operator is asked first: it must give way and not answer with an array."""
        x = Value(3.0)
        out = apply(getattr(numpy, kind)(1), x)
        assert type(out) is Value
        assert type(out.data) is float
        assert out.data == apply(1.0, 3.0)
        out.backward()
        assert type(x.grad) is float


@pytest.mark.parametrize("apply", OPERATORS)
def test_arrays_without_axes(apply):
    for two in (numpy.array(2.0), numpy.array(2), numpy.array(Value(2.0))):
        assert apply(Value(3.0), two).data == apply(3.0, 2.0)
        assert apply(two, Value(3.0)).data == apply(2.0, 3.0)


def test_scalars_become_values_and_floats():
    assert type(Value(numpy.float32(0.1)).data) is float
    assert Value(numpy.float32(0.1)).data == float(numpy.float32(0.1))
    assert type(autograd.exp(numpy.float32(1.0))) is float
    assert type(autograd.leaky_relu(numpy.float64(-1.0))) is float


def test_comparisons_with_scalars():
    for two in (numpy.float64(2), numpy.float32(2), numpy.int64(2)):
        assert Value(3.0) > two
        assert two < Value(3.0)
        assert Value(1.0) <= two
        assert not two <= Value(1.0)


@pytest.mark.parametrize("apply", OPERATORS)
def test_arrays_of_floats_with_a_value(apply):
    """`Value * array` must be numpy's elementwise product, whichever stands first."""
    x, numbers = Value(3.0), numpy.array([1.0, 2.0, 4.0])
    for out, expected in [(apply(x, numbers), apply(3.0, numbers)), (apply(numbers, x), apply(numbers, 3.0))]:
        assert out.dtype == object
        assert [node.data for node in out] == list(expected)
        assert all(x in node._prev for node in out)


@pytest.mark.parametrize("apply", OPERATORS)
def test_arrays_of_values_with_arrays_and_numbers(apply):
    a, b = array([1.0, 2.0]), array([3.0, 4.0])
    numbers = numpy.array([5.0, 6.0])
    assert [node.data for node in apply(a, b)] == [apply(1.0, 3.0), apply(2.0, 4.0)]
    assert [node.data for node in apply(a, numbers)] == [apply(1.0, 5.0), apply(2.0, 6.0)]
    assert [node.data for node in apply(numbers, a)] == [apply(5.0, 1.0), apply(6.0, 2.0)]
    assert [node.data for node in apply(a, 2)] == [apply(1.0, 2.0), apply(2.0, 2.0)]
    assert [node.data for node in apply(2, a)] == [apply(2.0, 1.0), apply(2.0, 2.0)]


# numpy's functions of one argument that it hands to a method of the objects in an array, or to an operator.
UFUNCS = ["exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "sqrt", "cbrt", "square", "reciprocal"]
UFUNCS += ["sin", "cos", "tan", "arcsin", "arccos", "arctan", "sinh", "cosh", "tanh", "arcsinh", "arctanh"]
UFUNCS += ["sinc", "abs", "fabs", "negative", "positive", "deg2rad", "rad2deg", "degrees", "radians"]
STEPS = ["floor", "ceil", "trunc", "rint", "round", "fix"]
# Functions that numpy has for its own numbers alone: it looks for no method.
NOT_OF_OBJECTS = ["isnan", "isinf", "isfinite", "signbit", "logaddexp", "copysign", "heaviside", "divmod"]


@pytest.mark.parametrize("name", UFUNCS)
def test_universal_functions(name):
    ufunc, numbers = getattr(numpy, name), [0.25, 0.5]
    nodes = array(numbers)
    out = ufunc(nodes)
    assert [node.data for node in out] == pytest.approx(list(ufunc(numpy.array(numbers))), rel=2**-51)
    step = 1e-6
    slope = (ufunc(0.25 + step) - ufunc(0.25 - step)) / (2 * step)
    out[0].backward()
    assert nodes[0].grad == pytest.approx(slope, rel=1e-8)


def test_the_inverse_of_cosh():
    x = Value(2.0)
    [out] = numpy.arccosh(numpy.array([x]))
    out.backward()
    assert (out.data, x.grad) == (math.acosh(2.0), 1 / math.sqrt(3.0))


@pytest.mark.filterwarnings("ignore:numpy.fix is deprecated:DeprecationWarning")  # from numpy 2.5 on
@pytest.mark.parametrize("name", STEPS)
def test_steps(name):
    """They stay Values, which no gradient passes."""
    step, numbers = getattr(numpy, name), [-1.5, -0.5, 0.5, 2.25]
    nodes = array(numbers)
    out = step(nodes)
    assert [node.data for node in out] == list(step(numpy.array(numbers)))
    (out * nodes).sum().backward()
    assert [node.grad for node in nodes] == list(step(numpy.array(numbers)))


@pytest.mark.parametrize("name", NOT_OF_OBJECTS)
def test_functions_of_numpys_own_numbers(name):
    """If numpy hands one of them to a method some day, Value should have it."""
    function = getattr(numpy, name)
    with pytest.raises(TypeError, match="not supported for the input types"):
        function(*[array([1.0])] * function.nin)


def test_universal_functions_of_two():
    a, b = array([1.0, 4.0]), array([3.0, 2.0])
    assert [node.data for node in numpy.maximum(a, b)] == [3.0, 4.0]
    assert [node.data for node in numpy.minimum(a, b)] == [1.0, 2.0]
    assert [node.data for node in numpy.arctan2(a, b)] == [floats.math.atan2(1, 3), floats.math.atan2(4, 2)]
    assert [node.data for node in numpy.power(a, b)] == [1.0, 16.0]
    assert [node.data for node in numpy.hypot(a, 3.0)] == [10**0.5, 5.0]
    assert [node.data for node in numpy.fmod(-a, b)] == [-1.0, 0.0]
    assert [node.data for node in numpy.remainder(-a, b)] == [2.0, 0.0]
    assert [node.data for node in numpy.floor_divide(-a, b)] == [-1.0, -2.0]
    assert [node.data for node in a % 3] == [1.0, 1.0]
    assert [node.data for node in 7 // a] == [7.0, 1.0]


def test_functions_made_of_comparisons():
    """numpy hands out the one or the other, a Value or the number beside it."""
    a = array([-1.0, 4.0])
    for out in (numpy.maximum(a, 0.0), numpy.clip(a, 0.0, 9.0), numpy.where(a > 0, a, 0.0)):
        assert out[0] == 0.0
        assert out[1] is a[1]
    assert list(numpy.sign(a)) == [-1, 1]


def test_statistics_and_algebra():
    numbers = [[1.0, -2.0], [0.5, 3.0]]
    nodes, plain = array(numbers[0] + numbers[1]).reshape(2, 2), numpy.array(numbers)
    for function in (
        numpy.mean,
        numpy.std,
        numpy.var,
        numpy.median,
        numpy.linalg.norm,
        numpy.trace,
        numpy.ptp,
    ):
        assert function(nodes).data == pytest.approx(function(plain), rel=1e-15), function
    for function in (numpy.dot, numpy.matmul, numpy.outer, numpy.kron, numpy.vecdot):
        found = function(nodes, plain)
        assert [node.data for node in found.flat] == list(function(plain, plain).flat), function


def test_matrix_times_vector():
    W = array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0]).reshape(2, 3)
    x = array([1.0, -1.0, 2.0])
    out = W @ x
    assert [node.data for node in out] == [5.0, 11.0]
    (out**2).sum().backward()
    expected = numpy.outer([10.0, 22.0], [1.0, -1.0, 2.0])
    assert [[node.grad for node in row] for row in W] == expected.tolist()
    assert [node.grad for node in x] == [10.0 + 4 * 22.0, 20.0 + 5 * 22.0, 30.0 + 6 * 22.0]


def test_matrix_times_floats():
    W = array([1.0, 2.0, 3.0, 4.0]).reshape(2, 2)
    for out in (W @ numpy.array([1.0, 2.0]), numpy.dot(W, [1.0, 2.0]), (numpy.array([[1.0, 2.0]]) @ W.T)[0]):
        assert [node.data for node in out] == [5.0, 11.0]


def test_reductions():
    nodes = array([3.0, 1.0, 2.0])
    assert nodes.sum().data == 6.0
    assert nodes.mean().data == 2.0
    assert nodes.prod().data == 6.0
    assert nodes.max() is nodes[0]
    assert nodes.min() is nodes[1]
    nodes.mean().backward()
    assert [node.grad for node in nodes] == [1 / 3] * 3


def test_an_array_of_values_is_an_object_array():
    """A Value that numpy takes for a number or a sequence would be converted in silence."""
    assert array([1.0]).dtype == object
    assert numpy.array(Value(1.0)).shape == ()
    with pytest.raises(TypeError):
        float(Value(1.0))
    with pytest.raises(TypeError):
        numpy.array([Value(1.0)], dtype=float)


def test_functions_take_arrays_as_sequences():
    numbers = numpy.array([1.0, 2.0, 3.0])
    nodes = array([1.0, 2.0, 3.0])
    assert autograd.sum(nodes).data == 6.0
    assert autograd.dot(nodes, numbers).data == 14.0
    assert [p.data for p in autograd.softmax(nodes)] == list(autograd.softmax(numbers.tolist()))


def test_an_array_is_not_a_number():
    with pytest.raises(TypeError, match=r"expected a number .* got ndarray"):
        Value(numpy.array([1.0]))
    with pytest.raises(TypeError, match=r"expected a number .* got ndarray"):
        autograd.exp(numpy.array(["1"]))


class TestFunctionsOfArrays:
    """`autograd.sigmoid(array)`, as `numpy.exp(array)` is: element by element."""

    @pytest.mark.parametrize("name", [name for name, line in autograd.ops.TABLE.items() if line.arity == 1])
    def test_of_one_argument(self, name):
        """Broken if an array has other numbers than its elements."""
        line = autograd.ops.TABLE[name]
        numbers = numpy.array([[0.25, -2.0, 0.0], [1.5, numpy.inf, numpy.nan]])
        found = line(numbers)
        assert found.dtype == float
        numpy.testing.assert_array_equal(found, [[line(x) for x in row] for row in numbers.tolist()])
        nodes = line(array([0.25, 1.5]))
        assert nodes.dtype == object
        assert [node._operation for node in nodes] == [line, line]

    def test_of_two_are_broadcast(self):
        column, row = numpy.array([[1.0], [3.0]]), [0.0, 2.0]
        assert autograd.maximum(column, numpy.array(row)).tolist() == [[1.0, 2.0], [3.0, 3.0]]
        assert autograd.maximum(column, 2).tolist() == [[2.0], [3.0]]
        assert [node.data for node in autograd.hypot(array([3.0, 5.0]), numpy.array([4.0, 12.0]))] == [
            5.0,
            13.0,
        ]
        x = Value(2.0)
        found = autograd.maximum(x, numpy.array([1.0, 3.0]))
        assert [node.data for node in found] == [2.0, 3.0]
        assert all(node._prev[0] is x for node in found)

    def test_mixed_arrays(self):
        x = Value(0.5)
        value, number = autograd.exp(numpy.array([x, 1], dtype=object))
        assert value._prev == (x,)
        assert number == autograd.exp(1.0)

    def test_arrays_without_axes_and_without_elements(self):
        assert autograd.exp(numpy.array(Value(0.0))).data == 1.0
        assert type(autograd.exp(numpy.array(1.0))) is float
        assert autograd.exp(numpy.array([])).dtype == float

    @pytest.mark.parametrize(
        "function, others",
        [
            (autograd.leaky_relu, ()),
            (autograd.leaky_relu, (0.5,)),
            (autograd.leaky_relu, (numpy.array([0.1, 0.2, 0.3]),)),
            (autograd.elu, (2.0,)),
            (autograd.clip, (-0.5, 1.0)),
            (autograd.clip, (-0.5, numpy.array([0.0, 0.0, 1.0]))),
            (autograd.log, (2,)),
            (autograd.log, (numpy.array([2.0, 3.0, 4.0]),)),
            (autograd.degrees, ()),
            (autograd.radians, ()),
        ],
    )
    def test_functions_made_of_several(self, function, others):
        numbers = numpy.array([-1.0, 0.25, 3.0])
        each = numpy.broadcast_arrays(numbers, *others)
        expected = [function(*map(float, arguments)) for arguments in zip(*each, strict=True)]
        numpy.testing.assert_array_equal(function(numbers, *others), expected)
        nodes = function(array(numbers.tolist()), *others)
        numpy.testing.assert_array_equal([node.data for node in nodes], expected)

    def test_where(self):
        x = numpy.array([1.0, -2.0])
        assert autograd.where(x > 0, x, 10 * x).tolist() == [1.0, -20.0]
        nodes = array([1.0, -2.0])
        chosen = autograd.where(autograd.greater(nodes, 0.0), nodes, 10 * nodes)
        chosen.sum().backward()
        assert [node.grad for node in nodes] == [1.0, 10.0]
        assert autograd.where(numpy.array([True, False]), nodes[0], 3.0)[0] is nodes[0]

    def test_bounds_that_are_crossed_are_refused_in_arrays_too(self):
        with pytest.raises(ValueError, match=r"clip needs low <= high, got low=2\.0 and high=1\.0"):
            autograd.clip(numpy.array([0.0]), numpy.array([2.0]), 1.0)


def test_overflow_gives_no_warning():
    """Values are floats, whatever made them: numpy's warnings are not for them."""
    x = Value(numpy.float64(1e308))
    assert (x * 10).data == inf
    assert (x * numpy.float64(10)).data == inf
    assert (numpy.float32(1) / Value(0.0)).data == inf
