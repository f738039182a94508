"""Pictures as wide as the page, and no smaller than can be read: a wide drawing scrolls in a box of its own."""

import re
from math import ceil
from pathlib import Path

from docutils import nodes

LEAST_TEXT = 10  # pixels
_POINT = 4 / 3  # pixels
_WIDTH = re.compile(r'<svg\b[^>]*?\bwidth="([\d.]+)pt"')
_TEXT = re.compile(r'font-size="([\d.]+)"')  # as Graphviz writes it, in points
_OUTLINES = re.compile(r"scale\((0\.\d+) -\1\)")  # as matplotlib does, of letters that are 100 points high


def least_width(svg):
    """The pixels at which the smallest text of a drawing is `LEAST_TEXT` high; None if it has no text.

    >>> least_width('<svg width="300pt" height="50pt"><text font-size="14.00">x</text></svg>')
    215
    >>> least_width('<svg width="300pt" height="50pt"><g transform="scale(0.1 -0.1)"></g></svg>')
    300
    """
    width = _WIDTH.search(svg)
    sizes = [float(size) for size in _TEXT.findall(svg)] + [
        100 * float(size) for size in _OUTLINES.findall(svg)
    ]
    if width is None or not sizes:
        return None
    return ceil(float(width[1]) * min(_POINT, LEAST_TEXT / min(sizes)))


def box(svg):
    """The tags before and behind a drawing that let it scroll, or nothing if it has no text to be read."""
    least = least_width(svg)
    return ("", "") if least is None else (f'<span class="sheet" style="--least: {least}px">', "</span>")


def put_into_boxes(app, document, docname):
    for image in list(document.findall(nodes.image)):
        source = Path(app.srcdir, image["uri"])
        if source.suffix == ".svg":
            start, end = box(source.read_text(encoding="utf-8"))
            raw = [nodes.raw("", tag, format="html") for tag in (start, end)]
            image.parent.replace(image, [raw[0], image, raw[1]])


def setup(app):
    app.connect("doctree-resolved", put_into_boxes)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
