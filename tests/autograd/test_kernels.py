"""The table as the compiled package has it, against the table as it is read: bit for bit the same.

`native/generate.py` writes a class for each line. What it writes is Python, so it is tested in both builds:
as it is written, and as it was compiled.
"""

import itertools
import math
import random
import struct
import subprocess
import sys
import types
from math import inf, nan
from pathlib import Path

import pytest

import autograd
from autograd import Value, floats, functions, ops, piecewise, special, value
from autograd.graph import nodes_of
from autograd.primitive import Bound, Operation

NATIVE = Path(__file__).parents[2] / "autograd" / "native"
EDGES = [
    *(0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 2.0, -3.0, 1.5, -1.5, 7.0, 40.0, -40.0, 710.0, -746.0, 1e16, -1e16),
    *(1e-8, -1e-8, 5e-324, -5e-324, 1e-308, 1e308, -1e308, 1.7e308, math.pi / 2, inf, -inf, nan),
]


def points(line, count=40):
    """Every edge value, every two of them, and some more numbers."""
    draw = random.Random(line.name)
    yield from itertools.product(EDGES, repeat=line.arity)
    for _ in range(count):
        yield tuple(draw.gauss(0, 3) for _ in range(line.arity))


def bits(number):
    """A number to the last bit; all nans are one."""
    return "nan" if number != number else struct.pack("<d", number).hex()


def shape(graph):
    """A graph to the last bit: the operation, the number and the operands of each node; or a number."""
    if not isinstance(graph, Value):
        return bits(graph)
    nodes = nodes_of(graph)
    place = {node: i for i, node in enumerate(nodes)}
    return [
        (node._op, bits(node.data), *(place[operand] for operand in node._prev), node.label) for node in nodes
    ]


def readings(line, point, of):
    """All that a line computes at a point; `of` is the class whose methods are asked."""
    x, y = point[0], point[-1]
    out = of.compute(line, x, y)
    found = [bits(out), *(bits(of.local_number(line, i, x, y, out)) for i in range(line.arity))]
    if line.arity == 2:
        found += [bits(number) for number in of.both_numbers(line, x, y, out)]
    operands = [Value(number) for number in point]
    result = Value(out)
    second = operands[1] if line.arity == 2 else None
    found += [shape(of.local_graph(line, i, operands[0], second, result)) for i in range(line.arity)]
    if line.arity == 2 and line.partials[0] is not None and y != 0.0:
        found.append(shape(of.bound_graph(line, operands[0], y, result)))
    return found


@pytest.fixture(scope="module")
def written():
    """The classes that the generator writes, run as Python."""
    if not NATIVE.exists():
        pytest.skip("the generator is not part of the installed package")
    sys.path.insert(0, str(NATIVE))
    try:
        import generate
    finally:
        sys.path.remove(str(NATIVE))
    libm = types.ModuleType("libm")
    exec(generate.libm(), vars(libm))
    source = generate.kernels(generate.parsed((NATIVE.parent / "ops.py").read_text()))
    source = source.replace("from autograd import floats, piecewise, special\n", "")
    names = {"floats": floats, "piecewise": piecewise, "special": special, "libm": libm}
    names["lines"] = types.SimpleNamespace(**ops.TABLE)
    for name in ("Value", "binary", "constant", "power", "unary"):
        names[name] = getattr(value, name)
    exec(source, names)
    return names["KERNELS"]


@pytest.mark.parametrize("line", ops.TABLE.values(), ids=lambda line: line.name)
def test_what_is_written_for_a_line_computes_what_the_table_says(line, written):
    """A line that the generator reads wrongly."""
    for point in points(line):
        assert readings(line, point, written[line.name]) == readings(line, point, Operation), point


@pytest.mark.skipif(not autograd.native, reason="the package is not compiled")
@pytest.mark.parametrize("line", ops.TABLE.values(), ids=lambda line: line.name)
def test_a_compiled_line_computes_what_the_table_says(line):
    """A line that the compiler, or a function of C, computes in another way."""
    assert type(line) is not Operation
    for point in points(line):
        assert readings(line, point, type(line)) == readings(line, point, Operation), point


def everything():
    """What every line computes at its points, and what functions of many numbers do, as text."""
    lines = []
    for line in ops.TABLE.values():
        lines += [f"{line.name} {point} {readings(line, point, type(line))}" for point in points(line, 5)]
    for number, name in itertools.product(EDGES, ("relu", "leaky_relu", "elu")):
        lines.append(f"{name} {number} {shape(getattr(functions, name)(Value(number)))}")
    for x, y, z in itertools.product(EDGES[::2], repeat=3):
        values = [Value(x), Value(y), Value(z)]
        for name in ("logsumexp", "softmax", "log_softmax", "norm", "sum", "mean"):
            made = getattr(functions, name)(values)
            shapes = [shape(each) for each in (made if type(made) is list else [made])]
            lines.append(f"{name} {x, y, z} {shapes}")
        lines.append(f"where {x, y, z} {shape(functions.where(*values))}")
        lines.append(f"power {x, y} {shape(values[0] ** y)}")
    return "\n".join(lines)


@pytest.mark.skipif(not autograd.native, reason="the package is not compiled")
def test_compiled_and_interpreted_agree_on_everything(tmp_path):
    """A function of floats that is not what it is in Python."""
    package = Path(autograd.__file__).parent
    for path in package.rglob("*.py"):
        copy = tmp_path / "autograd" / path.relative_to(package)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(path.read_bytes())
    folders = [str(tmp_path), str(Path(__file__).parents[2])]
    code = (
        f"import sys; sys.path[:0] = {folders}\n"
        "import autograd; assert not autograd.native\n"
        "from tests.autograd.test_kernels import everything\n"
        "print(everything())"
    )
    done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True)
    interpreted, compiled = done.stdout.splitlines(), everything().splitlines()
    assert len(interpreted) == len(compiled) > 10_000
    assert [pair for pair in zip(interpreted, compiled, strict=True) if pair[0] != pair[1]][:3] == []


@pytest.mark.parametrize("name", ["pow", "leaky_relu", "elu", "maximum", "hypot", "atan2"])
def test_an_operation_with_a_bound_operand_computes_what_the_table_says(name):
    """A number in the second place that is taken for something else, 0 above all."""
    line = ops.TABLE[name]
    for x, y in itertools.product(EDGES, [0.0, -0.0, 1.0, 2.0, -1.0, 0.5, 3.0, inf, nan]):
        bound = line.bind(y)
        assert type(bound) is Bound
        assert readings(bound, (x,), Bound) == readings(bound, (x,), Operation), (x, y)


def test_what_cannot_be_compiled_is_an_error_that_shows_it(written):
    """A line with something in it that the generator does not know, and leaves out."""
    from generate import Reader, parsed

    source = 'def _line(): ...\nodd = _line("odd", "odd", floats.odd, lambda x, out: x if x > 1 else [x])\n'
    table = parsed(source)
    with pytest.raises(ValueError, match=r"no way to compile this part of the table: \[x\]"):
        Reader(table).number(table.lines["odd"].partials[0])
