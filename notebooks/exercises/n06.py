"""Exercises of notebook 06, vanishing gradients."""

from autograd import grad, sigmoid, tanh
from exercises.answers import Choice, Exercise, Mistake, Number, Numbers


def through_ten(layer, x):
    """The gradient of a number that goes through ten layers."""

    def network(x):
        for _ in range(10):
            x = layer(x)
        return x

    return grad(network)(x)


EXERCISES = {
    "06.1": Exercise(
        Number(lambda: through_ten(tanh, 2.0), tolerance=1e-6, what="the gradient of x"),
        "the slope is 1 at 0 only. At 2 it is 0.07, and the other nine are below 1 too.",
        [
            Mistake(
                grad(tanh)(2.0) ** 10,
                "this takes the slope at 2 for all ten, but only the first one gets the number 2.",
                when=lambda answer: 0 < answer < 1e-9,
            ),
            Mistake(
                through_ten(sigmoid, 2.0),
                "this is the chain of sigmoids. Here each link is a tanh.",
            ),
            Mistake(
                1.0,
                "1 is the largest slope of tanh, and it is found at 0 only. What is it at x = 2?",
            ),
            Mistake(
                grad(tanh)(2.0),
                "this is the slope of the first tanh alone. There are nine more factors.",
            ),
        ],
        "Apply `tanh` to a Value of 2 ten times in a loop, and call `backward()` on the result.",
    ),
    "06.2": Exercise(
        Numbers(
            lambda: {
                "-x": through_ten(lambda x: x - x, 1.0),
                "x/2": through_ten(lambda x: x + x / 2, 1.0),
            },
            tolerance=1e-3,
            what="two gradients",
        ),
        "the factors are 1 - 1 = 0 and 1 + 1/2. So it vanishes where f' = -1, and grows where f' is above 0.",
        [
            Mistake(
                {"-x": 1.0, "x/2": 0.5**10},
                "these are the chains without the skip connections. A block is x + f(x).",
            ),
            Mistake(
                {"-x": 0.0, "x/2": 1.5},
                "this is one block. There are ten, so 1.5 is multiplied ten times.",
            ),
            Mistake(
                {"-x": 0.0, "x/2": 15.0},
                "the factors of the blocks are multiplied, not added.",
            ),
        ],
        "The factor of one block is 1 + f'(x). Ten blocks have the tenth power of it.",
    ),
    "06.3": Exercise(
        Choice(
            "the signal",
            ["a large enough rate", "a rate for each layer", "more steps", "the signal"],
        ),
        "all samples look alike to the last layer, and no rate can restore what is not in the gradient.",
        [
            Mistake(
                "a large enough rate",
                "the last layer has gradients of about 0.1: a rate that suits the first layer throws its weights far away.",
            ),
            Mistake(
                "a rate for each layer",
                "Adam has a rate for every parameter, and section 2 trained with Adam. What do the gradients of the first layer know of the samples?",
            ),
            Mistake(
                "more steps",
                "look at the outputs of the network for several samples first. Do they differ?",
            ),
        ],
        "Compute the outputs for all samples before any training, and compare them.",
    ),
}
