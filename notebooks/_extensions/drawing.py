"""The directive `drawing`: the graph that the examples above it have built, drawn by the engine.

    ```{drawing}
    y, local_derivatives=True
    ```

stands for the picture of `draw_dot(y, local_derivatives=True)`.
"""

import base64
import contextlib
import doctest
import io
from pathlib import Path

from autograd import draw_dot


def drawn(text, arguments):
    """The picture, as SVG, of `draw_dot(arguments)`, where the names are those of the examples in a text."""
    names = {"draw_dot": draw_dot}
    with contextlib.redirect_stdout(io.StringIO()):
        for example in doctest.DocTestParser().get_examples(text):
            exec(example.source, names)
    return eval(f"draw_dot({arguments})", names).pipe(format="svg").decode()


def setup(app):
    from docutils import nodes
    from figures import box
    from sphinx.util.docutils import SphinxDirective

    class Drawing(SphinxDirective):
        has_content = True

        def run(self):
            above = Path(self.env.doc2path(self.env.docname)).read_text(encoding="utf-8").splitlines()
            arguments = " ".join(self.content)
            svg = drawn("\n".join(above[: self.lineno - 1]), arguments)
            data = base64.b64encode(svg.encode()).decode()
            name = f"The graph of {arguments.partition(',')[0]}, with data and gradient of each node"
            image = f'<img class="drawing" alt="{name}" src="data:image/svg+xml;base64,{data}">'
            start, end = box(svg)
            return [nodes.raw("", f"<p>{start}{image}{end}</p>", format="html")]

    app.add_directive("drawing", Drawing)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
