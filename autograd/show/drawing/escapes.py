"""Labels and tooltips in the DOT language, so that they show exactly their text."""

from __future__ import annotations

import re
from collections.abc import Iterator

# Characters with a meaning in DOT labels, as entities: Graphviz decodes them after it has split the label.
_ENTITIES = {ord(char): f"&#{ord(char)};" for char in '&<>|{}"'}
_CONTROLS = {code: 0x2400 + code for code in range(32) if code != ord("\n")} | {127: 0x2421}  # ␀ ␁ ... ␡
_CLIPPED_SPACE = re.compile(r"(?<= ) |^ | $", re.MULTILINE)
_NO_BREAK_SPACE = "\xa0"
_BACKSLASH = "&#92;&#92;"


def label(text: str) -> str:
    r"""Text as a DOT label, or a field of a record, that shows exactly this text.

    Control characters, which no SVG can hold, are shown by their pictures, as in ␉ for a tab.

    >>> print(label('a|b\n"c"'))
    a&#124;b\n&#34;c&#34;
    """
    return _escaped(text).replace("\\", _BACKSLASH).replace("\n", "\\n")


def markup(text: str) -> str:
    """Text in an HTML-like label that shows exactly this text."""
    return _escaped(text)


def wrapped(text: str, longest: int) -> str:
    r"""Text in lines of no more than `longest` characters, broken behind a slash or a space if possible.

    >>> wrapped("layer 10/neuron 12/w1", 20)
    'layer 10/neuron 12/\nw1'
    """
    return "\n".join(line for given in text.split("\n") for line in _broken(given, longest))


def _broken(line: str, longest: int) -> Iterator[str]:
    while len(line) > longest:
        end = max(line.rfind("/", 0, longest), line.rfind(" ", 0, longest)) + 1 or longest
        yield line[:end]
        line = line[end:]
    yield line


def tooltip(text: str) -> str:
    r"""Text as a DOT tooltip that shows exactly this text.

    Graphviz replaces names like \N in a tooltip even behind an escaped backslash; a space of no width keeps
    the two characters apart.
    """
    parted = re.sub(r"\\(?=[NGETHL])", "\\\\\u200b", _escaped(text))
    return parted.replace("\\", _BACKSLASH).replace("\n", "\\n")


def _escaped(text: str) -> str:
    text = text.encode("utf-8", "replace").decode("utf-8").translate(_CONTROLS)
    return _CLIPPED_SPACE.sub(_NO_BREAK_SPACE, text).translate(_ENTITIES)
