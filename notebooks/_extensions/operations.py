"""The directive `operations`: the operation table as a table, read from `autograd.ops` itself."""

from math import inf, pi

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from autograd import ops
from autograd.show.formula import NO_DERIVATIVE, Symbol, applied, derivative

HEADINGS = ("Name", "Result", "Derivative by x", "Derivative by y", "Domain", "Kink")
OPERANDS = ("x", "y")


def interval(bounds):
    """An open interval, as in '(-pi/2, pi/2)'."""
    words = {-inf: "-inf", inf: "inf", -pi / 2: "-pi/2", pi / 2: "pi/2"}
    low, high = (words.get(bound, f"{bound:g}") for bound in bounds)
    return f"({low}, {high})"


def domain(operation):
    """The domain by operand, where it is not all numbers."""
    limits = zip(OPERANDS, operation.domain, strict=False)
    return ", ".join(f"{x} in {interval(bounds)}" for x, bounds in limits if bounds != ops.REAL)


def kink(operation):
    """Where the derivative jumps, as an equation."""
    if operation.kink is None:
        return ""
    return f"{operation.kink(*map(Symbol, OPERANDS[: operation.arity]))} = 0".replace("x - y = 0", "x = y")


def cells(operation):
    """One row of the table, as texts; '' where there is nothing to say."""
    by = [derivative(operation, index) for index in range(operation.arity)] + [""] * (2 - operation.arity)
    result = applied(operation, OPERANDS[: operation.arity])
    return operation.name, result, *by, domain(operation), kink(operation)


class Operations(SphinxDirective):
    """Every operation: its derivatives, where it is defined, and where its derivative jumps."""

    def run(self):
        body = nodes.tbody("", *(row(cells(operation)) for operation in ops.TABLE.values()))
        head = nodes.thead("", row(HEADINGS, nodes.Text))
        columns = [nodes.colspec(colwidth=1) for _ in HEADINGS]
        group = nodes.tgroup("", *columns, head, body, cols=len(HEADINGS))
        return [nodes.table("", group, classes=["operations"])]


def row(texts, kind=None):
    return nodes.row("", *(nodes.entry("", nodes.paragraph("", "", *written(text, kind))) for text in texts))


def written(text, kind):
    if not text:
        return []
    return [kind(text) if kind else nodes.Text(text) if text == NO_DERIVATIVE else nodes.literal("", text)]


def setup(app):
    app.add_directive("operations", Operations)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
