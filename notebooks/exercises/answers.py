"""The kinds of answers that an exercise may wait for, and what is said of a wrong one.

A kind has three things: `wanted`, its words for "I wait for ..."; `example()`, a right answer; and
`problem(answer)`, what is wrong with an answer, None if nothing is.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import isclose, isnan
from numbers import Real
from typing import Any

from autograd import Value, check_grads


@dataclass(frozen=True)
class Mistake:
    """A mistake that people make, and the hint that fits it."""

    answer: Any  # an example of it
    hint: str
    when: Callable[[Any], bool] | None = (
        None  # says whether an answer is this mistake; else those like the example are
    )


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
            if mistake.when(answer) if mistake.when else self.answer.alike(answer, mistake.answer):
                return mistake.hint
        return f"{problem} {self.otherwise}".rstrip()


class WrongKind(str):
    """A problem of an answer that is not of the kind waited for, such as words in place of a number."""


def is_open(answer):
    """Whether an answer is still `...`, or has it in one of its places."""
    if isinstance(answer, Mapping):
        return any(map(is_open, answer.values()))
    return any(map(is_open, answer)) if isinstance(answer, list | tuple) else answer is ...


@dataclass(frozen=True)
class Number:
    """A number: a float, an int, a number of numpy's or a Value. `right` computes it."""

    right: Callable[[], Any]
    tolerance: float = 1e-6  # relative to the right number, absolute where that is below 1
    what: str = "a number"

    @property
    def wanted(self):
        return f"{self.what}, {within(self.tolerance)}"

    def example(self):
        return as_number(self.right())

    def problem(self, answer):
        number, right = as_number(answer), self.example()
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
        return f"{self.what}, {shape(self.right())}, each {within(self.tolerance)}"

    def example(self):
        return self.right()

    def problem(self, answer):
        right = self.right()
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
    """A function, which is tried on several inputs beside the right one, and its derivatives beside differences.

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
                return f"{call(arguments)} {problem}"
        return None

    def tried(self, answer, arguments):
        right = self.right(*arguments)
        try:
            result = answer(*arguments)
        except Exception as error:
            return f"raises {type(error).__name__}: {error}"
        if is_open(result):
            return "gives `...`: the dots in the function are still to be replaced."
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
        try:
            return all(
                Numbers(lambda: (other(*arguments),), self.tolerance).problem((answer(*arguments),)) is None  # noqa: B023
                for arguments in self.inputs
            )
        except Exception:
            return False


@dataclass(frozen=True)
class Anything:
    """Whatever a function can judge: `problem` gets the answer and says what is wrong with it, None if nothing is."""

    wanted: str
    problem: Callable[[Any], str | None]
    right: Any  # a right answer

    def example(self):
        return self.right

    def alike(self, answer, other):
        return answer is other or (type(answer) is type(other) and answer == other)


def as_number(answer):
    """The number of an answer as a float; None if it is not one number. True and False are none."""
    if isinstance(answer, Value):
        return answer.data
    if getattr(answer, "shape", None) == ():  # of numpy
        answer = answer.item()
    return float(answer) if isinstance(answer, Real) and not isinstance(answer, bool) else None


def names(answer):
    """What the entries of an answer are called, people counting from 1; None if it has no entries."""
    if isinstance(answer, Mapping):
        return sorted(map(str, answer))
    return [f"number {i}" for i in range(1, len(answer) + 1)] if has_places(answer) else None


def has_places(answer):
    return isinstance(answer, list | tuple) or bool(getattr(answer, "shape", ()))


def places(answer, name=""):
    """All numbers of a nested answer, with where they stand: {"w1": 0.5, "w2, number 1": 0.25}."""
    keys = names(answer)
    if keys is None:
        return {name: answer}
    entries = [answer[key] for key in sorted(answer, key=str)] if isinstance(answer, Mapping) else answer
    found = {}
    for key, entry in zip(keys, entries, strict=True):
        found |= places(entry, f"{name}, {key}" if name else str(key))
    return found


def within(tolerance):
    return f"to within {tolerance:.12f}".rstrip("0")


def how_far(number, right):
    """What can be said of a wrong number without giving the right one away."""
    if isnan(number):
        return "nan is no number."
    if number != 0 and isclose(number, -right, rel_tol=1e-3):
        return f"{number:g} has the right size and the wrong sign."
    if isclose(number, right, rel_tol=0.02):
        return f"{number:g} is near, but not near enough: is it rounded?"
    if right != 0 and any(isclose(number, factor * right, rel_tol=1e-3) for factor in (2.0, 0.5)):
        return f"{number:g} is {'twice' if abs(number) > abs(right) else 'half of'} what it should be."
    return f"{number:g} is too {'large' if number > right else 'small'}."


def kind_of(answer):
    name = type(answer).__name__
    return f"{'an' if name[0].lower() in 'aeiou' else 'a'} {name}"


def shape(answer):
    if isinstance(answer, Mapping):
        return "a dict with " + " and ".join(map(repr, answer))
    return f"{len(answer)} in a {'list' if isinstance(answer, list) else 'tuple'}"


def call(arguments):
    return f"At {', '.join(map(shown, arguments))} it"


def shown(answer):
    number = as_number(answer)
    return repr(answer) if number is None else f"{number:g}"
