"""Exercises of notebook 10, second derivatives and curvature."""

from autograd import grad, hessian, sin
from exercises.answers import Choice, Exercise, Mistake, Number, Numbers


def largest_rate(start):
    """The rate with which a step of descent on w**4 leads from the start to its mirror image."""
    return 2 * start / grad(lambda w: w**4)(start)


def best_difference():
    def f(x):
        return x * sin(x)

    exact = grad(grad(f))(2.0)
    steps = (1e-1, 1e-4, 1e-7)
    return min(steps, key=lambda h: abs((f(2 + h) - 2 * f(2.0) + f(2 - h)) / h**2 - exact))


def linear_hessian():
    samples = [(1.0, 2.0), (2.0, 3.0), (3.0, 5.0)]
    return hessian(lambda w: sum((w[0] + w[1] * x - t) ** 2 for x, t in samples) / 3)([0.0, 0.0])


EXERCISES = {
    "10.1": Exercise(
        Numbers(
            lambda: {"from 1": largest_rate(1.0), "from 0.5": largest_rate(0.5)},
            tolerance=1e-3,
            what="the rates from which on it does not converge any more",
        ),
        "the curvature where one is counts, 12 w², and how far the step goes: half the distance allows four times the rate.",
        [
            Mistake(
                {"from 1": 1 / 6, "from 0.5": 2 / 3},
                "this is 2 over the curvature at the start. The curvature falls on the way to the minimum, so more is allowed. Try it.",
            ),
            Mistake(
                {"from 1": 0.5, "from 0.5": 0.5},
                "the first is right. From 0.5 the slope is an eighth and the distance a half: where does a step lead to its mirror image?",
            ),
            Mistake(
                {"from 1": 0.25, "from 0.5": 1.0},
                "with these rates one step leads exactly to the minimum. It may go beyond it, as long as it comes closer.",
            ),
        ],
        "It comes closer as long as a step does not lead beyond the mirror image of the start: w - rate * 4 w³ against -w.",
    ),
    "10.2": Exercise(
        Choice("saddle", ("minimum", "maximum", "saddle")),
        "the eigenvalues are 5 and -1, and along (1, -1) the function falls.",
        [
            Mistake(
                "minimum",
                "along both axes it rises, but there are other directions. What are the eigenvalues of the Hessian?",
            ),
            Mistake("maximum", "along the x axis the function is x², which rises."),
        ],
        "The Hessian is [[2, 3], [3, 2]].",
    ),
    "10.3": Exercise(
        Number(best_difference, tolerance=1e-9, what="the best h of the three"),
        "at 1e-4 the formula is good, and rounding matters little yet. Smaller h divide the rounding error by a smaller h².",
        [
            Mistake(
                1e-7,
                "the formula is the more exact the smaller h is, but rounding errors of about 1e-16 are divided by h².",
            ),
            Mistake(
                1e-1,
                "rounding does not matter here, but the formula itself is still far off. Smaller is better, at first.",
            ),
        ],
        "The exact value is 2 cos 2 - 2 sin 2. Print the three errors.",
    ),
    "10.4": Exercise(
        Numbers(linear_hessian, what="the Hessian, row by row"),
        "the loss is a polynomial of degree 2 in the weights, so its second derivatives are constants: the limit stays the same.",
        [
            Mistake(
                [[row / 2 for row in rows] for rows in linear_hessian()],
                "this is the mean of the products. The derivative of the square brings a factor of 2.",
            ),
            Mistake(
                [[3 * row for row in rows] for rows in linear_hessian()],
                "this is for the sum of the squares. The mean divides by the number of samples.",
            ),
        ],
        "Each entry is twice the mean of a product of features. The features of w1 + w2 x are 1 and x.",
    ),
}
