"""The build hook: when it compiles, what it warns of, and what it changes in the code it compiles."""

import importlib.util
import re
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
if not (ROOT / "hatch_build.py").exists():
    pytest.skip("the installed package is tested, without its source", allow_module_level=True)


def program(path):
    """A file that belongs to no package, as a module."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    sys.path.insert(0, str(path.parent))  # as Python does for a program
    spec.loader.exec_module(module)
    sys.path.remove(str(path.parent))
    return module


hatch_build, compiling, rewriting = (
    program(ROOT / path)
    for path in ("hatch_build.py", "autograd/native/compile.py", "autograd/native/rewrite.py")
)


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
    monkeypatch.setattr(hatch_build, "compiled", fail)
    data = {"force_include": {}}
    hook.initialize("standard", data)
    hook.finalize("standard", data, "")
    [warning] = hook.app.warnings
    assert warning.startswith("scalar-autograd is not compiled and will run slower: compiling failed")
    assert data == {"force_include": {}}


def test_a_failure_is_an_error_where_compiling_is_demanded(hook, monkeypatch):
    monkeypatch.setenv(hatch_build.SWITCH, "1")
    monkeypatch.setattr(hatch_build, "compiled", fail)
    with pytest.raises(RuntimeError, match=r"compiling failed:\nfirst line"):
        hook.initialize("standard", {"force_include": {}})


def test_modules_are_found_wherever_the_folder_is(monkeypatch, tmp_path):
    """Broken if a temporary folder below one called build, as some systems have, gives an empty wheel."""
    folder = tmp_path / "build" / "copy"
    suffix = sysconfig.get_config_var("EXT_SUFFIX")

    def compile_something(command, **settings):
        for place in ("autograd", "build/lib/autograd"):
            (folder / place).mkdir(parents=True)
            (folder / place / f"value{suffix}").touch()

    monkeypatch.setattr(hatch_build.subprocess, "run", compile_something)
    assert hatch_build.compiled(ROOT, folder) == [folder / "autograd" / f"value{suffix}"]


def test_an_editable_install_stays_interpreted(hook, monkeypatch):
    """A compiled module beside the source would hide every change to it."""
    monkeypatch.setattr(hatch_build, "compiled", fail)
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
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(compiling, "build", lambda: None)
    with pytest.raises(RuntimeError, match=r"expected \d+ compiled modules, got \[\]"):
        compiling.main(tmp_path)


def test_the_files_that_are_compiled_are_copied_unchanged(monkeypatch, tmp_path):
    """Broken if the types that only mypyc needs reach the wheel."""
    monkeypatch.chdir(tmp_path)
    seen = []
    monkeypatch.setattr(compiling, "build", lambda: seen.append(Path("autograd/value.py").read_text()))
    monkeypatch.setattr(compiling, "require_all_modules", lambda: None)
    compiling.main(tmp_path)
    assert seen[0].count(") -> Any:") == 8 + (ROOT / "autograd/value.py").read_text().count(") -> Any:")
    assert (tmp_path / "autograd/value.py").read_bytes() == (ROOT / "autograd/value.py").read_bytes()


def test_docstrings_are_put_into_the_generated_code(monkeypatch, tmp_path):
    monkeypatch.chdir(ROOT)
    entry = r'{"dot", (PyCFunction)CPyPy_vectors___dot, METH_FASTCALL, PyDoc_STR("dot(x, y)\n--\n\n")},'
    assert r"--\n\nstart + x[0]*y[0]" in rewriting.documented(entry, [Path("autograd/vectors.py")])


def test_the_operators_that_may_return_not_implemented():
    """The same eight that numpy needs, each once; a ninth would have to be listed."""
    source = (ROOT / "autograd/value.py").read_text(encoding="utf-8")
    changed = [definition.split("(")[0] for definition in re.findall(rewriting.REWRITTEN[0][0], source)]
    names = ("add", "sub", "mul", "truediv", "pow", "mod", "floordiv", "divmod")
    assert changed == [f"def __{name}__" for name in names]


def test_a_signature_that_is_not_rewritten_any_more_stops_the_build():
    source = (ROOT / "autograd/value.py").read_text(encoding="utf-8")
    path = "autograd/value.py"
    assert rewriting.rewritten(path, source).count("def grad(self, grad: float) -> None") == 1
    with pytest.raises(RuntimeError, match=r"expected in autograd/value.py, and not found: .*def grad"):
        rewriting.rewritten(path, source.replace("grad: float | None", "grad: object"))


def test_compiled_code_reads_operations_as_constants_and_calls_c():
    """A look at a dict, or a call of Python, in every node that is built."""
    source = (ROOT / "autograd/value.py").read_text(encoding="utf-8")
    rewritten = rewriting.rewritten("autograd/value.py", source)
    assert "unary(lines.tanh, self)" in rewritten
    assert set(re.findall(r"\bops\.(\w+)", rewritten)) == {"py", "named"}
    source = (ROOT / "autograd/floats.py").read_text(encoding="utf-8")
    assert "return libm.exp(x)" in rewriting.rewritten("autograd/floats.py", source)
    source = (ROOT / "autograd/piecewise.py").read_text(encoding="utf-8")
    rewritten = rewriting.rewritten("autograd/piecewise.py", source)
    assert "libm.floor(x)" in rewritten
    assert "libm.rint(x)" in rewritten


def test_signatures_for_type_checkers_are_left_out():
    source = (ROOT / "autograd/exponentials.py").read_text(encoding="utf-8")
    compiled = rewriting.without_overloads(source)
    assert source.count("@overload") > 5
    assert "@overload" not in compiled
    assert compiled.count("def softmax(") == 1


@pytest.mark.parametrize("times", [0, 2])
def test_generated_code_that_looks_different_stops_the_build(tmp_path, times):
    source = tmp_path / "generated.c"
    source.write_text(f"{rewriting.NODE} *self;\n" + '#include "__native_internal_autograd.h"\n' * times)
    with pytest.raises(RuntimeError, match=rf"lists grow .* expected in .* found {times} times"):
        rewriting.patch({source}, [])


def test_every_compiled_file_exists():
    made = [path for path in compiling.COMPILED if not (ROOT / path).exists()]
    assert sorted(made) == sorted(compiling.GENERATED)


def test_a_lack_of_memory_is_an_error_in_the_generated_code():
    """Broken if there is no memory for a tuple and the process ends, or none for a float and it crashes."""
    boxes = """
    cpy_r_r7 = PyTuple_New(2);
    if (unlikely(cpy_r_r7 == NULL))
        CPyError_OutOfMemory();
    PyObject *__tmp6 = PyFloat_FromDouble(cpy_r_r2.f0);
}
"""
    code = "".join(f"{kind}CPyDef_f(PyObject *cpy_r_x) {{{boxes}" for kind in rewriting.ERRORS)
    changed = rewriting.raising(code)
    for error in rewriting.ERRORS.values():
        assert f"PyTuple_New(2); if (unlikely(cpy_r_r7 == NULL)) return {error};" in changed
        assert f"PyFloat_FromDouble(cpy_r_r2.f0); if (unlikely(__tmp6 == NULL)) return {error};" in changed
    assert "CPyError" not in changed
    with pytest.raises(RuntimeError, match="lack of memory would still end the process in 1 places"):
        rewriting.raising(code + f"\nint CPyDef_g(void) {{{boxes}")
