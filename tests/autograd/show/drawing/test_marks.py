import math

import pytest

from autograd import Value, no_grad, operation, ops, scope, stop_gradient
from autograd.graph import nodes_of
from autograd.show import draw_dot
from autograd.show.drawing.marks import DEAD, NOT_FINITE, SATURATED, VANISHED, marks_of, steepest
from tests.autograd.show.svg import read


def picture(root, **options):
    return read(draw_dot(root, **options).pipe(format="svg", encoding="utf-8"))


def mark_of(node):
    return marks_of(nodes_of(node), ran=False).get(node, ())


def test_a_dead_relu_is_named_outlined_and_counted():
    # Broken if a ReLU that passes nothing looks like any other, or its mark is a colour only.
    x = Value(1.0, label="x")
    h = (Value(-2.0, label="w") * x).relu()
    h.label = "h"
    root = h * 3 + x + x.relu()
    root.backward()
    seen = picture(root, marks=True)
    ids = {texts[0]: key for key, texts in seen.nodes.items()}
    assert seen.nodes[ids["h"]][-1] == "dead"
    assert seen.lines[ids["h"]].dashes and seen.lines[ids["h"]].width == 2
    assert seen.nodes[ids["w"]][-1] == "vanished"
    assert seen.lines[ids["w"]].dashes not in ("", seen.lines[ids["h"]].dashes)
    assert seen.caption == [
        "1 dead ReLU (dashed outline): local derivative 0, no gradient passes",
        "2 vanished (dotted outline): gradient 0 or under 1/10,000 of the largest",
    ]
    assert [texts for texts in seen.nodes.values() if texts[-1] == "dead"] == [seen.nodes[ids["h"]]]


@pytest.mark.parametrize(("x", "dead"), [(-1.0, True), (-0.0, True), (0.0, True), (1e-300, False)])
def test_a_relu_is_dead_where_its_input_is_not_above_zero(x, dead):
    # Broken if the kink itself, where the derivative is 0 by convention, counts as alive.
    assert (DEAD in mark_of(Value(x).relu())) is dead


# The inputs at which the local derivative is 1/100 of its largest, by the formula of each derivative.
EDGES = [
    (Value.tanh, math.atanh(math.sqrt(0.99))),  # 1 - tanh(x)**2 = 0.01
    (Value.sigmoid, math.log((0.5 + math.sqrt(0.25 - 0.0025)) / (0.5 - math.sqrt(0.25 - 0.0025)))),
    (Value.erf, math.sqrt(math.log(100))),  # exp(-x**2) = 0.01
    (Value.atan, math.sqrt(99)),  # 1/(1 + x**2) = 0.01
]


@pytest.mark.parametrize("sign", [-1.0, 1.0])
@pytest.mark.parametrize(("function", "edge"), EDGES)
def test_saturation_begins_where_a_hundredth_of_the_derivative_is_left(function, edge, sign):
    # Broken if the threshold is not a share of the operation's own largest derivative.
    assert mark_of(function(Value(sign * edge * 1.001))) == (SATURATED,)
    assert mark_of(function(Value(sign * edge * 0.999))) == ()


def test_only_the_flat_side_of_an_operation_is_saturated():
    # Broken if softplus is saturated where it is the identity, or elu where it is dead flat only in part.
    for function in (Value.softplus, Value.elu, Value.silu, Value.gelu):
        assert mark_of(function(Value(-12.0))) == (SATURATED,)
        assert mark_of(function(Value(12.0))) == ()


def test_a_small_derivative_is_not_saturation_where_the_curve_goes_on():
    # Broken at the top of a sine, the lowest point of silu and gelu, and where exp and log are small.
    lowest = -1.2784645427610738  # of silu, where its derivative is 0
    for node in (
        Value(math.pi / 2).sin(),
        Value(0.0).cos(),
        Value(lowest).silu(),
        Value(-0.7517915246935645).gelu(),
        Value(-50.0).exp(),
        Value(1e9).log(),
        Value(1e-9) ** 2,
        Value(1e-9) * 1e-9,
    ):
        assert mark_of(node) == ()


def test_what_can_saturate_is_read_from_the_table():
    # Broken if a new line of the table, such as another activation, has to be listed here too.
    can = {line.name for line in ops.TABLE.values() if line.arity == 1 and steepest(line)}
    assert can >= {"tanh", "sigmoid", "erf", "erfc", "atan", "softplus", "gelu", "silu"}
    assert can.isdisjoint(
        {"exp", "expm1", "log", "sqrt", "sinh", "cosh", "tan", "asin", "sign", "stop_gradient"}
    )
    assert steepest(ops.sigmoid) == 0.25 and steepest(ops.tanh) == 1.0


