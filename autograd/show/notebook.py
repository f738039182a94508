"""How a Value shows itself in Jupyter."""

from __future__ import annotations

import subprocess
from contextlib import suppress

from autograd.show.drawing.dot import draw_dot
from autograd.show.drawing.layout import EngineNotFound, is_shown
from autograd.value import Value


def mimebundle(value: Value) -> dict[str, str]:
    """A Value by media type: its drawing, and its repr for whoever cannot show that.

    Without graphviz or a program to render with there is only the repr: displaying a number must not fail.
    """
    bundle = {"text/plain": repr(value)}
    if not is_shown():
        return bundle
    with suppress(ImportError, EngineNotFound, OSError, subprocess.CalledProcessError):
        bundle["image/svg+xml"] = draw_dot(value)._repr_image_svg_xml()
    return bundle
