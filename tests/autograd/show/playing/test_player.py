"""The player, as it is seen: in a browser, and as the text of its page."""

import html
import json
import math
import re

import pytest

import autograd
import nn
from autograd import Player, Value, explain, operation, player, trace
from autograd import __main__ as command
from autograd.command.example import Network
from autograd.graph import local_derivatives
from autograd.show.drawing import layout
from autograd.sweeps import adjoints
from autograd.walk import topological_order
from autograd.words.names import names_of
from autograd.words.notation import total_derivative
from autograd.words.numerals import digits, short
from autograd.words.symbol import NOTHING_PASSES
from tests.autograd.show.playing import browser
from tests.autograd.show.svg import read


def lecture():
    """(3x + 2)^2 at 1, which gives 25 and the gradient 30."""
    x = Value(1.0, label="x")
    return (3 * x + 2) ** 2


def shared():
    """An operand of one node twice and of another once; a gradient that is a sum of three."""
    x = Value(3.0, label="x")
    return x * x + x


def drawing(page):
    """The drawing of a page, as an SVG file."""
    svg = page[page.index('<svg role="img"') : page.index("</figure>")]
    return svg.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1).replace(
        ' xmlns="http://www.w3.org/2000/svg" xmlns:xlink', " xmlns:xlink", 1
    )


def scenes(page):
    """What the script reads from a page."""
    return [json.loads(html.unescape(text)) for text in re.findall(r'data-scene="([^"]*)"', page)]


def words(page):
    """Title and lines of every step of a page, as text."""
    items = re.findall(r"<li [^>]*>(.*?)</li>", page)
    return [
        [html.unescape(re.sub("<[^>]*>", "", part)) for part in re.split("</h3>|</p>", item)[:-1]]
        for item in items
    ]


# the page as text


def test_the_lectures_example_step_by_step():
    """Broken if a step is missing, in another order, or a line of it is not what one would write by hand."""
    assert words(player(lecture()).html) == [
        ["Given", "x = 1", "The leaves: numbers that everything else is computed from."],
        ["Forward pass, 1 of 3", "v1 = 3*x = 3*1 = 3", "local derivative ∂v1/∂(3) = x = 1",
         "local derivative ∂v1/∂x = 3"],
        ["Forward pass, 2 of 3", "v2 = v1 + 2 = 3 + 2 = 5", "local derivative ∂v2/∂v1 = 1",
         "local derivative ∂v2/∂(2) = 1"],
        ["Forward pass, 3 of 3", "out = v2**2 = 5**2 = 25", "local derivative ∂out/∂v2 = 2*v2 = 2*5 = 10"],
        ["Backward pass, start", "d out/d out = 1",
         "The backward pass starts at the result, with 1; every other gradient starts at 0."],
        ["Backward pass, 1 of 5", "d out/d v2 += d out/d out · ∂out/∂v2 = 1 × 10 = 10",
         "upstream d out/d out = 1", "local derivative ∂out/∂v2 = 2*v2 = 2*5 = 10",
         "sum so far d out/d v2 = 0 + 10 = 10"],
        ["Backward pass, 2 of 5", "d out/d v1 += d out/d v2 · ∂v2/∂v1 = 10 × 1 = 10",
         "upstream d out/d v2 = 10", "local derivative ∂v2/∂v1 = 1",
         "sum so far d out/d v1 = 0 + 10 = 10"],
        ["Backward pass, 3 of 5", "d out/d (2) += d out/d v2 · ∂v2/∂(2) = 10 × 1 = 10",
         "upstream d out/d v2 = 10", "local derivative ∂v2/∂(2) = 1",
         "sum so far d out/d (2) = 0 + 10 = 10"],
        ["Backward pass, 4 of 5", "d out/d (3) += d out/d v1 · ∂v1/∂(3) = 10 × 1 = 10",
         "upstream d out/d v1 = 10", "local derivative ∂v1/∂(3) = x = 1",
         "sum so far d out/d (3) = 0 + 10 = 10"],
        ["Backward pass, 5 of 5", "d out/d x += d out/d v1 · ∂v1/∂x = 10 × 3 = 30",
         "upstream d out/d v1 = 10", "local derivative ∂v1/∂x = 3",
         "sum so far d out/d x = 0 + 30 = 30"],
        ["Gradients", "d out/d x = 30", "out changes this many times as much as each of these does."],
    ]  # fmt: skip


