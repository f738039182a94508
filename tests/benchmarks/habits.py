"""What programs do with Values beside arithmetic, beside the same with floats, with lists, or less."""

from __future__ import annotations

import builtins
import copy
import importlib
import random
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import autograd
from autograd import Value, detect_anomaly, no_grad, scope
from tests.benchmarks.comparison import MICROSECONDS, Comparison, Row, Step, beside
from tests.benchmarks.programs import chain
from tests.benchmarks.workloads import LEAVES

MANY = 10_000  # numbers in a list, or nodes in a chain
ROWS = 50  # of a square matrix


def random_floats(count: int) -> list[float]:
    rng = random.Random(1)
    return [rng.uniform(0.1, 2.0) for _ in range(count)]


def of_values(do: Callable[[list[Value]], object]) -> Callable[[], Step]:
    """Something that is done with a list of Values."""

    def prepare() -> Step:
        values = [Value(number) for number in random_floats(MANY)]
        return lambda: do(values)

    return prepare


def of_floats(do: Callable[[list[float]], object]) -> Callable[[], Step]:
    def prepare() -> Step:
        numbers = random_floats(MANY)
        return lambda: do(numbers)

    return prepare


def row(measured: Callable[[], Step], reference: Callable[[], Step]) -> Row:
    return beside(measured, reference, MICROSECONDS, alike=False)


def like_floats(do: Callable[[list[Any]], object]) -> Row:
    """The same line of code, of Values and of floats."""
    return row(of_values(do), of_floats(do))


# arrays


def matrix_of_values(do: Callable[[Any, Any], object]) -> Callable[[], Step]:
    """Something that is done with a matrix of Values and a vector of numbers, as arrays of numpy."""

    def prepare() -> Step:
        numpy = importlib.import_module("numpy")
        numbers = random_floats(ROWS)
        matrix = numpy.array([[Value(number) for number in numbers] for _ in range(ROWS)])
        return lambda: do(matrix, numpy.array(numbers))

    return prepare


def product_of_lists() -> Step:
    numbers = random_floats(ROWS)
    matrix = [[Value(number) for number in numbers] for _ in range(ROWS)]
    return lambda: [autograd.dot(line, numbers) for line in matrix]


def functions_of_lists() -> Step:
    values = [Value(number) for number in random_floats(ROWS) for _ in range(ROWS)]
    return lambda: [value.exp() for value in values]


# ways to build a chain


def plain() -> Step:
    return lambda: chain(*map(Value, LEAVES), MANY)


def in_block(block: Callable[[], Any]) -> Callable[[], Step]:
    """A chain that is built inside a block."""

    def prepare() -> Step:
        def step() -> None:
            with block():
                chain(*map(Value, LEAVES), MANY)

        return step

    return prepare


def in_scopes() -> Step:
    """A scope for every four nodes."""

    def step() -> None:
        x, a, b = map(Value, LEAVES)
        for i in range(MANY // 4):
            with scope(f"layer {i}"):
                x = chain(x, a, b, 4)

    return step


def backward_in_anomaly_detection() -> Step:
    def step() -> None:
        with detect_anomaly():
            chain(*map(Value, LEAVES), MANY).backward()

    return step


def backward() -> Step:
    return lambda: chain(*map(Value, LEAVES), MANY).backward()


def labelled(values: list[Value]) -> None:
    for i, value in enumerate(values):
        value.label = f"x{i}"


def moved(values: list[Value]) -> None:
    """A step of gradient descent by hand."""
    for value in values:
        value.data -= 1e-9 * value.grad


def attribute(values: list[Value]) -> None:
    for value in values:
        value.momentum = 0.0


HABITS = Comparison(
    f"What programs do with {MANY:,} Values, or a matrix of {ROWS} by {ROWS}",
    "us",
    "plainest way",
    {
        # beside the same line of floats
        "[Value(x) for x in list]": row(
            of_floats(lambda x: [Value(xi) for xi in x]), of_floats(lambda x: [abs(xi) for xi in x])
        ),
        "sum(list)": like_floats(builtins.sum),
        "sorted(list)": like_floats(sorted),
        "max(list)": like_floats(max),
        "[x > 0.5 for x in list]": like_floats(lambda x: [xi > 0.5 for xi in x]),
        "[x == 0.5 for x in list]": like_floats(lambda x: [xi == 0.5 for xi in x]),
        "[a == b for ...]": like_floats(lambda x: [a == b for a, b in pairwise(x)]),
        "[a < b for ...]": like_floats(lambda x: [a < b for a, b in pairwise(x)]),
        "last in list": like_floats(lambda x: x[-1] in x),
        "set(list)": like_floats(set),
        "[repr(x) for x in list]": like_floats(lambda x: [repr(xi) for xi in x]),
        "[f'{x.data:.3f}' ...]": row(
            of_values(lambda x: [f"{xi.data:.3f}" for xi in x]),
            of_floats(lambda x: [f"{xi:.3f}" for xi in x]),
        ),
        "[x ** x for x in list]": like_floats(lambda x: [xi**xi for xi in x]),
        "[abs(x) for x in list]": like_floats(lambda x: [abs(xi) for xi in x]),
        "[copy.copy(x) ...]": like_floats(lambda x: [copy.copy(xi) for xi in x]),
        "x.data -= rate * x.grad": row(of_values(moved), of_floats(lambda x: [xi - 1e-9 * xi for xi in x])),
        "x.label = ...": row(of_values(labelled), of_floats(lambda x: [f"x{i}" for i, _ in enumerate(x)])),
        "x.momentum = 0.0": row(of_values(attribute), of_floats(lambda x: [0.0 for _ in x])),
        "[x.detach() ...]": row(
            of_values(lambda x: [xi.detach() for xi in x]), of_values(lambda x: [+xi for xi in x])
        ),
        # beside lists of Values
        "numpy: W @ x": row(matrix_of_values(lambda w, x: w @ x), product_of_lists),
        "numpy: W * x": row(matrix_of_values(lambda w, x: w * x), functions_of_lists),
        "numpy: (W * x).sum()": row(matrix_of_values(lambda w, x: (w * x).sum()), product_of_lists),
        "numpy: np.exp(W)": row(
            matrix_of_values(lambda w, x: importlib.import_module("numpy").exp(w)), functions_of_lists
        ),
        "numpy: autograd.exp(W)": row(matrix_of_values(lambda w, x: autograd.exp(w)), functions_of_lists),
        # beside the same chain outside of the block
        "build under no_grad": row(in_block(no_grad), plain),
        "build in a scope": row(in_block(lambda: scope("layer")), plain),
        "build in scopes of 4 nodes": row(in_scopes, plain),
        "build in detect_anomaly": row(in_block(detect_anomaly), plain),
        "build + backward in detect_anomaly": row(backward_in_anomaly_detection, backward),
    },
)
