"""The examples on the pages write their files into a folder that is thrown away."""

import shutil
import sys

import pytest

if shutil.which("cc") is None or sys.platform == "win32":
    collect_ignore = ["how-to/call_it_from_c.md"]  # whose examples compile what they have written


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