def test_the_uses_of_a_node_are_added_one_by_one():
    """Broken if x*x + x does not show the three parts of its gradient and each edge of x*x."""
    page = player(shared()).html
    sums = [line for step in words(page) for line in step if "uses" in line]
    assert sums == [
        "sum so far d out/d x = 0 + 1 = 1 (1 of 3 uses)",
        "sum so far d out/d x = 1 + 3 = 4 (2 of 3 uses)",
        "sum so far d out/d x = 4 + 3 = 7 (3 of 3 uses)",
    ]
    assert words(page)[6][3] == "local derivative ∂v1/∂x = x = 3 (by operand 1)"
    lit = [tuple(scene["edges"][0]) for scene in scenes(page)[-4:-1]]
    assert lit == [("n0->n2_op", 0), ("n0->n1_op", 0), ("n0->n1_op", 1)]


def test_where_nothing_flows():
    """Broken if a local derivative that does not exist, or that cannot be written down, gets a formula."""

    @operation(lambda x, out: 2.0 * float(x), symbol="sq")
    def square(x):
        return x * x

    x = Value(3.0, label="x")
    page = player(square(x) * (x * 2).detach()).html
    text = " ".join(line for step in words(page) for line in step)
    assert "∂v1/∂x = 6 (not written with autograd's functions)" in text
    assert "∂v3/∂v2 = 0 (no derivative)" in text
    assert "∂out/∂v2" not in text
    grads = {tuple(number[:2]): number[2] for number in scenes(page)[-1]["numbers"]}
    assert set(grads) == {(f"n{i}", "grad") for i in range(6)}  # those that nothing reached appear at the end
    assert list(grads.values()).count("0") == 2


def test_a_comparison_is_not_read_as_an_equation():
    """Broken if the derivative of a ReLU reads x > 0 = -3 > 0 = 0."""
    page = player(Value(3.0, label="x").relu()).html
    assert words(page)[1][2] == "local derivative ∂out/∂x = (x > 0) = (3 > 0) = 1"
    page = player(Value(-3.0, label="x").relu()).html
    assert words(page)[1][2] == "local derivative ∂out/∂x = 0 (not chosen)"


def test_a_leaf_alone_and_numbers_that_are_not_finite():
    """Broken if the smallest graph, or a nan, cannot be played."""
    assert [step[0] for step in words(player(Value(2.0)).html)] == [
        "Given",
        "Backward pass, start",
        "Gradients",
    ]
    page = player(Value(math.inf, label="i") * 0).html
    assert words(page)[1][1] == "out = i*0 = inf*0 = nan"


def test_no_gradient_of_the_graph_is_touched():
    """Broken if playing a graph between two training steps changes the next, or shows grads of the last."""
    loss = Network().loss()
    nodes = trace(loss)[0]
    for i, node in enumerate(nodes):
        node.grad = float(i)
    before = [(node.data, node.grad, node.label) for node in nodes]
    page = player(loss).html
    assert [(node.data, node.grad, node.label) for node in nodes] == before
    table = adjoints(loss)
    shown = read(drawing(page)).nodes
    for i, node in enumerate(nodes):
        assert shown[f"n{i}"][-2:] == [f"data {short(node.data)}", f"grad {short(table[node])}"]


def test_the_graph_need_not_be_one_that_can_be_pickled():
    """Broken if the copy that is played is a deepcopy, which refuses operations defined in a function."""

    @operation(lambda x, out: 2 * x)
    def square(x):
        return x * x

    assert "d out/d x = 6" in player(square(Value(3.0, label="x"))).html


