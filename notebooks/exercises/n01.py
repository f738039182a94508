"""Exercises of notebook 01, values and the chain rule."""

import math

from autograd import Value, explain, grad, tanh
from exercises.answers import Anything, Exercise, Mistake, Number, Numbers


def path_products(power):
    x = Value(2.0, label="x")
    return tuple(path.product for path in explain(power(x)).paths["x"].listed)


def contributions(expression):
    """What arrives at each labelled number of an expression that is used more than once, in order."""
    return [
        node.contributions for node in explain(expression).gradients.values() if len(node.contributions) > 1
    ]


def harm_of_plain_assignment(answer):
    if not isinstance(answer, Value):
        return f"{answer!r} is no Value: build the expression from x = Value(...), and give its result."
    if not contributions(answer):
        return "no number with a label is used twice in it."
    if any(any(parts[:-1]) for parts in contributions(answer)):
        order = contributions(answer)[0]
        return f"the contributions arrive in the order {order}, and a plain `=` would keep only the last."
    return None


def product_with(root):
    x = Value(5.0, label="x")
    return (x - root) * x


def zero_times():
    x = Value(5.0, label="x")
    return 0 * x + x


def whole_pass():
    return grad(lambda p: tanh(p["a"] * p["b"] + p["c"]) * p["a"])({"a": 2.0, "b": -1.0, "c": 1.5})


T = math.tanh(-0.5)
SLOPE = 1 - T * T

EXERCISES = {
    "01.1": Exercise(
        Number(lambda: grad(lambda x: (3 * x + 5) ** 3)(1.0), what="a number, dy/dx at x = 1"),
        "3 u² · 3 with u = 8: the derivative of the cube, times the derivative of what is in it.",
        [
            Mistake(
                192.0,
                "this is the derivative of the cube alone. What is in it depends on x too: multiply by du/dx.",
            ),
            Mistake(512.0, "this is y itself, at x = 1. Its derivative is asked for."),
            Mistake(48.0, "this is the derivative of the square, 2u · 3. Here it is a cube."),
        ],
        "Name what is in the brackets u, and multiply dy/du by du/dx.",
    ),
    "01.2": Exercise(
        Numbers(
            lambda: {"x * x * x": path_products(lambda x: x * x * x), "x**3": path_products(lambda x: x**3)},
            what="the contributions of all paths at x = 2",
        ),
        "three paths of 4 make 12, and so does one path of 12: the graph belongs to the program, the "
        "derivative to the function.",
        [
            Mistake(
                {"x * x * x": (12.0,), "x**3": (12.0,)},
                "the gradient is 12 in both. But `x * x * x` has a path for every use of x: list what each "
                "contributes.",
                when=lambda answer: len(answer["x * x * x"]) == 1,
            ),
            Mistake(
                {"x * x * x": (2.0, 2.0, 2.0), "x**3": (12.0,)},
                "along a path the local derivatives are multiplied; the other two factors are both 2.",
            ),
        ],
        "`explain(y)` lists every path with its product.",
    ),
    "01.3": Exercise(
        Anything(
            "a Value, the result of an expression in which x, with a label, is used twice",
            harm_of_plain_assignment,
            product_with(5),
        ),
        "every contribution but the last is 0, so a plain `=` overwrites nothing.",
        [
            Mistake(
                zero_times(),
                "a contribution of 0 arrives last here, and would overwrite what came before it.",
                when=lambda answer: (
                    isinstance(answer, Value) and any(parts[-1] == 0 for parts in contributions(answer))
                ),
            ),
        ],
        "All contributions but the last must be 0. `explain(y).gradients['x'].contributions` lists them in "
        "the order in which they arrive.",
    ),
    "01.4": Exercise(
        Numbers(whole_pass, tolerance=1e-3, what="the gradients of a, b and c"),
        "two contributions for a, t = -0.462 directly and 1.573 b by way of the product.",
        [
            Mistake(
                {"a": T, "b": 4 * SLOPE, "c": 2 * SLOPE},
                "a is used twice. It receives t as the factor outside, and something by way of the product too.",
            ),
            Mistake(
                {"a": -2 * SLOPE, "b": 4 * SLOPE, "c": 2 * SLOPE},
                "a is used twice. It receives something by way of the product, and t as the factor outside too.",
            ),
            Mistake(
                {"a": T - 2, "b": 4.0, "c": 2.0},
                "on its way through tanh the gradient is multiplied by the slope there, 1 - t².",
            ),
            Mistake(
                {"a": T - SLOPE, "b": 2 * SLOPE, "c": SLOPE},
                "what tanh receives is not 1: y = t a hands it the other factor, a = 2.",
            ),
            Mistake(
                {"a": T - 1.5, "b": 3.0, "c": 1.5},
                "the slope of tanh is 1 - t², where t is its result and not the number that goes in.",
            ),
        ],
        "`player((a * b + c).tanh() * a)` shows every step.",
    ),
}
