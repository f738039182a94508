"""The table of operations read as LaTeX."""

import inspect
import math

import pytest
from matplotlib.mathtext import MathTextParser

import autograd
from autograd import Value, explain, operation, ops
from autograd.words.symbol import NO_DERIVATIVE, NOT_WRITTEN, Symbol, applied, derivative
from autograd.words.tex import TeX

BOUND = [ops.pow.bind(2.0), ops.pow.bind(-0.5), ops.leaky_relu.bind(0.01), ops.elu.bind(1.0)]
X, Y, OUT = TeX("x"), TeX("y"), TeX("out")


def parses(formula):
    """Whether a formula is LaTeX for matplotlib, which knows less of it than any browser's typesetter."""
    MathTextParser("path").parse(f"${formula}$")


@pytest.mark.parametrize("line", [*ops.TABLE.values(), *BOUND], ids=lambda line: line.symbol)
def test_every_operation_and_every_derivative_renders(line):
    # Broken if an operation of the table is written with a command that does not exist, or unbalanced braces.
    names = [X, TeX("w1")][: line.arity]
    parses(applied(line, names))
    for index in range(line.arity):
        formula = derivative(line, index, names, OUT)
        assert formula != NOT_WRITTEN
        if formula != NO_DERIVATIVE:
            parses(formula)


@pytest.mark.parametrize(
    ("line", "formula"),
    [
        (ops.add, r"x + y"),
        (ops.sub, r"x - y"),
        (ops.mul, r"x \cdot y"),
        (ops.div, r"\frac{x}{y}"),
        (ops.pow, r"x^{y}"),
        (ops.pow.bind(2.0), r"x^{2}"),
        (ops.neg, r"-x"),
        (ops.exp, r"e^{x}"),
        (ops.expm1, r"e^{x} - 1"),
        (ops.log, r"\log\left(x\right)"),
        (ops.log1p, r"\log\left(1 + x\right)"),
        (ops.sqrt, r"\sqrt{x}"),
        (ops.cbrt, r"\sqrt[3]{x}"),
        (ops.exp2, r"2^{x}"),
        (ops.log2, r"\log_{2}\left(x\right)"),
        (ops.hypot, r"\sqrt{x^{2} + y^{2}}"),
        (ops.logaddexp, r"\log\left(e^{x} + e^{y}\right)"),
        (ops.floor, r"\left\lfloor x \right\rfloor"),
        (ops.remainder, r"x \;\mathrm{mod}\; y"),
        (ops.normal_cdf, r"\Phi\left(x\right)"),
        (ops.erfinv, r"\operatorname{erf}^{-1}\left(x\right)"),
        (ops.asinh, r"\operatorname{arsinh}\left(x\right)"),
        (ops.tanh, r"\tanh\left(x\right)"),
        (ops.asin, r"\arcsin\left(x\right)"),
        (ops.atan2, r"\operatorname{atan2}\left(x, y\right)"),
        (ops.sigmoid, r"\sigma\left(x\right)"),
        (ops.relu, r"\operatorname{ReLU}\left(x\right)"),
        (ops.leaky_relu.bind(0.01), r"\operatorname{LeakyReLU}\left(x, 0.01\right)"),
        (ops.abs, r"\left|x\right|"),
        (ops.maximum, r"\max\left(x, y\right)"),
        (ops.when, r"\left[x \neq 0\right] \cdot y"),
        (ops.less_equal, r"\left[x \leq y\right]"),
    ],
    ids=lambda part: getattr(part, "symbol", ""),
)
def test_operations_as_a_textbook_writes_them(line, formula):
    # Broken if the notation is valid but not what one reads in a book.
    assert applied(line, [X, Y][: line.arity]) == formula


