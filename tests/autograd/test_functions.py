"""Functions of several numbers: sums, choices, softmax; floats in, floats out; Values in, graphs out."""

import inspect
import math
from math import inf, nan

import mpmath
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd
from autograd import (
    Value,
    check_grads,
    detect_anomaly,
    dot,
    exp,
    functions,
    gradient,
    no_grad,
    ops,
    scope,
    tanh,
    trace,
)
from autograd.graph import nodes_of

EPSILON = 2.0**-52
ANY = st.floats(allow_nan=True, allow_infinity=True)
FAST = settings(deadline=None, derandomize=True, max_examples=300)


def same(actual, expected):
    return (actual == expected and math.copysign(1, actual) == math.copysign(1, expected)) or (
        actual != actual and expected != expected
    )


def values(numbers):
    return [Value(number) for number in numbers]


# Operations of the table that are no functions under their own name, and how users come by them.
NOT_FUNCTIONS = {
    **{"add": "x + y", "sub": "x - y", "mul": "x * y", "div": "x / y", "neg": "-x", "pos": "+x"},
    "when": "half of where(condition, x, y)",
}
PARTS = {"or_one": "pow", "sinc_derivative": "sinc"}  # of the derivatives of functions
WITH_A_DEFAULT = {"leaky_relu": "slope", "elu": "alpha"}  # of the second operand
WITH_A_BASE = "log"
COMPOSED = {
    "clip",
    "degrees",
    "dot",
    "log_softmax",
    "logsumexp",
    "mean",
    "norm",
    "radians",
    "softmax",
    "sum",
    "take",
    "where",
}


def test_every_operation_is_a_function_or_stands_among_the_exceptions():
    """A new line of the table that is forgotten here would be out of the reach of users."""
    assert set(functions.__all__) == set(ops.TABLE) - set(NOT_FUNCTIONS) - set(PARTS) | COMPOSED
    assert len(functions.__all__) == len(set(functions.__all__))
    for name in set(ops.TABLE) - set(NOT_FUNCTIONS) - set(PARTS) - set(WITH_A_DEFAULT) - {WITH_A_BASE}:
        assert getattr(functions, name) is ops.TABLE[name], "another thing under the name of an operation"
    for name, text in NOT_FUNCTIONS.items():
        assert not hasattr(functions, name), "imported but not exported"
        operands = {"x": Value(0.5), "y": Value(2.0), "condition": Value(1.0)}
        out = eval(text.removeprefix("half of "), vars(functions).copy(), operands)
        assert ops.TABLE[name] in {node._operation for node in nodes_of(out)}, text
    for name, function in PARTS.items():
        leaves = [Value(0.5) for _ in range(ops.TABLE[function].arity)]
        slope = gradient(ops.TABLE[function](*leaves), leaves[0], differentiable=True)
        assert ops.TABLE[name] in {node._operation for node in nodes_of(slope)}, name


@pytest.mark.parametrize("name", WITH_A_DEFAULT)
def test_the_second_operand_with_a_default_is_that_of_the_table(name):
    """The function and the line of the table would otherwise be two operations of one name."""
    line, function = ops.TABLE[name], getattr(functions, name)
    default = inspect.signature(function).parameters[WITH_A_DEFAULT[name]].default
    assert function(-2.0) == line(-2.0, default)
    assert function(Value(-2.0))._operation is line.bind(default)
    assert function(Value(-2.0), Value(0.5))._operation is line


def test_everything_is_exported():
    """`autograd.sin` is what most programs write; a star import leaves four builtins alone."""
    assert set(functions.__all__) - set(autograd.__all__) == {"abs", "pow", "round", "sum"}
    for name in functions.__all__:
        assert getattr(autograd, name) is getattr(functions, name)


def test_star_import_leaves_the_builtins_alone():
    """`from autograd import *` that replaces `sum` would change what `sum([[1], [2]], [])` means."""
    assert not {"abs", "pow", "round", "sum"} & set(autograd.__all__)


