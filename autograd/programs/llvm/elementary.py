"""The package's elementary functions."""

from __future__ import annotations

from collections.abc import Callable, Mapping

OWN: Mapping[str, Callable[..., str]] = {}
