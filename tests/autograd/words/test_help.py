"""The table of operations read as help: docstrings and signatures."""

import doctest
import inspect
import math
import pydoc

import pytest

import autograd
from autograd import Operation, Value, grad, operation, ops
from autograd.words import help
from autograd.words.symbol import NO_DERIVATIVE, NOT_WRITTEN, derivative

LINES = [pytest.param(line, id=name) for name, line in ops.TABLE.items()]


@pytest.mark.parametrize("line", LINES)
def test_every_operation_says_how_it_is_called_what_it_is_and_its_derivatives(line):
    # Broken if a new line of the table has no words: help() would show those of the class.
    call, sentence, rules, *_ = line.__doc__.split("\n\n")
    names = list(inspect.signature(line).parameters)
    assert call == f"{line.name}({', '.join(names)})"
    assert sentence.endswith(".")
    assert "Return " not in sentence, "Python's words, not ours"
    assert len(rules.split("\n")) == line.arity
    for index, rule in enumerate(rules.split("\n")):
        formula = derivative(line, index, names)
        if formula == NO_DERIVATIVE:
            assert rule == f"No derivative by {names[index]}"
        else:
            assert rule.partition(", where out = ")[0] == f"Derivative by {names[index]}: {formula}"
            assert ("where out = " in rule) == ("out" in formula), "a reader asks what out is"


@pytest.mark.parametrize("line", LINES)
def test_every_example_is_run(line):
    # Broken if help() shows an example that Python answers in another way, or none.
    examples = doctest.DocTestParser().get_doctest(line.__doc__, vars(ops).copy(), line.name, None, None)
    result = doctest.DocTestRunner().run(examples)
    assert (result.failed, result.attempted) == (0, 1)


def test_no_words_are_written_twice():
    # Broken if a sentence or an example stays behind when the function has got its own, or lost its line.
    assert help._SENTENCES.keys() | help._EXAMPLES.keys() <= ops.TABLE.keys()
    for name in help._EXAMPLES:
        assert name in help._SENTENCES or ">>>" not in ops.TABLE[name].function.__doc__
    for name in help._SENTENCES:
        assert getattr(ops.TABLE[name].function, "__module__", None) != "autograd.floats"


@pytest.mark.parametrize("line", LINES)
def test_signatures_are_what_may_be_called(line):
    # Broken if an editor offers keywords, or another number of arguments than the operation takes.
    signature = inspect.signature(line)
    numbers = {ops.acosh: [1.5], ops.sinc_derivative: [1.0, 0.5]}.get(line, [0.5] * line.arity)
    assert signature.bind(*numbers).args == tuple(numbers)
    assert math.isfinite(line(*numbers))
    with pytest.raises(TypeError):
        signature.bind(*numbers, 0.5)
    for name in signature.parameters:
        with pytest.raises(TypeError):
            line(*numbers[1:], **{name: 0.5})
        with pytest.raises(TypeError):
            signature.bind(*numbers[1:], **{name: 0.5})


@pytest.mark.parametrize(
    ("line", "signature"),
    [
        (autograd.sin, "(x, /)"),
        (autograd.erf, "(x, /)"),
        (autograd.pow, "(x, y, /)"),
        (autograd.atan2, "(y, x, /)"),
        (autograd.greater, "(x, y, /)"),
        (ops.leaky_relu, "(x, slope, /)"),
        (ops.elu, "(x, alpha, /)"),
        (ops.when, "(condition, x, /)"),
        (ops.pow.bind(2.0), "(x, /)"),
    ],
    ids=lambda part: getattr(part, "symbol", part),
)
def test_operands_are_called_as_elsewhere(line, signature):
    # Broken if atan2 is shown with x first, as nobody writes it, or a slope is called y.
    assert str(inspect.signature(line)) == signature


def test_derivatives_are_in_the_names_of_the_operands():
    # Broken if atan2(y, x) is explained by the formula for atan2(x, y).
    y, x = Value(3.0), Value(4.0)
    autograd.atan2(y, x).backward()
    rules = help.derivatives(ops.atan2)
    assert eval(rules["y"], {"hypot": autograd.hypot, "x": 4.0, "y": 3.0}) == y.grad
    assert eval(rules["x"], {"hypot": autograd.hypot, "x": 4.0, "y": 3.0}) == x.grad