# name, function of a list: each gives floats for floats and the same numbers for Values
OF_A_LIST = {
    "sum": autograd.sum,
    "mean": autograd.mean,
    "dot": lambda v: autograd.dot(v, v),
    "norm": autograd.norm,
    "logsumexp": autograd.logsumexp,
    "softmax": autograd.softmax,
    "log_softmax": autograd.log_softmax,
    "clip": lambda v: [autograd.clip(x, -1.0, 1.0) for x in v],
    "where": lambda v: [autograd.where(autograd.greater(x, 0.5), x, -x) for x in v],
    "leaky_relu": lambda v: [autograd.leaky_relu(x) for x in v],
    "elu": lambda v: [autograd.elu(x) for x in v],
}


def listed(result):
    return result if isinstance(result, list) else [result]


@pytest.mark.parametrize("name", OF_A_LIST)
@FAST
@given(st.lists(ANY, min_size=1, max_size=6))
def test_floats_and_values_agree_and_never_raise(name, numbers):
    """A path for floats that computes something else than the graph."""
    of_floats = listed(OF_A_LIST[name](numbers))
    of_values = listed(OF_A_LIST[name](values(numbers)))
    with no_grad():
        of_leaves = listed(OF_A_LIST[name](values(numbers)))
    assert {type(number) for number in of_floats} == {float}
    for number, node, leaf in zip(of_floats, of_values, of_leaves, strict=True):
        assert same(node.data, number)
        assert same(leaf.data, number)
        assert leaf._prev == ()
        node.backward()


@pytest.mark.parametrize("name", OF_A_LIST)
def test_derivatives_to_second_order(name):
    for i in range(len(listed(OF_A_LIST[name]([0.3, -0.7, 0.2])))):
        check_grads(lambda v, i=i: listed(OF_A_LIST[name](v))[i], [0.3, -0.7, 0.2], order=2, tolerance=1e-6)


