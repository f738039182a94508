"""The directive `operations`: the operation table as a page shows it, read from `autograd.ops` itself."""

from math import pi

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from autograd import ops
from autograd.words.symbol import NO_DERIVATIVE, applied, derivative
from autograd.words.tex import TeX

HEADINGS = ("Name", "out", "Derivative by x", "Derivative by y", "Domain", "Kink")
X, Y, OUT = TeX("x"), TeX("y"), TeX("out")


def formulas(operation):
    """One row of the table in LaTeX: the result, both derivatives, the domain, the kink."""
    operands = [X, Y][: operation.arity]
    by = [derivative(operation, index, operands, OUT) for index in range(operation.arity)]
    limits = [f"{x} \\in {interval(bounds)}" for x, bounds in zip(operands, operation.domain, strict=True)]
    bounded = [limit for limit, bounds in zip(limits, operation.domain, strict=True) if bounds != ops.REAL]
    jump = f"{operation.kink(*operands)} = 0" if operation.kink else ""
    return [applied(operation, operands), *by, *[""] * (2 - len(by)), ",".join(bounded), jump]


def interval(bounds):
    """An open interval: `interval((-pi / 2, inf))` is '(-\\pi/2, \\infty)'."""
    low, high = (bound if bound in (-pi / 2, pi / 2) else TeX(f"{bound:g}") for bound in bounds)
    return f"({low}, {high})".replace(str(pi / 2), r"\pi/2")


class Operations(SphinxDirective):
    """Every operation: its derivatives, where it is defined, and where its derivative jumps."""

    def run(self):
        self.env.note_dependency(ops.__file__)
        head = nodes.row("", *(entry(nodes.Text(heading)) for heading in HEADINGS))
        rows = [self.row(operation) for operation in ops.TABLE.values()]
        columns = [nodes.colspec(colwidth=1) for _ in HEADINGS]
        group = nodes.tgroup("", *columns, nodes.thead("", head), nodes.tbody("", *rows), cols=len(HEADINGS))
        return [nodes.table("", group, classes=["operations"])]

    def row(self, operation):
        cells = [entry(cell(formula)) for formula in formulas(operation)]
        return nodes.row("", entry(nodes.literal("", operation.name)), *cells)


def cell(formula):
    return (
        nodes.Text(formula) if formula in ("", NO_DERIVATIVE) else nodes.math("", rf"\displaystyle {formula}")
    )


def entry(content):
    return nodes.entry("", nodes.paragraph("", "", content))


def setup(app):
    app.add_directive("operations", Operations)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
