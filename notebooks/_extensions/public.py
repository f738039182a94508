"""The directive `public`: every public name of a package, from its `__all__`, in a section for each module.

What a package exports is written in its `__all__`, and in the table of what it hands out on first use, and
nowhere else; so no name can be forgotten here. A section begins with the docstring of the module that defines
its names; the names are those that users import.
"""

import inspect
import sys
from collections.abc import Mapping
from importlib import import_module
from types import ModuleType

from prose import plain
from sphinx.util.docutils import SphinxDirective

from autograd import Operation
from autograd.words import help
from autograd.words.symbol import NO_DERIVATIVE


def public_names(package):
    """The names and what they stand for: `__all__`, and what a star import leaves out: `abs`, `jit`."""
    exported = [*getattr(package, "__all__", ())]
    exported += [name for names in getattr(package, "_LATER", {}).values() for name in names]
    others = [name for name, thing in vars(package).items() if name[0] != "_" and _is_of(package, thing)]
    return {name: getattr(package, name) for name in dict.fromkeys([*exported, *others])}


def _is_of(package, thing):
    defined = isinstance(thing, Operation) or inspect.isroutine(thing) or inspect.isclass(thing)
    return defined and f"{home(package, '', thing)}.".startswith(f"{package.__name__}.")


def home(package, name, thing):
    """The name of the module that defines a thing."""
    if isinstance(thing, Operation):
        return thing.home.partition(":")[0]
    if inspect.isroutine(thing) or inspect.isclass(thing):
        return thing.__module__
    inside = (m for m in list(sys.modules) if m.startswith(f"{package.__name__}."))
    return next((m for m in inside if vars(sys.modules[m]).get(name) is thing), package.__name__)


def entry(package, name, thing):
    """The lines of reStructuredText that describe a name."""
    full = f"{package.__name__}.{name}"
    if isinstance(thing, Operation):
        return operation(name, thing)
    if isinstance(thing, Mapping):
        keys = ", ".join(f"``{key}``" for key in thing)
        return [f".. py:data:: {name}", "", f"   The names that may stand in a string: {keys}.", ""]
    if not callable(thing):
        return [f".. py:data:: {name}", f"   :value: {thing!r}", ""]
    if inspect.isclass(thing):
        head = [f".. autoclass:: {full}", "   :members:", "   :special-members: __call__"]
        return [*head, f"   :inherited-members: {bases_with_pages(package, thing)}", ""]
    return [f".. autofunction:: {full}", ""]


def bases_with_pages(package, thing):
    """The bases of a class whose members stand elsewhere; what it has from the others is described with it."""
    public = set(map(id, public_names(package).values()))
    bases = [base for base in thing.__mro__[1:] if id(base) in public or not _is_of(package, base)]
    return ", ".join(base.__name__ for base in bases)


def operation(name, thing):
    """What `help()` says of an operation, with its formulas marked as code."""
    sentence, example = help.words(thing)
    rules = [
        f"by ``{x}``: {'none' if rule == NO_DERIVATIVE else f'``{rule}``'}"
        for x, rule in help.derivatives(thing).items()
    ]
    text = "\n\n".join((plain(sentence), f"Derivative {'; '.join(rules)}.", plain(example)))
    head = f".. py:function:: {name}({', '.join(help.operands(thing))})"
    return [head, "", *(f"   {line}" for line in text.split("\n")), ""]


def pages(package, order):
    """The modules that define public names, first those that are asked for first, each with its names."""
    sections = {f"{package.__name__}.{module}": [] for module in order}
    for name, thing in public_names(package).items():
        if not isinstance(thing, ModuleType):
            sections.setdefault(home(package, name, thing), []).append((name, thing))
    return sections


def section(module):
    """A heading from what a module's docstring says first, and then the docstring."""
    words = plain(inspect.cleandoc(module.__doc__ or module.__name__))
    title = words.split("\n\n")[0].replace("\n", " ").split(": ")[0].rstrip(".")
    text = words if ": " in words.split("\n\n")[0] else words.partition("\n\n")[2]
    return [title, "-" * len(title), "", *text.split("\n"), ""]


class Public(SphinxDirective):
    """`.. public:: package` and, on further lines, the order in which its modules are to come."""

    required_arguments = 1
    has_content = True

    def run(self):
        package = import_module(self.arguments[0])
        lines = [f".. py:module:: {package.__name__}", ""]
        for module, names in pages(package, " ".join(self.content).split()).items():
            if module != package.__name__:
                lines += section(import_module(module))
            for name, thing in names:
                lines += entry(package, name, thing)
        return self.parse_text_to_nodes("\n".join(lines), allow_section_headings=True)


def setup(app):
    app.add_directive("public", Public)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
