"""A `Value`: its constructor, operators, comparisons and what it says of itself."""

import math
import operator
from math import inf, nan

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd
from autograd import Value, no_grad, ops

OPERATORS = [operator.add, operator.sub, operator.mul, operator.truediv, operator.pow]
REPEATED = (
    "can't multiply sequence by non-int of type 'Value'|'Value' object cannot be interpreted as an integer"
)
ANY = st.floats(allow_nan=True, allow_infinity=True)


def same(actual, expected):
    return actual == expected or (actual != actual and expected != expected)


class TestConstructor:
    @pytest.mark.parametrize(("number", "data"), [(3, 3.0), (True, 1.0), (-0.5, -0.5), (10**400, inf)])
    def test_data_is_a_float(self, number, data):
        assert type(Value(number).data) is float
        assert Value(number).data == data

    def test_attributes_of_a_leaf(self):
        x = Value(3.0)
        assert (x.grad, x._prev, x._op, x.label, x.scope) == (0.0, (), "", "", "")
        assert type(x.grad) is float

    @pytest.mark.parametrize(
        "wrong",
        ["3", None, [1.0], 1j, Value(1.0)],
        ids=lambda w: type(w).__name__,
    )
    def test_refuses_what_is_not_a_number(self, wrong):
        with pytest.raises(TypeError, match=f"expected a number .* got {type(wrong).__name__}: "):
            Value(wrong)

    def test_label(self):
        assert Value(1.0, label="w").label == "w"
        assert Value(1.0, (), "", "w").label == "w"

    @pytest.mark.parametrize("none", [(), [], set(), iter(())])
    def test_no_operands(self, none):
        """micrograd's default is a tuple, its attribute a set."""
        leaf = Value(1.0, none)
        assert (leaf._prev, leaf._op) == ((), "")
        assert not leaf.is_result

    def test_none_is_no_label(self):
        assert Value(1.0, label=None).label == ""
        x = Value(1.0, label="x")
        x.label = None
        assert x.label == ""


class TestBuiltByHand:
    """`Value(d, (a, b), '*')`, as walkthroughs write it."""

    @pytest.mark.parametrize(
        ("symbol", "numbers", "data", "gradients"),
        [
            ("+", (2.0, 3.0), 5.0, (1.0, 1.0)),
            ("-", (2.0, 3.0), -1.0, (1.0, -1.0)),
            ("*", (2.0, 3.0), 6.0, (3.0, 2.0)),
            ("/", (3.0, 2.0), 1.5, (0.5, -0.75)),
            ("**", (2.0, 3.0), 8.0, (12.0, 8 * math.log(2.0))),
            ("**2", (3.0,), 9.0, (6.0,)),
            ("**-1", (2.0,), 0.5, (-0.25,)),
            ("**0.5", (4.0,), 2.0, (0.25,)),
            ("-", (2.0,), -2.0, (-1.0,)),
            ("ReLU", (2.0,), 2.0, (1.0,)),
            ("tanh", (0.0,), 0.0, (1.0,)),
            ("exp", (0.0,), 1.0, (1.0,)),
            ("max", (2.0, 3.0), 3.0, (0.0, 1.0)),
        ],
    )
    def test_passes_gradients(self, symbol, numbers, data, gradients):
        operands = tuple(Value(number) for number in numbers)
        node = Value(data, operands, symbol)
        assert (node._prev, node._op) == (operands, symbol)
        node.backward()
        assert tuple(operand.grad for operand in operands) == gradients

    def test_takes_any_sequence_of_operands(self):
        a, b = Value(2.0), Value(3.0)
        assert Value(6.0, [a, b], "*")._prev == (a, b)
        assert Value(9.0, (b, b), "*")._prev == (b, b)

    def test_a_leaf_may_have_a_symbol(self):
        x = Value(2.0, (), "input")
        y = x * x
        y.backward()
        assert (x._op, x.grad) == ("input", 4.0)

    @pytest.mark.parametrize(
        ("count", "symbol"), [(1, "*"), (2, "tanh"), (2, ""), (1, "?"), (3, "+"), (1, "**"), (1, "**two")]
    )
    def test_a_symbol_that_names_no_operation_passes_no_gradient_in_silence(self, count, symbol):
        operands = tuple(Value(2.0) for _ in range(count))
        node = Value(1.0, operands, symbol)
        assert (node._prev, node._op) == (operands, symbol)
        with pytest.raises(
            RuntimeError, match=rf"with {count} operand\(s\) is not an operation of the table"
        ):
            (2 * node).backward()

    def test_refuses_operands_that_are_not_values(self):
        with pytest.raises(TypeError, match=r"operands of a node are Values, got float: 2\.0"):
            Value(6.0, (Value(3.0), 2.0), "*")

    def test_is_a_leaf_under_no_grad(self):
        """An edge without its derivative would drop gradients silently."""
        with no_grad():
            node = Value(6.0, (Value(2.0), Value(3.0)), "*")
        assert node._prev == ()


