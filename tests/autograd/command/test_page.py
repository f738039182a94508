"""The page and the SVG file of `python -m autograd`, in the windows in which people open them."""

import pytest

from autograd import Value, explain
from autograd.command.expression import Expression
from autograd.command.listing import as_table
from autograd.command.page import as_page, as_svg
from autograd.words.numerals import short
from tests.autograd.show.playing import browser
from tests.autograd.show.svg import read

LECTURE = "(3*x + 2)**2"
SHARED = "tanh(w1*x1 + w2*x2 + b)*exp(x1)"
WIDE = "tanh(w1*x1 + w2*x2 + b)*v1 + tanh(w3*x1 + w4*x2 + c)*v2"  # some 700 pixels of drawing
LONG = "*".join(f"(x{i} + 1)" for i in range(6))

SIZES = """() => {
    const text = document.querySelector("g.node text");
    const svg = document.querySelector("svg").getBoundingClientRect();
    return {
        letters: parseFloat(text.getAttribute("font-size")) * text.getScreenCTM().a,
        drawing: svg.right,
        across: document.documentElement.scrollWidth,
    };
}"""


@pytest.fixture(scope="module")
def chromium():
    with browser.launched() as chromium:
        yield chromium


def computed(text):
    """What a formula gives for some numbers, with gradients."""
    expression = Expression(text)
    root = expression({name: Value(0.3 + i, label=name) for i, name in enumerate(expression.variables)})
    root.backward()
    return root


@pytest.mark.parametrize("text", [LECTURE, SHARED, WIDE, LONG], ids=["lecture", "shared", "wide", "long"])
@pytest.mark.parametrize("width", [736, 1280])
@pytest.mark.parametrize("kind", ["html", "svg"])
def test_the_drawing_is_whole_and_can_be_read(chromium, tmp_path, text, width, kind):
    """Broken if a side of the drawing is cut off, or its letters are below 10 pixels."""
    root, file = computed(text), tmp_path / f"file.{kind}"
    file.write_text(as_svg(root) if kind == "svg" else as_page(text, root, explain(root)), encoding="utf-8")
    with browser.opened(chromium, file.as_uri(), viewport={"width": width, "height": 900}) as page:
        sizes = page.evaluate(SIZES)
    assert sizes["letters"] >= 9.99
    assert sizes["drawing"] <= width
    assert sizes["across"] == width


def test_in_a_narrow_window_the_parts_scroll_and_the_page_does_not(chromium, tmp_path):
    """Broken if a drawing shrinks until nobody can read it, or a wide table widens the page."""
    root, file = computed(WIDE), tmp_path / "page.html"
    file.write_text(as_page(WIDE * 9, root, explain(root)), encoding="utf-8")
    with browser.opened(chromium, file.as_uri(), viewport={"width": 390, "height": 844}) as page:
        sizes = page.evaluate(SIZES)
        assert page.evaluate("document.querySelector('figure').scrollWidth") > 390
    assert 9.99 <= sizes["letters"] < 10.1
    assert sizes["across"] == 390


@pytest.mark.parametrize("text", [LECTURE, SHARED])
def test_a_box_has_the_name_that_the_table_uses(text):
    """Broken if the table speaks of v1, and no box of the drawing is called so."""
    root = computed(text)
    table = [line.split() for line in as_table(root).splitlines()[1:]]
    boxes = [lines for lines in read(as_svg(root)).nodes.values() if len(lines) == 3]
    assert sorted(name for name, *_ in boxes) == sorted(name for name, *_ in table)
    grads = {name: grad for name, _, grad in boxes}
    for name, *_, gradient in table:
        assert grads[name] == f"grad {short(float(gradient))}"
    assert root.label == "", "the given graph is as it was"
