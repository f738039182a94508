"""Examples on the pages run in a folder that is thrown away, with no thread of a test before beside them."""

import gc
import shutil
import sys
import threading

import pytest

if shutil.which("cc") is None or sys.platform == "win32":
    collect_ignore = ["how-to/call_it_from_c.md"]  # whose examples compile what they have written


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture(autouse=True)
def _no_thread_of_others():
    """One that compiles for a test before leaves objects behind, which an example would count."""
    for thread in threading.enumerate():
        if thread.name == "autograd compiles":
            thread.join()
    while gc.collect():  # what the collector frees may leave more behind
        pass