@pytest.mark.parametrize(
    ("line", "index", "formula"),
    [
        (ops.div, 1, r"\frac{-\mathrm{out}}{y}"),
        (ops.pow.bind(3.0), 0, r"3 \cdot x^{2}"),
        (ops.tanh, 0, r"1 - \mathrm{out} \cdot \mathrm{out}"),
        (ops.sigmoid, 0, r"\mathrm{out} \cdot \left(1 - \mathrm{out}\right)"),
        (ops.relu, 0, r"\left[x > 0\right]"),
        (ops.erf, 0, r"\frac{2}{\sqrt{\pi}} \cdot e^{-x \cdot x}"),
        (ops.erfc, 0, r"-\frac{2}{\sqrt{\pi}} \cdot e^{-x \cdot x}"),
        (ops.asin, 0, r"\frac{1}{\sqrt{\left(1 - x\right) \cdot \left(1 + x\right)}}"),
        (ops.leaky_relu, 1, r"\left[x \leq 0\right] \cdot x"),
        (ops.when, 1, r"\left[x \neq 0\right]"),
        (ops.sign, 0, NO_DERIVATIVE),
    ],
    ids=lambda part: getattr(part, "name", ""),
)
def test_derivatives_as_a_textbook_writes_them(line, index, formula):
    # Broken if LaTeX says another derivative than the table, or loses a pair of parentheses.
    assert derivative(line, index, [X, Y], OUT) == formula


def test_latex_has_no_derivatives_of_its_own():
    # Broken if somebody adds a second list of derivatives, which the first would not be held to.
    from autograd.show.explanation import latex
    from autograd.words import tex

    assert "partials" not in inspect.getsource(tex) + inspect.getsource(latex)
    cube = operation(lambda x, out: 3 * x * x)(lambda x: x**3)
    assert derivative(cube, 0, [TeX("w_2")], OUT) == r"3 \cdot w_{2} \cdot w_{2}"


def test_latex_has_no_precedences_of_its_own():
    # Broken if they are written twice: a formula could lose its parentheses in one of two notations.
    from autograd.words import tex

    assert "SUM" not in vars(tex) and "PRODUCT" not in vars(tex)
    assert TeX._infix.keys() == Symbol._infix.keys()
    for line, (_, *levels) in TeX._infix.items():
        assert levels == list(Symbol._infix[line][1:])


@pytest.mark.parametrize(
    ("name", "formula"),
    [
        ("x", "x"),
        ("w1", "w_{1}"),
        ("delta_2", r"\delta_{2}"),
        ("alpha", r"\alpha"),
        ("Gamma", r"\Gamma"),
        ("lambda", r"\lambda"),
        ("loss", r"\mathrm{loss}"),
        ("w_out", r"w_{\mathrm{out}}"),
        ("W1[0]", "W_{1,0}"),
        ("W[0, 1]", "W_{0,1}"),
        ("x_alpha", r"x_{\alpha}"),
        ("x''", "x''"),
        ("hidden2", r"\mathrm{hidden}_{2}"),
        ("x_", r"\mathrm{x\_}"),
        ("a b", r"\mathrm{a\ b}"),
        ("50%_$#&{}", r"\mathrm{50\%\_\$\#\&\{\}}"),
        ("\\input{x}", r"\mathrm{\backslash{}input\{x\}}"),
        ("3", "3"),
        ("-0.5", "-0.5"),
        ("1e-05", "10^{-5}"),
        ("-2.5e+20", r"-2.5 \times 10^{20}"),
        ("inf", r"\infty"),
        ("-inf", r"-\infty"),
        ("nan", r"\mathrm{nan}"),
    ],
)
def test_names_and_numbers(name, formula):
    # Broken if a label is printed wrongly, or can do something in a document.
    assert TeX(name).text == formula
    parses(formula.replace(r"\&", ""))  # which mathtext does not know


def test_parentheses_stand_where_they_are_needed():
    # Broken if a formula reads as another one.
    assert str(TeX("-3") ** 2) == r"\left(-3\right)^{2}"
    assert str(TeX("x") + TeX("-3")) == r"x + \left(-3\right)"
    assert str((X / Y) ** 2) == r"\left(\frac{x}{y}\right)^{2}"
    assert str((X**2) ** 3) == r"\left(x^{2}\right)^{3}"
    assert str(X - (Y - 1)) == r"x - \left(y - 1\right)"
    assert str((X + Y) * X / (X - Y)) == r"\frac{\left(x + y\right) \cdot x}{x - y}"
    assert str(TeX("a+b") * 2) == r"\left(\mathrm{a+b}\right) \cdot 2"
    assert str(TeX("1e-05") ** 2) == r"\left(10^{-5}\right)^{2}"