class TestOperators:
    @pytest.mark.parametrize("apply", OPERATORS)
    @settings(deadline=None, derandomize=True, max_examples=300)
    @given(ANY, ANY)
    def test_numbers_on_either_side_mean_the_same(self, apply, x, y):
        """`2 - a` computed as `a - 2`, or `2 / a` with a different rounding."""
        both = apply(Value(x), Value(y)).data
        assert type(both) is float
        assert same(apply(Value(x), y).data, both)
        assert same(apply(x, Value(y)).data, both)

    @pytest.mark.parametrize("apply", OPERATORS)
    def test_order_of_operands(self, apply):
        a, b = Value(2.0), Value(3.0)
        assert apply(a, b)._prev == (a, b)
        assert apply(5.0, b)._prev[1] is b
        assert apply(5.0, b)._prev[0].data == 5.0

    @pytest.mark.parametrize("apply", OPERATORS)
    @pytest.mark.parametrize("number", [2, True, 2.0])
    def test_integers_and_bools(self, apply, number):
        assert apply(Value(3.0), number).data == apply(3.0, number)
        assert apply(number, Value(3.0)).data == apply(number, 3.0)

    @pytest.mark.parametrize("apply", OPERATORS)
    @pytest.mark.parametrize("wrong", ["a", None, [1.0], {}, 1j], ids=lambda w: type(w).__name__)
    def test_wrong_types_are_named(self, apply, wrong):
        """`Value + '3'` must not be computed, nor complex numbers slip in."""
        name = type(wrong).__name__
        for operands in ((Value(1.0), wrong), (wrong, Value(1.0))):
            with pytest.raises(TypeError, match=f"{name}|{REPEATED}"):
                apply(*operands)

    def test_huge_integers_are_infinite(self):
        assert (Value(1.0) + 10**400).data == inf
        assert (-(10**400) * Value(1.0)).data == -inf
        assert (Value(2.0) ** 10**400).data == inf

    def test_unary(self):
        x = Value(-3.0)
        assert ((-x).data, (+x).data, abs(x).data) == (3.0, -3.0, 3.0)

    @pytest.mark.parametrize(
        ("compute", "expected"),
        [
            (lambda: Value(1e308) * 10, inf),
            (lambda: Value(1e308) * -10, -inf),
            (lambda: Value(1e308) + 1e308, inf),
            (lambda: Value(10.0) ** 400, inf),
            (lambda: Value(-10.0) ** 401, -inf),
            (lambda: Value(1000.0).exp(), inf),
            (lambda: Value(0.0).log(), -inf),
            (lambda: Value(-1.0).log(), nan),
            (lambda: Value(-1.0).sqrt(), nan),
            (lambda: Value(-8.0) ** (1 / 3), nan),
            (lambda: Value(1.0) / 0, inf),
            (lambda: 1 / Value(-0.0), -inf),
            (lambda: Value(0.0) / 0.0, nan),
            (lambda: Value(0.0) ** -1, inf),
            (lambda: Value(-0.0) ** -1, -inf),
            (lambda: Value(inf) - inf, nan),
            (lambda: Value(inf) * 0, nan),
            (lambda: Value(inf).sin(), nan),
            (lambda: Value(2.0).asin(), nan),
            (lambda: 5e-324 * Value(0.5), 0.0),
        ],
    )
    def test_ieee_results_in_place_of_exceptions(self, compute, expected):
        assert type(compute().data) is float
        assert same(compute().data, expected)

    @pytest.mark.parametrize("name", [name for name, line in ops.TABLE.items() if line.arity == 1])
    @settings(deadline=None, derandomize=True, max_examples=200)
    @given(ANY)
    def test_no_operation_ever_raises(self, name, x):
        """Forward and backward, for every float there is."""
        leaf = Value(x)
        out = ops.TABLE[name](leaf)
        out.backward()
        assert type(out.data) is float
        assert type(leaf.grad) is float

    @pytest.mark.parametrize("name", [name for name, line in ops.TABLE.items() if line.arity == 2])
    @settings(deadline=None, derandomize=True, max_examples=200)
    @given(ANY, ANY)
    def test_no_operation_of_two_ever_raises(self, name, x, y):
        left, right = Value(x), Value(y)
        out = ops.TABLE[name](left, right)
        out.backward()
        assert {type(out.data), type(left.grad), type(right.grad)} == {float}