class TestSumMeanDot:
    def test_sum_of_nothing(self):
        assert same(autograd.sum([]), 0.0)
        assert same(autograd.dot([], []), 0.0)
        assert autograd.sum([], start=5.0) == 5.0

    def test_sum_starts_with_the_first_and_adds_no_zero(self):
        """A needless 0 + would stand in every drawing, and turn -0.0 into 0.0."""
        x, y = values([1.0, 2.0])
        total = autograd.sum([x, y])
        assert total._prev == (x, y)
        assert autograd.sum([x]) is x
        assert same(autograd.sum([-0.0]), -0.0)

    def test_sum_goes_from_left_to_right(self):
        """Another order rounds otherwise: 1e16 + 1 + 1 loses both ones, 1 + 1 + 1e16 none."""
        numbers = [1e16, 1.0, 1.0]
        assert autograd.sum(numbers) == autograd.sum(values(numbers)).data == (1e16 + 1.0) + 1.0

    def test_builtin_sum_works(self):
        x, y = values([1.0, 2.0])
        total = sum([x, y])
        total.backward()
        assert (total.data, x.grad, y.grad) == (3.0, 1.0, 1.0)

    def test_iterators_are_taken(self):
        assert autograd.sum(Value(i) for i in range(4)).data == 6.0
        assert autograd.mean(float(i) for i in range(4)) == 1.5
        assert autograd.dot((float(i) for i in range(3)), iter([1.0, 1.0, 2.0])) == 5.0
        assert autograd.softmax(iter([1.0]))[0] == 1.0

    def test_mean_of_nothing_is_refused(self):
        with pytest.raises(ValueError, match="mean needs at least one number, got none"):
            autograd.mean([])

    def test_dot_begins_with_the_start(self):
        bias, w, x = Value(10.0), values([1.0, 2.0]), values([3.0, 4.0])
        out = autograd.dot(w, x, bias)
        assert out.data == 21.0
        assert out._prev[0]._prev[0] is bias
        out.backward()
        assert [node.grad for node in (bias, *w, *x)] == [1.0, 3.0, 4.0, 1.0, 2.0]

    @pytest.mark.parametrize("mixed", [(1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 1, 0), (1, 0, 1), (1, 1, 1)])
    def test_dot_of_every_mixture_of_floats_and_values(self, mixed):
        """Three loops, one result: the fast one for Values, the plain one, and the one under no_grad."""
        kinds = [Value if kind else float for kind in mixed]
        x, y, start = [0.1, 0.2, 0.3], [1e16, -3.0, 7.0], 0.7
        expected = 0.7 + 0.1 * 1e16 + 0.2 * -3.0 + 0.3 * 7.0

        def compute():
            return autograd.dot([kinds[0](a) for a in x], [kinds[1](b) for b in y], kinds[2](start))

        assert compute().data == expected
        assert autograd.dot(x, y, start) == expected
        with no_grad():
            out = compute()
        assert (out.data, out._prev) == (expected, ())

    @pytest.mark.parametrize(("n", "m"), [(2, 3), (0, 1), (3, 2)])
    def test_dot_refuses_lengths_that_differ(self, n, m):
        """zip would drop the rest in silence."""
        with pytest.raises(ValueError, match=f"the same length, got {n} and {m}"):
            autograd.dot([1.0] * n, [1.0] * m)
        with pytest.raises(ValueError, match=f"the same length, got {n} and {m}"):
            autograd.dot(values([1.0] * n), values([1.0] * m), Value(0.0))

    def test_dot_keeps_the_scope(self):
        with scope("neuron"):
            out = autograd.dot(values([1.0, 2.0]), values([1.0, 2.0]), Value(0.0))
        assert {node.scope for node in nodes_of(out)} == {"neuron"}

    @pytest.mark.parametrize("start", [None, 0.5, "Value"])
    def test_dot_ends_with_an_operation(self, start):
        x, y = [Value(0.5), Value(-2.0)], [Value(3.0), Value(0.7)]
        start = Value(0.25) if start == "Value" else start
        with scope("net"):
            expected, made = tanh(dot(x, y, start)), dot(x, y, start, tanh)
            with no_grad():
                unrecorded = dot(x, y, start, tanh)
        assert made.data == unrecorded.data == expected.data
        assert (made.scope, made._op) == (unrecorded.scope, "tanh") == ("net", "tanh")
        assert [node._op for node in trace(made)[0]] == [node._op for node in trace(expected)[0]]
        assert (unrecorded._prev, unrecorded.is_result, unrecorded.label) == ((), True, "")

    def test_dot_of_floats_ends_with_an_operation(self):
        assert dot([1.0], [2.0], then=exp) == math.exp(2.0)

    @pytest.mark.parametrize("wrong", [autograd.maximum, math.tanh, "tanh"])
    def test_dot_ends_with_nothing_else(self, wrong):
        for start in (0.5, Value(0.5)):
            with pytest.raises(TypeError, match="an operation of one operand, such as relu, got"):
                dot([1.0], [2.0], start, wrong)

    def test_a_watcher_sees_what_dot_computes_without_recording(self):
        x = [Value(1e200), Value(-1.0)]
        with no_grad(), detect_anomaly(), pytest.raises(FloatingPointError, match="mul made inf"):
            dot(x, [Value(1e200), Value(1.0)], Value(0.0), tanh)


