"""A drawing, and one HTML file with it and its explanation, which needs no other file and no network."""

from __future__ import annotations

from copy import deepcopy
from html import escape
from typing import TYPE_CHECKING

from autograd.graph import nodes_of
from autograd.show.drawing.dot import draw_dot
from autograd.show.explanation.explanation import Explanation
from autograd.value import Value
from autograd.words.names import names_of

if TYPE_CHECKING:
    from autograd.show.drawing.digraph import Drawing

_STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 75rem; padding: 0 1rem; }
figure { margin: 1.5rem 0; overflow-x: auto; background: white; border-radius: 6px; }
h1 { overflow-wrap: anywhere; }
pre, div { overflow-x: auto; }
table { border-collapse: collapse; }
th, td { border-bottom: 1px solid #8886; padding: 0.25rem 1rem 0.25rem 0; text-align: left; }
""".strip()


def as_drawing(value: Value) -> Drawing:
    """The drawing, with the gradients that `backward()` left and in every box the name that tables use."""
    drawn = deepcopy(value)
    for node, name in names_of(nodes_of(drawn)).items():
        if node._prev:
            node.label = name
    return draw_dot(drawn, color=True, local_derivatives=True)


def as_svg(value: Value) -> str:
    """The same as SVG; in a narrow window it shrinks as far as its words can be read."""
    return as_drawing(value)._repr_image_svg_xml()


def as_page(title: str, value: Value, explanation: Explanation) -> str:
    """The page: the drawing inline, the chain rule as a table, and the whole calculation as text.

    Args:
        title: what the page is called, such as the expression.
        value: what is drawn, with the gradients that `backward()` left.
        explanation: what `explain` made of it.

    Raises:
        EngineNotFound: if no program to render drawings with is installed.
    """
    svg = as_svg(value)
    drawing = svg[svg.index("<svg") :]
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}</title>
<style>
{_STYLE}
</style>
</head>
<body>
<h1>{escape(title)}</h1>
<figure>{drawing}</figure>
<h2>The chain rule, step by step</h2>
{explanation._repr_html_()}
<h2>The whole calculation</h2>
<pre>{escape(str(explanation))}</pre>
</body>
</html>
"""
