r"""Machine code kept on disk, so that a program that was compiled once is ready at once the next time.

The folder is the one that the environment variable AUTOGRAD_CACHE names; "off" keeps nothing. Without the
variable it is the platform's place for such files:

    Linux and others    $XDG_CACHE_HOME/autograd, or ~/.cache/autograd
    macOS               ~/Library/Caches/autograd
    Windows             %LOCALAPPDATA%\autograd\Cache

An entry is a file, named by its key, of a checksum and the code. It is never changed: a new one is written
beside the others and moved into place, so that two processes may write the same at once. A file whose
checksum is wrong counts as missing.
"""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from pathlib import Path

VARIABLE = "AUTOGRAD_CACHE"
LARGEST = 256 * 2**20
"""How many bytes are kept; beyond them the entries that were used longest ago go."""

_CHECKSUM = 32  # bytes of SHA-256


def folder() -> Path | None:
    """Where machine code is kept; None if it is not."""
    chosen = os.environ.get(VARIABLE)
    if chosen is not None:
        return None if chosen.lower() in ("", "off") else Path(chosen)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData/Local") / "autograd" / "Cache"
    if sys.platform == "darwin":
        return Path.home() / "Library/Caches/autograd"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "autograd"


def key(*parts: str) -> str:
    """A name that is the same only if all parts are."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def is_there(name: str) -> bool:
    """Whether there is an entry."""
    path = _path(name)
    return path is not None and path.is_file()


def read(name: str) -> bytes | None:
    """The code that was kept under a name; None if there is none, or the file is damaged."""
    path = _path(name)
    if path is None or not path.is_file():
        return None
    try:
        kept = path.read_bytes()
        os.utime(path)  # used now
    except OSError:  # another process has just removed it, or it may not be read
        return None
    checksum, code = kept[:_CHECKSUM], kept[_CHECKSUM:]
    return code if hashlib.sha256(code).digest() == checksum else None


def write(name: str, code: bytes) -> None:
    """Keep code under a name, if there is a folder that can be written to."""
    path = _path(name)
    if path is None:
        return
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)  # what is loaded is run: ours alone
        handle, fresh = tempfile.mkstemp(dir=path.parent, suffix=".new")
        with os.fdopen(handle, "wb") as file:
            file.write(hashlib.sha256(code).digest() + code)
        os.replace(fresh, path)
        _remove_oldest(path.parent)
    except OSError:  # a full disk or a folder that is read-only costs time, not results
        return


def _path(name: str) -> Path | None:
    place = folder()
    return None if place is None else place / f"{name}.o"


def _remove_oldest(place: Path) -> None:
    """Remove what was used longest ago until no more than `LARGEST` bytes are kept."""
    entries = [(entry.stat(), entry) for entry in place.glob("*.o")]
    total = sum(found.st_size for found, _ in entries)
    for found, entry in sorted(entries, key=lambda pair: pair[0].st_mtime):
        if total <= LARGEST:
            return
        entry.unlink(missing_ok=True)
        total -= found.st_size
