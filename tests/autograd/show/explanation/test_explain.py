import math
import re
from xml.etree import ElementTree

import pytest

import autograd
from autograd import Value, detect_anomaly, explain, operation
from autograd.graph import nodes_of
from autograd.sweeps import adjoints
from autograd.words.symbol import NO_DERIVATIVE, NOT_WRITTEN

LECTURE = """\
Forward
  x = 1
  v1 = 3*x = 3*1 = 3
  v2 = v1 + 2 = 3 + 2 = 5
  y = v2**2 = 5**2 = 25
Backward: each operand receives upstream * local derivative
  d y/d y = 1
  y = v2**2
    v2 receives 1 * 10 = 10  (local derivative: 2*v2 = 2*5 = 10)
  v2 = v1 + 2
    v1 receives 10 * 1 = 10
  v1 = 3*x
    x receives 10 * 3 = 30
Gradients
  d y/d x = 30"""


def lecture():
    x = Value(1.0, label="x")
    y = (3 * x + 2) ** 2
    y.label = "y"
    return x, y


def test_the_chain_rule_as_the_lecture_writes_it():
    # Broken if any line of the explanation of (3x + 2)^2 is missing, wrong or in another order.
    x, y = lecture()
    assert str(explain(y, wrt=x)) == LECTURE


def test_steps_are_data():
    # Broken if a program has to read the text to get at the numbers.
    x, y = lecture()
    step = explain(y, x).steps[0]
    assert (step.node, step.formula, step.operation, step.operand, step.index) == (
        "y",
        "v2**2",
        "pow",
        "v2",
        0,
    )
    assert (step.upstream, step.local, step.contribution) == (1.0, 10.0, 10.0)
    assert (step.local_formula, step.local_numbers) == ("2*v2", "2*5")


def test_every_use_of_a_node_is_summed():
    # Broken if x*x*x + x forgets one of the four uses of x.
    x = Value(3.0, label="x")
    explanation = explain(x * x * x + x)
    gradient = explanation.gradients["x"]
    assert sorted(gradient.contributions) == [1.0, 9.0, 9.0, 9.0]
    assert gradient.total == 28.0
    assert "d out/d x = 1 + 9 + 9 + 9 = 28  (4 uses)" in str(explanation)


def test_the_sum_of_a_node_between_stands_before_its_own_step():
    # Broken if a reader meets the upstream 5 of a node without learning where it comes from.
    x = Value(2.0, label="x")
    h = x.exp()
    h.label = "h"
    lines = str(explain(h * 3 - h * -2)).splitlines()
    total = next(i for i, line in enumerate(lines) if line.strip().startswith("d out/d h ="))
    assert lines[total].strip().endswith("= 5  (2 uses)")
    assert lines[total + 1].strip() == "h = exp(x)"
    assert lines[total + 2].strip().startswith("x receives 5 * ")


def test_every_number_is_the_engines_own():
    # Broken if an explanation computes a gradient in another way or order than backward().
    a, b, c = (Value(number, label=name) for name, number in (("a", 0.1), ("b", -0.7), ("c", 1.3)))
    h = (a * b + c).tanh()
    out = (h * a + h * h / c).sigmoid() + autograd.maximum(h, a) * b
    explanation = explain(out)
    table = adjoints(out)
    out.backward()
    for leaf in (a, b, c):
        gradient = explanation.gradients[leaf.label]
        assert gradient.total == leaf.grad == table[leaf]
        total = 0.0
        for part in gradient.contributions:
            total += part
        assert total == leaf.grad
    for step in explanation.steps:
        assert step.contribution == step.local * step.upstream


def test_gradients_in_the_graph_are_neither_used_nor_changed():
    # Broken if explaining before backward() shows zeros, or explaining after it adds to the gradients.
    x, y = lecture()
    assert explain(y).gradients["x"].total == 30.0
    assert x.grad == y.grad == 0.0
    y.backward()
    y.backward()
    assert explain(y).gradients["x"].total == 30.0
    assert x.grad == 60.0


