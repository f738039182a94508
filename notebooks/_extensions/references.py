"""What the text names is a link: functions in backticks, notebooks and their sections, sections of the lecture.

The text itself stays plain: "notebook 04, section 6", "section 8 of the lecture", `nn.fit`. So a notebook reads
well in Jupyter too, and no address is written twice. A name that could mean two things, or that the page
defines for itself, is no link.
"""

import re

from docutils import nodes
from sphinx.util import logging

LECTURE = (
    "https://github.com/Digital-AI-Finance/neural-networks-introduction/blob/main/docs/"
    "Lecture-5-Gradient-Descent-and-Backpropagation.md"
)
TITLE = "Gradient Descent and Backpropagation"
HEADINGS = {  # of the lecture: how the text names them, and the anchor of each
    "1": "1-the-optimization-problem",
    "2": "2-loss-landscapes",
    "3": "3-gradient-descent-the-core-idea",
    "4": "4-the-learning-rate",
    "5": "5-the-chain-rule-calculus-review",
    "6": "6-backpropagation-the-algorithm",
    "7": "7-credit-assignment",
    "8": "8-a-worked-example",
    "9": "9-historical-context-1986-2012",
    "10": "10-the-vanishing-gradient-problem",
    "Objective": "learning-objectives",
    "Key formulas": "key-formulas",
    "Finance application": "finance-application-optimizing-trading-strategies",
    "Question": "practice-questions",
    "Reading list": "reading-list",
    "Summary": "summary",
}

_NUMBERS = r"\d+(?:,\s+\d+)*(?:\s+(?:and|to)\s+\d+)?"
_PROSE = re.compile(
    rf"(?P<lecture>sections?\s+{_NUMBERS}\s+of\s+the\s+lecture|lecture['\u2019]s\s+sections?\s+{_NUMBERS}"
    rf"|\bits\s+sections?\s+{_NUMBERS}(?:,[^.]*?\bsection\s+\d+)?)"
    r"|(?P<elsewhere>[Nn]otebook\s+\d\d,\s+section\s+\d+|[Ss]ection\s+\d+\s+of\s+notebook\s+\d\d)"
    r"|(?P<notebook>[Nn]otebook\s+\d\d|[Nn]otebooks\s+\d\d(?:(?:,|\s+and|\s+to)\s+\d\d)*)"
    rf"|(?P<here>[Ss]ections?\s+{_NUMBERS})"
)
_NUMBER = re.compile(r"\d+")
_TWO_DIGITS = re.compile(r"\b\d\d\b")
_CODE = re.compile(r"([A-Za-z_][\w.]*)(\((?:[^()]|\([^()]*\))*\))?")
_PACKAGES = ("", "autograd.", "autograd.Value.", "nn.", "nn.data.", "nn.plots.")
_NOT_CALLED = ("attribute", "property", "data", "module")
_TAKEN = (nodes.reference, nodes.title, nodes.Inline, nodes.FixedTextElement)  # a link, or not prose
_LOGGER = logging.getLogger(__name__)


