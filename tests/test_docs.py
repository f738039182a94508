"""The pages of the documentation: every example on them is run, and docstrings are read as they are meant."""

from __future__ import annotations

import doctest
import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

NOTEBOOKS = Path(__file__).parent.parent / "notebooks"
PAGES = sorted(page for part in ("how-to", "explanation") for page in (NOTEBOOKS / part).glob("*.md"))
BLOCKS = re.compile(r"^```(\S*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


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
    assert {language for language, _ in blocks} <= {"python", "bash", "text", "{drawing}", "{toctree}"}
    python = [code for language, code in blocks if language == "python"]
    assert python or page.name == "index.md"
    assert [code for code in python if not code.startswith(">>> ") or not code.endswith("\n\n")] == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_examples_fit_the_width_of_a_page(page):
    """Else a reader would have to scroll to see the end of a line."""
    blocks = BLOCKS.findall(page.read_text(encoding="utf-8"))
    assert [line for _, code in blocks for line in code.splitlines() if len(line) > 84] == []


def extension(name: str) -> ModuleType:
    """A file that Sphinx loads, as a module."""
    spec = importlib.util.spec_from_file_location(name, NOTEBOOKS / "_extensions" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


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
