"""The player in the windows in which people see it: nothing too small, nothing out of sight."""

import pytest

import nn
from autograd import Value, player, trace
from autograd.command.example import Network
from tests.autograd.show.geometry import overlaps
from tests.autograd.show.playing.test_player import drawing, lecture, scenes, words

NOTEBOOK, WIDE_NOTEBOOK, PAGE, PHONE = (736, None), (1000, None), (1280, 900), (390, 844)


def square():
    x = Value(3.0, label="x")
    return x * x


def sample(inputs, layers):
    """The squared error of a network for one sample."""
    return (nn.MLP(len(inputs), layers, seed=0)(inputs) - 1) ** 2


def horner():
    """A polynomial of degree 12; x, which every step uses, is drawn again beside each."""
    x, result = Value(0.5, label="x"), Value(1.0, label="a12")
    for i in reversed(range(12)):
        result = result * x + Value(1 / (i + 1), label=f"a{i}")
    return result


def recurrent():
    """A recurrent network for a sequence of five numbers."""
    w, u, b, h = (
        Value(number, label=name) for name, number in {"w": 0.7, "u": 0.5, "b": 0.1, "h0": 0.0}.items()
    )
    for t in range(1, 6):
        h = (w * h + u * Value(0.3 * t, label=f"x{t}") + b).tanh()
    return (h - 1) ** 2


GRAPHS = {
    "lecture": lecture,
    "square": square,
    "2-1-1": lambda: Network().loss(),
    "mlp": lambda: sample([1.0, 2.0], [2, 1]),
    "large mlp": lambda: sample([2.0, 3.0, -1.0], [4, 4, 1]),
    "horner": horner,
    "recurrent": recurrent,
}
graphs = pytest.mark.parametrize("make", GRAPHS.values(), ids=GRAPHS)

# Every step: the least size of letters in the drawing, and the edges of what is lit and seen, each as
# left, top, -right, -bottom, so that what is inside has the greater numbers.
MEASURE = """steps => Array.from({length: steps}, (_, step) => {
    if (step > 0) drawing.dispatchEvent(new KeyboardEvent("keydown", {key: "ArrowRight", bubbles: true}));
    const edges = ({left, top, right, bottom}) => [left, top, -right, -bottom];
    const boxes = (selector) => [...document.querySelectorAll(selector)].map(
        (element) => edges(element.getBoundingClientRect()));
    const letters = [...drawing.querySelectorAll("text")].map(
        (text) => parseFloat(getComputedStyle(text).fontSize) * text.getScreenCTM().a);
    return {
        letters: Math.min(...letters),
        seen: boxes("#drawing")[0],
        window: edges({left: 0, top: 0, right: innerWidth, bottom: innerHeight}),
        lit: Object.fromEntries([...drawing.querySelectorAll(".source, .target, .edge-lit")].map(
            (group) => [group.querySelector("title").textContent, edges(group.getBoundingClientRect())])),
        equation: boxes("#now p:first-child")[0],
        across: document.documentElement.scrollWidth,
    };
})"""


def inside(box, *frames):
    return all(edge >= limit - 1 for frame in frames for edge, limit in zip(box, frame, strict=True))


@graphs
@pytest.mark.parametrize("size", [NOTEBOOK, WIDE_NOTEBOOK, PAGE, PHONE], ids=["736", "1000", "page", "phone"])
def test_what_is_lit_is_seen_with_its_words(show, make, size):
    """Broken if letters are below 10 pixels, or what a step computes or its equation is out of sight."""
    made = player(make())
    width, height = size[0], size[1] or made.height
    with show(made, viewport={"width": width, "height": height}) as page:
        steps = page.evaluate(MEASURE, made.steps)
        for scene, step in zip(scenes(made.html), steps, strict=True):
            assert step["letters"] >= 9.99
            assert step["across"] == width
            assert inside(step["equation"], step["window"])
            ends = [end for title, _ in scene["edges"] for end in title.split("->") if end in scene["target"]]
            if not ends:  # leaves, which stand everywhere, or the result
                assert any(inside(step["lit"][place], step["seen"]) for place in scene["target"])
            far = make is GRAPHS["large mlp"] and size is PHONE  # an operation and its result can be apart
            for end in ends[-1:] if far else ends:
                assert inside(step["lit"][end], step["seen"], step["window"])
        assert len({tuple(step["seen"]) for step in steps}) == 1, "the drawing jumps"


