"""The plan of the house: a file imports only what stands below it, so there are no circles.

The imports are read from the source. Those inside functions count, because they run too; those under
`if TYPE_CHECKING:` do not.
"""

import ast
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import pytest

import autograd

ROOT = Path(autograd.__file__).parents[1]

# From the ground up. A line may import from the lines above it; a folder also from within itself.
AUTOGRAD = """
    annotations extras
    floats piecewise stepwise tag
    special ieee modes
    scopes anomaly primitive
    kernels own_operations
    by_hand
    walk
    places
    ops
    value
    graph containers rows requirements
    tree
    vectors
    choosing
    exponentials columns
    functions
    copying
    pickling
    operators
    words/
    programs/
    sweeps
    arguments
    tracing transformed
    transforms
    directions section
    compiled/
    differences
    check
    show/drawing/
    show/explanation/
    show/playing/
    show/notebook
    show
    command/
    autograd
    __main__
"""


class Arrow(NamedTuple):
    """One import: who imports whom, and where that is written."""

    importer: str
    imported: str
    where: str


def modules(package: str, root: Path = ROOT) -> dict[str, Path]:
    """Every module of a package by its full name; a package itself by the name of its folder."""
    found = {}
    for path in sorted((root / package).rglob("*.py")):
        name = ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__")
        if not name.startswith("autograd.native"):  # a program of its own, of which nothing is installed
            found[name] = path
    return found


def arrows(package: str, root: Path = ROOT) -> list[Arrow]:
    """All imports from one module of our packages to another."""
    known = modules("autograd", root) | modules("nn", root)
    found = []
    for importer, path in modules(package, root).items():
        for line, name in imported_names(ast.parse(path.read_text(encoding="utf-8"))):
            while name and name not in known:  # a name in a module, or a library
                name = name.rpartition(".")[0]
            if name:
                found.append(Arrow(importer, name, f"{path.relative_to(root)}:{line}"))
    return found


def imported_names(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """What is imported at run time, with the lines; `from a import b` is a.b, be b a module or not."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.If) and ast.unparse(node.test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING"):
            waiting += node.orelse
            continue
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are written in full"
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)
        waiting += ast.iter_child_nodes(node)


def floor(module: str) -> int:
    """The line of the plan that a module stands in, counted from the ground."""
    place = module.removeprefix("autograd.").replace(".", "/")
    for number, line in enumerate(AUTOGRAD.split("\n")):
        for room in line.split():
            if place == room or (room.endswith("/") and f"{place}/".startswith(room)):
                return number
    raise AssertionError(f"{module} has no place in the plan")


def against_the_order(found: list[Arrow]) -> list[str]:
    """The imports of what does not stand below, in words."""
    return [
        f"{arrow.where}: {arrow.importer} imports {arrow.imported}, which does not stand below it"
        for arrow in found
        if not may_import(arrow.importer, arrow.imported)
    ]


def may_import(importer: str, imported: str) -> bool:
    here, there = floor(importer), floor(imported)
    in_a_folder = AUTOGRAD.split("\n")[here].strip().endswith("/")
    return there < here or (there == here and in_a_folder)


def circle(found: list[Arrow]) -> list[str]:
    """The imports of one circle, in words; empty if there is none."""
    graph: dict[str, set[str]] = {}
    for arrow in found:
        graph.setdefault(arrow.importer, set()).add(arrow.imported)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        places = {(arrow.imported, arrow.importer): arrow.where for arrow in found}
        return [f"{places[step]}: {step[1]} imports {step[0]}" for step in pairwise(error.args[1])]
    return []


def test_every_file_imports_only_what_stands_below_it():
    assert against_the_order(arrows("autograd")) == []


@pytest.mark.parametrize("package", ["autograd", "nn"])
def test_there_are_no_circles(package):
    assert circle([arrow for arrow in arrows(package) if arrow.imported.startswith(package)]) == []


def test_networks_use_what_the_engine_hands_out_and_nothing_else():
    """Broken if `nn` needs what a user of `autograd` cannot have."""
    inside = [arrow for arrow in arrows("nn") if arrow.imported.startswith("autograd.")]
    assert [arrow.where for arrow in inside if arrow.imported != "autograd"] == []
    assert [arrow.where for arrow in arrows("autograd") if arrow.imported.startswith("nn")] == []


def test_the_plan_names_nothing_that_is_not_there():
    known = set(modules("autograd"))
    for room in AUTOGRAD.split():
        name = room.rstrip("/").replace("/", ".")
        assert name == "autograd" or f"autograd.{name}" in known, room


@pytest.fixture
def house(tmp_path):
    """A house of three files, which tests can spoil."""
    files = {
        "nn/__init__.py": "",
        "autograd/__init__.py": "from autograd.value import Value\n",
        "autograd/floats.py": "import math\n",
        "autograd/value.py": "from autograd import floats\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def test_an_import_upstairs_is_named_with_its_file_and_line(house):
    """Broken if the tests above cannot fail."""
    assert against_the_order(arrows("autograd", house)) == []
    (house / "autograd/floats.py").write_text("import math\ndef f():\n    from autograd.value import Value\n")
    assert against_the_order(arrows("autograd", house)) == [
        "autograd/floats.py:3: autograd.floats imports autograd.value, which does not stand below it"
    ]
    assert sorted(circle(arrows("autograd", house)), reverse=True) == [
        "autograd/value.py:1: autograd.value imports autograd.floats",
        "autograd/floats.py:3: autograd.floats imports autograd.value",
    ]


def test_imports_for_type_checkers_do_not_count(house):
    (house / "autograd/floats.py").write_text(
        "if TYPE_CHECKING:\n    from autograd.value import Value\nelse:\n    import math\n"
    )
    assert against_the_order(arrows("autograd", house)) == []
    assert circle(arrows("autograd", house)) == []
