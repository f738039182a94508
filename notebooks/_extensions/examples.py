"""Examples without the blank line at their end: doctest needs it before a fence, a reader does not."""

from docutils import nodes


def end_with_the_last_line(app, document):
    for block in document.findall(nodes.literal_block):
        block.rawsource = block.astext().rstrip("\n")
        block[:] = [nodes.Text(block.rawsource)]


def setup(app):
    app.connect("doctree-read", end_with_the_last_line)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