def test_marks_are_the_same_where_nothing_is_recorded():
    # Broken if the largest derivative is looked for inside no_grad(), where local derivatives are 0.
    steepest.cache_clear()
    y = Value(5.0).tanh()
    with no_grad():
        assert mark_of(y) == (SATURATED,)


def test_a_user_s_operation_is_not_called_to_find_out():
    # Broken if a picture calls a function at 1e300, which may never return from there.
    calls = []

    @operation(lambda x, out: 1e-9)
    def flat(x):
        calls.append(x)
        return 0.0

    y = flat(Value(3.0))
    assert mark_of(y) == () and calls == [3.0]


def test_a_vanished_gradient_is_small_beside_the_largest():
    # Broken if small is an absolute size, or a gradient of just the threshold counts.
    for scale in (1.0, 1e-12):
        x, y = Value(1.0, label="x"), Value(1.0, label="y")
        root = (x * 2e-4) * 0.49 + y * 1.01e-4
        (root * scale).backward()
        marks = marks_of(nodes_of(root), ran=True)
        assert marks[x] == (VANISHED,) and y not in marks


def test_a_gradient_that_cannot_arrive_has_not_vanished():
    # Broken if stopped gradients, or constants whose gradient nobody wants, are called a defect.
    x, y = Value(2.0, label="x"), Value(3.0, label="y")
    root = stop_gradient(x) * y + y * 1e-9
    root.backward()
    assert marks_of(nodes_of(root), ran=True) == {}


def test_a_zero_gradient_on_a_way_from_the_root_has_vanished():
    # Broken if exactly zero is taken for not reached.
    x, y = Value(2.0, label="x"), Value(0.0, label="y")
    root = x * y
    root.backward()
    assert marks_of(nodes_of(root), ran=True) == {x: (VANISHED,)}


def test_without_backward_no_gradient_has_vanished():
    # Broken if every node of a fresh graph is marked.
    x = Value(-1.0, label="x")
    seen = picture(x.relu() * 2, marks=True)
    assert [texts[-1] for texts in seen.nodes.values() if texts[-1] in (DEAD, VANISHED)] == [DEAD]


def test_what_is_not_finite_stands_out_most():
    # Broken if a nan hides behind another mark.
    x = Value(0.0, label="x")
    root = x.log() * 0.0 + x
    root.backward()
    marks = marks_of(nodes_of(root), ran=True)
    assert marks[x] == (NOT_FINITE,) and marks[root] == (NOT_FINITE,)
    assert marks[root._left._left] == (NOT_FINITE, VANISHED)
    seen = picture(root, marks=True, color=True)
    outlined = {key for key, line in seen.lines.items() if line.width == 4.5 and "->" not in key}
    assert outlined == {key for key, texts in seen.nodes.items() if NOT_FINITE in texts}
    assert any("not finite (heaviest outline): nan or infinite" in line for line in seen.caption)


def test_marks_are_only_drawn_when_asked_for_and_their_absence_is_said():
    # Broken if a healthy graph looks the same as one that nobody examined.
    x = Value(1.0, label="x")
    y = x * 2
    y.backward()
    assert picture(y, marks=True).caption == ["no node is dead, saturated, vanished or not finite"]
    assert picture(x * 3, marks=True).caption[0] == "no node is dead, saturated or not finite"
    dead = Value(-1.0).relu()
    assert picture(dead).caption == [] and "dead" not in draw_dot(dead).source


def test_what_a_box_hides_is_counted_in_it():
    # Broken if folding makes dead nodes disappear.
    x = Value(-1.0, label="x")
    with scope("layer"):
        h = x.relu() + (x * 2).relu() + (x * -1).relu()
    root = h + (x * 9).tanh()
    root.backward()
    seen = picture(root, marks=True, max_nodes=8)
    box = next(texts for texts in seen.nodes.values() if texts[0] == "layer")
    assert box == ["layer", "9 nodes", "2 dead", "1 vanished"]
    assert any(line.startswith("2 dead ReLUs") for line in seen.caption)
    assert any(line.startswith("1 saturated (heavy outline)") for line in seen.caption)
