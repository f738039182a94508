"""What an answer is: its numbers and their places, whether it is given at all, and how far it is off."""

from collections.abc import Mapping
from math import isclose, isnan
from numbers import Real
from types import CodeType

from autograd import Value


def is_open(answer):
    """Whether an answer is still `...`, or has it in one of its places or in the code of its functions."""
    if isinstance(answer, Mapping):
        return any(map(is_open, answer.values()))
    if isinstance(answer, list | tuple):
        return any(map(is_open, answer))
    if isinstance(answer, type):
        return any(map(is_open, vars(answer).values()))
    code = getattr(answer, "__code__", answer)
    return any(map(is_open, code.co_consts)) if isinstance(code, CodeType) else answer is ...


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


def shown(answer):
    number = as_number(answer)
    return repr(answer) if number is None else f"{number:g}"
