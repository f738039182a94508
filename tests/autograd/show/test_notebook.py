"""Where a drawing is laid out: in a notebook, which shows it, and not in a terminal, which cannot."""

import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from autograd import Value, draw_dot
from autograd.show.drawing import layout

_ROOT = Path(__file__).parents[3]
SVG = "image/svg+xml"


@pytest.fixture
def engine_runs(monkeypatch):
    """The formats that a program to lay drawings out was looked for, one by one."""
    formats = []
    find = layout.find
    monkeypatch.setattr(layout, "find", lambda format: formats.append(format) or find(format))
    return formats


@pytest.fixture
def inside(monkeypatch):
    """Run in an IPython whose display knows some media types; None is a plain Python, or no shell at all."""

    def inside(types):
        shell = types and SimpleNamespace(display_formatter=SimpleNamespace(active_types=types))
        monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))

    return inside


def shown():
    """What a Value and a Drawing give to whoever displays them, by media type."""
    x = Value(3.0, label="x")
    return [thing._repr_mimebundle_() for thing in (x * x, draw_dot(x * x))]


def test_a_terminal_runs_no_engine(inside, engine_runs):
    """Broken if every Value that a person looks at in a terminal starts a program for nothing."""
    inside(["text/plain"])
    assert shown() == [{"text/plain": "Value(data=9.0, grad=0.0)"}, {}]
    assert engine_runs == []


@pytest.mark.parametrize("types", [["text/plain", SVG], None], ids=["kernel", "none"])
def test_a_notebook_sees_both(inside, engine_runs, types):
    """Broken if a notebook, or a tool that asks for the media types without IPython, gets no picture."""
    inside(types)
    for bundle in shown():
        assert "<svg" in bundle[SVG]
    assert engine_runs == ["svg", "svg"]


REAL = """
import json
from {module} import {name} as Shell
from autograd import Value, draw_dot
from autograd.show.drawing import layout

runs, find = [], layout.find
layout.find = lambda format: runs.append(format) or find(format)
shell = Shell.instance()
x = Value(3.0, label="x")
types = [sorted(shell.display_formatter.format(thing)[0]) for thing in (x * x, draw_dot(x * x))]
print(json.dumps([types, runs]))
"""


@pytest.mark.parametrize(
    ("module", "name", "pictures"),
    [
        ("IPython.terminal.interactiveshell", "TerminalInteractiveShell", False),
        ("ipykernel.zmqshell", "ZMQInteractiveShell", True),
    ],
)
def test_in_a_real_shell(tmp_path, module, name, pictures):
    """Broken if IPython says otherwise than the stand-in above what it can show."""
    pytest.importorskip(module.partition(".")[0])
    command = [sys.executable, "-c", REAL.format(module=module, name=name)]
    environment = os.environ | {"IPYTHONDIR": str(tmp_path), "PYTHONPATH": str(_ROOT)}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=tmp_path, check=False)
    assert done.returncode == 0, done.stderr
    types, runs = json.loads(done.stdout.splitlines()[-1])
    assert [SVG in given for given in types] == [pictures, pictures]
    assert runs == (["svg", "svg"] if pictures else [])
