"""Exercises of notebook 09, optimizers and schedules."""

import nn
from autograd import Value
from exercises.answers import Anything, Exercise, Function, Mistake, Numbers


def momentum_steps():
    w = Value(0.0)
    optimizer = nn.SGD([w], lr=1.0, momentum=0.9)
    steps = []
    for _ in range(300):
        before, w.grad = w.data, 1.0
        optimizer.step()
        steps.append(before - w.data)
    return {
        "largest step": steps[-1],
        "steps to 95 %": next(count for count, step in enumerate(steps, 1) if step >= 9.5),
    }


ADAPTIVE = {"adagrad", "rmsprop", "adam"}


def scale_free(answer):
    """What is wrong with a list of optimizers that take the same steps for a larger loss; None if nothing is."""
    if not isinstance(answer, list | tuple | set) or not all(isinstance(name, str) for name in answer):
        return f"{answer!r} is no list of names."
    given = {name.strip().lower() for name in answer}
    unknown = given - ADAPTIVE - {"sgd", "momentum"}
    if unknown:
        return (
            f"{', '.join(sorted(unknown))}: the question is about SGD, momentum, Adagrad, RMSprop and Adam."
        )
    if given - ADAPTIVE:
        return "a step of SGD, with momentum or not, is the learning rate times gradients: multiply these by 1000."
    if given != ADAPTIVE:
        return "there are more: which other rule divides by the root of squared gradients?"
    return None


def clipped():
    by_norm, by_value = ([Value(0.0), Value(0.0)] for _ in range(2))
    for w in (by_norm, by_value):
        w[0].grad, w[1].grad = 30.0, 40.0
    nn.clip_grad_norm_(by_norm, 5.0)
    nn.clip_grad_value_(by_value, 5.0)
    return {
        "to the length 5": tuple(p.grad for p in by_norm),
        "each entry to 5": tuple(p.grad for p in by_value),
    }


EXERCISES = {
    "09.1": Exercise(
        Numbers(
            momentum_steps, what="the size of the steps in the end, and how many steps it takes to 95 % of it"
        ),
        "1 + 0.9 + 0.81 + ... is 10, and 0.9 to the 29th is the first power below 0.05.",
        [
            Mistake(
                {"largest step": 10.0, "steps to 95 %": 28},
                "the size is right. After 28 steps the rest is 0.9 to the 28th, still a little more than 5 %.",
            ),
            Mistake(
                {"largest step": 1.9, "steps to 95 %": 2},
                "this is the second step. The velocity keeps 0.9 of itself in every later step too: 1 + 0.9 + 0.81 + ...",
            ),
        ],
        "The sizes are 1, 1 + 0.9, 1 + 0.9 + 0.81, ...: a geometric series. Or let `nn.SGD` with a gradient of 1 count.",
    ),
    "09.2": Exercise(
        Function(
            lambda w, x, t: (t * w + x) / (t + 1),
            [(100.0, 3.0, 0.0), (3.0, 5.0, 1.0), (4.0, 10.0, 2.0), (-1.5, 0.5, 7.0)],
            what="a function of w, x and t that gives the new w",
        ),
        "(t w + x) / (t + 1) is the average of t + 1 numbers, if w was the average of t.",
        [
            Mistake(
                lambda w, x, t: w - 0.5 / (1 + t) * (w - x),
                "the derivative of the square is 2 (w - x); the 2 is missing.",
            ),
            Mistake(
                lambda w, x, t: w + (w - x) / (1 + t),
                "this goes up: the step is against the gradient.",
            ),
            Mistake(
                lambda w, x, t: w - (w - x),
                "this forgets the 1 + t of the rate.",
            ),
        ],
        "The step is w - rate * gradient, with the gradient 2 (w - x).",
    ),
    "09.3": Exercise(
        Anything(
            "a list of names, of SGD, momentum, Adagrad, RMSprop and Adam",
            scale_free,
            ["Adagrad", "RMSprop", "Adam"],
        ),
        "these divide the gradient by its own size, and the factor cancels, up to the small number that prevents a division by 0.",
        [
            Mistake(
                ["SGD"],
                "a step of SGD, with momentum or not, is the learning rate times gradients: multiply these by 1000.",
            ),
            Mistake(["Adam"], "there are more: which other rule divides by the root of squared gradients?"),
        ],
    ),
    "09.4": Exercise(
        Numbers(clipped, what="the two gradients after clipping"),
        "(3, 4) points the same way as (30, 40), and (5, 5) does not.",
        [
            Mistake(
                {"to the length 5": (5.0, 5.0), "each entry to 5": (5.0, 5.0)},
                "(5, 5) has a length above 7. To shorten a gradient, multiply both of its entries by the same number.",
            ),
            Mistake(
                {"to the length 5": (3.0, 4.0), "each entry to 5": (3.0, 4.0)},
                "the first is right. Each entry to 5 means that every entry above 5 becomes 5.",
            ),
        ],
        "The length of (30, 40) is the root of 30² + 40², which is 50.",
    ),
}