class TestNorm:
    @pytest.mark.parametrize("size", [1.0, 1e-200, 1e200, 5e-324])
    def test_neither_overflows_nor_vanishes(self, size):
        """1e200 squared is inf, and 1e-200 squared 0."""
        leaves = values([3 * size, -4 * size, 12 * size])
        out = autograd.norm(leaves)
        out.backward()
        assert out.data == pytest.approx(13 * size, rel=2 * EPSILON, abs=0.0)
        assert [leaf.grad for leaf in leaves] == pytest.approx([3 / 13, -4 / 13, 12 / 13], rel=4 * EPSILON)

    def test_the_gradient_at_the_origin_is_zero(self):
        """A convention: no direction is better than another, and nan would spoil all that follows."""
        for count in (1, 3):
            leaves = values([0.0, -0.0, 0.0][:count])
            out = autograd.norm(leaves)
            out.backward()
            assert (out.data, {leaf.grad for leaf in leaves}) == (0.0, {0.0})

    def test_of_one_and_of_none(self):
        assert (autograd.norm([-3.0]), autograd.norm([])) == (3.0, 0.0)
        assert autograd.grad(autograd.norm)([-3.0]) == [-1.0]

    def test_second_derivatives_beside_zeros(self):
        """A chain of hypot would have a kink where the first two are 0, and 0 in place of 1/3."""
        assert autograd.hessian(autograd.norm)([0.0, 0.0, 3.0]) == [[1 / 3, 0, 0], [0, 1 / 3, 0], [0, 0, 0]]

    def test_no_finite_number_hides_an_infinity_or_a_nan(self):
        assert autograd.norm([1.0, -inf]) == inf
        assert math.isnan(autograd.norm([1.0, nan]))

    def test_the_largest_is_found_anew_by_a_program(self):
        """A scale that is frozen as the graph is recorded would overflow for other inputs."""
        x, y = Value(3.0), Value(4.0)
        program = autograd.flatten(autograd.norm([x, y]), [x, y])
        assert program.run([3e200, 4e200]) == pytest.approx([5e200], rel=2 * EPSILON)


class TestLog:
    def test_bases(self):
        assert [autograd.log(x, 2) for x in (0.5, 1.0, 1024.0)] == [-1.0, 0.0, 10.0]
        assert [autograd.log(10.0**k, 10) for k in range(-5, 6)] == list(range(-5, 6))
        assert autograd.log(9.0, 3.0) == 2.0
        assert autograd.log(Value(8.0), 2)._operation is ops.log2
        assert autograd.log(Value(8.0))._operation is ops.log

    def test_a_base_can_have_a_gradient(self):
        check_grads(lambda v: autograd.log(v[0], v[1]), [5.0, 3.0], order=2, tolerance=1e-6)


def test_angles():
    assert (autograd.degrees(math.pi), autograd.radians(180.0)) == (180.0, math.pi)
    assert autograd.grad(autograd.degrees)(0.1) == 180.0 / math.pi
    assert autograd.grad(autograd.radians)(0.1) == math.pi / 180.0


class TestClip:
    @pytest.mark.parametrize(
        ("x", "expected", "slope"),
        [
            (-2.0, -1.0, 0.0),
            (-1.0, -1.0, 0.5),
            (0.0, 0.0, 1.0),
            (1.0, 1.0, 0.5),
            (2.0, 1.0, 0.0),
            (inf, 1.0, 0.0),
            (-inf, -1.0, 0.0),
            (nan, nan, nan),
        ],
    )
    def test_values_and_ties(self, x, expected, slope):
        leaf = Value(x)
        out = autograd.clip(leaf, -1.0, 1.0)
        out.backward()
        assert same(out.data, expected)
        assert same(leaf.grad, slope)
        assert same(autograd.clip(x, -1.0, 1.0), expected)

    def test_bounds_get_gradients(self):
        low, high = Value(-1.0), Value(1.0)
        (autograd.clip(5.0, low, high) * 3 + autograd.clip(-1.0, low, high)).backward()
        assert (low.grad, high.grad) == (0.5, 3.0)

    def test_bounds_in_the_wrong_order_are_refused(self):
        with pytest.raises(ValueError, match=r"clip needs low <= high, got low=2\.0 and high=1\.0"):
            autograd.clip(0.0, 2.0, 1.0)