METHODS = [name for name, line in ops.TABLE.items() if hasattr(Value, name)]
NAMES_OF_NUMPY = {
    "arcsin": "asin",
    "arccos": "acos",
    "arctan": "atan",
    "arcsinh": "asinh",
    "arctanh": "atanh",
}


class TestMethods:
    def test_there_are_as_many_as_expected(self):
        """`.log()` gone missing from Value."""
        assert {"exp", "log", "tanh", "relu", "sqrt", "sigmoid", "sin", "cos", "gelu", "silu"} <= set(METHODS)

    @pytest.mark.parametrize("name", [name for name in METHODS if ops.TABLE[name].arity == 1])
    def test_method_is_the_function_of_its_name(self, name):
        x = Value(1.3)
        assert getattr(x, name)()._operation is getattr(autograd, name)(x)._operation is ops.TABLE[name]

    @pytest.mark.parametrize("name", NAMES_OF_NUMPY)
    def test_names_of_numpy(self, name):
        assert getattr(Value(0.3), name)()._operation is ops.TABLE[NAMES_OF_NUMPY[name]]

    def test_arctan2(self):
        assert Value(1.0).arctan2(Value(-1.0)).data == math.atan2(1.0, -1.0)

    def test_slopes(self):
        assert Value(-3.0).leaky_relu().data == -0.03
        assert Value(-3.0).leaky_relu(0.5).data == -1.5
        assert Value(-3.0).elu(2.0).data == 2.0 * math.expm1(-3.0)

    def test_absolute_value_is_the_builtin(self):
        assert abs(Value(-2.0))._operation is ops.abs


class TestComparisons:
    @settings(deadline=None, derandomize=True)
    @given(ANY, ANY)
    def test_are_of_the_data(self, x, y):
        for compare in (operator.lt, operator.le, operator.gt, operator.ge):
            expected = compare(x, y)
            assert compare(Value(x), Value(y)) is expected
            assert compare(Value(x), y) is expected
            assert compare(x, Value(y)) is expected

    def test_two_nodes_are_equal_if_they_are_the_same(self):
        """Nodes of equal data merging in a set or dict would lose gradients."""
        a, b = Value(1.0), Value(1.0)
        assert a == a
        assert a != b
        assert len({a, b, a}) == 2
        assert b in [a, b]
        assert b not in [a]
        assert [a, b].index(b) == 1

    @pytest.mark.parametrize("one", [1, 1.0, True, numpy.float32(1), numpy.int64(1)])
    def test_a_node_is_equal_to_its_number(self, one):
        """`if x == 0` would take the wrong branch in silence."""
        assert Value(1.0) == one
        assert one == Value(1.0)
        assert (Value(1.0) != one) is False
        assert Value(2.0) != one
        assert (Value(math.nan) == math.nan) is False

    @pytest.mark.parametrize("other", ["a", None, [1.0], {}, object()])
    def test_a_node_is_not_equal_to_what_is_no_number(self, other):
        assert Value(1.0) != other
        assert other != Value(1.0)

    def test_numpy_compares_the_elements(self):
        array = numpy.array([Value(0.0), Value(1.0)], dtype=object)
        assert (array == 0).tolist() == [True, False]
        assert (array != 0).tolist() == [False, True]
        assert [x.data for x in numpy.where(array, array, 7 * array[1:])] == [7.0, 1.0]
        assert numpy.sinc(array[1:])[0].data == numpy.sinc(1.0)

    @pytest.mark.parametrize("number", [0.0, -0.0, 1.0, -5e-324, math.nan, inf])
    def test_a_node_is_true_as_its_number_is(self, number):
        """`if x` and `if x != 0` disagreeing; numpy's sinc asks in this way."""
        assert bool(Value(number)) is bool(number) is (Value(number) != 0)
        assert bool(numpy.any(numpy.array([Value(number)], dtype=object))) is bool(number)

    @pytest.mark.parametrize("wrong", ["a", None, [1.0]])
    def test_wrong_types_are_refused(self, wrong):
        for compare in (operator.lt, operator.le, operator.gt, operator.ge):
            with pytest.raises(TypeError, match=f"'{type(wrong).__name__}'"):
                compare(Value(1.0), wrong)

    def test_max_min_and_sorted_work(self):
        values = [Value(2.0), Value(3.0), Value(1.0)]
        assert max(values) is values[1]
        assert min(values) is values[2]
        assert [value.data for value in sorted(values)] == [1.0, 2.0, 3.0]


