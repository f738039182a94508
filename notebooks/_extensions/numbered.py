"""Notebooks carry their numbers: the title of `01_values_and_the_chain_rule` is "01 Values and the chain rule"."""

import re

from docutils import nodes


def number(app, document):
    found = re.match(r"(\d\d)_", app.env.docname)
    title = document.next_node(nodes.title)
    if found and title is not None:
        title.insert(0, nodes.Text(f"{found[1]} "))


def setup(app):
    app.connect("doctree-read", number, priority=100)  # before the titles are collected for the sidebar
    return {"parallel_read_safe": True, "parallel_write_safe": True}