class TestWhere:
    @pytest.mark.parametrize("chosen", [0.0, -0.0, 5.0, inf, -inf, nan])
    def test_the_result_is_the_chosen_number_to_the_last_bit(self, chosen):
        """A choice made of products would turn an infinity that is not chosen into nan."""
        for other in (1.0, -0.0, inf, nan):
            assert same(autograd.where(Value(1.0), Value(chosen), Value(other)).data, chosen)
            assert same(autograd.where(Value(0.0), Value(other), Value(chosen)).data, chosen)
            assert same(autograd.where(True, chosen, other), chosen)
            assert same(autograd.where(0.0, other, chosen), chosen)

    def test_gradient_flows_to_the_chosen_one_only(self):
        for condition, expected in ((1.0, (3.0, 0.0)), (0.0, (0.0, 3.0))):
            x, y = Value(2.0), Value(5.0)
            (autograd.where(Value(condition), x, y) * 3).backward()
            assert (x.grad, y.grad) == expected

    def test_the_condition_gets_no_gradient(self):
        condition, x = Value(2.0), Value(0.0)
        autograd.log(autograd.where(condition, x, 1.0)).backward()
        assert (condition.grad, x.grad) == (0.0, inf)

    def test_a_guarded_argument_gives_a_finite_gradient(self):
        """The docstring's advice: guard the argument of log, not its result."""
        x = Value(0.0)
        positive = autograd.greater(x, 0.0)
        safe = autograd.where(positive, x, 1.0)
        autograd.where(positive, autograd.log(safe), 0.0).backward()
        assert x.grad == 0.0

    def test_nan_is_true_as_in_python(self):
        assert autograd.where(nan, 1.0, 2.0) == 1.0
        assert autograd.where(Value(nan), 1.0, 2.0).data == 1.0

    def test_condition_is_part_of_the_graph(self):
        """A branch frozen at trace time could not be drawn or compiled."""
        x = Value(2.0)
        assert x in nodes_of(autograd.where(autograd.greater(x, 0.0), 1.0, 2.0))


class TestStepsAndSigns:
    @pytest.mark.parametrize(
        ("name", "python"),
        [
            ("less", lambda x, y: x < y),
            ("less_equal", lambda x, y: x <= y),
            ("greater", lambda x, y: x > y),
            ("greater_equal", lambda x, y: x >= y),
            ("equal", lambda x, y: x == y),
            ("not_equal", lambda x, y: x != y),
        ],
    )
    def test_comparisons_are_ones_and_zeros(self, name, python):
        for x in (0.0, -0.0, 1.0, -1.0, inf, nan):
            for y in (0.0, 1.0, -inf, nan):
                assert getattr(autograd, name)(x, y) == float(python(x, y))
                leaf = Value(x)
                out = getattr(autograd, name)(leaf, y)
                out.backward()
                assert (out.data, leaf.grad) == (float(python(x, y)), 0.0)


EXTREMES = [
    [1000.0, 1000.0],
    [-1000.0, -1000.0],
    [1000.0, -1000.0],
    [-1000.0, 0.0, 1000.0],
    [1e308, 1e308],
    [-1e308, 1e308],
    [0.0],
    [1e-300, -1e-300],
    [710.0, 709.0, 1.0],
    [3.0, 1.0, -2.0],
]