def test_the_equations_of_a_neuron():
    # Broken if an equation is missing, in another order, or not aligned.
    w1, x, b = Value(2.0, label="w1"), Value(-1.0, label="x"), Value(3.0, label="beta")
    z = w1 * x + b
    z.label = "z"
    loss = z**2
    loss.label = "L"
    assert explain(loss, [w1, b]).latex() == "\n".join(
        [
            r"\begin{aligned}",
            r"w_{1} &= 2 \\",
            r"x &= -1 \\",
            r"\beta &= 3 \\",
            r"v_{1} &= w_{1} \cdot x = 2 \cdot \left(-1\right) = -2 \\",
            r"z &= v_{1} + \beta = -2 + 3 = 1 \\",
            r"L &= z^{2} = 1^{2} = 1 \\",
            r"\frac{dL}{dL} &= 1 \\",
            r"\frac{dL}{dz} &= 2 \cdot z = 2 \cdot 1 = 2 \\",
            r"\frac{dL}{dv_{1}} &= \frac{dL}{dz} \cdot 1 = 2 \cdot 1 = 2 \\",
            r"\frac{dL}{d\beta} &= \frac{dL}{dz} \cdot 1 = 2 \cdot 1 = 2 \\",
            r"\frac{dL}{dw_{1}} &= \frac{dL}{dv_{1}} \cdot x"
            r" = 2 \cdot \left(-1\right) = -2",
            r"\end{aligned}",
        ]
    )


def test_a_sum_over_uses_is_one_equation():
    # Broken if one of several uses is missing, or a minus sign swallows the next term.
    x = Value(3.0, label="x")
    h = x.tanh()
    h.label = "h"
    last = explain(h - x * x).latex().splitlines()[-2]
    assert last == (
        r"\frac{d\,\mathrm{out}}{dx} &= \frac{d\,\mathrm{out}}{dh} \cdot"
        r" \left(1 - h \cdot h\right) + \frac{d\,\mathrm{out}}{dv_{1}} \cdot x"
        r" + \frac{d\,\mathrm{out}}{dv_{1}} \cdot x"
        r" = 1 \cdot 0.00986604 + \left(-1 \cdot 3\right) + \left(-1 \cdot 3\right) = -5.99013"
    )


@pytest.mark.parametrize("line", ops.TABLE.values(), ids=lambda line: line.name)
def test_every_line_of_every_explanation_renders(line):
    # Broken if an explanation puts formulas together in a way that is no LaTeX.
    operands = [Value(0.5, label="x"), Value(-0.75, label="W1[0]")][: line.arity]
    for row in explain(line(*operands) * operands[0]).latex().splitlines()[1:-1]:
        assert row.count("&") == 1
        parses(row.removesuffix(r" \\").replace("&", ""))


def test_names_that_would_look_the_same_are_told_apart():
    # Broken if two nodes of one explanation are the same letter.
    a, b, c = (Value(2.0, label=label) for label in ("w1", "w_1", "w[1]"))
    rows = explain(a * b * c).latex().splitlines()
    assert [row.split(" &= ")[0] for row in rows[1:4]] == ["w_{1}", r"\mathrm{w\_1}", r"\mathrm{w[1]}"]


def test_derivatives_without_a_formula():
    # Broken if a remark in words stands in an equation.
    sine = operation(lambda x, out: math.cos(x))(lambda x: math.sin(x))
    x = Value(0.0, label="x")
    rows = explain(sine(x) * 2).latex().splitlines()
    by_hand = r"\frac{d\,\mathrm{out}}{dv_{1}} \cdot \frac{\partial v_{1}}{\partial x}"
    assert rows[-2].endswith(by_hand + r" = 2 \cdot 1 = 2")
    assert explain(x.detach() * 2, x).latex().splitlines()[-2].endswith(r"{dx} &= 0")


def test_what_is_left_out_of_a_sum_is_dots():
    # Broken if a sum of a thousand terms shows the first two as if they were all.
    x = Value(1.0, label="x")
    rows = explain(autograd.sum([x] * 1000), max_steps=3).latex().splitlines()
    assert r" + \cdots = " in rows[-2] and rows[-2].endswith("= 1000")