@pytest.mark.parametrize("samples", [1, 2])
def test_one_name_for_one_node(samples):
    """Broken if a node is called one thing in its box and another in the words of a step, or in `explain`."""
    model = nn.MLP(2, [2, 1], seed=0)
    loss = autograd.sum([(model([float(i), 1.0]) - 1) ** 2 for i in range(samples)])
    names = names_of(trace(loss)[0])
    assert {"layer 1/neuron 2/w1", "layer 2/neuron 1/b", "x1"} < set(names.values())
    assert ("x1_2" in names.values()) is (samples == 2)
    page = player(loss).html
    boxes = read(drawing(page)).nodes
    for i, (node, name) in enumerate(names.items()):
        if node._prev or node.label:
            assert "".join(boxes[f"n{i}"][:-2]) == name
    loss.backward()
    explanation = explain(loss)
    lines = {line.strip() for line in str(explanation).splitlines()}
    forward = [step[1] for step in words(page) if step[0].startswith("Forward")]
    assert len(forward) == sum(bool(node._prev) for node in names)
    assert lines.issuperset(forward)
    chain_rule = {line.split(" = ")[0] for step in words(page) for line in step if " += " in line}
    explained = {
        f"{total_derivative('out', step.operand)} += {total_derivative('out', step.node)} · {step.derivative}"
        for step in explanation.steps
        if step.local_formula not in NOTHING_PASSES
    }
    assert 10 < len(explained) <= len(explanation.steps)
    assert explained <= chain_rule


def test_saved_shown_and_named(tmp_path):
    """Broken if the file is not the page, or the frame of a notebook does not hold it."""
    made = player(lecture(), title="The chain <rule>")
    assert isinstance(made, Player)
    assert repr(made) == "<Player: 11 steps>"
    assert made.save(tmp_path / "a.html") == tmp_path / "a.html"
    assert (tmp_path / "a.html").read_bytes() == made.html.encode()
    assert "<h1>The chain &lt;rule&gt;</h1>" in made.html
    srcdoc = re.fullmatch(r'<iframe srcdoc="([^"]*)".*></iframe>', made._repr_html_(), re.DOTALL)
    assert html.unescape(srcdoc[1]) == made.html
    assert "<h1>out = 25, step by step</h1>" in player(lecture()).html
    assert player(lecture()).html == player(lecture()).html


def test_mistakes():
    """Broken if a mistake ends in a traceback from inside, or in a page that nobody can step through."""
    with pytest.raises(TypeError, match="player plays one Value and what it was computed from, got float"):
        player(3.0)
    with pytest.raises(TypeError, match="title is a string, the heading of the page, got 3"):
        player(lecture(), title=3)
    with pytest.raises(ValueError, match="max_nodes is an integer of at least 1, or None"):
        player(lecture(), max_nodes=0)
    with pytest.raises(ValueError, match="rankdir is one of LR, TB, RL, BT, got 'up'"):
        player(lecture(), rankdir="up")
    model = nn.MLP(2, [8, 8, 1], seed=0)
    losses = [(model([float(i), 1.0]) - 1) ** 2 for i in range(20)]
    with pytest.raises(ValueError, match=r"the graph has [\d,]+ nodes, too many .* the loss of one sample"):
        player(autograd.sum(losses))
    with pytest.raises(ValueError, match="the graph has 6 nodes"):
        player(lecture(), max_nodes=5)
    assert player(lecture(), max_nodes=6).steps == player(lecture(), max_nodes=None).steps


def test_without_a_program_that_lays_drawings_out(monkeypatch):
    """Broken if the error does not say what to install."""
    monkeypatch.setattr(layout, "find", lambda format: (_ for _ in ()).throw(layout.EngineNotFound()))
    with pytest.raises(layout.EngineNotFound, match="pip install graphviz-pure"):
        player(lecture())


