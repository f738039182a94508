"""Libraries that only some users need: saying which extra brings one that is missing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def extra(name: str, what: str) -> Iterator[None]:
    """Let the imports in the block fail with the command that installs them.

    Args:
        name: the extra of the distribution, such as 'plot'.
        what: what needs it, for the error.

    Raises:
        ImportError: if a library is missing.

    >>> with extra("plot", "a plot"):
    ...     import no_such_library  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    ImportError: a plot needs the extra 'plot': pip install 'scalar-autograd[plot]' (No module named ...)
    """
    try:
        yield
    except ImportError as error:
        raise ImportError(
            f"{what} needs the extra {name!r}: pip install 'scalar-autograd[{name}]' ({error})"
        ) from error
