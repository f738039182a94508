"""Numbers and labels as a drawing or an explanation writes them."""

from __future__ import annotations

import re
from math import isfinite

_TINY, _HUGE = 1e-4, 1e7  # outside, four decimals would show nothing, or digits that nobody reads
_NO_SIGN = 0.0  # added to -0.0 it gives 0.0, which is how people write nothing

# Characters that mean something in a DOT label, as entities, which are read after the label is taken apart.
_ENTITIES = {ord(char): f"&#{ord(char)};" for char in '&<>|{}"'}
_CONTROLS = {code: 0x2400 + code for code in range(32) if code != ord("\n")} | {127: 0x2421}  # ␀ ␁ ... ␡
_CLIPPED_SPACE = re.compile(r"(?<= ) |^ | $", re.MULTILINE)
_NO_BREAK_SPACE = "\xa0"
_BACKSLASH = "&#92;&#92;"


def decimals(number: float) -> str:
    """A number with four decimals, or in scientific notation where those would not tell it.

    >>> decimals(3.0), decimals(-2.5e-7), decimals(1e300), decimals(float("-inf"))
    ('3.0000', '-2.5000e-07', '1.0000e+300', '-inf')
    """
    plain = number == 0 or _TINY <= abs(number) < _HUGE or not isfinite(number)
    return f"{number + _NO_SIGN:.4f}" if plain else f"{number:.4e}"


def digits(number: float) -> str:
    """A number with six significant digits and no trailing zeros, as in a written calculation.

    >>> digits(3.0), digits(-0.014279123), digits(1e300)
    ('3', '-0.0142791', '1e+300')
    """
    return f"{number + _NO_SIGN:.6g}"


def factor(number: float) -> str:
    """A number with six significant digits behind a multiplication or plus sign: in parentheses if below 0.

    >>> factor(3.0), factor(-0.5)
    ('3', '(-0.5)')
    """
    return f"({digits(number)})" if number < 0 else digits(number)


def label(text: str) -> str:
    r"""Text as a DOT label, or a field of a record, that shows exactly this text.

    Control characters, which no SVG can hold, are shown by their pictures, as in ␉ for a tab.

    >>> print(label('a|b\n"c"'))
    a&#124;b\n&#34;c&#34;
    """
    return _escaped(text).replace("\\", _BACKSLASH).replace("\n", "\\n")


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
