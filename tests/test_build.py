"""The build hook: when it compiles, what it warns of, and what it changes in the code it compiles."""

import importlib.util
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
if not (ROOT / "hatch_build.py").exists():
    pytest.skip("the installed package is tested, without its source", allow_module_level=True)

spec = importlib.util.spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
hatch_build = importlib.util.module_from_spec(spec)
spec.loader.exec_module(hatch_build)


class App:
    """What hatchling shows messages with."""

    def __init__(self):
        self.warnings = []

    def display_warning(self, message):
        self.warnings.append(message)


@pytest.fixture
def hook(monkeypatch):
    monkeypatch.delenv(hatch_build.SWITCH, raising=False)
    monkeypatch.setattr(hatch_build, "obstacle", lambda: "")
    return hatch_build.CustomBuildHook(str(ROOT), {}, None, None, str(ROOT), "wheel", App())


@pytest.mark.parametrize(
    ("switch", "compiler", "wanted"),
    [(None, True, True), (None, False, False), ("0", True, False), ("1", True, True), ("1", False, True)],
)
def test_the_switch_decides(hook, monkeypatch, switch, compiler, wanted):
    monkeypatch.setattr(hatch_build, "obstacle", lambda: "" if compiler else "there is no C compiler cc")
    if switch is not None:
        monkeypatch.setenv(hatch_build.SWITCH, switch)
    assert bool(hook.dependencies()) is wanted


def test_a_switch_that_is_neither_is_refused(hook, monkeypatch):
    monkeypatch.setenv(hatch_build.SWITCH, "yes")
    with pytest.raises(ValueError, match="SCALAR_AUTOGRAD_NATIVE is 0, 1 or not set, got 'yes'"):
        hook.dependencies()


def fail(root, folder):
    raise subprocess.CalledProcessError(1, "mypyc", output="first line\nerror: command 'cc' failed\n")


def test_a_failure_is_one_warning_and_a_pure_wheel(hook, monkeypatch):
    monkeypatch.setattr(hatch_build, "compile_copy", fail)
    data = {"force_include": {}}
    hook.initialize("standard", data)
    hook.finalize("standard", data, "")
    [warning] = hook.app.warnings
    assert warning.startswith("scalar-autograd is not compiled and will run slower: compiling failed")
    assert data == {"force_include": {}}


def test_a_failure_is_an_error_where_compiling_is_demanded(hook, monkeypatch):
    monkeypatch.setenv(hatch_build.SWITCH, "1")
    monkeypatch.setattr(hatch_build, "compile_copy", fail)
    with pytest.raises(RuntimeError, match=r"compiling failed:\nfirst line"):
        hook.initialize("standard", {"force_include": {}})


def test_an_editable_install_stays_interpreted(hook, monkeypatch):
    """A compiled module beside the source would hide every change to it."""
    monkeypatch.setattr(hatch_build, "compile_copy", fail)
    hook.initialize("editable", {"force_include": {}})
    assert not hook.app.warnings


@pytest.mark.parametrize("program", ["no-such-compiler", "no-such-compiler -m64"])
def test_without_a_compiler_nothing_is_tried(monkeypatch, program):
    monkeypatch.setenv("CC", program)
    monkeypatch.setattr(hatch_build.sys, "platform", "linux")
    assert hatch_build.obstacle() == "there is no C compiler no-such-compiler"


@pytest.mark.parametrize(("switch", "warnings"), [(None, 1), ("0", 0)])
def test_without_a_compiler_it_says_so_unless_pure_python_was_asked_for(hook, monkeypatch, switch, warnings):
    monkeypatch.setattr(hatch_build, "obstacle", lambda: "there is no C compiler cc")
    if switch is not None:
        monkeypatch.setenv(hatch_build.SWITCH, switch)
    data = {"force_include": {}}
    hook.initialize("standard", data)
    assert len(hook.app.warnings) == warnings
    assert data == {"force_include": {}}


def test_a_build_without_all_its_modules_is_an_error(monkeypatch, tmp_path):
    """A wheel with a native tag and nothing compiled inside would be the worst of both."""
    monkeypatch.setattr(hatch_build, "run_python", lambda folder, *arguments: None)
    with pytest.raises(RuntimeError, match="compiled modules, got"):
        hatch_build.compile_copy(ROOT, tmp_path)


def test_docstrings_are_put_into_the_generated_code(monkeypatch, tmp_path):
    monkeypatch.chdir(ROOT)
    entry = r'{"dot", (PyCFunction)CPyPy_vectors___dot, METH_FASTCALL, PyDoc_STR("dot(x, y)\n--\n\n")},'
    assert r"--\n\nstart + x[0]*y[0]" in hatch_build.documented(entry)


def test_the_operators_that_may_return_not_implemented():
    """The same five that numpy needs, each once; a sixth would have to be listed."""
    source = (ROOT / "autograd/value.py").read_text(encoding="utf-8")
    changed = [definition.split("(")[0] for definition in re.findall(hatch_build.OPERATORS, source)]
    assert changed == [f"def __{name}__" for name in ("add", "sub", "mul", "truediv", "pow")]


@pytest.mark.parametrize("times", [0, 2])
def test_generated_code_that_looks_different_stops_the_build(tmp_path, times):
    source = tmp_path / "generated.c"
    source.write_text(f"{hatch_build._NODE} *self;\n" + '#include "__native_internal_autograd.h"\n' * times)
    with pytest.raises(RuntimeError, match=rf"expected this in .* found it {times} times"):
        hatch_build.patch({source})


def test_every_compiled_file_exists():
    assert all((ROOT / path).exists() for path in hatch_build.COMPILED)
