"""Exercises of notebook 13, from a graph to machine code."""

from autograd import Value, flatten, jit, less_equal, maximum, minimum, value_and_grad, where
from autograd.programs.simplify import simplified
from exercises.answers import Anything, Choice, Exercise, Mistake, Numbers, WrongKind
from exercises.reading import kind_of


def lines():
    x, y = Value(2.0), Value(3.0)
    program = flatten((x + y) ** 2 + (y + x) ** 2, [x, y])
    return {"flatten": len(program), "simplified": len(simplified(program))}


def huber(x):
    return where(less_equal(abs(x), 1.0), x**2, 2 * abs(x) - 1)


def with_a_branch(x):
    if abs(x) <= 1:
        return x**2
    return 2 * abs(x) - 1


def gives(f, number):
    """The value and the slope, computed without a program."""
    return value_and_grad(f)(number)


def wrong_loss(answer):
    """What is wrong with a loss that is to be compiled, and is to be Huber's."""
    if not callable(answer):
        return WrongKind(f"{answer!r} is {kind_of(answer)}.")
    try:
        compiled = jit(value_and_grad(answer))
        results = {x: compiled(x) for x in (0.5, -3.0, -0.5, 3.0, 1.0)}
    except Exception as error:
        return f"jit raises {type(error).__name__}: {str(error).rpartition(', in ')[2]}"
    for x, (value, slope) in results.items():
        if (value, slope) != gives(huber, x):
            right = "the value {:g} and the slope {:g}".format(*gives(huber, x))
            return f"at {x:g} it gives the value {value:g} and the slope {slope:g}, and not {right}."
    return None


def is_refused(answer):
    return gives(answer, 0.5) == gives(huber, 0.5) and "jit raises" in wrong_loss(answer)


def constants_and_parameters():
    weight, offset = Value(2.0), 1.0
    f = jit(lambda x, n: weight * x**n + offset)
    f(3.0, 2)
    weight.data, offset = 4.0, 0.0
    return f(3.0, 2), f(3.0, 1)


EXERCISES = {
    "13.1": Exercise(
        Numbers(lines, what="the numbers of lines"),
        "two sums, two squares and their sum. A sum is the same in either order, so the second sum and its square go.",
        [
            Mistake(
                {"flatten": 5, "simplified": 5},
                "the first is right. But something is computed twice: is y + x another number than x + y?",
            ),
            Mistake(
                {"flatten": 5, "simplified": 4},
                "the first is right. If the two sums are the same number, what about their squares?",
            ),
            Mistake(
                {"flatten": 3, "simplified": 3},
                "`flatten` writes down what is there, twice if it is there twice.",
            ),
            Mistake(
                {"flatten": 7, "simplified": 3},
                "the inputs are no lines, they are there from the beginning. Count operations.",
            ),
        ],
        "Each operation is one line: +, ** and +. Print the program.",
    ),
    "13.2": Exercise(
        Choice("-(-x)", ("x + 0", "x * y / y", "-(-x)", "(x + y) - y")),
        "a minus sign changes one bit, and twice is not at all.",
        [
            Mistake("x + 0", "what if x is -0? The table of section 3 has that row."),
            Mistake("x * y / y", "try x = 0.1 and y = 3, and y = 0."),
            Mistake("(x + y) - y", "try x = 0.1 and y = 3. What is left of x if y is 1e20?"),
        ],
    ),
    "13.3": Exercise(
        Anything("a function of one number that jit compiles, in place of the branch", wrong_loss, huber),
        "both sides are computed, and `where` chooses between them in the program.",
        [
            Mistake(
                with_a_branch,
                "the formula is right, but the `if` decides once, while the function is traced. `where(condition, this, that)` puts the choice into the program.",
                when=is_refused,
            ),
            Mistake(
                lambda x: maximum(x**2, 2 * abs(x) - 1),
                "the square is never below 2|x| - 1, so the maximum is always the square.",
                when=lambda answer: gives(answer, 3.0) == (9.0, 6.0),
            ),
            Mistake(
                lambda x: minimum(x**2, 2 * abs(x) - 1),
                "2|x| - 1 is never above the square, so the minimum is always the straight lines.",
                when=lambda answer: gives(answer, 0.5) == (0.0, 2.0),
            ),
        ],
        "`where(less_equal(abs(x), 1.0), ..., ...)` has the two formulas in place of the dots.",
    ),
    "13.4": Exercise(
        Numbers(constants_and_parameters, what="the two numbers of the last line"),
        "the weight is read at each call. The offset is that of the trace: 1 for n = 2, and 0 for n = 1, whose program is written later.",
        [
            Mistake(
                (37.0, 13.0),
                "the first is right. For n = 1 a program has to be written first: which b does it find?",
            ),
            Mistake(
                (36.0, 12.0), "the second is right. For n = 2 there is a program, with b written into it."
            ),
            Mistake((19.0, 7.0), "w is a Value, and read anew at each call."),
            Mistake((19.0, 6.0), "w is a Value, and read anew at each call."),
        ],
        "Which of w, b and n is read at each call, which is written into the program, and which asks for another program?",
    ),
}
