"""The pictures of the pages: each shows what the example below it makes. `python notebooks/_extensions/pictures.py`

A page names a picture, such as `![](../_static/drawing.svg)`, and the next example on it assigns the drawing, the
player or the plot that the picture shows. This file runs the examples of every page and writes the pictures anew.
A picture can be read again as text, the words and numbers that are seen in it, so that a test can hold it to
its example: what depends on the machine, such as the font, is left out.
"""

from __future__ import annotations

import ast
import doctest
import html
import io
import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import chdir, redirect_stdout
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple
from xml.etree import ElementTree

import matplotlib
import matplotlib.pyplot
from graphviz import Digraph
from matplotlib.axes import Axes
from PIL import Image

ROOT = Path(__file__).parents[2]
if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))

from autograd import Player  # noqa: E402

PAGES = [ROOT / "README.md", ROOT / "notebooks/index.md", *sorted((ROOT / "notebooks/how-to").glob("*.md"))]
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
SVG = "{http://www.w3.org/2000/svg}"

_PARTS = re.compile(
    r"!\[[^\]]*\]\((?P<picture>\S*_static/\S+)\)|^```python\n(?P<code>.*?)^```$", re.MULTILINE | re.DOTALL
)


class Picture(NamedTuple):
    """A picture on a page."""

    page: Path
    path: Path
    thing: Digraph | Player | Axes  # what it shows


def pictures(page: Path) -> Iterator[Picture]:
    """The pictures of a page, with what the example below each makes.

    Raises:
        ValueError: if there is no example below a picture, or it assigns nothing that can be shown.
    """
    names: dict[str, Any] = {}
    waiting = None
    parts = list(_PARTS.finditer(page.read_text(encoding="utf-8")))
    last = max((place for place, part in enumerate(parts) if part["picture"]), default=-2)
    for part in parts[: last + 2]:
        if part["picture"]:
            waiting = page.parent / part["picture"]
            continue
        examples = doctest.DocTestParser().get_examples(part["code"])
        source = "".join(example.source for example in examples if example.exc_msg is None)
        with redirect_stdout(io.StringIO()):
            exec(source, names)
        if waiting is not None:
            yield Picture(page, waiting.resolve(), _shown(source, names, waiting))
            waiting = None
    if waiting is not None:
        raise ValueError(f"{page.name}: no example stands below the picture {waiting.name}")


def _shown(source: str, names: dict[str, Any], picture: Path) -> Digraph | Player | Axes:
    assigned = [
        target.id
        for line in ast.parse(source).body
        if isinstance(line, ast.Assign)
        for target in line.targets
        if isinstance(target, ast.Name)
    ]
    things = [names[name] for name in assigned if isinstance(names[name], (Digraph, Player, Axes))]
    if not things:
        raise ValueError(
            f"the example below {picture.name} assigns no drawing, player or plot; it assigns {assigned}"
        )
    return things[-1]


# what a picture shows, as text


def words(thing: Digraph | Player | Axes) -> str:
    """What is to be seen in the picture of a thing."""
    if isinstance(thing, Digraph):
        return _drawn(thing.pipe(format="svg", encoding="utf-8"))
    return _frame(thing) if isinstance(thing, Player) else _plotted(thing)


def read(path: Path) -> str:
    """What is to be seen in a picture that has been written."""
    if path.suffix == ".svg":
        return _drawn(path.read_text(encoding="utf-8"))
    with Image.open(path) as image:
        return str(image.info["Description"])


def _drawn(svg: str) -> str:
    """Nodes and edges in order, each with its texts and colours; where they lie depends on the font."""
    groups = ElementTree.fromstring(svg).iter(f"{SVG}g")
    lines = []
    for group in groups:
        if group.get("class") in ("node", "edge", "cluster"):
            texts = [text.text or "" for text in group.iter(f"{SVG}text")]
            colors = {part.get("fill", "") for part in group.iter()} | {
                part.get("stroke", "") for part in group.iter()
            }
            lines.append(" ".join([group.findtext(f"{SVG}title") or "", *texts, *sorted(colors - {""})]))
    return "\n".join(sorted(lines))


def _frame(play: Player) -> str:
    """The words of the last step backward, which stands before the summary, and the texts of the drawing."""
    steps = re.findall(r"<li class=[^>]*>(.*?)</li>", play.html, re.DOTALL)
    drawing = play.html[play.html.index('<svg role="img"') : play.html.index("</figure>")]
    texts = re.findall(r"<text\b[^>]*>(.*?)</text>", drawing)
    lines = html.unescape(re.sub(r"<[^>]*>", "\n", "\n".join([steps[-2], *sorted(texts)]))).split("\n")
    return "\n".join(filter(None, map(str.strip, lines)))


def _plotted(axes: Axes) -> str:
    """The words of a plot, and of each thing that is drawn the numbers that it is drawn from."""
    said = [axes.get_title(), axes.get_xlabel(), axes.get_ylabel()]
    lines = [f"{type(line).__name__} {_summary(line.get_xydata())}" for line in axes.lines]
    for drawn in axes.collections:
        lines.append(f"{type(drawn).__name__} {_summary(drawn.get_offsets())} {_summary(drawn.get_array())}")
    return "\n".join([*filter(None, said), *lines])


def _summary(numbers: Any) -> str:
    return "" if numbers is None else f"{numbers.size} numbers, mean {numbers.mean():.2f}"


# writing


def write(picture: Picture) -> None:
    """Make the file of a picture."""
    thing, path = picture.thing, picture.path
    if isinstance(thing, Digraph):
        path.write_text(thing.pipe(format="svg", encoding="utf-8"), encoding="utf-8", newline="\n")
    elif isinstance(thing, Player):
        _photograph(thing, path)
    else:
        thing.figure.set_size_inches(6, 3.6)
        thing.figure.set_layout_engine("constrained")
        thing.figure.savefig(path, dpi=160, metadata={"Description": words(thing), "Software": None})


def _photograph(play: Player, path: Path) -> None:
    """The page as a browser shows it at the last step backward, down to the words."""
    from PIL.PngImagePlugin import PngInfo
    from playwright.sync_api import sync_playwright

    program = next(filter(None, map(shutil.which, BROWSERS)))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        page = browser.new_page(
            viewport={"width": 960, "height": 900}, device_scale_factor=2, reduced_motion="reduce"
        )
        page.set_content(play.html)
        page.keyboard.press("End")
        page.keyboard.press("ArrowLeft")
        box = page.locator("#now").bounding_box()
        image = page.screenshot(clip={"x": 0, "y": 0, "width": 960, "height": box["y"] + box["height"] + 6})
        browser.close()
    info = PngInfo()
    info.add_itxt("Description", words(play))
    with Image.open(io.BytesIO(image)) as shot:
        shot.convert("P", palette=Image.Palette.ADAPTIVE, colors=64).save(path, pnginfo=info, optimize=True)


def main() -> None:
    """Write every picture, as the first page that has it makes it."""
    matplotlib.use("agg")
    done = set()
    with TemporaryDirectory() as folder, chdir(folder):  # for the files that examples write
        for page in PAGES:
            for picture in pictures(page):
                if picture.path not in done:
                    write(picture)
                    print(f"wrote {picture.path.relative_to(ROOT)}, of {page.relative_to(ROOT)}")
                done.add(picture.path)
            matplotlib.pyplot.close("all")


if __name__ == "__main__":
    main()
