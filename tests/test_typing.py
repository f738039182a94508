"""What type checkers make of programs that use the packages: types of results, and mistakes that they find.

A comment tells what mypy says of its line: `# type: float` for the type of the expression, `# error: code`
for a mistake. Of all other lines it says nothing.
"""

import re
from pathlib import Path

import pytest

import autograd

api = pytest.importorskip("mypy.api")
ROOT = Path(autograd.__file__).parents[1]

OPERATIONS = """
from autograd import Value, atan2, exp, greater, grad, maximum, operation, relu, where
x, number = Value(1.0), 2.0
either: Value | float = x
exp(1.0)  # type: float
exp(1)  # type: float
exp(x)  # type: Value
exp(either)  # type: Value | float
atan2(x, 1.0)  # type: Value
atan2(1.0, x)  # type: Value
maximum(x, either)  # type: Value
exp("a")  # error: call-overload
exp([x])  # error: call-overload
exp(None)  # error: call-overload
maximum(x, "a")  # error: call-overload
where(True, x, x)  # type: Value
where(x, 1.0, 2.0)  # type: Value
where(greater(x, 0.0), x, 1.0)  # type: Value
where(number > 1.0, 1.0, 2.0)  # type: float
where(number > 1.0, x, 2.0)  # type: Value | float
where("a", x, x)  # error: call-overload
@operation(lambda x, out: 3 * x * x)
def cube(x: float) -> float:
    return x * x * x
cube(x)  # type: Value
cube(2.0)  # type: float
"""

MODELS = """
from collections.abc import Iterable
import nn
from autograd import Value
model = nn.MLP(2, [3, 1])
model([1.0, 2.0])  # type: Value | list[Value]
model.layers[0].neurons[0]([1.0, 2.0])  # type: Value
nn.Sequential(model, "tanh")([1.0, 2.0])  # type: Value | list[Value]
model.batch([[1.0, 2.0]])  # type: list[Value | list[Value]]
nn.BatchNorm(2).batch([[1.0, 2.0]])  # type: list[Value | list[Value]]
model("ab")  # error: arg-type
model(1.0)  # error: arg-type
class Line(nn.Module):
    def __init__(self) -> None:
        self.slope = Value(2.0)
        self.fixed = nn.Buffer([Value(1.0)])
    def __call__(self, x: float) -> Value:
        return self.slope * x + self.fixed[0]
class Attention(nn.Module):
    def __call__(self, x: list[Value], mask: list[float]) -> list[Value]:
        return x
Line()(1.0)  # type: Value
Line().batch([1.0])  # type: list[Value]
Line().train()  # type: Line
Line()("a")  # error: arg-type
Line().parameters()  # type: list[Value]
def use(module: nn.Module) -> None:
    module([1.0])  # type: Any
nn.save(model, "model.safetensors")
nn.save(model, open("model.safetensors", "wb"))
nn.save(model, open("model.safetensors", "w"))  # error: arg-type
nn.save(model, None)  # error: arg-type
nn.SGD(model)  # error: arg-type
"""


def said(code, folder):
    """What mypy says of each line that has a comment, in the words of the comments."""
    lines = code.strip().splitlines()
    wanted = {i: line.partition("  # ")[2] for i, line in enumerate(lines, 1) if "  # " in line}
    for i, comment in wanted.items():
        if comment.startswith("type: "):
            lines[i - 1] = re.sub(r"^( *)(.*)  # .*", r"\1reveal_type(\2)", lines[i - 1])
    program = folder / "program.py"
    program.write_text("\n".join(re.sub("  # .*", "", line) for line in lines) + "\n")
    config = folder / "mypy.ini"
    config.write_text("[mypy]\nstrict = True\nfollow_imports = silent\nshow_error_codes = True\n")
    options = ["--config-file", str(config), "--cache-dir", str(folder), "--no-error-summary", str(program)]
    output, errors, _ = api.run(options)
    assert errors == ""
    found = {}
    for line in output.splitlines():
        match = re.match(r".*?program\.py:(\d+): (error|note): (.*)", line)
        assert match, line
        number, kind, text = int(match[1]), match[2], match[3]
        if kind == "error":
            found[number] = f"error: {text.rpartition('[')[2].rstrip(']')}"
        elif text.startswith("Revealed type is "):
            found[number] = "type: " + re.sub(r"[\w.]+\.(\w+)", r"\1", text.split('"')[1])
    return wanted, found


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """One folder, so that the packages are read once."""
    return tmp_path_factory.mktemp("typing")


@pytest.mark.parametrize("code", [OPERATIONS, MODELS], ids=["operations", "models"])
def test_types_and_mistakes(code, folder, monkeypatch):
    if "site-packages" not in ROOT.parts:  # installed, they are found, and mypy refuses the path
        monkeypatch.setenv("MYPYPATH", str(ROOT))
    wanted, found = said(code, folder)
    assert found == wanted
