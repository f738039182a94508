"""The notebooks run, show what is committed with them, and their folded answers are right."""

from __future__ import annotations

import doctest
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
PICTURES = {"image/svg+xml", "image/png", "text/html"}

# nbclient runs in a process of its own: the event loop and the sockets between it and the kernel raise
# warnings that depend on the versions of zmq and tornado, and none of them is about this project.
EXECUTE = """
import sys
import matplotlib.font_manager  # lists the fonts at its first import ever, and would say so in a notebook
import nbformat
from nbclient import NotebookClient

path, folder = sys.argv[1:]
notebook = nbformat.read(path, as_version=4)
NotebookClient(notebook, timeout=600, resources={"metadata": {"path": folder}}).execute()
nbformat.write(notebook, path)
"""


def cells_of(path: Path) -> list[dict]:
    return json.loads(path.read_text(encoding="utf-8"))["cells"]


def text_of(lines: str | list[str]) -> str:
    return lines if isinstance(lines, str) else "".join(lines)


def shown(cell: dict) -> tuple[dict[str, str], list[str], list[set[str]]]:
    """What a cell prints, by stream; its results as text; the media types of each result."""
    streams: dict[str, str] = {}
    texts, media = [], []
    for output in cell.get("outputs", []):
        if output["output_type"] == "stream":  # a kernel may cut one text into several
            streams[output["name"]] = streams.get(output["name"], "") + text_of(output["text"])
        else:
            plain = text_of(output["data"].get("text/plain", ""))
            texts.append(re.sub(r" at 0x[0-9a-f]+>", ">", plain))
            media.append(set(output["data"]))
    return streams, texts, media


def environment(tmp_path: Path) -> dict[str, str]:
    """A kernel that imports this tree, not an installed one, and knows nothing of the user's own settings."""
    paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    variables = os.environ | {"PYTHONPATH": os.pathsep.join(paths), "IPYTHONDIR": str(tmp_path / "ipython")}
    variables.pop("MPLBACKEND", None)  # a window, or no picture at all, in place of one in the notebook
    variables["LOKY_MAX_CPU_COUNT"] = "1"  # else scikit-learn asks programs that a PATH may lack, and warns
    return variables


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_fresh_run_shows_what_is_committed(path, tmp_path):
    """Else a reader who runs a notebook would get an error, or other numbers than the text speaks of."""
    copy = tmp_path / path.name
    copy.write_bytes(path.read_bytes())
    run = subprocess.run(
        [sys.executable, "-c", EXECUTE, str(copy), str(path.parent)],
        env=environment(tmp_path), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    for committed, fresh in zip(cells_of(path), cells_of(copy), strict=True):
        assert shown(fresh) == shown(committed), f"{path.name}, {committed['id']}: run it again and commit it"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_folded_answers_are_what_the_engine_says(path):
    """Else a learner who got it right would be told that it is wrong."""
    answers = [
        code
        for cell in cells_of(path)
        for code in re.findall(r"```python\n(>>> .*?)```", text_of(cell["source"]), re.S)
    ]
    assert len(answers) >= 3
    for code in answers:
        example = doctest.DocTestParser().get_doctest(code, {}, path.stem, str(path), 0)
        problems: list[str] = []
        doctest.DocTestRunner(verbose=False).run(example, out=problems.append)
        assert not problems, "".join(problems)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_committed_with_pictures_and_without_traces_of_a_machine(path):
    """Else the pictures would be missing where notebooks are only read, or each run would change the file."""
    cells = cells_of(path)
    media = set().union(*(types for cell in cells for types in shown(cell)[2]))
    assert PICTURES & media
    assert [cell["id"] for cell in cells] == [f"cell-{i:02}" for i in range(1, len(cells) + 1)]
    assert not any(cell["metadata"] for cell in cells)
    assert not any("stderr" in shown(cell)[0] for cell in cells)
    counts = [cell["execution_count"] for cell in cells if cell["cell_type"] == "code"]
    assert counts == list(range(1, len(counts) + 1))
    for cell in cells:
        for output in cell.get("outputs", []):
            output.get("data", {}).pop("image/png", None)  # whose letters are random
    assert not re.search(r"/home/|/root/|/tmp/|/Users/|0x[0-9a-f]{6}", json.dumps(cells))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_heading_says_what_you_will_be_able_to_do(path):
    """Else a reader would have to read the whole notebook to know whether to read it."""
    heading = text_of(cells_of(path)[0]["source"])
    assert heading.startswith("# ")
    assert "you will be able to" in heading
    assert heading.count("\n- ") >= 3


def test_the_notebooks_are_numbered_and_listed():
    """Else a notebook that was renamed or lost would not be missed, and nobody would find the path."""
    assert [int(path.name[:2]) for path in NOTEBOOKS] == list(range(1, len(NOTEBOOKS) + 1))
    guide = (ROOT / "notebooks" / "README.md").read_text(encoding="utf-8")
    assert [path.name for path in NOTEBOOKS if f"({path.name})" not in guide] == []