def test_only_the_way_to_what_is_asked_for_is_listed():
    # Broken if explaining one weight of a network lists the steps of all others.
    a, b = Value(2.0, label="a"), Value(3.0, label="b")
    out = (a * a).exp() + (b * b).log()
    explanation = explain(out, wrt=b)
    assert {step.operand for step in explanation.steps} == {"b", "v3", "v4"}
    assert explanation.asked == ("b",)
    assert explain(out, wrt=[b, a, b]).asked == ("b", "a")
    assert "a" not in explanation.gradients


def test_wrt_may_be_a_node_between():
    # Broken if only leaves can be asked for: a lecture's delta is a gradient by a node between.
    _, y = lecture()
    explanation = explain(y, wrt=y._left)
    assert [step.operand for step in explanation.steps] == ["v2"]
    assert explanation.gradients["v2"].total == 10.0
    assert explain(y, y).gradients["y"].total == 1.0


def test_leaves_without_labels_are_explained_where_none_has_one():
    # Broken if the explanation of unnamed Values is empty.
    a, b = Value(2.0), Value(-3.0)
    explanation = explain(a * b + a)
    assert explanation.asked == ("v2", "v3")  # the product is v1, as in a drawing
    assert [explanation.gradients[name].total for name in explanation.asked] == [-2.0, 2.0]
    assert explanation.notes == ()


def test_leaves_without_labels_are_constants_beside_others_and_a_note_says_so():
    # Broken if the gradient of an unnamed leaf is left out without a word.
    _, y = lecture()
    explanation = explain(y)
    assert explanation.asked == ("x",)
    assert any(note.startswith("2 leaves without a label") for note in explanation.notes)
    assert f"Note: {explanation.notes[0]}." in str(explanation)


def test_generated_names_do_not_clash_with_labels():
    # Broken if two nodes of one explanation have the same name.
    a, b = Value(1.0, label="v1"), Value(2.0, label="v1")
    c, d = Value(3.0, label="out"), Value(4.0, label="v1_2")
    explanation = explain(a * b * c * d)
    names = [line.name for line in explanation.forward]
    assert len(names) == len(set(names)) == 7
    assert {"v1", "out", "v1_2"} <= set(names)


def test_the_same_graph_is_explained_by_the_same_text():
    # Broken if names depend on memory addresses.
    def text():
        x = Value(0.3)
        return str(explain((x * x + x).tanh() * x))

    assert text() == text()


def test_a_label_cannot_break_the_lines():
    # Broken if a label with a line break or a terminal's escape code spoils the text.
    x = Value(2.0, label="two\nlines\x1b[31m")
    text = str(explain(x * x))
    assert "two lines [31m = 2" in text
    assert "\x1b" not in text


def test_where_nothing_flows_it_says_so():
    # Broken if "no derivative" is explained as a derivative of zero.
    x, y = Value(2.0, label="x"), Value(3.0, label="y")
    explanation = explain(autograd.where(x < y, x * y, y) + x.detach())
    text = str(explain(autograd.where(autograd.less(x, y), x * y, y)))
    assert f"receives nothing: {NO_DERIVATIVE}" in text
    assert explanation.gradients["x"].total == 3.0
    blocked = explain(x.detach() * y, wrt=x)
    assert blocked.gradients["x"].contributions == ()
    assert str(blocked).endswith("d out/d x = 0, because nothing flows back to it")


def test_nan_and_infinity_are_explained_too():
    # Broken if the very gradients that one wants explained cannot be.
    x = Value(0.0, label="x")
    explanation = explain(x.log() * 0)
    assert math.isnan(explanation.gradients["x"].total)
    assert "x receives 0 * inf = nan  (local derivative: 1/x = 1/0 = inf)" in str(explanation)


def test_a_users_operation_without_a_readable_derivative():
    # Broken if an operation written with `math` cannot be explained, although its numbers are there.
    @operation(lambda x, out: math.cos(x))
    def sine(x):
        return math.sin(x)

    x = Value(1.0, label="x")
    assert f"(local derivative: {NOT_WRITTEN})" in str(explain(sine(x)))
    assert explain(sine(x)).gradients["x"].total == math.cos(1.0)