class Links:
    """The links of one page, and what they lead to."""

    def __init__(self, app, docname):
        self.app, self.docname, self.env = app, docname, app.env
        self.notebooks = {name[:2]: name for name in self.env.found_docs if re.match(r"\d\d_", name)}
        self.objects = self.env.domaindata["py"]["objects"]

    def to(self, content, docname, anchor=""):
        """A link to a page, or to a place on it; `content` is text or a node."""
        uri = "" if docname == self.docname else self.app.builder.get_relative_uri(self.docname, docname)
        uri += f"#{anchor}" if anchor else ""
        return nodes.reference("", "", inline(content), refuri=uri, internal=True)

    def to_section(self, content, docname, number):
        """A link to a section of a notebook; a warning, and the text alone, if it has no such section."""
        for entry in self.env.tocs[docname].findall(nodes.reference):
            if entry.astext().startswith(f"{number}. "):
                return self.to(content, docname, entry["anchorname"].lstrip("#"))
        _LOGGER.warning("%s has no section %s", docname, number, location=self.docname)
        return inline(content)

    def to_lecture(self, content, heading=None):
        anchor = f"#{HEADINGS[heading]}" if heading else ""
        return nodes.reference("", "", inline(content), refuri=LECTURE + anchor, internal=False)

    def to_object(self, literal):
        """A link around the name of something that the reference describes; None if it is not known for sure."""
        found = _CODE.fullmatch(literal.astext())
        if found is None or self.defines(found[1]):
            return None
        known = [name for prefix in _PACKAGES if (name := prefix + found[1]) in self.objects]
        if found[2]:
            known = [name for name in known if self.objects[name].objtype not in _NOT_CALLED]
        if len(known) != 1 and found[1] not in known:
            return None
        thing = self.objects[found[1] if found[1] in known else known[0]]
        return self.to(literal.deepcopy(), thing.docname, thing.node_id)

    def defines(self, name):
        """Whether the code of the page gives a name a meaning of its own."""
        return re.search(rf"^(?:>>> )?\s*(?:(?:def|class) {name}\b|{name} = )", self.code, re.MULTILINE)

    def resolve(self, document):
        self.code = "\n".join(block.astext() for block in document.findall(nodes.literal_block))
        if self.docname == "tutorial":
            for row in list(document.findall(nodes.row)):
                self.path(row)
        for literal in prose(document, nodes.literal):
            name = literal.astext()
            notebook = name in self.notebooks.values()
            link = self.to(literal.deepcopy(), name) if notebook else self.to_object(literal)
            if link is not None:
                literal.parent.replace(literal, link)
        for emphasis in prose(document, nodes.emphasis):
            if emphasis.astext() == TITLE:
                emphasis.parent.replace(emphasis, self.to_lecture(emphasis.deepcopy()))
        for text in prose(document, nodes.Text):
            text.parent.replace(text, pieces(text, _PROSE, self.mention))

    def mention(self, found):
        """What stands for a mention in prose: the words as a link, or each number if there are many."""
        words, kind = found[0], found.lastgroup
        numbers = _NUMBER.findall(words)
        if kind == "elsewhere":
            notebook, section = numbers if words[0] in "Nn" else reversed(numbers)
            return [self.to_section(words, self.notebooks[notebook], section)]
        link = {
            "lecture": self.to_lecture,
            "notebook": lambda content, number: self.to(content, self.notebooks[number]),
            "here": lambda content, number: self.to_section(content, self.docname, number),
        }[kind]
        if len(numbers) == 1:
            return [link(words, numbers[0])]
        return pieces(words, _NUMBER, lambda number: [link(number[0], number[0])])

    def by_number(self, found):
        known = found[0] in self.notebooks
        return [self.to(found[0], self.notebooks[found[0]]) if known else nodes.Text(found[0])]

    def path(self, row):
        """A row of the tables of notebooks: "03, *2*" is section 2 of notebook 03, "8. ..." a heading of the lecture."""
        first, *others = row.children
        for text in prose(first, nodes.Text):
            heading = next((name for name in HEADINGS if re.match(rf"{name}\b(?!\d)", text)), None)
            if heading is not None:
                text.parent.replace(text, self.to_lecture(text, heading))
        for entry in others:
            notebook = None
            for part in prose(entry, (nodes.Text, nodes.emphasis)):
                if isinstance(part, nodes.Text):
                    known = [
                        self.notebooks[number]
                        for number in _TWO_DIGITS.findall(part)
                        if number in self.notebooks
                    ]
                    notebook = known[-1] if known else notebook
                    part.parent.replace(part, pieces(part, _TWO_DIGITS, self.by_number))
                elif notebook and (section := _NUMBER.match(part.astext())):
                    part.parent.replace(part, self.to_section(part.deepcopy(), notebook, section[0]))


def is_prose(node):
    while (node := node.parent) is not None:
        if isinstance(node, _TAKEN):
            return False
    return True


def prose(document, kind):
    """The nodes of a kind that are neither in a link nor in a heading, code or formula."""
    return [node for node in document.findall(lambda node: isinstance(node, kind)) if is_prose(node)]


def inline(content):
    return nodes.inline("", content) if isinstance(content, str) else content


def pieces(text, pattern, replaced):
    """The text as nodes, with what `replaced` makes of each match of the pattern.

    >>> pieces("sections 2 and 3; section 5 of notebook 03", _PROSE, lambda found: [found.lastgroup, found[0]])
    ['here', 'sections 2 and 3', <#text: '; '>, 'elsewhere', 'section 5 of notebook 03']
    >>> pieces("as in notebook 07, 20 epochs", _PROSE, lambda found: [found.lastgroup, found[0]])
    [<#text: 'as in '>, 'notebook', 'notebook 07', <#text: ', 20 epochs'>]
    """
    made, end = [], 0
    for found in pattern.finditer(text):
        made += [nodes.Text(text[end : found.start()]), *replaced(found)]
        end = found.end()
    return [part for part in [*made, nodes.Text(text[end:])] if part != ""]


def resolve(app, document, docname):
    if app.env.doc2path(docname).suffix != ".rst":  # there a name in backticks is a reference already
        Links(app, docname).resolve(document)


def setup(app):
    app.connect("doctree-resolved", resolve)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
