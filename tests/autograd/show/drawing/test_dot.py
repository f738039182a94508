import math
import re
import subprocess
import sys
from pathlib import Path

import graphviz
import pytest

from autograd import Value, operation, scope, stop_gradient, where
from autograd.show import draw_dot, mimebundle
from autograd.show.drawing import colors
from autograd.show.drawing.caption import EDGES, NO_BACKWARD, OLD_GRADIENTS
from autograd.show.explanation.explain import explain
from autograd.value import Value as Node
from tests.autograd.show.svg import read

_ROOT = Path(__file__).parents[2]


def picture(root, **options):
    return read(draw_dot(root, **options).pipe(format="svg", encoding="utf-8"))


def expression():
    a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    c = a * b + a
    c.label = "c"
    c.backward()
    return c


def test_nodes_and_edges_are_those_of_the_graph():
    # Broken if a node, an operation or an edge is missing, doubled or points the wrong way.
    seen = picture(expression())
    assert sorted(seen.nodes.values()) == sorted(
        [
            ["a", "data 2", "grad -2"],
            ["b", "data -3", "grad 2"],
            ["*"],
            ["data -6", "grad 1"],
            ["+"],
            ["c", "data -4", "grad 1"],
        ]
    )
    edges = sorted((seen.nodes[start][0], seen.nodes[end][0]) for start, end in seen.edges.elements())
    assert edges == sorted(
        [("a", "*"), ("b", "*"), ("*", "data -6"), ("data -6", "+"), ("a", "+"), ("+", "c")]
    )


def test_an_operand_used_twice_by_one_operation_has_two_edges():
    # Broken if operands are a set: x * x would look like a function of one operand.
    x = Value(3.0)
    assert picture(x * x).edges == {("n0", "n1_op"): 2, ("n1_op", "n1"): 1}


def test_the_drawing_is_a_digraph_of_graphviz():
    # Broken if code written for micrograd's draw_dot, which goes on with the Digraph, fails.
    drawing = draw_dot(expression(), "png", "TB")
    assert isinstance(drawing, graphviz.Digraph)
    assert drawing.format == "png"
    assert "rankdir=TB" in drawing.source
    with drawing.subgraph(name="cluster_mine") as mine:
        mine.node("mine")
    assert "cluster_mine" in drawing.source


def test_a_leaf_is_one_box():
    # Broken if a graph without operations cannot be drawn.
    assert picture(Value(1.5, label="x")).nodes == {"n0": ["x", "data 1.5", "grad 0"]}


def test_drawing_changes_no_gradient():
    # Broken if a picture taken in the middle of training disturbs it.
    root = expression()
    a = root._right
    before = a.grad
    draw_dot(root, color=True, local_derivatives=True, clusters=True)
    assert a.grad == before == -2.0


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        (3.14159265, "data 3.142"),
        (4281.6323, "data 4282"),
        (-0.0001, "data -0.0001"),
        (0.00002, "data 2e-05"),
        (-1.5e-300, "data -1.5e-300"),
        (12345678.0, "data 1.235e+07"),
        (math.inf, "data inf"),
        (-math.inf, "data -inf"),
        (math.nan, "data nan"),
        (-0.0, "data 0"),
    ],
)
def test_numbers_are_readable_at_any_size(number, shown):
    # Broken if a small gradient looks like 0.0000 or a large one fills the page with digits.
    assert picture(Value(number)).nodes["n0"][0] == shown


LABELS = [
    "a|b", "{x}", "<b>bold</b>", "<b>", "a:b", "back\\slash", "\\N \\G \\E \\n \\l", "\\", "end\\",
    '"quoted"', "it's", "two  spaces", " around ", "&lt; &amp; &#65;", "loss é Δ ∂ 日本 😀", "a\\|b", "]]>",
    "<!-- -->", "->", "a;b", "--", "%d{}", "$x$", "node", "x" * 300,
]  # fmt: skip


