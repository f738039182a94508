import os
import pickle
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from importlib import metadata
from pathlib import Path

import pytest
from graphviz.backend import dot_command

from autograd import Value
from autograd.show import draw_dot, mimebundle
from autograd.show.drawing import layout
from autograd.show.drawing.caption import HURRIED

_ROOT = Path(__file__).parents[2]


@pytest.fixture
def drawing():
    x = Value(3.0, label="x")
    return draw_dot(x * x)


@pytest.fixture
def no_path(monkeypatch, tmp_path):
    """As in a Jupyter kernel, whose PATH has neither Graphviz nor the environment's own programs."""
    monkeypatch.setenv("PATH", str(tmp_path))


@pytest.fixture
def nothing_installed(no_path, monkeypatch):
    def files(name):
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "files", files)


@pytest.fixture
def system_dot(monkeypatch, tmp_path):
    """A `dot` on PATH that answers with its arguments."""
    program = tmp_path / "dot"
    program.write_text('#!/bin/sh\necho "system $*"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path) + os.pathsep + os.environ["PATH"])
    return program


def test_bundled_engine_renders_with_an_empty_path(drawing, no_path):
    # Broken if the engine is looked up by name: then notebooks cannot draw.
    assert drawing.pipe(format="svg").startswith(b"<?xml")
    assert drawing.pipe(format="png").startswith(b"\x89PNG")


@pytest.mark.skipif(os.name == "nt", reason="the stand-in for dot is a shell script")
def test_the_bundled_engine_draws_what_it_can_and_system_dot_the_rest(drawing, system_dot, monkeypatch):
    # Broken if pictures depend on the machine, or a Graphviz that can write more formats is not asked.
    assert drawing.pipe(format="pdf", encoding="utf-8") == "system -Kdot -Tpdf\n"
    assert drawing.pipe(format="svg").startswith(b"<?xml")
    assert drawing.pipe("png").startswith(b"\x89PNG")
    assert layout.find("svg") == layout.find("png") == layout.bundled()
    monkeypatch.setattr(layout, "bundled", lambda: None)
    assert layout.find("svg") == system_dot


def test_render_asks_for_the_engine_of_its_format(drawing, system_dot, tmp_path):
    # Broken if the format is only looked for in one of the places where graphviz takes it.
    for arguments in ({"format": "pdf"}, {"outfile": tmp_path / "graph.pdf"}):
        drawing.render(filename=tmp_path / "graph", **arguments)
    drawing.format = "pdf"
    assert drawing.pipe(encoding="utf-8") == "system -Kdot -Tpdf\n"


def test_without_any_engine_the_error_says_what_to_install(drawing, nothing_installed):
    # Broken if a fresh machine gives "failed to execute PosixPath('dot')", or loses the source too.
    with pytest.raises(layout.EngineNotFound, match="pip install graphviz-pure"):
        drawing.pipe(format="svg")
    assert "n0 -> n1_op" in drawing.source


def test_a_file_that_the_metadata_lists_but_is_gone_is_no_engine(drawing, no_path, monkeypatch, tmp_path):
    # Broken if a half removed package gives a path that cannot be run.
    gone = metadata.PackagePath("bin/graphviz-pure")
    gone.dist = metadata.distribution("graphviz-pure")
    monkeypatch.setattr(metadata, "files", lambda name: [gone])
    monkeypatch.setattr(gone.dist, "locate_file", lambda path: tmp_path / path, raising=False)
    assert layout.bundled() is None


def test_pdf_needs_the_system_engine_and_the_error_says_so(drawing, no_path, tmp_path):
    # Broken if the user sees a subprocess's exit status instead.
    with pytest.raises(ValueError, match=r"install Graphviz .* for pdf"):
        drawing.pipe(format="pdf")
    with pytest.raises(ValueError, match=r"install Graphviz .* for pdf"):
        drawing.render(tmp_path / "graph", format="pdf")


def test_render_writes_the_file_and_returns_its_name(drawing, no_path, tmp_path):
    # Broken if render() does not go through the chosen engine as pipe() does.
    path = drawing.render(tmp_path / "graph", format="svg", cleanup=True)
    assert Path(path) == tmp_path / "graph.svg"
    assert "data 9<" in Path(path).read_text(encoding="utf-8")
    assert os.listdir(tmp_path) == ["graph.svg"]


def test_view_renders_and_opens_the_file(drawing, no_path, tmp_path, monkeypatch):
    # Broken if view() asks for system dot.
    opened = []
    monkeypatch.setattr(type(drawing), "_view", lambda self, path, format, quiet: opened.append(path))
    drawing.view(tmp_path / "graph")
    assert [Path(path) for path in opened] == [tmp_path / "graph.svg"]


def test_jupyter_gets_an_svg(drawing, no_path):
    # Broken if a drawing is shown as its repr in a notebook.
    assert "<svg" in drawing._repr_mimebundle_()["image/svg+xml"]
    assert "<svg" in drawing._repr_image_svg_xml()


def test_other_users_of_graphviz_keep_their_program(drawing, no_path):
    # Broken if drawing leaves the module's variable changed, after success or failure.
    drawing.pipe(format="svg")
    with pytest.raises(ValueError):
        drawing.pipe(format="pdf")
    assert Path("dot") == dot_command.DOT_BINARY


@pytest.mark.skipif(os.name == "nt", reason="the stand-in for dot is a shell script")
def test_a_program_that_the_user_chose_is_used(drawing, tmp_path, monkeypatch):
    # Broken if somebody's own DOT_BINARY is overridden.
    mine = tmp_path / "mine"
    mine.write_text("#!/bin/sh\necho mine\n")
    mine.chmod(0o755)
    monkeypatch.setattr(dot_command, "DOT_BINARY", mine)
    assert drawing.pipe(format="svg", encoding="utf-8") == "mine\n"
    assert mine == dot_command.DOT_BINARY


def test_threads_can_draw_at_once(no_path):
    # Broken if one thread restores the program's name while another is about to use it.
    def draw(number):
        return draw_dot(Value(number) * 2).pipe(format="svg", encoding="utf-8")

    with ThreadPoolExecutor(8) as pool:
        pictures = list(pool.map(draw, range(32)))
    assert [f"data {number}<" in picture for number, picture in enumerate(pictures)] == [True] * 32
    assert Path("dot") == dot_command.DOT_BINARY


def test_importing_the_package_loads_nothing_but_the_standard_library():
    # Broken if `import autograd.show` becomes slow, or fails where graphviz is not installed.
    code = "import sys, autograd.show; print(sorted({'graphviz', 'numpy', 'IPython'} & set(sys.modules)))"
    shown = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=_ROOT
    )
    assert shown.stdout.strip() == "[]"


