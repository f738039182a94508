"""The tag of a node: what is said of it beside its numbers."""

from __future__ import annotations

from autograd.annotations import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any


class Tag:
    """What a drawing or an error says of a node beside its numbers; shared by the nodes of a scope."""

    __slots__ = ("label", "line", "scope")

    def __init__(self, label: str = "", scope: str = "", line: str = "") -> None:
        self.label = label
        self.scope = scope
        self.line = line

    def __reduce__(self) -> tuple[Any, ...]:
        return Tag, (self.label, self.scope, self.line)


def labelled(tag: Tag | None, label: str) -> Tag:
    """The tag with another label."""
    if not isinstance(label, str):
        raise TypeError(f"a label is a string, got {type(label).__name__}: {label!r}")
    return Tag(label) if tag is None else Tag(label, tag.scope, tag.line)


def moved(tag: Tag | None, scope: str) -> Tag:
    """The tag in another scope."""
    if not isinstance(scope, str):
        raise TypeError(f"a scope is a path, a string, got {type(scope).__name__}: {scope!r}")
    return Tag("", scope) if tag is None else Tag(tag.label, scope, tag.line)