@pytest.mark.parametrize("text", LABELS)
def test_labels_survive_exactly(text):
    # Broken if a label is taken for Graphviz's own notation: the picture breaks, or shows another name.
    x = Value(1.0, label=text)
    seen = picture(x * 1, clusters=True)
    assert "".join(seen.nodes["n0"][:-2]) == text
    assert f"{text} = 1" in {
        tip.replace("\xa0", " ").replace("\u200b", "") for tip in seen.tooltips["n0"]
    } or (text != text.strip())


@pytest.mark.parametrize("text", LABELS)
def test_symbols_and_scopes_survive_exactly(text):
    # Broken if a user's operation or scope name breaks the picture.
    twice = operation(lambda x, out: 2.0, symbol=text)(lambda x: 2 * x)
    with scope(text):
        y = twice(Value(1.0))
    seen = picture(y, clusters=True)
    assert seen.nodes["n1_op"] == [text]
    assert "".join(seen.clusters).endswith(text.rpartition("/")[2])


def test_a_label_of_several_lines_has_several_lines():
    # Broken if a line break ends the DOT string or is lost.
    assert picture(Value(1.0, label="first\nsecond")).nodes["n0"][:2] == ["first", "second"]


def test_control_characters_are_shown_as_pictures():
    # Broken if the SVG is not well formed: XML has no way to hold them.
    assert picture(Value(1.0, label="a\tb\0c\x7fd\r")).nodes["n0"][0] == "a␉b␀c␡d␍"