def test_a_leaf_is_its_own_result():
    # Broken if a graph of one node has no explanation.
    assert str(explain(Value(3.0, label="x"))).endswith("Gradients\n  d x/d x = 1")


def test_long_explanations_are_cut_and_say_so():
    # Broken if steps are left out silently, or the nearest ones are the ones left out.
    x = Value(0.5, label="x")
    y = x
    for _ in range(100):
        y = y.sin()
    explanation = explain(y, max_steps=10)
    assert len(explanation.steps) == 10
    assert explanation.steps[0].node == "out"
    assert explanation.gradients["x"].total == adjoints(y)[x]
    assert explanation.notes == (
        "90 steps farther from the result left out (see max_steps)",
        "89 nodes of the forward pass left out",
    )
    assert len(explain(y, max_steps=None).steps) == 100
    assert explain(y).notes == ()


def test_many_leaves_are_cut_and_say_so():
    # Broken if a network's thousand weights are all listed, or cut silently.
    root = autograd.sum(Value(1.0, label=f"w{i}") for i in range(300))
    explanation = explain(root, max_steps=20)
    assert len(explanation.asked) == 20
    assert "280 gradients asked for left out" in explanation.notes


def test_a_long_sum_is_shortened_in_the_text_but_not_in_the_data():
    # Broken if a node with a thousand uses fills the screen.
    x = Value(1.0, label="x")
    explanation = explain(autograd.sum([x] * 1000), max_steps=5)
    assert len(explanation.gradients["x"].contributions) == 1000
    assert re.search(r"d out/d x = (1 \+ ){12}\.\.\. = 1000  \(1,000 uses\)", str(explanation))


def test_a_very_long_chain_is_explained():
    # Broken if any walk over the graph is recursive.
    x = Value(1.0, label="x")
    y = x
    for _ in range(200_000):
        y = -y
    explanation = explain(y, max_steps=3)
    assert explanation.gradients["x"].total == 1.0
    assert explanation.notes[0].startswith("199,997 steps")


def test_all_operations_can_be_explained():
    # Broken if some operation of the table has no words.
    for name, line in autograd.ops.TABLE.items():
        operands = [Value(0.5, label="x"), Value(0.75, label="y")][: line.arity]
        text = str(explain(line(*operands)))
        assert text.startswith("Forward\n  x = 0.5"), name
        assert NOT_WRITTEN not in text, name


def cells(explanation):
    """The text of every row of the HTML, and the whole text."""
    page = ElementTree.fromstring(explanation._repr_html_())
    return [["".join(cell.itertext()) for cell in row] for row in page.iter("tr")], "".join(page.itertext())


def test_html_holds_the_same_numbers_and_escapes_labels():
    # Broken if a label is taken for markup, or the tables are not well formed.
    x = Value(2.0, label="<b>&x")
    rows, _ = cells(explain(x * x, check=True))
    assert rows == [
        ["node", "formula", "with numbers", "value"],
        ["<b>&x", "", "", "2"],
        ["out", "(<b>&x)*(<b>&x)", "2*2", "4"],
        ["node", "operand", "upstream", "local derivative", "contribution"],
        ["out = (<b>&x)*(<b>&x)", "<b>&x", "1", "<b>&x = 2", "2"],
        ["", "<b>&x", "1", "<b>&x = 2", "2"],
        ["gradient", "path", "local derivatives", "product"],
        ["d out/d (<b>&x): 2 paths", "<b>&x -> out", "2", "2"],
        ["", "<b>&x -> out", "2", "2"],
        ["", "", "sum", "4"],
        ["gradient", "sum over the uses", "total", "finite difference", "verdict"],
        ["d out/d (<b>&x)", "2 + 2", "4", "4", "agrees"],
    ]


def test_html_needs_nothing_from_the_network_and_has_no_colour_of_its_own():
    # Broken if a page without network lacks something, or dark text stands on a dark page.
    page = lecture()[1]
    html = explain(page)._repr_html_()
    assert not re.search(r"http|src=|@import|url\(|<script|#[0-9a-f]{3}|background: [^n]", html)