class TestText:
    @pytest.mark.parametrize(
        ("data", "grad", "expected"),
        [
            (-4, 0, "Value(data=-4.0, grad=0.0)"),
            (0.1, -1.5, "Value(data=0.1, grad=-1.5)"),
            (inf, nan, "Value(data=inf, grad=nan)"),
        ],
    )
    def test_repr(self, data, grad, expected):
        value = Value(data)
        value.grad = float(grad)
        assert repr(value) == str(value) == f"{value}" == expected

    def test_format_is_of_the_data(self):
        assert f"{Value(2.0) / 3:.4f}" == "0.6667"
        assert f"{Value(1234.5):>10,.1f}" == "   1,234.5"

    def test_label_must_be_a_string(self):
        x = Value(1.0)
        with pytest.raises(TypeError, match="a label is a string, got int: 3"):
            x.label = 3

    def test_label_keeps_the_scope(self):
        with autograd.scope("layer"):
            x = Value(1.0)
        x.label = "w"
        assert (x.label, x.scope) == ("w", "layer")

    def test_labels_belong_to_one_node(self):
        """Nodes of a scope share their tag: naming one must not name all."""
        with autograd.scope("layer"):
            x, y = Value(1.0), Value(2.0)
        x.label = "w"
        assert (y.label, y.scope) == ("", "layer")

    def test_scope_may_be_assigned_and_keeps_label_and_line(self):
        """A layer that is built outside its network is put into it; the error of detect_anomaly stays."""
        with autograd.scope("layer"), autograd.detect_anomaly():
            x, z = Value(1.0, label="x"), (Value(0.0) * 2).sqrt()
        x.scope = "network/layer"
        z.scope = "network/layer"
        assert (x.label, x.scope) == ("x", "network/layer")
        with (
            autograd.detect_anomaly(),
            pytest.raises(FloatingPointError, match=r"sqrt.*test_value\.py.* in network/layer"),
        ):
            z.backward()

    def test_the_empty_scope_is_outside_of_all(self):
        """A node that is moved out of its layer is drawn where nodes without a scope are."""
        with autograd.scope("layer"):
            x, y = Value(1.0), Value(2.0)
        x.scope = ""
        assert (x.scope, y.scope) == ("", "layer"), "nodes of a scope share their tag: only one is moved"
        z = Value(3.0)
        z.scope = ""
        assert (z.label, z.scope) == ("", "")

    @pytest.mark.parametrize("wrong", [None, 3, b"layer", ["layer"]])
    def test_scope_must_be_a_string(self, wrong):
        """Else a drawing fails later, far from the mistake."""
        x = Value(1.0)
        with pytest.raises(TypeError, match=r"a scope is a path, a string, got \w+: "):
            x.scope = wrong
        assert x.scope == ""

    @pytest.mark.parametrize("name", ["label", "scope"])
    def test_neither_can_be_deleted(self, name):
        """Compiled, a setter that is called without a value crashes unless the build mends it."""
        with autograd.scope("layer"):
            x = Value(1.0, label="x")
        with pytest.raises(AttributeError):
            delattr(x, name)
        assert (x.label, x.scope) == ("x", "layer")


# Methods that Python calls by another name; numpy's names, which it calls on arrays of Values.
OPERATORS = {"neg": "__neg__", "pos": "__pos__", "abs": "__abs__"}
NUMPY = {"arcsin": "asin", "arccos": "acos", "arctan": "atan"}
NUMPY |= {"arcsinh": "asinh", "arccosh": "acosh", "arctanh": "atanh", "fabs": "abs", "rint": "round"}
STEPS = {"floor", "ceil", "trunc"}
ANGLES = {"deg2rad", "radians", "rad2deg", "degrees"}
OF_TWO = {"hypot", "logaddexp", "copysign", "fmod"}
OF_ONE = [name for name, line in ops.TABLE.items() if line.arity == 1 and line.differentiable]
WITH_A_DEFAULT = {"leaky_relu": 0.01, "elu": 1.0}  # of the second operand


def assert_same_node(method, operation, x):
    node, table = method(Value(x)), operation(Value(x))
    assert node._operation is table._operation is operation
    for actual, expected in [(node.data, table.data), (node._dleft, table._dleft)]:
        assert actual == expected or actual != actual != expected, x


