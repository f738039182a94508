"""The line of a user's code that an error names."""

from __future__ import annotations

from types import FrameType
from typing import Final

_BETWEEN: Final = ("threading", "concurrent", "random", "secrets", "uuid", "copy", "pickle")
"""Modules of the standard library that stand between a line and what it does."""


def beyond_the_library(frame: FrameType) -> FrameType:
    """The frame itself, or the one that called it by way of these modules."""
    outer: FrameType | None = frame
    while outer is not None and _package(outer) in _BETWEEN:
        outer = outer.f_back
    return outer or frame


def is_ours(frame: FrameType) -> bool:
    """Whether it is this package that runs there."""
    return _package(frame) == "autograd"


def line_of(frame: FrameType) -> str:
    """Where a frame stands, as errors say it: file:line, in function."""
    return f"{frame.f_code.co_filename}:{frame.f_lineno}, in {frame.f_code.co_name}"


def _package(frame: FrameType) -> str:
    name: object = frame.f_globals.get("__name__")
    return name.partition(".")[0] if isinstance(name, str) else ""