def test_html_says_where_nothing_flows_and_what_is_left_out():
    # Broken if the tables show a derivative of 0 where there is none, or hide that they are cut.
    x, y = Value(2.0, label="x"), Value(3.0, label="y")
    chosen = autograd.where(autograd.less(x, y), x * y, y)
    rows, _ = cells(explain(chosen))
    assert any(row[3:] == [NO_DERIVATIVE, "nothing"] for row in rows)
    _, text = cells(explain(chosen, max_steps=2))
    assert "farther from the result left out" in text
    rows, _ = cells(explain(x.detach() * y, wrt=x))
    assert ["d out/d x", "nothing flows back to it", "0"] in rows


def test_half_a_surrogate_in_a_label_can_be_shown():
    # Broken if Jupyter cannot encode the page of a label that it can hold.
    explanation = explain(Value(2.0, label="a\ud800") * 2)
    assert "d out/d a" in explanation._repr_html_().encode().decode()
    assert explanation._repr_latex_().encode()


def test_numbers_stand_under_their_formula():
    # Broken if a negative number loses its parentheses, or a comparison runs into the equals sign.
    x = Value(-3.0, label="x")
    text = str(explain((x**2 + x) * x.relu()))
    assert "v1 = x**2 = (-3)**2 = 9" in text
    assert "v2 = v1 + x = 9 + (-3) = 6" in text
    assert "(local derivative: 2*x = 2*(-3) = -6)" in text
    assert "x receives nothing: not chosen" in text
    text = str(explain(3 * Value(2.0, label="x").relu()))
    assert "(local derivative: (x > 0) = (2 > 0) = 1)" in text


def test_a_leaf_that_was_changed_since_is_noted():
    # Broken if "v1 = 3*x = 3*5 = 3" stands there without a word.
    x, y = lecture()
    assert explain(y, x).notes == ()
    x.data = 5.0
    assert explain(y, x).notes == ("1 node computed before an operand was changed; compute the graph again",)


def test_it_is_shown_as_text_html_and_latex():
    # Broken if a REPL, a screen or a PDF gets none of its own.
    explanation = explain(lecture()[1])
    assert repr(explanation) == str(explanation)
    assert explanation._repr_latex_() == f"$${explanation.latex()}$$"


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((3.0,), TypeError, "got float: 3.0"),
        (([Value(1.0)],), TypeError, "got list"),
        ((Value(1.0), 2.0), TypeError, "wrt is a Value, several Values or None, got float"),
        ((Value(1.0), "x"), TypeError, "got str: 'x'"),
        ((Value(1.0), [1.0]), TypeError, "wrt is made of Values, got float: 1.0"),
        ((Value(1.0), [[1.0]]), TypeError, "wrt is made of Values, got list"),
        ((Value(1.0), []), ValueError, "wrt names no Value"),
        ((Value(1.0), Value(2.0, label="w")), ValueError, "does not depend on w .*the derivative is 0"),
        ((Value(1.0), [Value(2.0)]), ValueError, "does not depend on one of wrt"),
    ],
)
def test_wrong_arguments_are_named(arguments, error, message):
    # Broken if a mistake gives an empty explanation or an error from somewhere inside.
    with pytest.raises(error, match=message):
        explain(*arguments)


@pytest.mark.parametrize("max_steps", [0, -1, 2.5, "all"])
def test_limits_are_positive_integers(max_steps):
    # Broken if 0 gives an explanation without steps that looks like an answer.
    with pytest.raises(ValueError, match="max_steps is an integer of at least 1"):
        explain(Value(1.0), max_steps=max_steps)
    with pytest.raises(ValueError, match="max_paths is an integer of at least 1"):
        explain(Value(1.0), max_paths=max_steps)


def test_explaining_a_graph_keeps_its_nodes():
    # Broken if an explanation builds new nodes into the graph.
    _, y = lecture()
    before = nodes_of(y)
    str(explain(y))
    assert nodes_of(y) == before


def test_an_explanation_under_detect_anomaly_stops_where_the_gradient_does():
    # Broken if an explanation hides the step that makes the gradient nan.
    x = Value(0.0, label="x")
    with detect_anomaly(), pytest.raises(FloatingPointError, match=r"gradient of x=0\.0 became nan"):
        explain(x.sqrt() * x)
