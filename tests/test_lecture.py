"""The table that leads from the lecture to the notebooks names only what is there, and leaves no part out."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

NOTEBOOKS = Path(__file__).parent.parent / "notebooks"
GUIDE = (NOTEBOOKS / "README.md").read_text(encoding="utf-8")
LECTURE, READING = "The lecture, and where it is run", "The lecture's reading list"

PLACE = re.compile(r"\b(?P<notebook>\d\d)\b|\*(?P<number>\d+)(\. (?P<title>[^*]+))?\*")
RANGE = re.compile(r"\*(\d+)\* to \*(\d+)\*")


def rows(heading: str) -> list[list[str]]:
    """The cells of the table under a heading of the guide, without its first two lines."""
    _, _, text = GUIDE.partition(f"## {heading}\n")
    table = [line for line in text.partition("\n## ")[0].splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table[2:]]


def sections(notebook: str) -> dict[str, str]:
    """The titles of a notebook's sections by their numbers."""
    (path,) = NOTEBOOKS.glob(f"{notebook}_*.ipynb")
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    text = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    return dict(re.findall(r"^## (\d+)\. (.*)$", text, re.MULTILINE))


def places(cell: str) -> Iterator[tuple[str, str, str | None]]:
    """Each section that a cell names: the notebook, its number and, where it is given, its title."""
    ranged = RANGE.sub(lambda ends: ", ".join(f"*{n}*" for n in range(int(ends[1]), int(ends[2]) + 1)), cell)
    notebook = None
    for found in PLACE.finditer(ranged):
        if found["notebook"]:
            notebook = found["notebook"]
        else:
            assert notebook, f"no notebook is named before section {found['number']}: {cell}"
            yield notebook, found["number"], found["title"]


@pytest.mark.parametrize("row", [*rows(LECTURE), *rows(READING)], ids=lambda row: row[0][:40])
def test_every_place_exists(row):
    """Else a reader is sent to a notebook or a section that is gone, or was renamed."""
    assert len(row) == 2
    for notebook in re.findall(r"\b\d\d\b", row[1]):
        assert sections(notebook)
    for notebook, number, title in places(row[1]):
        assert number in sections(notebook), f"notebook {notebook} has no section {number}"
        assert title in (None, sections(notebook)[number])


@pytest.mark.parametrize("row", rows(LECTURE), ids=lambda row: row[0][:40])
def test_every_part_of_the_lecture_has_a_place(row):
    """Else a row would only look like an answer."""
    assert list(places(row[1])) or row[1] == "[below](#the-lectures-reading-list)"


def test_no_part_of_the_lecture_is_missing():
    """Else a heading, a practice question, a chart or a reading of the lecture could get lost."""
    parts = [part for part, _ in rows(LECTURE)]
    expected = [
        *(f"Objective {n}:" for n in range(1, 7)),
        *(f"{n}. " for n in range(1, 11)),
        *(f"Question {n}," for n in range(1, 9)),
        "Key formulas", "Finance application", "Reading list", "Summary", "Video notes",
    ]  # fmt: skip
    assert [start for start in expected if not any(part.startswith(start) for part in parts)] == []
    assert sum(part.startswith("chart: ") for part in parts) == 5
    readings = [reading.partition(" ")[0].rstrip(",") for reading, _ in rows(READING)]
    assert readings == [
        "Rumelhart", "Nielsen", "Goodfellow", "Karpathy", "3Blue1Brown", "Stanford", "Schmidhuber"
    ]  # fmt: skip


def test_the_reader_of_the_table_notices_what_is_wrong():
    """Else the tests above could pass over a section that is not there."""
    assert list(places("01, *1* to *3* and *5. A number used twice*; 12, *7*")) == [
        ("01", "1", None),
        ("01", "2", None),
        ("01", "3", None),
        ("01", "5", "A number used twice"),
        ("12", "7", None),
    ]
    assert sections("01")["5"] == "A number used twice"
    assert "99" not in sections("01")
