"""Docstrings are plain English with plain arithmetic in it; this lets reStructuredText read them as that.

Without it `w *= 2` would begin an emphasis, and a name that ends with '_' would be a link. Code in backticks
and doctests are left as they are.
"""

import re

_DOCTEST = re.compile(r"(^ *>>>.*\n?(?:^ *\S.*\n?)*)", re.MULTILINE)
_CODE = re.compile(r"(`[^`]+`)")
_MARKUP = re.compile(r"[*|]|(?<=\w)_(?![\w:])")


def plain(text):
    r"""The text of a docstring with what would be taken for markup escaped.

    >>> print(plain("`x**2` and 2 * x for 'val_' of `Value`s"))
    `x**2` and 2 \* x for 'val\_' of `Value`\ s
    >>> plain(">>> 2 * x")
    '>>> 2 * x'
    """
    parts = _DOCTEST.split(text)
    parts[::2] = map(_escaped, parts[::2])
    return "".join(parts)


def _escaped(text):
    parts = _CODE.split(text)
    parts[::2] = [_MARKUP.sub(r"\\\g<0>", part) for part in parts[::2]]
    # Code ends only before a space or a stop, so a plural's s behind it needs an escaped space.
    parts[2::2] = [re.sub(r"^(?=\w)", r"\\ ", part) for part in parts[2::2]]
    return "".join(parts)


def _escape_docstring(app, kind, name, thing, options, lines):
    lines[:] = plain("\n".join(lines)).split("\n")


def setup(app):
    # before napoleon, which makes markup of the sections
    app.connect("autodoc-process-docstring", _escape_docstring, priority=400)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