def test_from_the_command_line(tmp_path, capsys):
    """Broken if --player writes another page than `player`, or none."""
    file = tmp_path / "page.html"
    assert command.main(["(3*x + 2)**2", "x=1", "--player", str(file)]) == 0
    assert f"wrote {file}" in capsys.readouterr().out
    assert file.read_text(encoding="utf-8") == player(lecture(), title="(3*x + 2)**2").html


# the page in a browser


def numbers(page):
    """What stands in the nodes: 'n0 data' to its number, of those that show one."""
    texts = page.eval_on_selector_all(
        "#drawing g.node",
        """groups => groups.map(group => [group.querySelector("title").textContent,
           ...[...group.querySelectorAll("text")].map(text => text.textContent)])""",
    )
    shown = {}
    for name, *fields in texts:
        for field in fields[-2:] if not name.endswith("_op") else []:
            what, _, number = field.partition(" ")
            if number:
                shown[f"{name} {what}"] = number
    return shown


def passes(root):
    """The numbers after every step, from the engine's own: the values, then backpropagation by hand."""
    nodes = trace(root)[0]
    ids = {node: f"n{i}" for i, node in enumerate(nodes)}
    shown = {f"{ids[node]} data": short(node.data) for node in nodes if not node._prev}
    yield dict(shown)
    for node in nodes:
        if node._prev:
            shown[f"{ids[node]} data"] = short(node.data)
            yield dict(shown)
    grads = dict.fromkeys(nodes, 0.0) | {root: 1.0}
    shown[f"{ids[root]} grad"] = short(1.0)
    yield dict(shown)
    for node in reversed(topological_order(root)):
        for operand, local in zip(node._prev, local_derivatives(node), strict=True):
            grads[operand] += local * grads[node]
            shown[f"{ids[operand]} grad"] = short(grads[operand])
            yield dict(shown)
    yield {f"{ids[node]} {what}": short(number) for node in nodes
           for what, number in (("data", node.data), ("grad", grads[node]))}  # fmt: skip


def lit(page):
    """The titles of what is lit, by its role."""
    return {
        role: page.eval_on_selector_all(
            f"#drawing .{role}", 'all => all.map(group => group.querySelector("title").textContent)'
        )
        for role in ("source", "edge-lit", "target")
    }


@pytest.mark.parametrize(
    "make", [lecture, shared, lambda: Network().loss()], ids=["lecture", "shared", "2-1-1"]
)
def test_every_number_at_every_step_is_the_engines(show, make):
    """Broken if a number appears too early, too late, or is not what the engine computes."""
    root = make()
    expected = list(passes(root))
    with show(player(root)) as page:
        for wanted in expected:
            assert numbers(page) == wanted
            page.keyboard.press("ArrowRight")
        assert page.inner_text("#count") == f"{len(expected) - 1} / {len(expected) - 1}"  # no further


def test_every_number_on_the_way_back(show):
    """Broken if a step back leaves a number that has not been computed at the step before."""
    expected = list(passes(shared()))
    with show(player(shared()), f"#{len(expected)}") as page:
        for wanted in reversed(expected):
            assert numbers(page) == wanted
            page.keyboard.press("ArrowLeft")
        assert numbers(page) == expected[0]


