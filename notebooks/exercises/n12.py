"""Exercises of notebook 12, a trading strategy."""

import math
from functools import reduce

from autograd import Value, gradient, maximum, mean, trace
from exercises.answers import Exercise, Mistake, Number, Numbers


def years_until_two_errors(sharpe, months_in_a_year=12):
    years = 1
    while sharpe < 2 * math.sqrt((12 + sharpe**2 / 2) / (months_in_a_year * years)):
        years += 1
    return years


def seen_ahead():
    prices = [Value(p) for p in (10.0, 12.0, 11.0, 13.0, 12.5)]
    feature = prices[1] / reduce(maximum, prices)
    nodes = set(trace(feature)[0])
    return {
        "by the derivative": sum(slope != 0 for slope in gradient(feature, prices[2:])),
        "by trace": sum(p in nodes for p in prices[2:]),
    }


def best_size(dislike=10.0, less=1):
    returns = [0.02, -0.03, 0.04, 0.01]
    variance = sum((r - mean(returns)) ** 2 for r in returns) / (len(returns) - less)
    return mean(returns) / (dislike * variance)


EXERCISES = {
    "12.1": Exercise(
        Number(lambda: 0.0, what="a number, the same for all positions and returns"),
        "the sum is the derivative for making all positions larger by the same factor, and that does not change the Sharpe ratio.",
        [
            Mistake(
                1.0,
                "so it would be for a function that grows in proportion to its arguments, as the mean does. Does the Sharpe ratio?",
            ),
        ],
        "The sum is the derivative along the positions themselves. What becomes of the Sharpe ratio when all are doubled?",
    ),
    "12.2": Exercise(
        Number(lambda: years_until_two_errors(0.3), tolerance=0.02, what="a number of years"),
        "the standard error is nearly 1 over the root of the years, so it takes about (2 / 0.3)² of them.",
        [
            Mistake(
                years_until_two_errors(0.3) * 12,
                "these are months, or nearly. The question is about years.",
                when=lambda answer: 500 < answer < 560,
            ),
            Mistake(
                1 / 0.3**2,
                "this is where it is one standard error away.",
                when=lambda answer: 11 <= answer <= 12,
            ),
            Mistake(
                2 / 0.3,
                "the error falls with the root of the years: this number is still to be squared.",
                when=lambda answer: 6 < answer <= 7,
            ),
        ],
        "Solve 0.3 = 2 SE(0.3) with the formula of section 6, for n = 12 times the years.",
    ),
    "12.3": Exercise(
        Numbers(seen_ahead, what="how many of the three later prices each of the two finds"),
        "the gradient of a maximum goes to the largest number alone, but all of the prices are in the graph.",
        [
            Mistake(
                {"by the derivative": 3, "by trace": 3},
                "the second is right. To which of its operands does a maximum pass the gradient on?",
            ),
            Mistake(
                {"by the derivative": 1, "by trace": 1},
                "the first is right. The graph of a maximum contains the smaller operand, too.",
            ),
            Mistake(
                {"by the derivative": 0, "by trace": 3},
                "the highest price is one of the later ones, so the derivative by it is not 0.",
            ),
        ],
        "Build it from Values: `prices[1] / reduce(maximum, prices)`.",
    ),
    "12.4": Exercise(
        Number(best_size, tolerance=1e-3, what="the best size q"),
        "the mean grows with q and the variance with q², so there is a size at which the derivative is 0.",
        [
            Mistake(best_size(less=0), "the variance divides by n - 1, as s² of section 2 does."),
            Mistake(best_size(dislike=5.0), "the derivative of q² / 2 is q, without a factor."),
            Mistake(best_size(dislike=1.0), "divide by λ = 10, too."),
        ],
        "Go uphill on mean(earned) - 5 * variance(earned), as a function of q; the learning rate may be 10.",
    ),
}
