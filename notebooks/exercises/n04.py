"""Exercises of notebook 04, loss landscapes."""

from collections.abc import Mapping

import nn
from autograd import sigmoid
from exercises.answers import Anything, Exercise, Mistake, Number, Numbers

KINDS = {"x**2 - y**2": "saddle", "x**2 + y**4": "minimum"}
AMONG = ("minimum", "maximum", "saddle")


def wrong_kinds(answer):
    if not isinstance(answer, Mapping) or set(answer) != set(KINDS):
        return f"{answer!r} is not a dict with the two functions."
    for kind in answer.values():
        if kind not in AMONG:
            return f"{kind!r} is none of {', '.join(AMONG)}."
    wrong = [function for function, kind in KINDS.items() if answer[function] != kind]
    return f"{' and '.join(wrong)}: not so." if wrong else None


def steps_to_leave(rate):
    """How many steps it takes until |y| > 1, from (1, 1e-6) on x**2 - y**2."""
    path = nn.plots.descend(lambda x, y: x**2 - y**2, (1.0, 1e-6), rate, steps=200)
    return next(step for step, (_, y) in enumerate(path.points) if abs(y) > 1)


def losses_after_100_steps(momentum):
    return tuple(
        nn.plots.descend(
            lambda w: sigmoid(w) ** 2,
            (start,),
            lambda p: nn.SGD(p, lr=0.5, momentum=momentum),
            steps=100,
        ).losses[-1]
        for start in (4.0, 8.0)
    )


EXERCISES = {
    "04.1": Exercise(
        Anything(
            'a dict with the two functions, for each of them "minimum", "maximum" or "saddle"',
            wrong_kinds,
            KINDS,
        ),
        "the eigenvalues of the first are 2 and -2. Those of the second, 2 and 0, do not decide; it is above 0 everywhere else.",
        [
            Mistake(
                KINDS | {"x**2 - y**2": "minimum"},
                "along x the first function rises on both sides. What does it do along y?",
            ),
            Mistake(
                KINDS | {"x**2 - y**2": "maximum"},
                "along y the first function falls on both sides. What does it do along x?",
            ),
            Mistake(
                KINDS | {"x**2 + y**4": "saddle"},
                "at a saddle the function falls in some direction. Can x**2 + y**4 be below 0?",
            ),
            Mistake(
                KINDS | {"x**2 + y**4": "maximum"},
                "x**2 + y**4 is 0 at the origin. Is it above or below 0 elsewhere?",
            ),
        ],
        "Walk away from the origin along each axis: does the function rise or fall?",
    ),
    "04.2": Exercise(
        Number(lambda: steps_to_leave(0.2), tolerance=1e-9, what="a number of steps"),
        "every step multiplies y by 1 + 0.2 * 2 = 1.4, and 1.4**42 is the first power above a million.",
        [
            Mistake(
                41,
                "after 41 steps |y| is 0.98: ln(10**6) / ln(1.4) = 41.06 must be rounded up.",
                when=lambda answer: 41 <= answer < 42,
            ),
            Mistake(
                76,
                "this is for the factor 1.2. The slope along y is -2y, so a step multiplies y by 1 + 0.2 * 2.",
                when=lambda answer: 75 < answer <= 76,
            ),
            Mistake(
                1_000_000,
                "the steps become longer as y grows: y is multiplied by the same factor in each.",
                when=lambda answer: answer > 1000,
            ),
        ],
        "By which factor does one step multiply y? Which power of it is the first above 10**6?",
    ),
    "04.3": Exercise(
        Numbers(lambda: losses_after_100_steps(0.9), tolerance=1e-4, what="two losses, from 4 and from 8"),
        "momentum gathers small pushes in one direction, up to ten times as much. From 8 even that is not enough.",
        [
            Mistake(losses_after_100_steps(0.0), "these are the losses without momentum."),
            Mistake(
                losses_after_100_steps(0.9)[::-1],
                "the losses are the wrong way round: first the one from 4, then the one from 8.",
            ),
        ],
        "Call `nn.plots.descend(plateau, (start,), lambda p: nn.SGD(p, lr=0.5, momentum=0.9), steps=100)` and take `.losses[-1]`.",
    ),
}