def test_what_is_said_and_lit(show):
    """Broken if the words of a step are not announced, or other nodes are lit than those it speaks of."""
    with show(player(lecture()), "#9") as page:
        assert page.inner_text("#now h2") == "Backward pass, 5 of 5"
        assert page.inner_text("#now p >> nth=0") == "d out/d x += d out/d v1 · ∂v1/∂x = 10 × 3 = 30"
        assert lit(page) == {"source": ["n2"], "edge-lit": ["n1->n2_op", "n2_op->n2"], "target": ["n1"]}
        assert page.get_attribute("#now", "aria-live") == "polite"
        assert page.get_attribute("#slider", "aria-valuetext") == "9 of 10: Backward pass, 5 of 5"
        page.get_by_text("All 11 steps").click()
        assert page.get_attribute("#scenes li >> nth=9", "aria-current") == "step"
        page.get_by_role("link", name="Forward pass, 2 of 3").click()
        assert page.inner_text("#now p >> nth=0") == "v2 = v1 + 2 = 3 + 2 = 5"
        assert lit(page)["source"] == ["n2", "n3"]
        assert sorted(lit(page)["target"]) == ["n4", "n4_op"]
        assert page.locator("#scenes li[aria-current]").count() == 1


def test_what_is_still_ahead_is_faint_and_keeps_its_secrets(show):
    """Broken if a node that is not computed yet looks like the others, or tells its number in a tooltip."""
    with show(player(lecture()), "#2") as page:
        ahead = page.locator("#drawing .ahead")
        titles = sorted(ahead.locator("> title").all_text_contents())
        assert titles == ["n4->n5_op", "n5", "n5_op", "n5_op->n5"]
        colors = page.evaluate(
            """["n4", "n5"].map(id => [...drawing.querySelectorAll("g.node")].find(
                   group => group.querySelector("title").textContent === id).querySelector("text"))
               .map(text => [getComputedStyle(text).fill, getComputedStyle(text).pointerEvents])"""
        )
        assert colors[0][0] != colors[1][0]
        assert (colors[0][1], colors[1][1]) == ("auto", "none")


def test_buttons_keys_and_slider(show):
    """Broken if a way to move does not move, moves twice, or works only where the focus happens to be."""
    with show(player(lecture())) as page:

        def at():
            return int(page.inner_text("#count").split(" / ")[0])

        for name, step in [
            ("Step forward", 1), ("Step forward", 2), ("Step back", 1),
            ("To the end", 10), ("To the start", 0),
        ]:  # fmt: skip
            page.get_by_role("button", name=name, exact=True).click()
            assert at() == step
        for key, step in [("End", 10), ("ArrowLeft", 9), ("Home", 0), ("ArrowLeft", 0), ("ArrowRight", 1)]:
            page.keyboard.press(key)
            assert at() == step
        page.get_by_role("slider", name="Step").fill("7")
        assert at() == 7
        for place in ("#slider", "#speed", "#drawing", "#first", "summary"):
            page.focus(place)
            page.keyboard.press("ArrowRight")
            page.keyboard.press("ArrowRight")
            page.keyboard.press("ArrowLeft")
            page.keyboard.press("ArrowLeft")
            page.keyboard.press("ArrowLeft")
            assert at() == 6
            page.keyboard.press("ArrowRight")
        assert page.input_value("#speed") == "1"
        page.keyboard.press("Control+ArrowLeft")  # what the browser or a reader of the screen does with it
        assert at() == 7


def test_play_and_pause(show):
    """Broken if playing does not step, does not stop at the end, or space does not mean what it says."""
    with show(player(lecture())) as page:
        page.clock.install()
        play = page.get_by_role("button", name="Play", exact=True)
        pause = page.get_by_role("button", name="Pause", exact=True)
        page.keyboard.press("Space")
        page.clock.run_for(4100)
        assert page.inner_text("#count") == "2 / 10"
        page.select_option("#speed", "4")
        page.clock.run_for(1100)
        assert page.inner_text("#count") == "4 / 10"
        pause.click()
        page.clock.run_for(60_000)
        assert page.inner_text("#count") == "4 / 10"
        page.keyboard.press("Space")  # after a click too
        page.clock.run_for(60_000)
        assert page.inner_text("#count") == "10 / 10"
        play.click()  # from the start again
        assert page.inner_text("#count") == "0 / 10"
        page.clock.run_for(600)
        page.keyboard.press("ArrowRight")  # who steps takes over
        assert (page.inner_text("#count"), play.count()) == ("2 / 10", 1)
        page.clock.run_for(60_000)
        assert page.inner_text("#count") == "2 / 10"