def test_a_drawing_is_whole_where_it_can_be_read_whole(show):
    """Broken if a drawing is cut off in a window that has the room, or Fit makes letters below 10 pixels."""
    whole = "drawing.scrollWidth <= drawing.clientWidth && drawing.scrollHeight <= drawing.clientHeight"
    made = player(Network().loss())
    with show(made, viewport={"width": 400, "height": 800}) as page:
        assert not page.evaluate(whole)
        before = page.evaluate(MEASURE, 1)[0]["letters"]
        fit = page.get_by_role("button", name="Fit")
        page.keyboard.press("f")
        assert before > page.evaluate(MEASURE, 1)[0]["letters"] >= 9.99
        assert fit.get_attribute("aria-pressed") == "true"
        fit.click()
        assert page.evaluate(MEASURE, 1)[0]["letters"] == before
        page.set_viewport_size({"width": 1280, "height": 1500})
        page.wait_for_function("drawing.classList.contains('whole')")
        assert page.evaluate(whole)
        assert not fit.is_visible()
        assert page.evaluate(MEASURE, 1)[0]["letters"] >= 13.3


def test_words_stand_beside_a_drawing_that_is_higher_than_the_window(show):
    """Broken if a high drawing is seen through a slot above its words, with the page empty on both sides."""
    places = """["drawing", "now"].map(id => document.getElementById(id).getBoundingClientRect())
                .map(box => [box.left, box.top, box.right, box.bottom])"""
    for make, width, beside in [(horner, 736, True), (horner, 390, False), (lecture, 1280, False)]:
        made = player(make())
        with show(made, "#3", viewport={"width": width, "height": made.height}) as page:
            (_, _, right, bottom), (left, top, _, _) = page.evaluate(places)
            assert (left >= right) is beside
            assert (top >= bottom) is not beside


@graphs
def test_nothing_lies_on_anything_else(make):
    """Broken if an edge runs across words, or words across each other."""
    assert overlaps(drawing(player(make()).html)) == []


def test_a_number_on_the_way_fits_its_box(show):
    """Broken if a gradient that is long before it is 0 at last, runs over the sides of its box."""
    x = Value(3.0, label="x")
    made = player(x * 0.123456 - x * 0.123456)
    assert (
        "sum so far d out/d x = 0.123456 + (-0.123456) = 0 (2 of 2 uses)"
        in words(made.html)[-3] + words(made.html)[-2]
    )
    with show(made) as page:
        for _ in range(made.steps):
            over = page.evaluate(
                """[...drawing.querySelectorAll("g.node")].map(group => {
                       const box = group.querySelector("polygon, ellipse").getBoundingClientRect();
                       return Math.max(...[...group.querySelectorAll("text")]
                           .map(text => text.getBoundingClientRect())
                           .map(text => Math.max(box.left - text.left, text.right - box.right))); })"""
            )
            assert max(over) < 0
            page.keyboard.press("ArrowRight")


def test_copies_are_lit_with_their_node():
    """Broken if a node that is drawn again is lit in one place only, or at another use than the step's."""
    root = horner()
    x = next(f"n{i}" for i, node in enumerate(trace(root)[0]) if node.label == "x")
    first, *steps, last = scenes(player(root).html)
    copies = [place for place in first["target"] if place.startswith(f"{x}_at_")]
    assert len(copies) == 11  # one for each use but the first
    assert set(copies) < set(last["target"])
    uses = 0
    for scene in steps:
        tails = [title.partition("->")[0] for title, _ in scene["edges"]]
        lit = scene["source"] if scene["phase"] == "forward" else scene["target"]
        for copy in set(tails) & set(copies):
            assert [place for place in lit if place in (x, *copies)] == [x, copy]
            uses += 1
    assert uses == 2 * len(copies)  # forward and backward
