"""What the text of a notebook claims, and where it says so: comments that readers do not see.

A claim is an entry of a Python dict in a comment of a Markdown cell: words of this cell, and an expression
over the names of the notebook at this place. It holds if the expression is True, or a string that equals the
words:

    The loss falls to 0.125, a quarter of what it was.
    <!-- "0.125": f"{loss.data:.3f}" -->
    <!-- "a quarter": abs(loss.data / first - 0.25) < 0.01 -->
"""

import ast
import re
from typing import NamedTuple

COMMENT = re.compile(r"<!--(.*?)-->", re.DOTALL)
DECIMAL = re.compile(r"(?<![\w.])-?\d+\.\d+(?:e[-+]?\d+)?(?![\w]|\.\d)")
# What is no prose, from the outside in: what stands in code is no formula, and so on.
NO_PROSE = [
    re.compile(pattern, re.DOTALL | re.MULTILINE)
    for pattern in (
        r"<!--.*?-->",
        r"^```.*?^```",
        r"<details>.*?</details>",  # the folded answers are doctests
        r"(`+)(?!`).*?(?<!`)\1(?!`)",
        r"\$\$.*?\$\$",
        r"\$[^$\n]+\$",
        r"!?\[[^\]\n]*\]\([^)\n]*\)",  # links
        r"^#+ .*?$",  # headings
    )
]


class Claim(NamedTuple):
    """Words of a cell, and the expression that says whether they are true."""

    words: str
    expression: str


def claims_in(text: str) -> list[Claim]:
    """The claims of a Markdown cell.

    Raises:
        ValueError: at a comment that is not made of claims, and at words that the cell does not show.
    """
    return [claim for comment in COMMENT.findall(text) for claim in _claims(comment, COMMENT.sub("", text))]


def _claims(comment: str, shown: str) -> list[Claim]:
    try:
        source = f"{{{comment}\n}}"
        entries = ast.parse(source, mode="eval").body
        words = [ast.literal_eval(key) for key in entries.keys]
    except (SyntaxError, ValueError, AttributeError, TypeError):
        raise ValueError(f'<!--{comment}--> is no claim: write <!-- "words": expression -->') from None
    for said, value in zip(words, entries.values, strict=True):
        if not isinstance(said, str) or said not in shown:
            raise ValueError(
                f"{said!r} does not stand in the cell: a claim begins with its words, as they are there"
            )
        if isinstance(value, ast.Constant):
            raise ValueError(
                f"{said!r} is claimed by {value.value!r}, which is always so: write how it is computed"
            )
    sources = [ast.get_source_segment(source, value) for value in entries.values]
    return [Claim(*entry) for entry in zip(words, sources, strict=True)]


def unclaimed(text: str) -> list[str]:
    """The decimal numbers in the prose of a Markdown cell that no claim covers, with words around them."""
    prose = text
    for pattern in NO_PROSE:
        prose = pattern.sub(_blank, prose)
    for words, _ in claims_in(text):
        for place in re.finditer(re.escape(words), text):
            prose = prose[: place.start()] + " " * len(words) + prose[place.end() :]
    return [text[max(0, found.start() - 30) : found.end() + 10] for found in DECIMAL.finditer(prose)]


def _blank(found: re.Match[str]) -> str:
    return " " * len(found.group())


def holds(claim: Claim, result: object) -> bool:
    """Whether what the expression gave is what the words say."""
    return result == claim.words if isinstance(result, str) else result is True
