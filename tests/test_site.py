"""The site as it is built: what the text names is linked, and all can be read at the width of a window."""

from __future__ import annotations

import doctest
import importlib
import json
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

import autograd
from tests.autograd.show.playing import browser

pytest.importorskip("myst_nb", reason="the site is built with the extra `docs`")
pytest.importorskip("furo")

NOTEBOOKS = Path(__file__).parent.parent / "notebooks"
NUMBERED = sorted(NOTEBOOKS.glob("[0-9][0-9]_*.ipynb"))
WIDE, PHONE = 1280, 390  # pixels
NOT_PROSE = {"a", "code", "pre", "math", "h1", "h2", "h3", "script", "style"}


class Article(HTMLParser):
    """The text of a page by what it stands in, the targets of its links, and its anchors."""

    def __init__(self, page):
        super().__init__()
        self.open, self.prose, self.code, self.links, self.anchors = [], "", [], [], set()
        self.feed(page.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self.anchors.add(given.get("id"))
        if tag not in ("img", "br", "hr", "meta", "link", "input"):
            self.open.append(tag)
        if tag == "a" and "article" in self.open:
            self.links.append(given.get("href", ""))

    def handle_endtag(self, tag):
        if tag in self.open:
            del self.open[len(self.open) - 1 - self.open[::-1].index(tag) :]

    def handle_data(self, data):
        if "article" not in self.open:
            return
        if "code" in self.open and not {"a", "pre", "h1", "h2", "h3"} & {*self.open}:
            self.code.append(data)
        self.prose += data if not NOT_PROSE & {*self.open} else "|"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The folder of the built site; a warning of the build is a failure."""
    folder = tmp_path_factory.mktemp("site")
    build = [
        sys.executable,
        "-m",
        "sphinx",
        "-W",
        "--keep-going",
        "-q",
        "-b",
        "html",
        NOTEBOOKS,
        folder / "html",
    ]
    subprocess.run([*build, "-d", folder / "doctrees"], check=True)
    return folder / "html"


@pytest.fixture(scope="module")
def articles(site):
    pages = [page for page in site.rglob("*.html") if page.stem not in ("genindex", "search", "py-modindex")]
    return {page.relative_to(site).as_posix(): Article(page) for page in pages}


def heading(notebook):
    return json.loads(notebook.read_text(encoding="utf-8"))["cells"][0]["source"][0].strip("# \n")


# what is named


def test_notebooks_carry_their_numbers_in_the_sidebar(site):
    """Else a reader cannot find the notebook 02 that the text speaks of."""
    sidebar = (site / "index.html").read_text(encoding="utf-8").partition('class="main"')[0]
    for notebook in NUMBERED:
        assert f">{notebook.stem[:2]} {heading(notebook)}</a>" in sidebar


def test_notebooks_and_sections_named_in_the_text_are_links(articles):
    """Else a reader is sent somewhere without a way there."""
    named = re.compile(r"[Nn]otebooks?\s+\d\d|[Ss]ections?\s+\d+")
    left = {
        page: named.findall(article.prose) for page, article in articles.items() if "reference/" not in page
    }
    assert {page: names for page, names in left.items() if names} == {}


def test_sections_of_the_lecture_are_links_to_it(articles):
    """Else what a notebook says of the lecture cannot be held against it."""
    lecture = "Lecture-5-Gradient-Descent-and-Backpropagation.md#8-a-worked-example"
    assert any(link.endswith(lecture) for link in articles["02_backpropagation_by_hand.html"].links)
    assert any(link.endswith(lecture) for link in articles["tutorial.html"].links)


def test_names_of_the_packages_in_the_text_are_links(articles):
    """Else a reader has to search the reference."""
    known = {
        anchor for page, article in articles.items() if "reference/" in page for anchor in article.anchors
    }
    assert "nn.fit" in known
    for page, article in articles.items():
        plain = [name for name in article.code if name.startswith(("nn.", "autograd.")) and name in known]
        assert plain == [], page


def test_names_that_are_handed_out_later_are_in_the_reference(articles):
    """Else `jit` and what it returns could be used and not be looked up: a star import leaves them out."""
    anchors = articles["reference/autograd.html"].anchors
    assert {name for names in autograd._LATER.values() for name in names} <= {
        anchor.removeprefix("autograd.") for anchor in anchors if anchor
    }


def test_a_name_that_a_page_defines_or_that_means_two_things_is_no_link(articles):
    """Else `grad` in "its `grad`" would lead to the function of that name."""
    assert "grad" in articles["01_values_and_the_chain_rule.html"].code


def test_every_link_inside_the_site_leads_somewhere(articles):
    """Else a section that has been renamed leaves a dead link behind."""
    for page, article in articles.items():
        for link in article.links:
            target, _, anchor = link.partition("#")
            if "://" in link or target.endswith((".ipynb", ".txt")):
                continue
            path = (Path("/") / page).parent.joinpath(target).resolve() if target else Path("/") / page
            found = articles.get(path.relative_to("/").as_posix())
            assert found is not None, f"{page}: {link}"
            assert not anchor or anchor in found.anchors, f"{page}: {link}"


# what is seen


@pytest.fixture(scope="module")
def chromium():
    with browser.launched() as program:
        yield program


OVERFLOWING = """selector => [...document.querySelectorAll(selector)]
    .filter(box => box.scrollWidth > box.clientWidth + 1)
    .map(box => box.textContent.trim().slice(0, 60))"""


def look(chromium, site, pages, width, ask, *arguments, **context):
    """What each page of the site answers to a question in JavaScript, if it is not empty."""
    window = chromium.new_context(viewport={"width": width, "height": 900}, **context)
    page, answers = window.new_page(), {}
    for name in pages:
        page.goto((site / name).as_uri())
        answers[name] = page.evaluate(ask, *arguments)
    window.close()
    return {name: answer for name, answer in answers.items() if answer}


def test_code_and_tables_are_not_cut_off(chromium, site, articles):
    """Else the end of a line, or the last column of the operation table, is out of sight."""
    boxes = "article pre, article .table-wrapper"
    assert look(chromium, site, articles, WIDE, OVERFLOWING, boxes) == {}


@pytest.mark.parametrize("width", [WIDE, PHONE])
def test_no_page_scrolls_sideways(chromium, site, articles, width):
    """Else what is wide moves the text along with it; it scrolls in a box of its own."""
    assert (
        look(chromium, site, articles, width, OVERFLOWING, "html, .content, article p:not(:has(math))") == {}
    )


def test_the_text_of_a_drawing_is_never_too_small(chromium, site, articles):
    """Else a wide graph is shrunk until nothing in it can be read."""
    small = """() => [...document.querySelectorAll('article :is(img[src$=".svg"], img.drawing)')]
        .filter(image => !image.closest('.sheet') ||
            image.clientWidth < parseFloat(getComputedStyle(image).getPropertyValue('--least')) - 1)
        .map(image => image.src)"""
    assert look(chromium, site, articles, PHONE, small) == {}


def test_pictures_stand_on_white_on_a_dark_page(chromium, site, articles):
    """Else black lines stand on black."""
    dark = """() => [...document.querySelectorAll('article img')]
        .filter(image => getComputedStyle(image).backgroundColor !== 'rgb(255, 255, 255)')
        .map(image => image.src)"""
    assert look(chromium, site, articles, WIDE, dark, color_scheme="dark") == {}


@pytest.mark.parametrize(("name", "examples"), [("figures", 2), ("references", 2)])
def test_the_examples_of_the_extensions(name, examples, monkeypatch):
    """Else the size of a text, or what a sentence names, is taken for something else."""
    monkeypatch.syspath_prepend(NOTEBOOKS / "_extensions")
    assert doctest.testmod(importlib.import_module(name)) == (0, examples)