def test_the_class_keeps_its_own_words():
    # Broken if help(Operation) shows an operation, or inspect fails on the class.
    assert Operation.__doc__.startswith("One operation; ")
    assert list(inspect.signature(Operation).parameters)[:3] == ["name", "symbol", "value"]
    assert not hasattr(Operation, "__signature__")
    assert "One operation; " in pydoc.render_doc(Operation, renderer=pydoc.plaintext)


def test_help_shows_the_words():
    # Broken if pydoc takes the words for the class's, and describes the class.
    shown = pydoc.render_doc(autograd.tanh, renderer=pydoc.plaintext)
    assert "tanh(x)\n" in shown
    assert "Derivative by x: 1 - out*out, where out = tanh(x)" in shown
    assert "One operation; " not in shown
    # Compiled, a line has a class of its own, which help() is not to name.
    assert "Operation in module autograd.primitive" in shown


def test_jupyter_shows_the_words():
    # Broken if `autograd.tanh?` shows `(*args)` and the words of the class.
    oinspect = pytest.importorskip("IPython.core.oinspect")
    colours = {"theme_name": "nocolor"} if pytest.importorskip("IPython").version_info[0] >= 9 else {}
    info = oinspect.Inspector(**colours).info(autograd.tanh, oname="tanh")
    assert (info["definition"], info["docstring"]) == ("tanh(x, /)", autograd.tanh.__doc__)


def test_the_gradient_of_an_operation_is_called_as_the_operation():
    # Broken if a transform, which takes over name and signature, stumbles over an operation.
    assert str(inspect.signature(grad(autograd.atan2))) == "(y, x, /)"
    assert grad(autograd.sin)(0.0) == 1.0


@operation(lambda x, out: 3 * x * x)
def cube(side):
    """The volume of a cube.

    >>> cube(2.0)
    8.0
    """
    return side * side * side


def test_an_operation_of_ones_own():
    # Broken if a user's docstring and parameters are lost behind the decorator.
    assert cube.__doc__ == (
        "cube(side)\n\nThe volume of a cube.\n\nDerivative by side: 3*side*side\n\n>>> cube(2.0)\n8.0"
    )
    assert str(inspect.signature(cube)) == "(side, /)"


def test_an_operation_of_ones_own_without_words():
    product = operation(lambda a, b, out: b, lambda a, b, out: out / b)(lambda a, b: a * b)
    assert product.__doc__ == (
        "<lambda>(a, b)\n\nDerivative by a: b\nDerivative by b: out/b, where out = <lambda>(a, b)"
    )


@pytest.mark.parametrize(
    ("function", "call"),
    [
        (lambda *args: args[0], "(x)"),
        (lambda out: out, "(x)"),
        (lambda t, scale=2.0: t, "(t)"),
        (math.exp, "(x)"),
        (min, "(x)"),  # has no signature
    ],
)
def test_functions_that_do_not_tell_their_operand(function, call):
    # Broken if one of them raises, or names an operand as the result is named.
    made = operation(lambda x, out: math.exp(x))(function)
    assert made.__doc__.startswith(f"{function.__name__}{call}\n\n")
    assert f"Derivative by {call[1:-1]}: {NOT_WRITTEN}" in made.__doc__


def test_a_bound_operation():
    # Broken if x**3 is explained by the words and the derivatives of x**y.
    assert ops.pow.bind(3.0).__doc__ == "x**3\n\npow(x, y) at y = 3.0.\n\nDerivative by x: 3*x**2"
    assert ops.elu.bind(1.0).__doc__.startswith("elu(x, 1)\n\nelu(x, alpha) at alpha = 1.0.\n\n")


def test_what_leaves_are_made_by_has_words_too():
    assert ops.LEAF.__doc__
    assert Value(1.0, (), "anything")._operation.__doc__
