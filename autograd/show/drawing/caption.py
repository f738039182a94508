"""The lines above a drawing: what it leaves out, and what its colours and outlines mean."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from math import isnan

from autograd.show.drawing import colors, highlight, marks
from autograd.show.drawing.fold import Box
from autograd.show.drawing.picture import Picture
from autograd.value import Value
from autograd.words.names import one_line
from autograd.words.numerals import digits

NO_BACKWARD = "backward() has not run: every gradient is still 0"
OLD_GRADIENTS = "backward() has not run here: the leaves have gradients of an earlier pass"


def caption(picture: Picture) -> str:
    """What the picture says of itself, in lines of words; empty if it shows the whole plain graph."""
    return "\n".join(
        chain(_folded(picture), _colored(picture), _marked(picture), _highlighted(picture), _state(picture))
    )


def _folded(picture: Picture) -> Iterator[str]:
    if not picture.boxes:
        return
    yield f"{len(picture.nodes):,} nodes, of which {len(picture.kept):,} are drawn"
    scopes = [box for box in picture.boxes if box.is_scope]
    others = [box for box in picture.boxes if not box.is_scope and box.title is not None]
    if scopes:
        yield f"{_nodes_in(scopes)} are folded into {_boxes(scopes)}, one for each scope"
    if others:
        yield f"{_nodes_in(others)} outside the scopes are folded into {_boxes(others)}"
    for box in picture.boxes:
        if box.title is None:
            yield f"{_nodes_in([box])} farther from the root are one box"
    if scopes:
        yield f'unfold="{_shortest(scopes)}" opens the box of that title'


def _shortest(scopes: Sequence[Box]) -> str:
    return min((str(box.title) for box in scopes), key=lambda path: (path.count("/"), path))


def _nodes_in(boxes: Sequence[Box]) -> str:
    return f"{sum(len(box.nodes) for box in boxes):,}"


def _boxes(boxes: Sequence[Box]) -> str:
    return f"{len(boxes):,} boxes" if len(boxes) > 1 else "1 box"


def _colored(picture: Picture) -> Iterator[str]:
    if not picture.look.color:
        return
    yield colors.LEGEND
    if picture.has_gradients:
        yield colors.EDGE_LEGEND
    if picture.boxes and picture.has_gradients:
        yield "boxes and their edges: the largest gradient of many"
    if any(map(isnan, picture.gradients)):
        yield colors.NAN_LEGEND


def _marked(picture: Picture) -> list[str]:
    return marks.legend(picture.marks, picture.has_gradients) if picture.look.marks else []


def _highlighted(picture: Picture) -> Iterator[str]:
    if picture.highlight is not None:
        names = [_name(picture, node) for node in picture.highlight.starts]
        yield highlight.in_words(picture.highlight, names, _name(picture, picture.nodes[-1]))


def _name(picture: Picture, node: Value) -> str:
    return picture.names.get(node) or one_line(node.label) or digits(node.data)


def _state(picture: Picture) -> Iterator[str]:
    if picture.look.needs_gradients and not picture.has_gradients:
        yield OLD_GRADIENTS if any(node.grad != 0 for node in picture.nodes) else NO_BACKWARD
