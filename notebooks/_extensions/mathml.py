"""Formulas as MathML, which every browser draws by itself: no script, no network, and light and dark alike.

The font stands in the site too, for most machines have none with the tall brackets and roots of formulas.
It is STIX Two Math (SIL Open Font License 1.1), as the package ziamath brings it.
"""

from html import escape
from importlib.resources import as_file, files
from pathlib import Path

import math_core
from docutils import nodes
from sphinx.util import logging
from sphinx.util.fileutil import copy_asset_file

FONT = files("ziamath") / "fonts" / "STIXTwoMath-Regular.ttf"
_TO_MATHML = math_core.LatexToMathML(annotation=True, fancy_error=False)
_LOGGER = logging.getLogger(__name__)


def mathml(node, displaystyle):
    """The formula of a node; a warning, and the formula as it was written, where it cannot be read."""
    try:
        return _TO_MATHML.convert_with_local_state(node.astext(), displaystyle=displaystyle)
    except math_core.LatexError as error:
        _LOGGER.warning("cannot read the formula %r: %s", node.astext(), error, location=node)
        return f"<code>{escape(node.astext())}</code>"


def inline(translator, node):
    translator.body.append(mathml(node, displaystyle=False))
    raise nodes.SkipNode


def block(translator, node):
    translator.body.append(f'<div class="math">{mathml(node, displaystyle=True)}</div>')
    raise nodes.SkipNode


def copy_font(app, exception):
    if exception is None and app.builder.format == "html":
        with as_file(FONT) as font:
            copy_asset_file(font, Path(app.outdir) / "_static" / FONT.name)


def setup(app):
    app.add_html_math_renderer("mathml", inline_renderers=(inline, None), block_renderers=(block, None))
    app.connect("build-finished", copy_font)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