@pytest.fixture
def no_graphviz(monkeypatch):
    monkeypatch.setitem(sys.modules, "graphviz", None)
    monkeypatch.delitem(sys.modules, "autograd.show.drawing.digraph", raising=False)


def test_without_graphviz_the_error_says_what_to_install(no_graphviz):
    # Broken if the message names a module instead of a command.
    with pytest.raises(ImportError, match="pip install graphviz"):
        draw_dot(Value(1.0))


def test_a_value_shows_itself_with_a_drawing(no_path):
    # Broken if a Value at the end of a notebook cell is only text.
    bundle = Value(2.0, label="x")._repr_mimebundle_()
    assert bundle["text/plain"] == "Value(data=2.0, grad=0.0)"
    assert "data 2<" in bundle["image/svg+xml"]


def test_a_value_shows_its_repr_where_it_cannot_be_drawn(nothing_installed):
    # Broken if displaying a number fails because no engine is installed.
    assert mimebundle(Value(2.0)) == {"text/plain": "Value(data=2.0, grad=0.0)"}


def test_a_value_shows_its_repr_without_graphviz(no_graphviz):
    # Broken if displaying a number fails because a package is not installed.
    assert mimebundle(Value(2.0)) == {"text/plain": "Value(data=2.0, grad=0.0)"}


def long_layout(monkeypatch):
    """Laying out a drawing of more than 30 records takes too long."""
    asked = []

    def width(program, source, seconds):
        asked.append(source.count("shape=record"))
        return None if asked[-1] > 30 else 100.0

    monkeypatch.setattr(layout, "width", width)
    return asked


def test_a_layout_that_takes_too_long_is_folded_further_and_says_so(monkeypatch):
    # Broken if a notebook waits for a minute, or nodes vanish without a word.
    y = Value(1.0, label="x")
    for i in range(200):
        y = getattr(y, ("sin", "cos", "exp")[i * i % 7 % 3])()
    asked = long_layout(monkeypatch)
    drawing = draw_dot(y, max_nodes=300)
    assert drawing.source.count("shape=record") == 201
    svg = drawing.pipe(format="svg", encoding="utf-8")
    assert svg.count('class="node"') < 2 * 75
    assert asked[0] == 201 and len(asked) <= 4
    assert HURRIED in svg.replace("\xa0", " ").replace("&#160;", " ")
    drawing.pipe(format="svg")
    assert asked.count(201) == 1  # it is tried once


def test_everything_is_drawn_however_long_it_takes(monkeypatch):
    # Broken if max_nodes=None leaves something out.
    y = Value(1.0, label="x")
    for _ in range(200):
        y = y.sin()
    asked = long_layout(monkeypatch)
    assert draw_dot(y, max_nodes=None).pipe(format="svg").count(b'class="node"') == 401
    assert asked == []


@pytest.mark.skipif(os.name == "nt", reason="the stand-ins for dot are shell scripts")
def test_an_engine_is_given_up_after_its_time(tmp_path):
    # Broken if the layout is waited for although its time is over.
    slow, quick = tmp_path / "slow", tmp_path / "quick"
    for program, line in ((slow, "exec sleep 10"), (quick, "echo graph 1 2.5 3")):
        program.write_text(f"#!/bin/sh\n{line}\n")
        program.chmod(0o755)
    assert layout.width(slow, "digraph {}", 0.2) is None
    assert layout.width(quick, "digraph {}", 5.0) == 188.0


def test_a_width_is_that_of_the_picture(drawing, no_path):
    # Broken if what is measured is not what people see.
    svg = drawing.pipe(format="svg", encoding="utf-8")
    shown = float(re.search(r'<svg width="([\d.]+)pt"', svg)[1])
    assert abs(layout.width(layout.find(), drawing.source, 5.0) - shown) <= 1


def test_a_drawing_that_came_out_too_wide_is_folded_further(monkeypatch):
    # Broken if a picture is wider than a page because the plan was mistaken.
    root = sum(Value(float(i), label=f"x{i}") * 2 for i in range(6))
    asked = []

    def width(program, source, seconds):
        asked.append(source.count("shape=record"))
        return 1000.0 if asked[-1] > 6 else 600.0

    monkeypatch.setattr(layout, "width", width)
    draw_dot(root).pipe(format="svg")
    assert asked[0] > 6 >= asked[-1]


def test_a_drawing_that_may_fold_further_can_be_pickled():
    # Broken if the way to fold it further is a part of what is kept.
    y = Value(1.0, label="x")
    for i in range(200):
        y = getattr(y, ("sin", "cos", "exp")[i * i % 7 % 3])()
    drawing = draw_dot(y, max_nodes=300)
    assert drawing.further is not None
    assert pickle.loads(pickle.dumps(drawing)).source == drawing.source
