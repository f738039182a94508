"""The pages of the documentation: examples run, pictures show what they say, and what is named is linked."""

from __future__ import annotations

import doctest
import importlib.util
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import matplotlib
import pytest

matplotlib.use("agg")
from matplotlib import pyplot

NOTEBOOKS = Path(__file__).parent.parent / "notebooks"
PAGES = sorted(page for part in ("how-to", "explanation") for page in (NOTEBOOKS / part).glob("*.md"))
BLOCKS = re.compile(r"^```(\S*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


ROOT = NOTEBOOKS.parent
FRONT = [ROOT / "README.md", NOTEBOOKS / "index.md"]
HOW_TO = ("draw_and_save", "step_through_a_graph", "figures_for_slides")
WITH_PICTURES = [*FRONT, *(NOTEBOOKS / "how-to" / f"{page}.md" for page in HOW_TO)]


def extension(name: str) -> ModuleType:
    """A module of the site, which is no package."""
    spec = importlib.util.spec_from_file_location(name, NOTEBOOKS / "_extensions" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def name(page: Path) -> str:
    return f"{page.parent.name}/{page.name}"


def test_there_are_pages():
    """Else the tests below would pass over nothing."""
    assert {page.parent.name for page in PAGES} == {"how-to", "explanation"}


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_all_python_on_a_page_is_an_example_that_is_run(page):
    """Else it could be wrong without anybody noticing."""
    text = page.read_text(encoding="utf-8")
    blocks = BLOCKS.findall(text)
    assert text.count("\n```") == 2 * len(blocks)
    assert {language for language, _ in blocks} <= {"python", "bash", "c", "text", "{drawing}", "{toctree}"}
    python = [code for language, code in blocks if language == "python"]
    assert python or page.name == "index.md"
    assert [code for code in python if not code.startswith(">>> ") or not code.endswith("\n\n")] == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_examples_fit_the_width_of_a_page(page):
    """Else a reader would have to scroll to see the end of a line."""
    blocks = BLOCKS.findall(page.read_text(encoding="utf-8"))
    assert [line for _, code in blocks for line in code.splitlines() if len(line) > 84] == []


@pytest.mark.skipif(
    shutil.which("cc") is None or sys.platform == "win32", reason="there is no C compiler that is called cc"
)
def test_the_c_program_on_a_page_prints_what_the_page_says(tmp_path, monkeypatch):
    """Else a reader who follows the page would get an error of the compiler, or other numbers."""
    monkeypatch.chdir(tmp_path)
    text = (NOTEBOOKS / "how-to" / "call_it_from_c.md").read_text(encoding="utf-8")
    names: dict[str, object] = {}
    for example in doctest.DocTestParser().get_examples(text):
        exec(example.source, names)
    blocks = dict(BLOCKS.findall(text))
    Path("main.c").write_text(blocks["c"], encoding="utf-8")
    run = subprocess.run(["sh", "-e", "-c", blocks["bash"]], capture_output=True, text=True, check=True)
    assert run.stdout == blocks["text"]


DRAWN = [page for page in PAGES if "```{drawing}" in page.read_text(encoding="utf-8")]


@pytest.mark.parametrize("page", DRAWN, ids=name)
def test_drawings_on_a_page_show_what_its_examples_have_built(page):
    """Else the site could not be built, or a picture would show a graph that the text does not speak of."""
    text = page.read_text(encoding="utf-8")
    drawn = extension("drawing").drawn
    for block in re.finditer(r"^```{drawing}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        assert drawn(text[: block.start()], block[1].strip()).count("<svg") == 1


def test_a_drawing_is_of_the_names_above_it():
    """Else every drawing of a page could be the same."""
    text = """>>> from autograd import Value
    >>> x = Value(2.0, label="first")
    >>> print(x.data)
    2.0
    """
    drawn = extension("drawing").drawn
    assert "first" in drawn(text, "x * 3, local_derivatives=True")
    assert "second" in drawn(f'{text}>>> x = Value(2.0, label="second")\n', "x * 3")


def test_docstrings_are_read_as_plain_text():
    """Else a product in a docstring would start an emphasis in the reference."""
    failed, attempted = doctest.testmod(extension("prose"))
    assert attempted == 2
    assert failed == 0


# pictures


@pytest.mark.parametrize("page", WITH_PICTURES, ids=name)
def test_a_page_begins_with_a_picture(page):
    """Else a reader has to read before seeing what there is to get."""
    start = page.read_text(encoding="utf-8").partition("\n```")[0]
    assert re.search(r"^!\[[^]]+\]\(", start, re.MULTILINE)


@pytest.mark.parametrize("page", FRONT, ids=name)
def test_the_first_page_shows_a_drawing_a_player_and_a_plot(page):
    """Else somebody who only looks does not learn what this is for."""
    shown = re.findall(r"!\[[^]]+\]\(\S*_static/(\S+)\)", page.read_text(encoding="utf-8"))
    assert shown == ["drawing.svg", "player.png", "boundary.png"]


@pytest.mark.parametrize("page", WITH_PICTURES, ids=name)
def test_pictures_show_what_the_examples_below_them_make(page, tmp_path, monkeypatch):
    """Else they are out of date: `python notebooks/_extensions/pictures.py` makes them anew."""
    monkeypatch.chdir(tmp_path)  # for the files that examples write
    pyplot.close("all")  # else examples draw into what a test before has left open
    pictures = extension("pictures")
    found = list(pictures.pictures(page))
    assert found
    for picture in found:
        assert pictures.read(picture.path) == pictures.words(picture.thing), picture.path.name
    pyplot.close("all")


def test_no_picture_is_left_over():
    """Else a file that no page shows would stay, and nothing would hold it to anything."""
    pages = "".join(page.read_text(encoding="utf-8") for page in [*FRONT, *PAGES])
    files = {path.name for path in (NOTEBOOKS / "_static").iterdir() if path.suffix != ".css"}
    assert files == set(re.findall(r"_static/([\w.]+)\)", pages))
