"""The lines above a drawing: what it leaves out, and what its colours and outlines mean."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import isnan
from textwrap import wrap

from autograd.show.drawing import colors, highlight, marks
from autograd.show.drawing.box import Box
from autograd.show.drawing.escapes import markup
from autograd.show.drawing.picture import Picture
from autograd.words.numerals import short

EVERYTHING = "max_nodes=None draws everything"
HURRIED = "folded this far because the layout of more took over a second"
NO_BACKWARD = "backward() has not run: every gradient is still 0"
OLD_GRADIENTS = "backward() has not run here: the leaves have gradients of an earlier pass"
EDGES = "edges: the gradient that flows back; dashed: none"

_WIDTH = 80  # letters of a line
_TABLE = '<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="1">'
_SWATCH = '<TD BORDER="1" COLOR="#8c8c8c" BGCOLOR="{}" CELLPADDING="2">{}</TD>'


def caption(picture: Picture, hurried: bool = False) -> dict[str, str]:
    """What the picture says of itself, as attributes of DOT; none if it shows the whole plain graph.

    Args:
        picture: what is drawn.
        hurried: whether it is folded because the layout of more took too long.
    """
    swatches = _swatches(picture)
    said = (_folded, _again, _colored, _marked, _highlighted, _state)
    lines = [line for part in said for line in part(picture)] + ([HURRIED] if hurried else [])
    return above(lines, swatches)


def above(lines: Sequence[str], first: str = "") -> dict[str, str]:
    """Lines above a drawing, as attributes of DOT, below a first row in its markup language, if any."""
    parts = [part for line in lines for part in wrap(line, _WIDTH)]
    rows = first + "".join(f'<TR><TD ALIGN="LEFT">{markup(part)}</TD></TR>' for part in parts)
    return {"label": f"<{_TABLE}{rows}</TABLE>>", "labelloc": "t", "labeljust": "l"} if rows else {}


def _swatches(picture: Picture) -> str:
    """A row of colours with their gradients, the smallest first."""
    if not (picture.look.color and picture.texts.ran):
        return ""
    signs = [sign for sign in (-1, 1) if any(sign * gradient > 0 for gradient in picture.gradients)]
    sizes = picture.scale.marks()
    numbers = [
        *(-size for size in reversed(sizes) if -1 in signs),
        0.0,
        *(size for size in sizes if 1 in signs),
    ]
    cells = [_SWATCH.format(colors.fill(number, picture.scale), short(number)) for number in numbers]
    if any(map(isnan, picture.gradients)):
        cells.append(_SWATCH.format(colors.fill(float("nan"), picture.scale), "nan"))
    return f'<TR><TD ALIGN="LEFT">{_TABLE}<TR><TD>gradient </TD>{"".join(cells)}</TR></TABLE></TD></TR>'


def _folded(picture: Picture) -> Iterator[str]:
    if not picture.boxes:
        return
    yield f"{len(picture.nodes):,} nodes, of which {len(picture.kept):,} are drawn"
    scopes = [box for box in picture.boxes if box.is_scope]
    if scopes:
        yield f"{_nodes_in(scopes)} are folded into {_boxes(scopes)}, one for each scope"
        yield f'unfold="{_shortest(scopes)}" opens one of them'
    others = [box for box in picture.boxes if not box.is_scope]
    if others:
        yield f"{_nodes_in(others)} {'others ' if scopes else ''}are folded into {_boxes(others)}"
        yield EVERYTHING


def _again(picture: Picture) -> Iterator[str]:
    if picture.plan.again:
        names = dict.fromkeys(
            picture.texts.names[node] for node in picture.kept if node in picture.plan.again
        )
        yield f"dashed box: {highlight.listed(list(names))}, drawn again beside each use"


def _shortest(scopes: Sequence[Box]) -> str:
    return min((str(box.title) for box in scopes), key=lambda path: (path.count("/"), path))


def _nodes_in(boxes: Sequence[Box]) -> str:
    return f"{sum(len(box.nodes) for box in boxes):,}"


def _boxes(boxes: Sequence[Box]) -> str:
    return f"{len(boxes):,} boxes" if len(boxes) > 1 else "1 box"


def _colored(picture: Picture) -> Iterator[str]:
    if picture.look.color and picture.texts.ran:
        yield EDGES
        if picture.boxes:
            yield "boxes and their edges: the largest gradient of many"


def _marked(picture: Picture) -> list[str]:
    return marks.legend(picture.texts.marks, picture.texts.ran) if picture.look.marks else []


def _highlighted(picture: Picture) -> Iterator[str]:
    if picture.highlight is not None:
        names = [picture.texts.names[node] for node in picture.highlight.starts]
        yield highlight.in_words(picture.highlight, names, picture.texts.names[picture.nodes[-1]])


def _state(picture: Picture) -> Iterator[str]:
    if picture.look.needs_gradients and not picture.texts.ran:
        yield OLD_GRADIENTS if any(node.grad != 0 for node in picture.nodes) else NO_BACKWARD