def test_the_same_graph_gives_the_same_text_in_every_process():
    # Broken if ids come from memory addresses or hashes: then no picture can be kept under version control.
    code = (
        "from autograd import Value, scope; from autograd.show import draw_dot\n"
        "with scope('s'): x = Value(2.0, label='x')\n"
        "y = (x * 3 + x).tanh(); y.backward()\n"
        "print(draw_dot(y, color=True, local_derivatives=True, clusters=True).source)"
    )
    texts = {
        subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            cwd=_ROOT,
            env={"PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(texts) == 1
    assert not re.search(r"\d{12}", texts.pop())


def test_colors_tell_the_sign_and_the_size():
    # Broken if a positive gradient cannot be told from a negative one, or a large from a small.
    a, b, c = Value(2.0, label="a"), Value(-3.0, label="b"), Value(0.0, label="c")
    root = a * b + c * 100
    root.backward()
    seen = picture(root, color=True)
    fills = {texts[0]: seen.fills[name] for name, texts in seen.nodes.items()}
    scale = colors.Scale(100.0)
    assert fills["c"] == colors.fill(100.0, scale)
    assert fills["b"] == colors.fill(2.0, scale) != fills["c"]
    assert fills["a"] == colors.fill(-3.0, scale)


def test_the_legend_has_a_swatch_for_every_power_of_ten():
    # Broken if a reader has to guess how large a pale gradient is.
    a, b, c = Value(2.0, label="a"), Value(-3.0, label="b"), Value(0.0, label="c")
    root = a * b + c * 70
    root.backward()
    svg = draw_dot(root, color=True).pipe(format="svg", encoding="utf-8")
    numbers = ["-100", "-10", "-1", "-0.1", "0", "0.1", "1", "10", "100"]
    assert read(svg).caption == ["gradient", *numbers, EDGES]
    scale = colors.Scale(100.0)
    legend = svg[: svg.index("<!-- n0 -->")]
    assert re.findall(r'fill="(#\w{6})"', legend) == [colors.fill(float(number), scale) for number in numbers]


def test_the_legend_has_only_the_signs_that_there_are():
    # Broken if half of the legend is of no use.
    x = Value(3.0, label="x")
    y = x * x
    y.backward()
    assert picture(y, color=True).caption == ["gradient", "0", "0.01", "0.1", "1", "10", EDGES]


@pytest.mark.parametrize(
    ("gradient", "marks"),
    [
        (1.7e308, [1e305, 1e306, 1e307, 1e308]),
        (5e-324, [1e-323]),
        (1.0, [1e-3, 1e-2, 0.1, 1.0]),
        (1000.0, [1.0, 10.0, 100.0, 1000.0]),
        (0.0, []),
        (math.inf, []),
    ],
)
def test_the_scale_has_round_numbers_at_any_size(gradient, marks):
    # Broken if the largest and the smallest numbers have no logarithm.
    scale = colors.Scale.of([gradient, math.nan])
    assert scale.marks() == marks
    assert (scale.strength(gradient) > 0.7) == (gradient != 0)


@pytest.mark.parametrize("gradient", [1e-3, 1e-2, 0.1, 1.0])
def test_gradients_a_thousand_times_smaller_can_be_told_apart(gradient):
    # Broken if everything but the largest gradient looks white.
    scale = colors.Scale(1.0)
    fills = [colors.fill(gradient / 10, scale), colors.fill(gradient, scale), "#ffffff"]
    assert len(set(fills)) == 3


def test_edges_have_the_color_and_width_of_what_flows_back():
    # Broken if an edge shows the gradient of its node and not upstream * local, or a small flow looks large.
    a, b, c = Value(2.0, label="a"), Value(-3.0, label="b"), Value(0.0, label="c")
    root = a * b + c * 100
    root.backward()
    seen = picture(root, color=True)
    ids = {texts[0]: name for name, texts in seen.nodes.items()}
    lines = {seen.nodes[title.split("->")[0]][0]: line for title, line in seen.lines.items() if "->" in title}
    for name, flow in {"a": -3.0, "b": 2.0, "c": 100.0, "+": 1.0}.items():
        expected = colors.line(flow, colors.Scale(100.0))
        assert (lines[name].color, lines[name].width) == (expected["color"], float(expected["penwidth"]))
        assert lines[name].dashes == ""
    assert ids.keys() >= {"a", "b", "c"}
    zero = lines["data 100"]
    assert zero.dashes and zero.width < 1.0 and zero.color == colors.GREY_LINE


def test_one_number_has_one_color_though_contributions_cancel():
    # Broken if widths and fills have scales of their own: x receives 5 and -5, and its gradient is 0.
    x = Value(1.0, label="x")
    root = x * 5 + x * -5
    root.backward()
    seen = picture(root, color=True)
    ids = {name for name, texts in seen.nodes.items() if texts[0] == "x"}
    flows = {
        title: line for title, line in seen.lines.items() if title.split("->")[0] in ids and "->" in title
    }
    assert {line.width for line in flows.values()} == {
        float(colors.line(5.0, colors.Scale(10.0))["penwidth"])
    }
    assert len({line.color for line in flows.values()}) == 2
    root_fill = next(seen.fills[name] for name, texts in seen.nodes.items() if "grad 1" in texts)
    assert root_fill == colors.fill(1.0, colors.Scale(10.0))


def test_no_gradient_flows_where_there_is_no_derivative():
    # Broken if nan is shown where an infinite gradient stops: inf * 0.0.
    x = Value(2.0, label="x")
    root = stop_gradient(x) * 3
    root.backward()
    root._left.grad = math.inf
    seen = picture(root, color=True)
    edge = next(line for title, line in seen.lines.items() if title.startswith("n0->"))
    assert edge.dashes and edge.color == colors.GREY_LINE


def test_every_drawing_has_a_white_ground():
    # Broken if black lines and text stand on the dark page of a notebook.
    assert picture(expression(), color=True, marks=True).background in ("white", "#ffffff")


def _luminance(color):
    """The relative luminance of WCAG 2."""
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("gradient", [-math.inf, -1.0, -0.3, 0.0, 0.3, 1.0, math.inf, math.nan])
def test_black_text_can_be_read_on_every_color(gradient):
    # Broken if a strong gradient hides its own number; 7 is the ratio that WCAG calls enhanced.
    assert (_luminance(colors.fill(gradient, colors.Scale(1.0))) + 0.05) / 0.05 >= 7.0


@pytest.mark.parametrize("flow", [-math.inf, -1.0, -1e-9, 0.0, 1e-9, 1.0, math.inf, math.nan])
def test_every_edge_can_be_seen_on_white(flow):
    # Broken if a small gradient fades away with its colour; 3 is what WCAG asks of lines.
    line = colors.line(flow, colors.Scale(1.0))
    assert 1.05 / (_luminance(line["color"]) + 0.05) >= 3.0
    assert 0.5 <= float(line["penwidth"]) <= 5.0


def test_colors_of_gradients_that_are_not_finite():
    # Broken if an infinite gradient washes all others out, or a nan passes for a number.
    x = Value(0.0, label="x")
    root = x.log() + x * 2
    root.backward()
    nan = Value(1.0, label="n")
    nan.grad = math.nan
    seen = picture(root + nan, color=True)
    fills = {texts[0]: seen.fills[name] for name, texts in seen.nodes.items()}
    assert fills["x"] == colors.fill(math.inf, colors.Scale(1.0))
    assert fills["n"] not in (fills["x"], "white", "#ffffff")
    assert seen.caption[-2:] == ["nan", EDGES]


def test_before_the_backward_pass_nothing_is_colored():
    # Broken if dividing by the largest gradient fails where all are zero.
    x = Value(1.0)
    seen = picture(x * 2, color=True)
    assert set(seen.fills.values()) <= {"white", "#ffffff", "none"}
    assert {line.dashes for line in seen.lines.values()} == {""}


@pytest.mark.parametrize("option", ["color", "local_derivatives", "marks"])
def test_a_graph_without_backward_says_so(option):
    # Broken if gradients that nobody has computed are shown as gradients of 0.
    x = Value(3.0, label="x")
    y = x * x
    seen = picture(y, **{option: True})
    edge = "n0->n1_x0" if option == "local_derivatives" else "n0->n1_op"
    assert seen.caption[-1] == NO_BACKWARD
    assert seen.tooltips[edge] == {"x: local derivative x = 3"}
    assert picture(y).caption == []
    y.backward()
    seen = picture(y, **{option: True})
    assert NO_BACKWARD not in seen.caption
    assert seen.tooltips[edge] == {"x receives upstream 1 * local 3 = 3 (local derivative: x)"}


def test_gradients_that_leaves_keep_from_an_earlier_pass_are_not_this_one_s():
    # Broken in training: before the second backward() the weights have gradients and nothing else has.
    w = Value(3.0, label="w")
    (w * 2).backward()
    loss = w * w
    seen = picture(loss, color=True, marks=True)
    assert seen.caption[-1] == OLD_GRADIENTS
    assert seen.caption[-2] == "no node is dead, saturated or not finite"
    assert seen.tooltips["n0->n1_op"] == {"w: local derivative w = 3"}
    loss.backward()
    assert OLD_GRADIENTS not in picture(loss, color=True).caption


def test_a_gradient_of_zero_after_backward_is_a_gradient():
    # Broken if "has not run" is decided by a leaf whose gradient is 0.
    x = Value(0.0, label="x")
    y = x * x
    y.backward()
    assert NO_BACKWARD not in picture(y, color=True).caption


def test_local_derivatives_stand_on_the_edges():
    # Broken if the factor of one operand stands on the edge of the other.
    seen = picture(expression(), local_derivatives=True)
    texts = {seen.nodes[start][0]: texts for (start, end), texts in seen.factors.items() if end == "n2_op"}
    assert texts == {"a": ["× -3"], "b": ["× 2"]}


def test_where_nothing_flows_the_edge_says_so():
    # Broken if "no derivative" is drawn as a derivative of zero.
    x = Value(2.0)
    seen = picture(stop_gradient(x) * x, local_derivatives=True)
    assert seen.factors["n0", "n1_op"] == ["no derivative"]


def test_tooltips_give_the_chain_rule_of_each_operand():
    # Broken if hovering over an edge shows another operand's step, or no formula.
    a = Value(0.5, label="a")
    out = (a * 2).tanh()
    out.label = "y"
    out.backward()
    seen = picture(out)
    local = 1 - math.tanh(1.0) ** 2
    assert seen.tooltips["n0->n2_op"] == {
        f"a receives upstream {local:.6g} * local 2 = {2 * local:.6g} (local derivative: 2)"
    }
    assert seen.tooltips["n2->n3_op"] == {
        f"v1 receives upstream 1 * local {local:.6g} = {local:.6g} (local derivative: 1 - y*y)"
    }
    assert seen.tooltips["n3"] == {f"y = tanh(v1) = {math.tanh(1.0):.6g}"}


def test_scopes_are_nested_clusters():
    # Broken if a neuron is drawn outside its layer, or a node outside its neuron.
    x = Value(1.0, label="x")
    with scope("layer 1"):
        with scope("neuron 1"):
            h = x * 2
        with scope("neuron 2"):
            k = x * 3
        s = h + k
    source = draw_dot(s * s, clusters=True).source
    path, places = [], {}
    for line in source.splitlines():
        if name := re.match(r"\s*(n\d+) \[", line):
            places[name[1]] = "/".join(path)
        elif frame := re.match(r'\s*frame\d+ \[label="([^"]*)"', line):
            path.append(frame[1])
        elif line.strip() == "}" and path:
            path.pop()
    first, second = "layer 1/neuron 1", "layer 1/neuron 2"
    assert places == {
        "n0": "",
        "n1": first,
        "n2": first,
        "n3": second,
        "n4": second,
        "n5": "layer 1",
        "n6": "",
    }


def test_clusters_are_only_drawn_when_asked_for():
    # Broken if the default is not micrograd's plain picture.
    with scope("layer"):
        y = Value(1.0) * 2
    assert picture(y).clusters == []
    assert picture(y, clusters=True).clusters == ["layer"]


def test_conditions_and_hand_built_nodes_are_drawn():
    # Broken if only arithmetic can be drawn.
    x = Value(-2.0, label="x")
    seen = picture(where(x < 0, x, 2 * x))
    assert ["x", "data -2", "grad 0"] in seen.nodes.values()
    built = Node(6.0, (Value(2.0), Value(3.0)), "*", label="p")
    assert picture(built).nodes["n2"] == ["p", "data 6", "grad 0"]


@pytest.mark.parametrize(
    ("wrong", "error", "message"),
    [
        ({"root": 3.0}, TypeError, "one Value .* got float"),
        ({"root": [Value(1.0)]}, TypeError, "got list; draw each by itself, or their sum"),
        ({"root": None}, TypeError, "got NoneType"),
        ({"rankdir": "up"}, ValueError, "LR, TB, RL, BT, got 'up'"),
        ({"rankdir": "lr"}, ValueError, "got 'lr'"),
        ({"rankdir": ["LR"]}, ValueError, r"got \['LR'\]"),
        ({"unfold": 3}, TypeError, "path of a scope, such as 'layer 1', or several, got 3"),
        ({"unfold": ["a", None]}, TypeError, "got None"),
        ({"unfold": "layer 1"}, ValueError, "no scope 'layer 1' .* scopes are none"),
        ({"format": "gif3"}, ValueError, "gif3"),
        ({"format": 5}, TypeError, "format is a string"),
        ({"max_nodes": 1}, ValueError, "at least 2"),
        ({"max_nodes": 10.5}, ValueError, "integer"),
        ({"max_nodes": "all"}, ValueError, "None to draw everything"),
    ],
)
def test_wrong_arguments_are_named(wrong, error, message):
    # Broken if a mistake surfaces as a failure inside graphviz.
    with pytest.raises(error, match=message):
        draw_dot(**{"root": Value(1.0)} | wrong)


def test_a_recurrent_network_with_all_its_words_is_laid_out():
    # Weights that are shared by 20 steps have long edges; with labels in their middle the layout never ended.
    w, b, h = Value(0.5, label="w"), Value(0.1, label="b"), Value(0.0)
    for _ in range(20):
        h = (w * h + b).tanh()
    h.backward()
    seen = picture(h, color=True, local_derivatives=True, clusters=True, max_nodes=None)
    assert sum(count for (source, _), count in seen.edges.items() if source.split("_")[0] == "n0") == 20
    assert list(seen.copies.values()).count(["w"]) == 19


def test_a_label_of_any_length_can_be_drawn_and_explained():
    # Broken if a long label is cut, or makes its box wider than a page.
    x = Value(1.0, label="x" * 3000)
    seen = picture(x * 2)
    assert "".join(seen.nodes["n0"][:-2]) == "x" * 3000
    assert max(map(len, seen.nodes["n0"])) <= 16
    assert str(explain(x * 2)) and "image/svg+xml" in mimebundle(x * 2)


def test_the_look_of_micrograd():
    # Broken if the familiar picture can no longer be had: wide boxes, four decimals, to the right.
    root = expression()
    drawing = draw_dot(root, micrograd=True, local_derivatives=True)
    assert 'label="{c|data -4.0000|grad 1.0000}"' in drawing.source
    assert "rankdir=LR" in drawing.source and "Helvetica" not in drawing.source
    seen = read(drawing.pipe(format="svg", encoding="utf-8"))
    assert ["a", "data 2.0000", "grad -2.0000"] in seen.nodes.values()
    assert ["× -3.0000"] in seen.factors.values()


def neuron_of_two():
    with scope("layer 1"):
        neurons = []
        for i in (1, 2):
            with scope(f"neuron {i}"):
                neurons.append((Value(0.5 * i, label="w1") * Value(1.0, label="x")).tanh())
    with scope("layer 2"):
        return neurons[0] * Value(2.0, label="w1") + neurons[1]


def test_a_name_is_as_long_as_it_takes_to_tell_nodes_apart():
    # Broken if three boxes read w1, or a caption speaks of a w1_2 that stands nowhere.
    root = neuron_of_two()
    seen = picture(root)
    names = {"".join(texts[:-2]) for texts in seen.nodes.values() if len(texts) > 1}
    assert names == {"neuron 1/w1", "neuron 2/w1", "layer 2/w1", "neuron 1/x", "neuron 2/x", ""}
    weight = root._left._right
    said = picture(root, highlight=weight).caption
    assert said == ["strong: every path from layer 2/w1 to out"]


def test_inside_a_frame_a_name_does_not_repeat_it():
    # Broken if every box of a neuron says which neuron it is in, as its frame does.
    seen = picture(neuron_of_two(), clusters=True)
    names = sorted("".join(texts[:-2]) for texts in seen.nodes.values() if len(texts) > 1)
    assert [name for name in names if name] == ["w1", "w1", "w1", "x", "x"]
    assert sorted(seen.clusters) == ["layer 1", "layer 2", "neuron 1", "neuron 2"]


def test_highlighted_nodes_without_a_label_show_their_names():
    # Broken if the caption names a node that no box is called.
    x = Value(1.0, label="x")
    hidden = x * 2
    seen = picture(hidden + 1, highlight=hidden)
    assert seen.caption == ["strong: every path from v1 to out"]
    assert ["v1", "data 2", "grad 0"] in seen.nodes.values()


def test_a_label_with_a_slash_is_no_path():
    # Broken if a frame called a cuts the label a/x down to x, and two boxes read x.
    with scope("a"):
        root = Value(1.0, label="a/x") * Value(2.0, label="x")
    seen = picture(root, clusters=True)
    assert {texts[0] for texts in seen.nodes.values() if len(texts) == 3} == {"a/x", "x"}
