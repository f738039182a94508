"""What `import autograd` loads, exports and warns of, in a fresh interpreter."""

import inspect
import math
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import autograd

ROOT = Path(autograd.__file__).parents[1]


def python(code, path=ROOT, *flags):
    """Run code in a new interpreter that finds the packages of the folder `path` and no installed ones."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "COV_"))}
    command = [sys.executable, "-S", *flags, "-c", code]
    return subprocess.run(command, cwd=path, env=environment, capture_output=True, text=True, timeout=60)


LOADED = """
import sys
before = set(sys.modules)
import autograd
print(*sorted({name.partition(".")[0] for name in set(sys.modules) - before}))
"""


def test_imports_nothing_but_the_standard_library():
    """Without site packages on the path, any other import fails."""
    result = python(LOADED)
    assert result.returncode == 0, result.stderr
    others = set(result.stdout.split()) - set(sys.stdlib_module_names) - {"autograd", "autograd__mypyc"}
    assert not others


@pytest.mark.parametrize(
    "module",
    [
        "typing",
        "re",
        "contextlib",
        "numpy",
        "graphviz",
        "inspect",
        "threading",
        pytest.param(
            "warnings", marks=pytest.mark.skipif(autograd.native, reason="compiled code loads importlib")
        ),
        "pickle",
        "functools",
        "autograd.show",
        "autograd.words",
    ],
)
def test_does_not_load(module):
    """Modules that are slow to load and that most programs never need."""
    result = python(f"import sys, autograd; sys.exit({module!r} in sys.modules)")
    assert result.returncode == 0, f"import autograd loads {module}: {result.stderr}"


def test_a_transform_of_an_operation_does_not_write_its_help():
    """Words take longer to load than the engine, and `functools.wraps` asks for a docstring."""
    result = python(
        "import sys, autograd; autograd.grad(autograd.sin)(1.0); sys.exit('autograd.words' in sys.modules)"
    )
    assert result.returncode == 0, result.stderr


def test_a_program_runs_without_site_packages():
    code = "from autograd import *; x = Value(3.0); (x * tanh(x)).backward(); print(x.grad, sum([1, 2]))"
    result = python(code, ROOT, "-W", "error")
    assert result.stderr == ""
    slope, total = result.stdout.split()
    assert float(slope) == math.tanh(3.0) + 3.0 * (1 - math.tanh(3.0) ** 2)
    assert total == "3", "the builtin sum was replaced"


def test_everything_in_all_exists():
    for name in autograd.__all__:
        assert getattr(autograd, name) is not None
    assert autograd.__all__ == sorted(autograd.__all__)


PUBLIC = sorted({*autograd.__all__, "abs", "pow", "run_on_arrays", "sum"})


@pytest.mark.parametrize("name", PUBLIC)
def test_everything_public_has_a_docstring_with_an_example(name):
    """Compiled, there are docstrings only because the build puts them in: help() would show nothing."""
    thing = getattr(autograd, name)
    without = {"BackwardStep", "BackwardSteps", "Explanation", "Player"}  # results; what makes them has one
    assert thing.__doc__
    assert (">>> " in thing.__doc__) == (name not in without)


@pytest.mark.parametrize("name", sorted(set(PUBLIC) - set(autograd.ops.TABLE)))
def test_docstrings_tell_all_arguments(name):
    """A reader of help(autograd.where) asks what may stand for each argument."""
    thing = getattr(autograd, name)
    if inspect.isroutine(thing) and (parameters := inspect.signature(thing).parameters):
        told = thing.__doc__.partition("Args:\n")[2].partition("\n\n")[0]
        assert re.findall(r"^ +(\w+): ", told, re.MULTILINE) == list(parameters)
    elif inspect.isclass(thing):
        assert "Args:\n" in thing.__doc__ or "Attributes:\n" in thing.__doc__


@pytest.mark.parametrize("path", sorted(ROOT.glob("autograd/**/*.py")), ids=lambda path: path.name)
def test_files_that_a_text_names_exist(path):
    """A docstring that sends its reader to a file that has moved."""
    for named in re.findall(r"\b(?:autograd|nn)/[\w/]+\.py\b", path.read_text(encoding="utf-8")):
        assert (ROOT / named).exists(), named


def test_methods_have_docstrings():
    assert "leaf" in autograd.Value.backward.__doc__


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="module 'autograd' has no attribute 'tensor'"):
        _ = autograd.tensor


def test_version():
    assert autograd.__version__.count(".") == 2


@pytest.fixture
def site(tmp_path):
    """A folder of installed packages with this one in it."""
    ignore = shutil.ignore_patterns("__pycache__", "show", "*.so")
    shutil.copytree(ROOT / "autograd", tmp_path / "autograd", ignore=ignore)
    (tmp_path / "scalar_autograd-0.1.0.dist-info").mkdir()
    return tmp_path


def install(site, other):
    """What pip leaves of another distribution: its record, and in the shared folder its modules."""
    (site / other).mkdir()
    folder = site / other.partition("-")[0]
    folder.mkdir(exist_ok=True)
    (folder / "core.py").touch()


def warnings_of(site):
    result = python("import autograd", site)
    assert result.returncode == 0, result.stderr
    return result.stderr


def test_no_warning_when_nothing_else_is_installed(site):
    assert warnings_of(site) == ""


@pytest.mark.parametrize(
    "other", ["autograd-1.7.0.dist-info", "nn-0.1.1.dist-info", "autograd-1.0-py3.11.egg-info"]
)
def test_warns_when_another_distribution_owns_the_folder(site, other):
    """pip lets two distributions overwrite each other's files in silence."""
    install(site, other)
    said = warnings_of(site)
    assert "UserWarning" in said
    assert other in said
    assert "scalar-autograd" in said
    assert "uninstall both" in said


@pytest.mark.parametrize(
    "other", ["autograd_gamma-0.5.dist-info", "nnabla-1.0.dist-info", "autograd-1.7.0.txt"]
)
def test_does_not_warn_of_other_names(site, other):
    install(site, other)
    (site / "autograd/core.py").touch()
    assert warnings_of(site) == ""


def test_the_warning_can_be_silenced(site):
    install(site, "autograd-1.7.0.dist-info")
    result = python("import autograd", site, "-W", "ignore")
    assert (result.returncode, result.stderr) == (0, "")
