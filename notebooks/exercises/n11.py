"""Exercises of notebook 11, a tiny GPT."""

from autograd import softmax
from exercises.answers import Choice, Exercise, Function, Mistake, Numbers


def count(letters=27, positions=16, width=16, embeddings=2, squares=4, perceptron=2):
    embedded = embeddings * letters * width + positions * width
    return embedded + squares * width**2 + perceptron * 4 * width**2


def counted(parameters):
    return {"parameters": parameters, "changed by the heads": 0}


EXERCISES = {
    "11.1": Exercise(
        Numbers(
            lambda: counted(count()),
            what="how many parameters there are, and how many of them the number of heads changes",
        ),
        "the heads divide the rows of the same matrices among them, so their number changes nothing.",
        [
            Mistake(counted(count(embeddings=1)), "`letter` and `output` both have a row for each letter."),
            Mistake(
                counted(count(squares=3)),
                "query, key, value, and then `mix`, which brings the heads together.",
            ),
            Mistake(
                counted(count(squares=16)),
                "four heads share one matrix of queries: each has four of its rows.",
            ),
            Mistake(counted(count(perceptron=1)), "the perceptron has two matrices, `expand` and `shrink`."),
            Mistake(
                {"parameters": count(), "changed by the heads": 4},
                "the count is right. Does the width of a head stand in any of its terms?",
                when=lambda answer: answer["parameters"] == count(),
            ),
        ],
        "Go through the table of section 6: each matrix has rows times columns.",
    ),
    "11.2": Exercise(
        Function(
            lambda mask: softmax([0.5, 1.5, mask])[2],
            [(-float("inf"),), (-30.0,), (-2.0,), (1.0,)],
            what="a function of the mask, such as `lambda mask: mask`, that gives the gradient by the third value",
            derivatives=False,
        ),
        "the gradient by a value is its weight: exactly 0 for the mask -inf, and about 1e-14 for -30.",
        [
            Mistake(
                lambda mask: 3 * softmax([0.5, 1.5, mask])[2],
                "the result is a sum of weight times value, so the derivative by a value is its weight alone.",
            ),
            Mistake(lambda mask: 0.0, "that is so for -inf, but another mask lets something through."),
            Mistake(lambda mask: softmax([0.5, 1.5, mask])[0], "this is the weight of the first value."),
        ],
        "The result is the dot product of the weights, softmax([0.5, 1.5, mask]), and the values.",
    ),
    "11.3": Exercise(
        Function(
            lambda p: p * (1 - p),
            [(0.1,), (0.25,), (0.5,), (0.9,), (0.99,)],
            what="a function of the weight p, such as `lambda p: p`, that gives its derivative by its own score",
        ),
        "p (1 - p) is small where p is near 1 or near 0: a softmax of large scores is flat, and learns no more.",
        [
            Mistake(
                lambda p: p, "the exponential has this derivative. The sum below it contains the score, too."
            ),
            Mistake(
                lambda p: -p * p,
                "this is what the sum below contributes. The exponential above it contributes as well.",
            ),
            Mistake(
                lambda p: p - 1,
                "this is the derivative of the loss by the right logit. Here the weight itself is meant.",
            ),
            Mistake(lambda p: 1 - p * p, "this is the derivative of tanh."),
        ],
        "p is e^s over a sum that contains e^s: use the quotient rule.",
    ),
    "11.4": Exercise(
        Choice("no", ("yes", "no")),
        "a weighted mean does not depend on the order of its terms. Only the positions tell letters apart that are equal.",
        [
            Mistake(
                "yes",
                "the weights depend on the letters, not on their places. What does the order of the terms change in a sum?",
            )
        ],
    ),
}