class TestSoftmax:
    @pytest.mark.parametrize("numbers", EXTREMES, ids=str)
    def test_against_exact_arithmetic(self, numbers):
        """Exponentials overflow at 710: unshifted formulas give inf or nan here."""
        with mpmath.workdps(60):
            shift = mpmath.mpf(max(numbers))
            exponentials = [mpmath.exp(max(mpmath.mpf(x) - shift, -(10**6))) for x in numbers]
            total = mpmath.fsum(exponentials)
            exact = [exponential / total for exponential in exponentials]
            logsumexp = shift + mpmath.log(total)
            log_exact = [mpmath.mpf(x) - shift - mpmath.log(total) for x in numbers]
        tiny = mpmath.mpf(2) ** -1074
        assert abs(autograd.logsumexp(numbers) - logsumexp) <= 2 * EPSILON * max(1, abs(logsumexp))
        for actual, expected in zip(autograd.softmax(numbers), exact, strict=True):
            assert abs(actual - expected) <= 4 * EPSILON * expected + tiny
        for actual, expected in zip(autograd.log_softmax(numbers), log_exact, strict=True):
            if abs(expected) >= mpmath.mpf(2) ** 1024:
                assert actual == -inf
            else:
                assert abs(actual - expected) <= 2 * EPSILON * max(1, abs(expected))

    @pytest.mark.parametrize("numbers", EXTREMES, ids=str)
    def test_gradient_of_logsumexp_is_softmax(self, numbers):
        leaves = values(numbers)
        autograd.logsumexp(leaves).backward()
        for leaf, expected in zip(leaves, autograd.softmax(numbers), strict=True):
            assert abs(leaf.grad - expected) <= 4 * EPSILON

    @pytest.mark.parametrize("numbers", EXTREMES, ids=str)
    def test_gradient_of_log_softmax_is_one_minus_softmax(self, numbers):
        """The gradient of a cross entropy: finite wherever the logits are."""
        leaves = values(numbers)
        autograd.log_softmax(leaves)[0].backward()
        for i, (leaf, p) in enumerate(zip(leaves, autograd.softmax(numbers), strict=True)):
            assert abs(leaf.grad - ((i == 0) - p)) <= 8 * EPSILON

    def test_of_one_number(self):
        assert autograd.softmax([3.0]) == [1.0]
        assert autograd.log_softmax([3.0]) == [0.0]
        assert autograd.logsumexp([3.0]) == 3.0

    def test_infinite_logits(self):
        """inf - inf is nan: the shift must be finite. exp(-inf) = 0 is a masked choice."""
        assert autograd.logsumexp([-inf, -inf]) == -inf
        assert autograd.logsumexp([inf, 0.0]) == inf
        assert autograd.softmax([-inf, 0.0]) == [0.0, 1.0]
        assert autograd.log_softmax([-inf, 0.0]) == [-inf, 0.0]
        masked, kept = Value(-inf), Value(0.0)
        autograd.log_softmax([masked, kept])[1].backward()
        assert (masked.grad, kept.grad) == (0.0, 0.0)

    def test_the_shift_has_no_gradient(self):
        """The largest logit would otherwise get a second gradient, that cancels only approximately."""
        leaves = values([1.0, 5.0])
        autograd.logsumexp(leaves).backward()
        assert sum(leaf.grad for leaf in leaves) == pytest.approx(1.0, abs=2 * EPSILON)
        stops = [
            node for node in nodes_of(autograd.logsumexp(leaves)) if node._operation is ops.stop_gradient
        ]
        assert len(stops) == 1

    @pytest.mark.parametrize("name", ["softmax", "log_softmax", "logsumexp"])
    def test_of_nothing_is_refused(self, name):
        with pytest.raises(ValueError, match=f"{name} needs at least one number, got none"):
            getattr(autograd, name)([])


class TestSlopes:
    def test_a_constant_slope_is_part_of_the_operation(self):
        assert autograd.leaky_relu(Value(-1.0))._op == "leaky_relu(0.01)"
        assert autograd.elu(Value(-1.0), 2)._op == "elu(2)"
        assert len(autograd.leaky_relu(Value(-1.0), 0.2)._prev) == 1

    def test_a_learned_slope_gets_a_gradient(self):
        x, slope = Value(-3.0), Value(0.25)
        autograd.leaky_relu(x, slope).backward()
        assert (x.grad, slope.grad) == (0.25, -3.0)
        alpha = Value(2.0)
        autograd.elu(-3.0, alpha).backward()
        assert alpha.grad == math.expm1(-3.0)

    def test_of_floats(self):
        assert autograd.leaky_relu(-3.0, 0.25) == -0.75
        assert autograd.elu(-inf, 2.0) == -2.0


@pytest.mark.parametrize("wrong", ["3", None, 1j])
def test_wrong_types_are_named(wrong):
    for call in (autograd.exp, autograd.relu, autograd.leaky_relu, lambda v: autograd.maximum(v, Value(1.0))):
        with pytest.raises(TypeError, match=f"got {type(wrong).__name__}: "):
            call(wrong)


def test_softmax_of_nothing_but_minus_infinity_is_nan():
    """Broken if 0/0 raises on floats, where on Values it is nan."""
    assert all(math.isnan(p) for p in autograd.softmax([-math.inf, -math.inf]))
