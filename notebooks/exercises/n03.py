"""Exercises of notebook 03, gradient descent and the learning rate."""

import math

from autograd import grad, hessian, mean
from exercises.answers import Exercise, Mistake, Number, Numbers


def bowl(p):
    return 0.5 * p[0] ** 2 + 2.0 * p[1] ** 2 + 0.5 * p[0] * p[1]


def largest_curvature():
    (a, b), (_, d) = hessian(bowl)([0.0, 0.0])
    return (a + d) / 2 + math.hypot((a - d) / 2, b)


def line_loss(w):
    samples = zip((-2.0, -1.0, 0.5, 1.0, 2.0), (-3.1, -1.4, 0.6, 1.7, 2.9), strict=True)
    return mean([(w * x - y) ** 2 for x, y in samples])


EXERCISES = {
    "03.1": Exercise(
        Numbers(
            lambda: {
                "single step": 1 / hessian(lambda w: (w - 3) ** 2)(0.0),
                "back and forth": 2 / hessian(lambda w: (w - 3) ** 2)(0.0),
            },
            what="two learning rates",
        ),
        "the curvature is 2. The factor 1 - 2 * rate is 0 at 1/2, and -1 at 1: then w jumps between 0 and 6.",
        [
            Mistake(
                {"single step": 1.0, "back and forth": 2.0},
                "these would be right for the curvature 1. The second derivative of (w - 3)**2 is 2.",
            ),
            Mistake(
                {"single step": 1.0, "back and forth": 0.5},
                "the two are the wrong way round: the larger steps jump.",
            ),
            Mistake(
                {"single step": 3.0, "back and forth": 6.0},
                "these are places of w. Learning rates are asked for.",
            ),
        ],
        "Each step multiplies the distance to the minimum by 1 - rate * c. Which rate makes that 0, and which -1?",
    ),
    "03.2": Exercise(
        Number(lambda: 2 / largest_curvature(), tolerance=1e-3, what="the limit of the learning rate"),
        "2 divided by the larger eigenvalue of the Hessian. Above it the run leaves along that eigenvector.",
        [
            Mistake(
                largest_curvature(),
                "this is the larger eigenvalue, the curvature c. The limit of the rate is 2/c.",
            ),
            Mistake(
                1 / largest_curvature(),
                "at this rate the steepest direction arrives in one step. The limit is twice as large.",
            ),
            Mistake(
                0.5,
                "this is 2/4, with an entry of the diagonal in place of an eigenvalue. The product of x and y adds to the curvature.",
            ),
            Mistake(
                2 / (5 - largest_curvature()),
                "this is the limit for the shallow direction. The steep one, with the larger eigenvalue, runs away before.",
            ),
        ],
        "The Hessian has a = 1, b = 0.5 and d = 4. Take the plus sign in the formula, and divide 2 by the result.",
    ),
    "03.3": Exercise(
        Number(lambda: 1 + 0.15 * hessian(line_loss)(0.0), tolerance=1e-3, what="the factor of one step"),
        "it is the same as the rate -0.15, and it climbs: after ten steps w is more than a hundred times as far away.",
        [
            Mistake(
                1 - 0.15 * hessian(line_loss)(0.0),
                "this is the factor with the right sign, `-=`. With `+=` the rate counts as -0.15.",
            ),
            Mistake(
                -0.8 + 0.15 * grad(line_loss)(-0.8),
                "this is w after one step. Divide its distance to the minimum by the distance before.",
            ),
            Mistake(
                1 + 0.15,
                "the factor has the curvature in it: 1 - rate * c, with c from section 5.",
            ),
        ],
        "Put the rate -0.15 and the curvature of section 5 into the factor 1 - rate * c.",
    ),
}