@pytest.mark.parametrize("x", [0.5, -2.0, 0.0])
@pytest.mark.parametrize("name", OF_ONE)
def test_every_differentiable_operation_of_one_operand_is_a_method(name, x):
    """A new line of the table without its method, or a method that is another line's."""
    assert_same_node(getattr(Value, OPERATORS.get(name, name)), ops.TABLE[name], x)


@pytest.mark.parametrize(("method", "name"), NUMPY.items())
def test_methods_under_the_names_of_numpy(method, name):
    """numpy.arcsin of an array of Values looks for this name."""
    assert isinstance(getattr(numpy, method), numpy.ufunc)
    assert_same_node(getattr(Value, method), ops.TABLE[name], 0.5)


@pytest.mark.parametrize("name", WITH_A_DEFAULT)
def test_methods_with_a_second_number(name):
    """The method and the function of one name with two defaults would be two functions."""
    line = ops.TABLE[name]
    assert_same_node(getattr(Value, name), line.bind(WITH_A_DEFAULT[name]), -2.0)
    assert_same_node(lambda x: getattr(x, name)(0.5), line.bind(0.5), -2.0)
    assert getattr(autograd, name)(Value(-2.0))._operation is line.bind(WITH_A_DEFAULT[name])


def test_every_public_method_is_one_of_these_or_about_the_graph():
    """A method beside the table, with a derivative that nothing checks."""
    about = {
        "backward",
        "detach",
        "data",
        "grad",
        "is_result",
        "item",
        "label",
        "scope",
        "conjugate",
        "arctan2",
    }
    public = {name for name in dir(Value) if not name.startswith("_")}
    assert (
        public
        == about | set(OF_ONE) - set(OPERATORS) | set(NUMPY) | set(WITH_A_DEFAULT) | STEPS | ANGLES | OF_TWO
    )
    x = Value(0.5)
    assert x.item() == 0.5
    assert x.conjugate() is x, "numpy conjugates in products of matrices; a real number stays as it is"
    assert x.arctan2(2.0)._operation is ops.atan2
    for name in OF_TWO:
        assert getattr(x, name)(2.0)._operation is ops.TABLE[name]
    for name in STEPS:
        assert getattr(x, name)()._operation is ops.TABLE[name]
    for name in ANGLES:
        assert getattr(x, name)().data == getattr(numpy, name)(0.5)


def test_operations_and_symbols_of_a_small_graph():
    """`_op` and `_prev`, which walkthroughs and drawings read."""
    a, b = Value(2.0), Value(-3.0)
    symbols = [
        (a + b),
        (a - b),
        (a * b),
        (a / b),
        a**2,
        a**b,
        -a,
        a.relu(),
        a.tanh(),
        a.exp(),
        a.log(),
        abs(a),
    ]
    assert [node._op for node in symbols] == [
        "+",
        "-",
        "*",
        "/",
        "**2",
        "**",
        "-",
        "ReLU",
        "tanh",
        "exp",
        "log",
        "abs",
    ]
    assert all(node._prev[0] is a for node in symbols)


def test_detach_cuts_the_gradient():
    x = Value(3.0)
    y = x * x.detach()
    y.backward()
    assert (y.data, x.grad) == (9.0, 3.0)
    assert x.detach()._prev == (x,)  # a drawing still shows where the number came from


def test_data_and_grad_may_be_assigned():
    """A training loop writes both; ints too."""
    x = Value(3.0)
    y = x * x
    y.backward()
    x.data -= 0.1 * x.grad
    x.grad = 0
    (x * x).backward()
    assert x.data == 3.0 - 0.1 * 6.0
    assert x.grad == 2 * x.data


@pytest.mark.parametrize("number", [3, True, numpy.float32(3), numpy.int64(3)])
def test_operations_on_a_number_that_was_assigned(number):
    """Interpreted, `data` is what was assigned: a table that is made for floats alone would refuse it."""
    x = Value(1.0)
    x.data = number if not autograd.native else float(number)
    for y, expected in [(+x, 1), (-x, -1), (ops.add(1.0, x), 1), (ops.sub(x, x), 0), (ops.mul(x, x), 2)]:
        y.backward()
        assert x.grad == expected * (float(number) if y._op == "*" else 1.0)
        x.grad = 0.0
    assert x.detach().data == number
    assert autograd.grad(lambda a: a * a)(x).data == 2 * number
