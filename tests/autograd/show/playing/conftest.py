"""A browser that opens players."""

import pytest

from tests.autograd.show.playing import browser


@pytest.fixture(scope="package")
def chromium():
    with browser.launched() as chromium:
        yield chromium


@pytest.fixture
def show(chromium, tmp_path):
    """Open a player's page, at a step if one is named, in a window of some kind."""

    def show(made, step="", **window):
        url = made.save(tmp_path / "player.html").as_uri() + step
        return browser.opened(chromium, url, **{"reduced_motion": "reduce"} | window)

    return show
