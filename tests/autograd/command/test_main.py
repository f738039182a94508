import json
import math
import os
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

import autograd as ag
from autograd import __main__ as command
from autograd.command.expression import FUNCTIONS, MAX_LENGTH, Expression, ExpressionError
from autograd.show.drawing import layout
from tests.autograd.show.svg import read

_ROOT = Path(__file__).parents[3]


@pytest.fixture
def run(capsys, tmp_path, monkeypatch):
    """Run the command line in an empty directory: exit status, standard output, standard error."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        try:
            status = command.main(list(arguments))
        except SystemExit as exit:
            status = exit.code
        out, err = capsys.readouterr()
        return status, out, err

    return run


def table(out):
    """The rows of a printed table by the name of their node."""
    lines = [line.split() for line in out.splitlines() if line]
    return {line[0]: line[1:] for line in lines[1:]}


def test_the_table_of_the_lectures_example(run):
    # Broken if a node, a value, a local derivative or a gradient is missing or wrong.
    status, out, err = run("(3*x + 2)**2", "x=1")
    assert (status, err) == (0, "")
    assert out == (
        "name  operation  value  local derivatives  gradient\n"
        "x                    1                           30\n"
        "v1    3*x            3  x: 3                     10\n"
        "v2    v1 + 2         5  v1: 1                    10\n"
        "out   v2**2         25  v2: 10                    1\n"
    )


def test_as_a_module():
    # Broken if `python -m autograd` does not start, or prints something of its own.
    command_line = [sys.executable, "-m", "autograd", "x*y", "x=2", "y=-3"]
    shown = subprocess.run(command_line, capture_output=True, text=True, cwd=_ROOT)
    assert (shown.returncode, shown.stderr) == (0, "")
    assert table(shown.stdout)["x"] == ["2", "-3"]


@pytest.mark.parametrize(
    ("expression", "function", "x", "y"),
    [
        ("x + y - x*y/2", lambda x, y: x + y - x * y / 2, 1.5, -2.0),
        ("-x**2 + +y", lambda x, y: -(x**2) + +y, 3.0, 1.0),
        ("x**-1 + 2**y + x**y", lambda x, y: x**-1 + 2**y + x**y, 3.0, 1.5),
        ("maximum(x, y) * atan2(x, y)", lambda x, y: ag.maximum(x, y) * ag.atan2(x, y), 3.0, 1.0),
        ("where(x > y, x*y, y)", lambda x, y: ag.where(ag.greater(x, y), x * y, y), 3.0, 1.0),
        ("clip(x, -1, 1) + sum(x, y, 3)", lambda x, y: ag.clip(x, -1, 1) + ag.sum([x, y, 3]), 0.5, 1.0),
        ("mean(x, y) * logsumexp(x, y)", lambda x, y: ag.mean([x, y]) * ag.logsumexp([x, y]), 0.5, 1.0),
        (
            "leaky_relu(-x) - elu(-y, .2)",
            lambda x, y: (-x).leaky_relu() - (-y).elu(0.2),
            0.5,
            1.0,
        ),
        ("sin(pi*x) + e**y", lambda x, y: (math.pi * x).sin() + math.e**y, 0.25, 1.0),
        ("(x <= 2)*x + (x != y)*y", lambda x, y: ag.less_equal(x, 2) * x + ag.not_equal(x, y) * y, 0.5, 1.0),
        ("(x < 2)*(y >= 2)*x*y", lambda x, y: ag.less(x, 2) * ag.greater_equal(y, 2) * x * y, 0.5, 3.0),
        ("x*y % 2 + x // 2 * y", lambda x, y: x * y % 2 + x // 2 * y, 5.5, -1.5),
        ("norm(x, y) * log(x, 2)", lambda x, y: ag.norm([x, y]) * ag.log(x, 2), 3.0, 4.0),
        ("(x == y) * x * y", lambda x, y: ag.equal(x, y) * x * y, 0.5, 0.5),
        (
            "sigmoid(tanh(log(x))) - abs(y)",
            lambda x, y: x.log().tanh().sigmoid() - abs(y),
            0.5,
            -1.0,
        ),
    ],
)
def test_gradients_are_those_of_the_engine(run, expression, function, x, y):
    # Broken if the parser gives an operator or a function another meaning than Python and autograd do.
    status, out, _ = run(expression, f"x={x}", f"y={y}", "--json")
    record = json.loads(out)
    assert status == 0
    assert record["value"] == function(ag.Value(x), ag.Value(y)).data
    assert record["gradients"] == ag.grad(lambda p: function(p["x"], p["y"]))({"x": x, "y": y})


def test_every_function_that_help_lists_can_be_called(run):
    # Broken if help promises a function that the parser then refuses.
    arguments = {"where": "x, x, x", "clip": "x, 0, 1"}
    binary = {name for name, line in ag.ops.TABLE.items() if line.arity == 2} - {"leaky_relu", "elu"}
    _, text, _ = run("--help")
    for name in FUNCTIONS:
        assert name in text
        inside = arguments.get(name, "x, 0.25" if name in binary else "x")
        assert run(f"{name}({inside})", "x=0.5")[0] == 0, name


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["3*", "x=1"], "not an expression"),
        (["", "x=1"], "the expression is empty"),
        (["x +* 2", "x=1"], "not an expression at character 4"),
        (["2x", "x=1"], "not an expression"),
        (["2(x)", "x=1"], "a product needs its sign: 2*(...)"),
        (["x = 3"], "not an expression"),
        (["x=1"], "not an expression"),
        (["foo(x)", "x=1"], "unknown function foo"),
        (["max(x, 0)", "x=1"], "unknown function max; did you mean maximum?"),
        (["sqr(x)", "x=1"], "unknown function sqr; did you mean sqrt?"),
        (["tanh(x, 1)", "x=1"], "tanh takes 1 argument(s), got 2"),
        (["maximum(x)", "x=1"], "maximum takes 2 argument(s), got 1"),
        (["where(x)", "x=1"], "where() missing"),
        (["mean()"], "mean needs at least one number"),
        (["clip(x, 2, 1)", "x=1"], "clip needs low <= high"),
        (["tanh", "x=1"], "tanh is a function: write tanh(...)"),
        (["x"], "no value for x: add x=NUMBER"),
        (["x*y*z", "y=1"], "no value for x, z: add x=NUMBER z=NUMBER"),
        (["x", "x=abc"], "the value of x is not a number: 'abc'"),
        (["x", "x="], "the value of x is not a number: ''"),
        (["x", "x=1", "x=2"], "x is given twice"),
        (["x", "x=1", "y=2"], "y is given a value, but x does not use it"),
        (["x", "5"], "expected name=number, got '5'"),
        (["x", "3=5"], "expected name=number, got '3=5'"),
        (["x", "x=1", "tanh=5"], "tanh is the name of a function"),
        (["x", "x=1", "pi=3"], "pi is the name of a constant"),
        (["x^2", "x=1"], "write x**2"),
        (["x @ 2", "x=1"], "matrices"),
        (["x.tanh()", "x=1"], "there are no methods here; write tanh(x)"),
        (["x.data", "x=1"], "there are no methods here"),
        (["x if x else 0", "x=1"], "write where(condition, x, y)"),
        (["x and 1", "x=1"], "cannot be part of a graph"),
        (["not x", "x=1"], "write 1 - condition"),
        (["0 < x < 1", "x=1"], "compare two numbers at a time"),
        (["x in x", "x=1"], "compare"),
        (["1j * x", "x=1"], "1j is not a real number"),
        (["'a'"], "'a' is not a real number"),
        (["True"], "True is not a real number"),
        (["None"], "None is not a real number"),
        (["[x]", "x=1"], "not a number, a name, an operation or a function: [x]"),
        (["sum(*x)", "x=1"], "*x"),
        (["clip(x, low=0, high=1)", "x=1"], "clip(x, low=0, high=1)"),
        (["lambda: x", "x=1"], "lambda"),
        (["__import__('os').system('true')"], "there are no methods here"),
        (["open('x')"], "not a real number"),
        (["(x := 1)", "x=1"], "not a number"),
        (["x\0", "x=1"], "null bytes"),
        (["\ud800"], "not an expression"),
        (["(" * 150 + "x" + ")" * 150 + "+", "x=1"], "not an expression"),
        (["(" * 1000 + "x" + ")" * 1000, "x=1"], "nested"),
        (["-" * 9000 + "x", "x=1"], "nested too deeply"),
        (["+".join("x" * 4000), "x=1"], "too long a chain"),
        (["x**" * 3000 + "x", "x=1"], "nested too deeply"),
        (["1" * 5000], "not an expression"),
        (["x+" * 10**6 + "x", "x=1"], "the limit is 10,000"),
        (["--svg", "a.svg"], "--svg needs an expression"),
        (["x", "x=1", "--frobnicate"], "--frobnicate"),
        (["x", "x=1", "--js"], "--js"),
        (["x", "x=1", "--svg"], "--svg"),
    ],
)
def test_a_mistake_is_one_line_and_status_2(run, arguments, message):
    # Broken if a typing error ends in a traceback, a page of usage, or in success.
    status, out, err = run(*arguments)
    assert (status, out) == (2, "")
    assert message in err
    assert err.startswith("python -m autograd: error: ")
    assert err.count("\n") == 1
    assert len(err) < 300


def test_a_mistake_writes_no_file(run, tmp_path):
    # Broken if half of the work is left behind.
    run("foo(x)", "x=1", "--svg", "a.svg", "--dot", "a.gv")
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(
    ("expression", "number"), [("10**10**10", math.inf), ("9**9**9**9", math.inf), ("1/0", math.inf)]
)
def test_numbers_are_floats_from_the_start(expression, number):
    # Broken if an integer power is computed exactly: 10**10**10 would fill the memory.
    assert Expression(expression)({}) == number


def test_an_expression_may_begin_with_a_minus_sign(run):
    # Broken if -x**2 is taken for an option.
    assert table(run("-x**2", "x=3")[1])["x"] == ["3", "-6"]
    assert table(run("-x", "x=-1e-3", "--check")[1])["x"] == ["-0.001", "-1", "-1", "agrees"]


def test_options_may_stand_between_the_assignments(run):
    # Broken if the order of the arguments matters.
    assert table(run("x*y", "x=2", "--check", "y=3")[1])["y"] == ["3", "2", "2", "agrees"]


def test_one_letter_in_two_spellings_is_one_name(run):
    # Broken if a name that Python's parser normalizes cannot be given a value.
    assert run("\ufb01*2", "fi=1")[0] == run("fi*2", "\ufb01=1")[0] == 0


def test_a_variable_that_is_not_chosen_has_gradient_zero(run):
    # Broken if a variable that the result does not depend on is missing from the answer.
    status, out, _ = run("where(1, x, y)", "x=2", "y=3", "--explain", "--check")
    assert status == 0
    assert table(out.split("\n\n")[0]) == {"y": ["3", "0", "0", "agrees"], "x": ["2", "1", "1", "agrees"]}


def test_a_formula_without_variables(run):
    # Broken if the command line is no calculator.
    assert table(run("2 + 3*4")[1]) == {"out": ["14", "1"]}
    assert json.loads(run("sqrt(2)", "--explain", "--check", "--json")[1])["value"] == math.sqrt(2)


def test_check_stands_beside_the_gradients(run):
    # Broken if the finite difference of one variable stands beside another.
    _, out, _ = run("sin(x)*exp(y)", "x=0.5", "y=2", "--check")
    assert out.splitlines()[0].endswith("gradient  finite difference  verdict")
    rows = table(out)
    for name in "xy":
        gradient, difference, verdict = rows[name][-3:]
        assert (gradient, verdict) == (difference, "agrees")


def test_check_says_what_a_difference_cannot_decide(run):
    # Broken if a kink or a steep function is read as a mistake, as any fixed step reads one of them.
    assert run("relu(x)", "x=0", "--check")[1].splitlines()[1].endswith("at a kink")
    assert table(run("log(x)", "x=1e-10", "--check")[1])["x"][-1] == "agrees"


def test_explain_follows_the_table(run):
    # Broken if --explain replaces what it explains, or explains constants.
    _, out, _ = run("(3*x + 2)**2", "x=1", "--explain")
    first, second = out.split("\n\n")
    assert first.startswith("name")
    assert second.startswith("Forward\n  x = 1\n")
    assert second.endswith("Gradients\n  d out/d x = 30\n")


def test_json_is_strict_and_complete(run):
    # Broken if a program cannot read the answer: JSON has no nan and no infinity.
    _, out, _ = run("log(x) + 1/x", "x=0", "--json", "--check", "--explain")
    record = json.loads(out, parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))
    assert record["expression"] == "log(x) + 1/x"
    assert record["value"] == "nan"
    assert record["gradients"] == {"x": "nan"}
    assert record["finite_differences"] == {
        "x": {"difference": "nan", "error": "inf", "verdict": "not finite"}
    }
    assert len(record["steps"]) == 4
    nodes = record["nodes"]
    assert [node["id"] for node in nodes] == list(range(len(nodes)))
    assert nodes[-1]["operation"] == "add"
    assert [nodes[operand]["value"] for operand in nodes[-1]["operands"]] == ["-inf", "inf"]
    x = next(node for node in nodes if node["label"] == "x")
    assert (x["operands"], x["local_derivatives"], x["formula"]) == ([], [], "")


def test_files_are_written(run, tmp_path):
    # Broken if an option writes another format than it says.
    files = {"svg": b"<?xml", "png": b"\x89PNG", "dot": b"digraph", "html": b"<!DOCTYPE html>"}
    options = [part for kind in files for part in (f"--{kind}", f"graph.{kind}")]
    status, out, _ = run("x*x", "x=3", *options)
    assert status == 0
    for kind, beginning in files.items():
        assert (tmp_path / f"graph.{kind}").read_bytes().startswith(beginning)
        assert f"wrote graph.{kind}" in out
    seen = read((tmp_path / "graph.svg").read_text(encoding="utf-8"))
    assert ["x", "data 3", "grad 6"] in seen.nodes.values()


def test_the_page_is_self_contained_and_escaped(run, tmp_path):
    # Broken if the page needs the network, or an expression becomes markup.
    run("(x < 2)*x", "x=1", "--html", "page.html")
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "<title>(x &lt; 2)*x</title>" in page
    assert "<svg" in page
    assert page.count("<!DOCTYPE") == 1
    assert "<script" not in page
    assert set(re.findall(r'(?:src|href)="([^"]*)"', page)) <= {""}
    body = page[page.index("<body>") : page.index("</html>")]
    assert "x receives" in "".join(ElementTree.fromstring(body.replace("<br>", "<br/>")).itertext())


@pytest.mark.parametrize("kind", ["svg", "dot", "html"])
def test_a_file_that_cannot_be_written_is_one_line_and_status_1(run, kind):
    # Broken if a wrong path ends in a traceback.
    status, out, err = run("x", "x=1", f"--{kind}", "missing/directory/file")
    assert (status, out) == (1, "")
    assert (
        err == "python -m autograd: error: cannot write missing/directory/file: No such file or directory\n"
    )


def test_drawing_without_an_engine_is_one_line_and_status_1(run, monkeypatch):
    # Broken if a fresh machine gives a traceback, or refuses the DOT text and the table too.
    monkeypatch.setattr(layout, "find", lambda format: (_ for _ in ()).throw(layout.EngineNotFound()))
    status, out, err = run("x", "x=1", "--svg", "a.svg")
    assert (status, out, err.count("\n")) == (1, "", 1)
    assert "pip install graphviz-pure" in err
    assert run("x", "x=1", "--dot", "a.gv")[0] == 0


def test_without_arguments_the_lectures_network_is_worked_through(run, tmp_path):
    # Broken if the numbers are not those of the lecture, exact to six digits.
    status, out, err = run()
    assert (status, err) == (0, "")
    for line in (
        "z1 = v3 + b1 = 1.5 + 0 = 1.5",
        "a1 = sigmoid(z1) = sigmoid(1.5) = 0.817574",
        "a2 = sigmoid(z2) = sigmoid(0.408787) = 0.600797",
        "L = v5**2 = 0.399203**2 = 0.159363",
        "d L/d W1_1 = -0.01428",
        "d L/d W1_2 = -0.02856",
        "d L/d W2 = -0.156557",
        "d L/d b2 = -0.19149",
        "W2 = 0.5 - 0.5 * (-0.156557) = 0.578279",
        "W1_2 = 0.5 - 0.5 * (-0.02856) = 0.51428",
    ):
        assert f"  {line}\n" in out
    assert out.endswith("The graph is drawn in backprop-2-1-1.svg.\n")
    seen = read((tmp_path / "backprop-2-1-1.svg").read_text(encoding="utf-8"))
    assert ["W2", "data 0.5", "grad -0.1566"] in seen.nodes.values()


def test_the_example_in_a_directory_that_cannot_be_written(run, monkeypatch):
    # Broken if `python -m autograd` in a read-only directory ends in a traceback.
    monkeypatch.setattr(command, "EXAMPLE_FILE", "missing/drawing.svg")
    status, _, err = run()
    assert (status, err.count("\n")) == (1, 1)


def test_help_and_version(run):
    # Broken if help does not name the options, or the version is another one.
    status, out, _ = run("--help")
    assert status == 0
    for word in (
        "--explain",
        "--check",
        "--json",
        "--svg",
        "--html",
        'python -m autograd "(3*x + 2)**2" x=1',
    ):
        assert word in out
    assert run("--version")[:2] == (
        0,
        f"autograd {ag.__version__}, {'compiled' if ag.native else 'pure Python'}\n",
    )


@pytest.mark.skipif(os.name == "nt", reason="pipes break otherwise there")
def test_a_reader_that_stops_early_is_no_error():
    # Broken if `python -m autograd ... | head -1` ends in a traceback.
    code = (
        "import sys, time; time.sleep(0.5); from autograd.__main__ import main; sys.exit(main(sys.argv[1:]))"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, "x*x", "x=1"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=_ROOT
    )
    process.stdout.close()
    assert process.stderr.read() == b""
    assert process.wait() == 0
    process.stderr.close()


def test_a_terminal_without_unicode():
    # Broken if a Greek variable cannot be printed where the terminal has only ASCII.
    shown = subprocess.run(
        [sys.executable, "-m", "autograd", "Δ*2", "Δ=1"],
        capture_output=True,
        cwd=_ROOT,
        env=os.environ | {"PYTHONIOENCODING": "ascii"},
    )
    assert (shown.returncode, shown.stderr) == (0, b"")
    assert b"\\u0394" in shown.stdout


def test_an_expression_is_a_function_of_floats_too():
    # Broken if an expression gives a Value where it is given none.
    expression = Expression("x**2 + where(x > 1, y, 0)")
    assert expression.variables == ["x", "y"]
    assert expression({"x": 3.0, "y": 2.0}) == 11.0
    with pytest.raises(ExpressionError, match="no value for y"):
        expression({"x": 3.0})


def test_a_constant_exponent_needs_no_logarithm():
    # Broken if x**2 is differentiated by its exponent as well: log(-3) is nan.
    x = ag.Value(-3.0)
    Expression("x**(4/2)")({"x": x}).backward()
    assert x.grad == -6.0


def test_the_longest_expression_is_read():
    # Broken if the limit on the length is lower than it says.
    assert Expression("x" * MAX_LENGTH).variables == ["x" * MAX_LENGTH]
