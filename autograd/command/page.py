"""One HTML file with a drawing and its explanation; it needs no network and no other file."""

from __future__ import annotations

from html import escape

from autograd.show.drawing.dot import draw_dot
from autograd.show.explanation.explanation import Explanation
from autograd.value import Value

_STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 75rem; padding: 0 1rem; }
figure { margin: 1.5rem 0; overflow-x: auto; background: white; border-radius: 6px; }
pre { overflow-x: auto; }
table { border-collapse: collapse; }
th, td { border-bottom: 1px solid #8886; padding: 0.25rem 1rem 0.25rem 0; text-align: left; }
""".strip()


def as_page(title: str, value: Value, explanation: Explanation) -> str:
    """The page: the drawing inline, the chain rule as a table, and the whole calculation as text.

    Args:
        title: what the page is called, such as the expression.
        value: what is drawn, with the gradients that `backward()` left.
        explanation: what `explain` made of it.

    Raises:
        EngineNotFound: if no program to render drawings with is installed.
    """
    svg = draw_dot(value, color=True, local_derivatives=True).pipe(format="svg", encoding="utf-8")
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
