"""What the files of the package have in common: what they may take from the engine, and how."""

import ast
import inspect
from pathlib import Path

import pytest

import autograd
import nn
from autograd import Value

FOLDER = Path(nn.__file__).parent
FILES = sorted(FOLDER.rglob("*.py"))
PUBLIC = {"_prev", "_op"}  # micrograd's own names, which its users read


def each_file(test):
    return pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(FOLDER)))(test)


def nodes_of(path, *kinds):
    return [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, kinds)]


@each_file
def test_it_imports_only_what_the_engine_exports(path):
    # Broken: a file of the engine cannot be moved or renamed without breaking the networks.
    for node in nodes_of(path, ast.Import, ast.ImportFrom):
        if isinstance(node, ast.Import):
            assert not any(alias.name.startswith("autograd.") for alias in node.names), node.lineno
        elif node.module and node.module.partition(".")[0] == "autograd":
            assert node.module == "autograd", node.lineno
            for alias in node.names:
                assert not inspect.ismodule(getattr(autograd, alias.name)), alias.name


@each_file
def test_it_touches_nothing_private_of_a_value(path):
    # Broken: the engine cannot change how it keeps labels and scopes.
    private = {name for name in dir(Value) if name.startswith("_") and not name.startswith("__")} - PUBLIC
    assert private.isdisjoint(node.attr for node in nodes_of(path, ast.Attribute))


@each_file
def test_no_node_is_built_only_to_read_it(path):
    # Broken: `Value(x).data` where `as_float(x)` would do, `Value(0.0).scope` where `current_scope()` would.
    for node in nodes_of(path, ast.Attribute):
        made = node.value
        is_value = isinstance(made, ast.Call) and isinstance(made.func, ast.Name) and made.func.id == "Value"
        assert not is_value, f"line {node.lineno}"
