"""∂ is a local derivative and d a total one, wherever derivatives are written; a name stays one piece."""

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.mathtext import MathTextParser

from autograd import Value, check_grads, explain, ops, player
from autograd.words.notation import local_derivative, total_derivative
from autograd.words.symbol import Symbol, applied, derivative
from autograd.words.tex import TeX, symbols

TOTAL = re.compile(r"d (\([^()]*\)|[\w.]+)/d (\([^()]*\)|[\w.]+)")
PATH = "layer 1/neuron 2/w1"
HIGH = r"w_{1}^{(\mathrm{layer\ 1/neuron\ 2})}"


def twice():
    """A result that x reaches in two ways: its local derivative by x is 1, its total one 7."""
    x = Value(3.0, label="x")
    s = x * x
    s.label = "s"
    y = s + x
    y.label = "y"
    return y


def neuron():
    """A neuron with names in scopes; the path of w1 is in two products and in a power."""
    w, x = Value(3.0, label=PATH), Value(2.0, label="x1")
    out = w * x - w**2 / w.exp()
    out.label = "loss"
    return out


def played(value):
    """All words of a player's page."""
    page = player(value).html
    scenes = re.search(r'<ol id="scenes">(.*?)</ol>', page, re.S)[1]
    return html.unescape(re.sub("</?span[^>]*>", "", scenes))


def tables(explanation):
    """All words of an explanation's tables."""
    body = re.sub("<style>.*?</style>", "", explanation._repr_html_(), flags=re.S)
    return html.unescape(re.sub("<[^>]*>", " ", body))


def test_a_player_tells_the_local_derivative_from_the_total_one():
    # Broken if one page says that ∂y/∂x is 1 and that ∂y/∂x is 7.
    words = played(twice())
    assert set(re.findall(r"∂y/∂x = ([^<\s]+)", words)) == {"1"}
    assert re.findall(r"d y/d x = ([^<\s]+)", words)[-1] == "7"
    assert "d y/d x += d y/d s · ∂s/∂x" in words


def test_all_that_explains_writes_totals_alike():
    # Broken if a total derivative is d y/d x in the text and ∂y/∂x, or dy/dx, in a table or on a page.
    for value, expected in ((twice(), ("y", "x")), (neuron(), ("loss", f"({PATH})"))):
        explanation = explain(value)
        texts = [str(explanation), tables(explanation), played(value)]
        assert "∂" not in texts[0] + texts[1]
        for text in texts:
            assert expected in TOTAL.findall(text)
            assert {of for of, _ in TOTAL.findall(text)} == {expected[0]}


def test_latex_writes_a_total_derivative_with_d():
    # Broken if the gradient is a partial derivative, which has another number.
    latex = explain(twice()).latex()
    assert r"\partial" not in latex
    assert (
        r"\frac{dy}{dx} &= 1 + \frac{dy}{ds} \cdot x + \frac{dy}{ds} \cdot x = 1 + 1 \cdot 3 + 1 \cdot 3 = 7"
        in latex
    )


def test_checks_write_total_derivatives():
    # Broken if the message about a wrong gradient calls it a partial derivative.
    with pytest.raises(AssertionError, match=r"d output/d input\[0\] is 0, but finite differences give 1"):
        check_grads(lambda x: x[0].detach() + x[1], [1.0, 2.0])


@pytest.mark.parametrize("name", ["x", "loss", "w1", "W[0, 1]", "w.x'", "β_1", "inf"])
def test_a_plain_name_is_not_put_in_parentheses(name):
    # Broken if d (x)/d (x) is written where no parentheses are needed.
    assert local_derivative("y", name) == f"∂y/∂{name}"
    assert total_derivative(name, "x") == f"d {name}/d x"


@pytest.mark.parametrize("name", ["neuron 2/w1", "a b", "a+b", "3", "-3", "0.5", "", "(a)"])
def test_what_does_not_read_as_one_name_is(name):
    # Broken if d L/d neuron 2/w1 reads as a quotient of three.
    assert local_derivative("y", name) == f"∂y/∂({name})"
    assert total_derivative(name, "x") == f"d ({name})/d x"


@pytest.mark.parametrize(
    ("formula", "text"),
    [
        (applied(ops.mul, [PATH, "x1"]), f"({PATH})*x1"),
        (applied(ops.add, ["b", PATH]), f"b + ({PATH})"),
        (applied(ops.div, ["x1", PATH]), f"x1/({PATH})"),
        (applied(ops.pow.bind(2.0), [PATH]), f"({PATH})**2"),
        (applied(ops.neg, [PATH]), f"-({PATH})"),
        (applied(ops.less, [PATH, "x"]), f"({PATH}) < x"),
        (derivative(ops.log, names=[PATH]), f"1/({PATH})"),
        (derivative(ops.tanh, out_name=PATH), f"1 - ({PATH})*({PATH})"),
        (derivative(ops.mul, names=["x", PATH]), PATH),
        (applied(ops.tanh, [PATH]), f"tanh({PATH})"),
    ],
)
def test_a_path_beside_an_operator_stands_in_parentheses(formula, text):
    # Broken if layer 1/neuron 2/w1*x1 reads as divisions.
    assert formula == text