def test_without_a_mouse(show):
    """Broken if a control cannot be reached or seen by keyboard, or space does not press a button."""
    with show(player(lecture())) as page:
        names = []
        for _ in range(7):
            page.keyboard.press("Tab")
            focus = "document.activeElement"
            names.append(page.evaluate(f"{focus}.ariaLabel"))
            assert page.evaluate(f"getComputedStyle({focus}).outlineWidth") == "3px"
        assert names == ["To the start", "Step back", "Play", "Step forward", "To the end", "Step", "Speed"]
        page.focus("#forward")
        page.keyboard.press("Space")
        assert page.inner_text("#count") == "1 / 10"
        assert page.get_by_role("button", name="Play", exact=True).count() == 1


def test_without_scripts(show):
    """Broken if a reader without JavaScript does not see the finished drawing and all the steps."""
    root = Network().loss()
    made = player(root)
    with show(made, java_script_enabled=False) as page:
        texts = page.locator("#drawing g.node text").all_text_contents()
        for node, gradient in adjoints(root).items():
            assert f"data {short(node.data)}" in texts
            assert f"grad {short(gradient)}" in texts
        steps = page.locator("#scenes li")
        assert steps.count() == made.steps
        assert all(step.is_visible() for step in steps.all())
        assert not page.locator("#controls").is_visible()
        assert not page.locator("#now").is_visible()


def test_a_picture_with_a_name(show):
    """Broken if a screen reader meets the drawing as a heap of texts."""
    with show(player(lecture(), title="The lecture")) as page:
        assert page.get_by_role("img", name="Computation graph: The lecture").count() == 1
        assert "3 operations" in page.text_content("#drawing-desc")


