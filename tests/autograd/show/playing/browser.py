"""A headless browser, driven by playwright: the one that is installed, nothing is downloaded.

Without one its tests are skipped. Where SCALAR_AUTOGRAD_BROWSER is 1 they fail instead, so that a machine
that is meant to run them cannot pass without.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

SWITCH = "SCALAR_AUTOGRAD_BROWSER"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
QUIET = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update",
)  # fmt: skip


def executable() -> str:
    """The program to run; without one the test is skipped, or fails where one is demanded."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    return found or _missing(f"no browser on PATH: none of {', '.join(NAMES)}")


def _missing(reason: str) -> NoReturn:
    if os.environ.get(SWITCH) == "1":
        pytest.fail(f"{SWITCH} is 1, but there is {reason}")
    pytest.skip(f"{reason}; {SWITCH}=1 makes this a failure")


@contextmanager
def launched() -> Iterator[Browser]:
    """A browser as long as the block runs."""
    program = executable()
    try:
        from playwright.sync_api import sync_playwright
    except ModuleNotFoundError:
        _missing("no package playwright")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=QUIET)
        yield browser
        browser.close()


@contextmanager
def opened(browser: Browser, url: str, **context: Any) -> Iterator[Page]:
    """A page; the test fails if it asks for anything but itself, or writes anything to the console."""
    with browser.new_context(**context) as window:
        page = window.new_page()
        faults: list[str] = []

        def requested(address: str) -> None:
            if address.partition("#")[0] != url.partition("#")[0]:
                faults.append(f"asked for {address}")

        page.on("request", lambda request: requested(request.url))
        page.on("console", lambda message: faults.append(message.text))
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("dialog", lambda dialog: faults.append(f"opened a dialog: {dialog.message}"))
        page.goto(url)
        yield page
        assert not faults, faults
