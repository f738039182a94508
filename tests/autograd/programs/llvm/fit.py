"""Where the coefficients of the elementary functions come from: `python -m tests.autograd.programs.llvm.fit`.

Each polynomial is fitted with 120 digits to a function that mpmath computes: least squares at the nodes of
Chebyshev, which is close to the smallest largest error. The coefficients are rounded to doubles one after the
other, from the lowest on, and each time the rest is fitted anew, so that it makes up for the rounding.
"""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from mpmath import mp, mpf

from autograd.programs import llvm
from autograd.programs.llvm.error_function import MIDDLE, SMALL

DATA = Path(llvm.__file__).with_name("coefficients.py")


class Task(NamedTuple):
    """A function to be fitted on an interval by so many coefficients, and how much an error at x counts."""

    what: str
    function: Callable[[mpf], mpf]
    low: float
    high: float
    count: int
    weight: Callable[[mpf], mpf] = lambda x: mpf(1)


def root(function):
    """A function of x**2 from an even function of x."""
    return lambda z: function(mp.sqrt(z))


def of_log(s):
    return (mp.atanh(s) / s - 1) * 2 / s**2


def of_erfc(t):
    a = 4 * (1 + t) / (1 - t)
    return mp.erfc(a) * mp.exp(a * a) * (1 + 2 * a) - MIDDLE


def without_x(function):
    """(f(x) / x - 1) / x**2 as a function of x**2."""
    return root(lambda x: (function(x) / x - 1) / x**2)


TASKS = {
    "EXP": Task(
        "(exp(x) - 1 - x) / x**2", lambda x: (mp.expm1(x) - x) / x**2, -0.3466, 0.3466, 11, lambda x: x**2
    ),
    "LOG": Task("(log((1 + s) / (1 - s)) / s - 2) / s**2, in s**2", root(of_log), 0.0, 0.02945, 8),
    "LOG_2": Task(
        "the same less its lowest coefficient, 2/3, and divided by s**2",
        root(lambda s: (of_log(s) - mpf(2) / 3) / s**2),
        0.0,
        0.02945,
        8,
    ),
    "SIN": Task("(sin(x) / x - 1) / x**2, in x**2", without_x(mp.sin), 0.0, 0.617, 7),
    "COS": Task(
        "(cos(x) - 1 + x**2 / 2) / x**4, in x**2",
        root(lambda x: (mp.cos(x) - 1 + x**2 / 2) / x**4),
        0.0,
        0.617,
        7,
    ),
    "ATAN": Task("(atan(x) / x - 1) / x**2, in x**2", without_x(mp.atan), 0.0, 0.17158, 13),
    "ASIN": Task("(asin(x) / x - 1) / x**2, in x**2", without_x(mp.asin), 0.0, 0.25, 14),
    "ERF": Task("erf(x) / x - 1, in x**2", root(lambda x: mp.erf(x) / x - 1), 0.0, SMALL**2, 11),
    "ERFC": Task("erfc(a) * exp(a**2) * (1 + 2*a) - MIDDLE, in (a - 4) / (a + 4)", of_erfc, -0.685, 0.76, 22),
}


def fitted(task: Task) -> tuple[list[float], mpf]:
    """The coefficients, from the lowest on, and the largest error that is left, as it counts."""
    with mp.workdps(120):
        middle, half = (mpf(task.low) + task.high) / 2, (mpf(task.high) - task.low) / 2
        size = 3 * task.count
        points = [middle + half * mp.cos(mp.pi * (2 * k + 1) / (2 * size)) for k in range(size)]
        weights = [task.weight(x) for x in points]
        exact = [task.function(x) for x in points]
        left, found = list(exact), []
        for lowest in range(task.count):
            rows = [
                [w * x**k for k in range(lowest, task.count)] for x, w in zip(points, weights, strict=True)
            ]
            solution = solved(rows, [w * y for w, y in zip(weights, left, strict=True)])
            found.append(float(solution[0]))
            left = [y - found[-1] * x**lowest for x, y in zip(points, left, strict=True)]
        return found, max(abs(w * y) for w, y in zip(weights, left, strict=True))


def solved(rows, right):
    """Least squares by the normal equations: with so many digits their condition does not matter."""
    matrix = mp.matrix(rows)
    transposed = matrix.T
    return mp.lu_solve(transposed * matrix, transposed * mp.matrix(right))


def main() -> None:
    lines = [
        '"""Coefficients of the polynomials in the elementary functions, from the lowest on.',
        "",
        "Each is fitted to the function named above it; what fits them stands beside the tests.",
        '"""',
        "",
    ]
    for name, task in TASKS.items():
        coefficients, error = fitted(task)
        print(f"{name}: largest error {mp.nstr(error, 3)} (2**{mp.nstr(mp.log(error, 2), 4)})")
        lines += [f"# {task.what}, for {task.low} to {task.high}", f"{name} = ("]
        lines += [f"    {coefficient!r}," for coefficient in coefficients] + [")"]
    DATA.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