def luminance(color):
    channels = [int(part) / 255 for part in re.findall(r"\d+", color)[:3]]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    """The ratio of WCAG 2, 1 to 21."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_contrast_in_light_and_dark(show, scheme):
    """Broken if words or drawing cannot be read on the paper of the scheme; WCAG asks 4.5 of text."""
    with show(player(lecture()), "#9", color_scheme=scheme) as page:

        def style(selector, what):
            return page.eval_on_selector(selector, f"element => getComputedStyle(element).{what}")

        paper = style("body", "backgroundColor")
        assert (luminance(paper) < 0.1) == (scheme == "dark")
        for selector, what in [
            ("body", "color"), ("#now h2", "color"), ("#now .source", "color"), ("#now .edge", "color"),
            ("#now .target", "color"), ("#hint", "color"), ("#drawing g.node text", "fill"),
            ("#drawing g.node polygon", "stroke"), ("#drawing .source polygon", "stroke"),
            ("#drawing .edge-lit path", "stroke"), ("#drawing .target polygon", "stroke"),
        ]:  # fmt: skip
            assert contrast(style(selector, what), paper) >= 4.5, selector
        assert style("#drawing > svg > g > polygon", "fill") == "none"  # Graphviz's white sheet


def test_motion_only_where_it_is_welcome(show):
    """Broken if a reader who asked for no motion gets some, or all others lose the flow along edges."""
    for motion, moves in [("reduce", False), ("no-preference", True)]:
        with show(player(lecture()), "#9", reduced_motion=motion) as page:
            assert bool(page.evaluate("document.getAnimations().length")) is moves


MALICIOUS = [
    "</script><script>alert(1)</script>",
    "<img src=https://example.org/x onerror=alert(1)>",
    "\"' onmouseover=alert(1) $title ${now} {{0}} &lt;b&gt; \\N",
    "data 7.0000",
]


def test_labels_are_only_words(show):
    """Broken if a label can run a script, load something, end an element, or be taken for a number."""
    root = autograd.sum([Value(float(i), label=text) * 2 for i, text in enumerate(MALICIOUS)])
    with show(player(root, title=MALICIOUS[0])) as page:
        assert page.inner_text("h1") == MALICIOUS[0]
        assert numbers(page) == next(passes(root))
        page.keyboard.press("End")
        *_, expected = passes(root)
        assert numbers(page) == expected
        drawn = page.locator("#drawing g.node text").all_text_contents()
        for text in MALICIOUS:
            assert text in "".join(drawn).replace("\xa0", " ")  # a long one in several lines
            assert f"d out/d ({text})" in page.inner_text("#now")
        assert page.locator("script").count() == 1
        assert page.locator("img[src], [onmouseover], b:not(p > b)").count() == 0


def test_nothing_can_be_loaded(show):
    """Broken if the policy of the page lets anything through to the network."""
    made = player(lecture())
    page_with_image = made.html.replace("<h1>", '<img src="https://example.org/x.png"><h1>')
    blocked = Player(page_with_image, made.steps, made.height)
    with pytest.raises(AssertionError, match="Content Security Policy"), show(blocked):
        pass


def test_a_line_is_never_broken_inside_a_name(show):
    """Broken if a wide formula ends a line between 'neuron' and '2', or between 'd' and its name."""
    w = Value(3.0, label="layer 1/neuron 2/w1")
    with show(player(w * Value(2.0, label="layer 1/neuron 2/x1"))) as page:
        page.keyboard.press("End")
        page.keyboard.press("ArrowLeft")
        assert (
            page.evaluate("""() => {
            const spans = [...document.querySelectorAll("#now p:first-child span span")];
            return spans.map((span) => span.getClientRects().length);
        }""")
            == [1] * 6
        )
        equation = page.locator("#now p:first-child")
        assert equation.evaluate("p => p.clientHeight / parseFloat(getComputedStyle(p).lineHeight)") > 1.5


def test_in_the_frame_of_a_notebook(chromium, tmp_path):
    """Broken if the player does not run in an exported notebook, where it is a frame in a page."""
    made = player(lecture())
    host = tmp_path / "notebook.html"
    host.write_text(f"<!DOCTYPE html><p>before</p>{made._repr_html_()}<p>after</p>", encoding="utf-8")
    with browser.opened(chromium, host.as_uri()) as page:
        frame = page.frame_locator("iframe")
        frame.get_by_role("button", name="Step forward").click()
        page.keyboard.press("ArrowRight")
        assert frame.locator("#count").inner_text() == "2 / 10"
        frame.get_by_text("All 11 steps").click()
        frame.get_by_role("link", name="Gradients").click()
        assert frame.locator("#now p").first.inner_text() == f"d out/d x = {digits(30.0)}"
        box = page.locator("iframe").bounding_box()
        assert (box["height"], box["width"]) == (made.height, 1264)  # the window less the margins of the body
        assert page.evaluate("scrollY") == 0


def test_hundreds_of_nodes(show):
    """Broken if a graph near the limit makes a page that does not load or step."""
    model = nn.MLP(2, [4, 4, 1], seed=0)
    made = player(autograd.sum([(model([float(i), 1.0]) - 1) ** 2 for i in range(4)]))
    assert made.steps > 450
    with show(made, "#400") as page:
        page.keyboard.press("ArrowRight")
        assert page.inner_text("#count") == f"401 / {made.steps - 1}"
        assert lit(page)["target"] == scenes(made.html)[401]["target"]


def test_a_browser_that_is_missing_cannot_be_missed(monkeypatch):
    """Broken if continuous integration could pass without a browser."""
    monkeypatch.setattr(browser.shutil, "which", lambda name: None)
    monkeypatch.setenv(browser.SWITCH, "1")
    with pytest.raises(pytest.fail.Exception, match="no browser on PATH"):
        browser.executable()
    monkeypatch.delenv(browser.SWITCH)
    with pytest.raises(pytest.skip.Exception, match="no browser on PATH: none of chromium"):
        browser.executable()
