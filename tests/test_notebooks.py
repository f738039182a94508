"""The notebooks run, show what is committed with them, and say what is so."""

from __future__ import annotations

import doctest
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.claims import claims_in, unclaimed

ROOT = Path(__file__).parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
PICTURES = {"image/svg+xml", "image/png", "text/html"}


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


def executed(path: Path, folder: Path, tmp_path: Path) -> subprocess.CompletedProcess[str]:
    """Run a notebook in a folder, and write the outputs into its file."""
    run = subprocess.run(
        [sys.executable, "-m", "tests.run_notebook", str(path), str(folder)],
        env=environment(tmp_path), cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    return run


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_fresh_run_shows_what_is_committed_and_what_the_text_says(path, tmp_path):
    """Else a reader who runs a notebook would get an error, or the text would speak of other numbers."""
    copy = tmp_path / path.name
    copy.write_bytes(path.read_bytes())
    run = executed(copy, path.parent, tmp_path)
    assert json.loads(run.stdout) == [], f"{path.name} claims what is not so"
    for committed, fresh in zip(cells_of(path), cells_of(copy), strict=True):
        assert shown(fresh) == shown(committed), f"{path.name}, {committed['id']}: run it again and commit it"


def test_the_notebook_on_machine_code_runs_without_llvmlite_and_without_a_compiler(tmp_path, monkeypatch):
    """Else whoever has only the extra `notebook` would get an error in its fifth section."""
    copy = tmp_path / "13.ipynb"
    (path,) = (path for path in NOTEBOOKS if path.name.startswith("13"))
    copy.write_bytes(path.read_bytes())
    (tmp_path / "sitecustomize.py").write_text('import sys; sys.modules["llvmlite"] = None', "utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    run = executed(copy, path.parent, tmp_path)
    assert json.loads(run.stdout) == []
    assert any("backend: numpy" in shown(cell)[0].get("stdout", "") for cell in cells_of(copy))


def texts_of(path: Path) -> dict[str, str]:
    """The Markdown cells of a notebook by their ids."""
    return {cell["id"]: text_of(cell["source"]) for cell in cells_of(path) if cell["cell_type"] == "markdown"}


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_each_decimal_number_in_the_text_is_claimed(path):
    """Else a number in a sentence would stay when the cells beside it show another one."""
    assert {cell: unclaimed(text) for cell, text in texts_of(path).items() if unclaimed(text)} == {}


TEXT = """The loss is 0.125, a quarter of 0.5. `x = 1.5` and $x = 2.5$ are no prose.

## Nor 3.5

```python
>>> 4.5
```
<details>5.5</details> [6.5](7.5)"""


@pytest.mark.parametrize(
    ("comments", "left"),
    [
        ("", ["0.125", "0.5"]),
        ('<!-- "0.125": f"{loss:.3f}" -->', ["0.5"]),
        ('<!-- "0.125": f"{loss:.3f}" -->\n<!-- "quarter of 0.5": loss == 0.5 / 4 -->', []),
        ('<!-- "0.125": f"{loss:.3f}",\n"of 0.5": loss == 0.5 / 4 -->', []),
    ],
)
def test_numbers_without_a_claim_are_found(comments, left):
    found = unclaimed(f"{TEXT}\n{comments}")
    assert len(found) == len(left)
    assert all(number in words for number, words in zip(left, found, strict=True))


@pytest.mark.parametrize(
    ("comment", "message"),
    [
        ("<!-- a note -->", "is no claim"),
        ("<!-- 0.125: x -->", "0.125 does not stand in the cell"),
        ('<!-- "0.126": x -->', "'0.126' does not stand in the cell"),
        ('<!-- "0.125": "0.125" -->', "which is always so"),
        ('<!-- "0.125": True -->', "which is always so"),
    ],
)
def test_comments_that_claim_nothing_are_refused(comment, message):
    with pytest.raises(ValueError, match=message):
        claims_in(TEXT + comment)


def test_claims_that_do_not_hold_are_named_with_their_cell(tmp_path):
    """Broken if a false sentence passes, or if a claim is asked too early or counted as a cell."""
    claims = ['"0.125": f"{x:.3f}"', '"a quarter": x < 0.2', '"0.5": f"{x:.1f}"', '"quarter": x', '"loss": y']
    sources = {
        "c0": "The loss.",
        "c1": "x = 0.125",
        "c2": TEXT + "".join(f"<!-- {claim} -->" for claim in claims),
    }
    sources["c3"] = "1 + 1"
    cells = [
        {
            "cell_type": "code",
            "id": name,
            "source": source,
            "metadata": {},
            "outputs": [],
            "execution_count": None,
        }
        if name in ("c1", "c3")
        else {"cell_type": "markdown", "id": name, "source": source, "metadata": {}}
        for name, source in sources.items()
    ]
    path = tmp_path / "small.ipynb"
    path.write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    run = executed(path, tmp_path, tmp_path)
    assert json.loads(run.stdout) == [
        "c2: it says '0.5', but f\"{x:.1f}\" is '0.1'",
        "c2: it says 'quarter', but x is 0.125",
        "c2: it says 'loss', but y is NameError: name 'y' is not defined",
    ]
    assert [cell["execution_count"] for cell in cells_of(path) if cell["cell_type"] == "code"] == [1, 2]
    assert shown(cells_of(path)[3])[1] == ["2"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_folded_answers_are_what_the_engine_says(path):
    """Else a learner who got it right would be told that it is wrong."""
    answers = [
        code
        for text in texts_of(path).values()
        for code in re.findall(r"```python\n(>>> .*?)```", text, re.S)
    ]
    assert len(answers) >= 3 or path.name.startswith("00"), (
        "notebook 00 folds classes, which `check` is given"
    )
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
    assert [int(path.name[:2]) for path in NOTEBOOKS] == list(range(len(NOTEBOOKS)))
    guide = (ROOT / "notebooks" / "README.md").read_text(encoding="utf-8")
    assert [path.name for path in NOTEBOOKS if f"({path.name})" not in guide] == []
