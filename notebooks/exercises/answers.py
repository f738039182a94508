"""The kinds of answers that an exercise may wait for, and what is said of a wrong one.

A kind has three things: `wanted`, its words for "I wait for ..."; `example()`, a right answer; and
`problem(answer)`, what is wrong with an answer, None if nothing is.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import isclose
from typing import Any

from autograd import check_grads
from exercises.reading import as_number, how_far, kind_of, names, places, shape, shown, within


@dataclass(frozen=True)
class Mistake:
    """A mistake that people make, and the hint that fits it."""

    answer: Any  # an example of it
    hint: str
    when: Callable[[Any], bool] | None = None  # tells it; without it, whether an answer is like the example

    def fits(self, answer, kind):
        if self.when is None:
            return kind.alike(answer, self.answer)
        try:
            return bool(self.when(answer))
        except Exception:  # it asks for what the answer does not have, so the answer is another mistake
            return False


@dataclass(frozen=True)
class Exercise:
    """One exercise: the answer it waits for, why that is right, and the hints for wrong ones."""

    answer: Any  # Number, Numbers, Choice, Function or Anything
    why: str
    mistakes: Sequence[Mistake] = ()
    otherwise: str = ""  # the hint for a mistake that is not in the list; without it the kind's own

    def hint(self, answer):
        """What to say of a wrong answer; None if it is right."""
        problem = self.answer.problem(answer)
        if problem is None:
            return None
        if isinstance(problem, WrongKind):
            return f"{problem} This exercise waits for {self.answer.wanted}."
        for mistake in self.mistakes:
            if mistake.fits(answer, self.answer):
                return mistake.hint
        return f"{problem} {self.otherwise}".rstrip()


class WrongKind(str):
    """A problem of an answer that is not of the kind waited for, such as words in place of a number."""


@dataclass(frozen=True)
class Number:
    """A number: a float, an int, a number of numpy's or a Value. `right` computes it."""

    right: Callable[[], Any]
    tolerance: float = 1e-6  # relative to the right number, absolute where that is below 1
    what: str = "a number"

    @property
    def wanted(self):
        return f"{self.what}, {within(self.tolerance)}"

    @cached_property
    def expected(self):  # some exercises train a network for it
        return as_number(self.right())

    def example(self):
        return self.expected

    def problem(self, answer):
        number, right = as_number(answer), self.expected
        if number is None:
            return WrongKind(f"{answer!r} is {kind_of(answer)}.")
        return None if self.near(number, right) else how_far(number, right)

    def alike(self, answer, other):
        return self.near(as_number(answer), as_number(other))

    def near(self, number, right):
        return isclose(number, right, rel_tol=self.tolerance, abs_tol=self.tolerance)


@dataclass(frozen=True)
class Numbers:
    """Several numbers, by place or by name: `right` computes a tuple or a dict of them, nested if need be."""

    right: Callable[[], Any]
    tolerance: float = 1e-6
    what: str = "numbers"

    @property
    def wanted(self):
        return f"{self.what}, {shape(self.expected)}, each {within(self.tolerance)}"

    @cached_property
    def expected(self):
        return self.right()

    def example(self):
        return self.expected

    def problem(self, answer):
        right = self.expected
        if names(answer) != names(right):
            return WrongKind(f"{answer!r} is {shape(answer) if names(answer) else kind_of(answer)}.")
        given, wanted = places(answer), places(right)
        if given.keys() != wanted.keys():
            return f"{len(given)} numbers are too {'few' if len(given) < len(wanted) else 'many'}."
        problems = {
            name: Number(lambda n=wanted[name]: n, self.tolerance).problem(given[name]) for name in wanted
        }
        wrong = {name: problem for name, problem in problems.items() if problem}
        for problem in wrong.values():
            if isinstance(problem, WrongKind):
                return problem
        if not wrong:
            return None
        return f"{len(wrong)} of {len(wanted)} not right. " + " ".join(
            f"{name}: {wrong[name]}" for name in wrong
        )

    def alike(self, answer, other):
        given, wanted = places(answer), places(other)
        return given.keys() == wanted.keys() and all(
            isclose(
                as_number(given[name]),
                as_number(wanted[name]),
                rel_tol=self.tolerance,
                abs_tol=self.tolerance,
            )
            for name in wanted
        )


@dataclass(frozen=True)
class Choice:
    """One of several strings; upper and lower case are the same."""

    right: str
    among: Sequence[str]

    @property
    def wanted(self):
        return "one of " + ", ".join(f'"{choice}"' for choice in self.among)

    def example(self):
        return self.right

    def problem(self, answer):
        if not isinstance(answer, str):
            return WrongKind(f"{answer!r} is {kind_of(answer)}.")
        if not any(self.alike(answer, choice) for choice in self.among):
            return WrongKind(f"{answer!r} is none of the choices.")
        return None if self.alike(answer, self.right) else f'"{answer}" is not it.'

    def alike(self, answer, other):
        return answer.strip().lower() == other.strip().lower()


@dataclass(frozen=True)
class Function:
    """A function, tried on several inputs beside the right one, and its derivatives beside differences.

    An input is the tuple of arguments. Functions of Values must work on Values; `derivatives=False` is for
    functions of anything else.
    """

    right: Callable[..., Any]
    inputs: Sequence[tuple[Any, ...]]
    tolerance: float = 1e-6
    what: str = "a function"
    derivatives: bool = True

    @property
    def wanted(self):
        return self.what

    def example(self):
        return self.right

    def problem(self, answer):
        if not callable(answer):
            return WrongKind(f"{answer!r} is {kind_of(answer)}.")
        for arguments in self.inputs:
            problem = self.tried(answer, arguments)
            if problem:
                return f"At {', '.join(map(shown, arguments))} it {problem}"
        return None

    def tried(self, answer, arguments):
        right = self.right(*arguments)
        try:
            result = answer(*arguments)
        except Exception as error:
            return f"raises {type(error).__name__}: {error}"
        numbers = (
            Number(lambda: right, self.tolerance)
            if as_number(right) is not None
            else Numbers(lambda: right, self.tolerance)
        )
        problem = numbers.problem(result)
        if problem:
            return f"gives {shown(result)}, and that is not right. {problem}"
        if self.derivatives:
            try:
                check_grads(lambda x: answer(*x), list(arguments))
            except Exception as error:
                return f"is right, but not its derivative: {error}"
        return None

    def alike(self, answer, other):
        """Whether two functions give the same at every input; one that raises is like none."""
        same = Numbers(lambda: [other(*arguments) for arguments in self.inputs], self.tolerance)
        try:
            return same.problem([answer(*arguments) for arguments in self.inputs]) is None
        except Exception:
            return False


@dataclass(frozen=True)
class Anything:
    """Whatever a function can judge: `problem` says what is wrong with an answer, None if nothing is."""

    wanted: str
    problem: Callable[[Any], str | None]
    right: Any  # a right answer

    def example(self):
        return self.right

    def alike(self, answer, other):
        return answer is other or (type(answer) is type(other) and answer == other)