@pytest.mark.parametrize(
    ("name", "formula"),
    [
        (PATH, HIGH),
        ("neuron 2/w1", r"w_{1}^{(\mathrm{neuron\ 2})}"),
        ("residual/neuron 2/W1_1", r"W_{1,1}^{(\mathrm{residual/neuron\ 2})}"),
        ("layer norm/loss", r"\mathrm{loss}^{(\mathrm{layer\ norm})}"),
        ("neuron 2/x'", r"x'^{(\mathrm{neuron\ 2})}"),
        ("neuron 2/a b", r"\mathrm{neuron\ 2/a\ b}"),
        ("neuron 2/3", r"\mathrm{neuron\ 2/3}"),
        ("dL/dw1", r"\mathrm{dL/dw1}"),
        ("a + b/c", r"\mathrm{a\ +\ b/c}"),
    ],
)
def test_scopes_stand_above_a_name_in_latex(name, formula):
    # Broken if a path reads as a division, or a label such as dL/dw1 as a path.
    assert TeX(name).text == formula
    MathTextParser("path").parse(f"${formula}$")


@pytest.mark.parametrize(
    ("formula", "text"),
    [
        (TeX(PATH) * 2, rf"{HIGH} \cdot 2"),
        (TeX(PATH) ** 2, rf"\left({HIGH}\right)^{{2}}"),
        (-TeX(PATH), f"-{HIGH}"),
        (TeX("neuron 2/a b") * 2, r"\left(\mathrm{neuron\ 2/a\ b}\right) \cdot 2"),
        (TeX.verbatim(PATH) * 2, r"\left(\mathrm{layer\ 1/neuron\ 2/w1}\right) \cdot 2"),
        (total_derivative(TeX("L"), TeX(PATH)), rf"\frac{{dL}}{{d{HIGH}}}"),
        (total_derivative(TeX("loss"), TeX("a b")), r"\frac{d\,\mathrm{loss}}{d\left(\mathrm{a\ b}\right)}"),
        (local_derivative(TeX("z"), TeX("a/b")), r"\frac{\partial z}{\partial \left(\mathrm{a/b}\right)}"),
        (local_derivative(TeX("z"), TeX("1e-05")), r"\frac{\partial z}{\partial \left(10^{-5}\right)}"),
    ],
)  # fmt: skip
def test_a_path_in_a_formula_of_latex(formula, text):
    # Broken if two exponents meet, which is an error in LaTeX, or a slash reads as a division.
    assert str(formula) == text
    MathTextParser("path").parse(f"${formula}$")


def test_an_explanation_with_paths_renders():
    # Broken if names in scopes are put together in a way that is no LaTeX, or are read as divisions.
    latex = explain(neuron()).latex()
    rows = latex.splitlines()[1:-1]
    assert len(rows) > 8
    for row in rows:
        MathTextParser("path").parse("$" + row.removesuffix(r" \\").replace("&", "") + "$")
    assert "/" not in latex.replace(HIGH, "")
    assert rf"\frac{{d\,\mathrm{{loss}}}}{{d{HIGH}}} &= " in latex
    text = str(explain(neuron()))
    assert f"v1 = ({PATH})*x1 = 3*2 = 6" in text
    assert f"v2 = ({PATH})**2 = 3**2 = 9" in text


NAMES = st.lists(
    st.one_of(
        st.from_regex(r"(neuron 1/|neuron_1/|a/|d )?[wW]?(_?\[?[01a]\]?){0,3}'?", fullmatch=True),
        st.from_regex(r"-?1e[+-]?0?[12]|-?inf|nan|alpha|\\alpha", fullmatch=True),
        st.text(max_size=4),
    ),
    unique=True,
    max_size=40,
)


@given(NAMES)
def test_two_names_are_never_the_same_latex(names):
    # Broken if two nodes of one explanation are the same letter.
    written = symbols({Value(0.0): name for name in names})
    assert len({symbol.text for symbol in written.values()}) == len(names)


def test_words_are_symbols_of_their_own_notation():
    # Broken if a name in LaTeX is written as text, or the other way round.
    assert total_derivative(Symbol("L"), "x") == total_derivative("L", Symbol("x")) == "d L/d x"
